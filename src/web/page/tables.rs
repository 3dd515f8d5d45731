//! The rows of the first page's tables: what is not whole on a card, not ours, planned, or over.

use jiff::Timestamp;

use crate::model::clock_text::{between, span};
use crate::model::effect::Cause;
use crate::model::impact::Impact;
use crate::model::incident::{Report, ResolvedHow, Standing, is_overrun};
use crate::model::inventory::Service;
use crate::model::phase::Phase;
use crate::web::by_hand;
use crate::web::hush;
use crate::web::now::{Now, Trouble, began, ended};
use crate::web::view::card::{link, sentence};
use crate::web::view::{Badge, Theirs, When, list, tier};

/// An incident as one row.
pub struct Row {
    pub link: String,
    pub title: Theirs,
    pub vendor: String,
    /// What the vendor calls it, where the title is ours.
    pub said: Option<Theirs>,
    pub tier: &'static str,
    pub badge: Badge,
    pub since: When,
    pub note: String,
}

impl Row {
    /// One that hurts us.
    pub fn ours(now: &Now, trouble: &Trouble<'_>) -> Option<Self> {
        let (lead, effect) = trouble.hurts.first()?;
        let vendor = match (trouble.report, trouble.component) {
            (Some(report), _) => report.source.vendor(),
            (None, Some((source, _))) => source.vendor(),
            (None, None) => return None,
        };
        Some(Self {
            link: link(trouble),
            said: trouble.report.map(|r| Theirs::line(&r.seen.title)),
            title: Theirs::line(&sentence(now, lead, effect.impact)),
            vendor: now.compiled.vendor_name(&vendor),
            tier: tier(lead.tier),
            badge: Badge::of(effect.impact),
            since: When::of(now, trouble.since),
            note: [Some(names(trouble)), by_hand::words(now, trouble.cause), hush::words(now, trouble)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(". "),
        })
    }

    /// One that does not.
    pub fn elsewhere(now: &Now, report: &Report) -> Self {
        let vendor = report.source.vendor();
        let needing = now.needing(&vendor);
        let name = now.compiled.vendor_name(&vendor);
        let by_hand = by_hand::words(now, &Cause::Incident(report.incident.clone()));
        let note = match needing.as_slice() {
            _ if let Some(by_hand) = by_hand => by_hand,
            [] => format!("no service of ours needs {name}"),
            some => {
                let names = list(&some.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), 3);
                format!("it names no part that {names} needs")
            }
        };
        Self {
            link: format!("/incidents/{}", report.incident),
            title: Theirs::line(&report.seen.title),
            vendor: name,
            said: None,
            tier: "",
            badge: Badge::of(report.seen.impact),
            since: When::of(now, began(report, now.at)),
            note,
        }
    }

    /// One that was open and silent for long when it was first seen.
    pub fn zombie(now: &Now, report: &Report) -> Self {
        let word = report.seen.last_word().map(|at| between(at, now.at));
        let note =
            word.map_or_else(|| "it never said when".to_owned(), |silent| format!("silent for {}", span(silent)));
        Self { note, ..Self::elsewhere(now, report) }
    }
}

/// The services that it hurts.
fn names(trouble: &Trouble<'_>) -> String {
    list(&trouble.hurts.iter().map(|(s, _)| s.name.as_str()).collect::<Vec<_>>(), 3)
}

/// A maintenance as one row.
pub struct PlannedRow {
    pub link: String,
    pub vendor: String,
    pub title: Theirs,
    pub from: Option<When>,
    pub until: String,
    pub badge: Badge,
    pub services: String,
}

impl PlannedRow {
    pub fn of(now: &Now, report: &Report, services: &[&Service]) -> Self {
        let seen = &report.seen;
        let planned = seen.planned.as_ref();
        let from = planned.and_then(|p| p.from.at);
        let until = planned.and_then(|p| p.until.as_ref()?.at);
        let word = match seen.phase {
            Phase::Scheduled => "Planned",
            _ if is_overrun(seen, now.at) => "Past its planned end",
            _ => "Running",
        };
        let names: Vec<String> =
            services.iter().map(|s| format!("{} ({})", s.name, tier(s.tier).to_lowercase())).collect();
        Self {
            link: format!("/incidents/{}", report.incident),
            vendor: now.compiled.vendor_name(&report.source.vendor()),
            title: Theirs::line(&seen.title),
            from: from.map(|at| When { is_certain: planned.is_none_or(|p| p.from.certain), ..When::of(now, at) }),
            until: lasts(now, from, until),
            badge: Badge::saying(Impact::Maintenance, word),
            services: if names.is_empty() { "none".to_owned() } else { list(&names, 4) },
        }
    }
}

/// Until when something planned lasts, in words.
pub fn lasts(now: &Now, from: Option<Timestamp>, until: Option<Timestamp>) -> String {
    match (from, until) {
        (Some(from), Some(until)) => format!("until {}, {}", now.times.local(until), span(between(from, until))),
        (None, Some(until)) => format!("until {}", now.times.local(until)),
        (_, None) => "its end is not said".to_owned(),
    }
}

/// What ended, as one row.
pub struct EndedRow {
    pub link: String,
    pub vendor: String,
    pub title: Theirs,
    pub badge: Badge,
    pub services: String,
    pub lasted: String,
    pub ended: When,
    pub how: &'static str,
}

impl EndedRow {
    pub fn of(now: &Now, report: &Report) -> Option<Self> {
        let until = ended(report)?;
        let services = now.scene.had_hurt.get(&report.incident.0);
        let names: Vec<&str> = services
            .into_iter()
            .flatten()
            .map(|id| now.compiled.inventory.service(id).map_or(id.as_str(), |s| s.name.as_str()))
            .collect();
        Some(Self {
            link: format!("/incidents/{}", report.incident),
            vendor: now.compiled.vendor_name(&report.source.vendor()),
            title: Theirs::line(&report.seen.title),
            badge: Badge::of(report.seen.impact),
            services: if names.is_empty() { "none".to_owned() } else { list(&names, 3) },
            lasted: span(between(began(report, now.at), until)),
            ended: When::of(now, until),
            how: how_ended(report.standing),
        })
    }
}

/// How we know that it is over: never more than is known.
pub const fn how_ended(standing: Standing) -> &'static str {
    match standing {
        Standing::Open => "It is open",
        Standing::Resolved(ResolvedHow::VendorSaid) => "The vendor said so",
        Standing::Resolved(ResolvedHow::NoLongerListed) => "No longer listed; the vendor did not say that it ended",
        Standing::Resolved(ResolvedHow::ByHand) => "Closed by hand",
        Standing::Withdrawn => "Withdrawn: it never was, or will not be",
    }
}
