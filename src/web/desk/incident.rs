//! Opening an incident by hand, adding to it, ending it, taking care of it. Before anything is told to anybody the page
//! says to whom it will be told, and asks once more.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::fields::Wrong;
use super::posted::Posted;
use super::shell::Shell;
use super::word::{Draft, IMPACTS, TEXT, TITLE};
use super::{announce, go, with_status};
use crate::model::id::{IncidentId, VendorId};
use crate::model::impact::Impact;
use crate::model::incident::Report;
use crate::pipeline::acknowledge::acknowledge;
use crate::pipeline::compiled::Compiled;
use crate::pipeline::hand::{self, NotTaken, Word};
use crate::pipeline::settle::Happened;
use crate::web::fault::{self, Fault};
use crate::web::gate::local;
use crate::web::router::Site;
use crate::web::view::Theirs;
use crate::web::who::Viewer;

/// What can be chosen: the key and the name of each.
pub(super) type Choices = Vec<(String, String)>;

/// What a form is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Open,
    Update,
    End,
}

/// The form, and after it what it would do.
#[derive(Template)]
#[template(path = "desk/word.html")]
struct Page {
    shell: Shell,
    heading: String,
    action: String,
    back: String,
    is_open: bool,
    is_end: bool,
    draft: Draft,
    wrong: Vec<Wrong>,
    zone: String,
    needed: Choices,
    others: Choices,
    components: Vec<String>,
    /// What it would do, once that is known.
    foreseen: Option<Foreseen>,
}

/// What a word would lead to.
pub struct Foreseen {
    pub effects: Vec<String>,
    pub told: Vec<String>,
    verb: &'static str,
    sure: &'static str,
}

impl Page {
    fn why(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|wrong| wrong.field == field).map(|wrong| wrong.why.as_str())
    }

    fn impacts(&self) -> Vec<(&'static str, &'static str, bool)> {
        IMPACTS.map(|(impact, words)| (impact.word(), words, self.draft.impact == impact.word())).to_vec()
    }

    fn lines(&self, lines: &[String]) -> String {
        lines.join("\n")
    }

    fn most(&self) -> (usize, usize) {
        (TITLE, TEXT)
    }

    fn impact_word(&self) -> &str {
        let chosen = IMPACTS.iter().find(|(impact, _)| impact.word() == self.draft.impact);
        chosen.map_or(if self.is_open { Impact::Unknown.label() } else { "as before" }, |(impact, _)| impact.label())
    }

    fn vendor_name(&self) -> &str {
        let all = self.needed.iter().chain(&self.others);
        all.into_iter().find(|(id, _)| *id == self.draft.vendor).map_or(&*self.draft.vendor, |(_, name)| name)
    }
}

/// What may stand in the form already.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    vendor: String,
}

/// The empty form.
pub async fn new(State(site): State<Arc<Site>>, Query(asked): Query<Asked>) -> Response {
    let draft = Draft { vendor: asked.vendor, ..Draft::fresh() };
    fault::html(&page(&site, &Viewer::now(), For::Open, None, draft))
}

