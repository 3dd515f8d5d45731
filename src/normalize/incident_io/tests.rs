//! Synthetic documents: what each rule of this format does with a look.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::incident::KnownOpen;
use crate::model::phase::{Kind, Phase};
use crate::model::vendor::Source;
use crate::normalize::Outcome;

const MAIL: &str = "01SYNTHETICMA1L00000000000";
const LOGIN: &str = "01SYNTHETIC10G1N0000000000";

fn source(url: &str) -> Source {
    Source::at(SourceId::parse("somebody/status").unwrap(), Format::IncidentIo, Some(url.parse().unwrap()))
}

fn summary(affected: Value, ongoing: Value, scheduled: Value) -> Value {
    json!({
        "id": "01SYNTHETICPAGE00000000000", "name": "Synthetic", "public_url": "https://status.example.org/",
        "components": [
            {"id": MAIL, "name": "Mail", "description": "$undefined"},
            {"id": LOGIN, "name": "Login", "description": "$undefined"},
        ],
        "affected_components": affected, "ongoing_incidents": ongoing, "scheduled_maintenances": scheduled,
        "structure": {"items": [
            {"group": {"name": "Office", "hidden": false, "components": [{"component_id": MAIL, "name": "Mail"}]}},
            {"component": {"component_id": LOGIN, "name": "Login"}},
        ]},
    })
}

fn incident(id: &str, status: &str, was: &str, is: &str) -> Value {
    json!({
        "id": id, "name": "Synthetic: mail is slow", "status": status, "type": "incident",
        "published_at": "2026-11-22T10:06:13.955Z",
        "affected_components": [{"component_id": MAIL, "status": was, "current_status": is}],
        "component_impacts": [{"component_id": MAIL, "status": was, "start_at": "2026-11-22T10:06:13.955Z", "end_at": "$undefined"}],
        "updates": [
            {"id": "01U1", "to_status": "identified", "published_at": "2026-11-22T09:42:00Z",
             "message": {"type": "doc", "content": []}, "message_string": "We know <why>.\n\nWe mend it."},
            {"id": "01U2", "to_status": status, "published_at": "2026-11-22T10:17:00Z", "message_string": "$undefined",
             "message": {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "We watch."}]}]}},
        ],
        "write_up_url": "$undefined",
    })
}

fn answer(role: &'static str, body: &str) -> Answer {
    Answer { role, outcome: Outcome::Body(Body::saved(body.as_bytes().to_vec())) }
}

fn proxy(summary: &Value) -> Answer {
    answer(PROXY, &json!({ "summary": summary }).to_string())
}

fn status(role: &'static str, status: u16) -> Answer {
    Answer { role, outcome: Outcome::Body(Body { status, ..Body::saved(b"x".to_vec()) }) }
}

/// A page as Next.js writes it, its payload pushed in two pieces.
fn page(summary: &Value, links: &Value) -> String {
    let clock = json!({"isoDate": "2026-11-22T11:00:00.000Z", "locale": "en-US", "zone": "UTC"});
    let payload = format!(
        "1:\"$Sreact.fragment\"\n5:[\"$\",\"$L1\",null,{{\"initialNow\":{clock},\"summary\":{summary}}}]\n6:{{\"summary\":\"$5:1\",\"data\":{{\"incident_links\":{links}}}}}\n"
    );
    let half = payload.floor_char_boundary(payload.len() / 2);
    let pushed = |piece: &str| format!("<script>self.__next_f.push({})</script>", json!([1, piece]));
    format!(
        "<!DOCTYPE html><html><body><script>(self.__next_f=self.__next_f||[]).push([0])</script>{}{}</body></html>",
        pushed(&payload[..half]),
        pushed(&payload[half..])
    )
}

fn look(url: &str, answers: &[Answer], open: &[(&str, Kind)]) -> Reading {
    let source = source(url);
    let open = KnownOpen {
        keys: open.iter().map(|(key, kind)| ((*key).to_owned(), *kind)).collect::<BTreeMap<_, _>>(),
        history_due: false,
    };
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    read(&Asked { source: &source, url: source.url.as_ref().unwrap(), open: &open, now }, answers)
}

fn done(answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    match look("https://status.example.org/", answers, &[]) {
        Reading::Done(done) => done,
        Reading::Need(more) => panic!("{more:?}"),
    }
}

fn needed(reading: Reading) -> Vec<String> {
    match reading {
        Reading::Need(more) => more.iter().map(|more| more.url.to_string()).collect(),
        Reading::Done(done) => panic!("{done:?}"),
    }
}

