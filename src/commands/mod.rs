//! The command line: wiring, files, secrets, exit codes.

pub mod check;
pub mod cli;
pub mod inbox;
pub mod incident;
pub mod load;
pub mod poll;
pub mod receivers;
pub mod replay;
pub mod run;
pub mod schema;
pub mod secrets;
pub mod setup;
mod table;
pub mod vendors;
