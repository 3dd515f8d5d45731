//! One more line under `needs` of a service in inventory.toml, everything else in the file kept as it stands.

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

use crate::model::id::VendorId;
use crate::model::inventory::Without;

/// What a service is to need.
#[derive(Debug, Clone)]
pub struct Line {
    /// The vendor.
    pub vendor: VendorId,
    /// Its components, as the inventory picks them; all of the vendor if empty.
    pub components: Vec<String>,
    /// Its regions.
    pub regions: Vec<String>,
    /// What happens without it.
    pub without: Without,
}

/// Why the line cannot be put in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPut {
    /// The file is no TOML.
    #[error("the file cannot be read: {0}")]
    NotToml(String),
    /// It has no such service.
    #[error("it has no service `{service}`; its services are {known}")]
    NoService {
        /// The one that was named.
        service: String,
        /// Those that there are.
        known: String,
    },
    /// The service needs that vendor already.
    #[error("the service `{0}` needs this vendor already")]
    Needed(String),
    /// It is written in a way that is not edited here.
    #[error("{0}; write the line into it by hand")]
    Unusual(String),
}

impl Line {
    /// The line as it stands in the file.
    #[must_use]
    pub fn written(&self) -> String {
        self.table().to_string().trim().to_owned()
    }

    fn table(&self) -> InlineTable {
        let mut table = InlineTable::new();
        table.insert("vendor", self.vendor.as_str().into());
        for (key, names) in [("components", &self.components), ("regions", &self.regions)] {
            if !names.is_empty() {
                table.insert(key, Value::Array(names.iter().map(String::as_str).collect()));
            }
        }
        let without = match self.without {
            Without::Stops => "stops",
            Without::Degrades => "degrades",
        };
        table.insert("without", without.into());
        table
    }
}

/// The text of the file with the line in it.
///
/// # Errors
/// [`NotPut`].
pub fn with_line(text: &str, service: &str, line: &Line) -> Result<String, NotPut> {
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| NotPut::NotToml(error.message().to_owned()))?;
    let services = match document.get_mut("service") {
        Some(Item::ArrayOfTables(services)) => services,
        Some(_) => return Err(NotPut::Unusual("its services are not written as [[service]]".to_owned())),
        None => &mut ArrayOfTables::new(),
    };
    let id = |table: &Table| table.get("id").and_then(Item::as_str).map(str::to_owned);
    let known: Vec<String> = services.iter().filter_map(id).collect();
    let Some(found) = services.iter_mut().find(|table| id(table).as_deref() == Some(service)) else {
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(NotPut::NoService { service: service.to_owned(), known });
    };
    match found.get_mut("needs") {
        Some(Item::Value(Value::Array(needs))) => {
            if needs.iter().any(|need| names(need, &line.vendor)) {
                return Err(NotPut::Needed(service.to_owned()));
            }
            push(needs, line.table());
        }
        Some(Item::ArrayOfTables(needs)) => needs.push(line.table().into_table()),
        None => {
            let one: Array = std::iter::once(Value::InlineTable(line.table())).collect();
            found.insert("needs", Item::Value(Value::Array(one)));
        }
        Some(_) => return Err(NotPut::Unusual(format!("`needs` of the service `{service}` is no list"))),
    }
    Ok(document.to_string())
}

/// Whether an entry of `needs` names the vendor as one that is needed by itself.
fn names(need: &Value, vendor: &VendorId) -> bool {
    need.as_inline_table().and_then(|need| need.get("vendor")?.as_str()) == Some(vendor.as_str())
}

