//! The command line of Bellwether. Everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Reads FAILPOINTS, in a build that has the points at all.
    #[cfg(feature = "kill-points")]
    let _points = fail::FailScenario::setup();
    bellwether::commands::cli::main()
}
