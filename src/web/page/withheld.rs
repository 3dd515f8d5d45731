//! What was decided not to be told, to whom, and why: a decision like one to send.

use askama::Template;
use askama::filters::HtmlSafe;

use super::deliveries::Pager;
use crate::store::sent::Withheld;
use crate::web::now::Now;
use crate::web::view::{Theirs, When};

/// A part of it.
#[derive(Template)]
#[template(path = "page/withheld.html")]
pub struct WithheldRows {
    rows: Vec<WithheldRow>,
    is_open: bool,
    pager: Pager,
}

impl HtmlSafe for WithheldRows {}

struct WithheldRow {
    at: When,
    receiver: String,
    about: Theirs,
    link: Option<String>,
    rule: String,
    why: Theirs,
    whole: String,
}

impl WithheldRows {
    pub fn of(now: &Now, withheld: &[Withheld], is_open: bool, pager: Pager) -> Self {
        Self { rows: withheld.iter().map(|one| WithheldRow::of(now, one)).collect(), is_open, pager }
    }
}

impl WithheldRow {
    fn of(now: &Now, withheld: &Withheld) -> Self {
        let report = withheld.report.as_deref();
        let about = match report {
            Some(report) => {
                let vendor = report.source.vendor();
                format!("{}: {}", now.compiled.vendor_name(&vendor), report.seen.title)
            }
            None => cause(&withheld.cause),
        };
        Self {
            at: When::of(now, withheld.at),
            receiver: withheld.receiver.clone(),
            about: Theirs::line(&about),
            link: report.map(|report| format!("/incidents/{}", report.incident)),
            rule: withheld.rule.as_deref().unwrap_or_default().replace('_', " "),
            why: Theirs::line(&withheld.why),
            whole: why_of(&withheld.cause, &withheld.receiver),
        }
    }
}

/// Where the whole chain stands.
pub fn why_of(cause: &str, receiver: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("incident", cause).append_pair("receiver", receiver);
    format!("/why?{}", query.finish())
}

/// A cause that is no incident, for people.
fn cause(stored: &str) -> String {
    match stored.split_once(':') {
        Some(("blind", source)) => format!("{source} cannot be read"),
        Some(("component", which)) => {
            let (source, key) = which.split_once('#').unwrap_or((which, ""));
            format!("a component of {source} that no incident names ({key})")
        }
        _ if stored == "offline" => "our own network is gone".to_owned(),
        _ => "an incident that is no longer kept".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::cause;

    #[test]
    fn a_cause_is_said_in_words() {
        for (stored, words) in [
            ("blind:okta/status-page", "okta/status-page cannot be read"),
            ("component:okta/status-page#c1", "a component of okta/status-page that no incident names (c1)"),
            ("offline", "our own network is gone"),
            ("25338a053770ec3e", "an incident that is no longer kept"),
        ] {
            assert_eq!(cause(stored), words);
        }
    }
}
