//! The bytes of a feed as its entries: RSS and Atom by the reader that all formats share, JSON Feed here.
//!
//! A feed is recognised by its root and its end, whatever its Content-Type says. From `https://www.jsonfeed.org/version/1.1/`,
//! read 2026-11.

use serde::Deserialize;

use crate::model::snapshot::{Snapshot, Unreadable};
use crate::normalize::channel::{self, Channel, Item};
use crate::normalize::field::{Field, List, Object, Text, Word, Words};
use crate::normalize::{Body, document};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct JsonFeed<'a> {
    #[serde(borrow)]
    version: Field<Text<'a>>,
    #[serde(borrow)]
    title: Field<Text<'a>>,
    #[serde(borrow)]
    items: Field<List<JsonItem<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct JsonItem<'a> {
    /// A text; some write a number.
    #[serde(borrow)]
    id: Field<Word<'a>>,
    #[serde(borrow)]
    url: Field<Text<'a>>,
    #[serde(borrow)]
    title: Field<Text<'a>>,
    #[serde(borrow)]
    content_html: Field<Text<'a>>,
    #[serde(borrow)]
    content_text: Field<Text<'a>>,
    #[serde(borrow)]
    summary: Field<Text<'a>>,
    #[serde(borrow)]
    date_published: Field<Text<'a>>,
    #[serde(borrow)]
    date_modified: Field<Text<'a>>,
    #[serde(borrow)]
    tags: Field<Words<'a>>,
    #[serde(borrow)]
    status: Field<Text<'a>>,
}

/// Reads a feed of any kind; entries that are none are said in `into`. Beside it: whether no entry was lost.
///
/// # Errors
/// [`Unreadable`] where it is no feed, or does not reach its end.
pub fn read(body: &Body, into: &mut Snapshot) -> Result<(Channel, bool), Unreadable> {
    let text = document::text(body)?;
    if !text.trim_start().starts_with('{') {
        return Ok((channel::read(channel::recognised(&text, body)?)?, true));
    }
    let found: Field<Object<JsonFeed<'_>>> = document::typed(&text, body)?;
    let Field::Is(Object(feed)) = found else {
        return Err(Unreadable::Unexpected("no JSON Feed".to_owned()));
    };
    let version = feed.version.as_str().unwrap_or_default();
    let Field::Is(List(list)) = &feed.items else {
        return Err(Unreadable::Unexpected("JSON without the items of a JSON Feed".to_owned()));
    };
    if !version.starts_with("https://jsonfeed.org/version/") {
        return Err(Unreadable::Unexpected("JSON without the version of a JSON Feed".to_owned()));
    }
    let rows = feed.items.entries(None, "item", into);
    let is_whole = rows.len() == list.len();
    let title = feed.title.as_str().unwrap_or_default().to_owned();
    let items = rows.into_iter().map(|(_, row)| item(row)).collect();
    Ok((Channel { title, items, ..Channel::default() }, is_whole))
}

fn item(row: &JsonItem<'_>) -> Item {
    let owned =
        |field: &Field<Text<'_>>| field.as_str().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let escaped = |field: &Field<Text<'_>>| {
        owned(field).map(|text| quick_xml::escape::partial_escape(text.as_str()).into_owned())
    };
    let text = owned(&row.content_html).or_else(|| escaped(&row.content_text)).or_else(|| escaped(&row.summary));
    Item {
        id: row.id.as_str().unwrap_or_default().trim().to_owned(),
        title: row.title.as_str().unwrap_or_default().to_owned(),
        text: text.unwrap_or_default(),
        published: owned(&row.date_published),
        updated: owned(&row.date_modified),
        link: owned(&row.url),
        categories: row.tags.get().map(|tags| tags.0.iter().map(ToString::to_string).collect()).unwrap_or_default(),
        status: owned(&row.status),
        ..Item::default()
    }
}
