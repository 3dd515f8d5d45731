//! What is known of the documents of a source: how far they are from what is usual, when they last changed, which words
//! of theirs nobody knows; and the button by which somebody who may act confirms them.

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::SignedDuration;

use crate::model::clock_text::span;
use crate::model::doubt::{Doubt, StrangeWord, Watch};
use crate::model::id::SourceId;
use crate::model::incident::Health;
use crate::store::drift::{AllWatched, Stillness};
use crate::web::now::Now;
use crate::web::view::{Theirs, When, age, count};
use crate::web::who::{May, Viewer, Way};

/// Strange words that a row names.
const WORDS: usize = 4;
/// A page is said to stand still after so many times its longest silence, and never before this.
const STILL_TIMES: i64 = 5;
const STILL_AT_LEAST: SignedDuration = SignedDuration::from_hours(6);
/// By fewer changes than this nobody knows its habit.
const ENOUGH_MOVES: i64 = 12;

/// What is known of the documents: how far from usual, since when, confirmed by whom.
#[derive(Template)]
#[template(path = "page/documents.html")]
pub struct Documents {
    /// How many fields are usual, and how many are not as they were.
    usual: usize,
    off: usize,
    changed: Option<When>,
    still: Option<String>,
    confirmed: Option<(Theirs, When)>,
}

impl HtmlSafe for Documents {}

/// What is strange in them and waits for somebody: words that nobody knows, and the button that confirms.
#[derive(Template)]
#[template(path = "page/waits.html")]
pub struct Waits {
    id: String,
    words: Vec<(Theirs, Theirs, String)>,
    more_words: usize,
    /// Whether it waits for a person's word.
    is_waiting: bool,
    can_act: bool,
    is_person: bool,
    form: String,
}

impl HtmlSafe for Waits {}

impl Documents {
    pub fn of(now: &Now, watches: &AllWatched, source: &SourceId) -> Self {
        let (off, usual) = watches.watch.get(source).map(Watch::distance).unwrap_or_default();
        let format = now.compiled.sources.get(source).map(|s| s.format.name());
        let stillness = watches.still.get(source).copied().unwrap_or_default();
        let word = watches.confirmed.get(source).filter(|word| Some(word.format.as_str()) == format);
        Self {
            usual,
            off,
            changed: stillness.moved.map(|at| When::of(now, at)),
            still: still(now, source, stillness, watches),
            confirmed: word.map(|word| (Theirs::line(&word.who), When::of(now, word.at))),
        }
    }
}

impl Waits {
    pub fn of(now: &Now, watches: &AllWatched, source: &SourceId) -> Self {
        let viewer = Viewer::now();
        let words = watches.watch.get(source).map(|watch| watch.words.as_slice()).unwrap_or_default();
        let health = now.scene.world.sources.get(source);
        let is_doubtful = health.is_some_and(|health| health.doubts().iter().any(Doubt::is_about_all));
        let is_read = health.is_some_and(|health| matches!(health, Health::Readable { .. }));
        let is_waiting = is_doubtful || now.scene.world.unconfirmed.contains(source);
        Self {
            id: source.to_string(),
            more_words: words.len().saturating_sub(WORDS),
            words: words.iter().rev().take(WORDS).map(|word| heard(now, word)).collect(),
            is_waiting: is_read && is_waiting,
            is_person: viewer.way == Way::Session,
            can_act: viewer.way == Way::Session && viewer.may >= May::Act,
            form: viewer.form.unwrap_or_default(),
        }
    }
}

/// A word, where it stood, and when.
fn heard(now: &Now, word: &StrangeWord) -> (Theirs, Theirs, String) {
    let hours = count(usize::try_from(word.hours).unwrap_or(usize::MAX), "hour");
    let seen = format!("in {hours}, first {}, last {}", age(now, word.first), age(now, word.last));
    (Theirs::line(&word.word), Theirs::line(&word.path), seen)
}

/// Whether a page has not changed for far longer than it ever did, while others have. It may be right: nothing more is
/// made of it than these words.
fn still(now: &Now, source: &SourceId, stillness: Stillness, watches: &AllWatched) -> Option<String> {
    let moved = stillness.moved.filter(|_| stillness.moves >= ENOUGH_MOVES)?;
    let for_so_long = now.at.duration_since(moved);
    let longest = SignedDuration::from_millis(stillness.stillest_ms);
    let allowed = longest.checked_mul(i32::try_from(STILL_TIMES).ok()?)?.max(STILL_AT_LEAST);
    let others_move = watches.still.iter().any(|(id, other)| id != source && other.moved.is_some_and(|at| at > moved));
    (for_so_long > allowed && others_move).then(|| {
        let (so_long, longest) = (span(for_so_long.as_secs()), span(longest.as_secs()));
        format!("Its bytes have not changed for {so_long}; before, they never stood still for longer than {longest}, and other pages move. It may be right, or a copy that nobody refreshes.")
    })
}
