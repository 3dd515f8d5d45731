//! A status page that PagerDuty hosts, PagerDuty's own among them.
//!
//! What a browser shows comes from four documents: the services, those of them that are not well, the posts that the page
//! features, and the words behind the ids in all of them. Ids of severities and phases are each page's own, so without the
//! words nothing can be said of a service but that it is hurt. The services are the sign; one of them that is not among
//! the hurt ones is well, as the page shows it. The list of posts cuts their texts: each featured post is asked for by
//! itself, and so is one that is known as open and featured no more, which brings its end in the vendor's word. The
//! headline of the page is never read: it is one word for everything, and stays "operational" beside an open incident.
//! Pages before 2025 kept their state in `script#data` alone; those are read no more. None of this is documented by
//! PagerDuty; it is taken from the code of five clients, read 2026-11. What was not seen: a body.

mod post;
mod wire;

use std::collections::{BTreeSet, HashMap, HashSet};

use url::Url;

use super::field::{Field, List, Object, Place};
use super::keyed::{self, Keyed};
use super::listed::is_whole;
use super::{About, Answer, Asked, Body, Outcome, Page, Reader, Reading, Request, answered, document};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::snapshot::{
    ComponentRef, Coverage, Covers, GoneAfter, SeenComponent, SeenIncident, Snapshot, Unreadable,
};
use crate::model::text;

const SERVICES: &str = "services";
const IMPACTS: &str = "impacts";
const WORDS: &str = "words";
const POSTS: &str = "posts";
const POST: &str = "post";

/// More posts than are asked for one by one in a look.
const MOST_POSTS: usize = 20;

/// What this format is.
const ABOUT: About = About {
    format: Format::PagerDuty,
    evidence: Evidence::Documented,
    summary: "A PagerDuty status page, {page}/api/services, /api/impacted_services, /api/post_enums and /api/posts",
    says: "services with their status, incidents with their ends and severity, maintenances with their plans; no regions",
    roles: &[SERVICES, IMPACTS, WORDS, POSTS, POST],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};

/// How it is read.
pub const READER: Reader = Reader { about: ABOUT, plan, read, find };

/// A page says somewhere whose it is, or keeps its state as PagerDuty's do.
fn find(page: &Page<'_>) -> Vec<Url> {
    let may_be = |html: &str| {
        html.contains("id=\"data\"")
            || html.get(..html.floor_char_boundary(200_000)).unwrap_or(html).to_lowercase().contains("pagerduty")
    };
    if page.html.is_none_or(may_be) { vec![page.at("/")] } else { Vec::new() }
}

fn plan(asked: &Asked<'_>) -> Vec<Request> {
    let mut posts = asked.request(POSTS, "/api/posts", "application/json");
    if posts.url.query().is_none() {
        posts.url.set_query(Some("is_featured=true&limit=500"));
    }
    vec![
        asked.request(SERVICES, "/api/services", "application/json"),
        asked.request(IMPACTS, "/api/impacted_services", "application/json"),
        asked.request(WORDS, "/api/post_enums", "application/json"),
        posts,
    ]
}

/// Reads what was answered; asks for each post by itself.
fn read(asked: &Asked<'_>, answers: &[Answer]) -> Reading {
    let wanted = match answered::read(answers, POSTS, featured) {
        Some(Ok(listed)) => wanted(asked, listed),
        Some(Err(_)) | None => BTreeSet::new(),
    };
    if !wanted.is_empty() && answers.iter().all(|answer| answer.role != POST) {
        let requests = wanted.iter().take(MOST_POSTS).filter_map(|id| detail(asked, id));
        return Reading::Need(requests.collect());
    }
    Reading::Done(look(asked, answers))
}

/// The posts to be asked for: those that are featured, and those that are known as open.
fn wanted(asked: &Asked<'_>, listed: Vec<String>) -> BTreeSet<String> {
    listed.into_iter().chain(asked.open.keys.keys().cloned()).collect()
}

fn detail(asked: &Asked<'_>, id: &str) -> Option<Request> {
    let mut request = asked.request(POST, "/api/posts/", "application/json");
    request.url.path_segments_mut().ok()?.pop_if_empty().push(id);
    Some(request)
}

fn featured(body: &Body) -> Result<Vec<String>, Unreadable> {
    let text = document::text(body)?;
    let posts = posts_of(&text, body)?;
    let rows = posts.posts.get().map_or(&[][..], |list| &list.0);
    Ok(rows.iter().filter_map(|row| row.get()?.0.id.as_str().and_then(keyed::key)).collect())
}

