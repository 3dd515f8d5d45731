//! The situation in plain words, to be copied into a call, a chat or a mail: the five answers in the order of the card.

use askama::Template;
use askama::filters::HtmlSafe;

use super::card::sentence;
use super::said::due;
use super::{list, tier};
use crate::model::clock_text::{between, span};
use crate::model::impact::Impact;
use crate::model::incident::Report;
use crate::model::inventory::Service;
use crate::model::text;
use crate::web::now::{Now, Trouble};

/// The longest quotation; the link leads to the whole.
const QUOTE_CHARS: usize = 400;
/// First steps that are told.
const STEPS: usize = 3;

/// Text to copy, and the means to copy it.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<details class="situation"><summary>Situation update</summary><div{% if is_alone %} id="situation"{% endif %}><textarea class="copied" rows="{{ rows }}" readonly aria-label="Situation update, to copy">{{ words }}</textarea><button type="button" data-copy>Copy</button></div></details>"#
)]
pub struct Situation {
    words: String,
    rows: usize,
    /// The only one on its page.
    is_alone: bool,
}

impl HtmlSafe for Situation {}

impl Situation {
    pub fn of(now: &Now, trouble: &Trouble<'_>, vendor: &str, is_alone: bool) -> Option<Self> {
        let (lead, effect) = trouble.hurts.first()?;
        let mut lines = vec![format!(
            "{}. {}, {}.",
            sentence(now, lead, effect.impact),
            impact(effect.impact),
            tier(lead.tier).to_lowercase()
        )];
        lines.push(format!("Since {}, {}.", now.times.moment(trouble.since), span(between(trouble.since, now.at))));
        lines.extend(also(trouble));
        lines.extend(trouble.hurts.iter().filter_map(|(service, _)| bear(now, trouble, service)).take(3));
        lines.push(cause(trouble, vendor));
        if let Some(report) = trouble.report {
            lines.extend(said(now, report));
        }
        lines.extend(steps(lead));
        lines.push(format!("As of {}.{}", now.times.moment(now.at), link(now, trouble)));
        Some(Self { is_alone, rows: lines.len().clamp(4, 14) + 2, words: lines.join("\n") })
    }
}

fn impact(impact: Impact) -> &'static str {
    match impact {
        Impact::Unknown => "The vendor does not say how bad it is",
        known => known.label(),
    }
}

fn also(trouble: &Trouble<'_>) -> Option<String> {
    let names: Vec<&str> = trouble.hurts.iter().skip(1).map(|(service, _)| service.name.as_str()).collect();
    (!names.is_empty()).then(|| format!("Also hurt: {}.", list(&names, 8)))
}

fn bear(now: &Now, trouble: &Trouble<'_>, service: &Service) -> Option<String> {
    let bears = i64::try_from(service.bears?.as_secs()).ok()?;
    let left = bears - between(trouble.since, now.at);
    Some(if left >= 0 {
        format!("{} can be borne for {} more, of {}.", service.name, span(left), span(bears))
    } else {
        format!("{} is past what can be borne, {}, by {}.", service.name, span(bears), span(-left))
    })
}

fn cause(trouble: &Trouble<'_>, vendor: &str) -> String {
    match (trouble.report, trouble.component) {
        (Some(report), _) => {
            let parts: Vec<String> = report.seen.components.iter().map(|c| text::line(&c.name, 80)).collect();
            let parts = if parts.is_empty() { String::new() } else { format!(", {}", list(&parts, 3)) };
            format!("Cause: {vendor}{parts}: “{}”.", text::title(&report.seen.title))
        }
        (None, Some((_, component))) => {
            format!(
                "Cause: {vendor}, {}. There is no incident of the vendor’s.",
                text::line(&component.component.name, 80)
            )
        }
        (None, None) => format!("Cause: {vendor}."),
    }
}

fn said(now: &Now, report: &Report) -> Vec<String> {
    let newest = report.seen.updates.last();
    let words = newest.map(|u| text::line(&text::body(&u.text), QUOTE_CHARS)).unwrap_or_default();
    if words.is_empty() {
        return vec!["No word beside the title.".to_owned()];
    }
    let at =
        newest.and_then(|u| u.at.as_ref()?.at).map_or_else(String::new, |at| format!(", {}", now.times.moment(at)));
    let whose = if report.source.is_by_hand() { "Entered" } else { "Vendor’s last word" };
    let mut lines = vec![format!("{whose}{at}: “{words}”")];
    lines.extend(due(report).map(|at| match at > now.at {
        true => format!("Its next word is due {}.", now.times.moment(at)),
        false => format!("Its next word was due {} and has not come.", now.times.moment(at)),
    }));
    lines
}

fn steps(lead: &Service) -> Vec<String> {
    let procedure = &lead.procedure;
    let name = (!procedure.name.is_empty()).then(|| format!("Procedure: {}.", procedure.name));
    let steps = procedure.first_steps.iter().take(STEPS).enumerate().map(|(n, step)| format!("{}. {step}", n + 1));
    name.into_iter().chain(steps).collect()
}

fn link(now: &Now, trouble: &Trouble<'_>) -> String {
    let page = now.compiled.page.as_deref();
    page.map_or_else(String::new, |page| format!(" {page}{}", super::card::link(trouble)))
}
