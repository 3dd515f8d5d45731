//! What can be done about an incident: take care of it, add to it, end it, join it. On the first page it stands in the
//! card, on an incident's page below its first part. Who may not act is told where to sign in.

use askama::Template;
use askama::filters::HtmlSafe;

use super::When;
use crate::model::id::IncidentId;
use crate::model::incident::Report;
use crate::web::by_hand;
use crate::web::desk::join::can_be_joined;
use crate::web::now::Now;
use crate::web::who::{May, Viewer, Way};

/// What can be done about one incident.
#[derive(Template)]
#[template(path = "page/acts.html")]
pub struct Acts {
    id: String,
    /// Whether somebody of ours entered it, and has not ended his half.
    is_by_hand: bool,
    /// Who takes care of it.
    acknowledged: Option<(String, When)>,
    /// On its own page, the silences that name it: who, until when, why.
    silences: Vec<(String, When, String)>,
    /// On its own page, what is set of it by hand, and why.
    by_hand: Vec<(String, String)>,
    vendor: String,
    /// The incident opened by hand that it could be joined to, or that a vendor's post could be joined to.
    join: Option<String>,
    /// How many of the vendor's posts belong to it.
    joined: usize,
    can_act: bool,
    is_person: bool,
    /// Whether it stands on the page of the incident; else one comes back to the list after an act.
    is_whole: bool,
    /// Whether there is anything to show at all: on a card of the first page an offer to sign in would only be noise.
    is_shown: bool,
    form: String,
}

impl HtmlSafe for Acts {}

impl Acts {
    pub fn of(now: &Now, report: &Report, is_whole: bool) -> Self {
        let viewer = Viewer::now();
        let id = &report.incident;
        let all = &now.scene.world.reports;
        let is_mine = |r: &&Report| r.incident == *id;
        let vendor = report.source.vendor();
        let by_hand = all.iter().find(|r| r.source.is_by_hand() && r.source.is_of(&vendor) && r.standing.is_open());
        let is_by_hand = all.iter().filter(is_mine).any(|r| r.source.is_by_hand());
        let joined = all.iter().filter(is_mine).filter(|r| !r.source.is_by_hand()).count();
        let posts = all.iter().any(|r| can_be_joined(r) && r.source.is_of(&vendor) && r.incident != *id);
        let join = match by_hand {
            Some(ours) if ours.incident == *id && posts => Some(id.to_string()),
            Some(ours) if ours.incident != *id && can_be_joined(report) && !is_by_hand => {
                Some(ours.incident.to_string())
            }
            Some(_) | None => None,
        };
        let acknowledged = now.scene.acknowledged.get(id);
        let can_act = viewer.way == Way::Session && viewer.may >= May::Act;
        Self {
            id: id.to_string(),
            is_shown: report.standing.is_open() && (is_whole || can_act || acknowledged.is_some()),
            is_by_hand,
            silences: if is_whole { silences(now, id) } else { Vec::new() },
            by_hand: if is_whole { set(now, id) } else { Vec::new() },
            vendor: vendor.to_string(),
            acknowledged: acknowledged.map(|one| (one.who.clone(), When::of(now, one.at))),
            join,
            joined: if is_by_hand { joined } else { 0 },
            can_act,
            is_person: viewer.way == Way::Session,
            is_whole,
            form: viewer.form.unwrap_or_default(),
        }
    }

    /// What the spine of the card shows of it.
    pub const fn class(&self) -> &'static str {
        if self.acknowledged.is_some() { " acked" } else { "" }
    }
}

/// The silences that name an incident; those that are about more say so in the head of its card.
fn silences(now: &Now, id: &IncidentId) -> Vec<(String, When, String)> {
    let naming = now.silences.iter().filter(|silence| silence.about.incidents.contains(&id.0));
    naming.map(|s| (s.author.clone(), When::of(now, s.until), s.reason.clone())).collect()
}

fn set(now: &Now, id: &IncidentId) -> Vec<(String, String)> {
    by_hand::at_incident(now, id).into_iter().map(|one| (by_hand::said(now, one), one.reason.clone())).collect()
}
