//! Synthetic documents: what each rule of this format does with a look.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::phase::Phase;
use crate::model::snapshot::{Covers, Warning};

fn source() -> Source {
    Source::at(
        SourceId::parse("somebody/status-page").unwrap(),
        Format::Statuspage,
        Some("https://status.example.org/somewhere?x#y".parse().unwrap()),
    )
}

fn page() -> Value {
    json!({"id": "synthetic0001", "name": "Synthetic", "url": "https://status.example.org", "time_zone": "Etc/UTC"})
}

fn summary(incidents: Value, maintenances: Value) -> Value {
    json!({
        "page": page(),
        "status": {"indicator": "none", "description": "All Systems Operational"},
        "components": [
            {"id": "g1", "name": "Europe", "status": "operational", "group": true, "components": ["c1"]},
            {"id": "c1", "name": "Mail", "status": "operational", "group_id": "g1", "group": false},
        ],
        "incidents": incidents,
        "scheduled_maintenances": maintenances,
    })
}

fn incident(id: &str, status: &str) -> Value {
    json!({
        "id": id, "name": "Synthetic: mail is slow in us-east-1", "status": status, "impact": "minor",
        "created_at": "2026-11-20T10:00:00.000-05:00", "started_at": "2026-11-20T09:00:00.000-05:00",
        "resolved_at": if status == "resolved" { json!("2026-11-20T12:00:00-05:00") } else { Value::Null },
        "shortlink": "https://stspg.io/x",
        "components": [{"id": "c1", "name": "Mail", "status": "degraded_performance", "group_id": "g1"}],
        "incident_updates": [
            {"id": "u2", "status": status, "body": "Still <b>slow</b>.", "display_at": "2026-11-20T11:00:00Z"},
            {"id": "u1", "status": "investigating", "body": "Slow.", "display_at": "2026-11-20T10:00:00Z"},
        ],
    })
}

fn maintenance(id: usize, status: &str, from: &str) -> Value {
    json!({
        "id": format!("m{id}"), "name": "Synthetic: new disks", "status": status, "impact": "maintenance",
        "scheduled_for": from, "scheduled_until": "2026-12-24T00:00:00Z", "incident_updates": [], "components": [],
    })
}

fn answer(role: &'static str, body: &Value) -> Answer {
    Answer { role, outcome: Outcome::Body(Body::saved(body.to_string().into_bytes())) }
}

fn lost(role: &'static str) -> Answer {
    Answer { role, outcome: Outcome::Unreadable(Unreadable::Failing("HTTP 503".to_owned())) }
}

fn look(answers: &[Answer], open: &KnownOpen) -> Reading {
    super::read(&source(), answers, open, "2026-11-22T12:00:00Z".parse().unwrap())
}

fn done(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    match look(answers, &KnownOpen::default()) {
        Reading::Done(done) => done,
        Reading::Need(_) => panic!("nothing is known, so nothing more is needed"),
    }
}

fn known(key: &str) -> KnownOpen {
    KnownOpen { keys: BTreeMap::from([(key.to_owned(), Kind::Incident)]), history_due: false }
}

fn warned(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.warnings.iter().map(|Warning { path, .. }| path.as_str()).collect()
}

#[test]
fn addresses_follow_from_the_origin_unless_the_source_names_them() {
    let mut source = source();
    let url = source.url.clone().unwrap();
    let due = KnownOpen { history_due: true, ..KnownOpen::default() };
    let asked = plan(&source, &url, &due);
    let asked: Vec<_> = asked.iter().map(|request| (request.role, request.url.as_str())).collect();
    assert_eq!(
        asked,
        [
            ("summary", "https://status.example.org/api/v2/summary.json"),
            ("incidents", "https://status.example.org/api/v2/incidents.json"),
        ]
    );
    source.roles = vec![("components".to_owned(), "https://elsewhere.example.org/c.json".parse().unwrap())];
    let asked = plan(&source, &url, &KnownOpen::default());
    assert_eq!(asked.iter().map(|request| request.role).collect::<Vec<_>>(), ["summary", "components"]);
    assert_eq!(asked[1].url.as_str(), "https://elsewhere.example.org/c.json");
}

