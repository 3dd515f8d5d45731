//! The command line: wiring, files, secrets, exit codes.

pub mod cli;
pub mod load;
pub mod replay;
