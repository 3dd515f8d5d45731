//! Damages inside a JSON document: each field of it renamed, removed, of another type, nested, doubled, reordered, its
//! times moved, and thousands of its entries.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::damage::{Damage, Says};

/// A place in a document: the way to it.
type Way = Vec<Step>;

#[derive(Clone, PartialEq, Eq)]
enum Step {
    Field(String),
    Entry(usize),
}

/// Every damage to a document that is JSON; none to another.
pub fn damages(bytes: &[u8]) -> Vec<Damage> {
    let Ok(whole) = serde_json::from_slice::<Value>(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for way in places(&whole) {
        let name = name_of(&way);
        all.extend(at(&whole, &way).into_iter().map(|(what, bytes)| Damage::alike(format!("{name} {what}"), bytes)));
        let exchanged = swapped(&whole, &way).into_iter();
        all.extend(
            exchanged.map(|(what, bytes)| Damage::alike(format!("{name} {what}"), bytes).saying(Says::Exchange)),
        );
    }
    all.push(Damage::alike("all lists the other way round", text(&turned(&whole))));
    all.push(Damage::alike("all numbers of seconds in the year 9999", text(&with_seconds(&whole, 253_370_764_800))));
    all.push(Damage::alike("all numbers of seconds past any year", text(&with_seconds(&whole, i64::MAX / 2))));
    for (what, shift) in TIMES {
        let says = if what == OTHER_ZONE { Says::OtherHours } else { Says::Nothing };
        all.push(Damage::alike(what, text(&moved(&whole, shift))).saying(says));
    }
    all
}

fn text(value: &Value) -> String {
    value.to_string()
}

/// Every place, of each list the first two entries and the last.
fn places(whole: &Value) -> Vec<Way> {
    let mut all = Vec::new();
    walk(whole, &mut Vec::new(), &mut all, &mut BTreeSet::new());
    all
}

fn walk(value: &Value, way: &mut Way, all: &mut Vec<Way>, seen: &mut BTreeSet<String>) {
    if !way.is_empty() && seen.insert(name_of(way)) {
        all.push(way.clone());
    }
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                way.push(Step::Field(name.clone()));
                walk(value, way, all, seen);
                way.pop();
            }
        }
        Value::Array(entries) => {
            for (n, value) in entries.iter().enumerate().filter(|(n, _)| *n < 2 || n + 1 == entries.len()) {
                way.push(Step::Entry(n));
                walk(value, way, all, seen);
                way.pop();
            }
        }
        _ => {}
    }
}

fn name_of(way: &Way) -> String {
    way.iter().fold(String::new(), |name, step| match step {
        Step::Field(field) => format!("{name}.{field}"),
        Step::Entry(n) => format!("{name}[{n}]"),
    })
}

fn find<'a>(whole: &'a mut Value, way: &[Step]) -> &'a mut Value {
    way.iter().fold(whole, |value, step| match step {
        Step::Field(field) => value.get_mut(field).unwrap(),
        Step::Entry(n) => value.get_mut(*n).unwrap(),
    })
}

/// The document with `value` at that place.
fn put(whole: &Value, way: &Way, value: Value) -> String {
    let mut whole = whole.clone();
    *find(&mut whole, way) = value;
    text(&whole)
}

/// What can be done to one place. An entry of a list is not taken away: a vendor does that when something is over.
fn at(whole: &Value, way: &Way) -> Vec<(String, String)> {
    let here = find(&mut whole.clone(), way).clone();
    let mut all =
        retyped(&here).into_iter().map(|(what, value)| (what.to_owned(), put(whole, way, value))).collect::<Vec<_>>();
    if let Some((Step::Field(field), parent)) = way.split_last()
        && !is_table(find(&mut whole.clone(), parent))
    {
        // A flag that is set is a vendor's word.
        all.retain(|(what, _)| what != "as true" || !field.starts_with("is"));
        all.push(("renamed".to_owned(), rebuilt(whole, parent, |name, value| vec![(odd_name(name, field), value)])));
        all.push((
            "removed".to_owned(),
            rebuilt(whole, parent, |name, value| if name == field { vec![] } else { vec![(name.to_owned(), value)] }),
        ));
        all.push(("as the last field".to_owned(), last(whole, parent, field)));
    }
    if let Value::Array(entries) = &here
        && !entries.is_empty()
    {
        all.push(("doubled".to_owned(), put(whole, way, [entries.clone(), entries.clone()].concat().into())));
        all.push((
            "with odd entries".to_owned(),
            put(whole, way, [vec![json!(null), json!([]), json!("x"), json!({})], entries.clone()].concat().into()),
        ));
        if entries[0].is_object() && !way.iter().any(|step| matches!(step, Step::Entry(_))) {
            all.push(("ten thousand times".to_owned(), put(whole, way, many(entries, 10_000))));
        }
    }
    all
}

