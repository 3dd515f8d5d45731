//! What is known of the documents of a source: how far they are from what is usual, when they last changed, which words
//! of theirs nobody knows; and the button by which somebody who may act confirms them.

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::SignedDuration;

use crate::model::clock_text::span;
use crate::model::id::SourceId;
use crate::store::drift::{AllWatched, Confirmation, Stillness};
use crate::web::now::Now;
use crate::web::view::{Theirs, When, age};
use crate::web::who::{May, Viewer, Way};

/// Strange words that a row names.
const WORDS: usize = 4;
/// A page is said to stand still after so many times its longest silence, and never before this.
const STILL_TIMES: i64 = 5;
const STILL_AT_LEAST: SignedDuration = SignedDuration::from_hours(6);
/// By fewer changes than this nobody knows its habit.
const ENOUGH_MOVES: i64 = 12;

/// The part of a row that is about the documents.
#[derive(Template)]
#[template(path = "page/looked_after.html")]
pub struct LookedAfter {
    id: String,
    /// How many fields are usual, and how many are not as they were.
    usual: usize,
    off: usize,
    changed: Option<When>,
    still: Option<String>,
    words: Vec<(Theirs, Theirs, String)>,
    more_words: usize,
    confirmed: Option<(Theirs, When)>,
    /// Whether it waits for a person's word.
    waits: bool,
    can_act: bool,
    form: String,
}

impl HtmlSafe for LookedAfter {}

impl LookedAfter {
    pub fn of(now: &Now, watches: &AllWatched, source: &SourceId) -> Self {
        let viewer = Viewer::now();
        let watch = watches.watch.get(source).cloned().unwrap_or_default();
        let (off, usual) = watch.distance();
        let format = now.compiled.sources.get(source).map(|s| s.format.name());
        let stillness = watches.still.get(source).copied().unwrap_or_default();
        let is_current = |word: &&Confirmation| Some(word.format.as_str()) == format;
        let is_unconfirmed = now.scene.world.unconfirmed.contains(source);
        let health = now.scene.world.sources.get(source);
        let is_doubtful = health.is_some_and(|health| !health.doubts().is_empty());
        let is_read = health.is_some_and(|h| matches!(h, crate::model::incident::Health::Readable { .. }));
        let words = watch.words.iter().rev();
        Self {
            id: source.to_string(),
            usual,
            off,
            changed: stillness.moved.map(|at| When::of(now, at)),
            still: still(now, source, stillness, watches),
            more_words: watch.words.len().saturating_sub(WORDS),
            words: words
                .take(WORDS)
                .map(|w| {
                    let hours = if w.hours == 1 { "in 1 hour".to_owned() } else { format!("in {} hours", w.hours) };
                    let seen = format!("{hours}, first {}, last {}", age(now, w.first), age(now, w.last));
                    (Theirs::line(&w.word), Theirs::line(&w.path), seen)
                })
                .collect(),
            confirmed: watches
                .confirmed
                .get(source)
                .filter(is_current)
                .map(|word| (Theirs::line(&word.who), When::of(now, word.at))),
            waits: is_read && (is_unconfirmed || is_doubtful),
            can_act: viewer.way == Way::Session && viewer.may >= May::Act,
            form: viewer.form.unwrap_or_default(),
        }
    }
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
