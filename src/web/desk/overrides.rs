//! Saying by hand how bad something is, in the place of the vendor, and ending that before its time. Before it is put the
//! page says of what it speaks and what it changes at this moment, and asks once more.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use super::fields::{Fields, Wrong};
use super::incident::{Choices, vendors};
use super::posted::Posted;
use super::shell::Shell;
use super::silence::{SPANS, end_of, is_same, vendor};
use super::word::fresh_key;
use super::{announce, go, with_status};
use crate::model::id::{IncidentId, VendorId};
use crate::model::impact::Impact;
use crate::model::overrides::{Override, Part};
use crate::pipeline::compiled::Compiled;
use crate::pipeline::overrides::{self, Judged, Put, Wish};
use crate::pipeline::silence::REASON;
use crate::web::by_hand;
use crate::web::fault::{self, Fault};
use crate::web::now::Now;
use crate::web::router::Site;
use crate::web::view::When;
use crate::web::who::Viewer;

/// What stands in the place of a time: the vendor's next change.
const NEXT_CHANGE: &str = "next_change";

/// What was filled in, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    vendor: String,
    component: String,
    incident: String,
    impact: String,
    lasts: String,
    until: String,
    reason: String,
    key: String,
}

impl Draft {
    /// Takes the fields of an override.
    pub fn of(fields: &mut Fields) -> Self {
        Self {
            vendor: fields.take("vendor"),
            component: fields.take("component"),
            incident: fields.take("incident"),
            impact: fields.take("impact"),
            lasts: fields.take("lasts"),
            until: fields.take("until"),
            reason: fields.take("reason"),
            key: fields.take("key"),
        }
    }

    /// What is wanted.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn wish(&self, compiled: &Compiled, now: Timestamp) -> Result<Wish, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let vendor = vendor(compiled, &self.vendor);
        let impact = Impact::named(&self.impact).filter(|impact| Override::IMPACTS.contains(impact));
        if self.vendor.is_empty() {
            wrong.push(Wrong::new("vendor", "Name the vendor."));
        } else if vendor.is_none() {
            wrong.push(Wrong::new("vendor", format!("No vendor is called {:?}.", self.vendor)));
        }
        if impact.is_none() {
            wrong.push(Wrong::new("impact", "Say operational, degraded, partial_outage or major_outage."));
        }
        let ends = self.ends(compiled, now).map_err(|why| wrong.push(why)).unwrap_or((None, true));
        let (Some(vendor), Some(impact)) = (vendor, impact) else { return Err(wrong) };
        let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let of = Part { vendor, component: filled(&self.component), incident: filled(&self.incident).map(IncidentId) };
        let key = filled(&self.key).unwrap_or_else(fresh_key);
        let (until, until_change) = ends;
        let wish = Wish { key, of, impact, reason: self.reason.clone(), until, until_change };
        for problem in wish.problems(compiled, now) {
            // A field is named once.
            if !wrong.iter().any(|known| is_same(&known.field, problem.field)) {
                wrong.push(Wrong::new(problem.field, problem.why));
            }
        }
        if wrong.is_empty() { Ok(wish) } else { Err(wrong) }
    }

    /// Until when, and whether the vendor's next change ends it.
    fn ends(&self, compiled: &Compiled, now: Timestamp) -> Result<(Option<Timestamp>, bool), Wrong> {
        let time = |field: &str| Some(field.to_owned()).filter(|field| field != NEXT_CHANGE).unwrap_or_default();
        let (lasts, until) = (time(&self.lasts), time(&self.until));
        let by_change = self.lasts == NEXT_CHANGE || self.until == NEXT_CHANGE;
        if by_change && lasts.is_empty() && until.is_empty() {
            return Ok((None, true));
        }
        Ok((Some(end_of(&lasts, &until, compiled, now)?), by_change))
    }
}

/// The form, and after it what it would do.
#[derive(Template)]
#[template(path = "desk/override.html")]
struct Page {
    shell: Shell,
    draft: Draft,
    wrong: Vec<Wrong>,
    zone: String,
    needed: Choices,
    others: Choices,
    /// The components of the vendor of which anything is known.
    components: Vec<String>,
    back: String,
    foreseen: Option<Foreseen>,
    /// Why there is nothing to set.
    refused: Option<String>,
}

/// What an override would do.
struct Foreseen {
    of: String,
    impact: &'static str,
    until: When,
    until_change: bool,
    titles: Vec<String>,
    lines: Vec<String>,
}

