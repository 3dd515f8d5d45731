//! Who is told what, from looks to messages.

use bellwether::model::effect::EffectKind;
use bellwether::model::impact::Impact;
use bellwether::model::phase::Phase;
use bellwether::model::snapshot::SeenIncident;

use crate::support::model::*;

fn ehr_on(needs: &str) -> Vec<String> {
    vec![service("ehr", "EHR", needs)]
}

const SSO: &str = r#"{ vendor = "okta", components = ["SSO"], without = "stops" }"#;
const OKTA: &str = r#"{ vendor = "okta", without = "stops" }"#;
const AZURE: &str = r#"{ vendor = "azure", without = "stops" }"#;

async fn desk(needs: &str, wants: &str) -> Desk {
    let desk = Desk::new(&ehr_on(needs), &[receiver("noc", wants)]).await;
    desk.all_quiet().await;
    desk
}

fn sso(impact: Impact) -> SeenIncident {
    with_impact(impact, naming(&["SSO"], incident("a")))
}

const NOBODY: Vec<String> = Vec::new();

#[tokio::test]
async fn one_incident_is_told_from_its_beginning_to_its_end() {
    let desk = desk(OKTA, "").await;
    let step = |impact, minutes| desk.open("okta/status", vec![with_impact(impact, incident("a"))], minutes);
    assert_eq!(step(Impact::Degraded, 1).await.subjects(), ["noc: [Degraded] EHR at all sites: Okta"]);
    assert_eq!(step(Impact::MajorOutage, 2).await.subjects(), ["noc: [Worse: DOWN] EHR at all sites: Okta"]);
    assert_eq!(step(Impact::Degraded, 3).await.subjects(), ["noc: [Better: Degraded] EHR at all sites: Okta"]);
    let end = desk.open("okta/status", vec![ended(4, incident("a"))], 4).await;
    assert_eq!(end.subjects(), ["noc: [Over] EHR at all sites: Okta"]);
    assert!(end.sent[0].text.contains("for 4 min"), "{}", end.sent[0].text);
}

#[tokio::test]
async fn words_that_change_no_effect_are_not_told() {
    let desk = desk(OKTA, "").await;
    desk.open("okta/status", vec![incident("a")], 1).await;
    let mut said = incident("a");
    said.updates.push(update("u2", 5, "We still look."));
    let step = desk.open("okta/status", vec![said], 5).await;
    assert_eq!((step.changes(), step.subjects()), (vec!["updated a".to_owned()], NOBODY));
}

