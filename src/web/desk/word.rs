//! From what was filled in to a word that the pipeline takes: each field checked, each mistake named beside its field.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::fields::{Fields, Wrong};
use crate::config::catalogue::search::search;
use crate::model::hash::Hasher;
use crate::model::id::{IncidentId, VendorId};
use crate::model::impact::Impact;
use crate::pipeline::compiled::Compiled;
use crate::pipeline::hand::{Act, Word};

/// The longest text, in characters: what is said is read on a telephone at night.
pub const TEXT: usize = 4_000;
/// The longest title.
pub const TITLE: usize = 200;
/// The longest name of a component or a region, and how many there may be.
const NAME: (usize, usize) = (120, 50);
/// How far a clock may be wrong before a time lies in the future.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// The impacts that a person can say, and what they mean.
pub const IMPACTS: [(Impact, &str); 4] = [
    (Impact::MajorOutage, "Major outage: it does not work"),
    (Impact::PartialOutage, "Partial outage: some of it does not work"),
    (Impact::Degraded, "Degraded: it works badly"),
    (Impact::Unknown, "Unknown: nobody says yet"),
];

/// What was filled in, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub vendor: String,
    pub title: String,
    pub impact: String,
    pub components: Vec<String>,
    pub regions: Vec<String>,
    pub since: String,
    pub text: String,
    /// What tells this form from another, so that sending it twice does it once.
    pub key: String,
}

impl Draft {
    /// Takes the fields of a word that opens.
    pub fn to_open(fields: &mut Fields) -> Self {
        Self {
            vendor: fields.take("vendor"),
            title: fields.take("title"),
            components: fields.take_lines("components"),
            regions: fields.take_lines("regions"),
            since: fields.take("since"),
            ..Self::to_go_on(fields)
        }
    }

    /// Takes the fields of a word that continues or ends.
    pub fn to_go_on(fields: &mut Fields) -> Self {
        let (impact, text, key) = (fields.take("impact"), fields.take("text"), fields.take("key"));
        Self { impact, text, key, ..Self::default() }
    }

    /// An empty form with a key of its own.
    pub fn fresh() -> Self {
        Self { key: fresh_key(), ..Self::default() }
    }

