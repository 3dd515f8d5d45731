//! The hidden elements of the page that hold JSON.
//!
//! Parsing nested HTML takes the square of its depth: 256 KB of nested lists took 47 seconds. So the page is never
//! parsed as a whole. An element is cut out by its marker, counted, and only then parsed.

use scraper::{Html, Selector};

use crate::model::snapshot::Unreadable;

/// More markup inside an element than any JSON has; parsed before anything can take long.
const MOST_TAGS: usize = 400;
/// How often a marker is looked for: scripts and styles of the page may name it too.
const MOST_TRIES: usize = 20;
/// How far before its marker an opening tag may begin.
const LONGEST_TAG: usize = 500;

/// Where the page keeps a list, by the name that it has now and the ending of the id that it had in 2024.
#[derive(Debug, Clone, Copy)]
pub struct Marker {
    /// `data-id`, since 2025 at the latest.
    pub now: &'static str,
    /// The end of `id`, before.
    pub before: &'static str,
}

/// The text of the element that bears the marker; `None` where there is none.
///
/// # Errors
/// [`Unreadable`] where it does not end, or holds more markup than data has.
pub fn element(html: &str, marker: Marker) -> Result<Option<String>, Unreadable> {
    let Marker { now, before } = marker;
    for mark in [format!("data-id=\"{now}\""), format!("data-id='{now}'"), format!("{before}\""), format!("{before}'")]
    {
        for (at, _) in html.match_indices(&mark).take(MOST_TRIES) {
            if let Some(found) = around(html, at)
                && let Some(text) = parsed(found?, marker)
            {
                return Ok(Some(text));
            }
        }
    }
    Ok(None)
}

/// The element whose opening tag the marker stands in, from `<` to its end.
fn around(html: &str, at: usize) -> Option<Result<&str, Unreadable>> {
    let near = html.floor_char_boundary(at.saturating_sub(LONGEST_TAG));
    let from = near + html.get(near..at)?.rfind('<')?;
    let tag = html.get(from + 1..at)?;
    if tag.contains('>') || !tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
    let end = format!("</{name}>");
    let Some(length) = html.get(from..)?.find(&end) else {
        return Some(Err(Unreadable::CutShort(format!("the page holds no end of its <{name}> of data"))));
    };
    let element = html.get(from..from + length + end.len())?;
    if element.bytes().filter(|b| *b == b'<').nth(MOST_TAGS).is_some() {
        return Some(Err(Unreadable::Unexpected(format!("more than {MOST_TAGS} tags where the page keeps its data"))));
    }
    Some(Ok(element))
}

fn parsed(element: &str, marker: Marker) -> Option<String> {
    let fragment = Html::parse_fragment(element);
    let selector = format!("[data-id=\"{}\"], [id$=\"{}\"]", marker.now, marker.before);
    let selector = Selector::parse(&selector).ok()?;
    Some(fragment.select(&selector).next()?.text().collect())
}
