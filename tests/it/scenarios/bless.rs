//! Writes what came into the files of scenarios, and leaves all else in them as it stands.

use std::fs;
use std::path::Path;

use toml_edit::{Array, DocumentMut, Item, Value};

use super::Came;

/// Writes the lists of all scenarios of a file.
pub fn write(path: &Path, all: &[Came]) {
    let before = fs::read_to_string(path).unwrap();
    let mut document: DocumentMut = before.parse().unwrap();
    let scenarios = document["scenario"].as_array_of_tables_mut().unwrap();
    for (table, came) in scenarios.iter_mut().zip(all) {
        for (key, lines) in [("told", &came.told), ("not_told", &came.not_told)] {
            let known: Vec<&str> =
                table.get(key).and_then(Item::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
            if known != lines.iter().map(String::as_str).collect::<Vec<_>>() || !table.contains_key(key) {
                table[key] = Item::Value(Value::Array(list(lines)));
            }
        }
    }
    let after = document.to_string();
    if after != before {
        fs::write(path, after).unwrap();
    }
}

/// One line for each.
fn list(lines: &[String]) -> Array {
    let mut list = Array::new();
    for line in lines {
        let mut value = Value::from(line.as_str());
        value.decor_mut().set_prefix("\n    ");
        list.push_formatted(value);
    }
    if !lines.is_empty() {
        list.set_trailing_comma(true);
        list.set_trailing("\n");
    }
    list
}
