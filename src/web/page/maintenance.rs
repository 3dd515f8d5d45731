//! Maintenance: what runs and whether past its end, what lies ahead by day, what ended lately; whom of ours each hurts.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::SignedDuration;

use super::planned::{Day, Past, Work, days, works};
use crate::store::StoreError;
use crate::web::fault::{self, Fault};
use crate::web::now::Now;
use crate::web::router::Site;
use crate::web::view::Frame;

/// Days that stand open; those after them are folded.
const NEAR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How far ahead days are shown.
const AHEAD: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long what ended stays.
const LATELY: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The most rows of what runs, and of what ended.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "page/maintenance.html")]
struct Maintenance {
    frame: Frame,
    title: String,
    running: Vec<Work>,
    running_others: Vec<Work>,
    running_in_all: usize,
    near: Vec<Day>,
    near_in_all: usize,
    far: Vec<Day>,
    far_in_all: usize,
    beyond: usize,
    past: Vec<Past>,
    past_in_all: usize,
}

/// The page.
pub async fn page(State(site): State<Arc<Site>>) -> Response {
    let gathered = async {
        let now = Now::gather(&site.app).await?;
        let limit = i64::try_from(ROWS * 10).unwrap_or(i64::MAX);
        let past = site.app.store.ended_maintenances(now.at - LATELY, limit).await?;
        Ok::<_, StoreError>((now, past))
    };
    match gathered.await {
        Ok((now, past)) => {
            let mut past: Vec<Past> = past.iter().filter_map(|(r, hurt)| Past::of(&now, r, hurt)).collect();
            // What was ours is looked for first.
            past.sort_by_key(|p| p.services == "none");
            fault::html(&maintenance(&now, past, site.app.token.is_some()))
        }
        Err(error) => Fault::from(error).page(),
    }
}

fn maintenance(now: &Now, mut past: Vec<Past>, is_guarded: bool) -> Maintenance {
    let (running, ahead) = works(now);
    let overrun = running.iter().filter(|work| work.is_overrun).count();
    let ours = ahead.iter().filter(|w| !w.hurts.is_empty() && w.is_within(now, AHEAD)).count();
    let title = format!(
        "Maintenance: {}{}, {} ahead that {} ours",
        if running.is_empty() { "none running".to_owned() } else { format!("{} running", running.len()) },
        if overrun > 0 { format!(" ({overrun} past the planned end)") } else { String::new() },
        if ours == 0 { "none".to_owned() } else { ours.to_string() },
        if ours == 1 { "hurts" } else { "hurt" },
    );
    let running_in_all = running.len();
    let (mut running, mut running_others): (Vec<_>, Vec<_>) = running.into_iter().partition(|w| !w.hurts.is_empty());
    running.truncate(ROWS);
    running_others.truncate(ROWS);
    let (within, beyond): (Vec<_>, Vec<_>) = ahead.into_iter().partition(|work| work.is_within(now, AHEAD));
    let (near, far): (Vec<_>, Vec<_>) = within.into_iter().partition(|work| work.is_within(now, NEAR));
    let past_in_all = past.len();
    past.truncate(ROWS);
    Maintenance {
        frame: Frame::new(now, "maintenance", "/maintenance", is_guarded),
        title,
        running,
        running_others,
        running_in_all,
        near_in_all: near.len(),
        near: days(now, near),
        far_in_all: far.len(),
        far: days(now, far),
        beyond: beyond.len(),
        past,
        past_in_all,
    }
}
