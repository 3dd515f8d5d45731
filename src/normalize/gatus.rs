//! Gatus: the last results of each endpoint that it checks, `/api/v1/endpoints/statuses`. A check that fails is a
//! component that is not well; Gatus knows no incidents and no maintenances, so none is ever opened or ended here.
//!
//! The newest result's time is the dashboard's clock: a Gatus that has stopped checking keeps showing its last results.
//! Field names from `config/endpoint/{status,result}.go` of Gatus, read 2026-11.

use jiff::Timestamp;
use serde::Deserialize;

use super::field::{Field, List, Place, Text, Truth, Word};
use super::listed::{self, Gathered};
use super::{About, Body, Reader, Reading, answered, document};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenComponent, Snapshot, Unreadable};
use crate::model::text;

const STATUSES: &str = "statuses";
const SIGN: &str = "a list of endpoints with key and results[]";

/// Conditions that can fail while the endpoint does what it should: late, or with a certificate that ends soon.
const ASIDE: [&str; 3] = ["[RESPONSE_TIME]", "[CERTIFICATE_EXPIRATION]", "[DOMAIN_EXPIRATION]"];

/// What this format is.
const ABOUT: About = About {
    format: Format::Gatus,
    evidence: Evidence::Documented,
    summary: "Gatus, {page}/api/v1/endpoints/statuses (github.com/TwiN/gatus)",
    says: "what it checks as components with their groups; no incidents, no maintenances, no regions",
    roles: &[STATUSES],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| vec![asked.below(STATUSES, "/api/v1/endpoints/statuses", "application/json")],
    read: |_, answers| Reading::Done(answered::first(answers).and_then(read)),
    find: |page| vec![page.at("/")],
};

/// The list of endpoints.
type Endpoints<'a> = Field<List<Endpoint<'a>>>;

/// One endpoint.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Endpoint<'a> {
    #[serde(borrow)]
    name: Field<Text<'a>>,
    #[serde(borrow)]
    group: Field<Text<'a>>,
    /// Made of group and name.
    #[serde(borrow)]
    key: Field<Word<'a>>,
    /// The oldest first, twenty of them unless asked for more.
    #[serde(borrow)]
    results: Field<List<Checked<'a>>>,
}

/// One result of a check. Its `status` is the HTTP status that came, which only the conditions judge.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Checked<'a> {
    success: Field<Truth>,
    #[serde(borrow)]
    timestamp: Field<Text<'a>>,
    #[serde(borrow, rename = "conditionResults")]
    conditions: Field<List<Condition<'a>>>,
}

/// One condition of a check: `[STATUS] (503) == 200`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Condition<'a> {
    #[serde(borrow)]
    condition: Field<Text<'a>>,
    success: Field<Truth>,
}

/// Reads the list.
///
/// # Errors
/// [`Unreadable`] where it is no list, or nothing in it is an endpoint.
fn read(body: &Body) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let endpoints: Endpoints<'_> = document::typed(&text, body)?;
    let covers = Coverage { components: Covers::AllOpen, ..Coverage::of_all(Covers::Delta) };
    let mut snapshot = Snapshot::recognised(SIGN, covers);
    let is_endpoint = |row: &Endpoint<'_>| row.key.as_str().is_some() && listed::is_list(&row.results);
    let is_one = match &endpoints {
        Field::Is(List(list)) => list.iter().filter_map(Field::get).any(|row| is_endpoint(&row.0)),
        Field::Absent | Field::Odd(_) => false,
    };
    document::signed("a list of Gatus's", &[("endpoints with key and results[]", is_one)])?;
    let mut seen = Gathered::default();
    let mut newest = None;
    seen.list(&endpoints, None, "endpoints", &mut snapshot, |row, at, into| component(row, at, &mut newest, into));
    snapshot.refreshed = newest;
    snapshot.covers.components = seen.covers();
    snapshot.components = seen.into_entries();
    Ok(snapshot)
}

fn component(
    row: &Endpoint<'_>,
    at: Place<'_>,
    newest: &mut Option<Timestamp>,
    into: &mut Snapshot,
) -> Option<SeenComponent> {
    let key = row.key.key(at, "key", into)?;
    let name = row.name.read(at, "name", into).map_or_else(|| key.clone(), |name| text::title(&name.0));
    let group = row.group.read(at, "group", into).map(|group| text::title(&group.0)).filter(|group| !group.is_empty());
    let (vendor_status, status) = match last(row, at, newest, into) {
        Last::Is(result, place) => judged(result, &place, into),
        Last::Never => ("no result".to_owned(), Impact::Unknown),
        Last::Unclear => ("?".to_owned(), Impact::Unknown),
    };
    Some(SeenComponent { component: listed::component(key, name, group), vendor_status, status })
}

