//! One incident of Oracle's: what the feed tells of it, and what the services say of it.

use jiff::Timestamp;

use super::components::{Open, Report};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, SeenIncident, SeenUpdate, Snapshot};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::channel::Item;
use crate::normalize::field::Place;
use crate::normalize::keyed::UpdateKeys;
use crate::normalize::{dated, document, moment};

/// Reads an item of the feed.
pub fn told(
    item: &Item,
    key: String,
    report: Option<&Report>,
    now: Timestamp,
    at: Place<'_>,
    into: &mut Snapshot,
) -> SeenIncident {
    let title = text::title(&item.title);
    let published = item.published.as_deref().map(moment::stated);
    match &published {
        Some(stated) if stated.at.is_none() => into.warn(at.field("pubDate"), format!("is no time: {:?}", stated.raw)),
        Some(_) | None => {}
    }
    let updates = updates(item, &key, published.as_ref(), now);
    let vendor_phase = updates.iter().rev().map(|update| &update.vendor_phase).find(|word| phase(word).is_some());
    let vendor_phase = vendor_phase.cloned().unwrap_or_default();
    let phase = phase(&vendor_phase).unwrap_or(Phase::Investigating);
    let open = report.and_then(|report| report.open.get(&key));
    let (components, regions) = places(&title, open, report);
    SeenIncident {
        kind: Kind::Incident,
        title,
        vendor_impact: open.map_or_else(String::new, |open| open.severity.clone()),
        impact: open.map_or(Impact::Unknown, impact),
        components,
        regions,
        started: updates.first().and_then(|update| update.at.clone()).or(published),
        ended: if phase.is_end() { updates.last().and_then(|update| update.at.clone()) } else { None },
        planned: None,
        vendor_phase,
        phase,
        updates,
        link: item.link.clone().filter(|link| link.starts_with("https://")),
        key,
    }
}

/// An incident that a service names while the feed does not tell of it: only its places and its severity are known.
pub fn untold(key: &str, open: &Open) -> SeenIncident {
    let names: Vec<&str> = open.components.iter().map(|component| component.name.as_str()).collect();
    let named = match names.as_slice() {
        [first, others @ ..] if others.iter().any(|name| name != first) => format!("{first} and others"),
        [first, ..] => (*first).to_owned(),
        [] => "Oracle Cloud".to_owned(),
    };
    SeenIncident {
        key: key.to_owned(),
        kind: Kind::Incident,
        title: text::title(&format!("{named}: an incident without a text yet")),
        vendor_impact: open.severity.clone(),
        impact: impact(open),
        vendor_phase: String::new(),
        phase: Phase::Investigating,
        components: open.components.clone(),
        regions: open.regions.clone(),
        started: None,
        ended: None,
        planned: None,
        updates: Vec::new(),
        link: None,
    }
}

/// What is open is never operational, whatever word stands beside it.
fn impact(open: &Open) -> Impact {
    open.impact.filter(|impact| *impact != Impact::Operational).unwrap_or(Impact::Unknown)
}

fn phase(word: &str) -> Option<Phase> {
    match word.to_ascii_lowercase().as_str() {
        "investigating" => Some(Phase::Investigating),
        "identified" => Some(Phase::Identified),
        "monitoring" => Some(Phase::Monitoring),
        "resolved" => Some(Phase::Resolved),
        _ => None,
    }
}

/// Where it is: as the services say, else as the title does (`Service | Region | reference`).
fn places(title: &str, open: Option<&Open>, report: Option<&Report>) -> (Vec<ComponentRef>, Vec<String>) {
    if let Some(open) = open {
        return (open.components.clone(), open.regions.clone());
    }
    let mut parts = title.split('|').map(str::trim);
    let (Some(service), Some(region), true) = (parts.next(), parts.next(), title.matches('|').count() == 2) else {
        return (Vec::new(), Vec::new());
    };
    let several = |part: &str| part.to_ascii_lowercase().starts_with("multiple");
    let code =
        report.and_then(|report| report.regions.iter().find(|(name, _)| name == region)).map(|(_, code)| code.clone());
    let regions = if several(region) { Vec::new() } else { code.iter().cloned().chain([region.to_owned()]).collect() };
    if several(service) {
        return (Vec::new(), regions);
    }
    let listed = report.map_or(&[][..], |report| &report.components);
    let is_it = |component: &ComponentRef| component.name == service && (several(region) || component.region == code);
    let mut components: Vec<_> = listed.iter().map(|seen| &seen.component).filter(|it| is_it(it)).cloned().collect();
    if components.is_empty() {
        let key = service.to_lowercase().replace(' ', "-");
        let region = code.or_else(|| Some(region.to_owned()).filter(|region| !several(region)));
        components.push(ComponentRef { key, name: service.to_owned(), group: None, region });
    }
    (components, regions)
}

fn updates(item: &Item, key: &str, published: Option<&Stated>, now: Timestamp) -> Vec<SeenUpdate> {
    let mut keys = UpdateKeys::default();
    let said = dated::paragraphs(&item.text, published.and_then(|stated| stated.at), now);
    if said.is_empty() {
        let text = document::plain(&item.text);
        let at = published.cloned();
        return vec![SeenUpdate { key: key.to_owned(), at, vendor_phase: String::new(), text, author: None }];
    }
    let one = |said: dated::Said| SeenUpdate {
        key: keys.next(said.at.as_ref().map_or("", |at| at.raw.as_str())),
        at: said.at,
        vendor_phase: said.word,
        text: said.text,
        author: None,
    };
    said.into_iter().map(one).collect()
}
