//! What is open, not well or unseen means for the services of ours.

use std::collections::BTreeMap;

use bellwether::alerting::blind::BlindAfter;
use bellwether::alerting::diff::{Habits, diff};
use bellwether::alerting::effects::{EffectRules, effects};
use bellwether::model::effect::{Cause, Effect, Effects, World};
use bellwether::model::impact::Impact;
use bellwether::model::incident::{Component, Health, Known};
use bellwether::model::phase::Phase;
use bellwether::model::snapshot::{ComponentRef, GoneAfter, SeenIncident, Snapshot};
use jiff::SignedDuration;

use crate::support::model::*;

/// A world in which these sources were looked at and said this; those of the other vendors are well.
fn world(said: Vec<(&str, Snapshot)>) -> World {
    let mut world = World::default();
    for source in vendors().iter().flat_map(|v| &v.sources) {
        world.sources.insert(source.id.clone(), readable());
    }
    for (source, snapshot) in said {
        let known = Known::nothing(source_id(source));
        let habits = Habits { gone_after: GoneAfter::USUAL, perishable_keys: false };
        let known = diff(&known, &seen(snapshot), habits, &ids(), minute(0)).known;
        world.reports.extend(known.reports.into_values().filter(|r| r.standing.is_open()));
        let unwell: Vec<Component> =
            known.components.into_values().filter(|c| c.status != Impact::Operational).collect();
        world.unwell.insert(source_id(source), unwell);
    }
    world
}

fn readable() -> Health {
    Health::readable()
}

fn judge(inventory: &[String], world: &World, minutes: i64) -> Effects {
    let rules = EffectRules { blind_after: BlindAfter::all(SignedDuration::from_mins(10)) };
    effects(&organisation(inventory, &[]).graph, world, rules, minute(minutes))
}

/// What hurts, as `ehr major_outage EHR > Okta`.
fn hurts(effects: &Effects) -> Vec<String> {
    let short = |e: &Effect| format!("{} {} {}", e.service, e.impact, e.path.join(" > "));
    effects.hurts.values().map(short).collect()
}

fn check(inventory: &[String], said: Vec<(&str, Snapshot)>, expected: &[&str]) {
    assert_eq!(hurts(&judge(inventory, &world(said), 1)), expected);
}

fn shown(effects: &Effects, service: &str) -> (Impact, usize) {
    let (_, state) = effects.states.iter().find(|(id, _)| id.as_str() == service).unwrap();
    (state.shown(), state.unseen.len())
}

