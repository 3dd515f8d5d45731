//! The timeline of an incident: what each source did and said, what that did to us, and who was told of it.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::model::clock_text::{between, span};
use crate::model::impact::Impact;
use crate::model::phase::Kind;
use crate::model::text;
use crate::store::story::{Said, Story};
use crate::web::now::{Now, Trouble};
use crate::web::view::said::due;
use crate::web::view::{Theirs, When, class};

/// The longest text in the timeline; what is cut stands at the vendor, whole.
const QUOTE_CHARS: usize = 2_000;

/// A line of the timeline.
pub struct Entry {
    at: Timestamp,
    pub when: When,
    /// The shape of a state that began here.
    pub class: &'static str,
    pub is_ours: bool,
    /// Nothing came where something should have.
    pub is_gap: bool,
    pub head: String,
    pub words: String,
    pub who: Theirs,
}

/// Everything that happened, the newest first: what the vendor did, what it said, and what that did to us.
pub fn log(now: &Now, story: &Story, trouble: Option<&Trouble<'_>>) -> Vec<Entry> {
    let changes = story.changes.iter().map(|line| change(now, line.at, &line.doc));
    let effects = story.effects.iter().map(|line| effect(now, line.at, &line.doc));
    let told = story.deliveries.iter().filter_map(|d| {
        let at = d.ended.filter(|_| d.state == "delivered")?;
        Some(entry(now, at, None, true, format!("{} was told.", d.receiver), String::new(), &d.id))
    });
    // The sort is stable: of one moment, the words stand first, then what they changed, then what that did.
    let silent = began(now, story).into_iter().chain(limits(now, trouble)).chain(overdue(now, story));
    let mut log: Vec<Entry> = words(now, &story.said).chain(changes).chain(effects).chain(told).chain(silent).collect();
    log.sort_by_key(|entry| entry.at);
    log.reverse();
    log
}

fn change(now: &Now, at: Timestamp, doc: &Value) -> Entry {
    let word = |path: &str| doc.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let (kind, impact) = (word("/kind"), impact(word("/incident/impact")));
    let phase = word("/incident/phase").replace('_', " ");
    let how = match word("/resolved_how") {
        "vendor_said" => ": the vendor said so",
        "no_longer_listed" => ": no longer listed; the vendor did not say that it ended",
        "by_hand" => ": closed by hand",
        _ => "",
    };
    let label = impact.label().to_lowercase();
    let (head, shape) = match kind {
        "opened" => (format!("Opened, {label}. Phase: {phase}."), Some(impact)),
        "escalated" => (format!("Escalated to {label}. Phase: {phase}."), Some(impact)),
        "eased" => (format!("Eased to {label}. Phase: {phase}."), Some(impact)),
        "reopened" => (format!("Reopened, {label}. Phase: {phase}."), Some(impact)),
        "resolved" => (format!("Resolved{how}."), None),
        "withdrawn" => ("Withdrawn: it never was, or will not be.".to_owned(), None),
        _ => (format!("Updated. Phase: {phase}."), None),
    };
    entry(now, at, shape, false, head, String::new(), word("/source"))
}

fn effect(now: &Now, at: Timestamp, doc: &Value) -> Entry {
    let word = |path: &str| doc.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let path: Vec<&str> =
        doc.pointer("/path").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let service = path.first().copied().unwrap_or_else(|| word("/service"));
    let label = impact(word("/impact")).label().to_lowercase();
    let head = match word("/kind") {
        "hurt" => format!("{service} is hurt: {label}."),
        "worse" => format!("{service} is hurt worse: {label}."),
        "better" => format!("{service} is hurt less: {label}."),
        _ => format!("{service} is no longer hurt by this."),
    };
    let way = path.get(1..).unwrap_or_default().join(", because ");
    let who = if way.is_empty() { String::new() } else { format!("because {way}") };
    entry(now, at, None, true, head, String::new(), &who)
}

