//! What lasts from one message to the next: threads, tickets and keys, through the real outbox.

use bellwether::alerting::route::Told;
use bellwether::model::effect::{Cause, EffectKind};
use bellwether::model::id::{IncidentId, NotificationId, ReceiverId};
use bellwether::model::impact::Impact;
use bellwether::model::notification::{Facts, Topic};
use bellwether::model::subscription::Receiver;
use bellwether::pipeline::deliver::{self, Ways};
use bellwether::store::Store;
use bellwether::store::outbox::{Gather, Tried, thread};
use jiff::Timestamp;
use serde_json::Value;

use super::answers::typical;
use super::{receivers, secrets};
use crate::support::facts::{at, ehr, facts, okta, over, prescribing, service};
use crate::support::far::{Asked, FarSide, Reply, reply};
use crate::support::ways;

const NOON: &str = "2026-07-17T12:00:00Z";

struct Line {
    store: Store,
    far: FarSide,
    ways: Ways,
    receiver: Receiver,
}

impl Line {
    async fn to(id: &str, script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let far = FarSide::new(script).await;
        let all = receivers(far.url.as_str());
        let environment = secrets(far.url.as_str());
        let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let receiver = all.iter().find(|r| r.id.as_str() == id).unwrap().clone();
        Self { store: Store::in_memory().await.unwrap(), far, ways: ways::to(all, &environment), receiver }
    }