#[test]
fn an_incident_is_read_whole() {
    let snapshot = done(&[answer(SUMMARY, &summary(json!([incident("i1", "identified")]), json!([])))]).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.impact, one.phase, one.vendor_phase.as_str()), (Impact::Degraded, Phase::Identified, "identified"));
    assert_eq!(one.regions, ["us-east-1"]);
    assert_eq!(one.components[0].group.as_deref(), Some("Europe"));
    assert_eq!(one.started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-20T14:00:00Z");
    assert_eq!(one.updates.iter().map(|u| u.text.as_str()).collect::<Vec<_>>(), ["Slow.", "Still slow."]);
    assert_eq!(one.link.as_deref(), Some("https://stspg.io/x"));
    assert_eq!(snapshot.components.len(), 1, "a group is no component");
    assert_eq!(snapshot.covers.incidents, Covers::AllOpen);
    assert_eq!(snapshot.warnings, []);
}

#[test]
fn what_is_not_a_summary_is_named_by_what_is_missing() {
    for (decoy, missing) in [
        (json!({"status": 500, "error": "Internal Server Error"}), "page.id"),
        (json!({"components": []}), "page.id"),
        (json!({"page": page(), "status": {"indicator": "none"}, "components": []}), "incidents[]"),
        (json!({"page": page(), "status": {"indicator": 0}, "components": [], "incidents": []}), "status.indicator"),
        (json!({"page": page(), "status": {"indicator": "none"}, "incidents": []}), "components[]"),
        (json!([{"id": "x", "begin": "2026-11-20T10:00:00Z", "external_desc": "of Google's"}]), "a list"),
        (json!({"regionHealthReports": []}), "page.id"),
        (json!(null), "null"),
    ] {
        match done(&[answer(SUMMARY, &decoy)]) {
            Err(Unreadable::Unexpected(why)) => assert!(why.contains(missing), "{decoy}: {why}"),
            other => panic!("{decoy}: {other:?}"),
        }
    }
    let page = |text: &str| Answer { role: SUMMARY, outcome: Outcome::Body(Body::saved(text.into())) };
    assert!(matches!(done(&[page("<html><title>Moved</title></html>")]), Err(Unreadable::Unexpected(_))));
    assert!(matches!(done(&[page("<?xml version='1.0'?><rss/>")]), Err(Unreadable::Unexpected(_))));
    assert!(matches!(done(&[page("")]), Err(Unreadable::CutShort(_))));
    assert!(matches!(done(&[]), Err(Unreadable::Unexpected(_))));
}

#[test]
fn broken_entries_cost_themselves_and_take_the_proof_of_absence_along() {
    let mut strange = incident("i2", "pondering");
    strange["impact"] = json!(5);
    strange["shortlink"] = json!("javascript:alert(1)");
    strange["incident_updates"][0]["display_at"] = json!("noon");
    let list = json!([incident("i1", "investigating"), strange, "what", {"name": "no key"}]);
    let snapshot = done(&[answer(SUMMARY, &summary(list, json!([])))]).unwrap();
    let expected = [
        "incidents[2]",
        "incidents[1].impact",
        "incidents[1].status",
        "incidents[1].incident_updates[0].display_at",
        "incidents[1].shortlink",
        "incidents[3].id",
    ];
    assert_eq!(warned(&snapshot), expected);
    assert_eq!(snapshot.incidents.len(), 2);
    let strange = &snapshot.incidents[1];
    assert_eq!((strange.impact, strange.phase), (Impact::Unknown, Phase::Investigating));
    assert_eq!((strange.vendor_phase.as_str(), &strange.link), ("pondering", &None));
    assert_eq!(snapshot.covers.incidents, Covers::Delta, "the lost ones may be those that are known");
    assert_eq!(snapshot.covers.maintenances, Covers::AllOpen);
}

