//! What AWS tells an account, or all accounts of an organization, of its events: by the AWS Health API.
//!
//! The public dashboard knows only what is wide; this knows what hits a zone, an account, an instance, and what is
//! planned. An arn is the same here as there, so that a person may join what both tell. The list holds no text, so the
//! details of what is open are asked for, and whom it touches. Notices to accounts (bills, ends of support) are neither
//! incidents nor maintenances and are not asked for. Each request is a call, which is posted and signed by whoever carries
//! it out; the access key is none of a format's affair.

mod endpoint;
mod event;
mod look;
mod refusal;
mod wire;

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::{Value, json};
use url::Url;

use self::endpoint::Endpoint;
pub use self::endpoint::call;
use self::look::Look;
use super::field::{Field, List, Object};
use super::{About, Answer, Asked, Body, Outcome, Reader, Reading, Request, document};
use crate::model::format::{Evidence, Format};
use crate::model::snapshot::{GoneAfter, Snapshot, Unreadable};

/// What is open or planned.
const LISTED: &str = "listed";
/// What they say.
const DETAILS: &str = "details";
/// Whom of an organization one of them touches.
const ACCOUNTS: &str = "accounts";
/// What of an account's they touch.
const RESOURCES: &str = "resources";
/// What was closed lately.
const HISTORY: &str = "history";

/// The path by which a source says that it means the whole organization.
const ORGANIZATION: &str = "/organization";
/// How long what was closed is asked for: a weekend in which nobody looked.
const CLOSED_SINCE: SignedDuration = SignedDuration::from_hours(72);
/// More pages, of a hundred each, than any account had open.
const MOST_PAGES: usize = 4;

/// What this format is.
const ABOUT: About = About {
    format: Format::AwsHealthApi,
    evidence: Evidence::Documented,
    summary: "an AWS account's or organization's events by the AWS Health API, DescribeEvents and its kin (docs.aws.amazon.com/health); wants credentials of the kind aws, and Business or Enterprise support",
    says: "incidents and maintenances with their ends, service and region, the accounts or resources that they touch; no impact, no service's own status",
    roles: &[LISTED, DETAILS, ACCOUNTS, RESOURCES, HISTORY],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader { about: ABOUT, plan, read, find: |_| Vec::new() };

/// Which calls there are: those for one account, or for all of an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    Account,
    Organization,
}

impl View {
    fn of(url: &Url) -> Self {
        if url.path().trim_end_matches('/') == ORGANIZATION { Self::Organization } else { Self::Account }
    }

    fn list(self, role: &'static str, filter: Value, token: Option<&str>, from: &Endpoint) -> Request {
        let operation = match self {
            Self::Account => "DescribeEvents",
            Self::Organization => "DescribeEventsForOrganization",
        };
        let mut body = json!({"filter": filter, "maxResults": 100});
        if let Some(token) = token {
            body["nextToken"] = json!(token);
        }
        from.request(role, operation, &body)
    }

    fn open(self, token: Option<&str>, from: &Endpoint) -> Request {
        self.list(LISTED, filter(&["open", "upcoming"]), token, from)
    }

    fn closed(self, asked: &Asked<'_>, from: &Endpoint) -> Request {
        let since = asked.now.saturating_sub(CLOSED_SINCE).unwrap_or(asked.now).as_second();
        let mut filter = filter(&["closed"]);
        match self {
            Self::Account => filter["lastUpdatedTimes"] = json!([{"from": since}]),
            Self::Organization => filter["lastUpdatedTime"] = json!({"from": since}),
        }
        self.list(HISTORY, filter, None, from)
    }
}

fn filter(statuses: &[&str]) -> Value {
    json!({"eventStatusCodes": statuses, "eventTypeCategories": ["issue", "investigation", "scheduledChange"]})
}

/// What is open; when it is due, what was closed too.
fn plan(asked: &Asked<'_>) -> Vec<Request> {
    let (view, from) = (View::of(asked.url), Endpoint::first(asked.url));
    let mut requests = vec![view.open(None, &from)];
    if asked.open.history_due {
        requests.push(view.closed(asked, &from));
    }
    requests
}

/// Reads what was answered. Asks the region that stands by where the first does not answer, then for further pages, then
/// for whom the events touch, then for what they say.
fn read(asked: &Asked<'_>, answers: &[Answer]) -> Reading {
    match prepare(asked, answers) {
        Ok(Step::Need(more)) => Reading::Need(more),
        Ok(Step::Done(snapshot)) => Reading::Done(Ok(*snapshot)),
        Err(why) => Reading::Done(Err(why)),
    }
}

enum Step {
    Need(Vec<Request>),
    Done(Box<Snapshot>),
}

