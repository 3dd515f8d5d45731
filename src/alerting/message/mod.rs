//! Facts into words: a subject for a lock screen, plain text, HTML, and the JSON of the webhook.
//!
//! Pure, and the same facts make the same bytes. The first line answers what of ours is hurt, how badly, where,
//! by whom and since when. What nobody knows is never worded as fine, and no end is worded as an all-clear.
//! Whatever a vendor or a user wrote is cleaned once, in [`clean`], before anything else sees it.

mod advice;
mod ahead;
pub mod asking;
pub mod card;
mod changed;
mod circumstance;
mod clean;
mod clean_shift;
mod course;
mod digest;
mod gsm;
mod headline;
mod html;
mod keeping;
mod letter;
mod plain;
mod rows;
mod say;
mod shift;
mod shift_short;
pub mod short;
pub mod subject;
mod trouble;
mod vendor;
pub mod webhook;
mod webhook_knowledge;
mod webhook_reading;
mod webhook_shift;
pub mod words;

use crate::model::id::NotificationId;
use crate::model::notification::{Facts, Message};

/// The message that tells `facts`, ready for any way.
#[must_use]
pub fn message(id: &NotificationId, facts: &Facts) -> Message {
    let facts = clean::facts(facts);
    let letter = letter::letter(id, &facts);
    let short = short::short(&facts);
    let body = webhook::body(id, &facts, &letter, &short);
    Message {
        text: plain::text(&letter),
        html: html::html(&letter),
        json: serde_json::to_value(&body).unwrap_or_default(),
        short,
        subject: letter.subject,
    }
}
