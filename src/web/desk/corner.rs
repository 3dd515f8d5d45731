//! The corner of every page: who is signed in, and what he may do from anywhere.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::who::{May, Viewer, Way};

/// Who is signed in.
#[derive(Debug, Clone, Template)]
#[template(path = "desk/corner.html")]
pub struct Corner {
    name: String,
    can_act: bool,
    can_govern: bool,
    can_sign_out: bool,
    form: String,
    /// Where to come back to.
    then: String,
}

impl HtmlSafe for Corner {}

impl Corner {
    pub fn new(viewer: &Viewer, path: &str, is_guarded: bool) -> Self {
        let is_person = viewer.way == Way::Session;
        Self {
            name: if is_person { viewer.name.clone() } else { String::new() },
            can_act: is_person && viewer.may >= May::Act,
            can_govern: is_person && viewer.may >= May::Govern,
            can_sign_out: is_person || is_guarded && viewer.way == Way::Shared,
            form: viewer.form.clone().unwrap_or_default(),
            then: url::form_urlencoded::byte_serialize(path.as_bytes()).collect(),
        }
    }
}
