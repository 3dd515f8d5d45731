//! How the services stand, and what nobody knows of them.

use crate::model::impact::Impact;
use crate::model::inventory::{On, Service};
use crate::web::now::Now;
use crate::web::view::way::{place, through};
use crate::web::view::{Badge, Theirs, When, list, tier};

/// Reasons that a row spells out.
const REASONS: usize = 2;

/// A row of the table of services.
pub struct ServiceRow {
    pub id: String,
    pub name: String,
    pub tier: &'static str,
    pub place: String,
    pub badge: Badge,
    pub impact: Impact,
    /// What hurts it, and by which way.
    pub path: Vec<Theirs>,
    /// The vendors whose sources speak for it.
    pub measured: String,
    /// The oldest of the last good looks at them.
    pub read: Option<When>,
    pub unseen: Vec<Theirs>,
    pub more_unseen: usize,
}

impl ServiceRow {
    pub fn of(now: &Now, service: &Service) -> Self {
        let state = now.effects.states.get(&service.id).cloned().unwrap_or_default();
        // A service that needs nothing is seen by nobody.
        let impact = if service.needs.is_empty() { Impact::Unknown } else { state.shown() };
        let word = match (impact, state.worst) {
            (Impact::Unknown, _) => "Not known".to_owned(),
            (impact, Some(_)) if !state.unseen.is_empty() => {
                format!("{}, and {} unseen", impact.label(), state.unseen.len())
            }
            (impact, _) => impact.label().to_owned(),
        };
        let hurting = now.hurting(&service.id);
        let known = hurting.iter().filter(|e| e.cause.source().is_none() || e.impact != Impact::Unknown);
        let mut unseen = state.unseen.clone();
        if service.needs.is_empty() {
            unseen.push("the inventory names nothing that it needs".to_owned());
        }
        let (measured, read) = measured(now, service);
        Self {
            id: service.id.to_string(),
            name: service.name.clone(),
            tier: tier(service.tier),
            place: place(&now.compiled.inventory, service),
            badge: Badge::saying(impact, word),
            impact,
            path: known.map(|e| Theirs::line(&format!("because {}", through(&e.path)))).take(3).collect(),
            measured,
            read,
            more_unseen: unseen.len().saturating_sub(REASONS),
            unseen: unseen.iter().take(REASONS).map(|why| Theirs::line(why)).collect(),
        }
    }
}

/// The vendors that speak for a service, by itself or through those it builds on, and the oldest of their looks.
fn measured(now: &Now, service: &Service) -> (String, Option<When>) {
    let (mut names, mut oldest) = (Vec::new(), None);
    let mut waiting = vec![service];
    let mut visited = Vec::new();
    while let Some(service) = waiting.pop() {
        if visited.contains(&&service.id) {
            continue;
        }
        visited.push(&service.id);
        for dependency in service.needs.iter().flat_map(|n| n.dependencies()) {
            match &dependency.on {
                On::Service(id) => waiting.extend(now.compiled.graph.service(id)),
                On::Vendor(selector) => {
                    let sources = now.compiled.sources.keys().filter(|id| now.compiled.graph.speaks(id, selector));
                    let good = sources.filter_map(|id| now.scene.marks.get(id)?.last_good).min();
                    let name = now.compiled.graph.vendor_name(&selector.vendor);
                    if let Some(good) = good
                        && !names.contains(&name)
                    {
                        names.push(name);
                        oldest = Some(oldest.map_or(good, |o: jiff::Timestamp| o.min(good)));
                    }
                }
            }
        }
    }
    (list(&names, 4), oldest.map(|at| When::age_of(now, at)))
}
