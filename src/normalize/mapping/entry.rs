//! One item of the page as an incident, a maintenance or a component.

use super::finder::{Finder, Item};
use super::program::scalar;
use super::ready::{Components, Entries, Updates};
use super::when::Year;
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, Planned, SeenComponent, SeenIncident, SeenUpdate};
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::keyed::{self, Keyed, UpdateKeys};

/// The components that the page lists, to know those by which an incident names them.
pub type Listed = Keyed<SeenComponent>;

/// Reads an incident or a maintenance; `None` where it has no key.
pub fn entry(
    rules: &Entries,
    item: &Item<'_>,
    listed: &Listed,
    quiet: bool,
    with: &mut Finder<'_>,
) -> Option<SeenIncident> {
    let Some(key) = with.lines(item, "key", rules.key.as_ref()).first().and_then(|key| keyed::key(key)) else {
        with.into.warn(format!("{}.key", item.path), "is missing");
        return None;
    };
    with.became(key.clone());
    let title = with.line(item, "title", rules.title.as_ref()).unwrap_or_else(|| {
        with.into.warn(format!("{}.title", item.path), "is missing");
        key.clone()
    });
    let (vendor_impact, impact) = impact(rules, item, quiet, with);
    let year = if rules.kind == Kind::Maintenance { Year::Nearest } else { Year::Past };
    let started = with.time(item, "started", rules.started.as_ref(), year);
    let ended = with.time(item, "ended", rules.ended.as_ref(), year);
    let updated = with.time(item, "updated", rules.updated.as_ref(), Year::Past);
    let (vendor_phase, phase) = phase(rules, item, started.as_ref(), ended.as_ref(), quiet, with);
    let components = components(rules, item, listed, with);
    let regions = with.lines(item, "regions", rules.regions.as_ref()).iter().map(|name| text::title(name)).collect();
    let link = with.link(item, "link", rules.link.as_ref());
    let updates = updates(rules, item, updated.as_ref().or(started.as_ref()), with);
    let planned = match (rules.kind, &started) {
        (Kind::Maintenance, Some(from)) => Some(Planned { from: from.clone(), until: ended.clone() }),
        (Kind::Maintenance, None) | (Kind::Incident, _) => None,
    };
    Some(SeenIncident {
        key,
        kind: rules.kind,
        title,
        vendor_impact,
        impact,
        vendor_phase,
        phase,
        components,
        regions,
        started,
        ended: ended.or(updated).filter(|_| phase.is_end()),
        planned,
        updates,
        link,
    })
}

fn impact(rules: &Entries, item: &Item<'_>, quiet: bool, with: &mut Finder<'_>) -> (String, Impact) {
    let word = with.line(item, "impact", rules.impact.as_ref()).unwrap_or_default();
    let meant = match rules.kind {
        Kind::Maintenance => Some(Impact::Maintenance),
        Kind::Incident => rules.impacts.meaning(&word),
    };
    if meant.is_none() && rules.impact.is_some() {
        never_seen(&word, item, "impact", quiet, with);
    }
    let impact = meant.unwrap_or(Impact::Unknown);
    if rules.impact.is_some() {
        with.became(impact.word().to_owned());
    }
    (word, impact)
}

/// Says that a word is not in the table, or that none is there.
fn never_seen(word: &str, item: &Item<'_>, name: &str, quiet: bool, with: &mut Finder<'_>) {
    let path = format!("{}.{name}", item.path);
    if !word.is_empty() {
        with.into.warn(path, format!("is a word never seen: {word:?}"));
    } else if !quiet {
        with.into.warn(path, "is missing");
    }
}

/// By the vendor's word. Without one: an incident is open until it has an end, a maintenance goes by its plan.
fn phase(
    rules: &Entries,
    item: &Item<'_>,
    started: Option<&Stated>,
    ended: Option<&Stated>,
    quiet: bool,
    with: &mut Finder<'_>,
) -> (String, Phase) {
    let word = with.line(item, "phase", rules.phase.as_ref()).unwrap_or_default();
    let meant = if rules.phase.is_some() { rules.phases.meaning(&word) } else { None };
    let now = with.now;
    let is_before = |time: Option<&Stated>| time.and_then(|time| time.at).is_some_and(|at| at <= now);
    let by_itself = match rules.kind {
        Kind::Incident if word.is_empty() && is_before(ended) => Phase::Resolved,
        Kind::Incident => Phase::Investigating,
        Kind::Maintenance if started.and_then(|from| from.at).is_some_and(|from| from > now) => Phase::Scheduled,
        Kind::Maintenance if word.is_empty() && is_before(ended) => Phase::Completed,
        Kind::Maintenance => Phase::InProgress,
    };
    if meant.is_none() && rules.phase.is_some() && (!word.is_empty() || !by_itself.is_end()) {
        never_seen(&word, item, "phase", quiet, with);
    }
    let phase = meant.unwrap_or(by_itself);
    if rules.phase.is_some() {
        with.became(phase.word().to_owned());
    }
    (word, phase)
}

/// The components that it names: as the page lists them by that key or name, else by the name alone.
fn components(rules: &Entries, item: &Item<'_>, listed: &Listed, with: &mut Finder<'_>) -> Vec<ComponentRef> {
    let mut found: Keyed<ComponentRef> = Keyed::default();
    let objects = objects(rules, item, with);
    let names = if objects.is_empty() { with.lines(item, "components", rules.components.as_ref()) } else { Vec::new() };
    let named = names.iter().map(|name| text::title(name)).filter(|name| !name.is_empty());
    let named = named.map(|name| ComponentRef { key: name.clone(), name, group: None, region: None });
    for component in objects.into_iter().chain(named) {
        let component = known(listed, &component).unwrap_or(component);
        found.put(&component.key.clone(), component);
    }
    let found = found.into_entries();
    if rules.components.is_some() && !found.is_empty() {
        with.became(found.iter().map(|one| format!("{} [{}]", one.name, one.key)).collect::<Vec<_>>().join(", "));
    }
    found
}