/// An object that is a table: its names are keys and no fields. What leaves it is over, as what leaves a list.
fn is_table(value: &Value) -> bool {
    let Value::Object(fields) = value else { return false };
    let names = |value: &Value| Some(value.as_object()?.keys().cloned().collect::<Vec<_>>());
    let mut shapes = fields.values().map(names);
    let first = shapes.next().flatten();
    fields.len() > 1 && first.is_some() && shapes.all(|shape| shape == first)
}

fn odd_name(name: &str, renamed: &str) -> String {
    if name == renamed { format!("{name}_v2") } else { name.to_owned() }
}

/// The same value as another type, and values that its own type does not have.
fn retyped(here: &Value) -> Vec<(&'static str, Value)> {
    let mut all = vec![
        ("as null", json!(null)),
        ("as a number", json!(17)),
        ("as a text", json!("a word never seen")),
        ("as true", json!(true)),
        ("as a list", json!([])),
        ("as an object", json!({})),
        ("in a list", json!([here])),
        ("in an object", json!({ "value": here })),
        ("as the least number", json!(i64::MIN)),
        ("as an empty text", json!("")),
        ("as a text with marks", json!("\u{202e}\u{0}<script>\u{feff}")),
    ];
    if let Value::String(word) = here {
        all.push(("in capitals", json!(word.to_uppercase())));
        all.push(("with blanks", json!(format!(" {word} "))));
        all.push(("as a very long text", json!(word.repeat(20_000 / word.len().max(1)))));
    }
    if let Value::Number(number) = here {
        all.push(("as a text of itself", json!(number.to_string())));
    }
    // A list without entries and a flag that is turned are a vendor's words: these entries are over.
    all.retain(|(_, value)| {
        value != here && !(value == &json!([]) && here.is_array()) && !(value.is_boolean() && here.is_boolean())
    });
    all
}

/// The object at `parent` with each of its fields made into none, one or several.
fn rebuilt(whole: &Value, parent: &[Step], each: impl Fn(&str, Value) -> Vec<(String, Value)>) -> String {
    let mut whole = whole.clone();
    if let Value::Object(fields) = find(&mut whole, parent) {
        *fields =
            std::mem::take(fields).into_iter().flat_map(|(name, value)| each(&name, value)).collect::<Map<_, _>>();
    }
    text(&whole)
}

fn last(whole: &Value, parent: &[Step], field: &str) -> String {
    let mut whole = whole.clone();
    if let Value::Object(fields) = find(&mut whole, parent)
        && let Some(value) = fields.shift_remove(field)
    {
        fields.insert(field.to_owned(), value);
    }
    text(&whole)
}

/// The document, its outermost lists of objects made longer until it has that many octets; `None` where it has no such.
pub fn grown(bytes: &[u8], octets: usize) -> Option<Vec<u8>> {
    let mut whole: Value = serde_json::from_slice(bytes).ok()?;
    let is_list = |way: &Way| {
        let entries = find(&mut whole.clone(), way).as_array().cloned();
        entries.is_some_and(|entries| entries.first().is_some_and(Value::is_object))
    };
    let mut lists: Vec<Way> = [Way::new()].into_iter().chain(places(&whole)).filter(is_list).collect();
    lists.retain(|way| !way.iter().any(|step| matches!(step, Step::Entry(_))));
    let each = octets.saturating_sub(bytes.len()) / lists.len().max(1);
    for way in &lists {
        let list = find(&mut whole, way);
        let entries = list.as_array().cloned().unwrap_or_default();
        let n = each / text(&entries[0]).len().max(1);
        *list = many(&entries, n);
    }
    (!lists.is_empty()).then(|| text(&whole).into_bytes())
}

