//! The AWS Health API behind an access key, against a server that plays AWS and works out each signature by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use bellwether::fetch::{Fetcher, Settings};
use bellwether::model::credentials::Access;
use bellwether::model::format::Format;
use bellwether::model::id::{CredentialsId, SourceId};
use bellwether::model::secret::Secret;
use bellwether::model::snapshot::{Covers, Unreadable};
use bellwether::model::vendor::Source;
use bellwether::scheduler::keyring::Keyring;
use bellwether::scheduler::network::Network;
use bellwether::scheduler::sigv4::AccessKey;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::looked::{good, once, unreadable};
use crate::support::microsoft::{Asked, Microsoft, Reply, json as reply};

const ID: &str = "AKIACANARY0000000001";
const SECRET: &str = "canary/Secret+of/an/access/key/0123456789";
const ARN: &str = "arn:aws:health:us-east-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/SYNTHETIC_1";

fn credentials() -> CredentialsId {
    CredentialsId::parse("aws").unwrap()
}

fn source(url: &url::Url, path: &str, standby: Option<&url::Url>) -> Source {
    let id = SourceId::parse("aws/health-api").unwrap();
    Source {
        access: Access::Signed(credentials()),
        roles: standby.map(|url| ("standby".to_owned(), url.clone())).into_iter().collect(),
        ..Source::at(id, Format::AwsHealthApi, Some(url.join(path).unwrap()))
    }
}