fn prepare(asked: &Asked<'_>, answers: &[Answer]) -> Result<Step, Unreadable> {
    let view = View::of(asked.url);
    let listed: Vec<&Answer> = answers.iter().filter(|answer| answer.role == LISTED).collect();
    let standby =
        Endpoint::standby(asked.source, asked.url).filter(|_| listed.first().is_some_and(|a| refusal::is_down(a)));
    let (from, listed) = match (&standby, &*listed) {
        (Some(standby), [_]) => return Ok(Step::Need(vec![view.open(None, standby)])),
        // Where nobody recorded it, the first one's reason is all that is known.
        (Some(_), [_, second, ..]) if second.outcome == Outcome::NotRecorded => {
            (Endpoint::first(asked.url), &listed[..1])
        }
        (Some(standby), [_, rest @ ..]) => (standby.clone(), rest),
        (Some(_) | None, all) => (Endpoint::first(asked.url), all),
    };
    let texts = texts(listed)?;
    let pages = Pages::of(&texts, listed.iter().any(|answer| answer.outcome == Outcome::NotRecorded))?;
    if let Some(token) = &pages.next {
        return Ok(Step::Need(vec![view.open(Some(token), &from)]));
    }
    let history = only(answers, HISTORY).map(refusal::text).transpose();
    let history = Closed::of(&history);
    let look = Look { asked, answers, view, from, pages, history, is_standby: standby.is_some() };
    Ok(look.need().map_or_else(|| Step::Done(Box::new(look.snapshot())), Step::Need))
}

/// The texts of the pages; an answer that was not recorded ends them.
fn texts<'a>(listed: &[&'a Answer]) -> Result<Vec<(Cow<'a, str>, &'a Body)>, Unreadable> {
    let mut texts = Vec::new();
    for answer in listed {
        match &answer.outcome {
            Outcome::Unreadable(why) => return Err(why.clone()),
            Outcome::NotRecorded => {}
            Outcome::Body(body) => texts.push((refusal::text(body)?, body)),
        }
    }
    Ok(texts)
}

/// The last body of a role.
fn only<'a>(answers: &'a [Answer], role: &str) -> Option<&'a Body> {
    answers.iter().rev().filter(|answer| answer.role == role).find_map(|answer| match &answer.outcome {
        Outcome::Body(body) => Some(body),
        Outcome::Unreadable(_) | Outcome::NotRecorded => None,
    })
}

/// The pages of what is open.
struct Pages<'a> {
    documents: Vec<wire::Events<'a>>,
    is_whole: bool,
    next: Option<String>,
}

impl<'a> Pages<'a> {
    fn of(texts: &'a [(Cow<'_, str>, &Body)], is_cut: bool) -> Result<Self, Unreadable> {
        let mut pages = Self { documents: Vec::with_capacity(texts.len()), is_whole: false, next: None };
        let mut tokens: BTreeSet<String> = BTreeSet::new();
        for (text, body) in texts {
            let document = recognised(document::typed(text, body)?, text)?;
            let token = match &document.next_token {
                Field::Absent => None,
                Field::Is(token) => Some(token.0.to_string()),
                Field::Odd(kind) => return Err(Unreadable::Unexpected(format!("its nextToken is {kind}"))),
            };
            if token.as_ref().is_some_and(|token| !tokens.insert(token.clone())) {
                return Err(Unreadable::Unexpected("its pages lead in a circle".to_owned()));
            }
            pages.documents.push(document);
            pages.is_whole = token.is_none();
            let goes_on = pages.documents.len() == texts.len() && texts.len() < MOST_PAGES && !is_cut;
            pages.next = token.filter(|_| goes_on);
        }
        if pages.documents.is_empty() {
            return Err(Unreadable::Unexpected("there is no answer to read".to_owned()));
        }
        Ok(pages)
    }

    /// The good entries.
    fn rows(&self) -> impl Iterator<Item = &wire::Event<'a>> {
        let lists = self.documents.iter().filter_map(|page| page.events.get());
        lists.flat_map(|list| &list.0).filter_map(|row| row.get().map(|row| &row.0))
    }
}

fn is_event(row: &wire::Event<'_>) -> bool {
    let is_of_health = |arn: &str| arn.starts_with("arn:") && arn.split(':').nth(2) == Some("health");
    row.arn.as_str().is_some_and(is_of_health)
}

fn recognised<'a>(found: Field<Object<wire::Events<'a>>>, text: &str) -> Result<wire::Events<'a>, Unreadable> {
    let not_signed = || {
        let what = "AWS Health answers with an object with events[], each with its arn; this is none";
        Unreadable::Unexpected(what.to_owned())
    };
    let Field::Is(Object(document)) = found else { return Err(not_signed()) };
    let Field::Is(List(list)) = &document.events else { return Err(not_signed()) };
    let is_signed = list.iter().filter_map(Field::get).any(|row| is_event(&row.0));
    // A list without entries bears no sign but that nothing else stands beside it.
    let whole = || serde_json::from_str::<serde_json::Map<String, Value>>(text).unwrap_or_default();
    let is_quiet = list.is_empty() && whole().keys().all(|name| ["events", "nextToken"].contains(&name.as_str()));
    if is_signed || is_quiet { Ok(document) } else { Err(not_signed()) }
}

/// What was closed lately; `None` where it was not asked, or not answered.
struct Closed<'a>(Option<wire::Events<'a>>);

impl<'a> Closed<'a> {
    fn of(text: &'a Result<Option<Cow<'_, str>>, Unreadable>) -> Self {
        let Ok(Some(text)) = text else { return Self(None) };
        let found: Field<Object<wire::Events<'_>>> = serde_json::from_str(text).unwrap_or_default();
        Self(recognised(found, text).ok())
    }

    fn rows(&self) -> impl Iterator<Item = &wire::Event<'a>> {
        let list = self.0.as_ref().and_then(|document| document.events.get());
        list.into_iter().flat_map(|list| &list.0).filter_map(|row| row.get().map(|row| &row.0))
    }
}

#[cfg(test)]
mod tests;
