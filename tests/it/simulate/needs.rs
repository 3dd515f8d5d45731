//! What must hurt a service, worked out from what the vendors say and what it needs, without the core's own graph: only
//! what is plain, so that nothing that hurts is overlooked.

use bellwether::model::effect::{Cause, Effects};
use bellwether::model::id::SourceId;
use bellwether::model::impact::Impact;
use bellwether::model::incident::{Health, Known, hurts};
use bellwether::model::inventory::{Dependency, Need, On, Selector, Service, Without};
use bellwether::model::snapshot::ComponentRef;
use jiff::Timestamp;

use super::desk::Desk;

/// Whether all hurts that must.
pub fn all_hurt(desk: &Desk, effects: &Effects, now: Timestamp) -> Result<u64, String> {
    let mut checked = 0;
    for service in &desk.organisation.inventory.services {
        for need in &service.needs {
            let Need::One(Dependency { on, without: Without::Stops }) = need else { continue };
            match on {
                On::Vendor(selector) => checked += by_vendor(desk, service, selector, effects, now)?,
                On::Service(under) => {
                    let blind_after = desk.organisation.effect_rules.blind_after;
                    let sees_the_same = blind_after.of(service.tier) == blind_after.of(desk.organisation.tier(under));
                    let below = effects.hurts.iter().filter(|((id, _), _)| sees_the_same && id == under);
                    for ((_, cause), effect) in below {
                        hurts_by(service, cause, Some(effect.impact), effects)?;
                        checked += 1;
                    }
                }
            }
        }
    }
    Ok(checked)
}

fn picks(selector: &Selector, component: &ComponentRef) -> bool {
    let is_meant = |name: &String| name == "*" || name.eq_ignore_ascii_case(&component.name);
    selector.components.is_empty() || selector.components.iter().any(is_meant)
}

fn by_vendor(
    desk: &Desk,
    service: &Service,
    selector: &Selector,
    effects: &Effects,
    now: Timestamp,
) -> Result<u64, String> {
    let mut checked = 0;
    for (source, known) in desk.known.iter().filter(|(source, _)| source.vendor() == selector.vendor) {
        checked += by_reports(service, selector, known, effects)?;
        checked += by_components(service, selector, (source, known), effects)?;
        if is_blind(desk, service, known, now) {
            hurts_by(service, &Cause::Blind(source.clone()), None, effects)?;
            checked += 1;
        }
    }
    Ok(checked)
}

fn by_reports(service: &Service, selector: &Selector, known: &Known, effects: &Effects) -> Result<u64, String> {
    let mut checked = 0;
    for report in known.reports.values().filter(|r| r.standing.is_open() && !r.old && hurts(r.seen.phase)) {
        let named = &report.seen.components;
        let picked: Vec<&ComponentRef> = named.iter().filter(|component| picks(selector, component)).collect();
        if !named.is_empty() && picked.is_empty() {
            continue;
        }
        let own = |component: &&ComponentRef| known.components.get(&component.key).map(|known| known.status);
        let unwell = |status: &Impact| status.rung().is_some_and(|rung| rung > 0);
        let own = picked.iter().filter_map(own).filter(unwell).max_by_key(|status| status.rung());
        // What the vendor set back while the incident goes on is on its way to be well.
        let is_back = |component: &&ComponentRef| report.recovered.contains_key(&component.key);
        let are_back = !picked.is_empty() && picked.iter().all(is_back);
        let whole = report.seen.impact;
        let impact = own.unwrap_or(if are_back { whole.capped_at(Impact::Degraded) } else { whole });
        hurts_by(service, &Cause::Incident(report.incident.clone()), Some(impact), effects)?;
        checked += 1;
    }
    Ok(checked)
}

fn by_components(
    service: &Service,
    selector: &Selector,
    (source, known): (&SourceId, &Known),
    effects: &Effects,
) -> Result<u64, String> {
    let mut checked = 0;
    let is_picked = |c: &&bellwether::model::incident::Component| picks(selector, &c.component);
    for component in known.components.values().filter(is_picked).filter(|_| !selector.components.is_empty()) {
        let key = &component.component.key;
        let names = |r: &&bellwether::model::incident::Report| {
            r.standing.is_open() && hurts(r.seen.phase) && r.seen.components.iter().any(|named| named.key == *key)
        };
        if component.status.rung().is_none_or(|rung| rung == 0) || known.reports.values().any(|r| names(&r)) {
            continue;
        }
        let cause = Cause::Component { source: source.clone(), key: key.clone() };
        hurts_by(service, &cause, Some(component.status), effects)?;
        checked += 1;
    }
    Ok(checked)
}

/// Whether a source has been blind for as long as the tier of the service bears.
fn is_blind(desk: &Desk, service: &Service, known: &Known, now: Timestamp) -> bool {
    let Health::Unreadable { since, .. } = known.health else { return false };
    let since = desk.online_again.map_or(since, |again| again.max(since));
    let after = desk.organisation.effect_rules.blind_after.of(service.tier);
    desk.offline_since.is_none() && now.duration_since(since) >= after
}

fn hurts_by(service: &Service, cause: &Cause, least: Option<Impact>, effects: &Effects) -> Result<(), String> {
    let Some(effect) = effects.hurts.get(&(service.id.clone(), cause.clone())) else {
        return Err(format!("{} is not taken to be hurt by {cause}", service.id));
    };
    match least {
        Some(least) if effect.impact.rung() < least.rung() => {
            Err(format!("{} is hurt by {cause}: {least}, and taken to be {}", service.id, effect.impact))
        }
        _ => Ok(()),
    }
}
