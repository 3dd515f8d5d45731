//! `deliveries retry`: messages that were given up are tried once more.

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use clap::Subcommand;
use jiff::Timestamp;

use super::load::{self, Folders};
use super::setup::Sound;
use crate::model::audit::By;
use crate::model::text;
use crate::pipeline::hand::NotTaken;
use crate::pipeline::replay::replay;
use crate::store::{Store, StoreError};

/// What can be done about messages on their way.
#[derive(Debug, Subcommand)]
pub enum DeliveriesCommand {
    /// Try messages that were given up once more, with the same ids and the same bytes.
    Retry {
        /// Their ids, as the page of deliveries shows them.
        #[arg(value_name = "ID", required_unless_present = "since")]
        ids: Vec<String>,
        /// All that were given up since then, as 2025-04-23T13:00:00Z.
        #[arg(long, value_name = "TIME")]
        since: Option<Timestamp>,
        /// Who asks for it.
        #[arg(long, value_name = "NAME", env = "BELLWETHER_AUTHOR")]
        author: String,
    },
}

/// Carries it out, in the database of the running Bellwether or without one.
///
/// # Errors
/// A configuration that cannot be read, or no such message.
pub fn run(folders: &Folders, command: DeliveriesCommand) -> Result<ExitCode> {
    let DeliveriesCommand::Retry { ids, since, author } = command;
    let loaded = load::load(folders)?;
    let Some(sound) = Sound::of(&loaded) else {
        super::check::print(&loaded.problems);
        return Ok(ExitCode::from(super::cli::BAD_CONFIGURATION));
    };
    if author.trim().is_empty() {
        bail!("say who you are: --author NAME, or set BELLWETHER_AUTHOR");
    }
    let folder = sound.settings.database.folder.clone();
    super::owner::act_as_owner_of(&folder)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = match Store::open(&folder).await {
            Err(StoreError::InUse { .. }) => Store::open_beside(&folder).await?,
            other => other?,
        };
        let by = By::terminal(text::line(&author, 64));
        let done = replay(&store, &ids, since, &by, Timestamp::now()).await;
        store.close().await;
        match done {
            Ok(1) => say!("1 message is tried once more by the running Bellwether"),
            Ok(count) => say!("{count} messages are tried once more by the running Bellwether"),
            Err(NotTaken::Senseless(why)) => return Err(anyhow!(why)),
            Err(NotTaken::Store(error)) => return Err(error.into()),
        }
        Ok(ExitCode::SUCCESS)
    })
}
