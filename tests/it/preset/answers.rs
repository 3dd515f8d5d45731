//! What goes over the wire to each service, and what its answers mean: a far side on loopback that looks at what it is
//! sent as the real one does.

use std::time::Duration;

use bellwether::delivery::Attempt;
use bellwether::delivery::preset::{Call, compose};
use bellwether::model::notification::Facts;
use bellwether::model::subscription::{Receiver, Way};
use bellwether::model::thread::Known;

use super::bodies::{card_of, would_take};
use super::{receivers, secrets};
use crate::support::facts::{self, at};
use crate::support::far::{Asked, FarSide, Reply, reply};
use crate::support::ways;

const NOW: &str = "2026-07-17T22:41:10Z";

pub fn typical(name: &str) -> Facts {
    facts::typical().into_iter().find(|(known, _)| *known == name).unwrap().1
}

fn receiver(id: &str, far: &FarSide) -> Receiver {
    receivers(far.url.as_str()).into_iter().find(|r| r.id.as_str() == id).unwrap()
}

/// Sends a message to a service whose far side answers by `script`.
async fn tell(
    id: &str,
    facts: &Facts,
    script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
) -> (Attempt, Vec<Asked>) {
    let far = FarSide::new(script).await;
    let receiver = receiver(id, &far);
    let environment = secrets(far.url.as_str());
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let party = ways::party(&receiver, &environment).unwrap().unwrap();
    let Way::Preset(preset) = &receiver.way else { panic!() };
    let known = Known::default();
    let bytes = compose(preset, &card_of(facts), &known).unwrap();
    let frozen = String::from_utf8(bytes.clone()).unwrap();
    // A trial of a way is told by this name, in each message; no secret is.
    let told_as_trial = "\"canary\":false";
    assert!(!frozen.replace(told_as_trial, "").contains("canary"), "{id}: a secret is frozen: {frozen}");
    let told = ways::hooks(Duration::from_secs(5)).tell(&party, &bytes, &known, at(NOW)).await;
    assert!(!format!("{told:?} {party:?}").contains("canary"), "{id}: a secret is shown: {told:?}");
    (told.attempt, far.asked())
}

/// As the real one: it looks for who asks, at the right place, and for what it needs.
fn strict(id: &str, asked: &Asked, before: usize) -> Reply {
    let is_json = asked.header("content-type").starts_with("application/json");
    let basic = |name: &str, password: &str| {
        use base64::Engine;
        let coded = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{password}"));
        asked.header("authorization") == format!("Basic {coded}")
    };
    let is = |path: &str| asked.path == path;
    let (is_let_in, is_there) = match id {
        "slack-hook" => (true, is("/services/T0/B0/canary-slack-hook")),
        "slack-bot" => (asked.header("authorization") == "Bearer xoxb-canary-slack-token", is("/api/chat.postMessage")),
        "teams" => (true, is("/workflows/canary-teams-hook/triggers/manual?sig=canary-sig")),
        "pagerduty" => (
            asked.json()["routing_key"] == "canarypagerdutykey00000000000000",
            is("/v2/enqueue") || is("/v2/change/enqueue"),
        ),
        "opsgenie" => {
            (asked.header("authorization") == "GenieKey canary-genie-key", asked.path.starts_with("/v2/alerts"))
        }
        "jira-alerts" => {
            let path = "/jsm/ops/integration/v2/alerts";
            (asked.header("authorization") == "GenieKey canary-genie-key", asked.path.starts_with(path))
        }
        "jira-issues" => (basic("noc@northfield.example", "canary-jira-token"), asked.path.starts_with("/rest/api/3/")),
        "servicenow" => (basic("bellwether", "canary-now-password"), asked.path.starts_with("/api/now/table/incident")),
        "alertmanager" => (true, is("/api/v2/alerts")),
        "discord" => (true, is("/api/webhooks/1/canary-discord-hook?wait=true")),
        "cloudevents" => (asked.header("authorization") == "Bearer canary-bearer", is("/events")),
        "ntfy" => (
            asked.header("authorization") == "Bearer canary-bearer" && asked.json()["topic"] == "canary-topic",
            is("/"),
        ),
        "sms" => {
            let account = "AC00000000000000000000000000000000";
            (basic(account, "canary-twilio-token"), is(&format!("/2010-04-01/Accounts/{account}/Messages.json")))
        }
        other => panic!("{other}"),
    };
    match (is_let_in, is_there) {
        (false, _) => reply(401, format!("who are you? {asked:?}")),
        (_, false) => reply(404, format!("nothing is at {}", asked.path)),
        _ if id == "cloudevents" && !asked.header("content-type").starts_with("application/cloudevents+json") => {
            reply(415, "")
        }
        _ if id == "sms" && asked.header("content-type") != "application/x-www-form-urlencoded" => reply(415, ""),
        _ if asked.method != "GET" && !is_json && !["sms", "cloudevents"].contains(&id) => reply(415, ""),
        _ => taken(id, asked, before),
    }
}