/// The component that the page lists by that key, or as the only one of that name: one name may stand in several
/// regions, and the first of them is not meant more than the others.
fn known(listed: &Listed, component: &ComponentRef) -> Option<ComponentRef> {
    let by_key = listed.get(&component.key).map(|seen| seen.component.clone());
    by_key.or_else(|| {
        let mut named = listed.iter().filter(|seen| seen.component.name.eq_ignore_ascii_case(&component.name));
        let only = named.next()?;
        named.next().is_none().then(|| only.component.clone())
    })
}

/// Components that JSON gives as objects.
fn objects(rules: &Entries, item: &Item<'_>, with: &mut Finder<'_>) -> Vec<ComponentRef> {
    let Some(program) = &rules.components else { return Vec::new() };
    let values = item.nodes.iter().filter_map(|node| program.values(node, with.budget).ok()).find(|v| !v.is_empty());
    let values = values.unwrap_or_default();
    let are_objects = values.iter().all(|value| matches!(value, jaq_json::Val::Obj(_)));
    if values.is_empty() || !are_objects {
        return Vec::new();
    }
    let raw = values.iter().map(ToString::to_string).collect();
    with.note(item, "components", program.text(), raw);
    let component = |value: jaq_json::Val| {
        let jaq_json::Val::Obj(fields) = value else { return None };
        let field = |name: &str| {
            let value = fields.get(&jaq_json::Val::from(name.to_owned()))?;
            scalar(value).ok().flatten().map(|text| text::title(&text)).filter(|text| !text.is_empty())
        };
        let name = field("name").or_else(|| field("key"))?;
        let key = field("key").unwrap_or_else(|| name.clone());
        Some(ComponentRef { key, name, group: field("group"), region: field("region") })
    };
    values.into_iter().filter_map(component).collect()
}

/// What the vendor said, the oldest first in whatever order it stands.
fn updates(rules: &Entries, item: &Item<'_>, at: Option<&Stated>, with: &mut Finder<'_>) -> Vec<SeenUpdate> {
    let mut updates = rules.updates.as_ref().map_or_else(Vec::new, |updates| listed(updates, item, with));
    if updates.is_empty() {
        let text = with.body(item, "text", rules.text.as_ref());
        if !text.is_empty() {
            let (key, at) = ("text".to_owned(), at.cloned());
            updates.push(SeenUpdate { key, at, vendor_phase: String::new(), text, author: None });
        }
    }
    updates
}

fn listed(rules: &Updates, item: &Item<'_>, with: &mut Finder<'_>) -> Vec<SeenUpdate> {
    let mut nodes = Vec::new();
    for node in &item.nodes {
        match rules.items.items(node, with.budget) {
            Ok(found) if nodes.is_empty() => nodes = found,
            Ok(_) => {}
            Err(why) => with.into.warn(format!("{}.updates", item.path), why),
        }
    }
    let mut updates = Vec::new();
    for (index, node) in nodes.into_iter().enumerate() {
        let one = Item { path: format!("{}.updates[{index}]", item.path), nodes: vec![node], base: item.base };
        let key = with.lines(&one, "key", rules.key.as_ref()).first().and_then(|key| keyed::key(key));
        let at = with.time(&one, "at", rules.at.as_ref(), Year::Past);
        let vendor_phase = with.line(&one, "phase", rules.phase.as_ref()).unwrap_or_default();
        let text = with.body(&one, "text", rules.text.as_ref());
        if text.is_empty() && vendor_phase.is_empty() {
            with.into.warn(format!("{}.text", one.path), "is missing");
            continue;
        }
        updates.push(SeenUpdate { key: key.unwrap_or_default(), at, vendor_phase, text, author: None });
    }
    updates.sort_by_key(|update| update.at.as_ref().and_then(|at| at.at));
    let mut keys = UpdateKeys::default();
    for update in updates.iter_mut().filter(|update| update.key.is_empty()) {
        update.key = keys.next(update.at.as_ref().map_or("", |at| at.raw.as_str()));
    }
    updates
}

/// Reads a component; `None` where it has no name.
pub fn component(rules: &Components, item: &Item<'_>, quiet: bool, with: &mut Finder<'_>) -> Option<SeenComponent> {
    let key = with.lines(item, "key", rules.key.as_ref()).first().and_then(|key| keyed::key(key));
    let Some(name) = with.line(item, "name", rules.name.as_ref()).or_else(|| key.clone()) else {
        with.into.warn(format!("{}.name", item.path), "is missing");
        return None;
    };
    let group = with.line(item, "group", rules.group.as_ref());
    let region = with.line(item, "region", rules.region.as_ref());
    let vendor_status = with.line(item, "status", rules.status.as_ref()).unwrap_or_default();
    let status = rules.statuses.meaning(&vendor_status).unwrap_or_else(|| {
        never_seen(&vendor_status, item, "status", quiet && !vendor_status.is_empty(), with);
        Impact::Unknown
    });
    with.became(status.word().to_owned());
    // The same name may stand in several groups and regions.
    let parts = [group.as_deref(), region.as_deref(), Some(name.as_str())];
    let key = key.or_else(|| keyed::key(&parts.into_iter().flatten().collect::<Vec<_>>().join(" / ")))?;
    let component = ComponentRef { key, name, group, region };
    Some(SeenComponent { component, vendor_status, status })
}
