//! The command line: wiring, files, secrets, exit codes.

pub mod check;
pub mod cli;
pub mod load;
pub mod replay;
pub mod run;
pub mod secrets;
pub mod setup;
