//! How a request to AWS is signed: Signature Version 4, for requests without a query.
//!
//! From AWS's description (`docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html`, read
//! 2026-11), checked against AWS's published test suite and against signatures that botocore made. The secret stays in
//! here: what leaves is good for this one request, at this one host, for some minutes.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::model::secret::Secret;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// An access key.
#[derive(Debug, Clone)]
pub struct AccessKey {
    /// Its id, which is sent with each request.
    pub id: String,
    /// Its secret.
    pub secret: Secret,
}

/// What is signed. The names of headers are in lower case; `host` and `x-amz-date` are among them.
#[derive(Debug)]
pub struct Signing<'a> {
    /// `POST`.
    pub method: &'a str,
    /// The path, as it is sent.
    pub path: &'a str,
    /// The headers that the signature covers.
    pub headers: &'a [(&'a str, &'a str)],
    /// What is posted.
    pub body: &'a [u8],
    /// The service that is asked.
    pub service: &'a str,
    /// The region that answers.
    pub region: &'a str,
}

/// The time as AWS writes it: for the header `x-amz-date`.
#[must_use]
pub fn date(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// The value of the header `authorization`. `date` is what stands in `x-amz-date`.
#[must_use]
pub fn authorization(key: &AccessKey, signing: &Signing<'_>, date: &str) -> Secret {
    let day = date.get(..8).unwrap_or(date);
    let scope = format!("{day}/{}/{}/aws4_request", signing.region, signing.service);
    let mut headers: Vec<(&str, &str)> = signing.headers.to_vec();
    headers.sort_unstable();
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let request = canonical(signing, &headers, &names);
    let to_sign = format!("{ALGORITHM}\n{date}\n{scope}\n{}", hex(&Sha256::digest(request.as_bytes())));
    let steps = [day, signing.region, signing.service, "aws4_request", &to_sign];
    let first = format!("AWS4{}", key.secret.reveal()).into_bytes();
    let signature = steps.iter().fold(first, |key, step| mac(&key, step.as_bytes()));
    let id = &key.id;
    let signature = hex(&signature);
    Secret::new(format!("{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}"))
}

/// The request in the one form in which both sides hash it.
fn canonical(signing: &Signing<'_>, headers: &[(&str, &str)], names: &str) -> String {
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", squeezed(value))).collect();
    let body = hex(&Sha256::digest(signing.body));
    format!("{}\n{}\n\n{lines}\n{names}\n{body}", signing.method, signing.path)
}

/// One space between words, none around them.
fn squeezed(value: &str) -> String {
    value.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    // A key of any length is taken.
    Hmac::<Sha256>::new_from_slice(key).map_or_else(
        |_| Vec::new(),
        |mut mac| {
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        },
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key, time, region and service of AWS's published test suite (`aws-sig-v4-test-suite`).
    const ID: &str = "AKIDEXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const DATE: &str = "20150830T123600Z";

    fn signature(signing: &Signing<'_>, secret: &str, date: &str) -> String {
        let key = AccessKey { id: ID.into(), secret: Secret::new(secret.into()) };
        authorization(&key, signing, date).reveal().rsplit_once("Signature=").unwrap().1.to_owned()
    }

    #[test]
    fn the_requests_of_aws_s_test_suite_have_the_signatures_that_it_publishes() {
        let usual = [("host", "example.amazonaws.com"), ("x-amz-date", DATE)];
        let of = |method, headers: &[(&str, &str)], body: &str| {
            let body = body.as_bytes();
            let signing = Signing { method, path: "/", headers, body, service: "service", region: "us-east-1" };
            signature(&signing, SECRET, DATE)
        };
        // get-vanilla
        assert_eq!(of("GET", &usual, ""), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
        // post-vanilla
        assert_eq!(of("POST", &usual, ""), "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
        // post-header-key-sort
        let more = [("my-header1", "value1"), ("x-amz-date", DATE), ("host", "example.amazonaws.com")];
        assert_eq!(of("POST", &more, ""), "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c");
        // get-header-value-trim
        let spaced = [
            ("host", "example.amazonaws.com"),
            ("my-header1", " value1"),
            ("my-header2", " \"a   b   c\""),
            ("x-amz-date", DATE),
        ];
        assert_eq!(of("GET", &spaced, ""), "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");
        // post-x-www-form-urlencoded
        let form = [usual[0], usual[1], ("content-type", "application/x-www-form-urlencoded")];
        assert_eq!(
            of("POST", &form, "Param1=value1"),
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
        );
    }

    #[test]
    fn calls_of_the_health_api_are_signed_as_botocore_signs_them() {
        for (host, region, target, body, date, wanted) in [
            (
                "health.us-east-1.amazonaws.com",
                "us-east-1",
                "AWSHealth_20160804.DescribeEvents",
                "{}",
                "20261122T120000Z",
                "fdef577a53df86c773c4d01e7d7cf4652929be5f2e0d84e66adc37e5587fce4a",
            ),
            (
                "health.us-east-2.amazonaws.com",
                "us-east-2",
                "AWSHealth_20160804.DescribeEventsForOrganization",
                "{\"filter\":{\"eventStatusCodes\":[\"open\",\"upcoming\"]},\"maxResults\":100}",
                "20261122T120059Z",
                "dc5a4990a1f0a7de7a49f3566ccb35cb60f36439a13a46d0acdb74e7c0a62bcb",
            ),
            (
                "127.0.0.1:8443",
                "us-east-1",
                "AWSHealth_20160804.DescribeEventDetails",
                "{\"eventArns\":[\"arn:aws:health:us-east-1::event/EC2/SYNTHETIC/SYNTHETIC_1\"],\"locale\":\"en\"}",
                "20270101T000000Z",
                "496937899c26915b5f26974c414385b1d2052cf074c8c58a448ee3c2750346c1",
            ),
            (
                "health.cn-northwest-1.amazonaws.com.cn",
                "cn-northwest-1",
                "AWSHealth_20160804.DescribeAffectedEntities",
                "{\"text\":\"Zürich \\u2028\"}",
                "20280229T235959Z",
                "d33a3a0a752a9578355718cec5ba0a8902f5b49c55a5fc674d2a89b53ccc4cfd",
            ),
        ] {
            let headers = [
                ("x-amz-target", target),
                ("content-type", "application/x-amz-json-1.1"),
                ("host", host),
                ("x-amz-date", date),
            ];
            let body = body.as_bytes();
            let signing = Signing { method: "POST", path: "/", headers: &headers, body, service: "health", region };
            assert_eq!(
                signature(&signing, "synthetic/secret+for+tests/0123456789abcd", date),
                wanted,
                "{host} {body:?}"
            );
        }
    }

    #[test]
    fn the_secret_is_shown_nowhere() {
        let key = AccessKey { id: ID.into(), secret: Secret::new(SECRET.into()) };
        assert!(!format!("{key:?}").contains("wJalr"));
        assert_eq!(date("2026-11-22T12:00:59.9Z".parse().unwrap()), "20261122T120059Z");
    }
}
