//! What makes it certain that a message arrives, with real servers at the far side and a clock that stands until it is
//! moved.

mod late;
mod second;
mod soon;
pub mod stand;
mod taken;
mod ways;
