//! Upptime: `history/summary.json` in its repository at GitHub, one entry for each site that it checks. A site that is
//! down is a component that is not well.
//!
//! Its incidents are issues of the repository. They are read only where the source names the address of that role
//! (`roles = { issues = "https://api.github.com/repos/OWNER/NAME/issues" }`), for GitHub lets nobody ask more than sixty
//! times an hour without an account; such a source wants `every = "5m"`. The summary has no clock of its own: what an
//! Upptime that has stopped working says of its sites is as old as its last commit, and nothing in it tells.
//! From `https://upptime.js.org/docs` and the code of its summary, read 2026-11.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use url::Url;

use super::field::{Field, List, Named, Object, Place, Text, Word};
use super::listed::{self, Gathered, Read};
use super::markup::marked;
use super::{About, Answer, Asked, Body, Page, Reader, Reading, Request, answered, document};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{
    ComponentRef, Coverage, Covers, GoneAfter, Planned, SeenComponent, SeenIncident, SeenUpdate, Snapshot, Unreadable,
};
use crate::model::stated::Stated;
use crate::model::text;

const SUMMARY: &str = "summary";
const ISSUES: &str = "issues";
const SIGN: &str = "a list of sites with slug, status, uptime and dailyMinutesDown";
const FILE: &str = "/history/summary.json";
const GITHUB: &str = "https://github.com/";
const RAW: &str = "https://raw.githubusercontent.com/";

/// What this format is.
const ABOUT: About = About {
    format: Format::Upptime,
    evidence: Evidence::Documented,
    summary: "Upptime, history/summary.json in its repository (upptime.js.org); incidents where `roles` names the issues",
    says: "what it checks as components; incidents and maintenances from GitHub's issues, where they are named; no regions",
    roles: &[SUMMARY, ISSUES],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader =
    Reader { about: ABOUT, plan, read: |asked, answers| Reading::Done(read(answers, asked)), find };

/// The summary, and the issues where the source says where they are.
fn plan(asked: &Asked<'_>) -> Vec<Request> {
    let mut requests = vec![asked.below(SUMMARY, FILE, "application/json")];
    if let Some(url) = asked.named(ISSUES) {
        requests.push(Request { role: ISSUES, url, accept: "application/vnd.github+json" });
    }
    requests
}

/// The repositories that a page of Upptime's links to, but for Upptime's own.
fn find(page: &Page<'_>) -> Vec<Url> {
    let Some(html) = page.html.filter(|_| marked::shows(page.html, "upptime")) else { return Vec::new() };
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let mut found: Vec<Url> = Vec::new();
    for path in [RAW, GITHUB].iter().flat_map(|at| marked::after(html, at, is_part)) {
        let mut parts = path.split('/');
        let (Some(owner), Some(name)) = (parts.next(), parts.next().filter(|name| !name.is_empty())) else { continue };
        if owner == "upptime" {
            continue;
        }
        let url = format!("{RAW}{owner}/{name}/HEAD");
        if let Ok(url) = url.parse()
            && !found.contains(&url)
            && found.len() < 3
        {
            found.push(url);
        }
    }
    found
}

/// One site.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Site<'a> {
    #[serde(borrow)]
    name: Field<Text<'a>>,
    /// Made of the name, or set.
    #[serde(borrow)]
    slug: Field<Word<'a>>,
    #[serde(borrow)]
    status: Field<Word<'a>>,
    /// `99.98%`.
    #[serde(borrow)]
    uptime: Field<Text<'a>>,
    #[serde(borrow, rename = "dailyMinutesDown")]
    daily_minutes_down: Field<Named<'a, IgnoredAny>>,
}

/// One issue, or one pull request, which GitHub lists among them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Issue<'a> {
    #[serde(borrow)]
    number: Field<Word<'a>>,
    #[serde(borrow)]
    title: Field<Text<'a>>,
    #[serde(borrow)]
    state: Field<Word<'a>>,
    #[serde(borrow)]
    html_url: Field<Text<'a>>,
    #[serde(borrow)]
    created_at: Field<Text<'a>>,
    #[serde(borrow)]
    closed_at: Field<Text<'a>>,
    #[serde(borrow)]
    body: Field<Text<'a>>,
    #[serde(borrow)]
    labels: Field<List<Label<'a>>>,
    pull_request: Field<Object<IgnoredAny>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Label<'a> {
    #[serde(borrow)]
    name: Field<Text<'a>>,
}

