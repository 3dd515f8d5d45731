//! The two pages that know nothing of how things stand: the small form for the token, and "there is nothing here".

use askama::Template;

use crate::web::asset;

/// The form for the token.
#[derive(Template)]
#[template(path = "page/sign_in.html")]
pub struct SignIn {
    organisation: String,
    then: String,
    wrong: &'static str,
    version: &'static str,
}

impl SignIn {
    pub fn new(organisation: String, then: String, wrong: &'static str) -> Self {
        Self { organisation, then, wrong, version: &asset::VERSION }
    }
}

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
