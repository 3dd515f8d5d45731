//! What a form or a program filled in: names and values, each taken once, and what nobody asked for is refused.

use std::collections::BTreeMap;

use serde_json::Value;

/// The longest value that is looked at, in octets.
const MOST_OCTETS: usize = 48 * 1024;

/// What is wrong with what was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Which field.
    pub field: String,
    /// Why, for people.
    pub why: String,
}

impl Wrong {
    pub fn new(field: &str, why: impl Into<String>) -> Self {
        Self { field: field.to_owned(), why: why.into() }
    }
}

/// Names and values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(BTreeMap<String, Vec<String>>);

impl Fields {
    /// What a form sent.
    pub fn of_form(body: &[u8]) -> Self {
        let mut fields = Self::default();
        for (name, value) in url::form_urlencoded::parse(body) {
            fields.0.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        fields
    }

    /// What a program sent: an object of texts and lists of texts.
    ///
    /// # Errors
    /// The field that is something else.
    pub fn of_json(body: &[u8]) -> Result<Self, Wrong> {
        let mut fields = Self::default();
        if body.is_empty() {
            return Ok(fields);
        }
        let value: Value =
            serde_json::from_slice(body).map_err(|error| Wrong::new("", format!("this is no JSON: {error}")))?;
        let Value::Object(all) = value else { return Err(Wrong::new("", "send one JSON object")) };
        for (name, value) in all {
            let values = texts(&value).ok_or_else(|| Wrong::new(&name, "write a text, or a list of texts"))?;
            fields.0.insert(name, values);
        }
        Ok(fields)
    }

    /// The value of a field, without white space round it; empty where it was left out.
    pub fn take(&mut self, name: &str) -> String {
        let values = self.0.remove(name).unwrap_or_default();
        values.into_iter().next().filter(|v| v.len() <= MOST_OCTETS).unwrap_or_default().trim().to_owned()
    }

    /// The same as it was typed.
    pub fn take_exactly(&mut self, name: &str) -> String {
        self.0.remove(name).unwrap_or_default().into_iter().next().unwrap_or_default()
    }

    /// The values of a field, one a line.
    pub fn take_lines(&mut self, name: &str) -> Vec<String> {
        let values = self.0.remove(name).unwrap_or_default();
        let lines = values.iter().flat_map(|value| value.lines()).map(str::trim).filter(|line| !line.is_empty());
        lines.take(100).map(str::to_owned).collect()
    }

    /// What nobody asked for.
    pub fn unknown(&self) -> Option<Wrong> {
        self.0.keys().next().map(|name| Wrong::new(name, "there is no such field here"))
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(all) => all.iter().map(|one| one.as_str().map(str::to_owned)).collect(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}