fn affected(status: &str) -> Value {
    json!([{"component_id": MAIL, "status": status}])
}

#[test]
fn the_proxy_of_the_host_is_asked_and_of_a_page_below_another_only_the_page() {
    let planned = |url: &str, history_due: bool| {
        let source = source(url);
        let open = KnownOpen { history_due, ..KnownOpen::default() };
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let requests = plan(&Asked { source: &source, url: source.url.as_ref().unwrap(), open: &open, now });
        requests.iter().map(|request| request.url.to_string()).collect::<Vec<_>>()
    };
    let proxy = "https://status.example.org/proxy/status.example.org";
    assert_eq!(planned("https://status.example.org/", false), [proxy]);
    assert_eq!(planned("https://status.example.org", true), [proxy.to_owned(), format!("{proxy}/incidents")]);
    assert_eq!(planned("https://status.example.org/eu", true), ["https://status.example.org/eu"]);
    let found = |url: &str| {
        let url = url.parse().unwrap();
        (READER.find)(&Page { url: &url, html: None }).iter().map(Url::to_string).collect::<Vec<_>>()
    };
    assert_eq!(found("https://x.example.org/history?a=1"), ["https://x.example.org/"]);
    assert_eq!(found("https://x.example.org/eu/"), ["https://x.example.org/eu", "https://x.example.org/"]);
}

#[test]
fn an_incident_is_read_whole_and_began_with_its_first_word() {
    let ongoing = json!([incident("01I1", "monitoring", "partial_outage", "degraded_performance")]);
    let snapshot = done(&[proxy(&summary(affected("degraded_performance"), ongoing, json!([])))]).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.kind, one.phase), ("01I1", Kind::Incident, Phase::Monitoring));
    assert_eq!((one.impact, one.vendor_impact.as_str()), (Impact::Degraded, "degraded_performance"));
    assert_eq!(one.started.as_ref().unwrap().raw, "2026-11-22T09:42:00Z", "dated back");
    assert_eq!(one.components[0].group.as_deref(), Some("Office"));
    let said: Vec<_> = one.updates.iter().map(|update| update.text.as_str()).collect();
    assert_eq!(said, ["We know <why>.\n\nWe mend it.", "We watch."]);
    assert_eq!(one.link.as_deref(), Some("https://status.example.org/incidents/01I1"));
    let states: Vec<_> = snapshot.components.iter().map(|c| (c.component.name.as_str(), c.status)).collect();
    assert_eq!(states, [("Mail", Impact::Degraded), ("Login", Impact::Operational)]);
    assert_eq!((snapshot.covers, &snapshot.warnings), (Coverage::of_all(Covers::AllOpen), &vec![]));
}

#[test]
fn one_whose_components_are_well_again_is_open_and_not_well() {
    for (was, is, kind, impact) in [
        ("full_outage", "operational", "incident", Impact::Degraded),
        ("full_outage", "full_outage", "incident", Impact::MajorOutage),
        ("operational", "operational", "incident", Impact::Unknown),
        ("under_maintenance", "operational", "incident", Impact::Maintenance),
        ("under_maintenance", "under_maintenance", "maintenance", Impact::Maintenance),
        ("on fire", "on fire", "incident", Impact::Unknown),
    ] {
        let mut one = incident("01I1", "monitoring", was, is);
        one["type"] = json!(kind);
        let snapshot = done(&[proxy(&summary(json!([]), json!([one]), json!([])))]).unwrap();
        assert_eq!((snapshot.incidents[0].impact, snapshot.incidents[0].vendor_impact.as_str()), (impact, is), "{was}");
        assert_eq!(snapshot.warnings.is_empty(), was != "on fire", "{:?}", snapshot.warnings);
    }
    let mut one = incident("01I1", "investigating", "", "");
    one["affected_components"] = json!([]);
    let snapshot = done(&[proxy(&summary(json!([]), json!([one]), json!([])))]).unwrap();
    assert_eq!((snapshot.incidents[0].impact, snapshot.incidents[0].components.len()), (Impact::Unknown, 0));
}

