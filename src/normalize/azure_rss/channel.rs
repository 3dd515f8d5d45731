//! The RSS channel, read as a stream: no document type, no depth, and nothing that is cut short.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};

use crate::model::snapshot::Unreadable;

/// Deeper than any feed goes; an item's fields stand at the fourth level.
const DEEPEST: usize = 32;
const FIELD_LEVEL: usize = 4;

/// The channel, as far as it is read.
#[derive(Debug, Default)]
pub struct Channel {
    pub title: String,
    pub last_build_date: Option<String>,
    pub items: Vec<Item>,
}

/// One item.
#[derive(Debug, Default)]
pub struct Item {
    pub guid: String,
    pub title: String,
    pub description: String,
    pub pub_date: Option<String>,
    pub categories: Vec<String>,
}

/// Reads the channel of an RSS document up to the end of its root.
///
/// # Errors
/// [`Unreadable`] where it is no RSS, declares a document type, or does not reach the end of its root.
pub fn read(xml: &str) -> Result<Channel, Unreadable> {
    let mut state = State::default();
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().map_err(|error| broken(xml, &error))? {
            Event::Start(tag) => state.open(tag.name().as_ref())?,
            Event::Empty(tag) => {
                state.open(tag.name().as_ref())?;
                state.close();
            }
            Event::End(_) => state.close(),
            Event::Text(text) => state.text.push_str(&text.xml10_content()),
            Event::CData(text) => state.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => state.refer(&reference),
            Event::DocType(_) => {
                return Err(Unreadable::Unexpected("it declares a document type, which no feed needs".to_owned()));
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return Err(cut_short(xml)),
        }
        if state.is_whole {
            return Ok(state.channel);
        }
    }
}

fn cut_short(xml: &str) -> Unreadable {
    Unreadable::CutShort(format!("the feed breaks off after {} bytes, before </rss>", xml.len()))
}

/// What the parser stumbles over is most often the end of what came.
fn broken(xml: &str, error: &quick_xml::Error) -> Unreadable {
    if xml.trim_end().ends_with("</rss>") {
        Unreadable::Unexpected(format!("the feed is no XML: {error}"))
    } else {
        cut_short(xml)
    }
}

/// Where the reader stands.
#[derive(Default)]
struct State {
    path: Vec<String>,
    text: String,
    channel: Channel,
    is_whole: bool,
}

impl State {
    fn open(&mut self, name: &str) -> Result<(), Unreadable> {
        if self.path.is_empty() && name != "rss" {
            return Err(Unreadable::Unexpected(format!("an XML document of <{}>, not of <rss>", cut(name))));
        }
        if self.path.len() >= DEEPEST {
            return Err(Unreadable::Unexpected(format!("elements in elements, more than {DEEPEST} deep")));
        }
        self.path.push(name.to_owned());
        if self.path.len() <= FIELD_LEVEL {
            self.text.clear();
        }
        if self.is_at(&["rss", "channel", "item"]) {
            self.channel.items.push(Item::default());
        }
        Ok(())
    }

    fn is_at(&self, path: &[&str]) -> bool {
        self.path.iter().map(String::as_str).eq(path.iter().copied())
    }

    /// Ends the innermost element and keeps its text where it is a field.
    fn close(&mut self) {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["rss", "channel", "title"] => self.channel.title = std::mem::take(&mut self.text),
            ["rss", "channel", "lastBuildDate"] => {
                self.channel.last_build_date = Some(std::mem::take(&mut self.text));
            }
            ["rss", "channel", "item", field] => {
                if let Some(item) = self.channel.items.last_mut() {
                    item.keep(field, std::mem::take(&mut self.text));
                }
            }
            _ => {}
        }
        self.path.pop();
        self.is_whole = self.path.is_empty();
    }

    /// A reference: of XML's own five, of a character, or, left as it is, of HTML's (the text is HTML in the end).
    fn refer(&mut self, reference: &BytesRef<'_>) {
        let name = reference.xml10_content();
        if let Ok(Some(c)) = reference.resolve_char_ref() {
            self.text.push(c);
        } else if let Some(text) = resolve_predefined_entity(&name) {
            self.text.push_str(text);
        } else {
            self.text.push_str(&format!("&{name};"));
        }
    }
}

impl Item {
    fn keep(&mut self, field: &str, text: String) {
        match field {
            "guid" => text.trim().clone_into(&mut self.guid),
            "title" => self.title = text,
            "description" => self.description = text,
            "pubDate" => self.pub_date = Some(text.trim().to_owned()),
            "category" => self.categories.push(text),
            _ => {}
        }
    }
}

fn cut(name: &str) -> String {
    crate::model::text::line(name, 40)
}
