//! What can be typed after `bellwether`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use super::load::{self, Folders};
use super::replay::{self, Replay};
use super::{check, run};
use crate::config::value::Period;
use crate::model::vendor::Format;

/// The exit code for a configuration that cannot be used (EX_CONFIG of sysexits).
pub const BAD_CONFIGURATION: u8 = 78;

/// Watches the vendors you depend on, works out which of your services they hurt, and tells the right people.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
struct Cli {
    /// The folder of bellwether.toml, inventory.toml and subscriptions.toml.
    #[arg(long, global = true, value_name = "FOLDER", default_value = "config", env = "BELLWETHER_CONFIG")]
    config: PathBuf,
    /// A folder of vendors of your own; they add to those in the binary and override them.
    #[arg(long, global = true, value_name = "FOLDER", default_value = "sources", env = "BELLWETHER_SOURCES")]
    sources: PathBuf,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look, tell and serve the page until stopped (the default).
    Run,
    /// Name everything that is wrong with the configuration, the inventory, the subscriptions and the vendors.
    Check {
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Play recorded bodies through the real pipeline, with the recorded times as its clock.
    Replay {
        /// DIR/<source>[/<role>]/<UTC time>.<ext>, as 2025-11-18T092432Z.json.
        dir: PathBuf,
        /// The format of a source, where it is not recognised.
        #[arg(long, value_name = "NAME=FORMAT", value_parser = named_format)]
        source: Vec<(String, Format)>,
        /// An inventory: without it there are changes but no effects.
        #[arg(long, value_name = "FILE")]
        inventory: Option<PathBuf>,
        /// Subscriptions: without them there are effects but nobody is told.
        #[arg(long, value_name = "FILE")]
        subscriptions: Option<PathBuf>,
        /// How often a source is looked at between two bodies.
        #[arg(long, value_name = "TIME", default_value = "60s", value_parser = period)]
        every: Duration,
        /// One JSON object a line, in time order.
        #[arg(long)]
        json: bool,
    },
}

/// Runs what was typed. Exit codes: 0 done; 1 it could not be done; 2 it was typed wrong; 78 the configuration is wrong.
#[must_use]
pub fn main() -> ExitCode {
    rustls::crypto::ring::default_provider().install_default().ok();
    let cli = Cli::parse();
    let folders = Folders { config: cli.config, sources: cli.sources };
    let done = match cli.command {
        None | Some(Command::Run) => run::run(&folders),
        Some(Command::Check { json }) => check::run(&folders, json),
        Some(Command::Replay { dir, source, inventory, subscriptions, every, json }) => {
            let replay = Replay { folder: dir, formats: source, inventory, subscriptions, every, json };
            load::vendors(&folders.sources, &mut Vec::new())
                .and_then(|vendors| replay::run(&replay, &vendors.into_values().flatten().collect::<Vec<_>>()))
                .map(|()| ExitCode::SUCCESS)
        }
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn named_format(text: &str) -> Result<(String, Format), String> {
    let (name, format) = text.split_once('=').ok_or("write NAME=FORMAT, as okta=statuspage")?;
    let known = Format::ALL.map(Format::name).join(", ");
    let format = Format::named(format).ok_or_else(|| format!("{format:?} is not a format; there are {known}"))?;
    Ok((name.to_owned(), format))
}

fn period(text: &str) -> Result<Duration, String> {
    Period::parse(text).map(|period| period.0)
}
