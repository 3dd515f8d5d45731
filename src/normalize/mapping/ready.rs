//! A mapping made ready: each expression compiled once, when the configuration is made, and all that is wrong told at
//! once with its key and its place.

use std::sync::Arc;

use super::program::Program;
use super::when::When;
use super::words::Words;
use super::wrong::{Fault, Wrong};
use super::{cut, jq};
use crate::model::format::Format;
use crate::model::impact::Impact;
use crate::model::mapping::{
    ComponentCovers, ComponentRules, EntryRules, Expression, ListCovers, Mapping, UpdateRules,
};
use crate::model::phase::{Kind, Phase};
use crate::model::vendor::Source;

/// Incidents or maintenances, ready.
#[derive(Debug)]
pub struct Entries {
    pub kind: Kind,
    pub items: Program,
    pub covers: ListCovers,
    pub none: Option<Program>,
    pub key: Option<Program>,
    pub title: Option<Program>,
    pub impact: Option<Program>,
    pub phase: Option<Program>,
    pub started: Option<Program>,
    pub ended: Option<Program>,
    pub updated: Option<Program>,
    pub components: Option<Program>,
    pub regions: Option<Program>,
    pub link: Option<Program>,
    pub text: Option<Program>,
    pub details: Option<Program>,
    pub updates: Option<Updates>,
    pub impacts: Words<Impact>,
    pub phases: Words<Phase>,
}

/// Updates, ready.
#[derive(Debug)]
pub struct Updates {
    pub items: Program,
    pub key: Option<Program>,
    pub at: Option<Program>,
    pub phase: Option<Program>,
    pub text: Option<Program>,
}

/// Components, ready.
#[derive(Debug)]
pub struct Components {
    pub items: Program,
    pub covers: ComponentCovers,
    pub key: Option<Program>,
    pub name: Option<Program>,
    pub group: Option<Program>,
    pub region: Option<Program>,
    pub status: Option<Program>,
    pub statuses: Words<Impact>,
}

/// A mapping, ready.
#[derive(Debug)]
pub struct Ready {
    pub sign: Program,
    pub everything: Option<Program>,
    pub ends: String,
    pub next: Option<Program>,
    pub when: When,
    pub entries: Vec<Entries>,
    pub components: Option<Components>,
}

/// The mapping of a source, made ready the first time that it is asked for.
///
/// # Errors
/// All that is wrong with it.
pub fn of(source: &Source) -> Option<Arc<Result<Ready, Vec<Wrong>>>> {
    let mapping = source.map.as_deref()?;
    let is_html = source.format == Format::Html;
    mapping
        .ready
        .filled(|| Maker { is_html, by_name: mapping.everything.is_some(), wrong: Vec::new() }.mapping(mapping))
}

/// Makes it ready, and gathers what is wrong on the way.
struct Maker {
    is_html: bool,
    by_name: bool,
    wrong: Vec<Wrong>,
}

impl Maker {
    fn mapping(mut self, rules: &Mapping) -> Result<Ready, Vec<Wrong>> {
        self.sign_says_something(&rules.sign);
        let sign = self.program("sign", &rules.sign);
        self.fitting(rules);
        let everything = rules.everything.as_ref().and_then(|one| self.program("everything", one));
        let next = rules.next.as_ref().and_then(|one| self.program("next", one));
        let when = When::compile(&rules.time).map_err(|wrong| {
            let wrong =
                wrong.into_iter().map(|(key, fault)| Wrong { key: format!("time.{key}"), fault, is_in_value: true });
            self.wrong.extend(wrong);
        });
        let mut entries = Vec::new();
        for (kind, name, block) in
            [(Kind::Incident, "incidents", &rules.incidents), (Kind::Maintenance, "maintenances", &rules.maintenances)]
        {
            entries.extend(block.as_ref().and_then(|block| self.entries(kind, name, block)));
        }
        let components = rules.components.as_ref().and_then(|block| self.components(block));
        let made = sign.zip(when.ok()).map(|(sign, when)| Ready {
            sign,
            everything,
            ends: rules.ends.clone().unwrap_or_else(|| "</html>".to_owned()),
            next,
            when,
            entries,
            components,
        });
        made.filter(|_| self.wrong.is_empty()).ok_or(self.wrong)
    }

    fn tell(&mut self, key: &str, what: &str, way_out: &str) {
        let fault = Fault { what: what.to_owned(), way_out: way_out.to_owned(), place: 0..0 };
        self.wrong.push(Wrong { key: key.to_owned(), fault, is_in_value: false });
    }

