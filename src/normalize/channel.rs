//! An XML feed, RSS or Atom, read as a stream: no document type, no depth, and nothing that is cut short.
//!
//! Every format that reads a feed reads it here. What an entry means is the format's business.

use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::{Body, document};
use crate::model::snapshot::Unreadable;
use crate::model::text;

/// Deeper than any feed goes, markup inside an Atom entry included.
const DEEPEST: usize = 64;

/// A feed, as far as it is read.
#[derive(Debug, Default)]
pub struct Channel {
    /// The element that it stands in: `rss`, `feed` or `rdf:RDF`; empty for one that is no XML.
    pub root: &'static str,
    /// Its own title.
    pub title: String,
    /// `lastBuildDate` of RSS, `updated` of Atom.
    pub built: Option<String>,
    /// What made it, where RSS says so.
    pub generator: Option<String>,
    /// Its entries, in its order.
    pub items: Vec<Item>,
    /// An element that stands where entries do, holds elements as they do, and has another name; or the sign that two
    /// entries were run together. One that is known may hide there.
    pub strange: Option<String>,
}

/// One entry.
#[derive(Debug, Default)]
pub struct Item {
    /// `guid` of RSS, `id` of Atom.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its text, with markup: the full one where there is a short one too.
    pub text: String,
    /// When it was published, as it says.
    pub published: Option<String>,
    /// When it was changed, as it says.
    pub updated: Option<String>,
    /// Its page.
    pub link: Option<String>,
    /// Its categories.
    pub categories: Vec<String>,
    /// A `status` that some vendors add.
    pub status: Option<String>,
    /// The short text, where there is one; empty once it has taken the place of the full one.
    pub short: String,
}

/// The kinds of feeds, by their root, with the way to an entry and to the title.
struct Kind {
    root: &'static str,
    entry: &'static [&'static str],
    title: &'static [&'static str],
    built: &'static [&'static str],
}

const KINDS: [Kind; 3] = [
    Kind {
        root: "rss",
        entry: &["rss", "channel", "item"],
        title: &["rss", "channel", "title"],
        built: &["rss", "channel", "lastBuildDate"],
    },
    Kind { root: "feed", entry: &["feed", "entry"], title: &["feed", "title"], built: &["feed", "updated"] },
    Kind {
        root: "rdf:RDF",
        entry: &["rdf:RDF", "item"],
        title: &["rdf:RDF", "channel", "title"],
        built: &["rdf:RDF", "channel", "dc:date"],
    },
];

/// What else of a feed holds elements.
const GROUPS: [&str; 7] = ["channel", "image", "textInput", "skipHours", "skipDays", "author", "contributor"];

/// The text, if it may be XML at all: a page for people is named as such.
///
/// # Errors
/// [`Unreadable`] where it cannot be a feed.
pub fn recognised<'a>(text: &'a str, body: &Body) -> Result<&'a str, Unreadable> {
    let xml = text.trim_start();
    let head = xml.get(..xml.floor_char_boundary(16)).unwrap_or(xml).to_ascii_lowercase();
    if head.starts_with("<!doctype html") || head.starts_with("<html") {
        return Err(document::page_instead(text, body));
    }
    if !head.starts_with('<') {
        return Err(Unreadable::Unexpected(format!("no XML; it begins with {:?}", text::line(xml, 40))));
    }
    Ok(xml)
}

/// Reads a feed up to the end of its root.
///
/// # Errors
/// [`Unreadable`] where it is no feed, declares a document type, or does not reach the end of its root.
pub fn read(xml: &str) -> Result<Channel, Unreadable> {
    let mut state = State::default();
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().map_err(|error| broken(xml, state.root(), &error))? {
            Event::Start(tag) => state.open(&tag)?,
            Event::Empty(tag) => {
                state.open(&tag)?;
                state.close();
            }
            Event::End(_) => state.close(),
            Event::Text(text) => state.say(&text.xml10_content()),
            Event::CData(text) => state.say(&text.xml10_content()),
            Event::GeneralRef(reference) => state.refer(&reference),
            Event::DocType(_) => {
                return Err(Unreadable::Unexpected("it declares a document type, which no feed needs".to_owned()));
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return Err(cut_short(xml, state.root())),
        }
        if state.is_whole {
            state.channel.root = state.root();
            return Ok(state.channel);
        }
    }
}

fn cut_short(xml: &str, root: &str) -> Unreadable {
    Unreadable::CutShort(format!("the feed breaks off after {} bytes, before </{root}>", xml.len()))
}

