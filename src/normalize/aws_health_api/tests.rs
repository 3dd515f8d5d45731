//! Synthetic answers: what each rule of this format does with a look.

use super::*;
use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::incident::KnownOpen;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::Covers;
use crate::model::vendor::Source;

const PUBLIC: &str = "arn:aws:health:us-east-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/SYNTHETIC_1";
const OURS: &str = "arn:aws:health:eu-west-1::event/RDS/AWS_RDS_MAINTENANCE_SCHEDULED/SYNTHETIC_2";

fn source(url: &str) -> Source {
    Source::at(SourceId::parse("aws/health-api").unwrap(), Format::AwsHealthApi, Some(url.parse().unwrap()))
}

fn answer(role: &'static str, status: u16, body: &Value) -> Answer {
    Answer { role, outcome: Outcome::Body(Body { status, ..Body::saved(body.to_string().into_bytes()) }) }
}

fn event(arn: &str, fields: &Value) -> Value {
    let mut event = json!({
        "arn": arn, "service": "EC2", "eventTypeCode": "AWS_EC2_OPERATIONAL_ISSUE", "eventTypeCategory": "issue",
        "eventScopeCode": "PUBLIC", "region": "us-east-1", "startTime": 1_795_334_400.25, "lastUpdatedTime": 1_795_338_000,
        "statusCode": "open",
    });
    event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    event
}

fn planned() -> Value {
    event(
        OURS,
        &json!({
            "service": "RDS", "eventTypeCode": "AWS_RDS_MAINTENANCE_SCHEDULED", "eventTypeCategory": "scheduledChange",
            "eventScopeCode": "ACCOUNT_SPECIFIC", "region": "eu-west-1", "statusCode": "upcoming", "endTime": 1_795_341_600,
        }),
    )
}

fn listed(events: &Value) -> Answer {
    answer(LISTED, 200, &json!({"events": events}))
}

fn details(of: &[(&str, &str)]) -> Answer {
    let set: Vec<Value> = of
        .iter()
        .map(|(arn, said)| json!({"event": {"arn": arn}, "eventDescription": {"latestDescription": said}}))
        .collect();
    answer(DETAILS, 200, &json!({"successfulSet": set, "failedSet": []}))
}

fn reading_of(url: &str, answers: &[Answer], known: &[&str]) -> Reading {
    let source = source(url);
    let keys = known.iter().map(|key| ((*key).to_owned(), Kind::Incident)).collect();
    let open = KnownOpen { keys, history_due: false };
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    super::read(&Asked { source: &source, url: source.url.as_ref().unwrap(), open: &open, now }, answers)
}

const ACCOUNT: &str = "https://global.health.amazonaws.com";
const ORGANIZATION: &str = "https://global.health.amazonaws.com/organization";

fn done(reading: Reading) -> Result<Snapshot, Unreadable> {
    match reading {
        Reading::Done(done) => done,
        Reading::Need(more) => panic!("{more:?}"),
    }
}

/// What is called where, in which region and with what.
fn calls(reading: Reading) -> Vec<(String, String, String, Value)> {
    let Reading::Need(more) = reading else { panic!("nothing is needed") };
    let one = |request: &Request| {
        let call = call(&request.url).unwrap();
        let target = call.target.strip_prefix("AWSHealth_20160804.").unwrap().to_owned();
        (call.url.host_str().unwrap().to_owned(), call.region, target, serde_json::from_str(&call.body).unwrap())
    };
    more.iter().map(one).collect()
}

