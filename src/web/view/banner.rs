//! What every page says above everything else where Bellwether itself is not as it should be.

use super::When;
use crate::web::now::Now;

/// Lines that a banner spells out.
const LINES: usize = 6;

/// One thing that is not as it should be with Bellwether itself.
#[derive(Debug, Clone)]
pub struct Banner {
    /// What it is.
    pub what: &'static str,
    /// Since when.
    pub since: Option<When>,
    /// What holds meanwhile, and what to do.
    pub then: String,
    /// Word by word.
    pub lines: Vec<String>,
    /// Whether somebody must do something.
    pub is_alarm: bool,
}

/// All there are at this moment.
pub fn banners(now: &Now) -> Vec<Banner> {
    let configuration = &now.condition.configuration;
    let mut banners = Vec::new();
    if !configuration.is_as_it_lies() {
        let mut lines: Vec<String> =
            configuration.refused.iter().take(LINES).map(|refusal| refusal.message.clone()).collect();
        let more = configuration.refused.len().saturating_sub(LINES);
        if more > 0 {
            lines.push(format!("and {more} more: bellwether check"));
        }
        banners.push(Banner {
            what: "The changed configuration is refused",
            since: configuration.refused_since.map(|at| When::of(now, at)),
            then: "What held before goes on; mend the file, and it is taken up by itself.".to_owned(),
            lines,
            is_alarm: true,
        });
    }
    if !configuration.after_restart.is_empty() {
        banners.push(Banner {
            what: "Changed, and holds after a restart only",
            since: None,
            then: String::new(),
            lines: configuration.after_restart.clone(),
            is_alarm: false,
        });
    }
    let withheld = now.condition.audited.as_ref().map(|audited| audited.wrong.clone()).unwrap_or_default();
    let is_watched = now.condition.heartbeat.is_some();
    if !withheld.is_empty() {
        banners.push(Banner {
            what: "Bellwether itself is not well",
            since: None,
            then: if is_watched {
                "The watch outside is not called until it is.".to_owned()
            } else {
                "No watch outside is configured ([heartbeat]), so nobody else is told.".to_owned()
            },
            lines: withheld,
            is_alarm: true,
        });
    }
    banners
}