#[test]
fn of_two_with_one_key_the_last_counts() {
    let list = json!([incident("i1", "investigating"), incident("i1", "monitoring")]);
    let snapshot = done(&[answer(SUMMARY, &summary(list, json!([])))]).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.incidents[0].phase), (1, Phase::Monitoring));
    assert_eq!(warned(&snapshot), ["incidents[1]"]);
}

#[test]
fn words_that_claim_nothing_are_unknown() {
    for (word, warnings) in [("none", 0), ("maintenance", 0), ("apocalyptic", 1)] {
        let mut one = incident("i1", "investigating");
        one["impact"] = json!(word);
        let snapshot = done(&[answer(SUMMARY, &summary(json!([one]), json!([])))]).unwrap();
        assert_eq!((snapshot.incidents[0].impact, snapshot.warnings.len()), (Impact::Unknown, warnings), "{word}");
        assert_eq!(snapshot.incidents[0].vendor_impact, word);
    }
    let mut one = incident("i1", "investigating");
    one["impact_override"] = json!("critical");
    let snapshot = done(&[answer(SUMMARY, &summary(json!([one]), json!([])))]).unwrap();
    assert_eq!(snapshot.incidents[0].impact, Impact::MajorOutage);
}

#[test]
fn one_that_left_the_summary_is_looked_up_once() {
    let empty = answer(SUMMARY, &summary(json!([]), json!([])));
    let Reading::Need(more) = look(std::slice::from_ref(&empty), &known("i1")) else {
        panic!("the list must be asked");
    };
    assert_eq!((more.len(), more[0].role), (1, INCIDENTS));

    let list = answer(INCIDENTS, &json!({"page": page(), "incidents": [incident("i1", "resolved")]}));
    let Reading::Done(Ok(snapshot)) = look(&[empty.clone(), list], &known("i1")) else { panic!("it reads") };
    let one = &snapshot.incidents[0];
    assert_eq!((one.phase, one.ended.as_ref().unwrap().raw.as_str()), (Phase::Resolved, "2026-11-20T12:00:00-05:00"));
    assert_eq!(snapshot.covers.incidents, Covers::AllOpen);

    for unhelpful in [Outcome::NotRecorded, lost(INCIDENTS).outcome] {
        let is_blind = matches!(unhelpful, Outcome::Unreadable(_));
        let answers = [empty.clone(), Answer { role: INCIDENTS, outcome: unhelpful }];
        let Reading::Done(Ok(snapshot)) = look(&answers, &known("i1")) else { panic!("it goes on without") };
        assert_eq!((snapshot.incidents.len(), snapshot.blind.len()), (0, usize::from(is_blind)));
    }
    let still = answer(SUMMARY, &summary(json!([incident("i1", "monitoring")]), json!([])));
    assert!(matches!(look(&[still], &known("i1")), Reading::Done(Ok(_))));
}

#[test]
fn the_summary_s_word_counts_for_what_is_open() {
    let answers = [
        answer(SUMMARY, &summary(json!([incident("i1", "monitoring")]), json!([]))),
        answer(
            INCIDENTS,
            &json!({"page": page(), "incidents": [incident("i1", "resolved"), incident("i0", "resolved")]}),
        ),
    ];
    let snapshot = done(&answers).unwrap();
    let seen: Vec<_> = snapshot.incidents.iter().map(|one| (one.key.as_str(), one.phase)).collect();
    assert_eq!(seen, [("i1", Phase::Monitoring), ("i0", Phase::Resolved)]);
}

#[test]
fn without_its_summary_a_look_says_less_but_not_nothing() {
    let list = answer(INCIDENTS, &json!({"page": page(), "incidents": [incident("i1", "monitoring")]}));
    let snapshot = done(&[lost(SUMMARY), list]).unwrap();
    let since = "2026-11-20T15:00:00Z".parse().unwrap();
    assert_eq!(snapshot.covers.incidents, Covers::Window { since });
    assert_eq!((snapshot.covers.maintenances, snapshot.covers.components), (Covers::Delta, Covers::Delta));
    assert_eq!(snapshot.blind, [(SUMMARY, Unreadable::Failing("HTTP 503".to_owned()))]);
    assert_eq!(done(&[lost(SUMMARY), lost(INCIDENTS)]), Err(Unreadable::Failing("HTTP 503".to_owned())));
}

