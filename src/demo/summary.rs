//! What came of a story, counted on both sides: by what the program's store holds, and by what arrived.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;

use super::far::{Arrival, Came};
use super::stage::Stage;
use super::telling::{after, wrapped};
use crate::model::clock_text::{Times, between, span};
use crate::model::incident::{ResolvedHow, Standing};
use crate::store::feed::Wanted;
use crate::store::story::Delivery;

/// More rows than any story makes.
const ROWS: i64 = 100_000;

/// What came of a story.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The incidents, the oldest first.
    pub incidents: Vec<Ended>,
    /// How many the story tells of.
    pub incidents_in_the_story: usize,
    /// Those who were told, by their keys.
    pub receivers: BTreeMap<String, Reached>,
    /// Messages that were made.
    pub messages: usize,
    /// Messages that name more than one vendor: two causes taken for one.
    pub of_two_vendors: usize,
    /// Messages that arrived more than once.
    pub doubled: usize,
    /// Messages that never arrived.
    pub lost: usize,
}

/// One incident.
#[derive(Debug, Clone, Serialize)]
pub struct Ended {
    /// Whose.
    pub vendor: String,
    /// The vendor's name.
    pub vendor_name: String,
    /// What it was.
    pub title: String,
    /// Since when.
    pub began: Timestamp,
    /// When it was over, as far as anybody said.
    pub ended: Option<Timestamp>,
    /// How it ended; `open` while it has not.
    pub how: &'static str,
    /// The services that it hurt, as messages name them.
    pub services: BTreeSet<String>,
    /// How many messages each receiver got of it.
    pub told: BTreeMap<String, usize>,
}

/// How one receiver was reached.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Reached {
    /// Messages for it.
    pub messages: usize,
    /// Those that it took.
    pub delivered: usize,
    /// The shortest time from the word to the message, in seconds.
    pub quickest_seconds: Option<i64>,
    /// The longest.
    pub slowest_seconds: Option<i64>,
    /// The longest time from when a message was made until it was taken, in seconds of the story.
    pub longest_under_way_seconds: Option<i64>,
    /// What the far side said last of those that it did not take.
    pub why_not: Option<String>,
}

impl Summary {
    /// Counts. Without arrivals, where the far side is not ours, a message has arrived when the far side took it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn of(stage: &Stage, arrivals: Option<&[Arrival]>) -> Result<Self> {
        let wanted = Wanted { open_only: false, vendor: None, service: None, limit: ROWS };
        let mut reports = stage.store.incidents(&wanted).await?;
        reports.sort_by_key(|report| report.first_seen);
        let mut incidents: Vec<(crate::model::id::IncidentId, Ended)> =
            reports.iter().map(|report| (report.incident.clone(), ended(stage, report))).collect();
        let (rows, _) = stage.store.deliveries(None, ROWS).await?;
        let mut summary = Self {
            incidents: Vec::new(),
            incidents_in_the_story: stage.story.incidents().len(),
            receivers: BTreeMap::new(),
            messages: rows.len(),
            of_two_vendors: 0,
            doubled: 0,
            lost: 0,
        };
        for row in &rows {
            let Some((facts, _)) = stage.store.facts_of(&row.id).await? else { continue };
            let vendors: BTreeSet<_> =
                facts.topics.iter().filter_map(|t| t.source.as_ref()).map(|s| s.vendor()).collect();
            summary.of_two_vendors += usize::from(vendors.len() > 1);
            let count = arrivals.map_or(usize::from(row.state == "delivered"), |all| count(all, &row.id));
            summary.doubled += usize::from(count > 1);
            summary.lost += usize::from(count == 0);
            let word = vendors.first().and_then(|vendor| stage.story.last_word(vendor, row.made));
            summary.receivers.entry(row.receiver.clone()).or_default().count(row, word);
            for (id, ended) in &mut incidents {
                let about: Vec<_> = facts.topics.iter().filter(|t| t.incident.as_ref() == Some(id)).collect();
                if !about.is_empty() {
                    *ended.told.entry(row.receiver.clone()).or_default() += 1;
                }
                ended.services.extend(about.iter().flat_map(|t| &t.services).map(|service| service.name.clone()));
            }
        }
        summary.incidents = incidents.into_iter().map(|(_, ended)| ended).collect();
        Ok(summary)
    }

    /// Whether all came as it must: one incident for each of the story, each message once, no two causes in one.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.incidents.len() == self.incidents_in_the_story
            && (self.of_two_vendors, self.doubled, self.lost) == (0, 0, 0)
    }

    /// For people, in lines of at most 80 characters.
    #[must_use]
    pub fn words(&self, zone: &str, at: Timestamp) -> String {
        let times = Times::new(zone, at);
        let mut lines = vec![match self.incidents.len() {
            1 => "1 incident:".to_owned(),
            n => format!("{n} incidents, each told as its own, by whoever needs what it hurt:"),
        }];
        for incident in &self.incidents {
            lines.push(String::new());
            lines.push(wrapped("  ", &format!("{}: {}", incident.vendor_name, incident.title)));
            lines.push(wrapped("    ", &incident.course(&times)));
            let services: Vec<&str> = incident.services.iter().map(String::as_str).collect();
            lines.push(wrapped("    hurt     ", &services.join(", ")));
            let told: Vec<String> = incident.told.iter().map(|(who, n)| format!("{who} {n}x")).collect();
            lines.push(wrapped("    told     ", &told.join(", ")));
        }
        lines.push(String::new());
        lines.push(wrapped("", &self.counted()));
        lines.join("\n")
    }

    fn counted(&self) -> String {
        let Self { messages, doubled, lost, of_two_vendors, .. } = self;
        let two = if *of_two_vendors == 0 { "none".to_owned() } else { of_two_vendors.to_string() };
        format!(
            "{messages} messages; {} lost, {} doubled; {two} took two vendors' incidents for one.",
            none(*lost),
            none(*doubled)
        )
    }
}

