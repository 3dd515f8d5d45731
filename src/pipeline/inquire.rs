//! A source that is answered by something else than its document for long: its page is asked anew how it publishes, and
//! what came of it is kept, shown, and told to those who look after sources. It never changes how a source is read,
//! except where its file leaves that open.

use jiff::{SignedDuration, Timestamp};

use super::compiled::Compiled;
use super::deliver::Time;
use super::detect::{Again, detect_again, page_of};
use super::drift::about;
use super::kill_point;
use super::look::Ask;
use super::settle::{Happened, settle_vendor};
use crate::model::credentials::Access;
use crate::model::format::Format;
use crate::model::incident::Health;
use crate::model::inquiry::{Came, Inquiry, Proposal};
use crate::model::snapshot::Look;
use crate::model::vendor::Source;
use crate::store::{Store, StoreError};

/// So many looks in a row must have got something else, over so long: a page that stumbles, or is rebuilt while it is
/// looked at, is not asked for everything.
const LOOKS: u32 = 5;
const LASTING: SignedDuration = SignedDuration::from_mins(30);
/// How long a page that was asked is left alone: it was asked for up to eighty addresses.
const REST: SignedDuration = SignedDuration::from_hours(4);
/// The same where it did not answer, which cost it one or two.
const SHORT_REST: SignedDuration = SignedDuration::from_mins(30);

/// Something else was answered than the document, at every look since. It is kept in memory alone: after a restart it is
/// counted from the beginning, which delays an inquiry by half an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strange {
    since: Timestamp,
    looks: u32,
}

impl Strange {
    /// The same after one look more.
    #[must_use]
    pub fn after(before: Option<Self>, look: &Look, now: Timestamp) -> Option<Self> {
        match look {
            Look::Unreadable(why) if why.is_another_document() => {
                let before = before.unwrap_or(Self { since: now, looks: 0 });
                Some(Self { looks: before.looks.saturating_add(1), ..before })
            }
            // A server that fails or says nothing says nothing of its platform.
            Look::Unreadable(_) | Look::Snapshot(_) | Look::SameAsBefore => None,
        }
    }

    /// Whether it has lasted long enough to ask how the page publishes.
    #[must_use]
    pub fn is_long(self, now: Timestamp) -> bool {
        self.looks >= LOOKS && now.duration_since(self.since) >= LASTING
    }
}

/// Whether the page of a source may be asked at all. What lets in only those who show credentials, or is called rather
/// than opened, is no page; and what its file leaves open is asked by each look while nothing is found.
#[must_use]
pub fn may_be_asked(source: &Source) -> bool {
    let is_open = source.access == Access::Open && !source.format.wants_credentials();
    is_open && !matches!(source.format, Format::Auto | Format::Manual) && page_of(source).is_some()
}

/// Asks the page of a source anew how it publishes, unless it was asked not long ago; keeps what came of it, and puts
/// what is to be told into the outbox, in one transaction. Nothing is kept of a source that was read well meanwhile.
///
/// # Errors
/// [`StoreError`] when nothing could be written; then the next look that gets something else asks for it again.
pub async fn inquire_once(
    store: &Store,
    compiled: &Compiled,
    source: &Source,
    ask: &dyn Ask,
    time: &impl Time,
) -> Result<Happened, StoreError> {
    let (about, page) = (about(source), page_of(source));
    let Some(page) = page.filter(|_| may_be_asked(source)) else { return Ok(Happened::default()) };
    let begun = time.now();
    let before = store.asked_anew(&source.id).await?.filter(|before| before.about == about);
    if before.is_some_and(|before| begun.duration_since(before.at) < rest(before.inquiry.as_ref())) {
        return Ok(Happened::default());
    }
    let again = detect_again(store, compiled, source, ask, begun).await?;
    kill_point("asked_anew");
    let detected = match &again {
        Again::Other(detected, _) if source.auto.is_some() => Some(detected.clone()),
        Again::Other(..) | Again::Same | Again::Nothing(_) => None,
    };
    // Asking takes up to two minutes, in which much may have been written.
    let now = time.now();
    let inquiry = Inquiry { at: now, about, page: page.clone(), came: came(source, again) };
    let mut tx = store.write().await?;
    tx.under(compiled.edition)?;
    let health = tx.known(&source.id, &[]).await?.health;
    if !matches!(health, Health::Unreadable { .. }) {
        return Ok(Happened { detected, ..Happened::default() });
    }
    tx.put_inquiry(&source.id, &inquiry).await?;
    let happened = settle_vendor(&mut tx, compiled, &source.id, Vec::new(), false, now).await?;
    tx.commit().await?;
    Ok(Happened { detected, inquiry: Some(Box::new(inquiry)), ..happened })
}

/// Whether an inquiry says anything of a source as it is read now.
#[must_use]
pub fn is_of(inquiry: &Inquiry, source: &Source) -> bool {
    inquiry.about == about(source)
}

fn rest(before: Option<&Inquiry>) -> SignedDuration {
    match before.map(|before| &before.came) {
        Some(Came::Nothing { why: Some(_), .. }) => SHORT_REST,
        Some(Came::Nothing { why: None, .. } | Came::Same | Came::Other(_)) | None => REST,
    }
}

fn came(source: &Source, again: Again) -> Came {
    match again {
        Again::Same => Came::Same,
        Again::Other(found, titled) => Came::Other(Proposal {
            format: found.format,
            url: found.url,
            roles: found.roles,
            titled,
            sign: found.sign,
            is_taken_up: source.auto.is_some(),
        }),
        Again::Nothing(nothing) => {
            Came::Nothing { tried: nothing.tried.len(), why: nothing.why.map(|why| why.to_string()) }
        }
    }
}
