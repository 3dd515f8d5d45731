//! The message at the change of shifts: at its hours, once for each, also when nothing is wrong and when it comes late.

use bellwether::model::impact::Impact;
use bellwether::model::phase::Phase;
use bellwether::store::known::Seen;
use jiff::{SignedDuration, Timestamp};

use crate::support::model::*;

const OKTA: &str = r#"{ vendor = "okta", without = "stops" }"#;
const SHIFT: &str = "[[shift]]\nid = \"noc\"\nat = [\"13:00\", \"19:00\"]\nreceivers = [\"noc\"]\n";
const NOBODY: Vec<String> = Vec::new();

fn services() -> Vec<String> {
    let say =
        "[[service]]\nid = \"ehr\"\nname = \"EHR\"\ntier = \"life-safety\"\nsay = \"Paper charts, red binder.\"\n";
    vec![format!("{say}needs = [{OKTA}]\n"), service("lab", "Lab", r#"{ vendor = "oracle", without = "stops" }"#)]
}

/// At noon all is quiet, and the shift is known; the next hour is minute 60.
async fn desk() -> Desk {
    let desk = Desk::new(&services(), &[receiver("noc", ""), SHIFT.to_owned()]).await;
    desk.all_quiet().await;
    assert_eq!(desk.tick(0).await.subjects(), NOBODY, "a new shift begins with its next hour");
    desk
}

/// A tick while the sources were looked at a minute ago.
async fn tick(desk: &Desk, minutes: i64) -> Step {
    let look = minute(minutes - 1);
    let seen: Vec<_> = desk
        .compiled
        .polled()
        .into_iter()
        .map(|source| Seen { source, look, good: Some(look), next: None, moved: false })
        .collect();
    desk.store.put_seen(&seen).await.unwrap();
    desk.tick(minutes).await
}

#[tokio::test]
async fn after_a_start_it_waits_for_the_first_looks_and_calls_nothing_measured_that_was_not() {
    let desk = desk().await;
    let stopped = 60 + 8 * 60;
    assert_eq!(desk.tick(stopped).await.subjects(), NOBODY, "nobody has looked since noon");
    let told = tick(&desk, stopped + 1).await;
    assert!(told.sent[0].subject.contains("1 of 2 vendors measured"), "{}", told.sent[0].subject);
    assert_eq!(desk.tick(stopped + 24 * 60).await.subjects(), NOBODY);
    assert_eq!(desk.tick(stopped + 24 * 60 + 1).await.subjects(), NOBODY);
    let blind = desk.tick(stopped + 24 * 60 + 2).await;
    assert!(blind.sent[0].subject.contains("0 of 2 vendors measured, 2 nobody can see"), "{}", blind.sent[0].subject);
    assert!(
        blind.sent[0].text.contains("nobody has looked at okta/status, since Mon 2 Mar 21:00 UTC"),
        "{}",
        blind.sent[0].text
    );
}

#[tokio::test]
async fn it_comes_at_its_hour_once_and_says_honestly_how_far_anybody_sees() {
    let desk = desk().await;
    let next = bellwether::pipeline::settle::next_tick(&desk.store, &desk.compiled, minute(1)).await.unwrap();
    assert_eq!(next, Some(minute(60)));
    assert_eq!(tick(&desk, 59).await.subjects(), NOBODY);
    let told = tick(&desk, 60).await;
    let subject = "noc: [Shift 13:00 UTC] nothing known to hurt us; 1 of 2 vendors measured, 1 nobody can see";
    assert_eq!(told.subjects(), [subject]);
    let text = &told.sent[0].text;
    assert!(text.contains("Oracle publishes nothing that can be read"), "{text}");
    assert!(!text.to_lowercase().contains("all clear") && !text.contains("operational"), "{text}");
    assert_eq!(told.sent[0].short, "SHIFT 13:00 UTC: nothing known to hurt us. 1/2 vendors measured, 1 unseen.");
    for minutes in [60, 61, 300] {
        assert_eq!(tick(&desk, minutes).await.subjects(), NOBODY, "once");
    }
    assert_eq!(tick(&desk, 420).await.sent.len(), 1, "and at the next");
}

#[tokio::test]
async fn it_tells_what_hurts_what_happened_what_is_unseen_and_what_comes() {
    let desk = desk().await;
    let planned = maintenance("m", 120, 180);
    let down = with_impact(Impact::MajorOutage, incident("a"));
    desk.open("okta/status", vec![planned.clone(), incident("b")], 5).await;
    desk.open("okta/status", vec![planned.clone(), ended(20, incident("b")), down], 20).await;
    desk.look("azure/status", garbled(), 30).await;
    let told = tick(&desk, 60).await;
    let sent = told.sent.last().unwrap();
    assert!(sent.subject.starts_with("[Shift 13:00 UTC] 1 service hurt; "), "{}", sent.subject);
    for words in [
        "1 of 2 services is hurt",
        "EHR: Paper charts, red binder.",
        "EHR (life-safety), down since 12:00 UTC, because of Okta",
        "Okta, “Trouble m”: maintenance is to begin 14:00 UTC and to end 15:00 UTC, for EHR",
        "EHR, partly down, because of Okta: from 12:05 UTC to 12:20 UTC, 15 min",
        "EHR, down, because of Okta: since 12:20 UTC, goes on",
        "3 delivered since",
    ] {
        assert!(sent.text.contains(words), "{words:?} is not in {}", sent.text);
    }
    assert!(!sent.text.contains("Azure"), "nobody needs it");
}

#[tokio::test]
async fn a_source_that_cannot_be_read_is_not_measured() {
    let desk = desk().await;
    desk.look("okta/status", garbled(), 58).await;
    let told = tick(&desk, 60).await;
    assert_eq!(
        told.subjects(),
        ["noc: [Shift 13:00 UTC] nothing known to hurt us; 0 of 2 vendors measured, 2 nobody can see"]
    );
    assert!(told.sent[0].text.contains("Okta: okta/status cannot be read:"), "{}", told.sent[0].text);
    assert!(told.sent[0].text.contains("since 12:58 UTC; needed by EHR"), "{}", told.sent[0].text);
}

#[tokio::test]
async fn what_was_missed_is_sent_once_and_says_that_it_is_late() {
    let desk = desk().await;
    assert_eq!(tick(&desk, 60).await.sent.len(), 1);
    // Nothing ran from 13:10 today until 21:30 two days later.
    let late = tick(&desk, 60 + 48 * 60 + 8 * 60 + 30).await;
    assert_eq!(late.sent.len(), 1, "{:?}", late.subjects());
    let sent = &late.sent[0];
    assert!(sent.subject.starts_with("[Shift 19:00 UTC, late] "), "{}", sent.subject);
    assert!(sent.text.contains("It was due at 19:00 UTC and comes 2 h 30 min late"), "{}", sent.text);
    assert!(sent.text.contains("Before it, 4 shift messages were never sent."), "{}", sent.text);
    assert!(sent.short.starts_with("SHIFT 19:00 UTC (late): "), "{}", sent.short);
    assert_eq!(tick(&desk, 60 + 48 * 60 + 8 * 60 + 31).await.subjects(), NOBODY);
}

#[tokio::test]
async fn messages_that_do_not_arrive_are_told() {
    let mut desk = desk().await;
    desk.holds_mail = true;
    desk.open("okta/status", vec![incident("a")], 5).await;
    tick(&desk, 60).await;
    let sent = desk.deliver(60).await;
    let shift = sent.iter().find(|sent| sent.subject.starts_with("[Shift")).unwrap();
    assert!(shift.text.contains("1 not delivered yet, the oldest since 12:05 UTC"), "{}", shift.text);
}

#[tokio::test]
async fn an_address_gets_each_hour_once_however_many_receivers_lead_there() {
    let twin = "[[receiver]]\nid = \"twin\"\nemail = \"NOC@example.org\"\n".to_owned();
    let shift = SHIFT.replace("[\"noc\"]", "[\"noc\", \"twin\"]");
    let desk = Desk::new(&services(), &[receiver("noc", ""), twin, shift]).await;
    desk.all_quiet().await;
    tick(&desk, 0).await;
    assert_eq!(tick(&desk, 60).await.sent.len(), 1);
}

#[tokio::test]
async fn other_hours_begin_anew_and_send_nothing_for_the_past() {
    let mut desk = desk().await;
    let other = SHIFT.replace("13:00", "12:30");
    desk.compiled = organisation(&services(), &[receiver("noc", ""), other]);
    assert_eq!(tick(&desk, 45).await.subjects(), NOBODY);
    assert_eq!(tick(&desk, 420).await.sent.len(), 1);
}

/// The hours, in local time, at which a message went out while each minute ticked.
async fn hours_of_a_day(zone: &str, at: &str, from: &str, hours: i64) -> Vec<String> {
    let shift = format!("[[shift]]\nid = \"noc\"\nat = [{at}]\nreceivers = [\"noc\"]\n");
    let mut desk = Desk::new(&services(), &[receiver("noc", ""), shift]).await;
    desk.all_quiet().await;
    desk.compiled.time_zone = zone.to_owned();
    let from: Timestamp = from.parse().unwrap();
    let mut told = Vec::new();
    for step in 0..hours * 4 {
        let now = from + SignedDuration::from_mins(step * 15);
        let source = source_id("okta/status");
        desk.store.put_seen(&[Seen { source, look: now, good: Some(now), next: None, moved: false }]).await.unwrap();
        let happened = bellwether::pipeline::settle::tick_once(&desk.store, &desk.compiled, now).await.unwrap();
        let subjects = happened.notices.iter().map(|n| n.subject.split(']').next().unwrap().to_owned());
        told.extend(subjects);
    }
    told
}

#[tokio::test]
async fn on_the_days_on_which_clocks_change_each_hour_comes_once() {
    let forward = hours_of_a_day("America/Chicago", "\"02:30\", \"19:00\"", "2026-03-08T06:00:00Z", 26).await;
    assert_eq!(
        forward,
        ["[Shift 03:30 CDT (08:30 UTC)", "[Shift 19:00 CDT (Mon 00:00 UTC)", "[Shift 02:30 CDT (07:30 UTC)"]
    );
    let back = hours_of_a_day("America/Chicago", "\"01:30\", \"19:00\"", "2026-11-01T05:00:00Z", 26).await;
    assert_eq!(back, ["[Shift 01:30 CDT (06:30 UTC)", "[Shift 19:00 CST (Mon 01:00 UTC)"]);
}

#[tokio::test]
async fn a_maintenance_that_runs_and_ends_soon_is_told_so() {
    let desk = desk().await;
    desk.open("okta/status", vec![with_phase(Phase::InProgress, maintenance("m", 30, 90))], 30).await;
    let told = tick(&desk, 60).await;
    let text = &told.sent[0].text;
    assert!(text.contains("maintenance runs, and is to end 13:30 UTC, for EHR"), "{text}");
    assert!(text.contains("EHR (life-safety), maintenance since 12:00 UTC"), "{text}");
}

#[tokio::test]
async fn a_clock_that_stood_years_ahead_for_a_moment_silences_no_shift() {
    use bellwether::alerting::shift::{Standing, standing};
    let desk = desk().await;
    let (shift, utc) = (&desk.compiled.shifts[0], jiff::tz::TimeZone::UTC);
    let in_2038 = "2038-01-19T13:00:00Z".parse().unwrap();
    assert!(matches!(standing(shift, &utc, Some(in_2038), minute(61)), Standing::Begins(hour) if hour == minute(60)));
    // Set back over its hour by a second, it is not told twice.
    assert_eq!(standing(shift, &utc, Some(minute(60)), minute(60) - SignedDuration::from_secs(1)), Standing::Told);
}