/// What the parser stumbles over is most often the end of what came.
fn broken(xml: &str, root: &str, error: &quick_xml::Error) -> Unreadable {
    if xml.trim_end().ends_with(&format!("</{root}>")) {
        Unreadable::Unexpected(format!("the feed is no XML: {error}"))
    } else {
        cut_short(xml, root)
    }
}

/// Where the reader stands.
#[derive(Default)]
struct State {
    kind: Option<&'static Kind>,
    path: Vec<String>,
    text: String,
    channel: Channel,
    is_whole: bool,
}

impl State {
    fn root(&self) -> &'static str {
        self.kind.map_or("rss", |kind| kind.root)
    }

    /// The depth at which an entry's fields stand; what is deeper is their markup.
    fn field_level(&self) -> usize {
        self.kind.map_or(0, |kind| kind.entry.len() + 1)
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), Unreadable> {
        let name = tag.name().as_ref().to_owned();
        if self.path.is_empty() {
            self.kind = Some(KINDS.iter().find(|kind| kind.root == name).ok_or_else(|| {
                Unreadable::Unexpected(format!("an XML document of <{}>, not of <rss>", text::line(&name, 40)))
            })?);
        }
        if self.path.len() >= DEEPEST {
            return Err(Unreadable::Unexpected(format!("elements in elements, more than {DEEPEST} deep")));
        }
        self.path.push(name);
        if self.path.len() <= self.field_level() {
            self.text.clear();
        } else if let Some(name) = self.path.last() {
            self.text.push_str(&format!("<{name}>"));
        }
        if self.is_at(|kind| kind.entry) {
            self.channel.items.push(Item::default());
        }
        self.wonder();
        self.attributes(tag);
        Ok(())
    }

    /// Where an entry's field would stand, but the element around it is no entry and nothing else that feeds have.
    fn wonder(&mut self) {
        let Some(kind) = self.kind.filter(|kind| self.path.len() == kind.entry.len() + 1) else { return };
        let Some(name) = self.path.get(kind.entry.len() - 1) else { return };
        let is_own = |name: &str| name.contains(':') || GROUPS.contains(&name) || Some(&name) == kind.entry.last();
        if !is_own(name) {
            self.channel.strange = Some(format!("<{}>, where entries stand,", text::line(name, 40)));
        }
    }

    /// Atom says links and categories in attributes.
    fn attributes(&mut self, tag: &BytesStart<'_>) {
        let said = |name: &str| {
            let attribute = tag.try_get_attribute(name).ok()??;
            Some(attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        let Some((field, above)) = self.path.split_last() else { return };
        if !self.kind.is_some_and(|kind| above.iter().eq(kind.entry)) {
            return;
        }
        let Some(item) = self.channel.items.last_mut() else { return };
        match field.as_str() {
            "link" | "atom:link" if said("rel").is_none_or(|rel| rel == "alternate") => {
                item.link = said("href").or(item.link.take());
            }
            "category" => item.categories.extend(said("label").or_else(|| said("term"))),
            _ => {}
        }
    }

    fn is_at(&self, path: impl Fn(&'static Kind) -> &'static [&'static str]) -> bool {
        self.kind.is_some_and(|kind| self.path.iter().eq(path(kind)))
    }

    /// Ends the innermost element and keeps its text where it is a field.
    fn close(&mut self) {
        if self.is_at(|kind| kind.title) {
            self.channel.title = std::mem::take(&mut self.text);
        } else if self.is_at(|kind| kind.built) {
            self.channel.built = Some(std::mem::take(&mut self.text));
        } else if self.path.iter().eq(&["rss", "channel", "generator"]) {
            self.channel.generator = Some(std::mem::take(&mut self.text));
        } else if self.path.len() > self.field_level() {
            let name = self.path.last().map_or("", String::as_str);
            self.text.push_str(&format!("</{name}>"));
        } else {
            self.keep();
        }
        self.path.pop();
        self.is_whole = self.path.is_empty();
    }

    fn keep(&mut self) {
        let Some((field, above)) = self.path.split_last() else { return };
        let is_field = self.kind.is_some_and(|kind| above.iter().eq(kind.entry));
        if is_field && let Some(item) = self.channel.items.last_mut() {
            // Two entries whose border was lost look like one.
            if matches!(field.as_str(), "guid" | "id") && !item.id.is_empty() && item.id != self.text.trim() {
                self.channel.strange = Some(format!("{field}, a second one in one entry,"));
            }
            item.keep(field, std::mem::take(&mut self.text));
        }
        if self.is_at(|kind| kind.entry)
            && let Some(item) = self.channel.items.last_mut()
            && item.text.trim().is_empty()
        {
            item.text = std::mem::take(&mut item.short);
        }
    }

    /// Text: of a field as it is (HTML, most often), of markup inside one as the markup that it was.
    fn say(&mut self, text: &str) {
        if self.path.len() > self.field_level() {
            self.text.push_str(&escape(text));
        } else {
            self.text.push_str(text);
        }
    }

    /// A reference: of XML's own five, of a character, or, left as it is, of HTML's (the text is HTML in the end).
    fn refer(&mut self, reference: &BytesRef<'_>) {
        let name = reference.xml10_content();
        if let Ok(Some(c)) = reference.resolve_char_ref() {
            self.say(c.encode_utf8(&mut [0; 4]));
        } else if let Some(text) = resolve_predefined_entity(&name) {
            self.say(text);
        } else {
            self.text.push_str(&format!("&{name};"));
        }
    }
}

impl Item {
    fn keep(&mut self, field: &str, text: String) {
        let trimmed = || Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        match field {
            "guid" | "id" => text.trim().clone_into(&mut self.id),
            "title" => self.title = text,
            "content" | "content:encoded" => self.text = text,
            "description" | "summary" => self.short = text,
            "pubDate" | "published" | "dc:date" => self.published = trimmed(),
            "updated" | "atom:updated" | "a10:updated" => self.updated = trimmed(),
            "link" => self.link = trimmed().or(self.link.take()),
            "status" => self.status = trimmed(),
            "category" => self.categories.extend(trimmed()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rss_atom_and_rdf_come_to_the_same() {
        let rss = "<rss version='2.0'><channel><title>T</title><lastBuildDate>now</lastBuildDate><item><guid> g </guid>\
                   <title>A &amp; B</title><description>&lt;p&gt;x&lt;/p&gt;</description><link>https://l.example/</link>\
                   <category>c</category><pubDate>p</pubDate></item></channel></rss>";
        let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><updated>now</updated><entry><id> g </id>\
                    <title>A &amp; B</title><content type='xhtml'><p class='q'>x</p></content>\
                    <link rel='self' href='https://no.example/'/><link href='https://l.example/'/>\
                    <category term='c'/><published>p</published></entry></feed>";
        let rdf = "<rdf:RDF><channel><title>T</title><dc:date>now</dc:date></channel><item><guid>g</guid>\
                   <title>A &amp; B</title><description><![CDATA[<p>x</p>]]></description>\
                   <link>https://l.example/</link><category>c</category><dc:date>p</dc:date></item></rdf:RDF>";
        for xml in [rss, atom, rdf] {
            let channel = read(xml).unwrap();
            let item = &channel.items[0];
            assert_eq!((channel.title.as_str(), channel.built.as_deref()), ("T", Some("now")), "{xml}");
            assert_eq!((item.id.as_str(), item.title.as_str(), item.text.as_str()), ("g", "A & B", "<p>x</p>"));
            assert_eq!((item.link.as_deref(), item.published.as_deref()), (Some("https://l.example/"), Some("p")));
            assert_eq!(item.categories, ["c"]);
        }
    }

    #[test]
    fn the_full_text_goes_before_the_short_one() {
        let of = |fields: &str| read(&format!("<feed><entry>{fields}</entry></feed>")).unwrap().items.remove(0).text;
        assert_eq!(of("<summary>short</summary><content>full</content>"), "full");
        assert_eq!(of("<content> </content><summary>short</summary>"), "short");
        assert_eq!(of("<content type='xhtml'><div>a &lt; b<br/></div></content>"), "<div>a &lt; b<br></br></div>");
    }

    #[test]
    fn what_is_cut_deep_or_declares_a_type_is_refused() {
        let whole = "<feed><title>T</title><entry><id>1</id></entry></feed>";
        assert!((1..whole.len()).all(|cut| read(&whole[..cut]).is_err()));
        let deep = format!("<feed><entry><content>{}", "<div>".repeat(50_000));
        assert!(matches!(read(&deep), Err(Unreadable::Unexpected(_))));
        let bomb = "<!DOCTYPE lolz [<!ENTITY lol 'lol'>]><rss><channel/></rss>";
        assert!(matches!(read(bomb), Err(Unreadable::Unexpected(_))));
        assert!(matches!(read("<opml><body/></opml>"), Err(Unreadable::Unexpected(_))));
    }
}