/// The entries, and so many more like the first, each with an id of its own where it has one.
fn many(entries: &[Value], n: usize) -> Value {
    let more = (0..n).map(|n| {
        let mut entry = entries[0].clone();
        if let Value::Object(fields) = &mut entry {
            for (name, value) in fields.iter_mut() {
                if let (true, Value::String(word)) = (name.to_lowercase().contains("id") || name == "key", &mut *value)
                {
                    *value = json!(format!("{word}-{n}"));
                }
            }
        }
        entry
    });
    entries.iter().cloned().chain(more).collect()
}

/// Every list the other way round, at every depth.
fn turned(value: &Value) -> Value {
    match value {
        Value::Array(entries) => entries.iter().rev().map(turned).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), turned(value))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// Ways of moving every time in a document: a text that begins as `2026-11-22T` is one.
/// What is done to them, for people, and how.
type Shift = (&'static str, fn(&str) -> String);

/// Fourteen hours earlier, each.
const OTHER_ZONE: &str = "all times in another zone";

const TIMES: [Shift; 7] = [
    ("all times in the year 1", |time| format!("0001{}", &time[4..])),
    ("all times in the year 9999", |time| format!("9999{}", &time[4..])),
    (OTHER_ZONE, |time| format!("{}+14:00", time[..time.len().min(19)].trim_end_matches('Z'))),
    ("all times without a zone", |time| time[..time.len().min(19)].trim_end_matches('Z').to_owned()),
    ("all times in the thirteenth month", |time| format!("{}13{}", &time[..5], &time[7..])),
    ("all times at a leap second", |time| format!("{}T23:59:60Z", &time[..10])),
    ("all times as the word of a day", |_| "yesterday".to_owned()),
];

/// The first two entries of a list with one field of theirs changed round, for each field: their ids, titles, times. Only
/// like entries change anything round: to give a whole one what stood in a broken one, or a service the word of a group,
/// takes that word away.
fn swapped(whole: &Value, way: &Way) -> Vec<(String, String)> {
    let list = find(&mut whole.clone(), way).clone();
    let Some([Value::Object(first), Value::Object(second), ..]) = list.as_array().map(Vec::as_slice) else {
        return Vec::new();
    };
    if !first.keys().eq(second.keys()) {
        return Vec::new();
    }
    let differs =
        |name: &&String| first[*name].is_string() && second[*name].is_string() && first[*name] != second[*name];
    let swap = |name: &String| {
        let mut list = list.clone();
        (list[0][name], list[1][name]) = (second[name].clone(), first[name].clone());
        (format!("with {name} of two entries changed round"), put(whole, way, list))
    };
    first.keys().filter(differs).map(swap).collect()
}

/// Whole numbers that may be times, in seconds or thousandths since 1970, as another.
fn with_seconds(value: &Value, seconds: i64) -> Value {
    match value {
        Value::Array(entries) => entries.iter().map(|value| with_seconds(value, seconds)).collect(),
        Value::Object(fields) => {
            let each = fields.iter().map(|(name, value)| (name.clone(), with_seconds(value, seconds)));
            each.collect::<Map<_, _>>().into()
        }
        Value::Number(number) if number.as_i64().is_some_and(|number| number > 1_000_000_000) => json!(seconds),
        Value::String(text) if text.parse::<i64>().is_ok_and(|number| number > 1_000_000_000) => {
            json!(seconds.to_string())
        }
        other => other.clone(),
    }
}

fn moved(value: &Value, shift: fn(&str) -> String) -> Value {
    match value {
        Value::Array(entries) => entries.iter().map(|value| moved(value, shift)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), moved(value, shift))).collect::<Map<_, _>>().into()
        }
        Value::String(text) if is_time(text) => shift(text).into(),
        other => other.clone(),
    }
}

fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.is_ascii()
        && (19..=35).contains(&bytes.len())
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && (bytes[4], bytes[7], bytes[10]) == (b'-', b'-', b'T')
}