#[test]
fn fifty_scheduled_maintenances_are_a_window() {
    let from = |n: usize| format!("2026-12-{:02}T00:00:00Z", n % 20 + 1);
    let many = |count: usize| (0..count).map(|n| maintenance(n, "scheduled", &from(n))).collect::<Vec<_>>();
    let snapshot = done(&[answer(SUMMARY, &summary(json!([]), json!(many(49))))]).unwrap();
    assert_eq!(snapshot.covers.maintenances, Covers::AllOpen);
    let mut fifty = many(50);
    fifty.push(maintenance(99, "in_progress", "2026-12-31T00:00:00Z"));
    let snapshot = done(&[answer(SUMMARY, &summary(json!([]), json!(fifty)))]).unwrap();
    let horizon = "2026-12-20T00:00:00Z".parse().unwrap();
    assert_eq!(snapshot.covers.maintenances, Covers::PlannedBefore { horizon });
    assert!(snapshot.incidents.iter().all(|one| one.impact == Impact::Maintenance && one.planned.is_some()));
}

#[test]
fn the_list_of_components_is_the_whole_one_where_a_source_has_it() {
    let more = json!({"page": page(), "components": [
        {"id": "c1", "name": "Mail", "status": "major_outage"},
        {"id": "c2", "name": "Calendar", "status": "full_outage"},
        {"id": "c3", "name": "Notes", "status": "wobbly"},
    ]});
    let snapshot = done(&[answer(SUMMARY, &summary(json!([]), json!([]))), answer(COMPONENTS, &more)]).unwrap();
    let seen: Vec<_> = snapshot.components.iter().map(|c| (c.component.key.as_str(), c.status)).collect();
    let expected = [("c1", Impact::Operational), ("c2", Impact::MajorOutage), ("c3", Impact::Unknown)];
    assert_eq!(seen, expected, "the summary's word counts");
    assert_eq!(snapshot.covers.components, Covers::AllOpen);
    assert_eq!(warned(&snapshot), ["components.json:components[2].status"]);

    let snapshot = done(&[answer(SUMMARY, &summary(json!([]), json!([]))), lost(COMPONENTS)]).unwrap();
    assert_eq!(snapshot.covers.components, Covers::Delta);
}

#[test]
fn a_maintenance_that_left_the_summary_is_looked_up_and_old_ones_are_no_news() {
    let known = |history_due| KnownOpen { keys: [("m1".to_owned(), Kind::Maintenance)].into(), history_due };
    let quiet = answer(SUMMARY, &summary(json!([]), json!([])));
    let Reading::Need(more) = look(std::slice::from_ref(&quiet), &known(false)) else { panic!("it must be asked") };
    assert_eq!(more[0].url.as_str(), "https://status.example.org/api/v2/scheduled-maintenances.json");
    let over =
        [maintenance(1, "completed", "2026-11-20T00:00:00Z"), maintenance(2, "completed", "2026-10-20T00:00:00Z")];
    let list = answer(MAINTENANCES, &json!({"page": page(), "scheduled_maintenances": over}));
    let Reading::Done(Ok(snapshot)) = look(&[quiet.clone(), list], &known(false)) else { panic!("it reads") };
    let seen: Vec<_> = snapshot.incidents.iter().map(|one| (one.key.as_str(), one.phase)).collect();
    assert_eq!(seen, [("m1", Phase::Completed)]);
    let gone = Answer { role: MAINTENANCES, outcome: Outcome::Unreadable(Unreadable::Moved("HTTP 404".into())) };
    let Reading::Done(Ok(snapshot)) = look(&[quiet, gone], &known(false)) else { panic!("it reads") };
    assert_eq!((snapshot.blind.len(), warned(&snapshot)), (0, vec![MAINTENANCES]));

    // A full summary has pushed out what is far ahead: that is asked for now and then, not at every look.
    let many: Vec<_> = (10..60).map(|n| maintenance(n, "scheduled", "2026-12-01T00:00:00Z")).collect();
    let full = [answer(SUMMARY, &summary(json!([]), json!(many)))];
    assert!(matches!(look(&full, &known(false)), Reading::Done(Ok(_))));
    let Reading::Need(more) = look(&full, &known(true)) else { panic!("it must be asked") };
    assert_eq!(more[0].role, MAINTENANCES);
}

