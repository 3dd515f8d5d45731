//! The shift message in the JSON of a webhook: apart from the model, like the rest of it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::webhook::{WebhookWindow, window};
use crate::model::impact::Impact;
use crate::model::inventory::Tier;
use crate::model::shift::{ShiftAhead, ShiftFacts, ShiftHappened, ShiftHurt, ShiftUnseen};

/// How everything stands at the change of shifts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookShift {
    /// The shift's key.
    id: String,
    /// The hour that it belongs to.
    #[schemars(extend("format" = "date-time"))]
    due: String,
    /// It could not be made at its hour. What it tells is of `at`.
    late: bool,
    /// So many before it were never made.
    missed: u32,
    /// When the shift that ends began.
    #[schemars(extend("format" = "date-time"))]
    since: String,
    /// When the next one is due.
    #[schemars(extend("format" = "date-time"))]
    until: String,
    /// Vendors that our services need.
    vendors: u32,
    /// Those of them that can be seen just now. The others are not well: nobody knows how they are.
    measured: u32,
    /// Services in all.
    services: u32,
    /// Services that are known to be hurt.
    hurt_services: u32,
    /// What hurts them, the most needed first.
    hurting: Vec<WebhookShiftHurt>,
    /// Open incidents that hurt no service of ours.
    elsewhere: u32,
    /// What cannot be seen.
    unseen: Vec<WebhookShiftUnseen>,
    /// Vendors that publish nothing which can be read.
    silent: Vec<String>,
    /// Since when Bellwether itself is offline.
    #[schemars(extend("format" = "date-time"))]
    offline_since: Option<String>,
    /// Maintenances that begin or end before the next message.
    ahead: Vec<WebhookShiftAhead>,
    /// What hurt us since the last message.
    happened: Vec<WebhookShiftHappened>,
    /// Messages delivered since the last one.
    delivered: u32,
    /// Messages that wait.
    waiting: u32,
    /// When the oldest of those was made.
    #[schemars(extend("format" = "date-time"))]
    oldest_waiting: Option<String>,
    /// Messages given up since the last one: somebody was not told.
    dead: u32,
}

/// A service that is hurt.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookShiftHurt {
    /// Its name.
    service: String,
    /// Its tier.
    tier: Tier,
    /// How badly.
    impact: Impact,
    /// Since when.
    #[schemars(extend("format" = "date-time"))]
    since: Option<String>,
    /// By what.
    by: String,
    /// A maintenance past its planned end.
    overrun: bool,
    /// The organisation's own sentence.
    say: Option<String>,
}

/// A place that cannot be seen.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookShiftUnseen {
    /// The vendor.
    vendor: String,
    /// Why.
    why: String,
    /// Since when.
    #[schemars(extend("format" = "date-time"))]
    since: Option<String>,
    /// The services that need the vendor.
    services: Vec<String>,
}

/// A maintenance that begins or ends soon.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookShiftAhead {
    /// The vendor.
    vendor: String,
    /// The vendor's title.
    title: String,
    /// When it is planned.
    planned: WebhookWindow,
    /// It runs already.
    running: bool,
    /// The services of ours.
    services: Vec<String>,
}

/// What one cause did to one service.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookShiftHappened {
    /// The service.
    service: String,
    /// By what.
    by: String,
    /// The worst of it.
    impact: Impact,
    /// When it began, if within the shift.
    #[schemars(extend("format" = "date-time"))]
    began: Option<String>,
    /// When it was over, if it is.
    #[schemars(extend("format" = "date-time"))]
    ended: Option<String>,
}

fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}

/// The shift message as it is published.
pub fn shift(told: &ShiftFacts) -> WebhookShift {
    WebhookShift {
        id: told.shift.to_string(),
        due: told.due.to_string(),
        late: told.is_late,
        missed: told.missed,
        since: told.since.to_string(),
        until: told.until.to_string(),
        vendors: told.vendors,
        measured: told.measured,
        services: told.services,
        hurt_services: told.hurt_services,
        hurting: told.hurting.iter().map(hurting).collect(),
        elsewhere: told.elsewhere,
        unseen: told.unseen.iter().map(unseen).collect(),
        silent: told.silent.clone(),
        offline_since: time(told.offline_since),
        ahead: told.ahead.iter().map(ahead).collect(),
        happened: told.happened.iter().map(happened).collect(),
        delivered: told.delivered,
        waiting: told.waiting,
        oldest_waiting: time(told.oldest_waiting),
        dead: told.dead,
    }
}

fn hurting(hurt: &ShiftHurt) -> WebhookShiftHurt {
    WebhookShiftHurt {
        service: hurt.service.clone(),
        tier: hurt.tier,
        impact: hurt.impact,
        since: time(hurt.since),
        by: hurt.by.clone(),
        overrun: hurt.overrun,
        say: hurt.say.clone(),
    }
}

fn unseen(unseen: &ShiftUnseen) -> WebhookShiftUnseen {
    WebhookShiftUnseen {
        vendor: unseen.vendor.clone(),
        why: unseen.why.clone(),
        since: time(unseen.since),
        services: unseen.services.clone(),
    }
}

fn ahead(ahead: &ShiftAhead) -> WebhookShiftAhead {
    WebhookShiftAhead {
        vendor: ahead.vendor.clone(),
        title: ahead.title.clone(),
        planned: window(&ahead.planned),
        running: ahead.is_running,
        services: ahead.services.clone(),
    }
}

fn happened(happened: &ShiftHappened) -> WebhookShiftHappened {
    WebhookShiftHappened {
        service: happened.service.clone(),
        by: happened.by.clone(),
        impact: happened.impact,
        began: time(happened.began),
        ended: time(happened.ended),
    }
}
