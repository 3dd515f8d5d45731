//! The shape of XML and of pages for people. XML is a tree of elements; of a page only its landmarks count, the elements
//! that bear an id or a class, since what stands between them changes with every text.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::model::shape::{Kinds, MOST_PLACES, Place, Shape};

/// How deep elements of XML are told apart: `rss/channel/item/title`. What lies deeper is the markup of a text.
const DEEPEST: usize = 4;
/// Landmarks of a page that are counted before the rest is left out.
const MOST_LANDMARKS: usize = 300;
/// A longer name is made by a machine, and another with each release.
const LONGEST_NAME: usize = 32;

/// An element that is open.
struct Open {
    path: String,
    kinds: Kinds,
    /// How often each element stands in it.
    inside: BTreeMap<String, u32>,
}

/// The shape of XML, as far as it can be read.
pub fn xml(text: &str) -> Shape {
    let mut found = Found::default();
    let mut reader = Reader::from_str(text);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) => found.open(&tag),
            Event::Empty(tag) => {
                found.open(&tag);
                found.close();
            }
            Event::End(_) => found.close(),
            Event::DocType(_) | Event::Eof => break,
            Event::Text(_)
            | Event::CData(_)
            | Event::GeneralRef(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_) => {}
        }
    }
    found.shape
}

#[derive(Default)]
struct Found {
    shape: Shape,
    open: Vec<Open>,
    /// How many elements are open that are too deep to count.
    deeper: usize,
    /// How many elements have ended at each path.
    ended: BTreeMap<String, u32>,
}

impl Found {
    fn open(&mut self, tag: &BytesStart<'_>) {
        if self.open.len() >= DEEPEST {
            self.deeper += 1;
            return;
        }
        let name = tag.name().as_ref().to_owned();
        let path = match self.open.last_mut() {
            Some(above) => {
                above.kinds = above.kinds.with(Kinds::OBJECT);
                let path = format!("{}/{name}", above.path);
                *above.inside.entry(path.clone()).or_default() += 1;
                path
            }
            None => name,
        };
        self.open.push(Open { path, kinds: Kinds::default(), inside: BTreeMap::new() });
    }

    fn close(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        let Some(done) = self.open.pop() else { return };
        *self.ended.entry(done.path.clone()).or_default() += 1;
        let kinds = if done.kinds.is_something() { done.kinds } else { Kinds::TEXT };
        if let Some(place) = self.place(&done.path) {
            place.kinds = place.kinds.with(kinds);
            place.count = place.count.saturating_add(1);
        }
        for path in done.inside.keys() {
            if let Some(place) = self.place(path) {
                place.had = place.had.saturating_add(1);
            }
        }
        if self.open.is_empty() {
            self.count_parents(&done.path);
        }
    }

    /// Each place could stand in as many elements as have ended at the place above it.
    fn count_parents(&mut self, outermost: &str) {
        let ended = &self.ended;
        for (path, place) in &mut self.shape.places {
            match path.rsplit_once('/') {
                Some((above, _)) => place.of = ended.get(above).copied().unwrap_or(0),
                None if path == outermost => (place.of, place.had) = (1, 1),
                None => {}
            }
        }
    }

    fn place(&mut self, path: &str) -> Option<&mut Place> {
        if !self.shape.places.contains_key(path) && self.shape.places.len() >= MOST_PLACES {
            self.shape.cut_at = Some(DEEPEST);
            return None;
        }
        Some(self.shape.places.entry(path.to_owned()).or_default())
    }
}

/// The shape of a page for people: its landmarks, each as `<tag#id` or `<tag.class`. One pass over the text, no tree.
pub fn html(text: &str) -> Shape {
    let mut shape = Shape::default();
    let mut rest = text;
    while let Some((_, tag)) = rest.split_once('<') {
        rest = tag;
        let Some(end) = tag.find('>') else { break };
        let (inside, after) = tag.split_at(end);
        let name = inside.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        let name = name.to_ascii_lowercase();
        landmarks(&name, inside, &mut shape);
        if shape.places.len() >= MOST_LANDMARKS {
            break;
        }
        // What a script or a style holds is no markup.
        rest = match name.as_str() {
            "script" | "style" => {
                after.split_once(if name == "script" { "</script" } else { "</style" }).map_or("", |x| x.1)
            }
            _ => after,
        };
    }
    shape
}