#[test]
fn a_maintenance_is_planned_by_what_it_takes() {
    let mut one = incident("01M1", "maintenance_scheduled", "under_maintenance", "operational");
    one["type"] = json!("maintenance");
    one["component_impacts"] = json!([
        {"component_id": MAIL, "start_at": "2026-12-01T02:00:00Z", "end_at": "2026-12-01T03:00:00Z"},
        {"component_id": LOGIN, "start_at": "2026-12-01T01:30:00Z", "end_at": "2026-12-01T02:30:00Z"},
    ]);
    let snapshot = done(&[proxy(&summary(json!([]), json!([]), json!([one])))]).unwrap();
    let seen = &snapshot.incidents[0];
    assert_eq!((seen.kind, seen.phase, seen.impact), (Kind::Maintenance, Phase::Scheduled, Impact::Maintenance));
    let planned = seen.planned.as_ref().unwrap();
    assert_eq!(planned.from.raw, "2026-12-01T01:30:00Z");
    assert_eq!(planned.until.as_ref().unwrap().raw, "2026-12-01T03:00:00Z");
}

#[test]
fn a_broken_entry_takes_along_what_its_list_would_prove() {
    let lists = (json!([{"component_id": MAIL, "status": "wobbly"}, 7]), json!([{"name": "no key"}]));
    let snapshot = done(&[proxy(&summary(lists.0, lists.1, json!([])))]).unwrap();
    let states: Vec<_> = snapshot.components.iter().map(|c| (c.vendor_status.as_str(), c.status)).collect();
    assert_eq!(states, [("wobbly", Impact::Unknown), ("not told", Impact::Unknown)], "none of them is well");
    assert_eq!((snapshot.covers.incidents, snapshot.covers.maintenances), (Covers::Delta, Covers::Delta));
    let warned: Vec<_> = snapshot.warnings.iter().map(|warning| warning.path.as_str()).collect();
    assert_eq!(warned, ["affected_components[1]", "affected_components[0].status", "ongoing_incidents[0].id"]);

    let unlisted = json!([{"component_id": "01HIDDEN", "status": "full_outage"}]);
    let snapshot = done(&[proxy(&summary(unlisted, json!([]), json!([])))]).unwrap();
    assert_eq!(snapshot.components[2].component.name, "01HIDDEN", "what is hurt is kept, listed or not");
    assert_eq!(snapshot.components[0].status, Impact::Unknown, "and may be another under a broken id");
}

#[test]
fn a_page_above_others_is_never_all_well() {
    let mut above = summary(json!([]), json!([]), json!([]));
    above["components"] = json!([]);
    let Reading::Need(_) = look("https://status.example.org/", &[proxy(&above)], &[]) else { panic!("it is good") };
    above["ongoing_incidents"] = json!([incident("01I1", "investigating", "partial_outage", "partial_outage")]);
    let snapshot = done(&[proxy(&above)]).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers), (1, Coverage::of_all(Covers::Delta)));
}

#[test]
fn the_history_is_asked_for_when_an_open_one_has_left_and_blinds_nobody() {
    let quiet = proxy(&summary(json!([]), json!([]), json!([])));
    let known = [("01I1", Kind::Incident)];
    let more = needed(look("https://status.example.org/", std::slice::from_ref(&quiet), &known));
    assert_eq!(more, ["https://status.example.org/proxy/status.example.org/incidents"]);

    let mut over = incident("01I1", "resolved", "partial_outage", "operational");
    over["affected_components"] =
        json!([{"component_id": MAIL, "status": "partial_outage", "current_status": "operational"}]);
    let history = answer(HISTORY, &json!({"incidents": [over]}).to_string());
    let Reading::Done(Ok(snapshot)) = look("https://status.example.org/", &[quiet.clone(), history], &known) else {
        panic!("it reads")
    };
    let one = &snapshot.incidents[0];
    assert_eq!((one.phase, one.ended.as_ref().unwrap().raw.as_str()), (Phase::Resolved, "2026-11-22T10:17:00Z"));
    assert_eq!(one.components[0].name, "Mail");
    assert_eq!((one.impact, one.vendor_impact.as_str()), (Impact::PartialOutage, "partial_outage"), "as bad as it was");

    let Reading::Done(Ok(snapshot)) = look("https://status.example.org/", &[quiet, status(HISTORY, 404)], &known)
    else {
        panic!("it reads")
    };
    assert_eq!((snapshot.blind.len(), snapshot.warnings.len()), (0, 1));
    assert_eq!(snapshot.covers.incidents, Covers::AllOpen);
}

