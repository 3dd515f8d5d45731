//! One thing that is cut out of an HTML element: by a selector, an attribute, a regular expression.

use regex_bites::Regex;
use scraper::{ElementRef, Node, Selector};

use super::jq::Budget;
use super::wrong::Fault;
use crate::model::mapping::{Cut, Expression};
use crate::model::text;
use crate::normalize::document;

/// More than any page says in one place.
const LONGEST: usize = 64 * 1024;

/// What is to be cut out, ready.
#[derive(Debug)]
pub struct Program {
    /// As it was written, for people.
    pub text: String,
    select: Option<Selector>,
    after: Option<Selector>,
    before: Option<Selector>,
    attribute: Option<String>,
    regex: Option<Regex>,
    wanted: Option<String>,
}

/// Which key of the table is wrong; `None` where it is the text itself.
pub type Wrong = (Option<&'static str>, Fault);

impl Program {
    /// Makes it ready.
    ///
    /// # Errors
    /// What is wrong with it, and in which of its keys.
    pub fn compile(expression: &Expression) -> Result<Self, Wrong> {
        let (cut, is_short) = match expression {
            Expression::Short(select) => (Cut { select: Some(select.clone()), ..Cut::default() }, true),
            Expression::Cut(cut) => (cut.clone(), false),
        };
        let at = |key: &'static str| (!is_short).then_some(key);
        let select = |key: &'static str, written: &Option<String>| {
            let written = written.as_ref().filter(|written| !written.trim().is_empty());
            written.map(|written| selector(written).map_err(|fault| (at(key), fault))).transpose()
        };
        let selected = select("select", &cut.select)?;
        let (after, before) = (select("after", &cut.after)?, select("before", &cut.before)?);
        let regex = cut.regex.as_ref().map(|regex| {
            Regex::new(regex).map_err(|error| {
                let what = format!("this is no regular expression: {}", text::line(&error.to_string(), 120));
                let way_out = "write it in '…', where a backslash is one".to_owned();
                (at("regex"), Fault { what, way_out, place: 0..regex.len() })
            })
        });
        Ok(Self {
            text: in_words(&cut),
            select: selected,
            after,
            before,
            regex: regex.transpose()?,
            attribute: cut.attribute,
            wanted: cut.text.map(|text| text::line(&text, 200).to_lowercase()),
        })
    }

    /// The elements that it finds inside `at`, at most so many. Without a selector: that element.
    pub fn elements<'a>(&self, at: ElementRef<'a>, most: usize, budget: &Budget) -> Vec<ElementRef<'a>> {
        let Some(select) = &self.select else { return self.beside(at, budget).into_iter().collect() };
        let inside = at.descendants().skip(1).take_while(|_| budget.may_visit()).filter_map(ElementRef::wrap);
        let found = inside.filter(|found| select.matches(found)).filter_map(|found| self.beside(found, budget));
        found.filter(|found| self.holds(*found)).take(most).collect()
    }

    /// The element itself, or the one beside it that is meant.
    fn beside<'a>(&self, at: ElementRef<'a>, budget: &Budget) -> Option<ElementRef<'a>> {
        let is = |select: &Selector, found: &ElementRef<'a>| budget.may_visit() && select.matches(found);
        match (&self.after, &self.before) {
            (Some(after), _) => at.next_siblings().filter_map(ElementRef::wrap).find(|found| is(after, found)),
            (None, Some(before)) => at.prev_siblings().filter_map(ElementRef::wrap).find(|found| is(before, found)),
            (None, None) => Some(at),
        }
    }

    /// The texts that it finds, each on one line.
    pub fn lines(&self, at: ElementRef<'_>, most: usize, budget: &Budget) -> Vec<String> {
        let found = self.elements(at, most, budget).into_iter();
        found.filter_map(|element| self.cut(&self.raw(element))).map(|line| text::line(&line, 2_000)).collect()
    }

    /// The texts that it finds, with their paragraphs.
    pub fn bodies(&self, at: ElementRef<'_>, most: usize, budget: &Budget) -> Vec<String> {
        let found = self.elements(at, most, budget).into_iter();
        let body = |element: ElementRef<'_>| match (&self.attribute, &self.regex) {
            (None, None) => Some(document::plain(&element.inner_html())),
            _ => self.cut(&self.raw(element)),
        };
        found.filter_map(body).collect()
    }

    /// Whether it is there, with the text that is wanted.
    pub fn is_there(&self, page: ElementRef<'_>, budget: &Budget) -> bool {
        !self.lines(page, 1, budget).is_empty()
    }

    fn holds(&self, element: ElementRef<'_>) -> bool {
        let Some(wanted) = &self.wanted else { return true };
        text::line(&self.raw(element), LONGEST).to_lowercase().contains(wanted.as_str())
    }

    fn raw(&self, element: ElementRef<'_>) -> String {
        let raw = match &self.attribute {
            Some(name) => element.value().attr(name).unwrap_or_default().to_owned(),
            None => words(element),
        };
        raw.get(..raw.floor_char_boundary(LONGEST)).unwrap_or_default().to_owned()
    }

    fn cut(&self, raw: &str) -> Option<String> {
        let cut = match &self.regex {
            None => raw.to_owned(),
            Some(regex) => {
                let folded = text::line(raw, LONGEST);
                let found = regex.captures(&folded)?;
                found.get(1).or_else(|| found.get(0))?.as_str().to_owned()
            }
        };
        (!cut.trim().is_empty()).then_some(cut)
    }
}

fn selector(written: &str) -> Result<Selector, Fault> {
    Selector::parse(written).map_err(|error| {
        let why = text::line(&error.to_string(), 120);
        // What the parser has no words for.
        let why = if why.contains("report this") { String::new() } else { format!(": {why}") };
        let what = format!("this is no CSS selector{why}");
        let way_out =
            "as \"div.incident > a.title\"; it finds what lies inside an item, and `after` what stands beside it";
        Fault { what, way_out: way_out.to_owned(), place: 0..written.len() }
    })
}

/// Elements inside a line. All others part the words around them.
const INLINE: [&str; 16] =
    ["a", "b", "i", "em", "strong", "span", "small", "code", "var", "time", "u", "s", "sub", "sup", "font", "abbr"];

/// The text of an element; blocks part words, and scripts are none.
fn words(element: ElementRef<'_>) -> String {
    let mut words = String::new();
    gather(element, &mut words);
    words
}

fn gather(element: ElementRef<'_>, words: &mut String) {
    for node in element.children() {
        if let Node::Text(text) = node.value() {
            words.push_str(text);
            continue;
        }
        let Some(inner) = ElementRef::wrap(node) else { continue };
        let name = inner.value().name();
        if matches!(name, "script" | "style" | "template") {
            continue;
        }
        let parts = !INLINE.contains(&name);
        words.extend(parts.then_some(' '));
        gather(inner, words);
        words.extend(parts.then_some(' '));
    }
}

fn in_words(cut: &Cut) -> String {
    let parts = [
        cut.select.clone().filter(|select| !select.trim().is_empty()),
        cut.after.as_ref().map(|select| format!("after it {select}")),
        cut.before.as_ref().map(|select| format!("before it {select}")),
        cut.attribute.as_ref().map(|name| format!("attribute {name}")),
        cut.regex.as_ref().map(|regex| format!("regex {regex}")),
        cut.text.as_ref().map(|text| format!("text “{text}”")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "the item itself".to_owned() } else { parts.join(", ") }
}