fn posts_of<'a>(text: &'a str, body: &Body) -> Result<wire::Posts<'a>, Unreadable> {
    let found: Field<Object<wire::Posts<'_>>> = document::typed(text, body)?;
    match found {
        Field::Is(Object(posts)) if matches!(posts.posts, Field::Is(_)) => Ok(posts),
        Field::Is(_) | Field::Absent | Field::Odd(_) => Err(Unreadable::Unexpected(
            "the posts of a PagerDuty page have a list named posts; this has none".to_owned(),
        )),
    }
}

/// What a look is read with.
pub struct Context<'a> {
    /// The services by their ids.
    services: HashMap<String, ComponentRef>,
    /// The ids of services that are active no more.
    retired: HashSet<String>,
    /// The words behind the ids.
    words: HashMap<String, String>,
    /// The page, for links.
    url: &'a Url,
}

impl Context<'_> {
    /// The word behind an id, or the id where it has none.
    pub fn word(&self, id: &str) -> String {
        self.words.get(id).cloned().unwrap_or_else(|| text::title(id))
    }

    /// Whether there is a word behind it.
    pub fn knows(&self, id: &str) -> bool {
        self.words.contains_key(id)
    }
}

/// Reads all documents into one snapshot.
fn look(asked: &Asked<'_>, answers: &[Answer]) -> Result<Snapshot, Unreadable> {
    let mut snapshot = Snapshot::recognised("a list of services with id and name", Coverage::of_all(Covers::Delta));
    let Services { active: services, retired, is_all } =
        match answered::read(answers, SERVICES, |body| services(body, &mut snapshot)) {
            Some(got) => got?,
            None => {
                return Err(Unreadable::Unexpected(
                    "the list of services, which is the page's sign, was not asked for".to_owned(),
                ));
            }
        };
    let mut context = Context {
        services: services.iter().map(|component| (component.key.clone(), component.clone())).collect(),
        retired,
        words: HashMap::new(),
        url: asked.url,
    };
    match answered::read(answers, WORDS, words) {
        Some(Ok(words)) => context.words = words,
        Some(Err(why)) => snapshot.blind.push((WORDS, why)),
        None => {}
    }
    match answered::read(answers, IMPACTS, |body| impacts(body, &context, &mut snapshot)) {
        // Without the list of those that are hurt, nobody knows of any that it is well.
        None => {}
        Some(Err(why)) => snapshot.blind.push((IMPACTS, why)),
        Some(Ok(impacts)) => {
            snapshot.covers.components = if is_all && impacts.is_whole { Covers::AllOpen } else { Covers::Delta };
            snapshot.components = services.into_iter().map(|component| impacts.of(component)).collect();
        }
    }
    match answered::read(answers, POSTS, |body| posts(body, answers, &context, &mut snapshot)) {
        None => {}
        Some(Err(why)) => snapshot.blind.push((POSTS, why)),
        Some(Ok((seen, covers))) => {
            snapshot.covers.incidents = covers;
            snapshot.covers.maintenances = covers;
            snapshot.incidents = seen.into_entries();
        }
    }
    Ok(snapshot)
}

/// The services of the page.
struct Services {
    active: Vec<ComponentRef>,
    /// Ids of those that are active no more.
    retired: HashSet<String>,
    /// Whether none was lost.
    is_all: bool,
}

fn services(body: &Body, into: &mut Snapshot) -> Result<Services, Unreadable> {
    let text = document::text(body)?;
    let found: Field<Object<wire::Services<'_>>> = document::typed(&text, body)?;
    let unexpected = |what: &str| Err(Unreadable::Unexpected(what.to_owned()));
    let Field::Is(Object(document)) = found else {
        return unexpected("the services of a PagerDuty page are an object; this is none");
    };
    let mut is_all = is_whole(&document.services);
    let mut services = Keyed::default();
    let mut retired = HashSet::new();
    for (index, row) in document.services.entries(None, SERVICES, into) {
        let at = Place::of(SERVICES, index);
        let name = row.display_name.as_str().or_else(|| row.name.as_str()).map(text::title);
        let key = row.id.as_str().and_then(keyed::key);
        let (Some(key), Some(name)) = (key, name.filter(|name| !name.is_empty())) else {
            into.warn(at.to_string(), "has no id, or no name");
            is_all = false;
            continue;
        };
        if row.is_active.get().is_none_or(|is_active| is_active.0) {
            services.put(&key.clone(), ComponentRef { key, name, group: None, region: None });
        } else {
            retired.insert(key);
        }
    }
    if services.is_empty() {
        return unexpected("a PagerDuty page has services[] with id and name; this has none");
    }
    Ok(Services { active: services.into_entries(), retired, is_all })
}