/// Puts an entry behind the last one, on a line of its own where the others have theirs; a comment behind the last one
/// stays with it.
fn push(needs: &mut Array, entry: InlineTable) {
    let decor = |value: &Value, of_prefix: bool| {
        let decor = value.decor();
        let raw = if of_prefix { decor.prefix() } else { decor.suffix() };
        raw.and_then(|raw| raw.as_str()).unwrap_or_default().to_owned()
    };
    let trailing = needs.trailing().as_str().unwrap_or_default().to_owned();
    let before = needs.iter().last().map(|last| decor(last, true)).unwrap_or_default();
    let behind = needs.iter().last().map(|last| decor(last, false)).unwrap_or_default();
    if let Some(last) = needs.iter_mut().last() {
        last.decor_mut().set_suffix("");
    }
    let is_of_lines = before.contains('\n') || trailing.contains('\n') || behind.contains('\n');
    let mut entry = Value::InlineTable(entry);
    if is_of_lines {
        let indent = before.rsplit_once('\n').map_or("    ", |(_, indent)| indent).to_owned();
        let closing = format!("{behind}{trailing}").rsplit_once('\n').map_or("", |(_, last)| last).to_owned();
        let kept = format!("{behind}{trailing}").trim_end().to_owned();
        entry.decor_mut().set_prefix(format!("{kept}\n{indent}"));
        needs.push_formatted(entry);
        needs.set_trailing(format!("\n{closing}"));
        needs.set_trailing_comma(true);
    } else {
        entry.decor_mut().set_prefix(if needs.is_empty() { "" } else { " " });
        needs.push_formatted(entry);
        needs.set_trailing(behind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line {
            vendor: VendorId::parse("acme").unwrap(),
            components: Vec::new(),
            regions: Vec::new(),
            without: Without::Stops,
        }
    }

    fn put(needs: &str) -> String {
        let text = format!("# top\n[[service]]\nid = \"ehr\" # ours\n{needs}\n[service.procedure]\nname = \"x\"\n");
        let new = with_line(&text, "ehr", &line()).unwrap();
        new.strip_prefix("# top\n[[service]]\nid = \"ehr\" # ours\n")
            .and_then(|rest| rest.strip_suffix("\n[service.procedure]\nname = \"x\"\n"))
            .unwrap_or_else(|| panic!("{new}"))
            .to_owned()
    }

    const NEW: &str = r#"{ vendor = "acme", without = "stops" }"#;

    #[test]
    fn a_line_goes_behind_the_last_one_and_comments_stay_where_they_were() {
        let one = r#"{ vendor = "other", without = "stops" }"#;
        assert_eq!(put(&format!("needs = [{one}]")), format!("needs = [{one}, {NEW}]"));
        assert_eq!(put("needs = []"), format!("needs = [{NEW}]"));
        assert_eq!(
            put(&format!("needs = [ # all\n    {one},\n]")),
            format!("needs = [ # all\n    {one},\n    {NEW},\n]")
        );
        assert_eq!(
            put(&format!("needs = [\n  # why\n  {one}, # why not\n  # and that\n]")),
            format!("needs = [\n  # why\n  {one}, # why not\n  # and that\n  {NEW},\n]")
        );
        assert_eq!(
            put(&format!("needs    = [\n\t{one} # last\n]")),
            format!("needs    = [\n\t{one}, # last\n\t{NEW},\n]")
        );
        assert_eq!(put("tier = \"clinical\""), format!("tier = \"clinical\"\nneeds = [{NEW}]"));
    }

    #[test]
    fn the_shipped_inventory_gains_one_line_and_loses_none() {
        let text = include_str!("../../../config/inventory.toml");
        for service in ["ehr", "e-prescribing", "imaging", "payroll", "monitoring"] {
            let new = with_line(text, service, &line()).unwrap();
            let lost: Vec<&str> = text.lines().filter(|line| !new.contains(line)).collect();
            assert!(lost.len() <= 1 && lost.iter().all(|line| line.starts_with("needs")), "{service}: {lost:?}");
            assert!(new.contains(NEW));
            let parsed = crate::config::inventory::parse("inventory.toml", &new);
            assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        }
    }

    #[test]
    fn names_are_quoted_and_what_is_there_already_is_not_put_twice() {
        let picky = Line { components: vec!["Say \"hi\"*".to_owned()], ..line() };
        assert_eq!(picky.written(), r#"{ vendor = "acme", components = ['Say "hi"*'], without = "stops" }"#);
        let text = format!("[[service]]\nid = \"ehr\"\nneeds = [{NEW}]\n");
        assert_eq!(with_line(&text, "ehr", &line()), Err(NotPut::Needed("ehr".into())));
        let unknown = with_line(&text, "her", &line()).unwrap_err();
        assert_eq!(unknown.to_string(), "it has no service `her`; its services are ehr");
        assert!(matches!(with_line("[[", "ehr", &line()), Err(NotPut::NotToml(_))));
    }

    #[test]
    fn needs_as_tables_get_a_table() {
        let text = "[[service]]\nid = \"ehr\"\n[[service.needs]]\nvendor = \"other\"\nwithout = \"stops\"\n";
        let new = with_line(text, "ehr", &line()).unwrap();
        assert_eq!(new, format!("{text}\n[[service.needs]]\nvendor = \"acme\"\nwithout = \"stops\"\n"));
    }
}
