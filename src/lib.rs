//! Bellwether watches the vendors an organisation depends on and tells the right people when one of them hurts a
//! service they care about. The map is in ARCHITECTURE.md.

pub mod alerting;
pub mod clock;
// Brings `say!`.
#[macro_use]
pub mod commands;
pub mod config;
pub mod delivery;
pub mod demo;
pub mod fetch;
pub mod model;
pub mod normalize;
pub mod outgoing;
pub mod pipeline;
pub mod scheduler;
pub mod store;
pub mod web;
