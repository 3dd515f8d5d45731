//! `silence`: what somebody does not want to be told for a while, from the terminal, beside a running Bellwether or
//! without one.

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::accounts::Opened;
use super::load::{self, Folders};
use super::setup::Sound;
use super::table;
use crate::config::value::Period;
use crate::model::audit::By;
use crate::model::effect::Effect;
use crate::model::id::{Ids, ServiceId, VendorId};
use crate::model::inventory::Tier;
use crate::model::published::time;
use crate::model::silence::{Matcher, Silence};
use crate::model::text;
use crate::pipeline::hand::NotTaken;
use crate::pipeline::silence::{self, Wish};

/// Silences that are over and listed.
const OVER: i64 = 50;

/// What can be done with silences.
#[derive(Debug, Subcommand)]
pub enum SilenceCommand {
    /// Silence something: all that is named must fit. Prints its id and what it keeps silent now.
    Add(Box<Add>),
    /// List those that hold.
    List {
        /// Those that are over too.
        #[arg(long)]
        all: bool,
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// End one before its time. What it kept back and still holds is told within seconds.
    End {
        /// Its id, as `list` shows it.
        id: String,
        /// Who ends it.
        #[arg(long, value_name = "NAME", env = "BELLWETHER_AUTHOR")]
        author: String,
    },
}

/// What is silenced, for how long, by whom and why.
#[derive(Debug, Args)]
pub struct Add {
    /// What comes from this vendor. This and the others may be given several times: any of the same kind fits.
    #[arg(long = "vendor", value_name = "VENDOR", value_parser = VendorId::parse)]
    vendors: Vec<VendorId>,
    /// What hurts this service.
    #[arg(long = "service", value_name = "SERVICE", value_parser = ServiceId::parse)]
    services: Vec<ServiceId>,
    /// What hurts services of this tier.
    #[arg(long = "tier", value_name = "TIER", value_parser = tier)]
    tiers: Vec<Tier>,
    /// What names this component, with * and ?.
    #[arg(long = "component", value_name = "NAME")]
    components: Vec<String>,
    /// What is in this region, with * and ?.
    #[arg(long = "region", value_name = "NAME")]
    regions: Vec<String>,
    /// What says this word.
    #[arg(long = "word", value_name = "WORD")]
    words: Vec<String>,
    /// This incident.
    #[arg(long = "incident", value_name = "INCIDENT")]
    incidents: Vec<String>,
    /// For how long: 1h, 4h, 2d; 30 days at the most.
    #[arg(long = "for", value_name = "TIME", value_parser = Period::parse, required_unless_present = "until")]
    lasts: Option<Period>,
    /// Until when, as 2026-07-19T06:00:00Z.
    #[arg(long, value_name = "TIME", conflicts_with = "lasts")]
    until: Option<Timestamp>,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who silences it; it stands beside it and in the audit.
    #[arg(long, value_name = "NAME", env = "BELLWETHER_AUTHOR")]
    author: String,
    /// Only say what it would keep silent now.
    #[arg(long)]
    dry_run: bool,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

fn tier(word: &str) -> Result<Tier, String> {
    Tier::named(word).ok_or_else(|| "write life-safety, clinical, business or back-office".to_owned())
}

/// Does it.
///
/// # Errors
/// A configuration or a store that cannot be read, or a silence that makes no sense.
pub fn run(folders: &Folders, command: SilenceCommand) -> Result<ExitCode> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        match command {
            SilenceCommand::Add(add) => put(folders, *add).await,
            SilenceCommand::List { all, json } => list(folders, all, json).await,
            SilenceCommand::End { id, author } => end(folders, &id, &author).await,
        }
    })
}

/// Who types it.
pub(super) fn by(author: &str) -> Result<By> {
    if author.trim().is_empty() {
        bail!("say who you are: --author NAME, or set BELLWETHER_AUTHOR");
    }
    Ok(By::terminal(text::line(author, 64)))
}

