//! What a template is given: the document of the webhook, and beside it our own words as `shipped`, the worst cause (or
//! the one that is told) as `topic`, and our words about that as `section`.

use minijinja::value::{Serde, Value as Given};
use serde_json::Value;

use crate::alerting::message::parts::Parts;
use crate::model::template::{Piece, Writes};

/// What one rendering is given.
#[derive(Clone, Copy)]
pub struct Data<'a> {
    /// The message.
    pub parts: &'a Parts,
    /// The cause that is told, where each is told by itself.
    pub cause: Option<&'a str>,
    /// What we would send in the place of what the template writes.
    pub body: Option<&'a Value>,
    /// Makes text inert for a service that reads markup in it.
    pub inert: Option<fn(&str) -> String>,
}

/// Addresses: they are no words of anybody's, and an escape would break them.
const ADDRESSES: [&str; 5] = ["page", "link", "portal", "acknowledge", "url"];

impl Data<'_> {
    /// The values by their names.
    pub(super) fn values(&self, piece: Piece) -> Given {
        let parts = self.parts;
        let mut values: Vec<(String, Given)> = Vec::new();
        for (key, value) in parts.document.as_object().into_iter().flatten() {
            values.push((key.clone(), self.given(value.clone())));
        }
        values.push(("topic".to_owned(), self.given(self.topic())));
        values.push(("section".to_owned(), self.given(self.section())));
        values.push(("shipped".to_owned(), self.shipped(piece)));
        Given::from_pairs(values)
    }

    fn topic(&self) -> Value {
        let topics = parts_topics(self.parts);
        let number = match self.cause {
            Some(cause) => self.parts.sections.iter().position(|(of, _)| of == cause),
            None => Some(0),
        };
        number.and_then(|number| topics.get(number)).cloned().unwrap_or_default()
    }

    fn section(&self) -> Value {
        let first = || self.parts.shipped["sections"].get(0);
        let found = match self.cause {
            Some(cause) => self.parts.sections.iter().find(|(of, _)| of == cause).map(|(_, section)| section),
            None => first(),
        };
        found.cloned().unwrap_or_default()
    }

    fn shipped(&self, piece: Piece) -> Given {
        let mut values: Vec<(String, Given)> = Vec::new();
        for (key, value) in self.parts.shipped.as_object().into_iter().flatten() {
            values.push((key.clone(), self.given(value.clone())));
        }
        if piece.writes() == Writes::Html {
            for (key, html) in ["html_head", "html_body", "html_end"].into_iter().zip(&self.parts.html) {
                values.push((key.to_owned(), Given::from_safe_string(html.clone())));
            }
        }
        if let Some(body) = self.body {
            // It is escaped already, as we would send it.
            values.push(("body".to_owned(), Given::from(Serde(body))));
        }
        Given::from_pairs(values)
    }

    fn given(&self, mut value: Value) -> Given {
        if let Some(inert) = self.inert {
            make_inert(&mut value, inert, false);
        }
        Given::from(Serde(&value))
    }

    /// Every name that stands anywhere in what a template is given, to tell a slip by.
    #[must_use]
    pub fn names(&self, piece: Piece) -> Vec<String> {
        let mut names = vec!["topic".to_owned(), "section".to_owned(), "shipped".to_owned()];
        gather(&self.parts.document, &mut names);
        gather(&self.parts.shipped, &mut names);
        names.extend(self.body.map(|_| "body".to_owned()));
        if piece.writes() == Writes::Html {
            names.extend(["html_head", "html_body", "html_end"].map(str::to_owned));
        }
        names.sort();
        names.dedup();
        names
    }
}

fn parts_topics(parts: &Parts) -> &[Value] {
    parts.document["topics"].as_array().map_or(&[], Vec::as_slice)
}

fn gather(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(all) => all.iter().for_each(|(key, value)| {
            names.push(key.clone());
            gather(value, names);
        }),
        Value::Array(all) => all.iter().for_each(|value| gather(value, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn make_inert(value: &mut Value, inert: fn(&str) -> String, is_address: bool) {
    match value {
        Value::String(text) if is_address => *text = text.replace('|', "%7C"),
        Value::String(text) => *text = inert(text),
        Value::Array(all) => all.iter_mut().for_each(|value| make_inert(value, inert, false)),
        Value::Object(all) => all.iter_mut().for_each(|(key, value)| {
            make_inert(value, inert, ADDRESSES.contains(&key.as_str()));
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
