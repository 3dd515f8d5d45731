use super::trace::Trace;
use super::*;
use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::incident::KnownOpen;
use crate::model::phase::Phase;
use crate::model::snapshot::ComponentRef;
use crate::model::vendor::Source;
use crate::normalize::{Body, Outcome};

const NOW: &str = "2026-11-22T12:00:00Z";

fn source(format: Format, map: &str) -> Source {
    let url = Some("https://status.example.org/status".parse().unwrap());
    let id = SourceId::parse("example/status").unwrap();
    Source { map: Some(Box::new(toml::from_str(map).unwrap())), ..Source::at(id, format, url) }
}

fn answer(body: &str) -> Answer {
    Answer { role: PAGE, outcome: Outcome::Body(Body::saved(body.as_bytes().to_vec())) }
}

fn reading(source: &Source, bodies: &[&str]) -> Reading {
    let answers: Vec<Answer> = bodies.iter().map(|body| answer(body)).collect();
    crate::normalize::read(source, &answers, &KnownOpen::default(), NOW.parse().unwrap())
}

fn read(source: &Source, bodies: &[&str]) -> Result<Snapshot, Unreadable> {
    match reading(source, bodies) {
        Reading::Done(done) => done,
        Reading::Need(more) => panic!("{more:?}"),
    }
}

const JSON_MAP: &str = r#"
sign = '.site == "Acme" and (.events | type) == "array"'
next = ".next"
[incidents]
items = ".events[] | select(.planned | not)"
covers = "all-open"
key = ".id"
title = ".name"
impact = ".severity"
phase = ".state"
started = ".begin"
ended = ".end"
components = ".parts"
regions = ".where[].name"
link = ".path"
updates = { items = ".log[]", at = ".time", phase = ".state", text = ".words" }
impacts = { high = "major_outage", low = "degraded", "" = "unknown" }
phases = { open = "investigating", "closed*" = "resolved" }
[maintenances]
items = ".events[] | select(.planned)"
covers = "delta"
key = ".id"
title = ".name"
started = ".begin"
ended = ".end"
[components]
items = ".parts[]"
covers = "all"
key = ".code"
name = ".name"
group = ".family"
status = ".light"
statuses = { green = "operational", red = "major_outage" }
"#;

fn acme(events: &str) -> String {
    let parts =
        r#"[{"code":"w","name":"Web","family":"Site","light":"green"},{"code":"m","name":"Mail","light":"mauve"}]"#;
    format!(r#"{{"site":"Acme","events":[{events}],"parts":{parts}}}"#)
}

const OPEN: &str = r#"{"id":7,"name":"Mail is <b>slow</b>","severity":"HIGH","state":"open","begin":1795341600,"parts":["mail","w"],
  "where":[{"name":"Berlin"}],"path":"/e/7","log":[{"time":"2026-11-22T11:00:00Z","state":"open","words":"We <i>look</i>.<br>Wait."},
  {"time":"2026-11-22T10:00:00Z","state":"open","words":"It began."}]}"#;

#[test]
fn json_is_read_field_by_field() {
    let snapshot = read(&source(Format::Json, JSON_MAP), &[&acme(OPEN)]).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.impact, one.vendor_impact.as_str()), ("7", Impact::MajorOutage, "HIGH"));
    assert_eq!((one.phase, one.regions.as_slice()), (Phase::Investigating, &["Berlin".to_owned()][..]));
    assert_eq!(one.started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T10:00:00Z");
    assert_eq!(one.link.as_deref(), Some("https://status.example.org/e/7"));
    let texts: Vec<_> = one.updates.iter().map(|update| update.text.as_str()).collect();
    assert_eq!(texts, ["It began.", "We look.\nWait."], "the oldest first");
    let mail = ComponentRef { key: "m".into(), name: "Mail".into(), group: None, region: None };
    assert_eq!(one.components[0], mail, "by its name, as the page lists it");
    assert_eq!(one.components[1].group.as_deref(), Some("Site"), "by its key");
    assert_eq!(snapshot.components[0].status, Impact::Operational);
    assert_eq!(snapshot.components[1].status, Impact::Unknown);
    let warnings: Vec<_> = snapshot.warnings.iter().map(|w| format!("{}: {}", w.path, w.what)).collect();
    assert_eq!(warnings, ["components[1].status: is a word never seen: \"mauve\""]);
    assert_eq!(snapshot.covers.incidents, Covers::AllOpen);
    assert_eq!(snapshot.covers.maintenances, Covers::Delta);
}