    /// A sign that every page bears is none.
    fn sign_says_something(&mut self, sign: &Expression) {
        match sign {
            Expression::Short(_) if self.is_html => self.tell(
                "sign",
                "an element without its text is on many pages",
                "write sign = { select = \"…\", text = \"what stands there on this vendor's page\" }",
            ),
            Expression::Cut(cut) if self.is_html && cut.text.as_ref().is_none_or(|text| text.trim().is_empty()) => {
                self.tell(
                    "sign",
                    "an element without its text is on many pages",
                    "add text = \"…\", a part of what stands there",
                );
            }
            Expression::Short(text) if matches!(text.trim(), "true" | "." | "1 == 1") => {
                self.tell(
                    "sign",
                    "every document has this sign",
                    "write what only this vendor's holds, as `.page.name == \"Acme\"`",
                );
            }
            Expression::Short(_) | Expression::Cut(_) => {}
        }
    }

    /// What belongs to the other language, or is empty.
    fn fitting(&mut self, rules: &Mapping) {
        if self.is_html && rules.everything.is_some() {
            self.tell("everything", "only JSON can be read by one expression", "leave it out");
        }
        if !self.is_html && rules.ends.is_some() {
            self.tell("ends", "JSON has its own end", "leave it out");
        }
        if rules.incidents.is_none() && rules.maintenances.is_none() && rules.components.is_none() {
            self.tell("", "nothing is read of the page", "add [source.map.incidents] or [source.map.components]");
        }
    }

    fn program(&mut self, key: &str, expression: &Expression) -> Option<Program> {
        let wrong = |key: String, fault| Wrong { key, fault, is_in_value: true };
        if self.is_html {
            return match cut::Program::compile(expression) {
                Ok(program) => Some(Program::Cut(program)),
                Err((part, fault)) => {
                    let key = part.map_or_else(|| key.to_owned(), |part| format!("{key}.{part}"));
                    self.wrong.push(wrong(key, fault));
                    None
                }
            };
        }
        match expression {
            Expression::Short(text) => match jq::Program::compile(text) {
                Ok(program) => Some(Program::Jq(program)),
                Err(fault) => {
                    self.wrong.push(wrong(key.to_owned(), fault));
                    None
                }
            },
            Expression::Cut(_) => {
                self.tell(key, "this table is for HTML", "write jq, as \".name\"");
                None
            }
        }
    }

    /// A field: what is written, or else the name that `everything` gives it.
    fn field(&mut self, block: &str, name: &str, expression: Option<&Expression>) -> Option<Program> {
        match expression {
            Some(expression) => self.program(&format!("{block}.{name}"), expression),
            None if self.by_name => jq::Program::compile(&format!(".{name}")).ok().map(Program::Jq),
            None => None,
        }
    }

    fn items(&mut self, block: &str, name: &str, expression: Option<&Expression>) -> Option<Program> {
        if expression.is_none() && !self.by_name {
            let example = if self.is_html { "div.incident" } else { ".incidents[]" };
            self.tell(
                &format!("{block}.items"),
                "this key is missing",
                &format!("say what finds them, as \"{example}\""),
            );
        }
        match expression {
            Some(expression) => self.program(&format!("{block}.items"), expression),
            None => jq::Program::compile(&format!(".{name}[]")).ok().map(Program::Jq),
        }
    }

    fn needed(&mut self, block: &str, name: &str, is_there: bool) {
        if !is_there && !self.by_name {
            self.tell(&format!("{block}.{name}"), "this key is missing", "say what finds it inside an item");
        }
    }

