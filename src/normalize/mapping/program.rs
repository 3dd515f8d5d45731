//! What finds one thing on a page, in whichever language it is written: jq in JSON, a selector in HTML.

use jaq_json::Val;
use scraper::ElementRef;

use super::jq::Budget;
use super::{cut, jq};
use crate::normalize::document;

/// More entries than any page has; what is beyond them is left, and said.
pub const MOST_ITEMS: usize = 5_000;
/// More words than any field has.
const MOST_WORDS: usize = 500;

/// What finds one thing.
#[derive(Debug)]
pub enum Program {
    Jq(jq::Program),
    Cut(cut::Program),
}

/// Where things are found: a JSON value or an HTML element.
#[derive(Debug, Clone)]
pub enum Node<'a> {
    Json(Val),
    Html(ElementRef<'a>),
}

impl Program {
    /// As it was written, for people.
    pub fn text(&self) -> &str {
        match self {
            Self::Jq(program) => &program.text,
            Self::Cut(program) => &program.text,
        }
    }

    /// The things that it finds, one more than there may be.
    pub fn items<'a>(&self, at: &Node<'a>, budget: &Budget) -> Result<Vec<Node<'a>>, String> {
        match (self, at) {
            (Self::Jq(program), Node::Json(value)) => {
                Ok(program.values(value, MOST_ITEMS + 1, budget)?.into_iter().map(Node::Json).collect())
            }
            (Self::Cut(program), Node::Html(element)) => {
                Ok(program.elements(*element, MOST_ITEMS + 1, budget).into_iter().map(Node::Html).collect())
            }
            _ => Err("the expression is of another language than the page".to_owned()),
        }
    }

    /// The texts that it finds, each on a line. Lists are taken apart; what is null or empty is absent.
    pub fn lines(&self, at: &Node<'_>, budget: &Budget) -> Result<Vec<String>, String> {
        match (self, at) {
            (Self::Cut(program), Node::Html(element)) => Ok(program.lines(*element, MOST_WORDS, budget)),
            _ => self.scalars(at, budget),
        }
    }

    /// The same with paragraphs kept.
    pub fn bodies(&self, at: &Node<'_>, budget: &Budget) -> Result<Vec<String>, String> {
        match (self, at) {
            (Self::Cut(program), Node::Html(element)) => Ok(program.bodies(*element, MOST_WORDS, budget)),
            _ => Ok(self.scalars(at, budget)?.iter().map(|text| document::plain(text)).collect()),
        }
    }

    /// The values of JSON that it finds, lists taken apart.
    pub fn values(&self, at: &Node<'_>, budget: &Budget) -> Result<Vec<Val>, String> {
        let (Self::Jq(program), Node::Json(value)) = (self, at) else { return Ok(Vec::new()) };
        let values = program.values(value, MOST_WORDS, budget)?.into_iter();
        let flat = values.flat_map(|value| match value {
            Val::Arr(list) => list.iter().take(MOST_WORDS).cloned().collect(),
            other => vec![other],
        });
        Ok(flat.filter(|value| !matches!(value, Val::Null)).collect())
    }

    fn scalars(&self, at: &Node<'_>, budget: &Budget) -> Result<Vec<String>, String> {
        let mut texts = Vec::new();
        for value in self.values(at, budget)? {
            texts.extend(scalar(&value)?.filter(|text| !text.trim().is_empty()));
        }
        Ok(texts)
    }

    /// Whether what it asks for is so: all that it says is true, or the element is there.
    pub fn holds(&self, at: &Node<'_>, budget: &Budget) -> Result<bool, String> {
        match (self, at) {
            (Self::Jq(program), Node::Json(value)) => {
                let said = program.values(value, MOST_WORDS, budget)?;
                Ok(!said.is_empty() && said.iter().all(|value| matches!(value, Val::Bool(true))))
            }
            (Self::Cut(program), Node::Html(page)) => Ok(program.is_there(*page, budget)),
            _ => Ok(false),
        }
    }
}

/// A value as a word; `None` for null.
pub fn scalar(value: &Val) -> Result<Option<String>, String> {
    match value {
        Val::Null => Ok(None),
        Val::Bool(truth) => Ok(Some(truth.to_string())),
        Val::Num(number) => Ok(Some(number.to_string())),
        Val::TStr(text) | Val::BStr(text) => Ok(Some(String::from_utf8_lossy(text).into_owned())),
        Val::Arr(_) => Err("gives a list inside a list; write `.[]` behind it".to_owned()),
        Val::Obj(_) => Err("gives an object; say which of its fields".to_owned()),
    }
}
