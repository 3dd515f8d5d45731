//! What a look means and who is told: diff, effects, route, and the words of a message.
//!
//! Layer 1, pure: no async, no IO, no clock. A decision not to send is a value with its reason, like one to send.

pub mod about;
pub mod ahead;
pub mod blind;
pub mod diff;
pub mod drift;
pub mod effects;
pub mod facts;
pub mod graph;
pub mod idle;
pub mod keep;
pub mod kin;
pub mod lost;
pub mod message;
pub mod miss;
pub mod route;
pub mod rules;
pub mod second;
pub mod shift;
pub mod step;
pub mod wish;