#[tokio::test]
async fn unknown_to_a_rung_is_told_as_worse_and_a_rung_to_unknown_not_as_better() {
    let desk = desk(OKTA, "").await;
    let step = |impact, minutes| desk.open("okta/status", vec![with_impact(impact, incident("a"))], minutes);
    assert_eq!(step(Impact::Unknown, 1).await.subjects(), ["noc: [Impact unknown] EHR at all sites: Okta"]);
    assert_eq!(step(Impact::Degraded, 2).await.subjects(), ["noc: [Worse: Degraded] EHR at all sites: Okta"]);
    assert_eq!(step(Impact::Unknown, 3).await.subjects(), NOBODY);
    assert_eq!(step(Impact::MajorOutage, 4).await.subjects(), ["noc: [Worse: DOWN] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn a_rung_that_comes_back_after_unknown_is_compared_with_what_was_told() {
    let desk = desk(OKTA, "").await;
    let step = |impact, minutes| desk.open("okta/status", vec![with_impact(impact, incident("a"))], minutes);
    step(Impact::MajorOutage, 1).await;
    step(Impact::Unknown, 2).await;
    assert_eq!(step(Impact::MajorOutage, 3).await.subjects(), NOBODY, "that was told");
    step(Impact::Unknown, 4).await;
    assert_eq!(step(Impact::Degraded, 5).await.subjects(), ["noc: [Better: Degraded] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn one_message_for_a_change_and_an_address_however_many_ways_lead_there() {
    let inventory = [
        service("ehr", "EHR", OKTA),
        service("lab", "Lab", OKTA),
        service("rx", "Rx", r#"{ service = "lab", without = "stops" }"#),
    ];
    let subscriptions = [
        receiver("noc", ""),
        "[[subscription]]\nid = \"again\"\nservices = [\"ehr\"]\nreceivers = [\"noc\", \"twin\"]\n".to_owned(),
        "[[receiver]]\nid = \"twin\"\nemail = \"NOC@example.org\"\n".to_owned(),
    ];
    let desk = Desk::new(&inventory, &subscriptions).await;
    desk.all_quiet().await;
    let step = desk.open("okta/status", vec![incident("a")], 1).await;
    assert_eq!(step.sent.len(), 1, "{:?}", step.subjects());
    assert_eq!(step.sent[0].services(), ["ehr hurt", "lab hurt", "rx hurt"]);
    let names: Vec<_> = step.sent[0].facts.subscriptions.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["for-noc", "again"]);
}

#[tokio::test]
async fn the_least_impact_keeps_back_what_is_less_and_lets_unknown_through() {
    let desk = desk(OKTA, "least = \"partial_outage\"").await;
    let less = desk.open("okta/status", vec![with_impact(Impact::Degraded, incident("a"))], 1).await;
    assert_eq!(less.subjects(), NOBODY);
    assert_eq!(less.unsent(), ["noc: for-noc wants at least partial_outage, this is degraded"]);
    let unknown = desk.open("okta/status", vec![with_impact(Impact::Unknown, incident("b"))], 2).await;
    assert_eq!(unknown.subjects(), ["noc: [Impact unknown] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn who_was_told_is_told_that_it_eased_below_the_least_impact_and_that_it_is_over() {
    let desk = desk(OKTA, "least = \"partial_outage\"").await;
    let step = |impact, minutes| desk.open("okta/status", vec![with_impact(impact, incident("a"))], minutes);
    step(Impact::MajorOutage, 1).await;
    assert_eq!(step(Impact::Degraded, 2).await.subjects(), ["noc: [Better: Degraded] EHR at all sites: Okta"]);
    let end = desk.open("okta/status", vec![ended(3, incident("a"))], 3).await;
    assert_eq!(end.subjects(), ["noc: [Over] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn what_grows_over_the_least_impact_is_told_as_hurt_to_whom_it_was_not_told() {
    let desk = desk(OKTA, "least = \"partial_outage\"").await;
    let step = |impact, minutes| desk.open("okta/status", vec![with_impact(impact, incident("a"))], minutes);
    step(Impact::Degraded, 1).await;
    assert_eq!(step(Impact::MajorOutage, 2).await.subjects(), ["noc: [DOWN] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn an_end_goes_only_to_who_was_told_of_the_beginning() {
    let desk = desk(OKTA, "least = \"partial_outage\"").await;
    desk.open("okta/status", vec![with_impact(Impact::Degraded, incident("a"))], 1).await;
    let end = desk.open("okta/status", vec![ended(3, incident("a"))], 3).await;
    assert_eq!(end.subjects(), NOBODY);
    assert_eq!(end.unsent(), ["noc: nobody there was told that it began"]);
}

#[tokio::test]
async fn only_the_effects_that_are_wanted_are_told() {
    let desk = desk(OKTA, "effects = [\"hurt\"]").await;
    let step = |impact, minutes| desk.open("okta/status", vec![with_impact(impact, incident("a"))], minutes);
    assert_eq!(step(Impact::Degraded, 1).await.sent.len(), 1);
    let worse = step(Impact::MajorOutage, 2).await;
    assert_eq!(
        (worse.subjects(), worse.unsent()),
        (NOBODY, vec!["noc: no subscription wants effects of the kind worse".to_owned()])
    );
    let end = desk.open("okta/status", vec![ended(3, incident("a"))], 3).await;
    assert_eq!(
        (end.subjects(), end.unsent()),
        (NOBODY, vec!["noc: no subscription wants effects of the kind over".to_owned()])
    );
}

#[tokio::test]
async fn who_wants_only_what_is_worse_is_told_when_it_gets_worse_and_not_that_it_began() {
    let desk = desk(OKTA, "effects = [\"worse\", \"over\"]").await;
    let step = |impact, minutes| desk.open("okta/status", vec![with_impact(impact, incident("a"))], minutes);
    assert_eq!(step(Impact::Degraded, 1).await.subjects(), NOBODY);
    assert_eq!(step(Impact::MajorOutage, 2).await.subjects(), ["noc: [Worse: DOWN] EHR at all sites: Okta"]);
    let end = desk.open("okta/status", vec![ended(3, incident("a"))], 3).await;
    assert_eq!(end.subjects(), ["noc: [Over] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn subscriptions_choose_by_service_tier_vendor_and_region() {
    let inventory = [service("ehr", "EHR", OKTA), service("lab", "Lab", r#"{ vendor = "aws", without = "stops" }"#)];
    let subscriptions = [
        receiver("by-service", "services = [\"lab\"]"),
        receiver("by-tier", "tiers = [\"life-safety\"]"),
        receiver("by-vendor", "vendors = [\"okta\"]"),
        receiver("by-region", "regions = [\"eu-*\"]"),
    ];
    let desk = Desk::new(&inventory, &subscriptions).await;
    desk.all_quiet().await;
    let to = |step: &Step| step.sent.iter().map(|s| s.receiver.clone()).collect::<Vec<_>>();
    let us = SeenIncident { regions: vec!["us-east-1".into()], ..incident("a") };
    assert_eq!(to(&desk.open("aws/status", vec![us], 1).await), ["by-service"]);
    let eu = SeenIncident { regions: vec!["eu-west-1".into()], ..incident("b") };
    assert_eq!(to(&desk.open("okta/status", vec![eu], 1).await), ["by-region", "by-vendor"]);
    let anywhere = desk.open("aws/status", vec![incident("c")], 2).await;
    assert_eq!(to(&anywhere), ["by-region", "by-service"], "a region that is not said may be any");
}

#[tokio::test]
async fn the_first_look_is_one_message_that_lists_all_that_hurts() {
    let desk = Desk::new(
        &[service("ehr", "EHR", OKTA), service("lab", "Lab", SSO)],
        &[receiver("noc", ""), receiver("lab-team", "services = [\"lab\"]")],
    )
    .await;
    let many: Vec<_> = (0..60).map(|n| incident(&format!("k{n}"))).collect();
    let step = desk.open("okta/status", many, 0).await;
    let counts: Vec<_> = step.sent.iter().map(|s| (s.receiver.as_str(), s.facts.topics.len())).collect();
    assert_eq!(counts, [("lab-team", 60), ("noc", 60)]);
    let twice = desk.open("okta/status", (0..60).map(|n| incident(&format!("k{n}"))).collect(), 1).await;
    assert_eq!(twice.subjects(), NOBODY);
}

#[tokio::test]
async fn sixty_maintenances_that_lie_ahead_at_the_first_look_tell_nobody() {
    let desk = Desk::new(&ehr_on(OKTA), &[receiver("noc", "least = \"maintenance\"")]).await;
    let many: Vec<_> = (0..60).map(|n| maintenance(&format!("m{n}"), 100 + n, 200)).collect();
    let step = desk.open("okta/status", many, 0).await;
    assert_eq!((step.changes().len(), step.subjects()), (60, NOBODY));
}

#[tokio::test]
async fn what_is_old_at_the_first_look_alerts_nobody_and_comes_alive_with_a_new_word() {
    let desk = Desk::new(&ehr_on(OKTA), &[receiver("noc", "")]).await;
    let zombie = SeenIncident {
        started: Some(stated(-40 * 24 * 60)),
        updates: vec![update("u1", -40 * 24 * 60, "Open.")],
        ..incident("z")
    };
    let step = desk.open("okta/status", vec![zombie.clone()], 0).await;
    assert_eq!((step.changes(), step.subjects()), (vec!["opened z".to_owned()], NOBODY));
    let mut woken = zombie;
    woken.updates.push(update("u2", 1, "Again."));
    assert_eq!(
        desk.open("okta/status", vec![woken], 2).await.subjects(),
        ["noc: [Partly down] EHR at all sites: Okta"]
    );
}

#[tokio::test]
async fn what_was_over_when_first_seen_is_told_once_as_late_and_never_as_open() {
    let desk = desk(OKTA, "").await;
    let step = desk.open("okta/status", vec![ended(20, incident("a"))], 30).await;
    assert_eq!(step.subjects(), ["noc: [Over, told late] EHR at all sites: Okta"]);
    assert!(step.sent[0].facts.topics[0].reported_late);
    assert_eq!(desk.open("okta/status", vec![ended(20, incident("a"))], 31).await.subjects(), NOBODY);
    assert_eq!(desk.tick(32).await.subjects(), NOBODY);
}

#[tokio::test]
async fn what_was_over_when_first_seen_is_told_only_to_who_was_hurt_and_wants_it() {
    let subscriptions = [
        receiver("hurt-only", "effects = [\"hurt\", \"worse\", \"better\"]"),
        receiver("of-lab", "services = [\"lab\"]"),
        receiver("of-the-worst", "least = \"major_outage\""),
        receiver("over-only", "effects = [\"over\"]"),
    ];
    let desk = Desk::new(&[service("ehr", "EHR", SSO), service("lab", "Lab", AZURE)], &subscriptions).await;
    desk.all_quiet().await;
    let step = desk.open("okta/status", vec![ended(20, sso(Impact::PartialOutage))], 30).await;
    let to: Vec<_> = step.sent.iter().map(|s| s.receiver.as_str()).collect();
    assert_eq!(to, ["hurt-only"], "it stands for the word that something hurt");
    let elsewhere = ended(20, naming(&["MFA"], incident("b")));
    assert_eq!(desk.open("okta/status", vec![elsewhere], 31).await.subjects(), NOBODY);
}

#[tokio::test]
async fn late_through_another_service_and_any_of_is_told_by_who_would_have_been_hurt() {
    let inventory = [
        service("ehr", "EHR", r#"{ service = "sign-in", without = "stops" }"#),
        service("sign-in", "Sign-in", r#"{ any_of = [{ vendor = "okta" }, { vendor = "azure" }], without = "stops" }"#),
    ];
    let desk = Desk::new(&inventory, &[receiver("noc", "")]).await;
    desk.all_quiet().await;
    let step = desk.open("okta/status", vec![ended(20, incident("a"))], 30).await;
    assert_eq!(step.subjects(), NOBODY, "the other alternative was well");
    desk.open("azure/status", vec![incident("b")], 31).await;
    let step = desk.open("okta/status", vec![ended(32, incident("c"))], 33).await;
    assert_eq!(step.sent.len(), 1, "both alternatives were away");
    assert_eq!(step.sent[0].services(), ["ehr over", "sign-in over"]);
}

#[tokio::test]
async fn a_lone_component_is_folded_into_the_incident_that_names_it_without_a_second_message() {
    let desk = desk(SSO, "").await;
    let with = |s: Impact, open: Vec<SeenIncident>| seen(with_components(vec![status("SSO", s)], listing(open)));
    let lone = desk.look("okta/status", with(Impact::PartialOutage, vec![]), 1).await;
    assert_eq!(lone.subjects(), ["noc: [Partly down] EHR at all sites: Okta SSO"]);
    let named = desk.look("okta/status", with(Impact::PartialOutage, vec![sso(Impact::PartialOutage)]), 2).await;
    assert_eq!((named.changes(), named.subjects()), (vec!["opened a".to_owned()], NOBODY));
    let end = desk.look("okta/status", with(Impact::Operational, vec![ended(3, sso(Impact::PartialOutage))]), 3).await;
    assert_eq!(end.subjects(), ["noc: [Over] EHR at all sites: Okta SSO"]);
}

#[tokio::test]
async fn an_incident_folds_all_the_components_that_it_names() {
    let desk = desk(r#"{ vendor = "okta", components = ["SSO", "MFA"], without = "stops" }"#, "").await;
    let with = |s: Impact, open: Vec<SeenIncident>| {
        seen(with_components(vec![status("SSO", s), status("MFA", Impact::Operational)], listing(open)))
    };
    let both = |open: Vec<SeenIncident>| {
        let unwell = vec![status("SSO", Impact::PartialOutage), status("MFA", Impact::Degraded)];
        seen(with_components(unwell, listing(open)))
    };
    assert_eq!(desk.look("okta/status", both(vec![]), 1).await.sent.len(), 2);
    let named = || naming(&["SSO", "MFA"], incident("a"));
    assert_eq!(desk.look("okta/status", both(vec![named()]), 2).await.subjects(), NOBODY);
    let end = desk.look("okta/status", with(Impact::Operational, vec![ended(3, named())]), 3).await;
    assert_eq!(end.subjects(), ["noc: [Over] EHR at all sites: Okta SSO"]);
}

#[tokio::test]
async fn a_component_still_unwell_after_its_incidents_end_is_told_with_that_end_and_is_no_all_clear() {
    let desk = desk(SSO, "").await;
    let with = |s: Impact, open: Vec<SeenIncident>| seen(with_components(vec![status("SSO", s)], listing(open)));
    desk.look("okta/status", with(Impact::PartialOutage, vec![sso(Impact::PartialOutage)]), 1).await;
    let end = desk.look("okta/status", with(Impact::Degraded, vec![ended(3, sso(Impact::PartialOutage))]), 3).await;
    assert_eq!(end.subjects(), ["noc: [Over, still hurt] EHR at all sites: Okta SSO"]);
    assert_eq!(end.sent[0].facts.topics[0].services[0].still, ["Okta SSO: degraded"]);
    assert!(end.sent[0].text.contains("EHR is still hurt: Okta SSO: degraded."), "{}", end.sent[0].text);
    let well = desk.look("okta/status", with(Impact::Operational, vec![]), 9).await;
    assert_eq!(well.subjects(), ["noc: [Over] EHR at all sites: Okta SSO"]);
}

#[tokio::test]
async fn two_causes_of_one_service_stay_two_and_the_end_of_one_names_the_other() {
    let desk = desk(&format!("{OKTA}, {AZURE}"), "").await;
    assert_eq!(desk.open("okta/status", vec![incident("a")], 1).await.sent.len(), 1);
    let second = desk.open("azure/status", vec![incident("a")], 1).await;
    assert_eq!(second.subjects(), ["noc: [Partly down] EHR at all sites: Azure"]);
    assert!(
        second.sent[0].text.contains("hurt by something else too: Okta: partial outage"),
        "{}",
        second.sent[0].text
    );
    let end = desk.open("okta/status", vec![ended(3, incident("a"))], 3).await;
    assert_eq!(end.subjects(), ["noc: [Over, still hurt] EHR at all sites: Okta"]);
    assert_eq!(end.sent[0].facts.topics[0].services[0].still, ["Azure: partial outage"]);
    let last = desk.open("azure/status", vec![ended(4, incident("a"))], 4).await;
    assert_eq!(last.subjects(), ["noc: [Over] EHR at all sites: Azure"]);
}

#[tokio::test]
async fn an_incident_that_stops_naming_our_component_is_over_for_us_and_said_to_go_on_elsewhere() {
    let desk = desk(SSO, "").await;
    desk.open("okta/status", vec![naming(&["SSO", "MFA"], incident("a"))], 1).await;
    let step = desk.open("okta/status", vec![naming(&["MFA"], incident("a"))], 5).await;
    assert_eq!(step.changes(), ["updated a"]);
    assert_eq!(step.sent.len(), 1);
    let sent = &step.sent[0];
    assert!(sent.is(EffectKind::Over));
    assert_eq!(sent.subject, "[No longer counted] EHR at all sites: Okta SSO");
    assert!(sent.text.contains("Okta’s incident goes on"), "{}", sent.text);
    let end = desk.open("okta/status", vec![ended(9, naming(&["MFA"], incident("a")))], 9).await;
    assert_eq!(end.subjects(), NOBODY);
}

#[tokio::test]
async fn a_service_hurt_later_by_the_same_incident_is_told_then() {
    let desk = Desk::new(
        &[
            service("ehr", "EHR", SSO),
            service("lab", "Lab", r#"{ vendor = "okta", components = ["MFA"], without = "stops" }"#),
        ],
        &[receiver("noc", "")],
    )
    .await;
    desk.all_quiet().await;
    let first = desk.open("okta/status", vec![naming(&["SSO"], incident("a"))], 1).await;
    assert_eq!(first.sent[0].services(), ["ehr hurt"]);
    let then = desk.open("okta/status", vec![naming(&["SSO", "MFA"], incident("a"))], 2).await;
    assert_eq!(then.sent.len(), 1);
    assert_eq!(then.sent[0].services(), ["lab hurt"]);
}

#[tokio::test]
async fn a_maintenance_is_told_when_it_begins_when_it_overruns_and_when_it_ends() {
    let desk = desk(OKTA, "least = \"maintenance\"").await;
    assert_eq!(desk.open("okta/status", vec![maintenance("m", 10, 60)], 1).await.subjects(), NOBODY);
    let running = || vec![with_phase(Phase::InProgress, maintenance("m", 10, 60))];
    assert_eq!(desk.open("okta/status", running(), 10).await.subjects(), ["noc: [Maintenance] EHR at all sites: Okta"]);
    assert_eq!(desk.tick(60).await.subjects(), NOBODY);
    let overrun = desk.tick(61).await;
    assert_eq!(overrun.subjects(), ["noc: [Worse: Maintenance overrun] EHR at all sites: Okta"]);
    assert_eq!(desk.tick(62).await.subjects(), NOBODY, "told once");
    let end = desk.open("okta/status", vec![with_phase(Phase::Completed, maintenance("m", 10, 60))], 70).await;
    assert_eq!(end.subjects(), ["noc: [Over] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn an_overrun_is_told_to_who_wants_no_maintenance() {
    let desk = desk(OKTA, "").await;
    desk.open("okta/status", vec![with_phase(Phase::InProgress, maintenance("m", 0, 60))], 10).await;
    assert_eq!(desk.tick(61).await.subjects(), ["noc: [Maintenance overrun] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn the_next_tick_is_when_time_alone_changes_something() {
    let desk = desk(OKTA, "").await;
    let next = async || bellwether::pipeline::settle::next_tick(&desk.store, &desk.compiled, minute(1)).await.unwrap();
    assert_eq!(next().await, None);
    desk.open("okta/status", vec![with_phase(Phase::InProgress, maintenance("m", 0, 60))], 1).await;
    assert_eq!(next().await, Some(minute(60) + jiff::SignedDuration::from_millis(1)));
    desk.look("okta/status", garbled(), 2).await;
    assert_eq!(next().await, Some(minute(12)));
}

#[tokio::test]
async fn a_blind_source_is_told_once_after_its_time_and_once_when_it_is_seen_again() {
    let desk = desk(OKTA, "").await;
    desk.look("okta/status", garbled(), 1).await;
    assert_eq!(desk.tick(10).await.subjects(), NOBODY);
    let blind = desk.tick(11).await;
    assert_eq!(blind.subjects(), ["noc: [Cannot see] Okta, which EHR needs at all sites"]);
    assert!(blind.sent[0].text.contains("for 10 min"), "{}", blind.sent[0].text);
    assert_eq!(desk.look("okta/status", garbled(), 12).await.subjects(), NOBODY);
    assert_eq!(desk.look("okta/status", unreachable(), 13).await.subjects(), NOBODY, "another reason");
    assert_eq!(desk.tick(14).await.subjects(), NOBODY);
    let again = desk.open("okta/status", vec![], 61).await;
    assert_eq!(again.subjects(), ["noc: [Seen again] Okta, which EHR needs at all sites"]);
    assert_eq!(desk.tick(62).await.subjects(), NOBODY);
}

#[tokio::test]
async fn what_has_ended_says_how_long_it_lasted() {
    let desk = desk(SSO, "").await;
    desk.look("okta/status", garbled(), 1).await;
    desk.tick(11).await;
    let again = desk.open("okta/status", vec![], 61).await;
    assert!(again.sent[0].text.contains("for 1 h, from 12:01 UTC to 13:01 UTC"), "{}", again.sent[0].text);
    let with = |s: Impact| seen(with_components(vec![status("SSO", s)], listing(vec![])));
    desk.look("okta/status", with(Impact::PartialOutage), 70).await;
    desk.look("okta/status", with(Impact::Degraded), 80).await;
    let well = desk.look("okta/status", with(Impact::Operational), 100).await;
    assert!(well.sent[0].text.contains("for 30 min, from 13:10 UTC to 13:40 UTC"), "{}", well.sent[0].text);
}

#[tokio::test]
async fn blind_for_less_than_its_time_is_never_told() {
    let desk = desk(OKTA, "").await;
    desk.look("okta/status", garbled(), 1).await;
    assert_eq!(desk.open("okta/status", vec![], 9).await.subjects(), NOBODY);
    assert_eq!(desk.tick(30).await.subjects(), NOBODY);
}

#[tokio::test]
async fn who_does_not_want_to_know_of_blind_sources_is_not_told() {
    let desk = desk(OKTA, "blind = false").await;
    desk.look("okta/status", garbled(), 1).await;
    let blind = desk.tick(11).await;
    assert_eq!((blind.subjects(), blind.unsent().len()), (NOBODY, 1));
    assert_eq!(desk.open("okta/status", vec![], 20).await.subjects(), NOBODY);
}

const THREE: &str = r#"{ vendor = "okta", without = "stops" }, { vendor = "azure", without = "stops" }, { vendor = "aws", without = "stops" }"#;
const ALL: [&str; 3] = ["aws/status", "azure/status", "okta/status"];

async fn go_silent(desk: &Desk, minutes: i64) {
    for source in ALL {
        assert_eq!(desk.look(source, unreachable(), minutes).await.subjects(), NOBODY);
    }
}

#[tokio::test]
async fn our_own_network_gone_is_told_once_as_that() {
    let inventory = [service("ehr", "EHR", THREE), service("lab", "Lab", OKTA)];
    let desk = Desk::new(&inventory, &[receiver("noc", "")]).await;
    desk.all_quiet().await;
    go_silent(&desk, 1).await;
    assert_eq!(desk.tick(10).await.subjects(), NOBODY);
    let gone = desk.tick(11).await;
    assert_eq!(gone.subjects(), ["noc: [Offline, 2 services] Bellwether itself, not the vendors"]);
    assert_eq!(desk.tick(12).await.subjects(), NOBODY);
    go_silent(&desk, 13).await;
    assert_eq!(desk.tick(300).await.subjects(), NOBODY);
}

#[tokio::test]
async fn our_own_network_gone_is_one_message_also_where_a_look_comes_before_the_tick() {
    let inventory = [
        service("ehr", "EHR", r#"{ vendor = "azure", without = "stops" }, { vendor = "aws", without = "stops" }"#),
        service("lab", "Lab", OKTA),
    ];
    let desk = Desk::new(&inventory, &[receiver("noc", "")]).await;
    desk.all_quiet().await;
    go_silent(&desk, 1).await;
    desk.tick(2).await;
    let look = desk.look("okta/status", garbled(), 12).await;
    let tick = desk.tick(12).await;
    let back = look.sent.len() + tick.sent.len();
    assert_eq!(back, 0, "a server answered, so the network is there: {:?} {:?}", look.subjects(), tick.subjects());
}

#[tokio::test]
async fn when_the_network_returns_staggered_it_is_told_once_and_there_is_no_storm() {
    let desk = desk(THREE, "").await;
    go_silent(&desk, 1).await;
    desk.tick(2).await;
    desk.tick(11).await;
    assert_eq!(desk.open("okta/status", vec![], 61).await.subjects(), NOBODY);
    let back = desk.tick(61).await;
    assert_eq!(back.subjects(), ["noc: [Online again] Bellwether itself, not the vendors"]);
    assert!(back.sent[0].text.contains("for 1 h"), "{}", back.sent[0].text);
    assert_eq!(desk.tick(62).await.subjects(), NOBODY);
    assert_eq!(desk.open("azure/status", vec![], 63).await.subjects(), NOBODY);
    assert_eq!(desk.tick(70).await.subjects(), NOBODY);
    let late = desk.tick(71).await;
    assert_eq!(
        late.subjects(),
        ["noc: [Cannot see] AWS, which EHR needs at all sites"],
        "still away: it is the vendor"
    );
}

#[tokio::test]
async fn a_source_told_as_blind_is_not_told_as_seen_again_because_the_network_went_too() {
    let desk = desk(THREE, "").await;
    desk.look("okta/status", garbled(), 1).await;
    assert_eq!(desk.tick(11).await.sent.len(), 1);
    go_silent(&desk, 20).await;
    assert_eq!(desk.tick(20).await.subjects(), NOBODY);
    assert_eq!(desk.tick(30).await.subjects(), ["noc: [Offline] Bellwether itself, not the vendors"]);
    desk.open("azure/status", vec![], 60).await;
    assert_eq!(desk.tick(60).await.subjects(), ["noc: [Online again] Bellwether itself, not the vendors"]);
    desk.open("aws/status", vec![], 61).await;
    assert_eq!(desk.tick(75).await.subjects(), NOBODY, "it was told as blind, and still is");
    let again = desk.open("okta/status", vec![], 80).await;
    assert_eq!(again.subjects(), ["noc: [Seen again] Okta, which EHR needs at all sites"]);
}

#[tokio::test]
async fn a_single_source_that_is_away_is_not_our_network() {
    let desk = desk(OKTA, "").await;
    desk.look("okta/status", unreachable(), 1).await;
    assert_eq!(desk.tick(11).await.subjects(), ["noc: [Cannot see] Okta, which EHR needs at all sites"]);
}

#[tokio::test]
async fn an_incident_that_was_open_when_the_network_went_is_not_over_by_it() {
    let desk = desk(THREE, "").await;
    desk.open("okta/status", vec![incident("a")], 1).await;
    go_silent(&desk, 2).await;
    let gone = desk.tick(12).await;
    assert_eq!(gone.subjects(), ["noc: [Offline] Bellwether itself, not the vendors"]);
    assert!(gone.happened.effects.is_empty());
}

#[tokio::test]
async fn a_subscription_added_later_tells_what_hurts_now() {
    let mut desk = desk(OKTA, "").await;
    desk.open("okta/status", vec![incident("a")], 1).await;
    desk.compiled = organisation(&ehr_on(OKTA), &[receiver("noc", ""), receiver("new", "")]);
    let reload = desk.tick(30).await;
    assert_eq!(reload.subjects(), ["new: [Partly down] EHR at all sites: Okta"]);
    assert!(reload.sent[0].text.contains("for 30 min"));
    assert_eq!(desk.tick(31).await.subjects(), NOBODY);
}

#[tokio::test]
async fn who_no_longer_subscribes_is_not_told_the_end_and_the_decision_says_so() {
    let mut desk = desk(OKTA, "").await;
    desk.open("okta/status", vec![incident("a")], 1).await;
    desk.compiled = organisation(&ehr_on(OKTA), &[]);
    let reload = desk.tick(2).await;
    assert_eq!(
        (reload.subjects(), reload.unsent()),
        (NOBODY, vec!["noc: no subscription leads to noc for it any more".to_owned()])
    );
    assert_eq!(desk.open("okta/status", vec![ended(3, incident("a"))], 3).await.subjects(), NOBODY);
}

#[tokio::test]
async fn a_subscription_narrowed_while_hurt_says_no_false_end() {
    let mut desk = desk(OKTA, "").await;
    desk.open("okta/status", vec![with_impact(Impact::Degraded, incident("a"))], 1).await;
    desk.compiled = organisation(&ehr_on(OKTA), &[receiver("noc", "vendors = [\"azure\"]")]);
    assert_eq!(desk.tick(2).await.subjects(), NOBODY);
    desk.compiled = organisation(&ehr_on(OKTA), &[receiver("noc", "least = \"major_outage\"")]);
    assert_eq!(desk.tick(3).await.subjects(), NOBODY);
}

#[tokio::test]
async fn a_subscription_that_asks_for_less_than_before_tells_what_hurts_now() {
    let mut desk = desk(OKTA, "least = \"major_outage\"").await;
    assert_eq!(desk.open("okta/status", vec![incident("a")], 1).await.subjects(), NOBODY);
    desk.compiled = organisation(&ehr_on(OKTA), &[receiver("noc", "")]);
    assert_eq!(desk.tick(2).await.subjects(), ["noc: [Partly down] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn an_inventory_line_removed_while_hurt_does_not_read_as_an_all_clear() {
    let mut desk = desk(&format!("{OKTA}, {AZURE}"), "").await;
    desk.open("okta/status", vec![incident("a")], 1).await;
    // Another service still needs Okta, so that its source stays.
    desk.compiled = organisation(
        &[service("ehr", "EHR", AZURE), service("lab", "Lab", SSO)],
        &[receiver("noc", "services = [\"ehr\"]")],
    );
    let reload = desk.tick(30).await;
    assert_eq!(reload.sent.len(), 1);
    let sent = &reload.sent[0];
    assert_eq!(sent.subject, "[No longer counted] EHR at all sites: Okta");
    assert!(!sent.text.contains("Over"), "{}", sent.text);
    assert!(sent.text.contains("goes on"), "{}", sent.text);
}

#[tokio::test]
async fn a_service_removed_while_hurt_is_told_without_an_all_clear() {
    let mut desk = Desk::new(&[service("ehr", "EHR", OKTA), service("lab", "Lab", OKTA)], &[receiver("noc", "")]).await;
    desk.all_quiet().await;
    desk.open("okta/status", vec![incident("a")], 1).await;
    desk.compiled = organisation(&[service("lab", "Lab", OKTA)], &[receiver("noc", "")]);
    let reload = desk.tick(30).await;
    assert_eq!(reload.subjects(), NOBODY);
    assert_eq!(reload.unsent(), ["noc: no subscription leads to noc for it any more"]);
    let end = desk.open("okta/status", vec![ended(31, incident("a"))], 31).await;
    assert_eq!(end.sent[0].services(), ["lab over"]);
}

#[tokio::test]
async fn a_source_that_was_removed_withdraws_its_incidents_and_tells_once_who_was_told() {
    let mut desk = Desk::new(&ehr_on(r#"{ vendor = "lab", without = "stops" }"#), &[receiver("noc", "")]).await;
    desk.all_quiet().await;
    desk.open("lab/page", vec![incident("a")], 1).await;
    let mut fewer = vendors();
    fewer.iter_mut().for_each(|v| v.sources.retain(|s| s.id.as_str() != "lab/page"));
    desk.compiled = organisation_of(fewer, &ehr_on(r#"{ vendor = "lab", without = "stops" }"#), &[receiver("noc", "")]);
    let reload = desk.tick(30).await;
    assert_eq!(reload.changes(), ["withdrawn a"]);
    assert_eq!(reload.subjects(), ["noc: [No longer watched] EHR at all sites: Lab"]);
    assert!(reload.sent[0].text.contains("lab/page is no longer watched"), "{}", reload.sent[0].text);
    let again = desk.tick(31).await;
    assert_eq!((again.changes(), again.subjects()), (NOBODY, NOBODY));
}

#[tokio::test]
async fn a_source_that_comes_back_is_read_as_at_first() {
    let mut desk =
        Desk::new(&ehr_on(r#"{ vendor = "lab", components = ["X"], without = "stops" }"#), &[receiver("noc", "")])
            .await;
    let with = || seen(with_components(vec![status("X", Impact::Degraded)], listing(vec![incident("a")])));
    desk.look("lab/page", with(), 1).await;
    let whole = desk.compiled.clone();
    let mut fewer = vendors();
    fewer.iter_mut().for_each(|v| v.sources.retain(|s| s.id.as_str() != "lab/page"));
    desk.compiled = organisation_of(
        fewer,
        &ehr_on(r#"{ vendor = "lab", components = ["X"], without = "stops" }"#),
        &[receiver("noc", "")],
    );
    assert_eq!(desk.tick(30).await.sent.len(), 2, "the incident and the component");
    desk.compiled = whole;
    assert_eq!(desk.tick(40).await.subjects(), NOBODY, "nobody has looked yet");
    let step = desk.look("lab/page", with(), 41).await;
    assert_eq!(step.changes(), ["reopened a", "component x degraded"]);
    assert_eq!(step.sent.len(), 1);
}

#[tokio::test]
async fn what_was_entered_by_hand_stays_and_ends_by_hand() {
    let desk = desk(r#"{ vendor = "oracle", without = "stops" }"#, "").await;
    let word = |text: &str| SeenIncident { updates: vec![update("u1", 1, text)], ..incident("call-1") };
    let opened = desk.by_hand("oracle/manual", &word("Support says the EHR is down."), 1).await;
    assert_eq!(opened.subjects(), ["noc: [Partly down] EHR at all sites: Oracle"]);
    let tick = desk.tick(30).await;
    assert_eq!((tick.changes(), tick.subjects()), (NOBODY, NOBODY));
    let end = desk.by_hand("oracle/manual", &ended(60, word("It works again.")), 60).await;
    assert_eq!(end.subjects(), ["noc: [Closed by hand] EHR at all sites: Oracle"]);
}

#[tokio::test]
async fn a_persons_words_are_not_put_into_the_vendors_mouth() {
    let desk = desk(r#"{ vendor = "oracle", without = "stops" }"#, "").await;
    let mut word = incident("call-1");
    word.vendor_impact = "partial_outage".into();
    word.updates[0].author = Some("Ada from the NOC".into());
    let opened = desk.by_hand("oracle/manual", &word, 1).await;
    let text = &opened.sent[0].text;
    assert!(text.contains("Entered by Ada from the NOC"), "{text}");
    assert!(
        !text.contains("They say") && !text.contains("Oracle’s word") && !text.contains("Oracle does not say"),
        "{text}"
    );
}

#[tokio::test]
async fn a_reopened_incident_is_told_again() {
    let desk = desk(OKTA, "").await;
    desk.open("okta/status", vec![incident("a")], 1).await;
    desk.open("okta/status", vec![ended(2, incident("a"))], 2).await;
    let again = desk.open("okta/status", vec![incident("a")], 3).await;
    assert_eq!((again.changes(), again.subjects().len()), (vec!["reopened a".to_owned()], 1));
}

#[tokio::test]
async fn a_removed_source_that_was_told_as_blind_is_not_told_as_seen_again() {
    let needs = r#"{ vendor = "lab", without = "stops" }"#;
    let mut desk = Desk::new(&ehr_on(needs), &[receiver("noc", "")]).await;
    desk.all_quiet().await;
    desk.look("lab/page", garbled(), 1).await;
    assert_eq!(desk.tick(11).await.sent.len(), 1);
    let mut fewer = vendors();
    fewer.iter_mut().for_each(|v| v.sources.retain(|s| s.id.as_str() != "lab/page"));
    desk.compiled = organisation_of(fewer, &ehr_on(needs), &[receiver("noc", "")]);
    let reload = desk.tick(30).await;
    assert_eq!(reload.subjects(), ["noc: [No longer watched] Lab, which EHR needs at all sites"]);
    assert!(!reload.sent[0].text.contains("again"), "{}", reload.sent[0].text);
}

#[tokio::test]
async fn an_inventory_line_removed_while_its_source_is_blind_is_not_told_as_seen_again() {
    let mut desk = desk(&format!("{OKTA}, {AZURE}"), "services = [\"ehr\"]").await;
    desk.look("okta/status", garbled(), 1).await;
    desk.tick(11).await;
    desk.compiled = organisation(
        &[service("ehr", "EHR", AZURE), service("lab", "Lab", OKTA)],
        &[receiver("noc", "services = [\"ehr\"]")],
    );
    let reload = desk.tick(30).await;
    assert_eq!(reload.subjects(), ["noc: [No longer counted] Okta, which EHR needs at all sites"]);
}

#[tokio::test]
async fn a_way_round_that_is_well_again_ends_the_hurt_but_not_the_incident() {
    let desk = desk(r#"{ any_of = [{ vendor = "okta" }, { vendor = "azure" }], without = "stops" }"#, "").await;
    desk.open("okta/status", vec![incident("a")], 1).await;
    let both = desk.open("azure/status", vec![incident("b")], 2).await;
    assert_eq!(both.sent.len(), 2, "{:?}", both.subjects());
    let round = desk.open("azure/status", vec![ended(3, incident("b"))], 3).await;
    let mut subjects = round.subjects();
    subjects.sort();
    assert_eq!(subjects, ["noc: [No longer counted] EHR at all sites: Okta", "noc: [Over] EHR at all sites: Azure"]);
}

#[tokio::test]
async fn a_maintenance_put_off_again_is_over_and_no_vendor_is_said_to_have_ended_it() {
    let desk = desk(OKTA, "least = \"maintenance\"").await;
    desk.open("okta/status", vec![with_phase(Phase::InProgress, maintenance("m", 0, 60))], 1).await;
    let put_off = desk.open("okta/status", vec![maintenance("m", 500, 560)], 2).await;
    assert_eq!(put_off.subjects(), ["noc: [Over] EHR at all sites: Okta"]);
    assert!(!put_off.sent[0].text.contains("says it is resolved"));
}

#[tokio::test]
async fn a_cancelled_maintenance_that_was_told_is_told_as_over() {
    let desk = desk(OKTA, "least = \"maintenance\"").await;
    desk.open("okta/status", vec![with_phase(Phase::InProgress, maintenance("m", 0, 60))], 1).await;
    let step = desk.open("okta/status", vec![with_phase(Phase::Cancelled, maintenance("m", 0, 60))], 2).await;
    assert_eq!((step.changes(), step.sent.len()), (vec!["withdrawn m".to_owned()], 1));
    assert!(step.sent[0].is(EffectKind::Over));
}

#[tokio::test]
async fn an_end_by_absence_is_worded_as_that() {
    let desk = desk(OKTA, "").await;
    desk.open("okta/status", vec![incident("a")], 1).await;
    desk.open("okta/status", vec![], 2).await;
    desk.open("okta/status", vec![], 7).await;
    let end = desk.open("okta/status", vec![], 12).await;
    assert_eq!(end.subjects(), ["noc: [No longer listed] EHR at all sites: Okta"]);
    assert!(end.sent[0].text.contains("did not say that it ended"));
}

#[tokio::test]
async fn a_subscription_to_one_vendor_is_told_of_our_own_network_too() {
    let desk = desk(THREE, "vendors = [\"okta\"]").await;
    go_silent(&desk, 1).await;
    assert_eq!(desk.tick(11).await.subjects(), ["noc: [Offline] Bellwether itself, not the vendors"]);
}
