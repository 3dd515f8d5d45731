//! Our own path: whether we look, whether anybody is told, and what nobody can see. It stands before everything else,
//! since the rest is worth no more than it.

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::{SignedDuration, Timestamp};

use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::incident::Health;
use crate::model::text;
use crate::web::now::Now;
use crate::web::view::{Badge, When, count, list};

/// The sources that are named; the page of sources names all.
const NAMED: usize = 2;
/// A message that has waited longer is not on its usual way.
const WAITS_LONG: SignedDuration = SignedDuration::from_mins(10);

/// Our own path.
#[derive(Template)]
#[template(path = "page/path.html")]
pub struct OurPath {
    nobody_is_told: bool,
    polling: Cell,
    last_read: Option<When>,
    alerting: Cell,
    last_delivered: Option<When>,
    waiting: i64,
    oldest: Option<When>,
    dead: i64,
    blind: Cell,
    unread: Vec<Unread>,
    more_unread: usize,
    unspoken: usize,
    unspoken_names: String,
}

impl HtmlSafe for OurPath {}

/// A state and what it is about.
struct Cell {
    class: &'static str,
    badge: Badge,
    words: String,
}

/// A source that cannot be read.
struct Unread {
    id: String,
    since: Option<When>,
    why: String,
}

impl OurPath {
    pub fn of(now: &Now) -> Self {
        let sources = &now.scene.world.sources;
        let unread: Vec<Unread> = sources.iter().filter_map(|(id, health)| unread(now, id, health)).collect();
        let unspoken = now.unspoken();
        let blind = blind(unread.len(), unspoken.values().map(Vec::len).sum(), now);
        let names: Vec<&str> = unspoken.keys().map(|id| now.compiled.graph.vendor_name(id)).collect();
        let outbox = &now.scene.outbox;
        Self {
            nobody_is_told: !now.compiled.rules.tells_anybody(),
            polling: polling(now),
            last_read: last_good(now).map(|at| When::age_of(now, at)),
            alerting: alerting(now),
            last_delivered: outbox.last_delivered.map(|at| When::of(now, at)),
            waiting: outbox.pending,
            oldest: outbox.oldest.map(|at| When::age_of(now, at)),
            dead: outbox.dead,
            blind,
            more_unread: unread.len().saturating_sub(NAMED),
            unread: unread.into_iter().take(NAMED).collect(),
            unspoken: unspoken.values().map(Vec::len).sum(),
            unspoken_names: list(&names, 4),
        }
    }
}

/// What a wall has room for: what is broken, and how looking and telling stand.
pub struct Short {
    /// What, how it stands, and about what.
    pub broken: Vec<(&'static str, Badge, String)>,
    pub polling: Badge,
    pub polled: String,
    pub alerting: Badge,
    pub alerted: String,
}

/// Our own path in short.
pub fn broken(now: &Now) -> Short {
    let (polling, alerting) = (polling(now), alerting(now));
    let unread = now.scene.world.sources.values().filter(|health| health.why().is_some()).count();
    let blind = blind(unread, 0, now);
    let cells = [("Polling", &polling), ("Alerting", &alerting), ("Our network", &blind)];
    let is_broken = |(_, cell): &(&'static str, &Cell)| cell.class == "broken";
    let broken = cells.into_iter().filter(is_broken).map(|(what, c)| (what, c.badge.clone(), c.words.clone()));
    Short {
        broken: broken.collect(),
        polling: polling.badge,
        polled: polling.words,
        alerting: alerting.badge,
        alerted: alerting.words,
    }
}

fn last_good(now: &Now) -> Option<Timestamp> {
    now.compiled.sources.keys().filter_map(|id| now.scene.marks.get(id)?.last_good).max()
}

fn polling(now: &Now) -> Cell {
    let all = now.compiled.sources.len();
    let in_time = now.compiled.sources.values().filter(|source| now.is_in_time(source)).count();
    let is_new = now.scene.world.sources.values().any(|health| *health == Health::NeverRead);
    let words = format!("{in_time} of {} read in time", count(all, "source"));
    let (class, impact, word) = match (in_time, all) {
        (_, 0) => ("", Impact::Unknown, "Nothing is polled"),
        (0, _) if is_new => ("", Impact::Unknown, "First looks"),
        (0, _) => ("broken", Impact::MajorOutage, "Nothing can be read"),
        (some, all) if some < all => ("", Impact::Degraded, "Works in part"),
        _ => ("fine", Impact::Operational, "Works"),
    };
    let words = if all == 0 { "no vendor of the inventory has a source".to_owned() } else { words };
    Cell { class, badge: Badge::saying(impact, word), words }
}

fn alerting(now: &Now) -> Cell {
    let outbox = &now.scene.outbox;
    let is_late = outbox.oldest.is_some_and(|at| now.at.duration_since(at) > WAITS_LONG);
    let (class, impact, word, words) = match () {
        () if !now.compiled.rules.tells_anybody() => {
            ("broken", Impact::MajorOutage, "Nobody is told", "there is no receiver".to_owned())
        }
        () if outbox.dead > 0 => ("broken", Impact::MajorOutage, "Messages given up", count_of(outbox.dead)),
        () if is_late => ("broken", Impact::PartialOutage, "Messages wait", count_of(outbox.pending)),
        // Nothing sent yet is nothing measured yet.
        () if outbox.last_delivered.is_none() => {
            ("", Impact::Unknown, "Not tried yet", "no message has been sent yet".to_owned())
        }
        () => ("fine", Impact::Operational, "Works", "the last message was taken".to_owned()),
    };
    Cell { class, badge: Badge::saying(impact, word), words }
}

fn count_of(messages: i64) -> String {
    count(usize::try_from(messages).unwrap_or(0), "message")
}

fn blind(unread: usize, unspoken: usize, now: &Now) -> Cell {
    let is_offline = now.scene.world.offline_since.is_some();
    let (class, impact, word, words) = match unread {
        _ if is_offline => ("broken", Impact::MajorOutage, "We are offline".to_owned(), "no source can be reached"),
        0 if unspoken > 0 => (
            "",
            Impact::Unknown,
            if unspoken == 1 { "1 dependency unseen".to_owned() } else { format!("{unspoken} dependencies unseen") },
            "every source is read",
        ),
        0 => ("", Impact::Operational, "None".to_owned(), "every dependency is seen"),
        some if is_read(now) => ("", Impact::Unknown, format!("{} not believed", count(some, "source")), ""),
        some => ("", Impact::Unknown, format!("{} blind", count(some, "source")), ""),
    };
    let impact = if now.compiled.sources.is_empty() { Impact::Unknown } else { impact };
    Cell { class, badge: Badge::saying(impact, word), words: words.to_owned() }
}

/// Whether every source answers, so that what is not seen is not believed rather than blind.
fn is_read(now: &Now) -> bool {
    now.scene.world.sources.values().all(|health| matches!(health, Health::Readable { .. }))
}

fn unread(now: &Now, id: &SourceId, health: &Health) -> Option<Unread> {
    let guessed =
        || now.scene.world.unconfirmed.contains(id).then(|| "not confirmed, how it is read was guessed".to_owned());
    let why = text::line(&health.why().or_else(guessed)?, 160);
    let since = match health {
        Health::Unreadable { since, .. } => Some(When::of(now, *since)),
        Health::Readable { stale, .. } => stale.map(|at| When::of(now, at)),
        Health::NeverRead => None,
    };
    Some(Unread { id: id.to_string(), since, why })
}
