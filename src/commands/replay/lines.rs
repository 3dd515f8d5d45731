//! The lines that a replay prints.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use anyhow::Result;
use serde_json::{Value, json};

use super::player::{Counted, Step};
use crate::model::change::Change;
use crate::model::published::time;
use crate::pipeline::settle::Notice;

/// Prints what happens, as JSON lines or as text, and counts it.
pub struct Printer {
    json: bool,
    incidents: BTreeSet<String>,
    changes: BTreeMap<&'static str, usize>,
    notifications: usize,
    broken: Option<std::io::Error>,
}

impl Printer {
    /// A printer to standard output.
    #[must_use]
    pub fn new(json: bool) -> Self {
        Self { json, incidents: BTreeSet::new(), changes: BTreeMap::new(), notifications: 0, broken: None }
    }

    /// Prints what one step led to.
    pub fn step(&mut self, step: &Step) {
        for change in &step.happened.changes {
            if let Change::Incident(c) = change {
                self.incidents.insert(c.report.incident.0.clone());
                *self.changes.entry(c.kind.word()).or_default() += 1;
            }
            self.line(&change.published());
        }
        for (kind, effect) in &step.happened.effects {
            self.line(&effect.published(*kind, step.at));
        }
        for notice in &step.happened.notices {
            self.notifications += usize::from(notice.sent);
            self.line(&published(notice));
        }
    }

    /// Prints the last line.
    ///
    /// # Errors
    /// What kept a line from being written.
    pub fn summary(mut self, counted: Counted) -> Result<()> {
        let summary = json!({
            "type": "summary", "bodies": counted.bodies, "looks": counted.looks, "unreadable": counted.unreadable,
            "incidents": self.incidents.len(), "changes": self.changes, "notifications": self.notifications,
        });
        self.line(&summary);
        self.broken.map_or(Ok(()), |error| Err(error.into()))
    }

    fn line(&mut self, value: &Value) {
        if self.broken.is_some() {
            return;
        }
        let text = if self.json { value.to_string() } else { plain(value) };
        if let Err(error) = writeln!(std::io::stdout().lock(), "{text}") {
            self.broken = Some(error);
        }
    }
}

fn published(notice: &Notice) -> Value {
    json!({
        "type": "notification", "at": time(notice.at), "receiver": notice.receiver, "services": notice.services,
        "subject": notice.subject, "sent": notice.sent, "why": notice.why,
    })
}

/// One line for people.
fn plain(value: &Value) -> String {
    let text = |key: &str| match &value[key] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let at = text("at");
    let words = |list: &Value, between: &str| {
        list.as_array()
            .map(|all| all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(between))
            .unwrap_or_default()
    };
    match value["type"].as_str().unwrap_or_default() {
        "change" => {
            let incident = &value["incident"];
            let of = |key: &str| incident[key].as_str().unwrap_or_default().to_owned();
            let how = value["resolved_how"].as_str().map(|how| format!(" ({how})")).unwrap_or_default();
            let impact = format!("{} “{}”, {}", of("impact"), of("vendor_impact"), of("phase"));
            format!("{at}  {:<10} {}  {}{how}: {impact}", text("kind"), text("source"), of("title"))
        }
        "component" => {
            let name = value["component"]["name"].as_str().unwrap_or_default();
            format!("{at}  component  {}  {name}: {} to {}", text("source"), text("from"), text("to"))
        }
        "source" => format!("{at}  source     {}  {} {}", text("source"), text("health"), text("why")),
        "effect" => {
            format!(
                "{at}  {:<10} {}  {}",
                text("kind").to_uppercase(),
                words(&value["path"], ", because "),
                text("impact")
            )
        }
        "notification" => {
            let sign = if value["sent"].as_bool() == Some(true) { "told" } else { "not told" };
            format!("{at}  {sign:<10} {}  {}  [{}]", text("receiver"), text("subject"), text("why"))
        }
        _ => format!(
            "{} bodies, {} looks, {} bodies unreadable, {} incidents, {} notifications; changes: {}",
            text("bodies"),
            text("looks"),
            text("unreadable"),
            text("incidents"),
            text("notifications"),
            text("changes")
        ),
    }
}