#[test]
fn without_its_sign_nothing_is_quiet() {
    let source = source(Format::Json, JSON_MAP);
    let quiet = read(&source, &[&acme("")]).unwrap();
    assert!(quiet.incidents.is_empty() && quiet.covers.incidents == Covers::AllOpen);
    for other in [
        "{}",
        "[]",
        "null",
        "\"Acme\"",
        r#"{"status":500,"error":"Internal Server Error"}"#,
        r#"{"site":"Acme"}"#,
        r#"{"site":"Acme","events":{}}"#,
        r#"{"site":"Acme","events":[]}"#,
        r#"{"site":"Acme","events":[],"parts":[]}"#,
        r#"{"site":"Acme","events":[],"parts":[{"label":"Web"}]}"#,
        r#"{"site":"Acme","events":[3],"parts":[{"code":"w","name":"Web","light":"green"}]}"#,
        "<html><title>Acme</title></html>",
        "",
    ] {
        assert!(read(&source, &[other]).is_err(), "{other}");
    }
}

#[test]
fn a_broken_entry_costs_itself_and_the_proof_of_absence() {
    let source = source(Format::Json, JSON_MAP);
    let snapshot = read(&source, &[&acme(&format!(r#"{OPEN},{{"name":"no id"}}"#))]).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (1, Covers::Delta));
    // All of them broken is no broken entry: the vendor renamed the field.
    let renamed = acme(&OPEN.replace("\"id\"", "\"uid\""));
    let why = read(&source, &[&renamed]).unwrap_err().to_string();
    assert!(why.contains("`incidents.key` of its mapping: not found in any of 1 items"), "{why}");
    // A word that is gone leaves it open, whatever else is there.
    let snapshot = read(&source, &[&acme(&OPEN.replace("\"state\":\"open\",\"begin\"", "\"begin\""))]).unwrap();
    assert_eq!(snapshot.incidents[0].phase, Phase::Investigating);
    assert_eq!(snapshot.warnings[1].path, "incidents[0].phase");
}

#[test]
fn ends_are_the_vendors_word_or_a_stated_end() {
    let source = source(Format::Json, JSON_MAP);
    let phase = |state: &str, end: &str| {
        let event = OPEN.replace(r#""state":"open","begin""#, &format!(r#""state":{state},"end":{end},"begin""#));
        let one = read(&source, &[&acme(&event)]).unwrap().incidents.remove(0);
        (one.phase, one.ended.is_some(), one.impact)
    };
    assert_eq!(phase("\"Closed by us\"", "null"), (Phase::Resolved, false, Impact::MajorOutage));
    assert_eq!(phase("null", "\"2026-11-22T11:30:00Z\""), (Phase::Resolved, true, Impact::MajorOutage));
    assert_eq!(phase("null", "\"2026-11-23T11:30:00Z\"").0, Phase::Investigating, "an end that lies ahead is none");
    assert_eq!(phase("\"open\"", "\"2026-11-22T11:30:00Z\""), (Phase::Investigating, false, Impact::MajorOutage));
    assert_eq!(phase("\"mended\"", "\"2026-11-22T11:30:00Z\"").0, Phase::Investigating, "a word never seen is open");
}

#[test]
fn a_maintenance_without_a_word_goes_by_its_plan() {
    let source = source(Format::Json, JSON_MAP);
    let phase = |from: &str, until: &str| {
        let event = format!(r#"{{"id":"m","name":"Work","planned":true,"begin":"{from}","end":"{until}"}}"#);
        let one = read(&source, &[&acme(&event)]).unwrap().incidents.remove(0);
        (one.kind, one.impact, one.phase)
    };
    let expected = |phase| (Kind::Maintenance, Impact::Maintenance, phase);
    assert_eq!(phase("2026-11-23T01:00:00Z", "2026-11-23T02:00:00Z"), expected(Phase::Scheduled));
    assert_eq!(phase("2026-11-22T11:00:00Z", "2026-11-22T13:00:00Z"), expected(Phase::InProgress));
    assert_eq!(phase("2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z"), expected(Phase::Completed));
}

#[test]
fn pages_are_followed_within_their_host_and_not_for_ever() {
    let source = source(Format::Json, JSON_MAP);
    let page = |id: &str, next: &str| {
        acme(&OPEN.replace("\"id\":7", &format!("\"id\":{id}")))
            .replace("\"site\"", &format!("\"next\":\"{next}\",\"site\""))
    };
    let Reading::Need(more) = reading(&source, &[&page("1", "/status?page=2")]) else { panic!() };
    assert_eq!(more[0].url.as_str(), "https://status.example.org/status?page=2");
    let both = read(&source, &[&page("1", "?page=2"), &page("2", "?page=2")]).unwrap();
    assert_eq!(
        (both.incidents.len(), both.covers.incidents),
        (2, Covers::AllOpen),
        "a page that follows itself is the last"
    );
    let elsewhere = read(&source, &[&page("1", "https://evil.example/")]).unwrap();
    assert_eq!((elsewhere.incidents.len(), elsewhere.covers.incidents), (1, Covers::Delta));
    let broken = read(&source, &[&page("1", "?page=2"), "{}"]).unwrap();
    assert_eq!((broken.incidents.len(), broken.covers.incidents), (1, Covers::Delta));
    let pages: Vec<String> = (0..9).map(|n| page(&n.to_string(), &format!("?page={}", n + 1))).collect();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let five = read(&source, &pages).unwrap();
    assert_eq!((five.incidents.len(), five.covers.incidents), (5, Covers::Delta));
}

#[test]
fn one_expression_can_say_everything() {
    let map = r#"
        sign = '.site == "Acme"'
        everything = '''{
            incidents: [.events[] | {key: .id, title: .name, impact: "partial_outage", phase: "identified",
                started: .begin, components: [{key: "m", name: "Mail", region: "EU"}],
                updates: [.log[] | {at: .time, text: .words}]}],
            components: []
        }'''
        incidents = { covers = "all-open" }
    "#;
    let snapshot = read(&source(Format::Json, map), &[&acme(OPEN)]).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.impact, one.phase, one.updates.len()), (Impact::PartialOutage, Phase::Identified, 2));
    assert_eq!(one.components[0].region.as_deref(), Some("EU"));
    assert_eq!(snapshot.warnings, []);
}

const HTML_MAP: &str = r#"
sign = { select = "header h1", text = "Acme status" }
[time]
formats = ["%d %b %H:%M"]
zone = "Europe/Berlin"
[incidents]
items = "article.trouble"
none = { select = "main > p", text = "no known trouble" }
covers = "all-open"
key = { select = "a", attribute = "href", regex = '/t/(\d+)' }
title = "h2"
impact = { attribute = "class", regex = 'level-(\w+)' }
phase = ".state"
started = "time"
components = "ul li"
link = { select = "a", attribute = "href" }
details = { select = "a", attribute = "href" }
text = ".story"
impacts = { red = "major_outage" }
phases = { "mended" = "resolved", "working on it" = "identified" }
"#;

fn page(inside: &str) -> String {
    format!("<!doctype html><html><body><header><h1>Acme\n Status</h1></header><main>{inside}</main></body></html>\n")
}

const TROUBLE: &str = "<article class='trouble level-red'><h2>Mail &amp; <b>fax</b></h2><a href='/t/12?x'>more</a>\
    <span class=state>Working on it</span><time>22 Nov 12:30</time><ul><li>Mail<li>Fax</ul></article>";

#[test]
fn html_is_read_by_selector_attribute_and_regular_expression() {
    let source = source(Format::Html, HTML_MAP);
    let Reading::Need(more) = reading(&source, &[&page(TROUBLE)]) else { panic!() };
    assert_eq!(more[0].url.as_str(), "https://status.example.org/t/12?x");
    let detail = "<html><div class=story><p>We look.</p><p>Wait.</p></div></html>";
    let snapshot = read(&source, &[&page(TROUBLE), detail]).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.title.as_str()), ("12", "Mail & fax"));
    assert_eq!((one.impact, one.phase), (Impact::MajorOutage, Phase::Identified));
    assert_eq!(one.started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T11:30:00Z");
    let names: Vec<_> = one.components.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Mail", "Fax"]);
    assert_eq!(one.updates[0].text, "We look.\n\nWait.");
    assert_eq!((snapshot.covers.incidents, snapshot.warnings.len()), (Covers::AllOpen, 0));
}

#[test]
fn a_page_that_was_rebuilt_or_cut_is_not_quiet() {
    let source = source(Format::Html, HTML_MAP);
    let quiet = page("<p>There is NO known  trouble today.</p>");
    assert!(read(&source, &[&quiet]).unwrap().incidents.is_empty());
    for other in [
        page(""),
        page(&TROUBLE.replace("trouble", "issue")),
        page("<p>Welcome</p>"),
        quiet.replace("Acme", "Umbra"),
        quiet.replace("</html>", ""),
        page(&"<div>".repeat(1_000)),
        "{}".to_owned(),
        "plain words</html>".to_owned(),
    ] {
        assert!(read(&source, &[&other]).is_err(), "{other:.200}");
    }
    for cut in (0..quiet.trim_end().len()).step_by(3) {
        assert!(read(&source, &[&quiet[..cut]]).is_err(), "{cut}");
    }
}

#[test]
fn all_that_is_wrong_with_a_mapping_is_told_with_its_place() {
    let wrong = |format, map: &str| {
        let told = ready::of(&source(format, map)).unwrap();
        told.as_ref()
            .as_ref()
            .unwrap_err()
            .iter()
            .map(|one| format!("{}: {}", one.key, one.fault.what))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        wrong(
            Format::Json,
            "sign = 'true'\nends = 'x'\n[incidents]\nitems = '.a[]]'\ncovers = 'window'\nimpacts = { fine = 'operational' }\nphases = { x = 'completed' }\ntitle = { select = 'a' }"
        ),
        [
            "sign: every document has this sign",
            "ends: JSON has its own end",
            "incidents.key: this key is missing",
            "incidents.impacts.fine: what is open is never operational",
            "incidents.phases.x: `completed` is no phase of an incident",
            "incidents.items: jq expects a token here",
            "incidents.title: this table is for HTML",
        ]
    );
    assert_eq!(
        wrong(Format::Html, "sign = 'h1'\neverything = '.'\nnext = { select = 'a[', attribute = 'href' }\n[components]\ncovers = 'all'\nitems = 'li'\nname = { regex = '(' }\n[time]\nzone = 'Mars'\nformats = ['%H']").len(),
        7
    );
}

#[test]
fn a_hostile_document_ends_fast_and_a_hostile_expression_is_broken_off() {
    let endless = JSON_MAP.replace("key = \".id\"", "key = \"[range(3e9)] | length\"");
    let why = read(&source(Format::Json, &endless), &[&acme(OPEN)]).unwrap_err();
    assert!(matches!(why, Unreadable::Unexpected(_)), "{why}");
    let many: Vec<String> = (0..10_000).map(|n| OPEN.replace("\"id\":7", &format!("\"id\":{n}"))).collect();
    let snapshot = read(&source(Format::Json, JSON_MAP), &[&acme(&many.join(","))]).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (MOST_ITEMS, Covers::Delta));
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    assert!(read(&source(Format::Json, JSON_MAP), &[&deep]).is_err());
}

#[test]
fn a_trace_says_what_came_from_where_and_what_was_lost() {
    let source = source(Format::Json, JSON_MAP);
    let url = source.url.clone().unwrap();
    let mut trace = Trace::wanted();
    let asked = Asked { source: &source, url: &url, open: &KnownOpen::default(), now: NOW.parse().unwrap() };
    let _ = super::read(&asked, &[answer(&acme(OPEN))], &mut trace);
    let started = trace.fields.iter().find(|line| line.path == "incidents[0].started").unwrap();
    assert_eq!((started.by.as_str(), started.raw[0].as_str()), (".begin", "1795341600"));
    assert_eq!(started.became, "2026-11-22T10:00:00Z");
    let mut trace = Trace::wanted();
    let _ = super::read(&asked, &[answer(&acme(&OPEN.replace("\"id\"", "\"uid\"")))], &mut trace);
    assert!(trace.steps.iter().any(|step| step == "incidents.items: 1 found by .events[] | select(.planned | not)"));
    assert!(trace.steps.iter().any(|step| step == "incidents.key: NOT FOUND in 1 of 1 by .id"), "{:?}", trace.steps);
}

#[test]
fn what_stands_beside_an_item_is_found_and_a_name_in_two_regions_is_neither() {
    let map = r#"
        sign = { select = "h1", text = "beside" }
        [incidents]
        items = "p.trouble"
        covers = "delta"
        key = ""
        title = ""
        started = { before = "h2" }
        components = "b"
        [components]
        items = "dt"
        covers = "all"
        name = ""
        region = { attribute = "class" }
        status = { after = "dd" }
        statuses = { fine = "operational", bad = "major_outage" }
    "#;
    let body = "<html><h1>Beside</h1><h2>1795341600</h2><div></div><p class=trouble>Trouble with <b>Fax</b> and <b>Mail</b>\
        <dl><dt class=EU>Fax<dd>fine<dt class=US>Fax<dd>bad<dt class=EU>Mail<dd>fine</dl></html>";
    let snapshot = read(&source(Format::Html, map), &[body]).unwrap();
    let statuses: Vec<_> = snapshot.components.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [Impact::Operational, Impact::MajorOutage, Impact::Operational]);
    let one = &snapshot.incidents[0];
    assert_eq!(one.started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T10:00:00Z");
    let regions: Vec<_> = one.components.iter().map(|one| one.region.as_deref()).collect();
    assert_eq!(regions, [None, Some("EU")]);
}

#[test]
fn an_incident_and_a_maintenance_of_one_key_prove_no_absence() {
    let open = |id: &str, more: &str| {
        format!(
            r#"{{"id":"{id}","name":"Synthetic","severity":"high","state":"open","begin":"2026-11-22T10:00:00Z"{more}}}"#
        )
    };
    let planned = r#","planned":true"#;
    let covers = |events: &str| read(&source(Format::Json, JSON_MAP), &[&acme(events)]).unwrap().covers.incidents;
    assert_eq!(covers(&format!("{},{}", open("1", ""), open("2", planned))), Covers::AllOpen);
    assert_eq!(covers(&format!("{},{}", open("1", ""), open("1", planned))), Covers::Delta);
}

#[test]
fn what_has_begun_does_not_lie_ahead_and_an_estimate_may() {
    let told = |begin: &str, end: &str| {
        let incident = OPEN
            .replace("1795341600", begin)
            .replace("\"state\":\"open\"", &format!("\"state\":\"open\",\"end\":{end}"));
        let warnings = read(&source(Format::Json, JSON_MAP), &[&acme(&incident)]).unwrap().warnings;
        warnings.into_iter().filter(|one| one.what.contains("ahead")).map(|one| one.path).collect::<Vec<_>>()
    };
    assert!(told("1795348800", "null").is_empty(), "now");
    assert!(told("1795350000", "1795377600").is_empty(), "20 minutes on, and an end that is hoped for");
    assert_eq!(told("1795363200", "null"), ["incidents[0].started"], "four hours on");
}
