//! The whole program on one page: one incident from bytes to mail.
//!
//! 1. The scheduler finds a source due in this slot, takes a worker, and calls [`poll_once`].
//! 2. Where nobody knows yet how it publishes, [`detect`] finds out, and the look comes next time.
//!    Else [`look`] asks the format for a plan and has the requests carried out: a snapshot, the same as before, or
//!    unreadable and why.
//! 3. [`settle::take_in`] compares it with what is known of that source and finds the changes.
//! 4. In the same transaction it works out which services of ours are hurt, by which path, what each address has been
//!    told of it and what it should be told now, and puts the notifications into the outbox.
//! 5. It commits, to the disk. A crash from here on loses nothing.
//! 6. [`deliver::deliver_once`] takes the oldest due row, freezes its bytes, sends, and only then marks.
//! 7. [`settle::tick_once`] does what only time brings: a source blind for too long, a maintenance past its end, our own
//!    network gone, a maintenance that lies near enough ahead, the hour of a shift.
//!
//! 8. [`inquire::inquire_once`] asks a page anew how it publishes, where something else than the document came for long.
//!
//! `tests/it/walk.rs` follows this list step by step.

pub mod accounts;
pub mod acknowledge;
mod ahead;
pub mod assure;
pub mod auditor;
pub mod compiled;
pub mod confirm;
pub mod deliver;
pub mod detect;
mod drift;
mod gone;
pub mod hand;
pub mod inquire;
pub mod join;
mod keep;
pub mod look;
pub mod mapped;
pub mod own;
pub mod replay;
pub mod settle;
mod shift;
pub mod silence;
mod stage;
pub mod trial;
pub mod ways;
pub mod why;

use jiff::Timestamp;

use self::compiled::Compiled;
use self::look::{Ask, Memory};
use self::settle::Happened;
use crate::model::format::Format;
use crate::model::vendor::Source;
use crate::store::{Store, StoreError};

/// One look at one source, and all that follows from it up to the outbox.
///
/// # Errors
/// [`StoreError`] when nothing could be written; then nothing happened, and the next look finds it again.
pub async fn poll_once(
    store: &Store,
    compiled: &Compiled,
    source: &Source,
    memory: &mut Memory,
    ask: &dyn Ask,
    now: Timestamp,
) -> Result<Happened, StoreError> {
    if source.format == Format::Auto {
        return detect::detect_once(store, compiled, source, memory, ask, now).await;
    }
    let looked = look::look(ask, source, memory, now).await;
    kill_point("fetched");
    let mut happened = Happened::default();
    if !looked.is_nothing_new(memory) {
        // If it cannot be written, nothing of it was seen: the next look asks for the whole document again.
        let taken_in = settle::take_in(store, compiled, source, &looked, now).await;
        happened = taken_in.inspect_err(|_| memory.forget())?;
        memory.learn(&happened);
    }
    memory.keep(&looked, now);
    happened.leave_alone = looked.leave_alone;
    Ok(happened)
}

/// A named point at which a test can end the process. It does nothing unless built with `--features kill-points`.
#[cfg_attr(not(feature = "kill-points"), expect(unused_variables, reason = "the points are compiled out"))]
pub(crate) fn kill_point(name: &'static str) {
    fail::fail_point!(name, |_| std::process::abort());
}
