//! Joining a vendor's later post to what was opened by hand, and parting them again.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::posted::Posted;
use super::shell::Shell;
use super::{announce, go};
use crate::model::id::IncidentId;
use crate::model::incident::Report;
use crate::model::phase::Kind;
use crate::pipeline::hand::NotTaken;
use crate::pipeline::join;
use crate::pipeline::settle::Happened;
use crate::store::feed::Wanted;
use crate::web::fault::{self, Fault};
use crate::web::router::Site;
use crate::web::view::{Badge, Theirs, When};
use crate::web::who::Viewer;

/// Open incidents of a vendor that are looked at.
const MOST: i64 = 200;

struct Row {
    /// The incident that it is by itself.
    id: String,
    title: Theirs,
    source: String,
    badge: Badge,
    first: When,
    /// Who joined it.
    joined: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/join.html")]
struct Page {
    shell: Shell,
    id: String,
    title: Theirs,
    vendor: String,
    joined: Vec<Row>,
    others: Vec<Row>,
}

/// What can be joined, and what was.
pub async fn page(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Response {
    match gather(&site, &id).await {
        Ok(page) => fault::html(&page),
        Err(fault) => fault.page(),
    }
}

async fn gather(site: &Site, id: &str) -> Result<Page, Fault> {
    let nothing = || Fault::nothing("There is no such incident.");
    let story = site.app.store.story(id).await?.ok_or_else(nothing)?;
    let ours = story.reports.iter().find(|r| r.source.is_by_hand()).ok_or_else(|| {
        Fault::new(
            StatusCode::CONFLICT,
            "A vendor’s report is joined to an incident that was opened by hand; this one was not.",
        )
    })?;
    let shell = Shell::new(site, &Viewer::now(), &format!("/incidents/{}/join", ours.incident));
    let vendor = ours.source.vendor();
    let joints = site.app.store.joints(&ours.incident).await?;
    let own = |r: &Report| joints.iter().find(|j| j.source == r.source && j.key == r.seen.key);
    let joined = story.reports.iter().filter_map(|r| {
        let joint = own(r)?;
        Some(row(&shell, r, &joint.own, Some(format!("{}, {}", joint.by.who, shell.when(joint.by.at).local))))
    });
    let wanted = Wanted { open_only: true, vendor: Some(vendor.as_str()), service: None, limit: MOST };
    let open = site.app.store.incidents(&wanted).await?;
    let others = open.iter().filter(|r| can_be_joined(r)).map(|r| row(&shell, r, &r.incident, None));
    Ok(Page {
        id: ours.incident.to_string(),
        title: Theirs::line(&ours.seen.title),
        vendor: site.app.compiled().vendor_name(&vendor),
        joined: joined.collect(),
        others: others.filter(|row| row.id != ours.incident.0).collect(),
        shell,
    })
}

/// Whether a report is one that can be joined to what was opened by hand for its vendor.
pub fn can_be_joined(report: &Report) -> bool {
    report.standing.is_open() && !report.source.is_by_hand() && report.seen.kind == Kind::Incident
}

fn row(shell: &Shell, report: &Report, own: &IncidentId, joined: Option<String>) -> Row {
    Row {
        id: own.to_string(),
        title: Theirs::line(&report.seen.title),
        source: report.source.to_string(),
        badge: Badge::of(report.seen.impact),
        first: shell.when(report.first_seen),
        joined,
    }
}

/// Joins.
pub async fn post_join(State(site): State<Arc<Site>>, Path(id): Path<String>, mut posted: Posted) -> Response {
    let (incident, report) = (IncidentId(id), IncidentId(posted.fields.take("report")));
    let (compiled, by, now) = (site.app.compiled(), posted.viewer.by(), site.app.now());
    done(&site, &incident, join::join(&site.app.store, &compiled, &incident, &report, &by, now).await).await
}

/// Parts.
pub async fn post_part(State(site): State<Arc<Site>>, Path(id): Path<String>, mut posted: Posted) -> Response {
    let (incident, report) = (IncidentId(id), IncidentId(posted.fields.take("report")));
    let (compiled, by, now) = (site.app.compiled(), posted.viewer.by(), site.app.now());
    done(&site, &incident, join::part(&site.app.store, &compiled, &incident, &report, &by, now).await).await
}

async fn done(site: &Site, incident: &IncidentId, came: Result<Happened, NotTaken>) -> Response {
    match came {
        Ok(happened) => {
            announce(&site.app, happened).await;
            go(&format!("/incidents/{incident}"))
        }
        Err(why) => Fault::from(why).page(),
    }
}