#[test]
fn a_page_without_a_summary_is_read_by_its_parts() {
    let none = Answer { role: SUMMARY, outcome: Outcome::Unreadable(Unreadable::Moved("HTTP 404".into())) };
    let Reading::Need(more) = look(std::slice::from_ref(&none), &KnownOpen::default()) else {
        panic!("it must be asked")
    };
    let paths: Vec<_> = more.iter().map(|request| request.url.path()).collect();
    let expected = [
        "/api/v2/incidents/unresolved.json",
        "/api/v2/components.json",
        "/api/v2/scheduled-maintenances/active.json",
        "/api/v2/scheduled-maintenances/upcoming.json",
    ];
    assert_eq!(paths, expected);
    let list = |role, one: Value| answer(role, &json!({"page": page(), "scheduled_maintenances": [one]}));
    let answers = [
        none.clone(),
        answer(UNRESOLVED, &json!({"page": page(), "incidents": [incident("i1", "identified")]})),
        answer(
            COMPONENTS,
            &json!({"page": page(), "components": [{"id": "c1", "name": "Mail", "status": "major_outage"}]}),
        ),
        list(ACTIVE, maintenance(1, "in_progress", "2026-11-22T00:00:00Z")),
        list(UPCOMING, maintenance(2, "scheduled", "2026-12-22T00:00:00Z")),
    ];
    let snapshot = done(&answers).unwrap();
    assert_eq!(snapshot.incidents.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["i1", "m1", "m2"]);
    assert_eq!(snapshot.covers, crate::model::snapshot::Coverage::of_all(Covers::AllOpen));
    assert_eq!((snapshot.blind.len(), warned(&snapshot)), (0, vec![SUMMARY]));

    let [_, unresolved, components, ..] = answers;
    let lost = |role| Answer { role, outcome: Outcome::Unreadable(Unreadable::Moved("HTTP 404".into())) };
    let snapshot = done(&[none.clone(), unresolved, components, lost(ACTIVE), lost(UPCOMING)]).unwrap();
    assert_eq!((snapshot.covers.incidents, snapshot.covers.maintenances), (Covers::AllOpen, Covers::Delta));
    assert_eq!(snapshot.blind.iter().map(|(role, _)| *role).collect::<Vec<_>>(), [ACTIVE, UPCOMING]);
    let all_lost = [none, lost(UNRESOLVED), lost(COMPONENTS), lost(ACTIVE), lost(UPCOMING)];
    assert_eq!(done(&all_lost), Err(Unreadable::Moved("HTTP 404".into())), "for the summary's reason");
}

#[test]
fn a_page_above_others_is_never_all_well() {
    let mut above = summary(json!([]), json!([]));
    above["components"] = json!([]);
    assert_eq!(done(&[answer(SUMMARY, &above)]).unwrap().covers.components, Covers::Delta, "Statuspage's own");
    above["page"]["id"] = json!("01JMDK9XYNY6RXSED6SDWW50WY");
    assert!(matches!(done(&[answer(SUMMARY, &above)]), Err(Unreadable::Unexpected(_))), "incident.io's");
    above["incidents"] = json!([incident("i1", "identified")]);
    assert_eq!(done(&[answer(SUMMARY, &above)]).unwrap().incidents.len(), 1);
}