/// The form that adds to an incident.
pub async fn update(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Response {
    go_on(&site, &id, For::Update).await
}

/// The form that ends one.
pub async fn end(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Response {
    go_on(&site, &id, For::End).await
}

async fn go_on(site: &Site, id: &str, what: For) -> Response {
    match ours(site, id).await {
        Ok(report) => fault::html(&page(site, &Viewer::now(), what, Some(&report), Draft::fresh())),
        Err(fault) => fault.page(),
    }
}

/// The report that was entered by hand for this incident.
async fn ours(site: &Site, id: &str) -> Result<Report, Fault> {
    let story = site.app.store.story(id).await?.ok_or_else(|| Fault::nothing("There is no such incident."))?;
    let by_hand = story.reports.into_iter().find(|r| r.source.is_by_hand());
    by_hand.ok_or_else(|| {
        Fault::new(
            StatusCode::CONFLICT,
            "This incident is a vendor’s word; only what was opened by hand is continued by hand.",
        )
    })
}

fn page(site: &Site, viewer: &Viewer, what: For, report: Option<&Report>, draft: Draft) -> Page {
    let compiled = site.app.compiled();
    let back = report.map_or_else(|| "/".to_owned(), |r| format!("/incidents/{}", r.incident));
    let title = report.map(|r| Theirs::line(&r.seen.title).words).unwrap_or_default();
    let (heading, action) = match what {
        For::Open => ("Open an incident".to_owned(), "/incidents/new".to_owned()),
        For::Update => (format!("Add to “{title}”"), format!("{back}/update")),
        For::End => (format!("End “{title}”"), format!("{back}/end")),
    };
    let (needed, others) = vendors(&compiled, &draft.vendor);
    let components = parts(&compiled, &draft.vendor);
    Page {
        shell: Shell::new(site, viewer, &action),
        heading,
        action,
        back,
        is_open: what == For::Open,
        is_end: what == For::End,
        draft,
        wrong: Vec::new(),
        zone: compiled.time_zone.clone(),
        needed,
        others,
        components,
        foreseen: None,
    }
}

/// Those that the inventory needs, and the others that are named in our files or were chosen before. There are too many
/// more for a list; the page of the vendors finds them.
pub(super) fn vendors(compiled: &Compiled, chosen: &str) -> (Choices, Choices) {
    let chosen = VendorId::parse(chosen).ok().filter(|id| compiled.knows(id));
    let ids: BTreeSet<&VendorId> = compiled.vendors.keys().chain(&chosen).collect();
    let mut all: Vec<(&VendorId, String)> = ids.into_iter().map(|id| (id, compiled.vendor_name(id))).collect();
    all.sort_by_key(|(_, name)| name.to_lowercase());
    let (needed, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|(id, _)| compiled.graph.needs(id));
    let owned = |(id, name): (&VendorId, String)| (id.to_string(), name);
    (needed.into_iter().map(owned).collect(), others.into_iter().map(owned).collect())
}

/// The parts that our services name of a vendor, or of all of them while none is chosen: what is spelled otherwise hurts
/// nobody.
fn parts(compiled: &Compiled, vendor: &str) -> Vec<String> {
    use crate::model::inventory::On;
    let mut parts = BTreeSet::new();
    for dependency in compiled.graph.services().iter().flat_map(|s| &s.needs).flat_map(|n| n.dependencies()) {
        if let On::Vendor(selector) = &dependency.on
            && (vendor.is_empty() || selector.vendor.as_str() == vendor)
        {
            let name = compiled.graph.vendor_name(&selector.vendor);
            parts.extend(selector.components.iter().map(|part| format!("{name}: {part}")));
        }
    }
    parts.into_iter().collect()
}

/// What was filled in: shown again with its mistakes, or with what it would do, or done.
pub async fn post_new(State(site): State<Arc<Site>>, mut posted: Posted) -> Response {
    let draft = Draft::to_open(&mut posted.fields);
    let compiled = site.app.compiled();
    let word = draft.open(&compiled, &posted.viewer.name, site.app.now());
    let page = page(&site, &posted.viewer, For::Open, None, draft);
    step(&site, posted, page, word).await
}

/// The same for a word that continues.
pub async fn post_update(State(site): State<Arc<Site>>, Path(id): Path<String>, mut posted: Posted) -> Response {
    let draft = Draft::to_go_on(&mut posted.fields);
    match ours(&site, &id).await {
        Ok(report) => {
            let word = draft.update(&report.incident, &posted.viewer.name, site.app.now());
            let page = page(&site, &posted.viewer, For::Update, Some(&report), draft);
            step(&site, posted, page, word).await
        }
        Err(fault) => fault.page(),
    }
}

/// The same for a word that ends.
pub async fn post_end(State(site): State<Arc<Site>>, Path(id): Path<String>, mut posted: Posted) -> Response {
    let draft = Draft::to_go_on(&mut posted.fields);
    match ours(&site, &id).await {
        Ok(report) => {
            let word = draft.end(&report.incident, &posted.viewer.name, site.app.now());
            let page = page(&site, &posted.viewer, For::End, Some(&report), draft);
            step(&site, posted, page, word).await
        }
        Err(fault) => fault.page(),
    }
}

async fn step(site: &Site, mut posted: Posted, mut page: Page, word: Result<Word, Vec<Wrong>>) -> Response {
    let step = posted.fields.take("step");
    let word = match word {
        Ok(word) => word,
        Err(wrong) => {
            page.wrong = wrong;
            return with_status(fault::html(&page), StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    match step.as_str() {
        "do" => finish(site, &posted.viewer, &word).await,
        "change" => fault::html(&page),
        _ => foresee(site, page, &word).await,
    }
}

async fn foresee(site: &Site, mut page: Page, word: &Word) -> Response {
    let compiled = site.app.compiled();
    match hand::foresee(&site.app.store, &compiled, word, site.app.now()).await {
        Ok((_, happened)) => {
            let (verb, sure) = match (page.is_open, page.is_end) {
                (true, _) => ("Opening it", "Yes, open it"),
                (_, true) => ("Ending it", "Yes, end it"),
                (false, false) => ("This word", "Yes, say it"),
            };
            let (effects, told) = led_to(&happened);
            page.foreseen = Some(Foreseen { effects, told, verb, sure });
            fault::html(&page)
        }
        Err(why) => Fault::from(why).page(),
    }
}

/// What was led to, in words: the services, and who is told.
pub fn led_to(happened: &Happened) -> (Vec<String>, Vec<String>) {
    let effects = happened.effects.iter().map(|(kind, effect)| {
        format!("{}: {} ({})", kind.word(), effect.path.join(", because "), effect.impact.label().to_lowercase())
    });
    let told: BTreeSet<String> = happened.notices.iter().filter(|n| n.sent).map(|n| n.receiver.to_string()).collect();
    (effects.collect(), told.into_iter().collect())
}

async fn finish(site: &Site, viewer: &Viewer, word: &Word) -> Response {
    let compiled = site.app.compiled();
    match hand::take_word_by(&site.app.store, &compiled, word, &viewer.by(), site.app.now()).await {
        Ok((incident, happened)) => {
            announce(&site.app, happened).await;
            go(&format!("/incidents/{incident}"))
        }
        Err(why) => Fault::from(why).page(),
    }
}

/// Takes care of an incident, or lets go of it.
pub async fn post_acknowledge(State(site): State<Arc<Site>>, Path(id): Path<String>, mut posted: Posted) -> Response {
    let is_taken = posted.fields.take("undo").is_empty();
    let then = posted.fields.take("then");
    let then = if then.is_empty() { format!("/incidents/{id}") } else { local(&then) };
    let (store, by, now) = (&site.app.store, posted.viewer.by(), site.app.now());
    match acknowledge(store, &IncidentId(id), is_taken, &by, now).await {
        Ok(is_news) => {
            if is_news {
                announce(&site.app, Happened::default()).await;
            }
            go(&then)
        }
        // Its end came before the button was pressed: the page says so.
        Err(NotTaken::Senseless(_)) => go(&then),
        Err(NotTaken::Store(error)) => Fault::from(error).page(),
    }
}
