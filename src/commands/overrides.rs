//! `override`: how bad something is by a person's word, in the place of the vendor's, from the terminal: beside a running
//! Bellwether or without one.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;

use super::accounts::Opened;
use super::load::{self, Folders};
use super::setup::Sound;
use super::silence::{after, by, refused};
use super::table;
use crate::config::value::Period;
use crate::model::id::{Ids, IncidentId, VendorId};
use crate::model::impact::Impact;
use crate::model::overrides::{Override, Part};
use crate::model::published::time;
use crate::pipeline::overrides::{self, Judged, Put, Wish, lasts};

/// Overrides that are over and listed.
const OVER: i64 = 50;

/// What can be done with overrides.
#[derive(Debug, Subcommand)]
pub enum OverrideCommand {
    /// Say how bad something is, in the place of the vendor. It holds for what is known now, and for nothing that comes
    /// after. Prints its id and what it changes.
    Set(Box<Set>),
    /// List those that hold.
    List {
        /// Those that are over too.
        #[arg(long)]
        all: bool,
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// End one before its time: the vendor's word counts again.
    End {
        /// Its id, as `list` shows it.
        id: String,
        /// Who ends it.
        #[arg(long, value_name = "NAME", env = "BELLWETHER_AUTHOR")]
        author: String,
    },
}

/// What is set, to what, for how long, by whom and why.
#[derive(Debug, Args)]
pub struct Set {
    /// Of which vendor.
    #[arg(value_name = "VENDOR", value_parser = VendorId::parse)]
    vendor: VendorId,
    /// How bad it is: operational, degraded, partial_outage or major_outage.
    #[arg(value_name = "IMPACT", value_parser = impact)]
    impact: Impact,
    /// Only its component of this name, as the vendor calls it.
    #[arg(long, value_name = "NAME", conflicts_with = "incident")]
    component: Option<String>,
    /// Only this incident.
    #[arg(long, value_name = "INCIDENT")]
    incident: Option<String>,
    /// For how long: 30m, 2h, 1d; 30 days at the most.
    #[arg(long = "for", value_name = "TIME", value_parser = Period::parse, required_unless_present_any = ["until", "until_next_change"])]
    lasts: Option<Period>,
    /// Until when, as 2026-07-19T06:00:00Z.
    #[arg(long, value_name = "TIME", conflicts_with = "lasts")]
    until: Option<Timestamp>,
    /// Until the vendor says anything else of it, and no longer than --for or --until, else 30 days.
    #[arg(long)]
    until_next_change: bool,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who says so; it stands in messages, beside it and in the audit.
    #[arg(long, value_name = "NAME", env = "BELLWETHER_AUTHOR")]
    author: String,
    /// Only say what it would change now.
    #[arg(long)]
    dry_run: bool,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

fn impact(word: &str) -> Result<Impact, String> {
    let known = Impact::named(word).filter(|impact| Override::IMPACTS.contains(impact));
    known.ok_or_else(|| "write operational, degraded, partial_outage or major_outage".to_owned())
}

/// Does it.
///
/// # Errors
/// A configuration or a store that cannot be read, or an override that makes no sense.
pub fn run(folders: &Folders, command: OverrideCommand) -> Result<ExitCode> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        match command {
            OverrideCommand::Set(set) => put(folders, *set).await,
            OverrideCommand::List { all, json } => list(folders, all, json).await,
            OverrideCommand::End { id, author } => end(folders, &id, &author).await,
        }
    })
}

async fn put(folders: &Folders, set: Set) -> Result<ExitCode> {
    let loaded = load::load(folders)?;
    let Some(sound) = Sound::of(&loaded) else {
        super::check::print(&loaded.problems);
        return Ok(ExitCode::from(super::cli::BAD_CONFIGURATION));
    };
    let (by, now) = (by(&set.author)?, Timestamp::now());
    let wish = wish(&set, now);
    let opened = Opened::of(folders).await?;
    let compiled = sound.compiled(Ids::salted(opened.store.salt(&super::run::draw_salt()).await?));
    let store = &opened.store;
    if set.dry_run {
        let foreseen = overrides::foresee(store, &compiled, &wish, &by, now).await.map_err(refused)?;
        say!("nothing is set yet; this would be, now:");
        print(&foreseen);
    } else {
        let put = overrides::put(store, &compiled, &wish, &by, Judged::ByTheTick, now).await.map_err(refused)?;
        if set.json {
            say!("{}", json!({"override": put.one.published(now), "changes_now": put.changes}));
        } else {
            say!("{}", put.one.id);
            print(&put);
            say!("  a running Bellwether takes it up within a minute");
        }
    }
    opened.store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn wish(set: &Set, now: Timestamp) -> Wish {
    Wish {
        key: uuid::Uuid::now_v7().to_string(),
        of: Part {
            vendor: set.vendor.clone(),
            component: set.component.clone(),
            incident: set.incident.clone().map(IncidentId),
        },
        impact: set.impact,
        reason: set.reason.clone(),
        until: set.until.or_else(|| set.lasts.as_ref().map(|period| after(now, period))),
        until_change: set.until_next_change,
    }
}

fn print(put: &Put) {
    say!("  {}: {}, {}", put.one.of, put.one.impact, lasts(&put.one));
    for title in put.one.titles() {
        say!("  it speaks of: {title}");
    }
    if put.changes.is_empty() {
        say!("  no service of ours is hurt more or less by it now");
    }
    for change in &put.changes {
        say!("  {change}");
    }
}

async fn list(folders: &Folders, all: bool, json: bool) -> Result<ExitCode> {
    let (opened, now) = (Opened::of(folders).await?, Timestamp::now());
    let mut found = opened.store.overrides(now).await?;
    if all {
        found.extend(opened.store.overrides_over(now, OVER).await?);
    }
    opened.store.close().await;
    if json {
        let published: Vec<_> = found.iter().map(|one| one.published(now)).collect();
        say!("{:#}", serde_json::to_value(&published)?);
    } else if found.is_empty() {
        say!("no override holds");
    } else {
        say!("{}", written(&found));
    }
    Ok(ExitCode::SUCCESS)
}

fn written(found: &[Override]) -> comfy_table::Table {
    let mut table = table::headed(["override", "of", "is", "from", "lasts", "by", "why"]);
    for one in found {
        let lasts = match one.ended {
            Some(ended) => format!("over since {}: {}", time(ended.at), ended.how.why()),
            None => lasts(one),
        };
        let (id, of, is) = (one.id.clone(), one.of.to_string(), one.impact.to_string());
        table.add_row([id, of, is, time(one.from), lasts, one.author.clone(), one.reason.clone()]);
    }
    table
}

async fn end(folders: &Folders, id: &str, author: &str) -> Result<ExitCode> {
    let by = by(author)?;
    let opened = Opened::of(folders).await?;
    let (ended, _) = overrides::end(&opened.store, None, id, &by, Timestamp::now()).await.map_err(refused)?;
    opened.store.close().await;
    say!("{} is over: the vendor's word counts again, and what it says is told within a minute", ended.id);
    Ok(ExitCode::SUCCESS)
}