fn none(n: usize) -> String {
    if n == 0 { "none".to_owned() } else { n.to_string() }
}

impl Ended {
    /// Since when until when, and how we know.
    fn course(&self, times: &Times) -> String {
        let how = match self.how {
            "no_longer_listed" => ", when it had been off the vendor's page for long enough; nobody said it was over",
            "by_hand" => ", ended by hand",
            "vendor_said" => ", the vendor said so",
            "withdrawn" => ", withdrawn",
            _ => "",
        };
        let began = times.local(self.began);
        match self.ended {
            Some(ended) => {
                format!("{began} to {}, {}{how}", times.local(ended), span(between(self.began, ended)))
            }
            None => format!("since {began}, still open"),
        }
    }
}

impl Reached {
    fn count(&mut self, row: &Delivery, word: Option<Timestamp>) {
        self.messages += 1;
        let Some(ended) = row.ended.filter(|_| row.state == "delivered") else {
            self.why_not = row.answer.clone().or_else(|| Some("it was not tried yet".to_owned()));
            return;
        };
        self.delivered += 1;
        let under_way = between(row.made, ended);
        self.longest_under_way_seconds = self.longest_under_way_seconds.max(Some(under_way));
        if let Some(word) = word {
            let seconds = between(word, ended);
            self.quickest_seconds = Some(self.quickest_seconds.map_or(seconds, |q| q.min(seconds)));
            self.slowest_seconds = self.slowest_seconds.max(Some(seconds));
        }
    }

    /// For people.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { messages, delivered, .. } = self;
        let quickest = self.quickest_seconds.map(|s| format!(", the quickest {} after the word", after(s)));
        let why = self.why_not.as_ref().map(|why| format!("; {} did not: {why}", messages - delivered));
        format!("{delivered} of {messages} arrived{}{}", quickest.unwrap_or_default(), why.unwrap_or_default())
    }
}

fn count(arrivals: &[Arrival], id: &str) -> usize {
    arrivals.iter().filter(|arrival| arrival.id == id && arrival.came != Came::Unverified).count()
}

fn ended(stage: &Stage, report: &crate::model::incident::Report) -> Ended {
    let vendor = report.source.vendor();
    let how = match report.standing {
        Standing::Open => "open",
        Standing::Resolved(ResolvedHow::VendorSaid) => "vendor_said",
        Standing::Resolved(ResolvedHow::NoLongerListed) => "no_longer_listed",
        Standing::Resolved(ResolvedHow::ByHand) => "by_hand",
        Standing::Withdrawn => "withdrawn",
    };
    let said = report.seen.ended.as_ref().and_then(|ended| ended.at);
    Ended {
        vendor_name: stage.compiled.vendors.get(&vendor).map_or_else(|| vendor.to_string(), |v| v.name.clone()),
        vendor: vendor.to_string(),
        title: report.seen.title.clone(),
        began: report.seen.started.as_ref().and_then(|started| started.at).unwrap_or(report.first_seen),
        ended: (!report.standing.is_open()).then(|| said.unwrap_or(report.changed)),
        how,
        services: BTreeSet::new(),
        told: BTreeMap::new(),
    }
}