fn network(secret: &str) -> Network {
    rustls::crypto::ring::default_provider().install_default().ok();
    let allow_private = vec!["127.0.0.0/8".parse().unwrap()];
    let settings = Settings { allow_private, total_deadline: Duration::from_secs(20), ..Settings::default() };
    let key = AccessKey { id: ID.into(), secret: Secret::new(secret.into()) };
    let keyring = Keyring::default().with_keys(BTreeMap::from([(credentials(), Ok(key))]));
    Network::new(Fetcher::new(settings).unwrap()).signing_with(keyring)
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The region that a call is signed for, once its signature is what AWS would work out from what came over the wire; else
/// what AWS answers.
fn verified(asked: &Asked) -> Result<String, Reply> {
    let refused = |kind: &str| reply(400, &json!({"__type": kind, "message": "synthetic"}));
    let sent = asked.headers["authorization"].strip_prefix("AWS4-HMAC-SHA256 ").unwrap();
    let parts: BTreeMap<&str, &str> = sent.split(", ").map(|part| part.split_once('=').unwrap()).collect();
    let [id, day, region, service, end] = parts["Credential"].split('/').collect::<Vec<_>>()[..] else {
        panic!("{sent}")
    };
    assert_eq!((service, end), ("health", "aws4_request"));
    if id != ID {
        return Err(refused("UnrecognizedClientException"));
    }
    let names: Vec<&str> = parts["SignedHeaders"].split(';').collect();
    assert!(["host", "x-amz-date", "x-amz-target"].iter().all(|name| names.contains(name)), "{names:?}");
    let lines: String = names.iter().map(|name| format!("{name}:{}\n", asked.headers[*name].trim())).collect();
    let canonical = format!(
        "{}\n{}\n\n{lines}\n{}\n{}",
        asked.method,
        asked.target,
        parts["SignedHeaders"],
        hex(Sha256::digest(asked.body.as_bytes()))
    );
    let date = &asked.headers["x-amz-date"];
    let age = jiff::fmt::strtime::parse("%Y%m%dT%H%M%SZ%z", format!("{date}+0000")).unwrap().to_timestamp().unwrap();
    assert!(jiff::Timestamp::now().duration_since(age).abs() < jiff::SignedDuration::from_mins(5), "signed for now");
    assert!(date.starts_with(day));
    let to_sign =
        format!("AWS4-HMAC-SHA256\n{date}\n{day}/{region}/health/aws4_request\n{}", hex(Sha256::digest(canonical)));
    let key = mac(&mac(&mac(&mac(format!("AWS4{SECRET}").as_bytes(), day), region), "health"), "aws4_request");
    if hex(mac(&key, &to_sign)) == parts["Signature"] {
        Ok(region.to_owned())
    } else {
        Err(refused("InvalidSignatureException"))
    }
}

fn event() -> Value {
    json!({
        "arn": ARN, "service": "EC2", "eventTypeCode": "AWS_EC2_OPERATIONAL_ISSUE", "eventTypeCategory": "issue",
        "eventScopeCode": "ACCOUNT_SPECIFIC", "region": "us-east-1", "startTime": 1_795_334_400.5,
        "lastUpdatedTime": 1_795_338_000.25, "statusCode": "open",
    })
}

/// AWS on a bad day, page by page.
fn aws(asked: &Asked) -> Reply {
    if let Err(refusal) = verified(asked) {
        return refusal;
    }
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    let operation = asked.headers["x-amz-target"].strip_prefix("AWSHealth_20160804.").unwrap();
    reply(
        200,
        &match operation.trim_end_matches("ForOrganization") {
            "DescribeEvents" if body["filter"]["eventStatusCodes"] == json!(["closed"]) => json!({"events": []}),
            "DescribeEvents" if body["nextToken"].is_null() => json!({"events": [event()], "nextToken": "to+ken/2=="}),
            "DescribeEvents" => {
                assert_eq!(body["nextToken"], "to+ken/2==");
                json!({"events": []})
            }
            "DescribeAffectedEntities" => {
                json!({"entities": [{"eventArn": ARN, "entityValue": "i-synthetic", "statusCode": "IMPAIRED"}]})
            }
            "DescribeAffectedAccounts" => json!({"affectedAccounts": ["000000000001"]}),
            "DescribeEventDetails" => json!({"successfulSet": [
                {"event": {"arn": ARN}, "eventDescription": {"latestDescription": "We look into it: Zürich – “now”."}},
            ]}),
            other => panic!("{other}"),
        },
    )
}

fn targets(server: &Microsoft) -> Vec<String> {
    let name = |asked: &Asked| asked.headers["x-amz-target"].rsplit('.').next().unwrap().to_owned();
    server.asked().iter().map(name).collect()
}

#[tokio::test]
async fn an_account_s_events_are_read_with_signatures_that_hold() {
    let server = Microsoft::new(|asked, _| aws(asked)).await;
    let looked = once(&network(SECRET), &source(&server.url, "/", None)).await;
    let snapshot = good(&looked);
    assert_eq!((snapshot.incidents.len(), &snapshot.warnings[..], &snapshot.blind[..]), (1, &[][..], &[][..]));
    let said: Vec<_> = snapshot.incidents[0].updates.iter().map(|update| update.text.as_str()).collect();
    assert_eq!(said, ["Affected resources: i-synthetic (impaired)", "We look into it: Zürich – “now”."]);
    assert_eq!(snapshot.covers.incidents, Covers::AllOpen);
    let asked =
        ["DescribeEvents", "DescribeEvents", "DescribeEvents", "DescribeAffectedEntities", "DescribeEventDetails"];
    assert_eq!(targets(&server), asked);
    for asked in server.asked() {
        assert_eq!(
            (asked.method.as_str(), asked.target.as_str()),
            ("POST", "/"),
            "nothing of the call stands in its address"
        );
        assert_eq!(asked.headers["content-type"], "application/x-amz-json-1.1");
        assert!(!format!("{asked:?}").contains("canary/Secret"));
    }
    assert!(!format!("{looked:?}").contains("canary"));
}

#[tokio::test]
async fn an_organization_has_calls_of_its_own() {
    let server = Microsoft::new(|asked, _| aws(asked)).await;
    let looked = once(&network(SECRET), &source(&server.url, "/organization", None)).await;
    assert_eq!(good(&looked).incidents[0].updates[0].text, "Affected accounts: 000000000001");
    assert!(targets(&server).iter().all(|name| name.ends_with("ForOrganization")), "{:?}", targets(&server));
}

#[tokio::test]
async fn where_the_first_region_fails_the_other_is_asked_and_signed_for() {
    let down = Microsoft::new(|_, _| (503, Vec::new(), String::new())).await;
    let standby = Microsoft::new(|asked, _| {
        assert_eq!(verified(asked).unwrap(), "us-east-2");
        aws(asked)
    })
    .await;
    let looked = once(&network(SECRET), &source(&down.url, "/", Some(&standby.url))).await;
    assert_eq!((good(&looked).incidents.len(), good(&looked).covers.incidents), (1, Covers::Delta));
    assert!(down.asked().iter().all(|asked| verified(asked).unwrap() == "us-east-1"));
    assert!(standby.asked().len() >= 4);
}

#[tokio::test]
async fn a_wrong_secret_is_told_and_shown_nowhere() {
    let server = Microsoft::new(|asked, _| aws(asked)).await;
    let looked = once(&network("canary-that-is-wrong"), &source(&server.url, "/", None)).await;
    let why = unreadable(&looked).to_string();
    assert!(why.contains("InvalidSignatureException") && why.contains("`secret_access_key`"), "{why}");
    assert!(!format!("{looked:?}").contains("canary"));
}

#[tokio::test]
async fn a_signed_call_is_led_nowhere_else() {
    let elsewhere = Microsoft::new(|_, _| reply(200, &json!({"events": []}))).await;
    let there = elsewhere.url.to_string();
    let server = Microsoft::new(move |_, _| (307, vec![format!("location: {there}")], String::new())).await;
    let looked = once(&network(SECRET), &source(&server.url, "/", None)).await;
    assert!(matches!(unreadable(&looked), Unreadable::NotAllowed(_)), "{looked:?}");
    assert_eq!(elsewhere.asked().len(), 0);
}

#[tokio::test]
async fn keys_of_the_wrong_kind_and_keys_that_lack_are_told_with_the_way_out() {
    let server = Microsoft::new(|asked, _| aws(asked)).await;
    let source = source(&server.url, "/", None);
    let of = |keyring: Keyring| Network::new(Fetcher::new(Settings::default()).unwrap()).signing_with(keyring);
    rustls::crypto::ring::default_provider().install_default().ok();
    let unset = "the environment variable X is not set".to_owned();
    let looked = once(&of(Keyring::default().with_keys(BTreeMap::from([(credentials(), Err(unset))]))), &source).await;
    assert!(unreadable(&looked).to_string().contains("X is not set"), "{looked:?}");
    let looked = once(&of(Keyring::new(BTreeMap::from([(credentials(), Err(String::new()))]))), &source).await;
    assert!(unreadable(&looked).to_string().contains("kind = \"aws\""), "{looked:?}");
    let looked = once(&of(Keyring::default()), &source).await;
    assert!(unreadable(&looked).to_string().contains("[credentials.aws]"), "{looked:?}");
    assert_eq!(server.asked().len(), 0);
}
