//! What stands round the pages on which something is filled in. They have no script and are never read again by
//! themselves: nothing is taken away from under somebody who types.

use jiff::Timestamp;

use super::corner::Corner;
use crate::model::clock_text::Times;
use crate::web::router::Site;
use crate::web::who::Viewer;
use crate::web::{asset, view};

/// The frame of such a page.
pub struct Shell {
    pub organisation: String,
    pub version: &'static str,
    pub is_drill: bool,
    pub corner: Corner,
    pub form: String,
    times: Times,
}

impl Shell {
    pub fn new(site: &Site, viewer: &Viewer, path: &str) -> Self {
        let compiled = site.app.compiled();
        Self {
            organisation: compiled.organisation.clone(),
            version: &asset::VERSION,
            is_drill: compiled.is_drill,
            corner: Corner::new(viewer, path, false),
            form: viewer.form.clone().unwrap_or_default(),
            times: Times::new(&compiled.time_zone, site.app.now()),
        }
    }

    /// A moment: local time, then UTC.
    pub fn when(&self, at: Timestamp) -> view::When {
        view::When {
            iso: crate::model::published::time(at),
            local: self.times.local(at),
            utc: self.times.utc(at).unwrap_or_default(),
            age: String::new(),
            is_certain: true,
        }
    }
}