fn landmarks(tag: &str, inside: &str, shape: &mut Shape) {
    let id = attribute(inside, "id").map(|id| format!("<{tag}#{id}"));
    let classes = attribute(inside, "class").unwrap_or_default().split_whitespace().take(4);
    let all = id.into_iter().chain(classes.map(|class| format!("<{tag}.{class}")));
    for landmark in all.filter(|landmark| is_lasting(landmark)) {
        let place = shape.places.entry(landmark).or_default();
        *place = Place { kinds: Kinds::OBJECT, of: 1, had: 1, count: place.count.saturating_add(1) };
    }
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let at = tag.match_indices(name).find(|(at, _)| {
        let is_apart = tag.get(..*at).is_some_and(|before| before.ends_with(char::is_whitespace));
        is_apart && tag.get(at + name.len()..).is_some_and(|after| after.starts_with('='))
    })?;
    let value = tag.get(at.0 + name.len() + 1..)?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.get(1..)?.split(quote).next()
}

/// Whether a landmark was named by a person: what a machine names has digits, or is long, and is another tomorrow.
fn is_lasting(landmark: &str) -> bool {
    let name = landmark.split_once(['.', '#']).map_or("", |(_, name)| name);
    let is_mixed = name
        .chars()
        .zip(name.chars().skip(1))
        .filter(|(a, b)| a.is_ascii_lowercase() && b.is_ascii_uppercase())
        .count()
        > 1;
    !name.is_empty() && name.len() <= LONGEST_NAME && !is_mixed && name.bytes().filter(u8::is_ascii_digit).count() < 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entries_of_a_feed_are_one_place() {
        let shape = xml(
            "<rss><channel><title>T</title><item><title>a</title><guid>1</guid><description><p>x</p></description></item><item><title>b</title></item></channel></rss>",
        );
        let paths: Vec<&String> = shape.places.keys().collect();
        let expected = [
            "rss",
            "rss/channel",
            "rss/channel/item",
            "rss/channel/item/description",
            "rss/channel/item/guid",
            "rss/channel/item/title",
            "rss/channel/title",
        ];
        assert_eq!(paths, expected);
        let place = |path: &str| {
            let p = shape.places[path];
            (p.of, p.had, p.count)
        };
        assert_eq!(place("rss"), (1, 1, 1));
        assert_eq!(place("rss/channel/item"), (1, 1, 2));
        assert_eq!(place("rss/channel/item/title"), (2, 2, 2));
        assert_eq!(place("rss/channel/item/guid"), (2, 1, 1));
    }

    #[test]
    fn a_page_is_its_landmarks_and_not_its_texts() {
        let page = "<html><body id='top'><ul class=\"incidents list\"><li class='css-1f3a9b'>x<li class=incident></ul><script>var x = '<p class=\"no\">'</script><p class='end'></body>";
        let shape = html(page);
        assert_eq!(shape.places.keys().collect::<Vec<_>>(), ["<body#top", "<p.end", "<ul.incidents", "<ul.list"]);
    }

    #[test]
    fn hostile_markup_costs_no_more_than_its_length() {
        let deep = "<a class='b'>".repeat(200_000);
        assert_eq!(html(&deep).places.len(), 1);
        assert!(xml(&format!("<rss>{}", "<a>".repeat(200_000))).places.is_empty());
        assert_eq!(html(&"<".repeat(100_000)).places.len(), 0);
        let many: String = (0..100_000)
            .map(|n| {
                format!(
                    "<i class='{}'>",
                    "abcdefghij".chars().cycle().skip(n % 10).take(n % 30 + 1).collect::<String>()
                )
            })
            .collect();
        assert!(html(&many).places.len() <= MOST_LANDMARKS + 4);
    }
}
