//! One look at an account or an organization: what is asked beside the list, and what all of it comes to.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use super::endpoint::Endpoint;
use super::event::{self, Beside};
use super::{ACCOUNTS, Closed, DETAILS, HISTORY, LISTED, Pages, RESOURCES, View, is_event, refusal, wire};
use crate::model::snapshot::{Coverage, Covers, SeenIncident, Snapshot, Unreadable};
use crate::model::text;
use crate::normalize::field::{Field, Object, Place};
use crate::normalize::keyed::Keyed;
use crate::normalize::{Answer, Asked, Body, Outcome, Request, document};

/// The most whose details are asked for; and of those that are for certain accounts, whom they touch.
const MOST_DETAILED: usize = 40;
const MOST_TRACED: usize = 10;
/// As many as AWS takes in one call.
const AT_ONCE: usize = 10;
const SIGN: &str = "events[] with the arn of AWS Health";

/// What is known so far of one look.
pub struct Look<'a> {
    pub asked: &'a Asked<'a>,
    pub answers: &'a [Answer],
    pub view: View,
    pub from: Endpoint,
    pub pages: Pages<'a>,
    pub history: Closed<'a>,
    pub is_standby: bool,
}

impl Look<'_> {
    fn was_asked(&self, role: &str) -> bool {
        self.answers.iter().any(|answer| answer.role == role)
    }

    /// What was open and is not listed.
    fn has_lost(&self) -> bool {
        let listed: BTreeSet<&str> = self.pages.rows().filter_map(|row| row.arn.as_str()).map(str::trim).collect();
        self.asked.open.keys.keys().any(|key| !listed.contains(key.as_str()))
    }

    /// What is listed, but for notices.
    fn listed(&self) -> impl Iterator<Item = &wire::Event<'_>> {
        self.pages.rows().filter(|row| is_event(row) && !event::is_notice(row))
    }

    /// What is for certain accounts alone, of which it is asked whom it touches.
    fn traced(&self) -> Vec<&str> {
        let is_specific = |row: &&wire::Event<'_>| row.event_scope_code.as_str() == Some("ACCOUNT_SPECIFIC");
        self.listed().filter(is_specific).filter_map(|row| row.arn.as_str()).take(MOST_TRACED).collect()
    }

    /// What is asked next; `None` once all is known.
    pub fn need(&self) -> Option<Vec<Request>> {
        let mut more = Vec::new();
        if self.history.0.is_none() && self.has_lost() && self.answers.iter().filter(|a| a.role == HISTORY).count() < 2
        {
            more.push(self.view.closed(self.asked, &self.from));
        }
        let traced = self.traced();
        match self.view {
            View::Organization if !self.was_asked(ACCOUNTS) => more.extend(traced.iter().map(|arn| {
                let body = json!({"eventArn": arn, "maxResults": 100});
                self.from.request(ACCOUNTS, "DescribeAffectedAccountsForOrganization", &body)
            })),
            View::Account if !self.was_asked(RESOURCES) && !traced.is_empty() => {
                let body = json!({"filter": {"eventArns": traced}, "maxResults": 100});
                more.push(self.from.request(RESOURCES, "DescribeAffectedEntities", &body));
            }
            View::Organization | View::Account => {}
        }
        if more.is_empty() && !self.was_asked(DETAILS) {
            more = self.details();
        }
        (!more.is_empty()).then_some(more)
    }

    /// The calls for what events say: of what is open, and of what was open and is closed.
    fn details(&self) -> Vec<Request> {
        let ended = self.history.rows().filter(|row| is_event(row) && self.was_open(row));
        let arns: Vec<&str> =
            self.listed().chain(ended).filter_map(|row| row.arn.as_str()).take(MOST_DETAILED).collect();
        let accounts = self.accounts();
        let call = |arns: &[&str]| match self.view {
            View::Account => self.from.request(DETAILS, "DescribeEventDetails", &json!({"eventArns": arns})),
            View::Organization => {
                let one = |arn: &&str| match accounts.get(*arn).and_then(|accounts| accounts.first()) {
                    Some(account) => json!({"eventArn": arn, "awsAccountId": account}),
                    None => json!({"eventArn": arn}),
                };
                let filters: Vec<Value> = arns.iter().map(one).collect();
                let body = json!({"organizationEventDetailFilters": filters});
                self.from.request(DETAILS, "DescribeEventDetailsForOrganization", &body)
            }
        };
        arns.chunks(AT_ONCE).map(call).collect()
    }

    fn was_open(&self, row: &wire::Event<'_>) -> bool {
        row.arn.as_str().is_some_and(|arn| self.asked.open.keys.contains_key(arn.trim()))
    }

    /// The accounts that an event touches. An answer does not say of which event it is: they stand in the order in which
    /// they were asked.
    fn accounts(&self) -> HashMap<String, Vec<String>> {
        let answers = self.answers.iter().filter(|answer| answer.role == ACCOUNTS);
        let read = |answer: &Answer| match &answer.outcome {
            Outcome::Body(body) => accounts_of(body),
            Outcome::Unreadable(_) | Outcome::NotRecorded => None,
        };
        self.traced()
            .into_iter()
            .zip(answers)
            .filter_map(|(arn, answer)| Some((arn.to_owned(), read(answer)?)))
            .collect()
    }

    /// Whether what could not be read first could be read where it was asked again.
    fn is_known_by_now(&self, role: &str) -> bool {
        role == HISTORY && self.history.0.is_some()
    }

    /// What is known beside the entries, by arn; what could not be read of it is told.
    fn beside(&self, into: &mut Snapshot) -> HashMap<String, Beside> {
        let mut all: HashMap<String, Beside> = HashMap::new();
        for (arn, accounts) in self.accounts() {
            all.entry(arn).or_default().accounts = accounts;
        }
        for answer in self.answers {
            let body = match &answer.outcome {
                Outcome::Body(body) => body,
                Outcome::Unreadable(why) if answer.role != LISTED && !self.is_known_by_now(answer.role) => {
                    into.blind.push((answer.role, why.clone()));
                    continue;
                }
                Outcome::Unreadable(_) | Outcome::NotRecorded => continue,
            };
            let read = match answer.role {
                DETAILS => descriptions(body, &mut all, into),
                RESOURCES => resources(body, &mut all, into),
                ACCOUNTS => refusal::text(body).map(drop),
                HISTORY if self.history.0.is_none() => refusal::text(body).map(drop),
                _ => Ok(()),
            };
            if let Err(why) = read {
                into.blind.push((answer.role, why));
            }
        }
        into.blind.dedup_by_key(|(role, _)| *role);
        all
    }

    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::recognised(SIGN, Coverage::of_all(Covers::Delta));
        let beside = self.beside(&mut snapshot);
        let mut seen = Keyed::default();
        let mut is_whole = self.pages.is_whole;
        for page in &self.pages.documents {
            let rows = page.events.entries(None, LISTED, &mut snapshot);
            is_whole &= page.events.get().is_some_and(|list| list.0.len() == rows.len());
            for (index, row) in rows.into_iter().filter(|(_, row)| !event::is_notice(row)) {
                is_whole &= put(row, Place::of(LISTED, index), &beside, &mut seen, &mut snapshot);
            }
        }
        if !self.pages.is_whole {
            snapshot
                .warn(LISTED, format!("there are more than the {} pages that were read", self.pages.documents.len()));
        }
        for (index, row) in self.history.rows().enumerate().filter(|(_, row)| is_event(row) && !event::is_notice(row)) {
            // What is listed is the newer word.
            if row.arn.as_str().is_some_and(|arn| seen.get(arn.trim()).is_none()) {
                put(row, Place::of(HISTORY, index), &beside, &mut seen, &mut snapshot);
            }
        }
        // What stands by may be behind, and what was lost may only have been closed.
        let is_evident = is_whole && !self.is_standby && (self.history.0.is_some() || !self.has_lost());
        let covers = if is_evident { Covers::AllOpen } else { Covers::Delta };
        snapshot.covers = Coverage { incidents: covers, maintenances: covers, components: Covers::Delta };
        snapshot.incidents = seen.into_entries();
        snapshot
    }
}

