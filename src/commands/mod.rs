//! The command line: wiring, files, secrets, exit codes.

/// Writes a line to standard output. A reader that is gone, as `| head` is, is no error and ends nothing.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stdout().lock(), $($text)*);
    }};
}

pub mod accounts;
pub mod add;
pub mod audit;
pub mod backup;
pub mod check;
pub mod cli;
mod confirm;
pub mod deliveries;
pub mod errand;
mod guess;
pub mod inbox;
pub mod incident;
pub mod load;
pub mod owner;
pub mod poll;
pub mod receivers;
pub mod record;
mod recorder;
pub mod replay;
pub mod run;
pub mod sample;
pub mod schema;
pub mod secrets;
pub mod setup;
pub mod sign_in;
pub mod silence;
pub mod subscriptions;
mod table;
pub mod try_out;
pub mod vendors;
pub mod why;