/// The words of the summary.
const STATUSES: [(&str, Impact); 3] =
    [("up", Impact::Operational), ("degraded", Impact::Degraded), ("down", Impact::MajorOutage)];

/// Reads the summary, and the issues if there are any.
///
/// # Errors
/// [`Unreadable`] where the summary cannot be read, whatever the issues say: they name sites by their slugs alone.
fn read(answers: &[Answer], asked: &Asked<'_>) -> Result<Snapshot, Unreadable> {
    let mut snapshot = summary(answered::needed(answers, SUMMARY)?)?;
    match answered::read(answers, ISSUES, |body| issues(body, asked, &mut snapshot)) {
        None | Some(Ok(())) => {}
        Some(Err(why)) => snapshot.blind.push((ISSUES, why)),
    }
    Ok(snapshot)
}

fn summary(body: &Body) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let sites: Field<List<Site<'_>>> = document::typed(&text, body)?;
    let is_site = |row: &Site<'_>| {
        row.slug.as_str().is_some()
            && row.status.as_str().is_some()
            && row.uptime.as_str().is_some()
            && row.daily_minutes_down.get().is_some()
    };
    let is_one = match &sites {
        Field::Is(List(list)) => list.iter().filter_map(Field::get).any(|row| is_site(&row.0)),
        Field::Absent | Field::Odd(_) => false,
    };
    document::signed("a summary of Upptime's", &[("sites with slug, status, uptime and dailyMinutesDown", is_one)])?;
    let mut snapshot = Snapshot::recognised(SIGN, Coverage::of_all(Covers::Delta));
    let mut seen = Gathered::default();
    seen.list(&sites, None, "sites", &mut snapshot, |row, at, into| {
        let key = row.slug.key(at, "slug", into)?;
        let name = row.name.read(at, "name", into).map_or_else(|| key.clone(), |name| text::title(&name.0));
        let (vendor_status, status) = listed::status(&row.status, &STATUSES, at, "status", into);
        Some(SeenComponent { component: listed::component(key, name, None), vendor_status, status })
    });
    snapshot.covers.components = seen.covers();
    snapshot.components = seen.into_entries();
    Ok(snapshot)
}

fn issues(body: &Body, asked: &Asked<'_>, snapshot: &mut Snapshot) -> Result<(), Unreadable> {
    let text = document::text(body)?;
    let issues: Field<List<Issue<'_>>> = document::typed(&text, body)?;
    document::signed("GitHub's issues", &[("a list", listed::is_list(&issues))])?;
    let sites = snapshot.components.iter().map(|one| (one.component.key.clone(), one.component.clone())).collect();
    let mut seen = Gathered::default();
    seen.list(&issues, None, ISSUES, snapshot, |row, at, into| match kind(row, at, into) {
        // It may be the rest of an issue of ours, or stand in a list of something else.
        _ if !is_issue(row) => {
            into.warn(at.to_string(), "is no issue of GitHub's: it lacks its number, state or address");
            Read::Lost
        }
        Some(kind) => issue(row, kind, &sites, at, asked.now, into).into(),
        // What was one of ours and has lost its label is not over by that.
        None if row.number.as_str().is_some_and(|number| asked.open.keys.contains_key(number)) => Read::Lost,
        None => Read::Aside,
    });
    // GitHub lists thirty at once, and names the next page in a header.
    let is_capped = body.header("link").is_some_and(|link| link.contains("rel=\"next\""));
    let covers = if is_capped { Covers::Delta } else { seen.covers() };
    (snapshot.covers.incidents, snapshot.covers.maintenances) = (covers, covers);
    snapshot.incidents = seen.into_entries();
    Ok(())
}

/// Whether it bears what every issue and every pull request of GitHub's does.
fn is_issue(row: &Issue<'_>) -> bool {
    let is_address = |url: &str| url.starts_with("https://") && (url.contains("/issues/") || url.contains("/pull/"));
    row.number.as_str().is_some() && row.state.as_str().is_some() && row.html_url.as_str().is_some_and(is_address)
}