#[test]
fn without_the_proxy_the_page_is_read_with_its_clock_and_its_ends() {
    let url = "https://status.example.org/";
    assert_eq!(needed(look(url, &[status(PROXY, 404)], &[])), [url]);
    let ongoing = json!([incident("01I2", "identified", "partial_outage", "partial_outage")]);
    let links = json!([
        {"id": "01I1", "name": "Synthetic: it was slow", "permalink": "https://p.example.org/1", "published_at": "2026-11-21T10:00:00Z", "status": "resolved"},
        {"id": "01I0", "name": "Synthetic: long ago", "permalink": "https://p.example.org/0", "published_at": "2026-09-21T10:00:00Z", "status": "resolved"},
    ]);
    let html = page(&summary(affected("partial_outage"), ongoing, json!([])), &links);
    let answers = [status(PROXY, 404), answer(PAGE, &html)];
    let Reading::Done(Ok(snapshot)) = look(url, &answers, &[("01I1", Kind::Incident)]) else { panic!("it reads") };
    let seen: Vec<_> = snapshot.incidents.iter().map(|one| (one.key.as_str(), one.phase)).collect();
    assert_eq!(seen, [("01I2", Phase::Identified), ("01I1", Phase::Resolved)], "only what was known to be open");
    assert_eq!(snapshot.refreshed.unwrap().to_string(), "2026-11-22T11:00:00Z");
    assert_eq!(snapshot.warnings[0].path, PROXY);
    assert_eq!(snapshot.covers.incidents, Covers::AllOpen);
    for decoy in ["<html><body>All good</body></html>", "<html>self.__next_f.push([1,\"a</html>", "{}"] {
        let answers = [answer(PAGE, decoy)];
        assert!(matches!(look("https://status.example.org/eu", &answers, &[]), Reading::Done(Err(_))), "{decoy}");
    }
    let cut = html.strip_suffix("</html>").unwrap();
    let came = look("https://status.example.org/eu", &[answer(PAGE, cut)], &[]);
    assert!(matches!(came, Reading::Done(Err(Unreadable::CutShort(_)))));
}

fn compatible(page: &str, incidents: Value) -> String {
    json!({
        "page": {"id": page, "name": "Synthetic", "url": "https://status.example.org/"},
        "status": {"indicator": "none", "description": "x"},
        "components": [{"id": MAIL, "name": "Mail", "status": "operational"}], "incidents": incidents,
    })
    .to_string()
}

#[test]
fn at_last_the_compatible_interface_is_read_with_its_holes() {
    let url = "https://status.example.org/";
    let lost = [status(PROXY, 404), status(PAGE, 404)];
    assert_eq!(needed(look(url, &lost, &[])), ["https://status.example.org/api/v2/summary.json"]);
    let incident = |id: &str| {
        json!({"id": id, "name": "Synthetic: x", "status": "investigating", "impact": "minor",
        "created_at": "2026-11-22T10:00:00Z", "incident_updates": []})
    };
    let body = compatible("01JMDK9XYNY6RXSED6SDWW50WY", json!([incident("01I1"), incident("01I2")]));
    let [proxy, page] = lost;
    let answers = [proxy.clone(), page.clone(), answer(SUMMARY, &body)];
    let Reading::Done(Ok(snapshot)) = look(url, &answers, &[("01I1", Kind::Incident)]) else { panic!("it reads") };
    assert_eq!(snapshot.incidents.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["01I2"]);
    assert_eq!(snapshot.covers, Coverage::of_all(Covers::Delta), "its silence proves nothing");
    assert_eq!(snapshot.components[0].status, Impact::Operational);

    let atlassian = [proxy.clone(), page.clone(), answer(SUMMARY, &compatible("synthetic000", json!([])))];
    assert!(
        matches!(look(url, &atlassian, &[]), Reading::Done(Err(Unreadable::Moved(_)))),
        "the proxy's reason counts"
    );
    let gone = [proxy, page, status(SUMMARY, 404)];
    assert!(matches!(look(url, &gone, &[]), Reading::Done(Err(Unreadable::Moved(_)))));
    let none = [Answer { role: PROXY, outcome: Outcome::Unreadable(Unreadable::Unreachable("no route".into())) }];
    assert!(matches!(look(url, &none, &[]), Reading::Done(Err(Unreadable::Unreachable(_)))), "nobody else is asked");
}

#[test]
fn what_is_not_the_document_is_not_read() {
    for decoy in [
        json!({}),
        json!([]),
        json!({"summary": {}}),
        json!({"summary": {"id": "x", "components": [], "affected_components": []}}),
        json!({"summary": {"id": "x", "components": {}, "affected_components": [], "ongoing_incidents": []}}),
        json!({"status": 500, "error": "Internal Server Error"}),
    ] {
        let answers = [answer(PROXY, &decoy.to_string())];
        assert!(matches!(look("https://status.example.org/", &answers, &[]), Reading::Need(_)), "{decoy}");
    }
}