/// The words behind the ids. `incident/impacts/partial_outage` is "partial outage".
fn words(body: &Body) -> Result<HashMap<String, String>, Unreadable> {
    let text = document::text(body)?;
    let found: Field<Object<wire::Enums<'_>>> = document::typed(&text, body)?;
    let Field::Is(Object(wire::Enums { post_enums: Field::Is(List(rows)) })) = found else {
        return Err(Unreadable::Unexpected("the words of a PagerDuty page are a list named post_enums".to_owned()));
    };
    let plain = |word: &str| text::title(&word.rsplit('/').next().unwrap_or(word).replace(['_', '-'], " "));
    let word = |row: &wire::Enum<'_>| row.name.as_str().or_else(|| row.description.as_str()).map(plain);
    Ok(rows.iter().filter_map(|row| Some((keyed::key(row.get()?.0.id.as_str()?)?, word(&row.get()?.0)?))).collect())
}

/// The services that are hurt, and by how much.
struct Impacts {
    by_service: HashMap<String, (Impact, String)>,
    is_whole: bool,
}

impl Impacts {
    fn of(&self, component: ComponentRef) -> SeenComponent {
        let known = self.by_service.get(&component.key).cloned();
        // What was lost of the list may be the very entry of this service.
        let well = if self.is_whole { (Impact::Operational, "operational") } else { (Impact::Unknown, "not listed") };
        let (status, vendor_status) = known.unwrap_or((well.0, well.1.to_owned()));
        SeenComponent { component, vendor_status, status }
    }
}

fn impacts(body: &Body, context: &Context<'_>, into: &mut Snapshot) -> Result<Impacts, Unreadable> {
    let text = document::text(body)?;
    let found: Field<Object<wire::Impacts<'_>>> = document::typed(&text, body)?;
    let Field::Is(Object(document)) = found else {
        return Err(Unreadable::Unexpected(
            "the hurt services of a PagerDuty page are an object; this is none".to_owned(),
        ));
    };
    if !matches!(document.impacted_services, Field::Is(_)) {
        return Err(Unreadable::Unexpected("no list named impacted_services".to_owned()));
    }
    let mut impacts = Impacts { by_service: HashMap::new(), is_whole: is_whole(&document.impacted_services) };
    for (index, row) in document.impacted_services.entries(None, "impacted_services", into) {
        let at = Place::of("impacted_services", index);
        let Some(service) = row.service_id.key(at, "service_id", into) else {
            impacts.is_whole = false;
            continue;
        };
        if !context.services.contains_key(&service) && !context.retired.contains(&service) {
            // Some service is hurt, and nobody knows which.
            into.warn(at.field("service_id"), format!("is no service of the page: {:?}", text::title(&service)));
            impacts.is_whole = false;
        }
        let word = row.impact_severity_id.need(at, "impact_severity_id", into).map(|id| context.word(&id.0));
        let word = word.unwrap_or_default();
        let impact = post::severity(&word, at, into);
        let is_worse = |(known, _): &(Impact, String)| impact.rung() > known.rung();
        if impacts.by_service.get(&service).is_none_or(is_worse) {
            impacts.by_service.insert(service, (impact, word));
        }
    }
    Ok(impacts)
}

/// The posts, each from its own document where there is one, and what the silence of their list means.
fn posts(
    body: &Body,
    answers: &[Answer],
    context: &Context<'_>,
    snapshot: &mut Snapshot,
) -> Result<(Keyed<SeenIncident>, Covers), Unreadable> {
    let text = document::text(body)?;
    let listed = posts_of(&text, body)?;
    let mut is_all = is_whole(&listed.posts) && listed.continuation.as_str().is_none();
    let mut seen = Keyed::default();
    for (index, row) in listed.posts.entries(None, POSTS, snapshot) {
        let at = Place::of(POSTS, index);
        match post::post(row, context, at, snapshot) {
            Some(one) => is_all &= seen.add(one, at, snapshot),
            None => is_all = false,
        }
    }
    for (index, answer) in answers.iter().filter(|answer| answer.role == POST).enumerate() {
        let Outcome::Body(body) = &answer.outcome else { continue };
        // One that is gone or cannot be read leaves what the list says of it.
        if let Some(one) = lone(body, context, Place::of(POST, index), snapshot) {
            seen.put(&one.key.clone(), one);
        }
    }
    Ok((seen, if is_all { Covers::AllOpen } else { Covers::Delta }))
}

fn lone(body: &Body, context: &Context<'_>, at: Place<'_>, into: &mut Snapshot) -> Option<SeenIncident> {
    let text = document::text(body).ok()?;
    let found: Field<Object<wire::Detail<'_>>> = document::typed(&text, body).ok()?;
    let Field::Is(Object(wire::Detail { post: Field::Is(Object(row)) })) = found else { return None };
    post::post(&row, context, at, into)
}

#[cfg(test)]
mod tests;