#[test]
fn an_account_is_asked_for_what_is_open_then_what_is_touched_then_what_is_said() {
    let list = listed(&json!([event(PUBLIC, &json!({})), planned()]));
    let asked = calls(reading_of(ACCOUNT, std::slice::from_ref(&list), &[]));
    let (host, region, target, body) = &asked[0];
    assert_eq!((asked.len(), host.as_str(), region.as_str()), (1, "global.health.amazonaws.com", "us-east-1"));
    assert_eq!((target.as_str(), &body["filter"]["eventArns"]), ("DescribeAffectedEntities", &json!([OURS])));

    let touched = answer(
        RESOURCES,
        200,
        &json!({"entities": [
            {"eventArn": OURS, "entityValue": "db-synthetic", "statusCode": "PENDING"},
            {"eventArn": OURS, "entityValue": "db-other"},
        ]}),
    );
    let asked = calls(reading_of(ACCOUNT, &[list.clone(), touched.clone()], &[]));
    assert_eq!((asked[0].2.as_str(), &asked[0].3), ("DescribeEventDetails", &json!({"eventArns": [PUBLIC, OURS]})));

    let said = details(&[(PUBLIC, "We look into <b>errors</b>."), (OURS, "Your database restarts.")]);
    let snapshot = done(reading_of(ACCOUNT, &[list, touched, said], &[])).unwrap();
    assert_eq!(
        (&snapshot.warnings[..], &snapshot.blind[..], snapshot.covers.incidents),
        (&[][..], &[][..], Covers::AllOpen)
    );
    let [issue, change] = &snapshot.incidents[..] else { panic!("{:?}", snapshot.incidents) };
    assert_eq!((issue.kind, issue.impact, issue.phase), (Kind::Incident, Impact::Unknown, Phase::Investigating));
    assert_eq!((issue.title.as_str(), issue.key.as_str()), ("EC2 operational issue (N. Virginia)", PUBLIC));
    assert_eq!(
        (issue.components[0].key.as_str(), issue.updates[0].text.as_str()),
        ("ec2-us-east-1", "We look into errors.")
    );
    assert_eq!(issue.started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T08:00:00.25Z");
    assert_eq!((change.kind, change.phase, change.impact), (Kind::Maintenance, Phase::Scheduled, Impact::Maintenance));
    assert_eq!(
        change.planned.as_ref().unwrap().until.as_ref().unwrap().at.unwrap().to_string(),
        "2026-11-22T10:00:00Z"
    );
    assert_eq!(change.updates[0].text, "Affected resources: db-synthetic (pending), db-other");
}

#[test]
fn an_organization_is_asked_whom_of_it_an_event_touches() {
    let list = listed(&json!([event(PUBLIC, &json!({})), planned()]));
    let asked = calls(reading_of(ORGANIZATION, std::slice::from_ref(&list), &[]));
    assert_eq!((asked.len(), asked[0].2.as_str()), (1, "DescribeAffectedAccountsForOrganization"));
    assert_eq!(asked[0].3["eventArn"], OURS);
    let accounts = answer(ACCOUNTS, 200, &json!({"affectedAccounts": ["000000000001", "000000000002"]}));
    let asked = calls(reading_of(ORGANIZATION, &[list.clone(), accounts.clone()], &[]));
    assert_eq!(asked[0].2, "DescribeEventDetailsForOrganization");
    let wanted = json!([{"eventArn": PUBLIC}, {"eventArn": OURS, "awsAccountId": "000000000001"}]);
    assert_eq!(asked[0].3["organizationEventDetailFilters"], wanted);
    let snapshot = done(reading_of(ORGANIZATION, &[list, accounts, details(&[])], &[])).unwrap();
    assert_eq!(snapshot.incidents[1].updates[0].text, "Affected accounts: 000000000001, 000000000002");
}

#[test]
fn the_first_call_asks_for_all_that_is_open_and_when_it_is_due_for_what_was_closed() {
    let source = source(ORGANIZATION);
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let plan = |history_due| {
        let open = KnownOpen { history_due, ..KnownOpen::default() };
        let asked = Asked { source: &source, url: source.url.as_ref().unwrap(), open: &open, now };
        calls(Reading::Need((READER.plan)(&asked)))
    };
    let [(_, _, target, body)] = &plan(false)[..] else { panic!() };
    let filter = json!({"eventStatusCodes": ["open", "upcoming"], "eventTypeCategories": ["issue", "investigation", "scheduledChange"]});
    assert_eq!(
        (target.as_str(), body),
        ("DescribeEventsForOrganization", &json!({"filter": filter, "maxResults": 100}))
    );
    let both = plan(true);
    assert_eq!((both.len(), &both[1].3["filter"]["eventStatusCodes"]), (2, &json!(["closed"])));
    assert_eq!(both[1].3["filter"]["lastUpdatedTime"], json!({"from": 1_795_089_600}));
}

#[test]
fn pages_are_followed_by_their_tokens() {
    let page =
        |arn: &str, token: Value| answer(LISTED, 200, &json!({"events": [event(arn, &json!({}))], "nextToken": token}));
    let other = PUBLIC.replace("_1", "_9");
    let first = page(PUBLIC, json!("a+b/c=="));
    let asked = calls(reading_of(ACCOUNT, std::slice::from_ref(&first), &[]));
    assert_eq!((asked[0].2.as_str(), &asked[0].3["nextToken"]), ("DescribeEvents", &json!("a+b/c==")));
    let both = [first.clone(), page(&other, Value::Null), details(&[])];
    let snapshot = done(reading_of(ACCOUNT, &both, &[])).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (2, Covers::AllOpen));
    let circle = [first.clone(), page(&other, json!("a+b/c=="))];
    assert!(matches!(done(reading_of(ACCOUNT, &circle, &[])), Err(Unreadable::Unexpected(_))));
    let mut many: Vec<_> = (0..4).map(|n| page(&format!("{PUBLIC}{n}"), json!(format!("token{n}")))).collect();
    many.push(details(&[]));
    let snapshot = done(reading_of(ACCOUNT, &many, &[])).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents, snapshot.warnings.len()), (4, Covers::Delta, 1));
    let odd = [page(PUBLIC, json!(7))];
    assert!(done(reading_of(ACCOUNT, &odd, &[])).is_err());
}