/// An issue with the label `status` is an incident, one with `maintenance` a maintenance. Other issues and pull requests
/// are none of ours.
fn kind(row: &Issue<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<Kind> {
    let labels = labels(row, at, into);
    if row.pull_request.get().is_some() {
        return None;
    }
    let has = |name: &str| labels.iter().any(|label| label == name);
    match (has("maintenance"), has("status")) {
        (true, _) => Some(Kind::Maintenance),
        (false, true) => Some(Kind::Incident),
        (false, false) => None,
    }
}

fn labels(row: &Issue<'_>, at: Place<'_>, into: &mut Snapshot) -> Vec<String> {
    let rows = row.labels.entries(Some(at), "labels", into);
    rows.iter().filter_map(|(_, label)| Some(label.name.as_str()?.trim().to_lowercase())).collect()
}

/// Its other labels are the slugs of what it is about.
fn issue(
    row: &Issue<'_>,
    kind: Kind,
    sites: &HashMap<String, ComponentRef>,
    at: Place<'_>,
    now: Timestamp,
    into: &mut Snapshot,
) -> Option<SeenIncident> {
    let key = row.number.key(at, "number", into)?;
    let slugs = labels(row, at, &mut Snapshot::recognised("", Coverage::of_all(Covers::Delta)));
    let title = row.title.line(at, "title", into);
    let vendor_phase = row.state.line(at, "state", into);
    let planned = row.body.as_str().filter(|_| kind == Kind::Maintenance).and_then(planned);
    let phase = phase(kind, &vendor_phase, planned.as_ref(), at, now, into);
    let started = row.created_at.get().and_then(|_| row.created_at.time(at, "created_at", into));
    let ended = row.closed_at.get().and_then(|_| row.closed_at.time(at, "closed_at", into));
    let text = row.body.plain(at, "body", into);
    let said =
        SeenUpdate { key: "issue".to_owned(), at: started.clone(), vendor_phase: String::new(), text, author: None };
    Some(SeenIncident {
        key,
        kind,
        vendor_impact: String::new(),
        impact: impact(kind, &title),
        title,
        phase,
        vendor_phase,
        components: slugs.iter().filter_map(|slug| sites.get(slug)).cloned().collect(),
        regions: Vec::new(),
        started: planned.as_ref().map(|planned| planned.from.clone()).or(started),
        ended: ended.filter(|_| phase.is_end()),
        planned,
        updates: Some(said).filter(|said| !said.text.is_empty()).into_iter().collect(),
        link: row.html_url.link(at, "html_url", into),
    })
}

/// Upptime writes the titles: "… is down", "… has degraded performance". What a person wrote says nothing.
fn impact(kind: Kind, title: &str) -> Impact {
    match kind {
        Kind::Maintenance => Impact::Maintenance,
        Kind::Incident if title.ends_with("is down") => Impact::MajorOutage,
        Kind::Incident if title.ends_with("has degraded performance") => Impact::Degraded,
        Kind::Incident => Impact::Unknown,
    }
}

fn phase(
    kind: Kind,
    word: &str,
    planned: Option<&Planned>,
    at: Place<'_>,
    now: Timestamp,
    into: &mut Snapshot,
) -> Phase {
    let is_closed = listed::meaning(word, &[("open", false), ("closed", true)], at, "state", into).unwrap_or(false);
    let from = planned.and_then(|planned| planned.from.at);
    match (kind, is_closed) {
        (Kind::Incident, true) => Phase::Resolved,
        (Kind::Incident, false) => Phase::Investigating,
        // One that is closed before it began will not be.
        (Kind::Maintenance, true) if from.is_some_and(|from| from > now) => Phase::Cancelled,
        (Kind::Maintenance, true) => Phase::Completed,
        (Kind::Maintenance, false) if from.is_some_and(|from| from > now) => Phase::Scheduled,
        (Kind::Maintenance, false) => Phase::InProgress,
    }
}

/// The plan of a maintenance: `start:` and `end:` in a comment at the beginning of its text.
fn planned(body: &str) -> Option<Planned> {
    let comment = body.split_once("<!--")?.1.split_once("-->")?.0;
    let said = |name: &str| {
        let line = comment.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'))?;
        Some(Stated::rfc3339(line.trim())).filter(|time| time.at.is_some())
    };
    Some(Planned { from: said("start")?, until: said("end") })
}

#[cfg(test)]
mod tests;