/// Adds an event; false where it has no key or is none of AWS Health's.
fn put(
    row: &wire::Event<'_>,
    at: Place<'_>,
    beside: &HashMap<String, Beside>,
    seen: &mut Keyed<SeenIncident>,
    into: &mut Snapshot,
) -> bool {
    if row.arn.as_str().is_some() && !is_event(row) {
        into.warn(at.field("arn"), "is no event of AWS Health's");
        return false;
    }
    let nothing = Beside::default();
    let beside = row.arn.as_str().and_then(|arn| beside.get(arn)).unwrap_or(&nothing);
    let Some(one) = event::event(row, beside, at, into) else { return false };
    seen.add(one, at, into);
    true
}

fn accounts_of(body: &Body) -> Option<Vec<String>> {
    let text = refusal::text(body).ok()?;
    let found: Field<Object<wire::Accounts<'_>>> = serde_json::from_str(&text).ok()?;
    let accounts = found.get()?.0.affected_accounts.get()?;
    Some(accounts.0.iter().map(|account| text::title(account)).filter(|account| !account.is_empty()).collect())
}

/// Takes in what events say.
fn descriptions(body: &Body, all: &mut HashMap<String, Beside>, into: &mut Snapshot) -> Result<(), Unreadable> {
    let text = refusal::text(body)?;
    let found: Field<Object<wire::Details<'_>>> = document::typed(&text, body)?;
    let Some(Object(details)) = found.get().filter(|found| matches!(found.0.successful_set, Field::Is(_))) else {
        return Err(Unreadable::Unexpected("details have a successfulSet[]; this has none".to_owned()));
    };
    for (index, detail) in details.successful_set.entries(None, DETAILS, into) {
        let at = Place::of(DETAILS, index);
        let arn = detail.event.need(at, "event", into).and_then(|event| event.0.arn.need(at, "event.arn", into));
        let said = detail.event_description.read(at, "eventDescription", into);
        let said = said.and_then(|said| said.0.latest_description.read(at, "eventDescription.latestDescription", into));
        if let (Some(arn), Some(said)) = (arn, said) {
            all.entry(arn.0.to_string()).or_default().description.get_or_insert_with(|| said.0.to_string());
        }
    }
    for (index, failed) in details.failed_set.entries(None, "failedSet", into) {
        let name = text::title(failed.error_name.as_str().unwrap_or("an error"));
        into.warn(Place::of("failedSet", index).to_string(), format!("AWS gives no details: {name}"));
    }
    Ok(())
}

/// Takes in what events touch.
fn resources(body: &Body, all: &mut HashMap<String, Beside>, into: &mut Snapshot) -> Result<(), Unreadable> {
    let text = refusal::text(body)?;
    let found: Field<Object<wire::Entities<'_>>> = document::typed(&text, body)?;
    let Some(Object(touched)) = found.get().filter(|found| matches!(found.0.entities, Field::Is(_))) else {
        return Err(Unreadable::Unexpected("what is touched stands in entities[]; there are none".to_owned()));
    };
    for (index, entity) in touched.entities.entries(None, RESOURCES, into) {
        let at = Place::of(RESOURCES, index);
        let arn = entity.event_arn.need(at, "eventArn", into);
        let name = entity.entity_value.need(at, "entityValue", into);
        let (Some(arn), Some(name)) = (arn, name) else { continue };
        let word = entity.status_code.as_str().map(|word| format!(" ({})", text::title(word).to_ascii_lowercase()));
        let named = format!("{}{}", text::title(&name.0), word.unwrap_or_default());
        all.entry(arn.0.to_string()).or_default().resources.push(named);
    }
    Ok(())
}
