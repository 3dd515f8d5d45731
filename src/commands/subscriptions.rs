//! `subscriptions`: those that people made themselves, looked after from the terminal of the machine, beside a running
//! Bellwether or without one. Those of the configuration stand in config/subscriptions.toml.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Time;
use serde_json::json;

use super::accounts::{Opened, by, runtime, said};
use super::load::{self, Folders};
use super::setup::Sound;
use super::{check, table};
use crate::alerting::wish;
use crate::model::id::{Ids, ServiceId, VendorId};
use crate::model::impact::Impact;
use crate::model::inventory::Tier;
use crate::model::own::{self, Choice, Own, QuietHours, When};
use crate::model::published::time;
use crate::model::subscription::Email;
use crate::pipeline::compiled::Compiled;
use crate::pipeline::own::{Act, Actor, act, ask};

/// What can be done with subscriptions that people made themselves.
#[derive(Debug, Subcommand)]
pub enum SubscriptionsCommand {
    /// List them, and what each means.
    List {
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Ask the owner of an address whether he wants alerts. One mail with a link goes there, and nothing else before a yes.
    Add(Add),
    /// End one: nothing more is sent by it.
    Leave {
        /// Its id, as `list` shows it.
        id: String,
    },
    /// Lock one, so that who gets it cannot leave it; or let go of it again.
    Lock {
        /// Its id, as `list` shows it.
        id: String,
        /// It can be left again.
        #[arg(long)]
        undo: bool,
    },
}

/// What is asked for.
#[derive(Debug, Args)]
pub struct Add {
    /// The mail address.
    #[arg(value_parser = own::address)]
    address: Email,
    /// A service of the inventory; may be given several times. Without it, every service.
    #[arg(long = "service", value_name = "SERVICE", value_parser = ServiceId::parse)]
    services: Vec<ServiceId>,
    /// Services of this tier: life-safety, clinical, business, back-office.
    #[arg(long = "tier", value_name = "TIER", value_parser = tier)]
    tiers: Vec<Tier>,
    /// Only what comes from this vendor.
    #[arg(long = "vendor", value_name = "VENDOR", value_parser = VendorId::parse)]
    vendors: Vec<VendorId>,
    /// How bad at least: degraded, partial_outage or major_outage.
    #[arg(long, value_name = "IMPACT", default_value = "degraded", value_parser = least)]
    least: Impact,
    /// Hours in which only life-safety is told, as 22:00-06:30.
    #[arg(long, value_name = "FROM-UNTIL", value_parser = hours)]
    quiet: Option<(Time, Time)>,
    /// The zone of these hours; without it, the organisation's.
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// Together: hourly, or once a day at an hour, as 07:00. Without it each at once.
    #[arg(long, value_name = "WHEN", value_parser = when)]
    digest: Option<When>,
}

fn tier(text: &str) -> Result<Tier, String> {
    let all = [Tier::LifeSafety, Tier::Clinical, Tier::Business, Tier::BackOffice];
    let found = all.into_iter().find(|tier| tier.word() == text);
    found.ok_or_else(|| "write life-safety, clinical, business or back-office".to_owned())
}

fn least(text: &str) -> Result<Impact, String> {
    let fits = |impact: &Impact| matches!(impact, Impact::Degraded | Impact::PartialOutage | Impact::MajorOutage);
    Impact::named(text).filter(fits).ok_or_else(|| "write degraded, partial_outage or major_outage".to_owned())
}

fn hour(text: &str) -> Option<Time> {
    Time::strptime("%H:%M", text).ok()
}

fn hours(text: &str) -> Result<(Time, Time), String> {
    let both = text.split_once('-').and_then(|(from, until)| Some((hour(from.trim())?, hour(until.trim())?)));
    both.filter(|(from, until)| from != until).ok_or_else(|| "write it as 22:00-06:30".to_owned())
}

fn when(text: &str) -> Result<When, String> {
    let daily = || hour(text).map(When::Daily);
    let found = if text == "hourly" { Some(When::Hourly) } else { daily() };
    found.ok_or_else(|| "write hourly, or an hour as 07:00".to_owned())
}

impl Add {
    fn choice(&self, compiled: &Compiled) -> Result<Choice> {
        if !self.services.is_empty() && !self.tiers.is_empty() {
            bail!("name tiers, or services; for both, add two subscriptions");
        }
        if let Some(zone) = self.zone.as_deref().filter(|zone| !wish::knows_zone(zone)) {
            bail!("there is no time zone {zone}; write it as America/Chicago");
        }
        let quiet = self.quiet.map(|(from, until)| QuietHours { from, until, zone: self.zone.clone() });
        let choice = Choice {
            services: self.services.clone(),
            tiers: self.tiers.clone(),
            vendors: self.vendors.clone(),
            least: self.least,
            quiet,
            when: self.digest.unwrap_or(When::AtOnce),
            ..Choice::default()
        };
        if let [first, ..] = wish::gone(&choice, &compiled.inventory, |id| compiled.graph.needs(id)).as_slice() {
            bail!("the inventory does not know {first}");
        }
        Ok(choice)
    }
}

/// Whoever may type here may do everything.
fn actor() -> Actor {
    Actor { by: by(), owner: None, is_admin: true }
}

/// Does it.
///
/// # Errors
/// A configuration or a store that cannot be read; a subscription that is not there; an address that was asked just now.
pub fn run(folders: &Folders, command: SubscriptionsCommand) -> Result<ExitCode> {
    runtime()?.block_on(async {
        let opened = Opened::of(folders).await?;
        let now = Timestamp::now();
        match command {
            SubscriptionsCommand::List { json } => list(folders, &opened, json, now).await?,
            SubscriptionsCommand::Add(add) => {
                let compiled = compiled(folders, &opened).await?;
                let choice = add.choice(&compiled)?;
                let own = ask(&opened.store, &compiled, &add.address, &choice, &actor(), now).await.map_err(said)?;
                say!("{}", own.id);
                means(&compiled, &own).iter().for_each(|sentence| eprintln!("{sentence}"));
                eprintln!("A mail goes to {}. Nothing else is sent there until its owner says yes.", own.address);
            }
            SubscriptionsCommand::Leave { id } => {
                let own = act(&opened.store, &id, Act::Leave, &actor(), now).await.map_err(said)?;
                say!("nothing more is sent to {} by {}", own.address, own.id);
            }
            SubscriptionsCommand::Lock { id, undo } => {
                let wanted = if undo { Act::Unlock } else { Act::Lock };
                let own = act(&opened.store, &id, wanted, &actor(), now).await.map_err(said)?;
                let word = if undo { "can be left again" } else { "is locked: who gets it cannot leave it" };
                say!("{} to {} {word}", own.id, own.address);
            }
        }
        opened.store.close().await;
        Ok(ExitCode::SUCCESS)
    })
}

async fn compiled(folders: &Folders, opened: &Opened) -> Result<Compiled> {
    let loaded = load::load(folders)?;
    let Some(sound) = Sound::of(&loaded) else {
        check::print(&loaded.problems);
        bail!("the configuration is wrong; `bellwether check` names every mistake");
    };
    if sound.settings.mail.is_none() {
        bail!("no mail can be sent: add [mail] to config/bellwether.toml");
    }
    let salt = opened.store.salt(&super::run::draw_salt()).await.context("the store cannot be read")?;
    Ok(sound.compiled(Ids::salted(salt)))
}

fn means(compiled: &Compiled, own: &Own) -> Vec<String> {
    wish::summary(&own.choice, &compiled.inventory, |id| compiled.vendor_name(id), &compiled.time_zone, true)
}

async fn list(folders: &Folders, opened: &Opened, is_json: bool, now: Timestamp) -> Result<()> {
    let loaded = load::load(folders)?;
    let compiled = Sound::of(&loaded).map(|sound| sound.compiled(Ids::salted("list")));
    let means = |own: &Own| compiled.as_ref().map(|compiled| means(compiled, own)).unwrap_or_default();
    let all = opened.store.owns().await?;
    let owner = |own: &Own| own.owner.as_ref().map(|owner| owner.name.clone());
    if is_json {
        let one = |own: &Own| json!({"id": own.id, "address": own.address.as_str(), "owner": owner(own), "state": own.standing(now).word(), "choice": own.choice, "means": means(own), "asked": time(own.asked), "confirmed": own.confirmed.map(time), "left": own.left.map(time), "locked_by": own.locked.as_ref().map(|(who, _)| who.clone()), "wants_out": own.wants_out.map(time)});
        say!("{:#}", serde_json::Value::Array(all.iter().map(one).collect()));
        return Ok(());
    }
    let mut table = table::headed(["id", "address", "of", "stands", "locked", "what it means"]);
    for own in &all {
        let locked = own.locked.as_ref().map(|(who, _)| format!("by {who}")).unwrap_or_default();
        let wants = if own.wants_out.is_some() { ", wants to leave" } else { "" };
        table.add_row([
            own.id.to_string(),
            own.address.to_string(),
            owner(own).unwrap_or_default(),
            format!("{}{wants}", own.standing(now).word()),
            locked,
            means(own).join(" "),
        ]);
    }
    say!("{table}");
    Ok(())
}
