//! Maintenances that were announced: told ahead to who wants it, quiet while they run as planned, loud when they do not.

use bellwether::model::ahead::AheadKind;
use bellwether::model::effect::EffectKind;
use bellwether::model::impact::Impact;
use bellwether::model::phase::Phase;
use bellwether::model::snapshot::SeenIncident;

use crate::support::model::*;

const OKTA: &str = r#"{ vendor = "okta", without = "stops" }"#;
const SSO: &str = r#"{ vendor = "okta", components = ["SSO"], without = "stops" }"#;
const NOBODY: Vec<String> = Vec::new();
/// Two hours ahead, since the tests count in minutes.
const AHEAD: &str = "ahead = \"2h\"";

async fn desk(wants: &str) -> Desk {
    let desk = Desk::new(&[service("ehr", "EHR", OKTA)], &[receiver("noc", wants)]).await;
    desk.all_quiet().await;
    desk
}

fn running(from: i64, until: i64) -> SeenIncident {
    with_phase(Phase::InProgress, maintenance("m", from, until))
}

/// What each message tells of what lies ahead.
fn kinds(step: &Step) -> Vec<AheadKind> {
    step.sent.iter().flat_map(|sent| &sent.facts.topics).filter_map(|topic| Some(topic.ahead?.kind)).collect()
}

#[tokio::test]
async fn a_maintenance_is_told_ahead_at_its_time_and_once() {
    let desk = desk(AHEAD).await;
    assert_eq!(desk.open("okta/status", vec![maintenance("m", 300, 360)], 1).await.subjects(), NOBODY);
    let next = bellwether::pipeline::settle::next_tick(&desk.store, &desk.compiled, minute(1)).await.unwrap();
    assert_eq!(next, Some(minute(180)));
    assert_eq!(desk.tick(179).await.subjects(), NOBODY);
    let told = desk.tick(180).await;
    assert_eq!(told.subjects(), ["noc: [Maintenance ahead, 17:00 UTC] EHR at all sites: Okta"]);
    let text = &told.sent[0].text;
    assert!(
        text.contains(
            "EHR will be under maintenance at all sites because of Okta from 17:00 UTC to 18:00 UTC, in 2 h."
        ),
        "{text}"
    );
    assert_eq!(told.sent[0].facts.topics[0].told, [], "nothing of it has happened");
    assert_eq!(desk.tick(181).await.subjects(), NOBODY);
    assert_eq!(desk.open("okta/status", vec![maintenance("m", 300, 360)], 182).await.subjects(), NOBODY);
}

#[tokio::test]
async fn it_is_told_ahead_to_nobody_who_did_not_ask() {
    for wants in ["", "least = \"maintenance\"", "maintenance = [\"begin\", \"overrun\", \"end\"]"] {
        let desk = desk(wants).await;
        assert_eq!(desk.open("okta/status", vec![maintenance("m", 10, 60)], 1).await.subjects(), NOBODY, "{wants}");
    }
}

#[tokio::test]
async fn what_runs_as_planned_wakes_nobody_and_neither_does_its_end() {
    let desk = desk("maintenance = [\"ahead\", \"overrun\"]").await;
    assert_eq!(desk.open("okta/status", vec![maintenance("m", 10, 60)], 1).await.sent.len(), 1);
    assert_eq!(desk.tick(10).await.subjects(), NOBODY);
    let begun = desk.open("okta/status", vec![running(10, 60)], 10).await;
    assert_eq!(begun.subjects(), NOBODY);
    assert_eq!(begun.unsent(), ["noc: for-noc does not want to know that a maintenance runs as planned"]);
    assert_eq!(desk.tick(60).await.subjects(), NOBODY);
    let end = desk.open("okta/status", vec![with_phase(Phase::Completed, maintenance("m", 10, 60))], 60).await;
    assert_eq!(end.subjects(), NOBODY);
    assert_eq!(desk.tick(61).await.subjects(), NOBODY);
}

