//! The shape of a body, whatever its format: JSON, XML or HTML.
//!
//! It is taken in one pass and bounded everywhere: the document may be hostile. It never says what a document means, and
//! a body of which it can make nothing has no shape.

mod json;
mod markup;

use super::{Body, document};
use crate::model::shape::Shape;

/// What is larger is not compared: reading it twice would cost more than its shape is worth.
const LONGEST: usize = 4 * 1024 * 1024;

/// The shape of a body; `None` for one that was refused, is too large, or is neither JSON nor markup.
#[must_use]
pub fn shape(body: &Body) -> Option<Shape> {
    if body.bytes.len() > LONGEST {
        return None;
    }
    let text = document::text(body).ok()?;
    let text = text.trim_start();
    let shape = match text.chars().next()? {
        '{' | '[' => json::shape(&serde_json::from_str(text).ok()?),
        '<' if is_xml(text) => markup::xml(text),
        '<' => markup::html(text),
        _ => return None,
    };
    Some(shape).filter(|shape| !shape.places.is_empty())
}

fn is_xml(text: &str) -> bool {
    let head = text.get(..text.floor_char_boundary(1024)).unwrap_or(text).to_ascii_lowercase();
    let is_html = head.contains("<!doctype html") || head.contains("<html");
    !is_html && ["<?xml", "<rss", "<feed", "<rdf:rdf"].iter().any(|begin| head.starts_with(begin))
}
