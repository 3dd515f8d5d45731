//! The words of Bellwether as validated values: what a vendor said, what the organisation runs, who wants to know.
//!
//! This is layer 0. It has no async, no file, no network, no clock; time is an argument. It names no other module.

pub mod account;
pub mod address;
pub mod ahead;
pub mod arriving;
pub mod audit;
pub mod card;
pub mod change;
pub mod clock_text;
pub mod condition;
pub mod course;
pub mod credentials;
pub mod detected;
pub mod doubt;
pub mod effect;
pub mod feed;
pub mod format;
pub mod hash;
pub mod host;
pub mod id;
pub mod impact;
pub mod incident;
pub mod inquiry;
pub mod inventory;
pub mod keeping;
pub mod mapping;
pub mod next_word;
pub mod notification;
pub mod phase;
pub mod preset;
pub mod published;
pub mod quiet;
pub mod reason;
pub mod restless;
pub mod say;
pub mod secret;
pub mod shape;
pub mod shift;
pub mod silence;
pub mod snapshot;
pub mod stated;
pub mod subscription;
pub mod text;
pub mod thread;
pub mod vendor;
