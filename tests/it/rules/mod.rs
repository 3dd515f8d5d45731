//! The rules of the model, each with a test that names it.

mod ahead;
mod diff;
mod effects;
mod join;
mod kin;
mod outbox;
mod route;
mod saying;
mod shift;
mod story;
mod telling;
