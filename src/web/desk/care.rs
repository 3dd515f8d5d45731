//! Taking care of an incident by the link in a message, for who is not signed in. Looking changes nothing, since what
//! scans mails looks at every link; only the button does. The link opens this and nothing else, for one incident and one
//! receiver, until its time is over.

use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use super::fields::Fields;
use super::posted::are_equal;
use super::shell::Shell;
use super::{announce, go};
use crate::model::account::Name;
use crate::model::audit::By;
use crate::model::id::{IncidentId, ReceiverId};
use crate::model::own;
use crate::pipeline::acknowledge::acknowledge;
use crate::pipeline::hand::NotTaken;
use crate::pipeline::settle::Happened;
use crate::web::fault::{self, Fault};
use crate::web::now::Now;
use crate::web::router::Site;
use crate::web::view::card::sentence;
use crate::web::view::{Theirs, When};
use crate::web::who::{May, Viewer, Way};

/// Said of every link that opens nothing, whatever is wrong with it.
const NO_LONGER: &str = "This link is not good, or not any more: it holds for a week. Sign in, and open the incident.";

/// Which incident, for whom, until when, and what proves it.
type Link = (String, String, i64, String);

#[derive(Template)]
#[template(path = "desk/care.html")]
struct Page {
    shell: Shell,
    id: String,
    heading: String,
    vendor: String,
    title: Theirs,
    receiver: String,
    is_open: bool,
    acknowledged: Option<(String, When)>,
    /// Where the button leads.
    action: String,
    /// Somebody who is signed in and may act does it under his own name.
    is_person: bool,
}

/// The incident and the receiver of a link that holds.
fn opened(site: &Site, link: &Link) -> Result<(IncidentId, ReceiverId), Fault> {
    let (incident, receiver, ends, seal) = link;
    let no = || Fault::new(StatusCode::GONE, NO_LONGER);
    let (incident, receiver) = (IncidentId(incident.clone()), ReceiverId::parse(receiver).map_err(|_| no())?);
    let compiled = site.app.compiled();
    // Whoever is told no more has no say either.
    let is_known = !own::is_receiver(&receiver) && compiled.rules.receivers().contains_key(&receiver);
    let is_good = is_known && are_equal(seal, &compiled.ids.seal(&incident, &receiver, *ends));
    if is_good && site.app.now().as_second() < *ends { Ok((incident, receiver)) } else { Err(no()) }
}

/// Where it leads. Each part is one that we made ourselves, so none can lead elsewhere.
fn address((incident, receiver, ends, seal): &Link) -> String {
    format!("/acknowledge/{incident}/{receiver}/{ends}/{seal}")
}

/// What the link is about, and a button.
pub async fn page(State(site): State<Arc<Site>>, Path(link): Path<Link>) -> Response {
    match gather(&site, &link).await {
        Ok(page) => fault::html(&page),
        Err(fault) => fault.page(),
    }
}

async fn gather(site: &Site, link: &Link) -> Result<Page, Fault> {
    let (incident, receiver) = opened(site, link)?;
    let gone = || Fault::new(StatusCode::GONE, "This incident is over for so long that nothing of it is kept.");
    let story = site.app.store.story(&incident.0).await?.ok_or_else(gone)?;
    let report = story.reports.first().ok_or_else(gone)?;
    let now = Now::gather(&site.app).await?;
    let viewer = Viewer::now();
    let troubles = now.troubles();
    let trouble = troubles.iter().find(|t| t.report.is_some_and(|r| r.incident == report.incident));
    let hurt = trouble.and_then(|t| t.hurts.first()).map(|(lead, effect)| sentence(&now, lead, effect.impact));
    let is_person = viewer.way == Way::Session && viewer.may >= May::Act;
    let shell = Shell::new(site, &viewer, &format!("/incidents/{}", report.incident));
    let acknowledged = now.scene.acknowledged.get(&report.incident);
    Ok(Page {
        id: report.incident.to_string(),
        heading: hurt.unwrap_or_else(|| "Nothing of ours is hurt by it".to_owned()),
        vendor: now.compiled.vendor_name(&report.source.vendor()),
        title: Theirs::line(&report.seen.title),
        receiver: receiver.to_string(),
        is_open: report.standing.is_open(),
        acknowledged: acknowledged.map(|one| (one.who.clone(), shell.when(one.at))),
        action: if is_person { format!("/incidents/{}/acknowledge", report.incident) } else { address(link) },
        is_person,
        shell,
    })
}

/// Takes care of it, or lets go of it: the link itself is what allows it.
pub async fn post(State(site): State<Arc<Site>>, Path(link): Path<Link>, headers: HeaderMap, body: Bytes) -> Response {
    let (incident, receiver) = match opened(&site, &link) {
        Ok(opened) => opened,
        Err(fault) => return fault.page(),
    };
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some("application/x-www-form-urlencoded") {
        return Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "This address takes a form.").page();
    }
    let mut fields = Fields::of_form(&body);
    let is_taken = fields.take("undo").is_empty();
    // Who it is nobody has proved, so the way stands beside the name.
    let who = match Name::parse(&fields.take("name")) {
        Ok(name) => format!("{name} (by the link to {receiver})"),
        Err(_) => format!("{receiver} (by the link in a message)"),
    };
    let by = By { who, origin: Viewer::now().origin };
    match acknowledge(&site.app.store, &incident, is_taken, &by, site.app.now()).await {
        Ok(is_news) => {
            if is_news {
                announce(&site.app, Happened::default()).await;
            }
            go(&address(&link))
        }
        // Its end came before the button was pressed: the page says so.
        Err(NotTaken::Senseless(_)) => go(&address(&link)),
        Err(NotTaken::Store(error)) => Fault::from(error).page(),
    }
}
