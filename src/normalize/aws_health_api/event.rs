//! One event.

use super::wire;
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, Planned, SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::field::Place;
use crate::normalize::{document, keyed, region};

/// Where people read of their own events.
const PAGE: &str = "https://health.aws.amazon.com/health/home#/account/dashboard/open-issues";

/// The most that are named of what is touched.
const MOST_NAMED: usize = 20;

/// What is known of an event beside its entry.
#[derive(Debug, Default)]
pub struct Beside {
    /// Its text.
    pub description: Option<String>,
    /// The accounts of the organization that it touches.
    pub accounts: Vec<String>,
    /// What of the account's it touches, each with the word for how.
    pub resources: Vec<String>,
}

/// The incident or maintenance that an event tells of; `None` where it has no key, or is a notice to an account.
pub fn event(row: &wire::Event<'_>, beside: &Beside, at: Place<'_>, into: &mut Snapshot) -> Option<SeenIncident> {
    let key = row.arn.key(at, "arn", into)?;
    let vendor_impact = row.event_type_category.line(at, "eventTypeCategory", into);
    let kind = match vendor_impact.as_str() {
        "scheduledChange" => Kind::Maintenance,
        "issue" | "investigation" => Kind::Incident,
        other => {
            at.never_seen_if_any("eventTypeCategory", other, into);
            Kind::Incident
        }
    };
    let vendor_phase = row.status_code.line(at, "statusCode", into);
    let phase = phase(kind, &vendor_phase).unwrap_or_else(|| {
        at.never_seen_if_any("statusCode", &vendor_phase, into);
        if kind == Kind::Incident { Phase::Investigating } else { Phase::InProgress }
    });
    let (from, until) = (row.start_time.seconds(at, "startTime", into), row.end_time.seconds(at, "endTime", into));
    let code = row.region.read(at, "region", into).map(|code| text::title(&code.0));
    let code = code.filter(|code| !code.is_empty() && !code.eq_ignore_ascii_case("global"));
    let name = code.as_deref().and_then(region::aws_name).map(str::to_owned);
    let service = row.service.line(at, "service", into);
    let said_at = row.last_updated_time.seconds(at, "lastUpdatedTime", into);
    Some(SeenIncident {
        kind,
        title: title(row, &service, name.as_deref().or(code.as_deref()), at, into),
        // AWS does not say how bad an event is.
        impact: if kind == Kind::Maintenance { Impact::Maintenance } else { Impact::Unknown },
        vendor_impact,
        phase,
        vendor_phase,
        components: component(&service, code.as_deref()).into_iter().collect(),
        regions: code.into_iter().chain(name).collect(),
        started: from.clone(),
        ended: until.clone().filter(|_| phase.is_end()),
        planned: from.filter(|_| kind == Kind::Maintenance).map(|from| Planned { from, until }),
        updates: updates(beside, said_at.as_ref()),
        link: Some(PAGE.to_owned()).filter(|_| key.starts_with("arn:aws:")),
        key,
    })
}

/// Whether an event is only a notice to an account: a bill, an end of support, a certificate to renew.
pub fn is_notice(row: &wire::Event<'_>) -> bool {
    row.event_type_category.as_str() == Some("accountNotification")
}

fn phase(kind: Kind, status: &str) -> Option<Phase> {
    Some(match (kind, status) {
        (Kind::Incident, "open" | "upcoming") => Phase::Investigating,
        (Kind::Incident, "closed") => Phase::Resolved,
        (Kind::Maintenance, "upcoming") => Phase::Scheduled,
        (Kind::Maintenance, "open") => Phase::InProgress,
        (Kind::Maintenance, "closed") => Phase::Completed,
        _ => return None,
    })
}

/// An event has no title, so one is made of its code: "EC2 operational issue (N. Virginia, use1-az4)".
fn title(row: &wire::Event<'_>, service: &str, place: Option<&str>, at: Place<'_>, into: &mut Snapshot) -> String {
    let code = row.event_type_code.line(at, "eventTypeCode", into);
    let zone = row.availability_zone.read(at, "availabilityZone", into).map(|zone| text::title(&zone.0));
    let bare = code.strip_prefix("AWS_").unwrap_or(&code);
    let of_service = service.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let rest = bare.strip_prefix(&of_service).unwrap_or(bare).trim_matches('_');
    let what = rest.to_ascii_lowercase().replace('_', " ");
    let places: Vec<&str> = place.into_iter().chain(zone.as_deref()).filter(|place| !place.is_empty()).collect();
    let places = if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) };
    text::title(&format!("{} {what}{places}", service.replace('_', " ")))
}

/// The service in its region, by the key that the public dashboard has for it. "Multiple services" names none.
fn component(service: &str, code: Option<&str>) -> Option<ComponentRef> {
    if service.is_empty() || service.to_ascii_uppercase().starts_with("MULTIPLE") {
        return None;
    }
    let lower = service.to_ascii_lowercase();
    let key = keyed::key(&code.map_or_else(|| lower.clone(), |code| format!("{lower}-{code}")))?;
    Some(ComponentRef { key, name: service.to_owned(), group: None, region: code.map(str::to_owned) })
}

/// The text, which is edited in place, and what is touched.
fn updates(beside: &Beside, at: Option<&Stated>) -> Vec<SeenUpdate> {
    let update = |key: &str, text: String| SeenUpdate {
        key: key.to_owned(),
        at: at.cloned(),
        vendor_phase: String::new(),
        text,
        author: None,
    };
    let touched = [
        named("accounts", beside.accounts.iter().map(String::as_str)),
        named("resources", beside.resources.iter().map(String::as_str)),
    ];
    let description = beside.description.as_ref().map(|said| update("description", document::plain(said)));
    let touched: Vec<String> = touched.into_iter().flatten().collect();
    let touched = (!touched.is_empty()).then(|| update("touched", touched.join("\n")));
    touched.into_iter().chain(description).collect()
}

fn named<'a>(what: &str, names: impl ExactSizeIterator<Item = &'a str>) -> Option<String> {
    let count = names.len();
    let listed: Vec<&str> = names.take(MOST_NAMED).collect();
    let more = if count > listed.len() { format!(" and {} more", count - listed.len()) } else { String::new() };
    (count > 0).then(|| text::body(&format!("Affected {what}: {}{more}", listed.join(", "))))
}
