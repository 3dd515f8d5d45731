//! Silencing something, and ending that before its time. Before a silence is put the page says what it keeps silent at
//! this moment, and asks once more.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::fields::{Fields, Wrong};
use super::incident::{Choices, vendors};
use super::posted::Posted;
use super::shell::Shell;
use super::word::{by_name, fresh_key, moment};
use super::{announce, go, with_status};
use crate::config::value::Period;
use crate::model::effect::Effect;
use crate::model::id::{ServiceId, VendorId};
use crate::model::inventory::Tier;
use crate::model::silence::Matcher;
use crate::pipeline::compiled::Compiled;
use crate::pipeline::settle::Happened;
use crate::pipeline::silence::{self, REASON, Wish};
use crate::web::fault::{self, Fault};
use crate::web::router::Site;
use crate::web::view::{When, tier};
use crate::web::who::Viewer;

/// For how long something is usually silenced.
pub(super) const SPANS: [(&str, &str); 6] =
    [("1h", "1 hour"), ("4h", "4 hours"), ("12h", "12 hours"), ("24h", "a day"), ("3d", "3 days"), ("7d", "a week")];

/// What was filled in, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    vendors: Vec<String>,
    services: Vec<String>,
    tiers: Vec<String>,
    components: Vec<String>,
    regions: Vec<String>,
    words: Vec<String>,
    incidents: Vec<String>,
    lasts: String,
    until: String,
    reason: String,
    key: String,
}

impl Draft {
    /// Takes the fields of a silence.
    pub fn of(fields: &mut Fields) -> Self {
        Self {
            vendors: fields.take_lines("vendors"),
            services: fields.take_lines("services"),
            tiers: fields.take_lines("tiers"),
            components: fields.take_lines("components"),
            regions: fields.take_lines("regions"),
            words: fields.take_lines("words"),
            incidents: fields.take_lines("incidents"),
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
        let vendors = each(&self.vendors, "vendors", "vendor", &mut wrong, |name| vendor(compiled, name));
        let services = each(&self.services, "services", "service", &mut wrong, |name| ServiceId::parse(name).ok());
        let tiers = each(&self.tiers, "tiers", "tier", &mut wrong, Tier::named);
        let until = end_of(&self.lasts, &self.until, compiled, now).map_err(|why| wrong.push(why)).ok();
        let about = Matcher {
            services,
            tiers,
            vendors,
            components: self.components.clone(),
            regions: self.regions.clone(),
            words: self.words.clone(),
            incidents: self.incidents.clone(),
        };
        let key = if self.key.is_empty() { fresh_key() } else { self.key.clone() };
        let wish = Wish { key, about, reason: self.reason.clone(), until: until.unwrap_or(now) };
        for problem in wish.problems(compiled, now) {
            // A field is named once.
            if !wrong.iter().any(|known| is_same(&known.field, problem.field)) {
                wrong.push(Wrong::new(problem.field, problem.why));
            }
        }
        if wrong.is_empty() { Ok(wish) } else { Err(wrong) }
    }
}

/// The end of what lasts so long, or until then.
pub(super) fn end_of(lasts: &str, until: &str, compiled: &Compiled, now: Timestamp) -> Result<Timestamp, Wrong> {
    if !until.is_empty() {
        return moment(until, &compiled.time_zone)
            .ok_or_else(|| Wrong::new("until", "Write a day and a time, as 2026-07-19T04:09."));
    }
    if lasts.is_empty() {
        return Err(Wrong::new("until", "Say for how long."));
    }
    let period = Period::parse(lasts).map_err(|why| Wrong::new("lasts", why))?;
    let span = SignedDuration::try_from(period.0).unwrap_or(SignedDuration::MAX);
    Ok(now.checked_add(span).unwrap_or(Timestamp::MAX))
}

/// Whether two fields say the same thing: until when, or for how long.
pub(super) fn is_same(a: &str, b: &str) -> bool {
    let is_time = |field: &str| matches!(field, "until" | "lasts");
    a == b || is_time(a) && is_time(b)
}

fn each<T>(
    names: &[String],
    field: &str,
    what: &str,
    wrong: &mut Vec<Wrong>,
    known: impl Fn(&str) -> Option<T>,
) -> Vec<T> {
    let found: Vec<Option<T>> = names.iter().map(|name| known(name)).collect();
    let unknown = names.iter().zip(&found).find(|(_, found)| found.is_none());
    wrong.extend(unknown.map(|(name, _)| Wrong::new(field, format!("No {what} is called {name:?}."))));
    found.into_iter().flatten().collect()
}

/// The vendor of that id, or of that name.
pub(super) fn vendor(compiled: &Compiled, name: &str) -> Option<VendorId> {
    VendorId::parse(name).ok().filter(|id| compiled.knows(id)).or_else(|| by_name(compiled, name))
}

/// The form, and after it what it would do.
#[derive(Template)]
#[template(path = "desk/silence.html")]
struct Page {
    shell: Shell,
    draft: Draft,
    wrong: Vec<Wrong>,
    zone: String,
    needed: Choices,
    others: Choices,
    services: Choices,
    back: String,
    foreseen: Option<Foreseen>,
}

/// What a silence would do.
struct Foreseen {
    about: String,
    until: When,
    lines: Vec<String>,
    /// Those that life depends on.
    vital: Vec<String>,
}

impl Page {
    fn why(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|wrong| is_same(&wrong.field, field)).map(|wrong| wrong.why.as_str())
    }

