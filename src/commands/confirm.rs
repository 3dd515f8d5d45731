//! `vendors confirm`: shows what the last look at a source understood, and takes a person's word that it is right.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use jiff::Timestamp;

use super::load::{self, Folders};
use super::setup::Sound;
use crate::model::audit::By;
use crate::model::doubt::Watch;
use crate::model::id::{Ids, SourceId};
use crate::model::incident::{Health, Known};
use crate::model::snapshot::Warning;
use crate::model::text;
use crate::pipeline::compiled::Compiled;
use crate::pipeline::confirm::confirm;
use crate::pipeline::hand::NotTaken;
use crate::store::{Store, StoreError};

/// Components and incidents that are printed; the rest is counted.
const SHOWN: usize = 20;

/// Confirms a source, in the database of the running Bellwether or without one.
///
/// # Errors
/// A configuration that cannot be read, nothing to confirm, or no yes.
pub fn run(folders: &Folders, source: &SourceId, author: &str, yes: bool) -> Result<ExitCode> {
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
        let compiled = sound.compiled(Ids::salted(store.salt(&super::run::draw_salt()).await?));
        let done = ask_and_confirm(&store, &compiled, source, author, yes).await;
        store.close().await;
        done
    })
}

async fn ask_and_confirm(
    store: &Store,
    compiled: &Compiled,
    source: &SourceId,
    author: &str,
    yes: bool,
) -> Result<ExitCode> {
    let (known, warnings) = store.known_just_now(source, &[]).await?;
    print(source, &known, &warnings, &store.watch(source).await?, compiled);
    let readable = matches!(known.health, Health::Readable { .. });
    if readable && !yes && !is_yes(source)? {
        say!("nothing is changed");
        return Ok(ExitCode::FAILURE);
    }
    let by = By::terminal(text::line(author, 64));
    let happened = confirm(store, compiled, source, &by, Timestamp::now()).await.map_err(|why| match why {
        NotTaken::Senseless(why) => anyhow!(why),
        NotTaken::Store(error) => error.into(),
    })?;
    say!("confirmed: {source} counts from now on");
    let told: Vec<String> = happened.notices.iter().filter(|n| n.sent).map(|n| n.receiver.to_string()).collect();
    say!("told: {}", if told.is_empty() { "nobody".to_owned() } else { told.join(", ") });
    Ok(ExitCode::SUCCESS)
}

/// What the last look understood.
fn print(source: &SourceId, known: &Known, warnings: &[Warning], watch: &Watch, compiled: &Compiled) {
    if let Some(polled) = compiled.sources.get(source) {
        let url = polled.url.as_ref().map(ToString::to_string).unwrap_or_default();
        let guessed = if compiled.guessed.contains_key(source) { ", a format that was only guessed" } else { "" };
        say!("{source}  read as {}{guessed}  {url}", polled.format.name());
    }
    say!("health: {}{}", known.health.word(), known.health.why().map(|why| format!(": {why}")).unwrap_or_default());
    let (off, usual) = watch.distance();
    if usual > 0 {
        say!("shape: {off} of {usual} usual fields are not as they were");
    }
    let open: Vec<_> = known.reports.values().filter(|report| report.standing.is_open()).collect();
    say!("open: {}", if open.is_empty() { "nothing".to_owned() } else { open.len().to_string() });
    for report in open.iter().take(SHOWN) {
        let seen = &report.seen;
        say!(
            "  {} “{}”: {} (theirs: {}), {}",
            seen.kind.word(),
            seen.title,
            seen.impact,
            seen.vendor_impact,
            seen.phase.word()
        );
    }
    say!("components: {}", known.components.len());
    for component in known.components.values().take(SHOWN) {
        say!("  {}: {} (theirs: {})", component.component.name, component.status, component.vendor_status);
    }
    if known.components.len() > SHOWN {
        say!("  and {} more", known.components.len() - SHOWN);
    }
    for warning in warnings.iter().take(SHOWN) {
        say!("warning: {} {}", warning.path, warning.what);
    }
}

fn is_yes(source: &SourceId) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("nobody can be asked here: compare this with the page, and add --yes");
    }
    eprint!("Is that what the page of {source} says now? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
