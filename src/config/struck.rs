//! Files as they may be shown: what may be a secret is struck out.
//!
//! Secrets do not belong into these files, and people paste them there all the same. A report about such a line
//! ends in logs and tickets.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// Keys whose plain values are never shown.
/// (The id of an app is none, but its secret is easily taken for it.)
const SECRET_KEYS: [&str; 10] = [
    "password",
    "token",
    "kiosk",
    "secrets",
    "webhook",
    "proxy",
    "client_secret",
    "client_id",
    "secret_access_key",
    "access_key_id",
];
/// Keys inside of those that hold no secret, but say where it is.
const REFERENCE_KEYS: [&str; 2] = ["env", "file"];

/// The text with the plain values of secret keys struck out. Offsets stay as they are.
pub(super) fn values(text: &str, tree: &DeTable<'_>) -> String {
    let mut spans = Vec::new();
    collect(tree, false, &mut spans);
    struck(text, |at| spans.iter().any(|span| span.contains(&at)))
}

/// The same for a text that is no TOML: the rest of each line that names a secret key.
pub(super) fn lines(text: &str) -> String {
    let mut start = 0;
    let mut spans: Vec<Range<usize>> = Vec::new();
    for line in text.split_inclusive('\n') {
        let named = SECRET_KEYS.iter().filter_map(|key| Some(line.find(key)? + key.len())).min();
        spans.extend(named.map(|from| start + from..start + line.len()));
        start += line.len();
    }
    struck(text, |at| spans.iter().any(|span| span.contains(&at)))
}

fn struck(text: &str, is_secret: impl Fn(usize) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if is_secret(at) && !c.is_whitespace() && !"=\"'".contains(c) {
            (0..c.len_utf8()).for_each(|_| out.push('*'));
        } else {
            out.push(c);
        }
    }
    out
}

fn collect(table: &DeTable<'_>, secret: bool, spans: &mut Vec<Range<usize>>) {
    for (key, value) in table {
        let key = key.get_ref().as_ref();
        let refers =
            REFERENCE_KEYS.contains(&key) && !value.get_ref().as_str().is_some_and(|text| is_pasted(key, text));
        collect_value(value.get_ref(), value.span(), (secret || SECRET_KEYS.contains(&key)) && !refers, spans);
    }
}

/// A secret where its whereabouts should stand: a signing secret, or what is no name of a variable.
fn is_pasted(key: &str, text: &str) -> bool {
    text.starts_with("whsec_") || key == "env" && !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// An address with a name and a password in it.
fn has_credentials(text: &str) -> bool {
    text.contains("://") && text.contains('@')
}

fn collect_value(value: &DeValue<'_>, span: Range<usize>, secret: bool, spans: &mut Vec<Range<usize>>) {
    match value {
        DeValue::Table(table) => collect(table, secret, spans),
        DeValue::Array(list) => {
            list.iter().for_each(|entry| collect_value(entry.get_ref(), entry.span(), secret, spans));
        }
        DeValue::String(text) if secret || has_credentials(text) => spans.push(span),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) if secret => spans.push(span),
        DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}
