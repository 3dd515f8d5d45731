//! The words for operators: a way of ours does not work, or works again.

use crate::model::card::{Line, Row, Section, Tone};
use crate::model::clock_text::{Times, between, span};
use crate::model::course::{TroubleKind, WayTrouble};
use crate::model::impact::Impact;
use crate::model::notification::Facts;

/// What the way is called.
fn way(trouble: &WayTrouble) -> String {
    match trouble.kind {
        TroubleKind::Broken => "the mail relay".to_owned(),
        TroubleKind::Template => format!("template {}", trouble.way),
        TroubleKind::GivenUp | TroubleKind::Gone | TroubleKind::Trial => format!("receiver {}", trouble.way),
    }
}

/// The subject, without what stands before it.
pub fn subject(trouble: &WayTrouble) -> String {
    let tag = match (trouble.over, trouble.kind) {
        (Some(_), TroubleKind::Template) => "Template changed",
        (None, TroubleKind::Template) => "Template failed",
        (Some(_), _) => "Delivery works again",
        (None, TroubleKind::GivenUp) => "Message given up",
        (None, TroubleKind::Gone) => "Endpoint gone",
        (None, TroubleKind::Broken) => "Mail broken",
        (None, TroubleKind::Trial) => "Trial not accepted",
    };
    format!("[{tag}] Bellwether itself: {}", way(trouble))
}

/// The first sentence.
pub fn headline(trouble: &WayTrouble, times: &Times) -> String {
    let (way, since) = (capital(&way(trouble)), times.moment(trouble.since));
    if let Some(over) = trouble.over {
        if trouble.kind == TroubleKind::Template {
            let after = span(between(trouble.since, over));
            return format!("{way}, which could not be used, was changed or taken away after {after}.");
        }
        return format!("{way} takes messages again, after {}.", span(between(trouble.since, over)));
    }
    match trouble.kind {
        TroubleKind::GivenUp => {
            format!("A message to {} was given up at {since}: nobody got it this way.", trouble.way)
        }
        TroubleKind::Gone => {
            format!(
                "{way} asks never to be called again, since {since}: it is not called until its configuration changes."
            )
        }
        TroubleKind::Broken => format!("No mail can be sent since {since}, and a person must mend that."),
        TroubleKind::Template => {
            format!("{way} could not be used at {since}: messages go out in the shipped words until it is mended.")
        }
        TroubleKind::Trial => format!("{way} has not accepted its daily trial in time, at {since}."),
    }
}

/// All of it.
pub fn section(facts: &Facts, trouble: &WayTrouble, times: &Times) -> Section {
    let said = |label, says: String| Row { label, lines: vec![Line::Says(String::new(), says)] };
    let is_template = trouble.kind == TroubleKind::Template;
    let mut rows = vec![said(if is_template { "What failed" } else { "It answered" }, trouble.reason.clone())];
    rows.extend(trouble.subject.iter().map(|subject| said("The message", subject.clone())));
    let is_over = trouble.over.is_some();
    if !is_over {
        let test = if is_template {
            "`bellwether check` says what is wrong with it; `bellwether templates preview` shows what it writes"
        } else {
            "`bellwether receivers test NAME` tries a way; `bellwether deliveries retry ID` sends what was given up"
        };
        rows.push(said("Do", test.to_owned()));
    }
    Section {
        tone: if is_over { Tone::Over } else { Tone::Of(Impact::Unknown) },
        headline: headline(trouble, times),
        kicker: if is_over { "Works again, of Bellwether itself" } else { "Of Bellwether itself" }.to_owned(),
        says: Vec::new(),
        leads: Vec::new(),
        rows,
        page: facts.page.as_ref().map(|root| format!("{root}/deliveries")),
        acknowledge: None,
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
