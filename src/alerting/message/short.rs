//! The message for pagers and text messages: one line of at most 160 septets, what matters most first. No word is cut;
//! what does not fit whole is left out.

use super::gsm::Line;
use super::say::of_lead;
use super::words::{self, is_over, lead, now, place};
use super::{ahead, keeping, shift_short, trouble};
use crate::model::clock_text::Times;
use crate::model::effect::{Cause, EffectKind};
use crate::model::impact::Impact;
use crate::model::incident::ResolvedHow;
use crate::model::notification::{Facts, HurtService, OpenEnd, Topic};
use crate::model::restless::FlappingWord;

/// Room for what must stand in every line, whatever the names are.
pub const STATE: usize = 26;
const SERVICE: usize = 40;
const VENDOR: usize = 36;
/// The longest subject of such a message: some gateways write it before the text.
const SUBJECT: usize = 40;

/// The line that tells `facts`, which must be clean.
pub fn short(facts: &Facts) -> String {
    let times = Times::new(&facts.time_zone, facts.at);
    let mut line = begun(facts);
    match (&facts.shift, facts.topics.first()) {
        (Some(shift), _) => shift_short::put(&mut line, shift, &times),
        (None, Some(topic)) => put(&mut line, facts, topic, &times),
        (None, None) => bare(&mut line, facts),
    }
    line.into_text()
}

/// The subject where a gateway wants one: the state and whose it is.
#[must_use]
pub fn short_subject(facts: &Facts) -> String {
    let facts = &super::clean::facts(facts);
    let mut line = begun(facts);
    match (&facts.shift, facts.topics.first()) {
        (Some(_), _) => drop(line.put("SHIFT", SUBJECT)),
        (None, Some(topic)) => {
            line.put(&state(topic), STATE);
            line.put(&whose(topic), SUBJECT - STATE);
        }
        (None, None) => drop(line.put("Bellwether", SUBJECT)),
    }
    line.into_text()
}

/// What nothing may stand before: that nothing of it is happening.
fn begun(facts: &Facts) -> Line {
    let mut line = Line::default();
    match (facts.drill, facts.test) {
        (true, _) => drop(line.put("DRILL", STATE)),
        (false, true) => drop(line.put("TEST", STATE)),
        (false, false) => {}
    }
    line
}

fn bare(line: &mut Line, facts: &Facts) {
    if let Some(wrong) = &facts.course.trouble {
        line.put_whole(&trouble::subject(wrong));
        return;
    }
    line.put("Bellwether can reach you here. Nothing is wrong.", 60);
    line.put(&facts.organisation, SERVICE);
}

fn put(line: &mut Line, facts: &Facts, topic: &Topic, times: &Times) {
    line.put(&state(topic), STATE);
    line.mark(':');
    if !line.put(&whose(topic), SERVICE) {
        line.put(lead(topic).map_or("a vendor", |s| s.tier.word()), SERVICE);
    }
    if topic.services.len() > 1 {
        line.put_whole(&format!("+{}", topic.services.len() - 1));
    }
    if topic.reported_late {
        line.put_whole("(told late)");
    } else if topic.told.len() > 1 && is_over(topic) {
        line.put_whole("(delayed)");
    }
    when(line, topic, times);
    by(line, topic);
    advice(line, topic);
    if facts.topics.len() > 1 {
        line.put_whole(&format!("+{} more causes.", facts.topics.len() - 1));
    }
    if let Some(lead) = lead(topic).filter(|s| !s.sites.is_empty()) {
        line.put_whole(place(lead, facts).trim_start_matches("at "));
        line.mark('.');
    }
    if let Some(page) = super::letter::page(facts, topic) {
        line.put_whole(&page);
    }
}

/// How it stands, shouted.
fn state(topic: &Topic) -> String {
    if let Some(lies_ahead) = &topic.ahead {
        return ahead::shouted(lies_ahead.kind).to_owned();
    }
    if let Some(kept) = &topic.keeping {
        return keeping::shouted(topic, kept).to_owned();
    }
    match topic.flapping {
        Some(FlappingWord::Restless(_)) => return "COMES AND GOES".to_owned(),
        Some(FlappingWord::Steady) if is_over(topic) && !words::still_hurt(topic) => return "STEADY, OVER".to_owned(),
        Some(FlappingWord::Steady) | None => {}
    }
    if is_over(topic) {
        let still = if words::still_hurt(topic) { ", STILL HURT" } else { "" };
        return format!("{}{still}", ended(topic));
    }
    match topic.cause {
        Cause::Offline => return "OFFLINE".to_owned(),
        Cause::Blind(_) | Cause::Sight(_) => return "UNSEEN".to_owned(),
        Cause::Incident(_) | Cause::Component { .. } => {}
    }
    let impact = lead(topic).map_or(topic.impact, |s| s.impact);
    let state = if topic.overrun { "MAINT OVERRUN" } else { shouted(impact) };
    match now(topic) {
        EffectKind::Hurt | EffectKind::Over => state.to_owned(),
        EffectKind::Worse => format!("WORSE, {state}"),
        EffectKind::Better => format!("BETTER, {state}"),
    }
}

