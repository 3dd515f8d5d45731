//! The shape of JSON: level by level, the items of a list together.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::shape::{Kinds, MOST_PLACES, Place, Shape};

/// How deep it goes.
const DEEPEST: usize = 12;
/// How many values of one place are looked at: the first of a long list speak for the others.
const MOST_VALUES: usize = 300;
/// An object with more keys is one whose keys are ids.
const MOST_KEYS: usize = 60;
/// A longer key is no name of a field.
const LONGEST_KEY: usize = 64;

/// The values at one place.
type Values<'a> = Vec<&'a Value>;

pub fn shape(document: &Value) -> Shape {
    let mut shape = Shape::default();
    let mut level: Vec<(String, Values<'_>)> = vec![(String::new(), vec![document])];
    for depth in 1..=DEEPEST {
        let mut next = Vec::new();
        for (path, values) in level {
            for (path, place, values) in inside(&path, &values) {
                if shape.places.len() >= MOST_PLACES {
                    shape.cut_at.get_or_insert(depth);
                    return shape;
                }
                shape.places.insert(path.clone(), place);
                next.push((path, values));
            }
        }
        level = next;
    }
    if level.iter().any(|(_, values)| values.iter().any(|v| v.is_object() || v.is_array())) {
        shape.cut_at = Some(DEEPEST);
    }
    shape
}

/// The places inside the values of one place.
fn inside<'a>(path: &str, values: &[&'a Value]) -> Vec<(String, Place, Values<'a>)> {
    let objects: Vec<_> = values.iter().filter_map(|v| v.as_object()).collect();
    let lists: Vec<_> = values.iter().filter_map(|v| v.as_array()).collect();
    let mut fields: BTreeMap<&str, (u32, Values<'a>)> = BTreeMap::new();
    for (key, value) in objects.iter().flat_map(|object| object.iter()) {
        let (had, values) = fields.entry(key).or_default();
        *had += 1;
        if values.len() < MOST_VALUES {
            values.push(value);
        }
    }
    let mut found = Vec::new();
    if are_ids(&fields) {
        let had = count(objects.iter().filter(|object| !object.is_empty()).count());
        let values: Values<'a> = fields.into_values().flat_map(|(_, values)| values).take(MOST_VALUES).collect();
        found.push((format!("{path}{{}}"), place(&values, count(objects.len()), had), values));
    } else {
        let of = count(objects.len());
        let dot = if path.is_empty() { "" } else { "." };
        found.extend(
            fields
                .into_iter()
                .map(|(key, (had, values))| (format!("{path}{dot}{key}"), place(&values, of, had), values)),
        );
    }
    if !lists.is_empty() {
        let had = count(lists.iter().filter(|list| !list.is_empty()).count());
        let values: Values<'a> = lists.iter().flat_map(|list| list.iter()).take(MOST_VALUES).collect();
        if !values.is_empty() {
            found.push((format!("{path}[]"), place(&values, count(lists.len()), had), values));
        }
    }
    found
}

fn place(values: &[&Value], of: u32, had: u32) -> Place {
    let kinds = values.iter().fold(Kinds::default(), |kinds, value| kinds.with(kind(value)));
    Place { kinds, of, had, count: count(values.len()) }
}

fn kind(value: &Value) -> Kinds {
    match value {
        Value::Null => Kinds::NOTHING,
        Value::Bool(_) => Kinds::TRUTH,
        Value::Number(_) => Kinds::NUMBER,
        Value::String(_) => Kinds::TEXT,
        Value::Array(list) if list.is_empty() => Kinds::EMPTY_LIST,
        Value::Array(_) => Kinds::LIST,
        Value::Object(_) => Kinds::OBJECT,
    }
}

/// Whether these keys are ids and no names of fields: most of them look like ids, or there are too many.
fn are_ids(fields: &BTreeMap<&str, (u32, Values<'_>)>) -> bool {
    let ids = fields.keys().filter(|key| is_id(key)).count();
    fields.len() > MOST_KEYS || ids * 2 > fields.len()
}

/// Whether a key names one thing among its like (`us-east-1`, `c7f3…`, `2024-07-19`) rather than a field.
fn is_id(key: &str) -> bool {
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    let is_hex = key.len() >= 8 && key.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    key.is_empty()
        || key.len() > LONGEST_KEY
        || key.contains([' ', '/', ':', '@', '.', '[', '{'])
        || key.starts_with(|c: char| c.is_ascii_digit())
        || is_hex && digits > 0
        || digits >= 3
        || digits > 0 && key.contains('-')
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(document: &Value) -> Vec<String> {
        shape(document).places.into_keys().collect()
    }

    #[test]
    fn items_are_one_place_and_say_how_many_had_what() {
        let shape = shape(&json!({"list": [{"a": 1, "b": "x"}, {"a": null}], "none": []}));
        assert_eq!(shape.places.keys().collect::<Vec<_>>(), ["list", "list[]", "list[].a", "list[].b", "none"]);
        let a = shape.places["list[].a"];
        assert_eq!((a.of, a.had, a.count, a.kinds), (2, 2, 2, Kinds::NUMBER.with(Kinds::NOTHING)));
        let b = shape.places["list[].b"];
        assert_eq!((b.of, b.had), (2, 1));
        assert_eq!(shape.places["none"].kinds, Kinds::EMPTY_LIST);
    }

    #[test]
    fn keys_that_are_ids_are_one_place() {
        assert_eq!(paths(&json!({"us-east-1": {"s": 1}, "eu-west-2": {"s": 2}})), ["{}", "{}.s"]);
        assert_eq!(paths(&json!({"by": {"0f3c99aa21": 1}})), ["by", "by{}"]);
        assert_eq!(paths(&json!({"page": {"line1": 1, "name": 2}})), ["page", "page.line1", "page.name"]);
        let many: Value = (0..100)
            .map(|n| (format!("key{}", char::from(b'a' + n % 26).to_string().repeat(n as usize / 26 + 1)), json!(1)))
            .collect();
        assert_eq!(paths(&many), ["{}"]);
    }

    #[test]
    fn it_is_bounded_in_width_and_depth() {
        let wide: Value = (0..50u8)
            .map(|n| {
                (
                    format!("w{}", char::from(b'a' + n % 26).to_string().repeat(usize::from(n) / 26 + 1)),
                    json!({"a": {"b": 1, "c": 1, "d": 1}, "e": {"f": 1, "g": 2, "h": 3, "i": 4, "j": 5}}),
                )
            })
            .collect();
        let shape_of_wide = shape(&wide);
        assert_eq!((shape_of_wide.places.len(), shape_of_wide.cut_at), (MOST_PLACES, Some(3)));
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!({"a": deep});
        }
        let deep = shape(&deep);
        assert_eq!((deep.places.len(), deep.cut_at), (DEEPEST, Some(DEEPEST)));
    }
}
