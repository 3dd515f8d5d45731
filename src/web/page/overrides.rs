//! What somebody has set by hand against a vendor's word: what holds, of what it speaks, and what is over.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::model::effect::Cause;
use crate::model::overrides::{Gone, Known, Override};
use crate::store::StoreError;
use crate::web::by_hand;
use crate::web::fault::{self, Fault};
use crate::web::now::Now;
use crate::web::router::Site;
use crate::web::view::{Frame, Theirs, When};
use crate::web::who::{May, Viewer, Way};

/// Overrides that are over.
const OVER: i64 = 20;

#[derive(Template)]
#[template(path = "page/overrides.html")]
struct Overrides {
    frame: Frame,
    holding: Vec<Row>,
    over: Vec<Row>,
    can_act: bool,
    form: String,
}

struct Row {
    id: String,
    of: Theirs,
    impact: &'static str,
    author: String,
    reason: Theirs,
    from: When,
    until: When,
    until_change: bool,
    /// How it ended.
    why: &'static str,
    /// Of what it speaks: where that leads, what it is, how bad it was, and whether it speaks of it no longer.
    known: Vec<(Option<String>, Theirs, String)>,
}

/// The page.
pub async fn page(State(site): State<Arc<Site>>) -> Response {
    match gather(&site).await {
        Ok(page) => fault::html(&page),
        Err(error) => Fault::from(error).page(),
    }
}

async fn gather(site: &Site) -> Result<Overrides, StoreError> {
    let now = Now::gather(&site.app).await?;
    let over = site.app.store.overrides_over(now.at, OVER).await?;
    let viewer = Viewer::now();
    Ok(Overrides {
        frame: Frame::new(&now, "overrides", "/overrides", site.app.token.is_some()),
        holding: by_hand::holding(&now).into_iter().map(|one| row(&now, one)).collect(),
        over: over.iter().map(|one| row(&now, one)).collect(),
        can_act: viewer.way == Way::Session && viewer.may >= May::Act,
        form: viewer.form.unwrap_or_default(),
    })
}

fn row(now: &Now, one: &Override) -> Row {
    let end = one.ended.map_or(one.until, |ended| ended.at);
    Row {
        id: one.id.clone(),
        of: Theirs::line(&one.of.to_string()),
        impact: one.impact.label(),
        author: one.author.clone(),
        reason: Theirs { words: crate::model::text::line(&one.reason, 400) },
        from: When::without_age(now, one.from),
        until: When::of(now, end),
        until_change: one.until_change,
        why: one.ended.map_or("", |ended| ended.how.why()),
        known: one.known.iter().map(known).collect(),
    }
}

fn known(one: &Known) -> (Option<String>, Theirs, String) {
    let link = match &one.cause {
        Cause::Incident(id) => Some(format!("/incidents/{id}")),
        Cause::Component { .. } | Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => None,
    };
    let part = one.component.as_ref().filter(|name| **name != one.title);
    let title = part.map_or_else(|| one.title.clone(), |name| format!("{}: {name}", one.title));
    let then = one.impact.label().to_lowercase();
    let note = match one.gone {
        None => format!("was {then}"),
        Some(Gone::Over) => format!("was {then}; over"),
        Some(Gone::Worse) => format!("was {then}; worse now, so it counts by the vendor’s word"),
    };
    (link, Theirs::line(&title), note)
}
