//! The command line of Bellwether. Everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    bellwether::commands::cli::main()
}