/// The last result, which must be the newest by its time as well: else nobody knows which one is.
fn last<'d, 'a>(
    row: &'d Endpoint<'a>,
    at: Place<'d>,
    newest: &mut Option<Timestamp>,
    into: &mut Snapshot,
) -> Last<'d, 'a> {
    let mut times = Vec::new();
    let rows = row.results.entries(Some(at), "results", into);
    for (index, result) in &rows {
        times.extend(result.timestamp.time(at.entry("results", *index), "timestamp", into).and_then(|time| time.at));
    }
    *newest = (*newest).max(times.iter().max().copied());
    // A broken one may be the last, wherever it stands.
    let is_whole = row.results.get().is_some_and(|list| list.0.len() == rows.len());
    match rows.last() {
        _ if !is_whole => Last::Unclear,
        None => Last::Never,
        Some(_) if !times.is_sorted() => {
            into.warn(at.field("results"), "do not stand in the order of their times");
            Last::Unclear
        }
        Some((index, result)) => Last::Is(result, at.entry("results", *index).to_string()),
    }
}

/// What is known of an endpoint's last result.
enum Last<'d, 'a> {
    Never,
    Unclear,
    Is(&'d Checked<'a>, String),
}

/// What a result says. Gatus tells only whether all conditions hold; which failed tells how bad it is.
fn judged(result: &Checked<'_>, place: &str, into: &mut Snapshot) -> (String, Impact) {
    let Some(success) = result.success.get() else {
        into.warn(format!("{place}.success"), "is missing or neither true nor false");
        return ("?".to_owned(), Impact::Unknown);
    };
    if success.0 {
        return ("success".to_owned(), Impact::Operational);
    }
    let conditions = result.conditions.get().map_or(&[][..], |list| &list.0);
    let failed: Vec<&str> = conditions
        .iter()
        .filter_map(Field::get)
        .filter(|condition| !condition.0.success.is_true())
        .map(|condition| condition.0.condition.as_str().unwrap_or_default())
        .collect();
    let is_aside = !failed.is_empty() && failed.iter().all(|one| ASIDE.iter().any(|aside| one.starts_with(aside)));
    ("failure".to_owned(), if is_aside { Impact::Degraded } else { Impact::MajorOutage })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn endpoint(key: &str, results: Value) -> Value {
        json!({"name": "Synthetic", "group": "core", "key": key, "results": results, "events": []})
    }

    fn result(success: bool, minute: u8, condition: &str) -> Value {
        json!({
            "status": if success { 200 } else { 503 }, "hostname": "example.org", "duration": 9_000_000, "success": success,
            "conditionResults": [
                {"condition": "[CONNECTED] == true", "success": true},
                {"condition": condition, "success": success},
            ],
            "timestamp": format!("2026-11-22T11:{minute:02}:00.123456789Z"),
        })
    }

    fn look(document: &Value) -> Result<Snapshot, Unreadable> {
        read(&Body::saved(document.to_string().into_bytes()))
    }

    fn statuses(document: &Value) -> Vec<Impact> {
        look(document).unwrap().components.iter().map(|one| one.status).collect()
    }

    #[test]
    fn the_last_result_counts_if_it_is_the_newest() {
        let up = result(true, 50, "[STATUS] == 200");
        let down = result(false, 40, "[STATUS] (503) == 200");
        let document = json!([
            endpoint("core_a", json!([down, up])),
            endpoint("core_b", json!([down])),
            endpoint("core_c", json!([up, down])),
        ]);
        assert_eq!(statuses(&document), [Impact::Operational, Impact::MajorOutage, Impact::Unknown]);
        let snapshot = look(&document).unwrap();
        assert_eq!(snapshot.refreshed.unwrap().to_string(), "2026-11-22T11:50:00.123456789Z");
        assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (0, Covers::Delta));
    }

    #[test]
    fn what_is_only_late_works_badly() {
        let late = result(false, 1, "[RESPONSE_TIME] (900) < 500");
        assert_eq!(statuses(&json!([endpoint("core_a", json!([late]))])), [Impact::Degraded]);
    }

    #[test]
    fn what_was_never_checked_is_unknown() {
        assert_eq!(statuses(&json!([endpoint("core_a", json!([]))])), [Impact::Unknown]);
        assert_eq!(statuses(&json!([endpoint("core_a", json!([{"success": "yes"}]))])), [Impact::Unknown]);
        let up = result(true, 50, "[STATUS] == 200");
        assert_eq!(statuses(&json!([endpoint("core_a", json!([up, 7]))])), [Impact::Unknown], "one is broken");
    }

    #[test]
    fn a_broken_endpoint_takes_the_proof_of_absence_along() {
        let document = json!([endpoint("core_a", json!([])), {"name": "no key"}, 7]);
        let snapshot = look(&document).unwrap();
        assert_eq!((snapshot.components.len(), snapshot.covers.components), (1, Covers::Delta));
    }

    #[test]
    fn decoys_are_no_dashboard() {
        for decoy in [json!([]), json!({}), json!([{"key": "x"}]), json!([{"results": []}]), json!({"status": 500})] {
            assert!(matches!(look(&decoy), Err(Unreadable::Unexpected(_))), "{decoy}");
        }
    }
}
