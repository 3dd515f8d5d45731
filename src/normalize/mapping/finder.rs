//! What is found in one item: its fields as texts, each noted with where it came from.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::jq::Budget;
use super::program::{Node, Program};
use super::trace::{Line, Trace};
use super::when::{When, Year};
use crate::model::snapshot::Snapshot;
use crate::model::stated::Stated;
use crate::model::text;

/// The longest address that is kept.
const LINK_BYTES: usize = 2_000;
/// The clocks of others go wrong by less than this.
const AHEAD: SignedDuration = SignedDuration::from_mins(30);

/// What is needed to find anything.
pub struct Finder<'r> {
    pub budget: &'r Budget,
    pub when: &'r When,
    pub now: Timestamp,
    pub into: &'r mut Snapshot,
    pub trace: &'r mut Trace,
}

/// One item: itself, and the page with its details. A field is looked for in both, in this order.
pub struct Item<'i> {
    pub path: String,
    pub nodes: Vec<Node<'i>>,
    pub base: &'i Url,
}

impl Finder<'_> {
    /// The texts of a field, each on a line.
    pub fn lines(&mut self, item: &Item<'_>, name: &str, program: Option<&Program>) -> Vec<String> {
        let Some(program) = program else { return Vec::new() };
        let found = item.nodes.iter().map(|node| program.lines(node, self.budget));
        self.first(item, name, program, found.collect())
    }

    /// The text of a field, with its paragraphs.
    pub fn body(&mut self, item: &Item<'_>, name: &str, program: Option<&Program>) -> String {
        let Some(program) = program else { return String::new() };
        let found = item.nodes.iter().map(|node| program.bodies(node, self.budget)).collect();
        text::body(&self.first(item, name, program, found).join("\n\n"))
    }

    /// What the first node has; what is wrong in any is said.
    fn first(
        &mut self,
        item: &Item<'_>,
        name: &str,
        program: &Program,
        found: Vec<Result<Vec<String>, String>>,
    ) -> Vec<String> {
        let mut first = Vec::new();
        for found in found {
            match found {
                Ok(texts) if first.is_empty() => first = texts,
                Ok(_) => {}
                Err(why) => self.into.warn(format!("{}.{name}", item.path), why),
            }
        }
        self.note(item, name, program.text(), first.clone());
        first
    }

    /// Notes where a field came from.
    pub fn note(&mut self, item: &Item<'_>, name: &str, by: &str, raw: Vec<String>) {
        self.trace.field(|| Line {
            path: format!("{}.{name}", item.path),
            by: by.to_owned(),
            became: text::title(&raw.join(", ")),
            raw,
        });
    }

    /// The first text of a field, on a line.
    pub fn line(&mut self, item: &Item<'_>, name: &str, program: Option<&Program>) -> Option<String> {
        let line = self.lines(item, name, program).into_iter().next()?;
        Some(text::title(&line)).filter(|line| !line.is_empty())
    }

    /// A time. One that cannot be understood keeps its text, and that is said.
    pub fn time(&mut self, item: &Item<'_>, name: &str, program: Option<&Program>, year: Year) -> Option<Stated> {
        let raw = self.lines(item, name, program).into_iter().next()?;
        let stated = self.when.read(&raw, year, self.now);
        if stated.at.is_none() {
            let what = format!("is no time: {:?}; {}", stated.raw, self.when.way_out());
            self.into.warn(format!("{}.{name}", item.path), what);
        }
        self.has_been(item, name, &stated, year);
        if stated.at.is_some() && !stated.certain {
            self.trace
                .doubt(|| format!("{:?} does not say its zone for certain; {}", stated.raw, self.when.zone_taken()));
        }
        let doubt = if stated.certain { "" } else { ", zone not certain" };
        self.became(stated.at.map_or_else(|| "no time".to_owned(), |at| format!("{at}{doubt}")));
        Some(stated)
    }

    /// What has begun or was said lies behind us: if it does not, the zone is another. When something will end may be
    /// said ahead.
    fn has_been(&mut self, item: &Item<'_>, name: &str, stated: &Stated, year: Year) {
        let ahead = stated.at.map(|at| at.duration_since(self.now)).filter(|ahead| *ahead > AHEAD);
        if let Some(ahead) = ahead.filter(|_| year == Year::Past && name != "ended") {
            let what = format!(
                "lies {} h {} min ahead: {:?}; is `zone` in [source.map.time] right?",
                ahead.as_hours(),
                ahead.as_mins() % 60,
                stated.raw
            );
            self.into.warn(format!("{}.{name}", item.path), what);
        }
    }

    /// An address that a person can open.
    pub fn link(&mut self, item: &Item<'_>, name: &str, program: Option<&Program>) -> Option<String> {
        let raw = self.lines(item, name, program).into_iter().next()?;
        let url = item.base.join(&raw).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let link = url.map(String::from).filter(|link| link.len() <= LINK_BYTES);
        if link.is_none() {
            self.into.warn(format!("{}.{name}", item.path), format!("is no web address: {:?}", text::line(&raw, 60)));
        }
        self.became(link.clone().unwrap_or_default());
        link
    }

    /// Says what the field that was found last became.
    pub fn became(&mut self, became: String) {
        if let Some(line) = self.trace.fields.last_mut() {
            line.became = became;
        }
    }
}