#[test]
fn where_the_first_region_is_down_the_other_is_asked_and_its_silence_proves_nothing() {
    let wrong_region =
        json!({"__type": "InvalidSignatureException", "message": "Credential should be scoped to a valid region."});
    let dead = Answer { role: LISTED, outcome: Outcome::Unreadable(Unreadable::Unreachable("no route".into())) };
    for down in [dead, answer(LISTED, 503, &json!({})), answer(LISTED, 400, &wrong_region)] {
        let asked = calls(reading_of(ACCOUNT, std::slice::from_ref(&down), &[]));
        let (host, region, target, _) = &asked[0];
        assert_eq!(
            (host.as_str(), region.as_str(), target.as_str()),
            ("health.us-east-2.amazonaws.com", "us-east-2", "DescribeEvents")
        );
        let there = [down.clone(), listed(&json!([event(PUBLIC, &json!({}))]))];
        assert_eq!(calls(reading_of(ACCOUNT, &there, &[]))[0].0, "health.us-east-2.amazonaws.com");
        let snapshot = done(reading_of(ACCOUNT, &[down.clone(), listed(&json!([]))], &[])).unwrap();
        assert_eq!(snapshot.covers.incidents, Covers::Delta);
        let both = done(reading_of(ACCOUNT, &[down.clone(), answer(LISTED, 500, &json!({}))], &[]));
        assert!(matches!(both, Err(Unreadable::Failing(_))), "{both:?}");
    }
    let refused = answer(LISTED, 400, &json!({"__type": "AccessDeniedException", "message": "x"}));
    assert!(
        matches!(done(reading_of(ACCOUNT, &[refused], &[])), Err(Unreadable::Refused(_))),
        "that would help nobody"
    );
}

#[test]
fn what_was_open_and_is_not_listed_is_looked_for_among_what_was_closed() {
    let list = listed(&json!([]));
    let asked = calls(reading_of(ACCOUNT, std::slice::from_ref(&list), &[PUBLIC]));
    assert_eq!((asked.len(), &asked[0].3["filter"]["eventStatusCodes"]), (1, &json!(["closed"])));
    let over = event(PUBLIC, &json!({"statusCode": "closed", "endTime": 1_795_341_600}));
    let closed = |events: &Value| answer(HISTORY, 200, &json!({"events": events}));
    let with_history = [list.clone(), closed(&json!([over]))];
    let asked = calls(reading_of(ACCOUNT, &with_history, &[PUBLIC]));
    assert_eq!((asked[0].2.as_str(), &asked[0].3["eventArns"]), ("DescribeEventDetails", &json!([PUBLIC])));
    let all = [list.clone(), closed(&json!([over])), details(&[(PUBLIC, "It is over.")])];
    let snapshot = done(reading_of(ACCOUNT, &all, &[PUBLIC])).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.phase, one.updates[0].text.as_str()), (Phase::Resolved, "It is over."));
    assert_eq!(one.ended.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T10:00:00Z");
    let gone = done(reading_of(ACCOUNT, &[list.clone(), closed(&json!([]))], &[PUBLIC])).unwrap();
    assert_eq!((gone.incidents.len(), gone.covers.incidents), (0, Covers::AllOpen));
    let blind = [list, answer(HISTORY, 500, &json!({})), answer(HISTORY, 500, &json!({}))];
    let unsure = done(reading_of(ACCOUNT, &blind, &[PUBLIC])).unwrap();
    assert_eq!((unsure.covers.incidents, unsure.blind.len()), (Covers::Delta, 1), "it may only have been closed");
}

