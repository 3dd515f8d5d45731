//! What is silenced, for programs.

use jiff::Timestamp;
use serde::Serialize;

use crate::model::published::time;
use crate::model::silence::{Matcher, Silence};
use crate::web::fault::Fault;
use crate::web::router::Site;

/// Silences that are over.
const OVER: i64 = 100;

/// The answer.
#[derive(Serialize)]
pub struct Silences {
    version: u32,
    silences: Vec<SilenceShape>,
}

/// One of them.
#[derive(Serialize)]
pub struct SilenceShape {
    id: String,
    about: Matcher,
    author: String,
    reason: String,
    from: String,
    until: String,
    holds: bool,
}

impl SilenceShape {
    pub fn of(silence: &Silence, now: Timestamp) -> Self {
        Self {
            id: silence.id.clone(),
            about: silence.about.clone(),
            author: silence.author.clone(),
            reason: silence.reason.clone(),
            from: time(silence.from),
            until: time(silence.until),
            holds: silence.holds(now),
        }
    }
}

/// Those that hold, and with `all` the newest of those that are over.
pub async fn silences(site: &Site, all: bool) -> Result<Silences, Fault> {
    let now = site.app.now();
    let mut silences = site.app.store.silences(now).await?;
    if all {
        silences.extend(site.app.store.silences_over(now, OVER).await?);
    }
    Ok(Silences { version: 1, silences: silences.iter().map(|silence| SilenceShape::of(silence, now)).collect() })
}