fn on_sso() -> Vec<String> {
    vec![service("ehr", "EHR", r#"{ vendor = "okta", components = ["SSO"], without = "stops" }"#)]
}

fn on_okta() -> Vec<String> {
    vec![service("ehr", "EHR", r#"{ vendor = "okta", without = "stops" }"#)]
}

#[test]
fn an_incident_hurts_through_the_components_that_it_names_and_no_others() {
    check(
        &on_sso(),
        vec![("okta/status", listing(vec![naming(&["SSO"], incident("a"))]))],
        &["ehr partial_outage EHR > Okta SSO"],
    );
    check(&on_sso(), vec![("okta/status", listing(vec![naming(&["MFA"], incident("a"))]))], &[]);
}

#[test]
fn an_incident_that_names_no_component_counts_for_every_dependency_on_its_source() {
    check(&on_sso(), vec![("okta/status", listing(vec![incident("a")]))], &["ehr partial_outage EHR > Okta"]);
    check(&on_sso(), vec![("azure/status", listing(vec![incident("a")]))], &[]);
    let page_only =
        [service("ehr", "EHR", r#"{ vendor = "lab", source = "page", components = ["X"], without = "stops" }"#)];
    check(&page_only, vec![("lab/api", listing(vec![incident("a")]))], &[]);
    check(&page_only, vec![("lab/page", listing(vec![incident("a")]))], &["ehr partial_outage EHR > Lab"]);
}

#[test]
fn a_named_components_own_status_counts_where_it_is_worse_than_operational() {
    let own = |own: Impact| {
        with_components(
            vec![status("SSO", own)],
            listing(vec![with_impact(Impact::Degraded, naming(&["SSO"], incident("a")))]),
        )
    };
    check(&on_sso(), vec![("okta/status", own(Impact::MajorOutage))], &["ehr major_outage EHR > Okta SSO"]);
    check(&on_sso(), vec![("okta/status", own(Impact::Operational))], &["ehr degraded EHR > Okta SSO"]);
    check(&on_sso(), vec![("okta/status", own(Impact::Unknown))], &["ehr degraded EHR > Okta SSO"]);
}

#[test]
fn of_several_named_components_the_worst_counts() {
    let both = with_components(
        vec![status("SSO", Impact::Degraded), status("MFA", Impact::MajorOutage)],
        listing(vec![naming(&["SSO", "MFA"], incident("a"))]),
    );
    check(&on_okta(), vec![("okta/status", both)], &["ehr major_outage EHR > Okta SSO and 1 more"]);
}

#[test]
fn an_impact_that_nobody_knows_hurts_as_unknown() {
    let unknown = listing(vec![with_impact(Impact::Unknown, incident("a"))]);
    let effects = judge(&on_okta(), &world(vec![("okta/status", unknown)]), 1);
    assert_eq!(hurts(&effects), ["ehr unknown EHR > Okta"]);
    assert_eq!(shown(&effects, "ehr"), (Impact::Unknown, 1));
}

#[test]
fn a_lone_component_counts_only_through_a_dependency_that_selects_it() {
    let lone = || vec![("okta/status", with_components(vec![status("SSO", Impact::Degraded)], listing(vec![])))];
    check(&on_sso(), lone(), &["ehr degraded EHR > Okta SSO"]);
    check(&on_okta(), lone(), &[]);
}

#[test]
fn a_component_that_an_incident_names_is_not_a_second_cause() {
    let both =
        with_components(vec![status("SSO", Impact::MajorOutage)], listing(vec![naming(&["SSO"], incident("a"))]));
    let effects = judge(&on_sso(), &world(vec![("okta/status", both)]), 1);
    assert_eq!(effects.hurts.len(), 1);
    assert!(effects.hurts.keys().all(|(_, cause)| matches!(cause, Cause::Incident(_))));
}

#[test]
fn a_component_of_unknown_status_is_unseen_and_not_hurt() {
    let lost = with_components(vec![status("SSO", Impact::Unknown)], listing(vec![]));
    let effects = judge(&on_sso(), &world(vec![("okta/status", lost)]), 1);
    assert_eq!(hurts(&effects), Vec::<String>::new());
    assert_eq!(shown(&effects, "ehr"), (Impact::Unknown, 1));
}

fn in_eu() -> Vec<String> {
    vec![service("ehr", "EHR", r#"{ vendor = "aws", regions = ["eu-*"], without = "stops" }"#)]
}

fn at_aws(components: Vec<ComponentRef>, regions: &[&str]) -> Vec<(&'static str, Snapshot)> {
    let regions = regions.iter().map(|r| (*r).to_owned()).collect();
    vec![("aws/status", listing(vec![SeenIncident { components, regions, ..incident("a") }]))]
}

#[test]
fn a_region_is_that_of_the_component_where_it_has_one() {
    check(&in_eu(), at_aws(vec![in_region("EC2", "eu-west-1")], &[]), &["ehr partial_outage EHR > AWS EC2"]);
    check(&in_eu(), at_aws(vec![in_region("EC2", "us-east-1")], &[]), &[]);
    let both = vec![in_region("EC2", "us-east-1"), in_region("S3", "eu-west-1")];
    check(&in_eu(), at_aws(both, &["us-east-1"]), &["ehr partial_outage EHR > AWS S3"]);
}

#[test]
fn a_region_is_that_of_the_incident_where_the_component_has_none() {
    check(&in_eu(), at_aws(vec![component("EC2")], &["eu-west-1"]), &["ehr partial_outage EHR > AWS EC2"]);
    check(&in_eu(), at_aws(vec![component("EC2")], &["us-east-1"]), &[]);
    check(&in_eu(), at_aws(vec![], &["us-east-1", "eu-north-1"]), &["ehr partial_outage EHR > AWS"]);
    check(&in_eu(), at_aws(vec![], &["us-east-1"]), &[]);
}

#[test]
fn where_no_region_is_said_every_region_may_be_meant() {
    check(&in_eu(), at_aws(vec![component("EC2")], &[]), &["ehr partial_outage EHR > AWS EC2"]);
    check(&in_eu(), at_aws(vec![], &[]), &["ehr partial_outage EHR > AWS"]);
}

#[test]
fn degrades_caps_the_impact_and_leaves_less_and_unknown_as_they_are() {
    let needs = [service("ehr", "EHR", r#"{ vendor = "okta", without = "degrades" }"#)];
    for (impact, on_us) in
        [(Impact::MajorOutage, "degraded"), (Impact::Degraded, "degraded"), (Impact::Unknown, "unknown")]
    {
        let said = vec![("okta/status", listing(vec![with_impact(impact, incident("a"))]))];
        check(&needs, said, &[&format!("ehr {on_us} EHR > Okta")]);
    }
}

fn either() -> Vec<String> {
    vec![service("ehr", "EHR", r#"{ any_of = [{ vendor = "okta" }, { vendor = "azure" }], without = "stops" }"#)]
}

#[test]
fn any_of_hurts_nobody_while_one_alternative_is_well() {
    check(&either(), vec![("okta/status", listing(vec![incident("a")]))], &[]);
}

#[test]
fn any_of_hurts_as_little_as_its_least_hurt_alternative() {
    let both = |azure: Impact| {
        vec![
            ("okta/status", listing(vec![with_impact(Impact::MajorOutage, incident("a"))])),
            ("azure/status", listing(vec![with_impact(azure, incident("b"))])),
        ]
    };
    let effects = judge(&either(), &world(both(Impact::Degraded)), 1);
    assert_eq!(hurts(&effects), ["ehr degraded EHR > Azure", "ehr degraded EHR > Okta"]);
    let effects = judge(&either(), &world(both(Impact::Unknown)), 1);
    assert!(effects.hurts.values().all(|e| e.impact == Impact::Unknown));
}

#[test]
fn any_of_with_an_unseen_alternative_is_unknown_and_not_well() {
    let mut world = world(vec![("okta/status", listing(vec![incident("a")]))]);
    world.sources.insert(source_id("azure/status"), Health::NeverRead);
    let effects = judge(&either(), &world, 1);
    assert_eq!(hurts(&effects), Vec::<String>::new());
    assert_eq!(shown(&effects, "ehr").0, Impact::Unknown);
}

fn tower() -> Vec<String> {
    vec![
        service("ehr", "EHR", r#"{ service = "sign-in", without = "stops" }"#),
        service("sign-in", "Sign-in", r#"{ vendor = "okta", components = ["SSO"], without = "stops" }"#),
    ]
}

#[test]
fn a_service_on_a_service_is_hurt_with_the_path_that_says_why() {
    check(
        &tower(),
        vec![("okta/status", listing(vec![naming(&["SSO"], incident("a"))]))],
        &["ehr partial_outage EHR > Sign-in > Okta SSO", "sign-in partial_outage Sign-in > Okta SSO"],
    );
}

#[test]
fn a_service_on_a_service_is_unseen_with_it() {
    let mut world = world(vec![]);
    world.sources.insert(source_id("okta/status"), Health::NeverRead);
    let effects = judge(&tower(), &world, 1);
    assert_eq!(shown(&effects, "ehr"), (Impact::Unknown, 1));
    let state = effects.states.values().next().unwrap();
    assert_eq!(state.unseen, ["through Sign-in: okta/status has not been read yet"]);
}

#[test]
fn through_a_diamond_a_cause_hurts_once_by_its_worst_and_then_its_shortest_way() {
    let diamond = |left: &str| {
        [
            service(
                "ehr",
                "EHR",
                r#"{ service = "left", without = "stops" }, { service = "right", without = "stops" }"#,
            ),
            service("left", "Left", &format!(r#"{{ vendor = "okta", without = "{left}" }}"#)),
            service("right", "Right", r#"{ service = "base", without = "stops" }"#),
            service("base", "Base", r#"{ vendor = "okta", without = "stops" }"#),
        ]
    };
    let said = || world(vec![("okta/status", listing(vec![with_impact(Impact::MajorOutage, incident("a"))]))]);
    let of_ehr =
        |left: &str| hurts(&judge(&diamond(left), &said(), 1)).into_iter().find(|h| h.starts_with("ehr")).unwrap();
    assert_eq!(of_ehr("degrades"), "ehr major_outage EHR > Right > Base > Okta");
    assert_eq!(of_ehr("stops"), "ehr major_outage EHR > Left > Okta");
    assert_eq!(judge(&diamond("stops"), &said(), 1).hurts.len(), 4);
}

#[test]
fn the_state_table() {
    let degraded = || listing(vec![with_impact(Impact::Degraded, incident("a"))]);
    let quiet = world(vec![]);
    assert_eq!(shown(&judge(&on_okta(), &quiet, 1), "ehr"), (Impact::Operational, 0));
    let known = world(vec![("okta/status", degraded())]);
    assert_eq!(shown(&judge(&on_okta(), &known, 1), "ehr"), (Impact::Degraded, 0));
    let unseen =
        Health::Unreadable { since: minute(0), why: bellwether::model::snapshot::Unreadable::Moved("404".into()) };
    let mut both = known;
    both.sources.insert(source_id("okta/status"), unseen.clone());
    assert_eq!(shown(&judge(&on_okta(), &both, 1), "ehr"), (Impact::Degraded, 1), "the worst, and one unseen");
    let mut grey = quiet;
    grey.sources.insert(source_id("okta/status"), unseen);
    assert_eq!(shown(&judge(&on_okta(), &grey, 1), "ehr"), (Impact::Unknown, 1));
}

#[test]
fn a_vendor_without_a_source_is_grey_and_never_green() {
    let inventory = [service("ehr", "EHR", r#"{ vendor = "oracle", without = "stops" }"#)];
    assert_eq!(shown(&judge(&inventory, &world(vec![]), 1), "ehr"), (Impact::Unknown, 1));
}

#[test]
fn a_stale_document_and_a_blind_role_are_something_unseen() {
    for health in [
        Health::Readable { blind: Vec::new(), stale: Some(minute(-300)), doubts: Vec::new() },
        Health::Readable {
            blind: vec![("components".into(), bellwether::model::snapshot::Unreadable::Moved("404".into()))],
            stale: None,
            doubts: Vec::new(),
        },
    ] {
        let mut world = world(vec![]);
        world.sources.insert(source_id("okta/status"), health);
        let effects = judge(&on_okta(), &world, 1000);
        assert_eq!((shown(&effects, "ehr"), hurts(&effects).len()), ((Impact::Unknown, 1), 0));
    }
}

#[test]
fn a_maintenance_hurts_only_from_its_beginning_to_its_end() {
    for (phase, hurt) in [
        (Phase::Scheduled, 0),
        (Phase::InProgress, 1),
        (Phase::Verifying, 1),
        (Phase::Completed, 0),
        (Phase::Cancelled, 0),
    ] {
        let said = vec![("okta/status", listing(vec![with_phase(phase, maintenance("m", 0, 60))]))];
        assert_eq!(judge(&on_okta(), &world(said), 1).hurts.len(), hurt, "{phase}");
    }
}

#[test]
fn a_maintenance_past_its_planned_end_is_overrun() {
    let said = || vec![("okta/status", listing(vec![with_phase(Phase::InProgress, maintenance("m", 0, 60))]))];
    for (minutes, overrun) in [(59, false), (60, false), (61, true)] {
        let effects = judge(&on_okta(), &world(said()), minutes);
        assert!(effects.hurts.values().all(|e| e.overrun == overrun), "at minute {minutes}");
    }
}

#[test]
fn what_is_old_hurts_nobody() {
    let old = SeenIncident {
        started: Some(stated(-30 * 24 * 60)),
        updates: vec![update("u1", -30 * 24 * 60, "Still.")],
        ..incident("a")
    };
    check(&on_okta(), vec![("okta/status", listing(vec![old]))], &[]);
}

#[test]
fn two_incidents_are_two_effects_also_where_they_come_in_the_same_minute() {
    let inventory =
        [service("ehr", "EHR", r#"{ vendor = "okta", without = "stops" }, { vendor = "azure", without = "stops" }"#)];
    let said = vec![("okta/status", listing(vec![incident("a")])), ("azure/status", listing(vec![incident("a")]))];
    check(&inventory, said, &["ehr partial_outage EHR > Azure", "ehr partial_outage EHR > Okta"]);
}

#[test]
fn a_source_is_blind_after_its_time_and_not_before() {
    let mut world = world(vec![]);
    let why = bellwether::model::snapshot::Unreadable::Moved("404".into());
    world.sources.insert(source_id("okta/status"), Health::Unreadable { since: minute(0), why });
    assert_eq!(judge(&on_okta(), &world, 9).hurts.len(), 0);
    let effects = judge(&on_okta(), &world, 10);
    assert_eq!(hurts(&effects), ["ehr unknown EHR > Okta"]);
    assert!(effects.hurts.keys().all(|(_, cause)| matches!(cause, Cause::Blind(_))));
}

#[test]
fn a_source_nobody_depends_on_blinds_nobody() {
    let mut world = world(vec![]);
    let why = bellwether::model::snapshot::Unreadable::Moved("404".into());
    world.sources.insert(source_id("azure/status"), Health::Unreadable { since: minute(0), why });
    assert_eq!(judge(&on_okta(), &world, 100).hurts, BTreeMap::new());
}