#[test]
fn a_notice_to_an_account_is_nothing_that_hurts() {
    let notice = event(OURS, &json!({"eventTypeCategory": "accountNotification"}));
    let snapshot = done(reading_of(ACCOUNT, &[listed(&json!([notice]))], &[])).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.warnings.len(), snapshot.covers.incidents), (0, 0, Covers::AllOpen));
}

#[test]
fn broken_events_cost_themselves_and_take_the_proof_of_absence_along() {
    let strange = event(
        "arn:aws:health:global::event/IAM/X/Y",
        &json!({"eventTypeCategory": "omen", "statusCode": "ripe", "region": "global", "startTime": "then", "service": "IAM"}),
    );
    for broken in [json!(7), event("", &json!({})), event("arn:aws:s3:::bucket", &json!({}))] {
        let list = listed(&json!([strange, broken]));
        let snapshot = done(reading_of(ACCOUNT, &[list, details(&[])], &[])).unwrap();
        let one = &snapshot.incidents[0];
        assert_eq!((one.impact, one.phase, one.regions.len()), (Impact::Unknown, Phase::Investigating, 0));
        assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (1, Covers::Delta), "{broken}");
        assert!(snapshot.warnings.len() >= 4, "{:?}", snapshot.warnings);
    }
    let lost =
        [listed(&json!([event(PUBLIC, &json!({}))])), answer(DETAILS, 400, &json!({"__type": "ThrottlingException"}))];
    let snapshot = done(reading_of(ACCOUNT, &lost, &[])).unwrap();
    assert!(matches!(&snapshot.blind[..], [(DETAILS, Unreadable::Failing(_))]), "{:?}", snapshot.blind);
}

#[test]
fn another_document_is_not_quiet() {
    for decoy in [
        json!({"value": []}),
        json!({"events": [], "x": 1}),
        json!({"events": [{"id": 1}]}),
        json!([]),
        json!({"events": {}}),
    ] {
        assert!(done(reading_of(ACCOUNT, &[answer(LISTED, 200, &decoy)], &[])).is_err(), "{decoy}");
    }
    assert_eq!(done(reading_of(ACCOUNT, &[listed(&json!([]))], &[])).unwrap().covers.incidents, Covers::AllOpen);
}

#[test]
fn a_refusal_says_the_way_out_and_not_who_asked() {
    let of = |kind: &str, said: &str| {
        let body = json!({"__type": format!("com.amazon.coral.service#{kind}"), "Message": said});
        done(reading_of(ACCOUNT, &[answer(LISTED, 400, &body)], &[])).unwrap_err().to_string()
    };
    let denied = of("AccessDeniedException", "User: arn:aws:iam::000000000001:user/canary is not authorized");
    assert!(
        denied.contains("AccessDeniedException") && denied.contains("health:Describe") && !denied.contains("canary"),
        "{denied}"
    );
    assert!(of("SubscriptionRequiredException", "").contains("Business or Enterprise support"));
    assert!(of("UnrecognizedClientException", "").contains("`access_key_id`"));
    assert!(of("InvalidSignatureException", "does not match").contains("`secret_access_key`"));
    assert!(of("InvalidSignatureException", "Signature expired: canary").contains("clock"));
}

#[test]
fn the_region_is_that_of_the_host_and_china_has_its_own() {
    let of = |url: &str| {
        let source = source(url);
        let url = source.url.as_ref().unwrap();
        let there =
            Endpoint::standby(&source, url).map(|there| call(&there.request(LISTED, "X", &json!({})).url).unwrap());
        let here = call(&Endpoint::first(url).request(LISTED, "X", &json!({})).url).unwrap();
        (here.region, there.map(|call| (call.url.host_str().unwrap().to_owned(), call.region)))
    };
    let there = |host: &str, region: &str| Some((host.to_owned(), region.to_owned()));
    assert_eq!(
        of("https://health.us-east-1.amazonaws.com"),
        ("us-east-1".into(), there("health.us-east-2.amazonaws.com", "us-east-2"))
    );
    assert_eq!(
        of("https://global.health.amazonaws.com.cn/organization"),
        ("cn-northwest-1".into(), there("health.cn-north-1.amazonaws.com.cn", "cn-north-1"))
    );
    assert_eq!(of("https://health.us-gov-west-1.amazonaws.com"), ("us-gov-west-1".into(), None));
}