impl Page {
    fn why(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|wrong| is_same(&wrong.field, field)).map(|wrong| wrong.why.as_str())
    }

    fn spans(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        SPANS.into_iter().chain([(NEXT_CHANGE, "until the vendor’s next word, 30 days at the most")])
    }

    fn impacts(&self) -> [(&'static str, &'static str); 4] {
        Override::IMPACTS.map(|impact| (impact.word(), impact.label()))
    }

    const fn most(&self) -> usize {
        REASON
    }
}

/// What may stand in the form already.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    vendor: String,
    component: String,
    incident: String,
}

/// The form.
pub async fn new(State(site): State<Arc<Site>>, Query(asked): Query<Asked>) -> Response {
    let Asked { vendor, component, incident } = asked;
    let (lasts, key) = ("1h".to_owned(), fresh_key());
    let draft = Draft { vendor, component, incident, lasts, key, ..Draft::default() };
    match page(&site, &Viewer::now(), draft).await {
        Ok(page) => fault::html(&page),
        Err(fault) => fault.page(),
    }
}

async fn page(site: &Site, viewer: &Viewer, draft: Draft) -> Result<Page, Fault> {
    let now = Now::gather(&site.app).await?;
    let compiled = &now.compiled;
    let (needed, others) = vendors(compiled, &draft.vendor);
    let mut components = VendorId::parse(&draft.vendor).map_or_else(|_| Vec::new(), |id| by_hand::parts(&now, &id));
    if !draft.component.is_empty() && !components.contains(&draft.component) {
        components.push(draft.component.clone());
    }
    let back = match (&*draft.incident, &*draft.vendor) {
        ("", "") => "/overrides".to_owned(),
        ("", vendor) => format!("/vendors/{vendor}"),
        (incident, _) => format!("/incidents/{incident}"),
    };
    Ok(Page {
        shell: Shell::new(site, viewer, "/overrides/new"),
        zone: compiled.time_zone.clone(),
        wrong: Vec::new(),
        needed,
        others,
        components,
        back,
        foreseen: None,
        refused: None,
        draft,
    })
}

/// What was filled in: shown again with its mistakes, or with what it would change, or put.
pub async fn post_new(State(site): State<Arc<Site>>, mut posted: Posted) -> Response {
    let draft = Draft::of(&mut posted.fields);
    let (compiled, now) = (site.app.compiled(), site.app.now());
    let wish = draft.wish(&compiled, now);
    let mut page = match page(&site, &posted.viewer, draft).await {
        Ok(page) => page,
        Err(fault) => return fault.page(),
    };
    let wish = match wish {
        Ok(wish) => wish,
        Err(wrong) => {
            page.wrong = wrong;
            return with_status(fault::html(&page), StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    match posted.fields.take("step").as_str() {
        "do" => finish(&site, &compiled, &wish, &posted.viewer).await,
        "change" => fault::html(&page),
        _ => match overrides::foresee(&site.app.store, &compiled, &wish, &posted.viewer.by(), now).await {
            Ok(put) => {
                page.foreseen = Some(foreseen(&page.shell, put));
                fault::html(&page)
            }
            Err(why) => {
                let fault = Fault::from(why);
                page.refused = Some(fault.what);
                with_status(fault::html(&page), fault.status)
            }
        },
    }
}

fn foreseen(shell: &Shell, put: Put) -> Foreseen {
    let one = &put.one;
    Foreseen {
        of: one.of.to_string(),
        impact: one.impact.label(),
        until: shell.when(one.until),
        until_change: one.until_change,
        titles: one.titles().into_iter().map(|title| crate::model::text::line(title, 120)).collect(),
        lines: put.changes,
    }
}

async fn finish(site: &Site, compiled: &Compiled, wish: &Wish, viewer: &Viewer) -> Response {
    let now = site.app.now();
    match overrides::put(&site.app.store, compiled, wish, &viewer.by(), Judged::AtOnce, now).await {
        Ok(put) => {
            let to = format!("/overrides#{}", put.one.id);
            announce(&site.app, put.happened).await;
            go(&to)
        }
        Err(why) => Fault::from(why).page(),
    }
}

/// Ends one before its time.
pub async fn post_end(State(site): State<Arc<Site>>, Path(id): Path<String>, posted: Posted) -> Response {
    let (compiled, now) = (site.app.compiled(), site.app.now());
    match overrides::end(&site.app.store, Some(&compiled), &id, &posted.viewer.by(), now).await {
        Ok((_, happened)) => {
            announce(&site.app, happened).await;
            go("/overrides")
        }
        Err(why) => Fault::from(why).page(),
    }
}
