//! `why`: why somebody was told, or was not. It reads, and changes nothing.

use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::Args;
use jiff::Timestamp;

use super::load::{self, Folders};
use super::setup::Sound;
use crate::model::clock_text::Times;
use crate::model::id::Ids;
use crate::pipeline::why::{Asked, NoAnswer, Step, Why, why};
use crate::store::Store;

/// What is asked.
#[derive(Debug, Args)]
pub struct WhyArgs {
    /// An incident's id, from its page or a message; or another cause as the log writes it: `blind:okta/status-page`.
    #[arg(value_name = "INCIDENT")]
    incident: Option<String>,
    /// Only what concerns this receiver: its id, or its mail address.
    #[arg(long, value_name = "NAME")]
    receiver: Option<String>,
    /// Only what concerns this subscription.
    #[arg(long, value_name = "NAME")]
    subscription: Option<String>,
    /// Only what concerns this service.
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Of this time, as 2026-11-22T03:00Z; without it, of now.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// Answers.
///
/// # Errors
/// A configuration that cannot be read, or something asked for that is not there.
pub fn run(folders: &Folders, args: WhyArgs) -> Result<ExitCode> {
    let loaded = load::load(folders)?;
    let Some(sound) = Sound::of(&loaded) else {
        super::check::print(&loaded.problems);
        return Ok(ExitCode::from(super::cli::BAD_CONFIGURATION));
    };
    let folder = sound.settings.database.folder.clone();
    super::owner::act_as_owner_of(&folder)?;
    let WhyArgs { incident, receiver, subscription, service, at, json } = args;
    let asked = Asked { incident, service, subscription, receiver, at };
    let (answer, zone) = tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let nothing =
            || anyhow!("nothing is known yet: {} holds no database, so Bellwether has not run here", folder.display());
        let store = Store::open_to_read(&folder).await?.ok_or_else(nothing)?;
        let compiled = sound.compiled(Ids::salted("")).knowing(&store.detected().await?);
        let answer = why(&store, &compiled, &asked, Timestamp::now()).await.map_err(|error| match error {
            NoAnswer::Senseless(what) => anyhow!(what),
            NoAnswer::Store(error) => error.into(),
        });
        store.close().await;
        Ok::<_, anyhow::Error>((answer?, compiled.time_zone.clone()))
    })?;
    if json {
        say!("{}", serde_json::to_string(&answer)?);
    } else {
        print(&answer, &Times::new(&zone, Timestamp::now()));
    }
    Ok(ExitCode::SUCCESS)
}

fn print(why: &Why, times: &Times) {
    say!("{}", why.answer);
    for step in &why.aside {
        line(step, times);
    }
    for one in &why.causes {
        say!("\n{}  ({})", one.title, one.cause);
        for step in &one.steps {
            line(step, times);
        }
        for branch in &one.branches {
            say!("\n  {}", branch.answer);
            for step in &branch.steps {
                line(step, times);
            }
        }
    }
    if why.more > 0 {
        say!("\nand {} more: name an incident, or an earlier --at", why.more);
    }
}

/// `  03:12 CST   rule          sent: wanted by noc-all`
fn line(step: &Step, times: &Times) {
    let at = match step.at {
        Some(at) => times.local(at),
        None => "judged now".to_owned(),
    };
    say!("  {at:<21}  {:<12}  {}", step.link.word(), step.what);
}
