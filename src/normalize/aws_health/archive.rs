//! The archive of the year: what is over and has left the list, or never stood in it.

use jiff::SignedDuration;

use super::{HISTORY, event, region_code, region_name, wire};
use crate::model::snapshot::{Coverage, Covers, SeenIncident, Snapshot, Unreadable};
use crate::normalize::field::{Field, Lists, Place};
use crate::normalize::{Asked, Body, document, keyed};

/// What was over longer ago is nothing that anybody missed, unless it is known as open.
const LATELY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Adds what the archive knows to be over: what was open, and what ended lately. What the list holds is the newer word.
///
/// # Errors
/// [`Unreadable`] where it is not that document. The list is good without it.
pub fn add(body: &Body, asked: &Asked<'_>, into: &mut Snapshot) -> Result<(), Unreadable> {
    let text = document::text(body)?;
    let archive: wire::Archive<'_> = document::typed(&text, body)?;
    let Field::Is(Lists(services)) = &archive else {
        return Err(Unreadable::Unexpected("AWS's archive is an object of lists; this is none".to_owned()));
    };
    let is_signed = services.iter().any(|(_, list)| matches!(list, Field::Is(list) if list.0.iter().any(is_event)));
    if !is_signed {
        return Err(Unreadable::Unexpected("AWS's archive holds events with an arn; this holds none".to_owned()));
    }
    for (service, list) in services {
        // What is broken in a year of history and was not open is no news of today.
        for (index, row) in list.entries(None, service, &mut unheard()) {
            let at = Place::of(HISTORY, index);
            let Some(key) = row.arn.as_str().and_then(keyed::key) else { continue };
            let is_known = asked.open.keys.contains_key(&key);
            let is_late = |end: i64| asked.now.as_second() - end <= LATELY.as_secs();
            let is_wanted = event::archived_end(row).is_some_and(|end| is_known || is_late(end));
            if is_wanted && !into.incidents.iter().any(|one| one.key == key) {
                let one = incident(row, key, service, at, into);
                into.incidents.push(one);
            }
        }
    }
    Ok(())
}

fn is_event(row: &Field<crate::normalize::field::Object<wire::Event<'_>>>) -> bool {
    row.get().is_some_and(|row| row.0.arn.as_str().is_some_and(|arn| arn.starts_with("arn:")))
}

fn unheard() -> Snapshot {
    Snapshot::recognised("", Coverage::of_all(Covers::Delta))
}

fn incident(row: &wire::Event<'_>, key: String, service: &str, at: Place<'_>, into: &mut Snapshot) -> SeenIncident {
    let region_name = region_name(row, at, into);
    let code = region_code(&key, region_name.as_deref()).map(str::to_owned);
    let services = event::services(row, code.as_deref(), at, into);
    let beside = event::Beside {
        key,
        code: code.as_deref(),
        region_name: region_name.as_deref(),
        services: &services,
        archived_under: Some(service),
    };
    event::incident(row, beside, at, into)
}
