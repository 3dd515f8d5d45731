//! The instances: where customers live, each with a status of its own.

use std::collections::HashMap;

use super::wire;
use crate::model::impact::Impact;
use crate::model::snapshot::{ComponentRef, SeenComponent, Snapshot, Unreadable};
use crate::model::text;
use crate::normalize::field::{Field, List, Place, Truth};
use crate::normalize::keyed::Keyed;
use crate::normalize::listed::is_whole;
use crate::normalize::{Body, document};

/// The active instances by their keys.
#[derive(Debug, Default)]
pub struct Instances {
    all: Keyed<SeenComponent>,
    /// Whether none was lost.
    pub is_whole: bool,
}

impl Instances {
    /// Whether it is one of them.
    fn holds(&self, key: &str) -> bool {
        self.all.get(key).is_some()
    }

    /// Whether what names these is about any of them. What names none may be about all.
    pub fn are_named_by(&self, keys: &[String]) -> bool {
        keys.is_empty() || keys.iter().any(|key| self.holds(key))
    }

    /// It, as an incident names it.
    pub fn reference(&self, key: &str) -> Option<ComponentRef> {
        self.all.get(key).map(|seen| seen.component.clone())
    }

    /// All of them.
    pub fn into_components(self) -> Vec<SeenComponent> {
        self.all.into_entries()
    }
}

/// Reads the list; what is broken in it is said in `into`.
///
/// # Errors
/// [`Unreadable`] where it is no list of Salesforce's instances, or an empty one.
pub fn read(body: &Body, into: &mut Snapshot) -> Result<Instances, Unreadable> {
    let text = document::text(body)?;
    let rows: wire::Instances<'_> = document::typed(&text, body)?;
    let Field::Is(List(list)) = &rows else {
        return Err(Unreadable::Unexpected("Salesforce's instances are a bare list; this is none".to_owned()));
    };
    let mut instances = Instances { all: Keyed::default(), is_whole: is_whole(&rows) };
    let is_one = |row: &wire::Instance<'_>| row.key.as_str().is_some() && row.status.as_str().is_some();
    if !list.iter().any(|row| row.get().is_some_and(|row| is_one(&row.0))) {
        return Err(Unreadable::Unexpected(if list.is_empty() {
            "an empty list, where Salesforce lists its instances: does the product in `products` exist?".to_owned()
        } else {
            "Salesforce's instances have key and status; nothing in this list has".to_owned()
        }));
    }
    let mut seen = HashMap::new();
    for (index, row) in rows.entries(None, super::INSTANCES, into) {
        let at = Place::of(super::INSTANCES, index);
        let Some(key) = row.key.key(at, "key", into) else {
            instances.is_whole = false;
            continue;
        };
        if matches!(row.is_active, Field::Is(Truth(false))) {
            continue;
        }
        let one = instance(row, key.clone(), at, into);
        if seen.insert(key.clone(), index).is_some() {
            into.warn(at.to_string(), format!("has the key of another, {key}; this one counts"));
        }
        instances.all.put(&key, one);
    }
    Ok(instances)
}

fn instance(row: &wire::Instance<'_>, key: String, at: Place<'_>, into: &mut Snapshot) -> SeenComponent {
    let vendor_status = row.status.line(at, "status", into);
    let status = status(&vendor_status).unwrap_or_else(|| {
        at.never_seen("status", &vendor_status, into);
        Impact::Unknown
    });
    let named = |field: &Field<_>| {
        let field: &Field<crate::normalize::field::Text<'_>> = field;
        field.as_str().map(text::title).filter(|word| !word.is_empty())
    };
    let component =
        ComponentRef { name: key.clone(), group: named(&row.environment), region: named(&row.location), key };
    SeenComponent { component, vendor_status, status }
}

/// What Salesforce shows of an instance: the worst of its core services, or of the others.
fn status(word: &str) -> Option<Impact> {
    Some(match word {
        "OK" => Impact::Operational,
        "INFORMATIONAL_CORE" | "INFORMATIONAL_NONCORE" | "MINOR_INCIDENT_CORE" | "MINOR_INCIDENT_NONCORE" => {
            Impact::Degraded
        }
        "MAINTENANCE_CORE" | "MAINTENANCE_NONCORE" => Impact::Maintenance,
        "MAJOR_INCIDENT_NONCORE" | "UNPLANNED_MAINTENANCE_NONCORE" => Impact::PartialOutage,
        "MAJOR_INCIDENT_CORE" | "UNPLANNED_MAINTENANCE_CORE" => Impact::MajorOutage,
        _ => return None,
    })
}
