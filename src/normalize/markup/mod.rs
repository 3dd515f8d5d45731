//! Pages for people, in one pass and without a tree: parsing nested HTML takes the square of its depth, and these pages are
//! not ours. What must be parsed is counted before.

pub mod harmless;
pub mod head;
pub mod marked;
mod tag;

/// Whether a text is markup at all, HTML or XML.
#[must_use]
pub fn is_markup(text: &str) -> bool {
    text.trim_start().starts_with('<')
}

/// A text with its entities resolved.
#[must_use]
pub fn resolved(text: &str) -> String {
    let entities = [
        ("&nbsp;", " "),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x2F;", "/"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        // The last: what it makes is no entity any more.
        ("&amp;", "&"),
    ];
    entities.iter().fold(text.to_owned(), |text, (entity, meant)| text.replace(entity, meant))
}