    fn lines(&self, lines: &[String]) -> String {
        lines.join("\n")
    }

    fn is_chosen(&self, chosen: &[String], id: &str) -> bool {
        chosen.iter().any(|one| one == id)
    }

    fn spans(&self) -> [(&'static str, &'static str); 6] {
        SPANS
    }

    fn tiers(&self) -> [(&'static str, &'static str); 4] {
        Tier::ALL.map(|one| (one.word(), tier(one)))
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
    service: String,
    incident: String,
    lasts: String,
}

/// The form.
pub async fn new(State(site): State<Arc<Site>>, Query(asked): Query<Asked>) -> Response {
    let list = |one: &str| if one.is_empty() { Vec::new() } else { vec![one.to_owned()] };
    let draft = Draft {
        vendors: list(&asked.vendor),
        services: list(&asked.service),
        incidents: list(&asked.incident),
        lasts: if asked.lasts.is_empty() { "1h".to_owned() } else { asked.lasts },
        key: fresh_key(),
        ..Draft::default()
    };
    fault::html(&page(&site, &Viewer::now(), draft))
}

fn page(site: &Site, viewer: &Viewer, draft: Draft) -> Page {
    let compiled = site.app.compiled();
    let chosen = draft.vendors.first().cloned().unwrap_or_default();
    let (needed, others) = vendors(&compiled, &chosen);
    let services = compiled.inventory.services.iter().map(|s| (s.id.to_string(), s.name.clone())).collect();
    let back = match (draft.incidents.first(), draft.vendors.first()) {
        (Some(incident), _) => format!("/incidents/{incident}"),
        (None, Some(vendor)) => format!("/vendors/{vendor}"),
        (None, None) => "/silences".to_owned(),
    };
    Page {
        shell: Shell::new(site, viewer, "/silences/new"),
        zone: compiled.time_zone.clone(),
        wrong: Vec::new(),
        needed,
        others,
        services,
        back,
        foreseen: None,
        draft,
    }
}

/// What was filled in: shown again with its mistakes, or with what it would keep silent, or put.
pub async fn post_new(State(site): State<Arc<Site>>, mut posted: Posted) -> Response {
    let draft = Draft::of(&mut posted.fields);
    let (compiled, now) = (site.app.compiled(), site.app.now());
    let wish = draft.wish(&compiled, now);
    let mut page = page(&site, &posted.viewer, draft);
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
        _ => match silence::foresee(&site.app.store, &compiled, &wish, &posted.viewer.by(), now).await {
            Ok(effects) => {
                page.foreseen = Some(foreseen(&page.shell, &compiled, &wish, &effects));
                fault::html(&page)
            }
            Err(why) => Fault::from(why).page(),
        },
    }
}

fn foreseen(shell: &Shell, compiled: &Compiled, wish: &Wish, effects: &[Effect]) -> Foreseen {
    let is_vital = |effect: &&Effect| compiled.rules.tier(&effect.service) == Some(Tier::LifeSafety);
    let vital = effects.iter().filter(is_vital).filter_map(|effect| effect.path.first().cloned());
    Foreseen {
        about: wish.about.to_string(),
        until: shell.when(wish.until),
        lines: lines(effects),
        vital: vital.collect::<std::collections::BTreeSet<_>>().into_iter().collect(),
    }
}

/// What is kept silent, in words.
pub fn lines(effects: &[Effect]) -> Vec<String> {
    effects.iter().map(|e| format!("{} ({})", e.path.join(", because "), e.impact.label().to_lowercase())).collect()
}

async fn finish(site: &Site, compiled: &Compiled, wish: &Wish, viewer: &Viewer) -> Response {
    match silence::put(&site.app.store, compiled, wish, &viewer.by(), site.app.now()).await {
        Ok((silence, _)) => {
            announce(&site.app, Happened::default()).await;
            go(&format!("/silences#{}", silence.id))
        }
        Err(why) => Fault::from(why).page(),
    }
}

/// Ends one before its time.
pub async fn post_end(State(site): State<Arc<Site>>, Path(id): Path<String>, posted: Posted) -> Response {
    match silence::end(&site.app.store, &id, &posted.viewer.by(), site.app.now()).await {
        Ok(_) => {
            announce(&site.app, Happened::default()).await;
            go("/silences")
        }
        Err(why) => Fault::from(why).page(),
    }
}
