//! A person says that what a source is read as is right: a guess is one no longer, and what a page has become is what is
//! usual from now on. Who says so stands in the audit.

use jiff::Timestamp;

use super::compiled::Compiled;
use super::hand::NotTaken;
use super::settle::{self, Happened};
use crate::alerting::diff::Diff;
use crate::model::audit::{By, Deed, Entry};
use crate::model::doubt::Doubt;
use crate::model::id::SourceId;
use crate::model::incident::Health;
use crate::store::Store;
use crate::store::drift::Confirmation;

/// Confirms how a source is read. What was withheld because nobody had is told now, and so is that a doubt is over.
///
/// # Errors
/// [`NotTaken::Senseless`] where there is nothing to confirm: no such source, none that was read, none in doubt.
pub async fn confirm(
    store: &Store,
    compiled: &Compiled,
    source: &SourceId,
    by: &By,
    now: Timestamp,
) -> Result<Happened, NotTaken> {
    let Some(polled) = compiled.sources.get(source) else {
        let why = format!("{source} is not looked at: it is no source of a vendor that the inventory needs");
        return Err(NotTaken::Senseless(why));
    };
    let mut tx = store.write().await?;
    let before = tx.known(source, &[]).await?;
    if !matches!(before.health, Health::Readable { .. }) {
        let why = before.health.why().unwrap_or_default();
        return Err(NotTaken::Senseless(format!(
            "the last look at {source} read nothing ({why}); only a good one counts"
        )));
    }
    let is_guessed = tx.unconfirmed(&compiled.guessed).await?.contains(source);
    let mut watch = tx.watch(source).await?;
    let doubts: Vec<Doubt> = watch.doubts().into_iter().filter(Doubt::is_about_all).collect();
    if !is_guessed && doubts.is_empty() {
        return Err(NotTaken::Senseless(nothing_waits(source, &watch.doubts())));
    }
    watch.accept();
    tx.put_watch(source, &watch).await?;
    let word = Confirmation { format: polled.format.name().to_owned(), at: now, who: by.who.clone() };
    tx.put_confirmation(source, &word).await?;
    let after = Diff { changes: Vec::new(), known: before.clone() }.doubting(&before.health, watch.doubts(), now);
    tx.put_health(source, &after.known.health).await?;
    let happened = settle::settle_vendor(&mut tx, compiled, source, after.changes, false, now).await?;
    let said = doubts.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let detail = if said.is_empty() { format!("as {}", word.format) } else { format!("as {}: {said}", word.format) };
    tx.put_audit(&Entry::of(now, by, Deed::SourceConfirmed, source.as_str()).with(detail)).await?;
    tx.commit().await?;
    Ok(happened)
}

/// Why there is nothing to confirm: the source is read as usual, or it is the inventory that must be mended.
fn nothing_waits(source: &SourceId, doubts: &[Doubt]) -> String {
    match doubts.first() {
        None => format!("nothing about {source} waits for a word: it is read as usual"),
        Some(lost) => {
            format!("{source}: {lost}. Write what it is called now into inventory.toml; no word makes it right")
        }
    }
}