#[tokio::test]
async fn its_overrun_is_told_once_and_that_it_ended() {
    let desk = desk(AHEAD).await;
    desk.open("okta/status", vec![maintenance("m", 10, 60)], 1).await;
    desk.open("okta/status", vec![running(10, 60)], 10).await;
    assert_eq!(desk.tick(61).await.subjects(), ["noc: [Maintenance overrun] EHR at all sites: Okta"]);
    assert_eq!(desk.open("okta/status", vec![running(10, 90)], 70).await.subjects(), NOBODY, "more time");
    assert_eq!(desk.tick(91).await.subjects(), NOBODY, "passed too: it was told");
    let end = desk.open("okta/status", vec![with_phase(Phase::Completed, maintenance("m", 10, 90))], 95).await;
    assert_eq!(end.subjects(), ["noc: [Over] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn an_overrun_is_not_told_to_who_leaves_it_out() {
    let desk = desk("maintenance = [\"begin\"]").await;
    assert_eq!(
        desk.open("okta/status", vec![running(0, 60)], 1).await.subjects(),
        ["noc: [Maintenance] EHR at all sites: Okta"]
    );
    assert_eq!(desk.tick(61).await.subjects(), NOBODY);
    let end = desk.open("okta/status", vec![with_phase(Phase::Completed, maintenance("m", 0, 60))], 70).await;
    assert_eq!(end.subjects(), ["noc: [Over] EHR at all sites: Okta"], "a beginning has its end");
}

#[tokio::test]
async fn the_end_alone_can_be_wanted() {
    let desk = desk("maintenance = [\"ahead\", \"end\"]").await;
    assert_eq!(desk.open("okta/status", vec![maintenance("m", 10, 60)], 1).await.sent.len(), 1);
    assert_eq!(desk.open("okta/status", vec![running(10, 60)], 10).await.subjects(), NOBODY);
    let end = desk.open("okta/status", vec![with_phase(Phase::Completed, maintenance("m", 10, 60))], 55).await;
    assert_eq!(end.subjects(), ["noc: [Over] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn an_outage_inside_of_a_maintenance_is_told() {
    let inventory = [service("ehr", "EHR", SSO)];
    let desk = Desk::new(&inventory, &[receiver("noc", AHEAD)]).await;
    desk.all_quiet().await;
    let begun = naming(&["SSO"], running(10, 60));
    desk.open("okta/status", vec![begun.clone()], 10).await;
    let other = naming(&["SSO"], with_impact(Impact::MajorOutage, incident("x")));
    let step = desk.open("okta/status", vec![begun.clone(), other], 20).await;
    assert_eq!(step.subjects(), ["noc: [DOWN] EHR at all sites: Okta SSO"]);
    let down = with_components(vec![status("SSO", Impact::PartialOutage)], listing(vec![begun]));
    let worse = desk.look("okta/status", seen(down), 30).await;
    assert!(
        worse.subjects().contains(&"noc: [Partly down] EHR at all sites: Okta SSO".to_owned()),
        "{:?}",
        worse.subjects()
    );
}

#[tokio::test]
async fn other_times_are_told_to_who_was_told_the_old_ones() {
    let subscriptions = [receiver("noc", AHEAD), receiver("late", "ahead = \"10m\""), receiver("none", "")];
    let desk = Desk::new(&[service("ehr", "EHR", OKTA)], &subscriptions).await;
    desk.all_quiet().await;
    desk.open("okta/status", vec![maintenance("m", 60, 120)], 1).await;
    let moved = desk.open("okta/status", vec![maintenance("m", 900, 960)], 5).await;
    assert_eq!(moved.subjects(), ["noc: [Maintenance moved, Tue 3 Mar 03:00 UTC] EHR at all sites: Okta"]);
    assert!(moved.sent[0].text.contains("not from 13:00 UTC to 14:00 UTC"), "{}", moved.sent[0].text);
    assert_eq!(desk.tick(6).await.subjects(), NOBODY);
    assert_eq!(desk.tick(780).await.subjects(), NOBODY, "its time was told already");
    let longer = desk.open("okta/status", vec![maintenance("m", 900, 1000)], 800).await;
    assert_eq!(kinds(&longer), [AheadKind::Rescheduled], "another end is another time");
}

#[tokio::test]
async fn what_is_cancelled_or_leaves_the_list_is_told_to_who_was_told() {
    let cancelled = desk(AHEAD).await;
    cancelled.open("okta/status", vec![maintenance("m", 60, 120)], 1).await;
    let off = cancelled.open("okta/status", vec![with_phase(Phase::Cancelled, maintenance("m", 60, 120))], 5).await;
    assert_eq!(off.subjects(), ["noc: [Maintenance cancelled, 13:00 UTC] EHR at all sites: Okta"]);
    assert!(off.sent[0].is(EffectKind::Over) && off.sent[0].text.contains("Cancelled, says Okta"));
    assert_eq!(cancelled.tick(6).await.subjects(), NOBODY);

    let gone = desk(AHEAD).await;
    gone.open("okta/status", vec![maintenance("m", 60, 120)], 1).await;
    gone.open("okta/status", vec![], 2).await;
    gone.open("okta/status", vec![], 7).await;
    let off = gone.open("okta/status", vec![], 12).await;
    assert_eq!(off.subjects(), ["noc: [Maintenance no longer listed, 13:00 UTC] EHR at all sites: Okta"]);
    assert!(off.sent[0].text.contains("did not say that it is cancelled"), "{}", off.sent[0].text);
}

#[tokio::test]
async fn nobody_hears_that_what_was_never_told_is_cancelled() {
    let desk = desk("ahead = \"10m\"").await;
    desk.open("okta/status", vec![maintenance("m", 600, 660)], 1).await;
    let off = desk.open("okta/status", vec![with_phase(Phase::Cancelled, maintenance("m", 600, 660))], 5).await;
    assert_eq!(off.subjects(), NOBODY);
}

#[tokio::test]
async fn one_that_began_and_is_put_off_is_told_with_its_new_time_in_one_message() {
    let mut desk = desk("maintenance = [\"ahead\", \"begin\"]").await;
    desk.open("okta/status", vec![maintenance("m", 10, 60)], 1).await;
    assert_eq!(desk.open("okta/status", vec![running(10, 60)], 10).await.sent.len(), 1);
    desk.holds_mail = true;
    desk.open("okta/status", vec![maintenance("m", 500, 560)], 20).await;
    let sent = desk.deliver(20).await;
    assert_eq!(sent.len(), 1, "{sent:#?}");
    assert_eq!(sent[0].subject, "[Maintenance moved, 20:20 UTC] EHR at all sites: Okta");
    assert!(sent[0].is(EffectKind::Over), "and that it runs no longer");
}

#[tokio::test]
async fn a_service_that_it_touches_later_is_told_too_and_one_that_it_leaves_is_told_free() {
    let inventory = [
        service("ehr", "EHR", SSO),
        service("lab", "Lab", r#"{ vendor = "okta", components = ["MFA"], without = "stops" }"#),
    ];
    let desk = Desk::new(&inventory, &[receiver("noc", AHEAD)]).await;
    desk.all_quiet().await;
    let at = |names: &[&str]| naming(names, maintenance("m", 60, 120));
    assert_eq!(desk.open("okta/status", vec![at(&["SSO"])], 1).await.sent[0].services(), ["ehr hurt"]);
    let more = desk.open("okta/status", vec![at(&["SSO", "MFA"])], 2).await;
    assert_eq!(more.sent[0].services(), ["ehr hurt", "lab hurt"]);
    let none = desk.open("okta/status", vec![at(&["Mail"])], 3).await;
    assert_eq!(kinds(&none), [AheadKind::NotOurs]);
    assert_eq!(desk.tick(4).await.subjects(), NOBODY);
}

#[tokio::test]
async fn many_at_once_are_one_message() {
    let desk = Desk::new(&[service("ehr", "EHR", OKTA)], &[receiver("noc", AHEAD)]).await;
    let many: Vec<_> = (0..30).map(|n| maintenance(&format!("m{n}"), 30 + n, 200)).collect();
    let step = desk.open("okta/status", many, 0).await;
    assert_eq!(step.sent.iter().map(|sent| sent.facts.topics.len()).collect::<Vec<_>>(), [30]);
}

#[tokio::test]
async fn any_one_of_several_is_enough_so_a_maintenance_of_one_hurts_nobody() {
    let needs = r#"{ any_of = [{ vendor = "okta", without = "stops" }, { vendor = "azure", without = "stops" }] }"#;
    let desk = Desk::new(&[service("ehr", "EHR", needs)], &[receiver("noc", AHEAD)]).await;
    desk.all_quiet().await;
    assert_eq!(desk.open("okta/status", vec![maintenance("m", 30, 60)], 1).await.subjects(), NOBODY);
}

#[tokio::test]
async fn it_is_told_ahead_where_the_subscription_is_about_it() {
    let wants = ["vendors = [\"azure\"]", "regions = [\"eu-*\"]", "services = [\"ehr\"]"];
    let receivers = ["by-vendor", "by-region", "by-service"].iter().zip(wants);
    let subscriptions: Vec<_> = receivers.map(|(id, wants)| receiver(id, &format!("{wants}\n{AHEAD}"))).collect();
    let desk = Desk::new(&[service("ehr", "EHR", OKTA)], &subscriptions).await;
    desk.all_quiet().await;
    let us = SeenIncident { regions: vec!["us-east-1".into()], ..maintenance("m", 30, 60) };
    let step = desk.open("okta/status", vec![us], 1).await;
    assert_eq!(step.sent.iter().map(|sent| sent.receiver.as_str()).collect::<Vec<_>>(), ["by-service"]);
}

/// A vendor's time that lies at the edge of what a time can be.
fn at_the_edge(at: jiff::Timestamp) -> bellwether::model::stated::Stated {
    bellwether::model::stated::Stated::certain(at, at.to_string())
}

#[tokio::test]
async fn times_at_the_edge_of_time_stop_no_tick() {
    use bellwether::model::snapshot::Planned;
    use jiff::Timestamp;
    for (from, until) in
        [(Timestamp::MIN, Timestamp::MAX), (Timestamp::MAX, Timestamp::MAX), (Timestamp::MIN, Timestamp::MIN)]
    {
        for phase in [Phase::Scheduled, Phase::InProgress] {
            let desk = desk(
                "ahead = \"2h\"\nleast = \"maintenance\"\nmaintenance = [\"ahead\", \"begin\", \"overrun\", \"end\"]",
            )
            .await;
            let planned = Some(Planned { from: at_the_edge(from), until: Some(at_the_edge(until)) });
            let absurd = SeenIncident { planned, started: Some(at_the_edge(from)), ..maintenance("m", 1, 2) };
            desk.open("okta/status", vec![with_phase(phase, absurd.clone())], 1).await;
            desk.tick(2).await;
            let over = SeenIncident { ended: Some(at_the_edge(until)), ..with_phase(Phase::Completed, absurd) };
            desk.open("okta/status", vec![over], 3).await;
            desk.tick(4).await;
        }
    }
}

#[tokio::test]
async fn a_page_that_moves_its_end_at_every_look_is_no_storm() {
    let desk = desk(AHEAD).await;
    assert_eq!(desk.open("okta/status", vec![maintenance("m", 100, 160)], 1).await.sent.len(), 1);
    let mut sent = Vec::new();
    for minutes in 2..62 {
        sent.extend(desk.open("okta/status", vec![maintenance("m", 100, 159 + minutes)], minutes).await.sent);
        sent.extend(desk.tick(minutes).await.sent);
    }
    assert!((1..=5).contains(&sent.len()), "{} messages in an hour", sent.len());
    // What is told last is how it stands, also when nobody moves it any more.
    for minutes in 62..80 {
        sent.extend(desk.tick(minutes).await.sent);
    }
    let last = sent.last().unwrap().facts.topics[0].ahead.unwrap();
    assert_eq!(last.planned.until, Some(minute(159 + 61)));
}

#[tokio::test]
async fn one_that_is_moved_nearer_is_told_at_once_however_often_it_moved() {
    let desk = desk(AHEAD).await;
    desk.open("okta/status", vec![maintenance("m", 100, 160)], 1).await;
    assert_eq!(desk.open("okta/status", vec![maintenance("m", 110, 160)], 2).await.sent.len(), 1);
    assert_eq!(desk.open("okta/status", vec![maintenance("m", 15, 60)], 3).await.sent.len(), 1, "it begins in minutes");
}
