//! The words of Bellwether as validated values: what a vendor said, what the organisation runs, who wants to know.
//!
//! This is layer 0. It has no async, no file, no network, no clock; time is an argument. It names no other module.

pub mod account;
pub mod address;
pub mod ahead;
pub mod audit;
pub mod change;
pub mod clock_text;
pub mod condition;
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
pub mod inventory;
pub mod keeping;
pub mod mapping;
pub mod next_word;
pub mod notification;
pub mod own;
pub mod phase;
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
pub mod vendor;
