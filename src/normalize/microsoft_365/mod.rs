//! The health of a tenant's Microsoft 365, by Microsoft Graph: the issues that are open, and how each service is.
//!
//! The issues are asked for by `isResolved eq false`, so that the list is all that is open and nothing else; one that
//! has left it is looked up by its id, for Microsoft's own word of its end. The overviews list every service that the
//! tenant has. Both want a token, which is none of a format's affair: the source names the credentials.

mod issue;
mod pages;
mod wire;
mod words;

use std::collections::{BTreeSet, HashMap};

use url::Url;

use self::pages::{Pages, Texts};
use super::field::{Field, Object, Place};
use super::keyed::Keyed;
use super::{About, Answer, Outcome, Reader, Reading, Request, document};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::incident::KnownOpen;
use crate::model::snapshot::{Coverage, Covers, GoneAfter, SeenComponent, SeenIncident, Snapshot, Unreadable};
use crate::model::vendor::Source;

const ISSUES: &str = "issues";
const OVERVIEWS: &str = "overviews";
/// One issue alone, which was open and is not listed any more.
const ISSUE: &str = "issue";

/// What the app needs.
const PERMISSION: &str = "the application permission ServiceHealth.Read.All";
/// The most that are looked up in one look; the rest wait for the next.
const MOST_LOOKED_UP: usize = 10;
/// Where the service announcements are at a host of Graph.
const USUAL_PATH: &str = "/v1.0/admin/serviceAnnouncement";
const ISSUES_SIGN: &str = "@odata.context of serviceAnnouncement/issues, value[]";
const OVERVIEWS_SIGN: &str = "@odata.context of serviceAnnouncement/healthOverviews, value[]";

/// What this format is.
const ABOUT: About = About {
    format: Format::Microsoft365,
    evidence: Evidence::Documented,
    summary: "a tenant's Microsoft 365 by Microsoft Graph, /admin/serviceAnnouncement (learn.microsoft.com/graph); wants credentials with ServiceHealth.Read.All",
    says: "incidents and advisories with their ends, services with a status of their own, features; no maintenances, no regions",
    roles: &[ISSUES, OVERVIEWS, ISSUE],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| plan(asked.source, asked.url),
    read: |asked, answers| read(asked.source, answers, asked.open),
    find: |_| Vec::new(),
};

/// The open issues and the overviews.
fn plan(source: &Source, url: &Url) -> Vec<Request> {
    [(ISSUES, "issues"), (OVERVIEWS, "healthOverviews")].map(|(role, path)| request(source, url, role, path)).into()
}

fn request(source: &Source, url: &Url, role: &'static str, path: &str) -> Request {
    let named = source.roles.iter().find(|(name, _)| name == role).map(|(_, url)| url.clone());
    let mut usual = below(url, path);
    if role == ISSUES {
        usual.set_query(Some("$filter=isResolved%20eq%20false"));
    }
    Request { role, url: named.unwrap_or(usual), accept: "application/json" }
}

/// An address below the one of the source, of which mostly only the host is given.
fn below(url: &Url, path: &str) -> Url {
    let mut below = url.clone();
    let folder = Some(url.path().trim_end_matches('/')).filter(|folder| !folder.is_empty()).unwrap_or(USUAL_PATH);
    below.set_path(&format!("{folder}/{path}"));
    below.set_query(None);
    below.set_fragment(None);
    below
}

/// Reads what was answered. Asks for further pages, then for each issue that has left the list.
fn read(source: &Source, answers: &[Answer], open: &KnownOpen) -> Reading {
    let texts = [ISSUES, OVERVIEWS].map(|role| pages::texts(answers, role));
    let url = |role| source.roles.iter().find(|(name, _)| *name == role).map(|(_, url)| url).or(source.url.as_ref());
    let [issues, overviews] = &texts;
    let issues = pages_of(issues, "issues", url(ISSUES));
    let overviews = pages_of(overviews, "healthOverviews", url(OVERVIEWS));
    let next = |role, got: &Got<'_>| match got {
        Ok(Some(Pages { next: Some(url), .. })) => Some(Request { role, url: url.clone(), accept: "application/json" }),
        Ok(_) | Err(_) => None,
    };
    let mut more: Vec<Request> = next(ISSUES, &issues).into_iter().chain(next(OVERVIEWS, &overviews)).collect();
    if more.is_empty() && !answers.iter().any(|answer| answer.role == ISSUE) {
        more = look_ups(source, &issues, open);
    }
    if more.is_empty() { Reading::Done(merged(source, issues, overviews, answers)) } else { Reading::Need(more) }
}

/// What came of one role; `None` where it was not asked.
type Got<'a> = Result<Option<Pages<'a>>, Unreadable>;

fn pages_of<'a>(texts: &'a Result<Option<Texts<'_>>, Unreadable>, collection: &str, url: Option<&Url>) -> Got<'a> {
    match texts {
        Err(why) => Err(why.clone()),
        Ok(None) => Ok(None),
        Ok(Some(texts)) => texts.pages(collection, url).map(Some),
    }
}

/// The issues that were open and stand in no page any more.
fn look_ups(source: &Source, issues: &Got<'_>, open: &KnownOpen) -> Vec<Request> {
    let (Ok(Some(pages)), Some(url)) = (issues, &source.url) else { return Vec::new() };
    let mut unheard = Snapshot::recognised(ISSUES_SIGN, Coverage::of_all(Covers::Delta));
    let rows = pages.documents.iter().flat_map(|page| page.value.entries(None, "value", &mut unheard));
    let listed: BTreeSet<&str> = rows.filter_map(|(_, row)| row.id.as_str()).map(str::trim).collect();
    let is_id = |key: &str| key.len() <= 40 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let lost = open.keys.keys().filter(|key| !listed.contains(key.as_str()) && is_id(key));
    lost.take(MOST_LOOKED_UP).map(|key| request(source, url, ISSUE, &format!("issues/{key}"))).collect()
}