/// How a service is, shouted and short.
pub const fn shouted(impact: Impact) -> &'static str {
    match impact {
        Impact::Operational => "HURT",
        Impact::Maintenance => "MAINT",
        Impact::Degraded => "DEGRADED",
        Impact::PartialOutage => "PARTLY DOWN",
        Impact::MajorOutage => "DOWN",
        Impact::Unknown => "MAY BE HURT",
    }
}

fn ended(topic: &Topic) -> &'static str {
    match (&topic.cause, topic.open_end, topic.resolved_how) {
        (Cause::Offline, _, _) => "ONLINE AGAIN",
        (_, Some(OpenEnd::GoesOn), _) => "NOT COUNTED",
        (_, Some(OpenEnd::Unwatched), _) => "NOT WATCHED",
        (Cause::Blind(_) | Cause::Sight(_), None, _) => "SEEN AGAIN",
        (_, None, Some(ResolvedHow::NoLongerListed)) => "NOT LISTED",
        (_, None, Some(ResolvedHow::ByHand)) => "CLOSED",
        (_, None, Some(ResolvedHow::VendorSaid) | None) => "OVER",
    }
}

/// The service of ours; without one, whose trouble it is.
fn whose(topic: &Topic) -> String {
    match (&topic.cause, lead(topic)) {
        (Cause::Sight(_), _) => keeping::name(topic),
        (Cause::Offline, _) => "Bellwether itself".to_owned(),
        (_, Some(service)) => service.name.clone(),
        (_, None) => topic.vendor.clone(),
    }
}

fn when(line: &mut Line, topic: &Topic, times: &Times) {
    let said = match (&topic.ahead, topic.until) {
        (Some(lies_ahead), _) => ahead::window(&lies_ahead.planned, times),
        (None, Some(until)) if is_over(topic) && until > topic.since => {
            format!("{} to {}", times.local(topic.since), times.local(until))
        }
        (None, Some(until)) if is_over(topic) => format!("until {}", times.local(until)),
        (None, _) => format!("since {}", times.local(topic.since)),
    };
    line.put_whole(&said);
    let planned = topic.vendor_word.as_ref().and_then(|word| word.planned_until).filter(|_| topic.overrun);
    if let Some(planned) = planned.filter(|_| !is_over(topic)) {
        line.put_whole(&format!("due {}", times.local(planned)));
    }
}

fn by(line: &mut Line, topic: &Topic) {
    if !matches!(topic.cause, Cause::Offline) && lead(topic).is_some() {
        line.mark(',');
        let label = lead(topic).and_then(|s| s.path.last()).filter(|label| label.contains(&topic.vendor));
        if matches!(topic.cause, Cause::Blind(_)) && !is_over(topic) {
            line.put_whole("cannot see");
        }
        if !line.put(label.unwrap_or(&topic.vendor), VENDOR) {
            line.put(&topic.vendor, VENDOR);
        }
    }
    line.mark('.');
}

/// The organisation's sentence and the number of its procedure, each whole or not at all.
fn advice(line: &mut Line, topic: &Topic) {
    let Some(lead) = lead(topic) else { return };
    if let Some(said) = of_lead(lead) {
        let condition = if words::is_unseen(topic) || topic.ahead.is_some() { "In case: " } else { "" };
        if line.put_whole(&format!("{condition}{said}")) {
            line.mark('.');
        }
    }
    if !is_over(topic) {
        procedure(line, lead);
    }
}

/// The procedure's whole name, or its first word, which is its number.
fn procedure(line: &mut Line, lead: &HurtService) {
    let name = lead.procedure.name.as_str();
    let number = name.split_whitespace().next().unwrap_or_default().trim_end_matches([',', ':']);
    let has_number = number.chars().any(|c| c.is_ascii_digit());
    if line.put_whole(name) || has_number && line.put_whole(number) {
        line.mark('.');
    }
}
