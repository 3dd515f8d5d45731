//! The services: all of them, and one with everything that it needs.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::standing::ServiceRow;
use crate::model::effect::{Cause, Effect};
use crate::model::id::ServiceId;
use crate::model::inventory::{Dependency, Need, On, Service, Without};
use crate::model::text;
use crate::web::fault::{self, Fault};
use crate::web::now::Now;
use crate::web::router::Site;
use crate::web::view::do_first::DoFirst;
use crate::web::view::way::through;
use crate::web::view::{Badge, Frame, Theirs, count, list, tier};

#[derive(Template)]
#[template(path = "page/services.html")]
struct All {
    frame: Frame,
    in_all: String,
    rows: Vec<ServiceRow>,
}

/// All services.
pub async fn all(State(site): State<Arc<Site>>) -> Response {
    match Now::gather(&site.app).await {
        Ok(now) => fault::html(&All {
            frame: Frame::new(&now, "services", "/services", site.app.token.is_some()),
            in_all: count(now.compiled.inventory.services.len(), "service"),
            rows: now.services().into_iter().map(|s| ServiceRow::of(&now, s)).collect(),
        }),
        Err(error) => Fault::from(error).page(),
    }
}

#[derive(Template)]
#[template(path = "page/service.html")]
struct One {
    frame: Frame,
    id: String,
    name: String,
    class: &'static str,
    badge: Badge,
    tier: &'static str,
    place: String,
    owner: String,
    workflow: String,
    bears: Option<String>,
    hurts: Vec<Hurting>,
    unseen: Vec<Theirs>,
    needs: Vec<NeedRow>,
    builds: Vec<(String, String)>,
    todo: DoFirst,
}

struct Hurting {
    link: Option<String>,
    badge: Badge,
    way: Theirs,
}

struct NeedRow {
    link: String,
    on: String,
    parts: Theirs,
    without: &'static str,
    is_one_of: bool,
    measured: &'static str,
}

/// One service.
pub async fn one(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Response {
    let now = match Now::gather(&site.app).await {
        Ok(now) => now,
        Err(error) => return Fault::from(error).page(),
    };
    let service = ServiceId::parse(&id).ok().and_then(|id| now.compiled.graph.service(&id).cloned());
    match service {
        Some(service) => fault::html(&describe(&now, &service, site.app.token.is_some())),
        None => Fault::nothing("There is no such service in the inventory.").page(),
    }
}

fn describe(now: &Now, service: &Service, is_guarded: bool) -> One {
    let row = ServiceRow::of(now, service);
    let state = now.effects.states.get(&service.id).cloned().unwrap_or_default();
    let stands_on = |other: &&Service| {
        let mut all = other.needs.iter().flat_map(Need::dependencies);
        all.any(|d| matches!(&d.on, On::Service(id) if *id == service.id))
    };
    let builds = now.compiled.graph.services().iter().filter(stands_on);
    One {
        frame: Frame::new(now, "service", format!("/services/{}", service.id), is_guarded),
        id: service.id.to_string(),
        name: service.name.clone(),
        class: crate::web::view::class(row.impact),
        badge: row.badge,
        tier: tier(service.tier),
        place: row.place,
        owner: service.owner.clone(),
        workflow: service.workflow.clone(),
        bears: service.bears.and_then(|b| i64::try_from(b.as_secs()).ok()).map(crate::model::clock_text::span),
        hurts: now.hurting(&service.id).into_iter().map(hurting).collect(),
        unseen: state.unseen.iter().map(|why| Theirs::line(why)).collect(),
        needs: service.needs.iter().flat_map(|need| needs(now, need)).collect(),
        builds: builds.map(|s| (s.id.to_string(), s.name.clone())).collect(),
        todo: DoFirst::of(&[service], None, true),
    }
}

fn hurting(effect: &Effect) -> Hurting {
    let link = match &effect.cause {
        Cause::Incident(id) => Some(format!("/incidents/{id}")),
        Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => Some("/sources".to_owned()),
        Cause::Component { .. } => None,
    };
    let way = text::line(&through(&effect.path), 200);
    Hurting { link, badge: Badge::of(effect.impact), way: Theirs::line(&format!("because {way}")) }
}

fn needs(now: &Now, need: &Need) -> Vec<NeedRow> {
    let is_one_of = matches!(need, Need::AnyOf(_));
    need.dependencies().iter().map(|d| need_row(now, d, is_one_of)).collect()
}

fn need_row(now: &Now, dependency: &Dependency, is_one_of: bool) -> NeedRow {
    let (link, on, parts, measured) = match &dependency.on {
        On::Service(id) => (
            format!("/services/{id}"),
            now.compiled.graph.service(id).map_or_else(|| id.to_string(), |s| s.name.clone()),
            String::new(),
            "by what it needs",
        ),
        On::Vendor(selector) => {
            let is_read = now.compiled.speaks_for(&selector.vendor);
            let parts: Vec<&str> = [&selector.components, &selector.ids, &selector.regions]
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect();
            let parts = if parts.is_empty() { "the vendor as a whole".to_owned() } else { list(&parts, 8) };
            let measured = if is_read { "by its source" } else { "by nobody: no source" };
            let name = now.compiled.graph.vendor_name(&selector.vendor).to_owned();
            (format!("/vendors/{}", selector.vendor), name, parts, measured)
        }
    };
    let without = match dependency.without {
        Without::Stops => "stops",
        Without::Degrades => "is degraded",
    };
    NeedRow { link, on, parts: Theirs::line(&parts), without, is_one_of, measured }
}