/// One snapshot of them all; unreadable only where neither could be read, and then for the issues' reason.
fn merged(source: &Source, issues: Got<'_>, overviews: Got<'_>, answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    let sign = match (&issues, &overviews) {
        (Ok(Some(_)), _) => ISSUES_SIGN,
        (_, Ok(Some(_))) => OVERVIEWS_SIGN,
        (Err(why), _) | (Ok(None), Err(why)) => return Err(why.clone()),
        (Ok(None), Ok(None)) => return Err(Unreadable::Unexpected("there is no answer to read".to_owned())),
    };
    let mut snapshot = Snapshot::recognised(sign, Coverage::of_all(Covers::Delta));
    let is_public = source.url.as_ref().is_some_and(|url| url.host_str() == Some("graph.microsoft.com"));
    let mut seen = Keyed::default();
    match &issues {
        Ok(Some(pages)) => {
            let is_whole = add_issues(pages, is_public, &mut seen, &mut snapshot);
            snapshot.covers.incidents = if is_whole { Covers::AllOpen } else { Covers::Delta };
        }
        Ok(None) => {}
        Err(why) => snapshot.blind.push((ISSUES, why.clone())),
    }
    add_looked_up(answers, is_public, &mut seen, &mut snapshot);
    snapshot.incidents = seen.into_entries();
    match &overviews {
        Ok(Some(pages)) => add_services(pages, issues.is_ok(), &mut snapshot),
        Ok(None) => {}
        Err(why) => snapshot.blind.push((OVERVIEWS, why.clone())),
    }
    Ok(snapshot)
}

/// Adds the issues of all pages; false where one was lost, so that absence is no evidence.
fn add_issues(pages: &Pages<'_>, is_public: bool, seen: &mut Keyed<SeenIncident>, snapshot: &mut Snapshot) -> bool {
    let mut is_whole = pages.is_whole;
    for page in &pages.documents {
        let rows = page.value.entries(None, ISSUES, snapshot);
        is_whole &= page.value.get().is_some_and(|list| list.0.len() == rows.len());
        for (index, row) in rows {
            let at = Place::of(ISSUES, index);
            let Some(one) = issue::issue(row, at, is_public, snapshot) else {
                is_whole = false;
                continue;
            };
            seen.add(one, at, snapshot);
        }
    }
    is_whole
}

/// Adds what was looked up. One that is not there any more (404) says nothing; its absence from the list does.
fn add_looked_up(answers: &[Answer], is_public: bool, seen: &mut Keyed<SeenIncident>, snapshot: &mut Snapshot) {
    for (index, answer) in answers.iter().filter(|answer| answer.role == ISSUE).enumerate() {
        let at = Place::of(ISSUE, index);
        let body = match &answer.outcome {
            Outcome::Body(body) if body.status == 404 => continue,
            Outcome::NotRecorded => continue,
            Outcome::Unreadable(why) => {
                snapshot.warn(at.to_string(), why.to_string());
                continue;
            }
            Outcome::Body(body) => body,
        };
        let read = pages::text(body).and_then(|text| {
            let found: Field<Object<wire::Alone<'_>>> = document::typed(&text, body)?;
            match found {
                Field::Is(Object(alone)) if pages::is_of(&alone.context, "issues") => {
                    Ok(issue::issue(&alone.row, at, is_public, snapshot))
                }
                _ => Err(Unreadable::Unexpected("this is no issue of Graph's".to_owned())),
            }
        });
        match read {
            // What is listed is the newer word.
            Ok(Some(one)) if seen.get(&one.key).is_none() => drop(seen.put(&one.key.clone(), one)),
            Ok(_) => {}
            Err(why) => snapshot.warn(at.to_string(), why.to_string()),
        }
    }
}

/// Adds the services. "Degradation" is one word for all issues of a service, so it weighs as the gravest of them; while
/// the issues cannot be read it does not say how bad it is, and what is known of the service stays.
fn add_services(pages: &Pages<'_>, knows_issues: bool, snapshot: &mut Snapshot) {
    let mut gravest: HashMap<String, Impact> = HashMap::new();
    for one in snapshot.incidents.iter().filter(|one| !one.phase.is_end()) {
        for named in &one.components {
            let known = gravest.entry(named.key.clone()).or_insert(one.impact);
            if one.impact.rung() > known.rung() {
                *known = one.impact;
            }
        }
    }
    let mut services: Keyed<SeenComponent> = Keyed::default();
    let mut is_whole = pages.is_whole && knows_issues;
    for page in &pages.documents {
        let rows = page.value.entries(None, OVERVIEWS, snapshot);
        is_whole &= page.value.get().is_some_and(|list| list.0.len() == rows.len());
        for (index, row) in rows {
            let at = Place::of(OVERVIEWS, index);
            let Some(mut service) = issue::overview(row, at, snapshot) else {
                is_whole = false;
                continue;
            };
            if service.status == Impact::Degraded {
                if !knows_issues {
                    continue;
                }
                let graver = gravest.get(&service.component.key).filter(|impact| impact.rung() > Some(2));
                service.status = graver.copied().unwrap_or(service.status);
            }
            let key = service.component.key.clone();
            if services.put(&key, service) {
                snapshot.warn(at.to_string(), format!("has the name of another, {key}; this one counts"));
            }
        }
    }
    // A tenant without any service has not been seen: that says nothing of those known.
    let is_list = is_whole && !services.is_empty();
    snapshot.covers.components = if is_list { Covers::AllOpen } else { Covers::Delta };
    snapshot.components = services.into_entries();
}

#[cfg(test)]
mod tests;