/// The words, at the time that they bear; what was changed afterwards at the time at which we saw it changed.
fn words<'a>(now: &'a Now, said: &'a [Said]) -> impl Iterator<Item = Entry> + 'a {
    said.iter().filter(|one| !one.update.text.is_empty()).map(|one| {
        let is_same = |other: &&Said| other.source == one.source && other.update.key == one.update.key;
        let version = said.iter().filter(is_same).filter(|other| other.seen_at < one.seen_at).count() + 1;
        let stated = one.update.at.as_ref();
        let bears = stated.and_then(|s| s.at).unwrap_or(one.seen_at);
        let unsure = if stated.is_none_or(|s| s.certain) { "" } else { "; time not certain" };
        let words = cut(&text::body(&one.update.text));
        if version > 1 {
            let head = format!("Changed what had been said at {}: version {version}.", now.times.local(bears));
            return entry(now, one.seen_at, None, false, head, words, &format!("{}{unsure}", one.source));
        }
        let late = between(bears, one.seen_at);
        let seen = if late >= 60 { format!(", seen {} later", span(late)) } else { String::new() };
        entry(now, bears, None, false, speaker(one), words, &format!("{}{seen}{unsure}", one.source))
    })
}

fn speaker(one: &Said) -> String {
    let phase = text::line(&one.update.vendor_phase, 80);
    match &one.update.author {
        Some(author) => format!("{} entered:", text::line(author, 80)),
        None if phase.is_empty() => "The vendor said:".to_owned(),
        None => format!("The vendor said, as “{phase}”:"),
    }
}

fn entry(
    now: &Now,
    at: Timestamp,
    shape: Option<Impact>,
    is_ours: bool,
    head: String,
    words: String,
    who: &str,
) -> Entry {
    let (when, class) = (When::of(now, at), shape.map_or("", class));
    Entry { at, when, class, is_ours, is_gap: false, head, words, who: Theirs::line(who) }
}

/// The impact of that word; one that nobody knows is unknown.
pub fn impact(word: &str) -> Impact {
    serde_json::from_value(Value::String(word.to_owned())).unwrap_or(Impact::Unknown)
}

fn cut(words: &str) -> String {
    match words.char_indices().nth(QUOTE_CHARS) {
        None => words.to_owned(),
        Some((end, _)) => format!("{}… (cut here)", words.get(..end).unwrap_or_default().trim_end()),
    }
}

/// The beginning, where the vendor stated one that lies before anybody spoke of it.
fn began(now: &Now, story: &Story) -> Option<Entry> {
    let outages = story.reports.iter().filter(|r| r.seen.kind == Kind::Incident);
    let stated = outages.filter_map(|r| r.seen.started.as_ref()).filter(|s| s.at.is_some());
    let first = stated.min_by_key(|s| s.at)?;
    let at = first.at?;
    let spoken = story.said.iter().filter_map(|s| s.update.at.as_ref()?.at).min();
    let is_before = spoken.is_none_or(|spoken| at < spoken) && story.reports.iter().all(|r| at < r.first_seen);
    let unsure = if first.certain { "" } else { "time not certain" };
    is_before.then(|| entry(now, at, None, false, "Began, as was said later.".to_owned(), String::new(), unsure))
}

/// What can be borne was passed.
fn limits<'a>(now: &'a Now, trouble: Option<&'a Trouble<'_>>) -> impl Iterator<Item = Entry> + 'a {
    trouble.into_iter().flat_map(move |trouble| {
        trouble.hurts.iter().filter_map(move |(service, _)| {
            let bears = SignedDuration::try_from(service.bears?).ok()?;
            let at = trouble.since.checked_add(bears).ok().filter(|at| *at <= now.at)?;
            let words = span(bears.as_secs());
            let head = format!("{} passed what can be borne, {words}.", service.name);
            Some(entry(now, at, None, true, head, String::new(), ""))
        })
    })
}

/// The next word was due, and has not come.
fn overdue(now: &Now, story: &Story) -> Option<Entry> {
    let at = story.reports.iter().filter_map(due).min().filter(|at| *at <= now.at)?;
    let head = format!("The vendor’s next word was due. Nothing has come for {}.", span(between(at, now.at)));
    Some(Entry { is_gap: true, ..entry(now, at, None, false, head, String::new(), "") })
}
