//! The shift message for a pager.

use super::gsm::Line;
use super::short::shouted;
use crate::model::clock_text::Times;
use crate::model::shift::{ShiftFacts, ShiftHurt};

/// Room for the first service, whatever its name is.
const SERVICE: usize = 32;

/// Puts it into the line: how many are hurt and the first of them, how far is seen, what comes.
pub fn put(line: &mut Line, told: &ShiftFacts, times: &Times) {
    line.put_whole(&format!("SHIFT {}", times.local(told.due)));
    if told.is_late {
        line.put_whole("(late)");
    }
    line.mark(':');
    hurt(line, told, times);
    line.put_whole(&sight(told));
    let undelivered = told.waiting + told.dead;
    if undelivered > 0 {
        line.put_whole(&format!("{undelivered} messages not delivered."));
    }
    if !told.ahead.is_empty() {
        line.put_whole(&format!("{} maint soon.", told.ahead.len()));
    }
    if let Some(first) = told.hurting.first().and_then(|hurt| hurt.say.as_deref()) {
        line.put_whole(first);
    }
}

fn hurt(line: &mut Line, told: &ShiftFacts, times: &Times) {
    match (told.offline_since, told.hurting.first()) {
        (Some(since), _) => {
            line.put_whole(&format!("OFFLINE since {}, nobody knows.", times.local(since)));
        }
        (None, None) => {
            line.put_whole("nothing known to hurt us.");
        }
        (None, Some(first)) => {
            line.put_whole(&format!("{} hurt,", told.hurt_services));
            worst(line, first, times);
            line.mark('.');
        }
    }
}

fn worst(line: &mut Line, first: &ShiftHurt, times: &Times) {
    if !line.put(&first.service, SERVICE) {
        line.put_whole(first.tier.word());
    }
    line.put_whole(shouted(first.impact));
    if let Some(since) = first.since {
        line.put_whole(&format!("since {}", times.local(since)));
    }
}

fn sight(told: &ShiftFacts) -> String {
    match told.vendors.saturating_sub(told.measured) {
        0 => format!("{} vendors measured.", told.vendors),
        unseen => format!("{}/{} vendors measured, {unseen} unseen.", told.measured, told.vendors),
    }
}
