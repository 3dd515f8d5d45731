//! The card of an incident: five answers in one order.

use askama::Template;
use askama::filters::HtmlSafe;

use super::acts::Acts;
use super::do_first::DoFirst;
use super::ruler::{Ruler, ruler};
use super::said::LastWord;
use super::situation::Situation;
use super::way::{HurtRow, place};
use super::{Theirs, When, class, list, tier};
use crate::alerting::message::words::does;
use crate::model::clock_text::{between, span};
use crate::model::effect::Cause;
use crate::model::impact::Impact;
use crate::model::incident::Report;
use crate::model::inventory::Service;
use crate::model::phase::Kind;
use crate::model::text;
use crate::web::by_hand;
use crate::web::hush;
use crate::web::now::{Now, Trouble};

/// The rows of a card; the most needed services come first.
const ROWS: usize = 5;
/// The vendor's components that a card names.
const PARTS: usize = 3;

/// One trouble, whole.
#[derive(Template)]
#[template(path = "page/card.html")]
pub struct Card {
    pub anchor: String,
    /// The page of it; none on that page itself.
    pub link: Option<String>,
    pub class: &'static str,
    pub word: &'static str,
    pub tier: &'static str,
    pub notes: Vec<String>,
    pub sentence: String,
    pub by: By,
    pub lasts: String,
    pub since: When,
    pub hurts: Vec<HurtRow>,
    pub more: usize,
    pub ruler: Option<Ruler>,
    /// The organisation's own sentence about the service that leads.
    pub say: Option<String>,
    pub said: LastWord,
    pub todo: DoFirst,
    /// What can be done about it; nothing about a component without an incident.
    pub acts: Option<Acts>,
    pub situation: Option<Situation>,
}

impl HtmlSafe for Card {}

/// Whose it is, and what the vendor calls it.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<a href="/vendors/{{ id }}">{{ vendor }}</a>{% if let Some(parts) = parts %}, {{ parts }}{% endif %}{{ which }}{% if let Some(title) = title %}. {{ calls_it }} <q>{{ title }}</q>{% endif %}."#
)]
pub struct By {
    pub id: String,
    pub vendor: String,
    pub parts: Option<Theirs>,
    pub which: &'static str,
    /// Who words the title.
    pub calls_it: &'static str,
    pub title: Option<Theirs>,
}

impl HtmlSafe for By {}

impl By {
    pub fn report(now: &Now, report: &Report) -> Self {
        let seen = &report.seen;
        let names: Vec<String> = seen.components.iter().map(|c| text::line(&c.name, 80)).collect();
        let regions =
            if seen.regions.is_empty() { String::new() } else { format!(" in {}", list(&seen.regions, PARTS)) };
        let parts = match names.as_slice() {
            [] if regions.is_empty() => None,
            [] => Some(Theirs::line(&regions)),
            some => Some(Theirs::line(&format!("{}{regions}", list(some, PARTS)))),
        };
        Self {
            id: report.source.vendor().to_string(),
            vendor: now.compiled.vendor_name(&report.source.vendor()),
            which: match (names.is_empty(), report.source.is_by_hand()) {
                (false, _) => "",
                (true, false) => " (it does not say which component)",
                (true, true) => " (which component was not entered)",
            },
            calls_it: if report.source.is_by_hand() { "Entered by hand as" } else { "The vendor calls it" },
            parts,
            title: Some(Theirs::line(&seen.title)),
        }
    }
}