/// Why a wish was not taken, for the terminal.
pub(super) fn refused(why: NotTaken) -> anyhow::Error {
    match why {
        NotTaken::Senseless(why) => anyhow!(why),
        NotTaken::Store(error) => error.into(),
    }
}

async fn put(folders: &Folders, add: Add) -> Result<ExitCode> {
    let loaded = load::load(folders)?;
    let Some(sound) = Sound::of(&loaded) else {
        super::check::print(&loaded.problems);
        return Ok(ExitCode::from(super::cli::BAD_CONFIGURATION));
    };
    let (by, now) = (by(&add.author)?, Timestamp::now());
    let wish = wish(&add, now);
    let opened = Opened::of(folders).await?;
    let compiled = sound.compiled(Ids::salted(opened.store.salt(&super::run::draw_salt()).await?));
    if add.dry_run {
        let hushed = silence::foresee(&opened.store, &compiled, &wish, &by, now).await.map_err(refused)?;
        say!("nothing is silenced yet; this would be, now:");
        print(&hushed);
    } else {
        let (silence, hushed) = silence::put(&opened.store, &compiled, &wish, &by, now).await.map_err(refused)?;
        if add.json {
            let hushed: Vec<String> = hushed.iter().map(line).collect();
            say!("{}", json!({"silence": silence, "silences_now": hushed}));
        } else {
            say!("{}", silence.id);
            say!("  {}, until {}", silence.about, time(silence.until));
            print(&hushed);
        }
    }
    opened.store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// The end of what begins now and lasts so long.
pub(super) fn after(now: Timestamp, lasts: &Period) -> Timestamp {
    let span = SignedDuration::try_from(lasts.0).unwrap_or(SignedDuration::MAX);
    now.checked_add(span).unwrap_or(Timestamp::MAX)
}

fn wish(add: &Add, now: Timestamp) -> Wish {
    let after = add.lasts.as_ref().map(|period| after(now, period));
    Wish {
        key: uuid::Uuid::now_v7().to_string(),
        about: Matcher {
            services: add.services.clone(),
            tiers: add.tiers.clone(),
            vendors: add.vendors.clone(),
            components: add.components.clone(),
            regions: add.regions.clone(),
            words: add.words.clone(),
            incidents: add.incidents.clone(),
        },
        reason: add.reason.clone(),
        until: add.until.or(after).unwrap_or(now),
    }
}

fn line(effect: &Effect) -> String {
    format!("{} ({})", effect.path.join(", because "), effect.impact.label().to_lowercase())
}

fn print(hushed: &[Effect]) {
    if hushed.is_empty() {
        say!("  nothing that is open now is meant by it");
    }
    for effect in hushed {
        say!("  silent: {}", line(effect));
    }
}

async fn list(folders: &Folders, all: bool, json: bool) -> Result<ExitCode> {
    let (opened, now) = (Opened::of(folders).await?, Timestamp::now());
    let mut silences = opened.store.silences(now).await?;
    if all {
        silences.extend(opened.store.silences_over(now, OVER).await?);
    }
    opened.store.close().await;
    if json {
        say!("{:#}", serde_json::to_value(&silences)?);
    } else if silences.is_empty() {
        say!("no silence holds");
    } else {
        say!("{}", written(&silences));
    }
    Ok(ExitCode::SUCCESS)
}

fn written(silences: &[Silence]) -> comfy_table::Table {
    let mut table = table::headed(["silence", "about", "from", "until", "by", "why"]);
    for s in silences {
        let (id, about) = (s.id.clone(), s.about.to_string());
        table.add_row([id, about, time(s.from), time(s.until), s.author.clone(), s.reason.clone()]);
    }
    table
}

async fn end(folders: &Folders, id: &str, author: &str) -> Result<ExitCode> {
    let by = by(author)?;
    let opened = Opened::of(folders).await?;
    let ended = silence::end(&opened.store, id, &by, Timestamp::now()).await.map_err(refused)?;
    opened.store.close().await;
    say!("{} is over: what it kept back and still holds is told by the running Bellwether within seconds", ended.id);
    Ok(ExitCode::SUCCESS)
}
