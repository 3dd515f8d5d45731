//! `[[shift]]` of `config/subscriptions.toml`: a message at set hours, whatever happens.

use std::collections::BTreeMap;

use jiff::civil::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::inventory::id_of;
use super::places::Findings;
use crate::model::id::{ReceiverId, ShiftId};
use crate::model::shift::Shift;

/// The most hours of one shift: more often than that is a dashboard's work.
const MOST_HOURS: usize = 24;

/// A message at set hours: what is known, what nobody can see, what begins or ends soon. It comes also when nothing is
/// wrong, so that its absence means something.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Shift")]
pub(super) struct ShiftRow {
    /// Its key: lower-case letters, digits and '-'.
    #[schemars(required)]
    id: Option<String>,
    /// The hours of each day, in the organisation's zone: ["07:00", "19:00"].
    #[schemars(required)]
    at: Option<Vec<Hour>>,
    /// Where to: ids of receivers of this file.
    #[schemars(required)]
    receivers: Option<Vec<String>>,
}

/// An hour of the day: `07:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hour(pub Time);

impl TryFrom<String> for Hour {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let number =
            |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<i8>().ok()).flatten();
        let time = text.split_once(':').filter(|(hour, minute)| hour.len() == 2 && minute.len() == 2);
        let time = time.and_then(|(hour, minute)| Time::new(number(hour)?, number(minute)?, 0, 0).ok());
        time.map(Self).ok_or_else(|| format!("`{text}` is no hour of the day; write it as \"07:00\" or \"19:30\""))
    }
}

impl From<Hour> for String {
    fn from(hour: Hour) -> Self {
        hour.0.strftime("%H:%M").to_string()
    }
}

impl JsonSchema for Hour {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Hour".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" })
    }
}

/// The shifts, and what is wrong with them.
pub(super) fn shifts(rows: Vec<ShiftRow>, findings: &mut Findings) -> Option<Vec<Shift>> {
    findings.unique("shift", rows.iter().map(|row| row.id.as_deref()));
    let numbered = rows.into_iter().enumerate();
    let all: Vec<_> = numbered.map(|(n, row)| shift(&format!("shift[{n}]"), row, findings)).collect();
    warn_of_doubles(&all, findings);
    all.into_iter().collect()
}

fn shift(at: &str, row: ShiftRow, findings: &mut Findings) -> Option<Shift> {
    let id = findings.required(at, "id", row.id).and_then(|id| id_of(at, "id", &id, ShiftId::parse, findings));
    let hours = findings.required(at, "at", row.at);
    let receivers = findings.required(at, "receivers", row.receivers);
    for (n, receiver) in receivers.iter().flatten().enumerate() {
        findings.known(&format!("{at}.receivers[{n}]"), "receiver", receiver);
    }
    if receivers.as_ref().is_some_and(Vec::is_empty) {
        findings.missing(at, "receivers", "nobody would get it", "name at least one receiver");
    }
    let hours = hours.and_then(|hours| in_order(at, &hours, findings));
    let receivers: Option<Vec<_>> = receivers?.iter().map(|id| ReceiverId::parse(id).ok()).collect();
    Some(Shift { id: id?, at: hours?, receivers: receivers? })
}

fn in_order(at: &str, hours: &[Hour], findings: &mut Findings) -> Option<Vec<Time>> {
    let mut first: BTreeMap<Hour, usize> = BTreeMap::new();
    for (n, hour) in hours.iter().enumerate() {
        if first.insert(*hour, n).is_some() {
            let what = format!("{} stands here twice", String::from(*hour));
            findings.error(&format!("{at}.at[{n}]"), what, "leave one of them out: it is sent once");
        }
    }
    match hours.len() {
        0 => findings.missing(
            at,
            "at",
            "it would never be sent",
            "name at least one hour, as at = [\"07:00\", \"19:00\"]",
        ),
        n if n > MOST_HOURS => {
            findings.error(
                &format!("{at}.at"),
                "more than 24 hours a day",
                "name fewer: nobody reads a message that often",
            );
        }
        _ => return Some(first.into_keys().map(|hour| hour.0).collect()),
    }
    None
}

/// One receiver that two shifts tell at the same hour gets two messages that say the same.
fn warn_of_doubles(shifts: &[Option<Shift>], findings: &mut Findings) {
    let mut first: BTreeMap<(&ReceiverId, Time), &ShiftId> = BTreeMap::new();
    for (number, shift) in shifts.iter().enumerate() {
        let Some(shift) = shift else { continue };
        for receiver in &shift.receivers {
            for hour in &shift.at {
                let Some(earlier) = first.insert((receiver, *hour), &shift.id).filter(|earlier| **earlier != shift.id)
                else {
                    continue;
                };
                let what = format!("`{receiver}` gets the shift `{earlier}` at {} too", String::from(Hour(*hour)));
                findings.warning(&format!("shift[{number}].receivers"), what, "name it in one of the two");
            }
        }
    }
}
