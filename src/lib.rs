//! Bellwether watches the vendors an organisation depends on and tells the right people when one of them hurts a
//! service they care about. The map is in ARCHITECTURE.md.

pub mod alerting;
pub mod delivery;
pub mod fetch;
pub mod model;
pub mod normalize;
pub mod outgoing;