    async fn put(&self, id: &str, mut facts: Facts, now: Timestamp) {
        facts.receiver = self.receiver.id.clone();
        let mut tx = self.store.write().await.unwrap();
        let id = NotificationId(id.to_owned());
        tx.put_notification(&id, &self.receiver.address(), &thread(&facts), &facts, Gather::No, now).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Delivers all that is due, and says what came of it and what was sent for it.
    async fn deliver(&self, now: Timestamp) -> (Vec<Tried>, Vec<Asked>) {
        let before = self.far.asked().len();
        let mut tried = Vec::new();
        for row in deliver::claim(&self.store, &self.ways, 100, &[], &|| now).await.unwrap() {
            tried.push(deliver::deliver_once(&self.store, &self.ways, row, &move || now).await.unwrap().tried);
        }
        (tried, self.far.asked().split_off(before))
    }

    async fn told(&self, service: &str, cause: &Cause, is_open: bool) {
        let told = Told {
            receiver: ReceiverId::parse("x").unwrap(),
            impact: Impact::MajorOutage,
            overrun: false,
            sent: true,
            path: Vec::new(),
            since: None,
            noticed: None,
            first: None,
            last: None,
            flapping: false,
            withheld: None,
        };
        let key = (self.receiver.address(), bellwether::model::id::ServiceId::parse(service).unwrap(), cause.clone());
        let mut tx = self.store.write().await.unwrap();
        tx.put_told(&[(key, is_open.then_some(told))]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// One message, delivered; all that was sent for it.
    async fn say(&self, id: &str, facts: Facts, now: &str) -> Vec<Asked> {
        self.put(id, facts, at(now)).await;
        let (tried, asked) = self.deliver(at(now)).await;
        assert!(matches!(tried.as_slice(), [Tried::Delivered { .. }]), "{id}: {tried:?} {asked:#?}");
        asked
    }
}

fn hurt() -> Topic {
    okta(vec![ehr(Impact::MajorOutage)])
}

fn with(cause: &str, topic: Topic) -> Topic {
    Topic { cause: Cause::Incident(IncidentId(cause.into())), incident: Some(IncidentId(cause.into())), ..topic }
}

fn slack(_: &Asked, before: usize) -> Reply {
    reply(200, format!(r#"{{"ok":true,"channel":"C0123456789","ts":"1.{before}"}}"#))
}

#[tokio::test]
async fn a_bot_answers_in_the_thread_of_what_it_said_first() {
    let line = Line::to("slack-bot", slack).await;
    let first = line.say("n1", facts(vec![hurt()]), NOON).await;
    assert!(first[0].json().get("thread_ts").is_none());
    let worse = Topic { told: vec![EffectKind::Worse], ..hurt() };
    let second = line.say("n2", facts(vec![worse]), "2026-07-17T12:05:00Z").await;
    assert_eq!((&second[0].json()["thread_ts"], &second[0].json()["reply_broadcast"]), (&"1.0".into(), &true.into()));
    let better = Topic { told: vec![EffectKind::Better], ..hurt() };
    let third = line.say("n3", facts(vec![better]), "2026-07-17T12:10:00Z").await;
    assert_eq!((&third[0].json()["thread_ts"], &third[0].json()["reply_broadcast"]), (&"1.0".into(), &false.into()));
    let other = line.say("n4", facts(vec![with("okta-other", hurt())]), "2026-07-17T12:11:00Z").await;
    assert!(other[0].json().get("thread_ts").is_none(), "another incident has a thread of its own");
}

#[tokio::test]
async fn what_a_first_look_told_together_goes_on_in_its_thread() {
    let line = Line::to("slack-bot", slack).await;
    line.say("n1", facts(vec![with("a-1", hurt()), with("b-2", hurt())]), NOON).await;
    let end = line.say("n2", facts(vec![over(with("b-2", hurt()), None)]), "2026-07-17T12:05:00Z").await;
    assert_eq!(end[0].json()["thread_ts"], "1.0");
}

#[tokio::test]
async fn a_try_that_failed_is_made_again_with_the_same_bytes() {
    for id in ["slack-bot", "pagerduty", "teams", "servicenow"] {
        let line = Line::to(id, |asked, before| match (before, asked.method.as_str()) {
            (0, _) => reply(500, "not now"),
            (_, "GET") => reply(200, r#"{"result":[]}"#),
            _ => reply(200, r#"{"ok":true,"ts":"1.1","result":{"sys_id":"feed"}}"#),
        })
        .await;
        line.put("n1", facts(vec![hurt()]), at(NOON)).await;
        let (tried, first) = line.deliver(at(NOON)).await;
        assert!(matches!(tried[0], Tried::Again { .. }), "{id}: {tried:?}");
        let (tried, second) = line.deliver(at("2026-07-17T13:00:00Z")).await;
        assert!(matches!(tried[0], Tried::Delivered { .. }), "{id}: {tried:?}");
        assert_eq!(first[0].body, second[0].body, "{id}");
    }
}

fn pagerduty(_: &Asked, _: usize) -> Reply {
    reply(202, r#"{"status":"success"}"#)
}

fn events(asked: &[Asked]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    asked.iter().map(|a| (text(&a.json()["event_action"]), text(&a.json()["dedup_key"]))).collect()
}

fn event(action: &str, key: &str) -> (String, String) {
    (action.to_owned(), key.to_owned())
}

#[tokio::test]
async fn an_end_for_one_service_closes_nothing_while_another_is_hurt_by_the_same() {
    let line = Line::to("pagerduty", pagerduty).await;
    let cause = hurt().cause;
    let key = format!("bellwether:{cause}");
    line.told("ehr", &cause, true).await;
    line.told("prescribing", &cause, true).await;
    let both = okta(vec![ehr(Impact::MajorOutage), prescribing(Impact::Degraded)]);
    assert_eq!(events(&line.say("n1", facts(vec![both]), NOON).await), [event("trigger", &key)]);
    line.told("ehr", &cause, false).await;
    let one = over(okta(vec![ehr(Impact::MajorOutage)]), None);
    assert_eq!(events(&line.say("n2", facts(vec![one]), "2026-07-17T12:05:00Z").await), [event("trigger", &key)]);
    line.told("prescribing", &cause, false).await;
    let other = over(okta(vec![prescribing(Impact::Degraded)]), None);
    assert_eq!(events(&line.say("n3", facts(vec![other]), "2026-07-17T12:10:00Z").await), [event("resolve", &key)]);
}

#[tokio::test]
async fn each_cause_of_a_first_look_is_opened_and_closed_by_itself() {
    let line = Line::to("pagerduty", pagerduty).await;
    let two = facts(vec![with("a-1", hurt()), with("b-2", hurt())]);
    let opened = events(&line.say("n1", two, NOON).await);
    assert_eq!(opened, [event("trigger", "bellwether:a-1"), event("trigger", "bellwether:b-2")]);
    let end = over(with("b-2", hurt()), None);
    assert_eq!(
        events(&line.say("n2", facts(vec![end]), "2026-07-17T12:05:00Z").await),
        [event("resolve", "bellwether:b-2")]
    );
}

#[tokio::test]
async fn what_began_and_was_over_before_it_could_be_told_is_opened_and_closed() {
    let line = Line::to("pagerduty", pagerduty).await;
    let sent = events(&line.say("n1", typical("began-and-over"), NOON).await);
    assert_eq!(sent.iter().map(|(action, _)| action.as_str()).collect::<Vec<_>>(), ["trigger", "resolve"]);
    let late = events(&line.say("n2", typical("reported-late"), "2026-07-17T12:05:00Z").await);
    assert_eq!(late.iter().map(|(action, _)| action.as_str()).collect::<Vec<_>>(), ["trigger", "resolve"]);
}

#[tokio::test]
async fn what_was_told_of_a_component_goes_on_and_ends_with_the_incident_that_names_it() {
    let line = Line::to("pagerduty", pagerduty).await;
    let source = hurt().source.unwrap();
    let component = Cause::Component { source: source.clone(), key: "sso".into() };
    let topic = Topic { cause: component.clone(), incident: None, vendor_word: None, ..hurt() };
    line.told("ehr", &component, true).await;
    line.say("n1", facts(vec![topic]), NOON).await;
    // The vendor opens an incident that names it: what was told of the one is told of the other now.
    line.told("ehr", &component, false).await;
    line.told("ehr", &hurt().cause, true).await;
    let key = format!("bellwether:{component}");
    let worse = Topic { told: vec![EffectKind::Worse], ..hurt() };
    assert_eq!(events(&line.say("n2", facts(vec![worse]), "2026-07-17T12:05:00Z").await), [event("trigger", &key)]);
    line.told("ehr", &hurt().cause, false).await;
    let end = over(hurt(), None);
    assert_eq!(events(&line.say("n3", facts(vec![end]), "2026-07-17T12:10:00Z").await), [event("resolve", &key)]);
}

#[tokio::test]
async fn what_lies_ahead_and_a_shift_page_nobody() {
    let line = Line::to("pagerduty", pagerduty).await;
    let ahead = line.say("n1", typical("maintenance-ahead"), NOON).await;
    assert_eq!((ahead.len(), ahead[0].path.as_str()), (1, "/v2/change/enqueue"));
    let shift = line.say("n2", typical("shift"), "2026-07-17T12:05:00Z").await;
    assert_eq!((shift.len(), shift[0].path.as_str()), (1, "/v2/change/enqueue"));
}

#[tokio::test]
async fn a_ticket_keeps_its_number_and_one_that_was_deleted_is_opened_anew() {
    let line = Line::to("servicenow", |asked, _| match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", _) => reply(200, r#"{"result":[]}"#),
        ("POST", _) => reply(201, r#"{"result":{"sys_id":"feed","number":"INC1"}}"#),
        (_, path) if path.ends_with("/feed") => reply(200, r#"{"result":{"sys_id":"feed","number":"INC1"}}"#),
        _ => reply(404, r#"{"error":{"message":"No Record found"}}"#),
    })
    .await;
    let opened = line.say("n1", facts(vec![hurt()]), NOON).await;
    assert_eq!(opened.iter().map(|a| a.method.as_str()).collect::<Vec<_>>(), ["GET", "POST"]);
    let worse = Topic { told: vec![EffectKind::Worse], ..hurt() };
    let more = line.say("n2", facts(vec![worse.clone()]), "2026-07-17T12:05:00Z").await;
    assert_eq!(more.len(), 1, "its number is known");
    assert!(more[0].method == "PATCH" && more[0].path.ends_with("/feed") && more[0].body.contains("work_notes"));
    let mut tx = line.store.write().await.unwrap();
    let lost = bellwether::model::thread::Learned { thread: hurt().cause.to_string(), name: Some("deleted".into()) };
    tx.put_learned(&line.receiver.address(), &[lost], at(NOON)).await.unwrap();
    tx.commit().await.unwrap();
    let anew = line.say("n3", facts(vec![worse]), "2026-07-17T12:10:00Z").await;
    assert_eq!(anew.iter().map(|a| a.method.as_str()).collect::<Vec<_>>(), ["PATCH", "GET", "POST"]);
    let end = line.say("n4", facts(vec![over(hurt(), None)]), "2026-07-17T12:15:00Z").await;
    assert!(end.len() == 1 && end[0].body.contains(r#""state":"6""#), "{end:#?}");
}

#[tokio::test]
async fn what_was_learned_before_a_list_broke_off_is_kept() {
    let line = Line::to("servicenow", |asked, before| match (asked.method.as_str(), before) {
        ("GET", _) => reply(200, r#"{"result":[]}"#),
        ("POST", 1) => reply(201, r#"{"result":{"sys_id":"feed","number":"INC1"}}"#),
        ("PATCH", _) => reply(200, r#"{"result":{"sys_id":"feed","number":"INC1"}}"#),
        ("POST", before) if before < 4 => reply(500, "no"),
        _ => reply(201, r#"{"result":{"sys_id":"beef","number":"INC2"}}"#),
    })
    .await;
    line.put("n1", facts(vec![with("a-1", hurt()), with("b-2", hurt())]), at(NOON)).await;
    let (tried, _) = line.deliver(at(NOON)).await;
    assert!(matches!(tried[0], Tried::Again { .. }), "{tried:?}");
    let (tried, again) = line.deliver(at("2026-07-17T13:00:00Z")).await;
    assert!(matches!(tried[0], Tried::Delivered { .. }), "{tried:?}");
    let methods: Vec<&str> = again.iter().map(|a| a.method.as_str()).collect();
    assert_eq!(methods, ["PATCH", "GET", "POST"], "the first ticket is not opened twice");
}

#[tokio::test]
async fn a_receiver_whose_secret_is_missing_waits_and_says_so() {
    let mut line = Line::to("slack-bot", slack).await;
    let failed =
        Err("the receiver slack-bot cannot be set up: the environment variable SLACK_TOKEN is not set".to_owned());
    line.ways.parties.insert(line.receiver.id.clone(), failed);
    line.put(
        "n1",
        facts(vec![okta(vec![service("x", "X", bellwether::model::inventory::Tier::Business, Impact::Degraded)])]),
        at(NOON),
    )
    .await;
    let (tried, asked) = line.deliver(at(NOON)).await;
    assert!(matches!(&tried[0], Tried::Again { reason, .. } if reason.contains("SLACK_TOKEN")), "{tried:?}");
    assert!(asked.is_empty());
}
