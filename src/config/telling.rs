//! The parts of `config/subscriptions.toml` that say when: quiet hours, digests, and the steps of an escalation.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;

use super::inventory::id_of;
use super::places::{Findings, join};
use super::shift::Hour;
use super::value::{Period, Zone};
use crate::model::id::{ReceiverId, ServiceId, SubscriptionId, VendorId};
use crate::model::impact::Impact;
use crate::model::inventory::Tier;
use crate::model::quiet::{Digest, Quiet};
use crate::model::subscription::{MaintenanceWish, Step, Subscription};

/// Hours in which only what is about life-safety is told. What comes meanwhile and stays is told at their end.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Quiet")]
pub(super) struct QuietRow {
    /// When they begin: "22:00".
    #[schemars(required)]
    from: Option<Hour>,
    /// When they end: "06:30", the next day where it is not later than `from`.
    #[schemars(required)]
    until: Option<Hour>,
    /// The days on which they begin; without it every day.
    #[serde(default)]
    days: Vec<Day>,
    /// The person's zone, an IANA name; without it the organisation's.
    time_zone: Option<Zone>,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Day {
    const fn weekday(self) -> Weekday {
        match self {
            Self::Mon => Weekday::Monday,
            Self::Tue => Weekday::Tuesday,
            Self::Wed => Weekday::Wednesday,
            Self::Thu => Weekday::Thursday,
            Self::Fri => Weekday::Friday,
            Self::Sat => Weekday::Saturday,
            Self::Sun => Weekday::Sunday,
        }
    }
}

/// When what is wanted is told: "hourly", or at these hours of each day.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Digest")]
pub(super) enum DigestRow {
    /// At each full hour.
    Word(DigestWord),
    /// At these hours of each day, as ["07:00", "19:00"].
    Hours(Vec<Hour>),
}

/// How often a digest is told.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "DigestWord")]
pub(super) enum DigestWord {
    /// At each full hour.
    Hourly,
}

/// Who is told what nobody takes care of.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Escalation")]
pub(super) struct EscalationRow {
    /// Its key: lower-case letters, digits and '-'.
    #[schemars(required)]
    pub(super) id: Option<String>,
    /// Incidents that hurt these services.
    #[serde(default)]
    services: Vec<String>,
    /// Incidents that hurt services of these tiers.
    #[serde(default)]
    tiers: Vec<Tier>,
    /// Incidents of these vendors.
    #[serde(default)]
    vendors: Vec<String>,
    /// Incidents of at least this impact. Unknown always passes.
    #[serde(default = "partial_outage")]
    least: Impact,
    /// Who is told after what time, in order.
    #[serde(default)]
    step: Vec<StepRow>,
}

/// One step of an escalation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Step")]
struct StepRow {
    /// So long after the first message about the incident, if nobody has acknowledged it by then: "15m".
    #[schemars(required)]
    after: Option<Period>,
    /// And again each time so long has passed, until somebody acknowledges it: "30m".
    again: Option<Period>,
    /// Where to: ids of receivers of this file.
    #[schemars(required)]
    receivers: Option<Vec<String>>,
}

const fn partial_outage() -> Impact {
    Impact::PartialOutage
}

/// The shortest time after which something is told again: more often nobody could act on it.
const LEAST_AGAIN: Period = Period::seconds(300);

/// Quiet hours; a zone that is not given stays open until the organisation's is known.
pub(super) fn quiet(at: &str, row: Option<QuietRow>, findings: &mut Findings) -> Option<Quiet> {
    let row = row?;
    let path = join(at, "quiet");
    let from = findings.required(&path, "from", row.from)?.0;
    let until = findings.required(&path, "until", row.until)?.0;
    if from == until {
        findings.error(&path, "these hours begin and end at once", "write other hours, or leave `quiet` out");
    }
    let zone = row.time_zone.map_or(TimeZone::unknown(), |zone| zone.0);
    Some(Quiet { from, until, days: row.days.into_iter().map(Day::weekday).collect(), zone })
}

/// When what is wanted is told.
pub(super) fn digest(at: &str, row: Option<DigestRow>, findings: &mut Findings) -> Option<Digest> {
    match row? {
        DigestRow::Word(DigestWord::Hourly) => Some(Digest::Hourly),
        DigestRow::Hours(hours) if hours.is_empty() => {
            let way_out = "name at least one hour, as digest = [\"07:00\"], or leave it out";
            findings.error(&join(at, "digest"), "it would never be told", way_out);
            None
        }
        DigestRow::Hours(hours) => {
            let mut hours: Vec<Time> = hours.into_iter().map(|hour| hour.0).collect();
            hours.sort_unstable();
            hours.dedup();
            Some(Digest::At { hours, zone: TimeZone::unknown() })
        }
    }
}

/// The steps of an escalation, each a subscription of its own that waits for its time.
pub(super) fn escalation(at: &str, row: EscalationRow, findings: &mut Findings) -> Option<Vec<Subscription>> {
    let id = findings.required(at, "id", row.id)?;
    let id = id_of(at, "id", &id, SubscriptionId::parse, findings)?;
    let services: Option<Vec<_>> = ids(at, "services", &row.services, ServiceId::parse, findings);
    let vendors: Option<Vec<_>> = ids(at, "vendors", &row.vendors, VendorId::parse, findings);
    if row.step.is_empty() {
        findings.missing(
            at,
            "step",
            "nobody would ever be told",
            "add a [[escalation.step]] with `after` and `receivers`",
        );
    }
    let (services, vendors) = (services?, vendors?);
    let mut before = None;
    let mut steps = Vec::new();
    for (n, row_step) in row.step.into_iter().enumerate() {
        let path = format!("{at}.step[{n}]");
        let (step, receivers) = step(&path, n, row_step, findings)?;
        if before.is_some_and(|before| step.after <= before) {
            findings.error(
                &join(&path, "after"),
                "this comes no later than the step before it",
                "put the steps in order",
            );
        }
        before = Some(step.after);
        steps.push(Subscription {
            services: services.clone(),
            tiers: row.tiers.clone(),
            vendors: vendors.clone(),
            least: row.least,
            blind: false,
            maintenance: MaintenanceWish { overrun: false, ..MaintenanceWish::default() },
            step: Some(step),
            ..Subscription::to_all(id.clone(), receivers)
        });
    }
    Some(steps)
}

fn step(at: &str, number: usize, row: StepRow, findings: &mut Findings) -> Option<(Step, Vec<ReceiverId>)> {
    let after = findings.required(at, "after", row.after);
    let receivers = findings.required(at, "receivers", row.receivers);
    for (n, receiver) in receivers.iter().flatten().enumerate() {
        findings.known(&format!("{at}.receivers[{n}]"), "receiver", receiver);
    }
    if receivers.as_ref().is_some_and(Vec::is_empty) {
        findings.missing(at, "receivers", "nobody would be told", "name at least one receiver");
    }
    if row.again.is_some_and(|again| again < LEAST_AGAIN) {
        findings.error(&join(at, "again"), "so often nobody could act on it", "write at least 5m");
    }
    let receivers: Option<Vec<_>> = receivers?.iter().map(|id| ReceiverId::parse(id).ok()).collect();
    let number = u32::try_from(number).unwrap_or(u32::MAX).saturating_add(1);
    let again = row.again.and_then(|again| again.0.try_into().ok());
    Some((Step { number, after: after?.0.try_into().ok()?, again }, receivers?))
}

/// Identifiers of a list, or what is wrong with them.
pub(super) fn ids<T, E: std::error::Error>(
    at: &str,
    key: &str,
    texts: &[String],
    parse: impl Fn(&str) -> Result<T, E>,
    findings: &mut Findings,
) -> Option<Vec<T>> {
    let numbered = texts.iter().enumerate();
    let all: Vec<_> = numbered.map(|(n, id)| id_of(at, &format!("{key}[{n}]"), id, &parse, findings)).collect();
    all.into_iter().collect()
}
