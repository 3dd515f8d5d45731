//! cState: a status page that Hugo builds ahead. `/index.json` lists the systems with their open issues, and
//! `/issues/index.json` all issues, from which their ends come.
//!
//! Nothing in it is newer than its last build, so the build's time is the document's clock. The issues under the systems
//! are not all: one that names no system stands in the summary's word and in the list of issues alone, which is then
//! asked for.

mod wire;

use std::collections::HashMap;

use jiff::Timestamp;

use super::field::{Field, List, Place, Text};
use super::keyed;
use super::listed::{self, Gathered, Read};
use super::{About, Answer, Asked, Body, Reader, Reading, Request, answered, document, moment};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{
    ComponentRef, Coverage, Covers, GoneAfter, SeenComponent, SeenIncident, Snapshot, Unreadable,
};
use crate::model::text;

const INDEX: &str = "index";
const ISSUES: &str = "issues";
const SIGN: &str = "is: index, cStateVersion, summaryStatus, buildDate and systems[]";

/// What this format is.
const ABOUT: About = About {
    format: Format::CState,
    evidence: Evidence::Documented,
    summary: "cState, {page}/index.json and {page}/issues/index.json (github.com/cstate/cstate, its templates)",
    says: "systems with their categories and status, issues with severity and end but without their texts; no maintenances, no regions",
    roles: &[INDEX, ISSUES],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader { about: ABOUT, plan, read, find: |page| vec![page.at("/")] };

/// The words for systems and for issues.
const WORDS: [(&str, Impact); 4] = [
    ("ok", Impact::Operational),
    ("notice", Impact::Degraded),
    ("disrupted", Impact::PartialOutage),
    ("down", Impact::MajorOutage),
];

/// The index, always; the issues when they are due.
fn plan(asked: &Asked<'_>) -> Vec<Request> {
    let mut requests = vec![asked.below(INDEX, "/index.json", "application/json")];
    if asked.open.history_due {
        requests.push(issues_of(asked));
    }
    requests
}

fn issues_of(asked: &Asked<'_>) -> Request {
    let folder = asked.url.path().trim_end_matches('/').trim_end_matches("/index.json").to_owned();
    asked.request(ISSUES, &format!("{folder}/issues/index.json"), "application/json")
}

/// Reads the index; asks for the issues when one that is known, or one that names no system, is not in it.
fn read(asked: &Asked<'_>, answers: &[Answer]) -> Reading {
    let index = match answered::needed(answers, INDEX).and_then(read_index) {
        Ok(index) => index,
        Err(why) => return Reading::Done(Err(why)),
    };
    let Index { mut snapshot, mut seen, is_more_open } = index;
    let has_lost_one = asked.open.keys.keys().any(|key| seen.get(key).is_none());
    match answered::of(answers, ISSUES) {
        None if is_more_open || has_lost_one => {
            if answers.iter().all(|answer| answer.role != ISSUES) {
                return Reading::Need(vec![issues_of(asked)]);
            }
            seen.lose();
        }
        None => {}
        Some(got) => match got.and_then(|body| add_issues(body, &mut seen, &mut snapshot)) {
            Ok(()) => {}
            Err(why) => {
                snapshot.blind.push((ISSUES, why));
                seen.lose();
            }
        },
    }
    snapshot.covers.incidents = seen.covers();
    snapshot.incidents = seen.into_entries();
    Reading::Done(Ok(snapshot))
}

/// What the index says.
struct Index {
    snapshot: Snapshot,
    seen: Gathered<SeenIncident>,
    /// Whether the summary says that something is open, and no system does.
    is_more_open: bool,
}

fn read_index(body: &Body) -> Result<Index, Unreadable> {
    let text = document::text(body)?;
    let index: wire::Index<'_> = document::object(&text, body, "cState's index")?;
    let has_systems = matches!(&index.systems, Field::Is(List(list)) if !list.is_empty());
    let signs = [
        ("is: index", index.is.as_str() == Some("index")),
        ("cStateVersion", index.version.as_str().is_some()),
        ("summaryStatus", index.summary.as_str().is_some()),
        ("buildDate", index.build_date.as_str().is_some()),
        ("systems[]", has_systems),
    ];
    document::signed("cState's index", &signs)?;
    let mut snapshot = Snapshot::recognised(SIGN, Coverage::of_all(Covers::Delta));
    snapshot.refreshed = built(&index, &mut snapshot);
    let mut systems = Gathered::default();
    systems.list(&index.systems, None, "systems", &mut snapshot, system);
    snapshot.covers.components = systems.covers();
    snapshot.components = systems.into_entries();
    let groups = groups(&snapshot.components);
    let mut seen = Gathered::default();
    for (number, row) in index.systems.entries(None, "systems", &mut unheard()) {
        let at = Place::of("systems", number);
        let mut its = Gathered::default();
        its.list(&row.unresolved, Some(at), "unresolvedIssues", &mut snapshot, |row, at, into| {
            issue(row, &groups, at, into)
        });
        if its.covers() != Covers::AllOpen {
            seen.lose();
        }
        // One issue stands under each system that it affects, and is said once.
        for one in its.into_entries() {
            if seen.get(&one.key).is_none() {
                seen.add(Some(one), at, &mut snapshot);
            }
        }
    }
    let is_more_open = index.summary.as_str() != Some("ok") && seen.iter().next().is_none();
    Ok(Index { snapshot, seen, is_more_open })
}

/// For lists that are gone through twice: what is wrong with them is said once.
fn unheard() -> Snapshot {
    Snapshot::recognised("", Coverage::of_all(Covers::Delta))
}

/// When the page was built, as its own clock said.
fn built(index: &wire::Index<'_>, into: &mut Snapshot) -> Option<Timestamp> {
    let part = |field: &Field<Text<'_>>| field.as_str().map(|text| text.trim().to_owned()).unwrap_or_default();
    let zone = part(&index.build_zone);
    let raw = format!("{} {}", part(&index.build_date), part(&index.build_time));
    let built = moment::civil(&raw, moment::zone(&zone).map(|(offset, _)| offset).as_deref());
    if built.at.is_none() || !built.certain {
        into.warn("buildDate", format!("is no time of a known zone: {:?}", text::line(&format!("{raw} {zone}"), 60)));
    }
    built.at
}

fn system(row: &wire::System<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenComponent> {
    let key = row.name.key(at, "name", into)?;
    let group = row.category.read(at, "category", into).map(|name| text::title(&name.0));
    let (vendor_status, status) = listed::status(&row.status, &WORDS, at, "status", into);
    let component = listed::component(key.clone(), text::title(&key), group.filter(|name| !name.is_empty()));
    Some(SeenComponent { component, vendor_status, status })
}

/// The categories of the systems by their names: an issue carries only the name.
fn groups(systems: &[SeenComponent]) -> HashMap<String, Option<String>> {
    systems.iter().map(|one| (one.component.key.clone(), one.component.group.clone())).collect()
}

/// Adds what the list of issues knows beyond the index. The index's word counts for what stands in both.
fn add_issues(body: &Body, seen: &mut Gathered<SeenIncident>, snapshot: &mut Snapshot) -> Result<(), Unreadable> {
    let text = document::text(body)?;
    let issues: wire::Issues<'_> = document::object(&text, body, "cState's list of issues")?;
    let signs = [("is: issues", issues.is.as_str() == Some("issues")), ("pages[]", listed::is_list(&issues.pages))];
    document::signed("cState's list of issues", &signs)?;
    let groups = groups(&snapshot.components);
    let mut all = Gathered::default();
    all.list(&issues.pages, None, "pages", snapshot, |row, at, into| {
        // A page that is no issue says so, and has neither of what an issue has.
        let is_bare = matches!((&row.severity, &row.resolved), (Field::Absent, Field::Absent));
        let is_page = row.is.as_str().is_some_and(|is| is != "issue");
        if is_page && is_bare { Read::Aside } else { Read::from(issue(row, &groups, at, into)) }
    });
    if all.covers() != Covers::AllOpen {
        seen.lose();
    }
    for (number, one) in all.into_entries().into_iter().enumerate() {
        if seen.get(&one.key).is_none() {
            seen.add(Some(one), Place::of("pages", number), snapshot);
        }
    }
    Ok(())
}

fn issue(
    row: &wire::Issue<'_>,
    groups: &HashMap<String, Option<String>>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Option<SeenIncident> {
    let named = row.filename.as_str().and_then(keyed::key).or_else(|| row.permalink.as_str().and_then(keyed::key));
    let Some(key) = named else {
        into.warn(at.field("filename"), "is missing, as is its permalink");
        return None;
    };
    let (vendor_impact, impact) = impact(row, at, into);
    let phase = phase(row, at, into)?;
    // Go prints a time that was never set as `<nil>`.
    let has_end = phase.is_end() && row.resolved_at.as_str().is_some_and(|raw| !matches!(raw, "<nil>" | "false"));
    let ended = if has_end { listed::time(&row.resolved_at, at, "resolvedAt", into, moment::go) } else { None };
    Some(SeenIncident {
        key,
        kind: Kind::Incident,
        title: row.title.line(at, "title", into),
        vendor_impact,
        impact,
        vendor_phase: if phase == Phase::Resolved { "resolved" } else { "unresolved" }.to_owned(),
        phase,
        components: affected(row, groups, at, into),
        regions: Vec::new(),
        started: listed::time(&row.created_at, at, "createdAt", into, moment::go),
        ended,
        planned: None,
        updates: Vec::new(),
        link: row.permalink.link(at, "permalink", into),
    })
}

/// An issue that only informs says so; nothing of it need be hurt.
fn impact(row: &wire::Issue<'_>, at: Place<'_>, into: &mut Snapshot) -> (String, Impact) {
    let (word, impact) = listed::status(&row.severity, &WORDS, at, "severity", into);
    let impact = if row.informational.is_true() || impact == Impact::Operational { Impact::Unknown } else { impact };
    (word, impact)
}

/// Without its `resolved` nobody knows whether it is over, so it is lost.
fn phase(row: &wire::Issue<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<Phase> {
    let resolved = row.resolved.need(at, "resolved", into)?;
    Some(if resolved.0 { Phase::Resolved } else { Phase::Investigating })
}

fn affected(
    row: &wire::Issue<'_>,
    groups: &HashMap<String, Option<String>>,
    at: Place<'_>,
    into: &mut Snapshot,
) -> Vec<ComponentRef> {
    let names = row.affected.read(at, "affected", into).map_or(&[][..], |words| &words.0);
    let mut named = Gathered::default();
    for key in names.iter().filter_map(|name| keyed::key(name)) {
        if named.get(&key).is_none() {
            let group = groups.get(&key).cloned().flatten();
            named.add(Some(listed::component(key.clone(), text::title(&key), group)), at, into);
        }
    }
    named.into_entries()
}

#[cfg(test)]
mod tests;
