//! The page that knows nothing of how things stand: "there is nothing here".

use askama::Template;

use crate::web::asset;

/// What is answered where nothing is, or nothing could be made.
#[derive(Template)]
#[template(path = "page/gone.html")]
pub struct Gone {
    what: String,
    version: &'static str,
}

impl Gone {
    pub fn new(what: String) -> Self {
        Self { what, version: &asset::VERSION }
    }
}
