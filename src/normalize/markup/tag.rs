//! Opening tags and their attributes.

use super::resolved;

/// The longest tag that is looked at. Anything longer is no tag of a status page's head.
const LONGEST_TAG: usize = 4096;

/// One opening tag.
#[derive(Debug, Clone, Copy)]
pub struct Tag<'a> {
    attributes: &'a str,
    /// What stands behind it.
    pub after: &'a str,
}

/// The opening tags of that name (lower case), in order.
pub fn tags<'a>(html: &'a str, name: &'a str) -> impl Iterator<Item = Tag<'a>> {
    html.match_indices('<').filter_map(move |(at, _)| {
        let rest = html.get(at + 1..)?;
        let inner = rest
            .get(name.len()..)
            .filter(|_| rest.as_bytes().get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes())))?;
        inner.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/').then_some(())?;
        let end = end_of_tag(inner)?;
        Some(Tag { attributes: inner.get(..end)?, after: inner.get(end + 1..)? })
    })
}

/// Where the `>` stands that ends the tag, which may stand in a quoted value too.
fn end_of_tag(inner: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in inner.bytes().enumerate().take(LONGEST_TAG) {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            (None | Some(_), _) => {}
        }
    }
    None
}

impl Tag<'_> {
    /// The value of an attribute (its name in lower case), its entities resolved.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes.trim_start();
        while !rest.is_empty() {
            let (key, after) = rest.split_at(rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len()));
            let (value, after) = match after.trim_start().strip_prefix('=') {
                Some(value) => value_of(value.trim_start()),
                None => ("", after),
            };
            if key.eq_ignore_ascii_case(name) {
                return Some(resolved(value));
            }
            rest = after.trim_start();
            if key.is_empty() && value.is_empty() {
                rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
            }
        }
        None
    }
}

/// A value and what stands behind it.
fn value_of(text: &str) -> (&str, &str) {
    match text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        Some(quote) => text.get(1..).and_then(|inner| inner.split_once(quote)).unwrap_or((text, "")),
        None => text.split_at(text.find(char::is_whitespace).unwrap_or(text.len())),
    }
}