    fn entries(&mut self, kind: Kind, block: &str, rules: &EntryRules) -> Option<Entries> {
        self.needed(block, "key", rules.key.is_some());
        self.needed(block, "title", rules.title.is_some());
        if self.is_html && rules.covers == ListCovers::AllOpen && rules.none.is_none() {
            let what = "a page that was rebuilt would look like one on which nothing is open";
            let way_out = "say what it shows instead, as none = { select = \"p\", text = \"No incidents\" }, or write covers = \"delta\"";
            self.tell(&format!("{block}.none"), what, way_out);
        }
        self.words(kind, block, rules);
        let items = self.items(block, block, rules.items.as_ref());
        let none = rules.none.as_ref().and_then(|one| self.program(&format!("{block}.none"), one));
        let mut field = |name: &str, expression: &Option<Expression>| self.field(block, name, expression.as_ref());
        let fields = (
            (field("key", &rules.key), field("title", &rules.title), field("impact", &rules.impact)),
            (field("phase", &rules.phase), field("started", &rules.started), field("ended", &rules.ended)),
            (
                field("updated", &rules.updated),
                field("components", &rules.components),
                field("regions", &rules.regions),
            ),
            (field("link", &rules.link), field("text", &rules.text)),
        );
        let details = rules.details.as_ref().and_then(|one| self.program(&format!("{block}.details"), one));
        let updates = self.updates(block, rules.updates.as_ref());
        let ((key, title, impact), (phase, started, ended), (updated, components, regions), (link, text)) = fields;
        Some(Entries {
            kind,
            items: items?,
            covers: rules.covers,
            none,
            key,
            title,
            impact,
            phase,
            started,
            ended,
            updated,
            components,
            regions,
            link,
            text,
            details,
            updates,
            impacts: Words::of(&rules.impacts, open_impact),
            phases: Words::of(&rules.phases, if kind == Kind::Incident { incident_phase } else { maintenance_phase }),
        })
    }

    /// An open incident is never operational, and each kind has phases of its own.
    fn words(&mut self, kind: Kind, block: &str, rules: &EntryRules) {
        for (word, impact) in &rules.impacts {
            if *impact == Impact::Operational {
                let way_out = "write \"unknown\", or \"degraded\"; how an end is told stands in `phases`";
                self.tell(&format!("{block}.impacts.{word}"), "what is open is never operational", way_out);
            }
        }
        for (word, phase) in &rules.phases {
            if !phase.is_of(kind) {
                let known: Vec<&str> = Phase::ALL.iter().filter(|p| p.is_of(kind)).map(|p| p.word()).collect();
                let what = format!("`{phase}` is no phase of {} {}", article(kind), kind.word());
                self.tell(&format!("{block}.phases.{word}"), &what, &format!("write one of {}", known.join(", ")));
            }
        }
    }

    fn updates(&mut self, block: &str, rules: Option<&UpdateRules>) -> Option<Updates> {
        let block = format!("{block}.updates");
        let none = UpdateRules { items: None, key: None, at: None, phase: None, text: None };
        let rules = match rules {
            Some(rules) => rules,
            None if self.by_name => &none,
            None => return None,
        };
        self.needed(&block, "text", rules.text.is_some());
        // With `everything`, an incident may have no list of updates.
        let items = match (&rules.items, self.by_name) {
            (None, true) => jq::Program::compile(".updates[]?").ok().map(Program::Jq),
            (items, _) => self.items(&block, "updates", items.as_ref()),
        };
        let key = self.field(&block, "key", rules.key.as_ref());
        let at = self.field(&block, "at", rules.at.as_ref());
        let phase = self.field(&block, "phase", rules.phase.as_ref());
        let text = self.field(&block, "text", rules.text.as_ref());
        Some(Updates { items: items?, key, at, phase, text })
    }

    fn components(&mut self, rules: &ComponentRules) -> Option<Components> {
        let block = "components";
        self.needed(block, "name", rules.name.is_some());
        self.needed(block, "status", rules.status.is_some());
        let items = self.items(block, block, rules.items.as_ref());
        let key = self.field(block, "key", rules.key.as_ref());
        let name = self.field(block, "name", rules.name.as_ref());
        let group = self.field(block, "group", rules.group.as_ref());
        let region = self.field(block, "region", rules.region.as_ref());
        let status = self.field(block, "status", rules.status.as_ref());
        let statuses = Words::of(&rules.statuses, Impact::named);
        Some(Components { items: items?, covers: rules.covers, key, name, group, region, status, statuses })
    }
}

/// What is open is never operational.
fn open_impact(word: &str) -> Option<Impact> {
    Impact::named(word).filter(|impact| *impact != Impact::Operational)
}

fn incident_phase(word: &str) -> Option<Phase> {
    Phase::named(word).filter(|phase| phase.is_of(Kind::Incident))
}

fn maintenance_phase(word: &str) -> Option<Phase> {
    Phase::named(word).filter(|phase| phase.is_of(Kind::Maintenance))
}

const fn article(kind: Kind) -> &'static str {
    match kind {
        Kind::Incident => "an",
        Kind::Maintenance => "a",
    }
}