impl Card {
    pub fn of(now: &Now, trouble: &Trouble<'_>, is_whole: bool) -> Option<Self> {
        let (lead, effect) = trouble.hurts.first()?;
        let services: Vec<&Service> = trouble.hurts.iter().map(|(service, _)| *service).collect();
        let vendor_id = match (trouble.report, trouble.component) {
            (Some(report), _) => report.source.vendor(),
            (None, Some((source, _))) => source.vendor(),
            (None, None) => return None,
        };
        let vendor = now.compiled.vendors.get(&vendor_id);
        let name = now.compiled.vendor_name(&vendor_id);
        let phone = vendor.and_then(|v| v.support.phone.as_deref());
        let (by, said, ruler) = match (trouble.report, trouble.component) {
            (Some(report), _) => (
                By::report(now, report),
                LastWord::of_report(now, report, &name, phone, is_whole),
                ruler(now, report, trouble.since, Some(trouble)),
            ),
            (None, Some((source, component))) => {
                let parts = Some(Theirs::line(&component.component.name));
                let by =
                    By { id: vendor_id.to_string(), vendor: name.clone(), parts, which: "", calls_it: "", title: None };
                (by, LastWord::of_component(now, source.as_str(), component, &name), None)
            }
            (None, None) => return None,
        };
        let most = if is_whole { usize::MAX } else { ROWS };
        let rows = trouble.hurts.iter().take(most);
        Some(Self {
            anchor: anchor(trouble.cause),
            link: (!is_whole).then(|| link(trouble)),
            class: class(effect.impact),
            word: effect.impact.label(),
            tier: tier(lead.tier),
            notes: notes(now, trouble),
            sentence: sentence(now, lead, effect.impact),
            by,
            lasts: span(between(trouble.since, now.at)),
            since: When::without_age(now, trouble.since),
            hurts: rows.map(|(service, e)| HurtRow::of(now, trouble, service, e, effect.impact)).collect(),
            more: trouble.hurts.len().saturating_sub(most),
            ruler,
            say: lead.say.when(effect.impact).map(str::to_owned),
            said,
            todo: DoFirst::of(&services, vendor, is_whole),
            acts: trouble.report.map(|report| Acts::of(now, report, is_whole)),
            situation: Situation::of(now, trouble, &name, is_whole),
        })
    }
}

/// "EHR is down at 6 of 7 sites".
pub fn sentence(now: &Now, lead: &Service, impact: Impact) -> String {
    let doubt = if impact == Impact::Unknown { ": nobody says how badly" } else { "" };
    format!("{} {} {}{doubt}", lead.name, does(impact), place(&now.compiled.inventory, lead))
}

/// The page of a trouble: the incident's, or for a component the page of the service that it hurts.
pub fn link(trouble: &Trouble<'_>) -> String {
    match (trouble.report, trouble.hurts.first()) {
        (Some(report), _) => format!("/incidents/{}", report.incident),
        (None, Some((service, _))) => format!("/services/{}", service.id),
        (None, None) => "/".to_owned(),
    }
}

/// Where a card can be jumped to.
fn anchor(cause: &Cause) -> String {
    match cause {
        Cause::Incident(id) => id.0.clone(),
        Cause::Component { .. } | Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => {
            format!("c-{}", crate::model::hash::of(cause.to_string().as_bytes()).get(..12).unwrap_or_default())
        }
    }
}

fn notes(now: &Now, trouble: &Trouble<'_>) -> Vec<String> {
    let by_hand = by_hand::words(now, trouble.cause);
    let mut notes: Vec<String> = by_hand.into_iter().chain(hush::words(now, trouble)).collect();
    if trouble.report.is_some_and(|r| r.seen.kind == Kind::Maintenance) {
        let is_overrun = trouble.hurts.iter().any(|(_, effect)| effect.overrun);
        notes.push(
            if is_overrun { "Maintenance past its planned end" } else { "Planned maintenance, running" }.to_owned(),
        );
    }
    if let Some(author) = trouble.report.and_then(entered_by) {
        notes.push(format!("Entered by {author}"));
    }
    if trouble.component.is_some() {
        notes.push("A component, without an incident".to_owned());
    }
    notes
}

/// Who of ours entered it first.
pub fn entered_by(report: &Report) -> Option<String> {
    let author = report.seen.updates.first().and_then(|u| u.author.as_deref());
    author.filter(|_| report.source.is_by_hand()).map(|author| text::line(author, 80))
}
