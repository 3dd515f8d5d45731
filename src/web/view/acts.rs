//! The slot for what can be done about an incident from the page: acknowledge it, word it anew, end it. What stands in
//! it is `templates/page/acts.html`; on the first page it is inside the card, on an incident's page inside its first part.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::model::incident::Report;

/// What can be done about one incident.
#[derive(Template)]
#[template(path = "page/acts.html")]
pub struct Acts {
    /// The incident.
    pub incident: String,
    /// Whether it is open.
    pub is_open: bool,
    /// Whether somebody of ours entered it.
    pub is_by_hand: bool,
}

impl HtmlSafe for Acts {}

impl Acts {
    pub fn of(report: &Report) -> Self {
        Self {
            incident: report.incident.to_string(),
            is_open: report.standing.is_open(),
            is_by_hand: report.source.is_by_hand(),
        }
    }
}
