//! What every page needs beside its words: two style sheets, one script, one icon. All are in the binary.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use super::fault::Fault;
use crate::model::hash;

#[derive(RustEmbed)]
#[folder = "assets/"]
#[include = "*.css"]
#[include = "*.js"]
#[include = "*.svg"]
struct Assets;

/// Changes with any of them, so that a browser may keep each for ever.
pub static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Assets::iter().collect();
    names.sort();
    let all: Vec<u8> = names.iter().filter_map(|name| Assets::get(name)).flat_map(|f| f.data.into_owned()).collect();
    hash::of(&all).chars().take(8).collect()
});

/// One of them.
pub async fn asset(Path(name): Path<String>) -> Response {
    let Some(file) = Assets::get(&name) else {
        return Fault::new(StatusCode::NOT_FOUND, "There is nothing at this address.").page();
    };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let forever = "public, max-age=31536000, immutable";
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, forever)], file.data.into_owned()).into_response()
}
