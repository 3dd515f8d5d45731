//! The shapes of services and their states.

use serde::Serialize;

use super::VERSION;
use crate::model::effect::Effect;
use crate::model::impact::Impact;
use crate::model::inventory::Tier;
use crate::model::published::time;
use crate::web::now::Now;

#[derive(Serialize)]
pub struct Services {
    version: u32,
    at: String,
    services: Vec<ServiceShape>,
}

#[derive(Serialize)]
pub struct ServiceShape {
    id: String,
    name: String,
    tier: Tier,
    owner: String,
    /// The organisation's own sentence about it, for how badly it is hurt now.
    say: Option<String>,
    sites: Vec<String>,
    /// What is shown: unknown is never operational.
    shown: Impact,
    worst: Option<Impact>,
    unseen: Vec<String>,
    hurts: Vec<HurtBy>,
}

#[derive(Serialize)]
pub struct HurtBy {
    cause: String,
    impact: Impact,
    overrun: bool,
    path: Vec<String>,
}

/// The services and their states.
pub fn services(now: &Now) -> Services {
    let shape = |service: &crate::model::inventory::Service| {
        let state = now.effects.states.get(&service.id).cloned().unwrap_or_default();
        let shown = if service.needs.is_empty() { Impact::Unknown } else { state.shown() };
        let say = if shown == Impact::Operational { None } else { service.say.when(shown) };
        let by = |e: &Effect| HurtBy {
            cause: e.cause.to_string(),
            impact: e.impact,
            overrun: e.overrun,
            path: e.path.clone(),
        };
        ServiceShape {
            id: service.id.to_string(),
            name: service.name.clone(),
            tier: service.tier,
            owner: service.owner.clone(),
            sites: service.sites.iter().map(ToString::to_string).collect(),
            say: say.map(str::to_owned),
            shown,
            worst: state.worst,
            unseen: state.unseen,
            hurts: now.hurting(&service.id).into_iter().map(by).collect(),
        }
    };
    Services { version: VERSION, at: time(now.at), services: now.services().into_iter().map(shape).collect() }
}