    /// The word that opens an incident.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn open(&self, compiled: &Compiled, author: &str, now: Timestamp) -> Result<Word, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let vendor = self.vendor(compiled).map_err(|why| wrong.push(why)).ok();
        if self.title.is_empty() {
            wrong.push(Wrong::new("title", "Say in one line what is wrong."));
        } else if self.title.chars().count() > TITLE {
            wrong.push(Wrong::new("title", format!("It is longer than {TITLE} characters.")));
        }
        names("components", &self.components, &mut wrong);
        names("regions", &self.regions, &mut wrong);
        let since = self.since(compiled, now).map_err(|why| wrong.push(why)).ok();
        let (impact, text) = self.said(&mut wrong);
        let (Some(vendor), Some(since), true) = (vendor, since, wrong.is_empty()) else { return Err(wrong) };
        let (title, components, regions) = (self.title.clone(), self.components.clone(), self.regions.clone());
        let act = Act::Open { vendor, title, components, regions, since };
        Ok(self.word(act, impact, text, author, now))
    }

    /// The word that adds to an incident.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn update(&self, incident: &IncidentId, author: &str, now: Timestamp) -> Result<Word, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let (impact, text) = self.said(&mut wrong);
        if wrong.is_empty() && impact.is_none() && text.is_none() {
            wrong.push(Wrong::new("text", "Say something, or how bad it is now."));
        }
        let act = Act::Update { incident: incident.clone() };
        if wrong.is_empty() { Ok(self.word(act, impact, text, author, now)) } else { Err(wrong) }
    }

    /// The word that ends an incident.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn end(&self, incident: &IncidentId, author: &str, now: Timestamp) -> Result<Word, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let (_, text) = self.said(&mut wrong);
        let act = Act::Resolve { incident: incident.clone() };
        if wrong.is_empty() { Ok(self.word(act, None, text, author, now)) } else { Err(wrong) }
    }

    fn word(&self, act: Act, impact: Option<Impact>, text: Option<String>, author: &str, now: Timestamp) -> Word {
        let key = if self.key.is_empty() { fresh_key() } else { self.key.clone() };
        // One person's key is not another's.
        let key = Hasher::default().part(author).part(key).hex(32);
        Word { key, at: now, author: author.to_owned(), act, impact, text }
    }

    fn vendor(&self, compiled: &Compiled) -> Result<VendorId, Wrong> {
        let by_id = VendorId::parse(&self.vendor).ok().filter(|id| compiled.knows(id));
        match by_id.or_else(|| by_name(compiled, &self.vendor)) {
            Some(id) => Ok(id),
            None if self.vendor.is_empty() => Err(Wrong::new("vendor", "Choose the vendor whose trouble it is.")),
            None => Err(Wrong::new("vendor", format!("No vendor is called {:?}.", self.vendor))),
        }
    }

    fn since(&self, compiled: &Compiled, now: Timestamp) -> Result<Option<Timestamp>, Wrong> {
        if self.since.is_empty() {
            return Ok(None);
        }
        let at = moment(&self.since, &compiled.time_zone)
            .ok_or_else(|| Wrong::new("since", "Write a day and a time, as 2026-07-19T04:09."))?;
        if at > now + AHEAD { Err(Wrong::new("since", "This lies in the future.")) } else { Ok(Some(at.min(now))) }
    }

    fn said(&self, wrong: &mut Vec<Wrong>) -> (Option<Impact>, Option<String>) {
        let impact = IMPACTS.into_iter().map(|(impact, _)| impact).find(|impact| impact.word() == self.impact);
        if impact.is_none() && !self.impact.is_empty() {
            let why = "Write degraded, partial_outage, major_outage or unknown.";
            wrong.push(Wrong::new("impact", why));
        }
        if self.text.chars().count() > TEXT {
            wrong.push(Wrong::new("text", format!("It is longer than {TEXT} characters.")));
        }
        (impact, Some(self.text.clone()).filter(|text| !text.is_empty()))
    }
}

/// The vendor of that name: one of ours, or else any that is known.
pub(super) fn by_name(compiled: &Compiled, name: &str) -> Option<VendorId> {
    let ours = compiled.vendors.values().find(|vendor| vendor.name.eq_ignore_ascii_case(name));
    ours.map(|vendor| vendor.id.clone()).or_else(|| {
        let found = search(&compiled.catalogue, name);
        found.hits.into_iter().map(|hit| hit.vendor).find(|v| v.name.eq_ignore_ascii_case(name)).map(|vendor| vendor.id)
    })
}

/// A key that no other form has.
pub fn fresh_key() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}

fn names(field: &str, names: &[String], wrong: &mut Vec<Wrong>) {
    if names.len() > NAME.1 {
        wrong.push(Wrong::new(field, format!("These are more than {}.", NAME.1)));
    } else if names.iter().any(|name| name.chars().count() > NAME.0) {
        wrong.push(Wrong::new(field, format!("One of them is longer than {} characters.", NAME.0)));
    }
}

/// A time with its zone, or one without, which is meant as the clocks of the organisation show it.
pub(super) fn moment(text: &str, zone: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let local: DateTime = text.parse().ok()?;
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    zone.to_ambiguous_timestamp(local).compatible().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_a_zone_is_our_own_clocks() {
        let at = |text| moment(text, "America/Chicago").map(|at| at.to_string());
        assert_eq!(at("2026-07-17T17:41"), Some("2026-07-17T22:41:00Z".to_owned()));
        assert_eq!(at("2026-07-17T17:41:05Z"), Some("2026-07-17T17:41:05Z".to_owned()));
        assert_eq!(at("2026-07-17T17:41+02:00"), Some("2026-07-17T15:41:00Z".to_owned()));
        // The hour that there is twice in autumn: the first of the two.
        assert_eq!(at("2026-11-01T01:30"), Some("2026-11-01T06:30:00Z".to_owned()));
        assert_eq!((at("noon"), at(""), at("2026-13-01T00:00")), (None, None, None));
    }
}