/// What the real one answers where all is well.
fn taken(id: &str, asked: &Asked, before: usize) -> Reply {
    match id {
        "slack-hook" => reply(200, "ok"),
        "slack-bot" => reply(200, format!(r#"{{"ok":true,"channel":"C0123456789","ts":"1503435956.00024{before}"}}"#)),
        "teams" => reply(202, ""),
        "pagerduty" => reply(202, r#"{"status":"success","message":"Event processed","dedup_key":"x"}"#),
        "opsgenie" | "jira-alerts" => reply(202, r#"{"result":"Request will be processed","requestId":"r-1"}"#),
        "jira-issues" if asked.path.ends_with("/search/jql") => reply(200, r#"{"issues":[],"isLast":true}"#),
        "jira-issues" if asked.path.ends_with("/transitions") && asked.method == "GET" => reply(
            200,
            r#"{"transitions":[{"id":"11","to":{"statusCategory":{"key":"indeterminate"}}},{"id":"31","to":{"statusCategory":{"key":"done"}}}]}"#,
        ),
        "jira-issues" if asked.path.ends_with("/transitions") => reply(204, ""),
        "jira-issues" if asked.path.ends_with("/issue") => reply(201, r#"{"id":"10000","key":"OPS-24"}"#),
        "jira-issues" => reply(201, r#"{"id":"1"}"#),
        "servicenow" if asked.method == "GET" => reply(200, r#"{"result":[]}"#),
        "servicenow" => {
            let sys_id = "0123456789abcdef0123456789abcdef";
            let status = if asked.method == "POST" { 201 } else { 200 };
            reply(status, format!(r#"{{"result":{{"sys_id":"{sys_id}","number":"INC0010001"}}}}"#))
        }
        "discord" => reply(200, r#"{"id":"1144"}"#),
        "cloudevents" => reply(204, ""),
        "ntfy" => reply(200, r#"{"id":"sPs71M8A2T","time":1643935928,"event":"message"}"#),
        "sms" => reply(201, r#"{"sid":"SM0123","status":"queued"}"#),
        _ => reply(200, ""),
    }
}

const ALL: [&str; 13] = [
    "slack-hook",
    "slack-bot",
    "teams",
    "pagerduty",
    "opsgenie",
    "jira-alerts",
    "jira-issues",
    "servicenow",
    "alertmanager",
    "discord",
    "cloudevents",
    "ntfy",
    "sms",
];

#[tokio::test]
async fn each_service_takes_a_beginning_an_end_and_a_test() {
    for id in ALL {
        for name in ["hurt", "over-vendor-said", "maintenance-ahead", "blind", "test-bare"] {
            let (attempt, asked) = tell(id, &typical(name), move |asked, before| strict(id, asked, before)).await;
            assert!(matches!(attempt, Attempt::Delivered { .. }), "{id}, {name}: {attempt:?} {asked:#?}");
            assert!(!asked.is_empty(), "{id}, {name}");
        }
    }
}

#[tokio::test]
async fn what_a_service_says_is_told_as_it_is() {
    for (id, says) in [
        ("slack-hook", "HTTP 200: ok"),
        ("slack-bot", "HTTP 200: ok in C0123456789, ts 1503435956.000240"),
        ("teams", "whether it posts is seen in Power Automate alone"),
        ("pagerduty", "Event processed"),
        ("opsgenie", "Request will be processed"),
        ("jira-issues", "HTTP 201: OPS-24"),
        ("servicenow", "HTTP 201: INC0010001"),
        ("discord", "message 1144"),
        ("ntfy", "message sPs71M8A2T"),
        ("sms", "queued SM0123"),
    ] {
        let (attempt, _) = tell(id, &typical("hurt"), move |asked, before| strict(id, asked, before)).await;
        match attempt {
            Attempt::Delivered { answer } => assert!(answer.contains(says), "{id}: {answer}"),
            other => panic!("{id}: {other:?}"),
        }
    }
}

/// What comes of an answer: when it is tried again at the soonest, or that it never is.
#[derive(Debug, PartialEq, Eq)]
enum Then {
    Later(Option<u64>),
    Never,
    Gone,
}

async fn check(id: &'static str, answer: Reply, then: Then, says: &str) {
    let answering = answer.clone();
    let (attempt, _) = tell(id, &typical("hurt"), move |_, _| answering.clone()).await;
    let (came, reason) = match attempt {
        Attempt::Retry { reason, after, ambiguous, .. } => {
            assert!(!ambiguous, "{id}: {reason}");
            (Then::Later(after.map(|after| after.as_secs())), reason)
        }
        Attempt::Permanent { reason, receiver_gone: true } => (Then::Gone, reason),
        Attempt::Permanent { reason, receiver_gone: false } | Attempt::TooMuch { reason } => (Then::Never, reason),
        Attempt::Delivered { answer } => panic!("{id}: {answer}"),
    };
    assert_eq!(came, then, "{id}: {answer:?}: {reason}");
    assert!(reason.contains(says), "{id}: {reason}");
}

#[tokio::test]
async fn every_documented_refusal_means_what_it_means() {
    for id in ALL {
        check(id, reply(429, "slow down").with("retry-after", "90"), Then::Later(Some(90)), "HTTP 429").await;
        check(id, reply(500, "oops"), Then::Later(None), "HTTP 500").await;
        check(id, reply(503, "").with("retry-after", "7"), Then::Later(Some(7)), "HTTP 503").await;
        check(id, reply(410, "gone"), Then::Gone, "take the receiver out").await;
        check(id, reply(401, "no"), Then::Later(Some(300)), "HTTP 401").await;
        check(id, reply(403, "no"), Then::Later(Some(300)), "HTTP 403").await;
        check(
            id,
            reply(307, "").with("location", "https://elsewhere.example/x"),
            Then::Later(None),
            "elsewhere.example",
        )
        .await;
    }
    for id in
        ["slack-hook", "slack-bot", "teams", "pagerduty", "opsgenie", "alertmanager", "discord", "cloudevents", "ntfy"]
    {
        check(id, reply(404, "nothing"), Then::Later(Some(300)), "HTTP 404").await;
    }
}

#[tokio::test]
async fn what_can_be_mended_is_tried_again_and_what_cannot_is_not() {
    let json = |status, body: &str| reply(status, body);
    check(
        "slack-bot",
        json(200, r#"{"ok":false,"error":"channel_not_found"}"#),
        Then::Later(Some(300)),
        "channel_not_found",
    )
    .await;
    check("slack-bot", json(200, r#"{"ok":false,"error":"token_revoked"}"#), Then::Later(Some(300)), "token_revoked")
        .await;
    check("slack-bot", json(200, r#"{"ok":false,"error":"internal_error"}"#), Then::Later(None), "internal_error")
        .await;
    check("slack-bot", json(200, r#"{"ok":false,"error":"invalid_blocks"}"#), Then::Never, "invalid_blocks").await;
    check("slack-bot", json(200, "<html>a proxy's page</html>"), Then::Later(None), "not how Slack answers").await;
    check("slack-hook", json(400, "invalid_payload"), Then::Never, "invalid_payload").await;
    check("slack-hook", json(400, "user_not_found"), Then::Later(Some(300)), "user_not_found").await;
    check(
        "teams",
        json(200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429"),
        Then::Later(None),
        "429",
    )
    .await;
    check("teams", json(413, ""), Then::Never, "HTTP 413").await;
    check(
        "pagerduty",
        json(400, r#"{"status":"invalid event","errors":["Invalid routing key"]}"#),
        Then::Later(Some(300)),
        "routing key",
    )
    .await;
    check(
        "pagerduty",
        json(400, r#"{"status":"invalid event","errors":["'payload.severity' is invalid"]}"#),
        Then::Never,
        "severity",
    )
    .await;
    check("opsgenie", json(422, r#"{"message":"Request body is not processable."}"#), Then::Never, "not processable")
        .await;
    check(
        "jira-issues",
        json(400, r#"{"errors":{"issuetype":"Specify a valid issue type"}}"#),
        Then::Later(Some(300)),
        "issue type",
    )
    .await;
    check("discord", json(400, r#"{"code":50035,"message":"Invalid Form Body"}"#), Then::Never, "Invalid Form Body")
        .await;
    check(
        "discord",
        json(404, r#"{"code":10015,"message":"Unknown Webhook"}"#),
        Then::Later(Some(300)),
        "Unknown Webhook",
    )
    .await;
    check("ntfy", json(400, r#"{"code":40009,"error":"topic invalid"}"#), Then::Later(Some(300)), "topic invalid")
        .await;
    check("ntfy", json(400, r#"{"code":40017,"error":"request body must be message JSON"}"#), Then::Never, "JSON")
        .await;
    check("sms", json(400, r#"{"code":21211,"message":"not a valid phone number"}"#), Then::Later(Some(300)), "21211")
        .await;
    check(
        "sms",
        json(400, r#"{"code":21610,"message":"unsubscribed recipient"}"#),
        Then::Never,
        "asked not to be written to",
    )
    .await;
    check("servicenow", json(200, "<html>Sign in</html>"), Then::Later(None), "no list of tickets").await;
}

#[tokio::test]
async fn what_is_refused_in_full_is_said_barely_at_once() {
    for (id, refusal) in [
        ("slack-hook", reply(400, "invalid_blocks")),
        ("slack-bot", reply(200, r#"{"ok":false,"error":"msg_blocks_too_long"}"#)),
        ("teams", reply(413, "too large")),
        ("discord", reply(400, r#"{"code":50035}"#)),
    ] {
        let (attempt, asked) = tell(id, &typical("hurt"), move |asked, before| match before {
            0 => refusal.clone(),
            _ => strict(id, asked, before),
        })
        .await;
        let Attempt::Delivered { answer } = attempt else { panic!("{id}: {attempt:?}") };
        assert!(answer.contains("then, said barely: "), "{id}: {answer}");
        assert_eq!(asked.len(), 2, "{id}");
        assert!(asked[1].body.len() < asked[0].body.len() && asked[1].body.contains("EHR"), "{id}: {}", asked[1].body);
    }
}

#[tokio::test]
async fn a_far_side_that_repeats_our_secret_does_not_have_it_shown() {
    for id in ALL {
        // `tell` looks for it in all that came of the try.
        let echo = |status| {
            move |asked: &Asked, _: usize| reply(status, format!("{} {:?} {}", asked.path, asked.headers, asked.body))
        };
        tell(id, &typical("hurt"), echo(500)).await;
        tell(id, &typical("hurt"), echo(400)).await;
        tell(id, &typical("hurt"), echo(200)).await;
    }
}

#[tokio::test]
async fn a_ticket_is_looked_for_before_one_is_opened_and_closed_as_far_as_it_lets_us() {
    for id in ["jira-issues", "servicenow"] {
        let (_, asked) = tell(id, &typical("hurt"), move |asked, before| strict(id, asked, before)).await;
        assert_eq!(asked.len(), 2, "{id}: {asked:#?}");
        // A try that was cut off has left one behind: it is found, and no second one is opened.
        let found = move |asked: &Asked, before: usize| match (id, before) {
            ("jira-issues", 0) => reply(200, r#"{"issues":[{"key":"OPS-7"}]}"#),
            ("servicenow", 0) => reply(200, r#"{"result":[{"sys_id":"feed","number":"INC7"}]}"#),
            _ => strict(id, asked, before),
        };
        let (_, asked) = tell(id, &typical("hurt"), found).await;
        assert_eq!(asked.len(), 2, "{id}: {asked:#?}");
        assert!(asked[1].path.contains("OPS-7") || asked[1].path.contains("feed"), "{id}: {}", asked[1].path);
        let (attempt, asked) = tell(id, &typical("over-vendor-said"), found).await;
        assert!(matches!(attempt, Attempt::Delivered { .. }), "{id}: {attempt:?} {asked:#?}");
        let closes =
            asked.iter().any(|a| a.body.contains(r#""state":"6""#) || a.body.contains(r#""transition":{"id":"31"}"#));
        assert!(closes, "{id}: {asked:#?}");
    }
    // Some rule there does not let it be closed: it is left open, with a note, and the log says so.
    let (attempt, asked) = tell("servicenow", &typical("over-vendor-said"), |asked, before| match before {
        0 => reply(200, r#"{"result":[{"sys_id":"feed","number":"INC7"}]}"#),
        1 => reply(403, r#"{"error":{"message":"Operation Failed","detail":"Data Policy Exception"}}"#),
        _ => strict("servicenow", asked, before),
    })
    .await;
    let Attempt::Delivered { answer } = attempt else { panic!("{attempt:?}") };
    assert!(answer.contains("Data Policy Exception") && answer.contains("left open, with a note"), "{answer}");
    assert!(asked[2].body.contains("work_notes") && !asked[2].body.contains("state"), "{}", asked[2].body);
    // Nothing is open, since people have closed it: that is no failure, and nothing is opened to be closed.
    let (attempt, asked) =
        tell("servicenow", &typical("over-vendor-said"), |asked, n| strict("servicenow", asked, n)).await;
    let Attempt::Delivered { answer } = attempt else { panic!("{attempt:?}") };
    assert!(answer.contains("nothing to close") && asked.len() == 1, "{answer} {asked:?}");
}

#[tokio::test]
async fn a_test_leaves_nothing_open() {
    for id in ["pagerduty", "opsgenie", "jira-alerts", "jira-issues", "servicenow"] {
        let (_, asked) = tell(id, &typical("test-bare"), move |asked, before| strict(id, asked, before)).await;
        let last = asked.last().unwrap();
        let ends = ["resolve", "/close", "transitions", r#""state":"6""#];
        let is_end = ends.iter().any(|end| last.path.contains(end) || last.body.contains(end));
        assert!(is_end, "{id}: {asked:#?}");
    }
}

#[tokio::test]
async fn what_was_frozen_passes_as_the_service_would_take_it() {
    for id in ALL {
        let far = FarSide::new(|_, _| reply(200, "")).await;
        let Way::Preset(preset) = receiver(id, &far).way else { panic!() };
        let bytes = compose(&preset, &card_of(&typical("hurt")), &Known::default()).unwrap();
        let calls: Vec<Call> = serde_json::from_slice(&bytes).unwrap();
        calls.iter().try_for_each(|call| would_take(id, call)).unwrap();
        assert_eq!(compose(&preset, &card_of(&typical("hurt")), &Known::default()).unwrap(), bytes, "{id}");
    }
}
