//! `poll`: one look now, and what was understood. Stores nothing and tells nobody.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::load::{self, Folders};
use super::setup::Sound;
use super::{guess, table};
use crate::model::format::Format;
use crate::model::impact::Impact;
use crate::model::published::time;
use crate::model::snapshot::{Look, Snapshot, Unreadable};
use crate::model::vendor::Source;
use crate::normalize::{self, Body, Outcome, Request};
use crate::pipeline::detect::{self, Came};
use crate::pipeline::look::{self, Ask, Asked, Looked, Memory};

/// What is to be looked at.
#[derive(Debug, Clone)]
pub struct Poll {
    /// `vendor` or `vendor/source`; everything that the inventory needs for `None`.
    pub what: Option<String>,
    /// Saved bodies instead of the network: role and file. An empty role is the format's first.
    pub files: Vec<(String, PathBuf)>,
    /// JSON instead of tables.
    pub json: bool,
}

/// Looks once. The exit code is 1 if anything could not be read.
///
/// # Errors
/// A configuration or a file that cannot be read, or a vendor that is not known.
pub fn run(folders: &Folders, poll: &Poll) -> Result<ExitCode> {
    let loaded = load::load(folders)?;
    let Some(sound) = Sound::of(&loaded) else {
        super::check::print(&loaded.problems);
        return Ok(ExitCode::from(super::cli::BAD_CONFIGURATION));
    };
    let sources = chosen(&sound, poll)?;
    let ask: Box<dyn Ask> =
        if poll.files.is_empty() { Box::new(sound.network()?) } else { Box::new(saved(&sources, &poll.files)?) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut all_read = true;
    let mut printed = Vec::new();
    let guessed = guess::unconfirmed_in(&sound.settings.database.folder, &sources);
    for source in &sources {
        let source = &runtime.block_on(found_out(&*ask, source));
        let looked = runtime.block_on(look::look(&*ask, source, &Memory::default(), Timestamp::now()));
        all_read &= matches!(looked.look, Look::Snapshot(_));
        if poll.json {
            printed.push(as_json(source, &looked));
        } else {
            print_table(source, &looked, poll.what.is_some());
            guess::say_of(source, &looked.look, &guessed);
        }
    }
    runtime.shutdown_background();
    if poll.json {
        say!("{:#}", Value::Array(printed));
    }
    Ok(if all_read { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A source whose file leaves its format open is found out first; nothing of it is remembered.
async fn found_out(ask: &dyn Ask, source: &Source) -> Source {
    let now = Timestamp::now();
    let Some(page) = source.auto.as_ref().filter(|_| source.format == Format::Auto).map(|auto| &auto.page) else {
        return source.clone();
    };
    match detect::detect(ask, source, page, now).await {
        Came::Found(found) => source.knowing(Some(&detect::remembered(page, &found, now))),
        Came::Nothing(_) => source.clone(),
    }
}

fn chosen(sound: &Sound, poll: &Poll) -> Result<Vec<Source>> {
    let Some(what) = &poll.what else {
        if !poll.files.is_empty() {
            bail!("--file needs to know whose body it is: bellwether poll VENDOR/SOURCE --file BODY");
        }
        let compiled = sound.compiled(crate::model::id::Ids::salted(""));
        return Ok(compiled.sources.into_values().collect());
    };
    let vendor = sound.vendor(what.split('/').next().unwrap_or_default())?;
    let sources: Vec<Source> =
        vendor.sources.iter().filter(|s| !what.contains('/') || s.id.as_str() == what).cloned().collect();
    if vendor.sources.is_empty() {
        let (name, id) = (&vendor.name, &vendor.id);
        bail!(
            "{name} has no source that can be read; `bellwether vendors show {id}` says how its customers hear of trouble"
        );
    }
    if sources.is_empty() {
        let known: Vec<&str> = vendor.sources.iter().map(|s| s.id.as_str()).collect();
        bail!("{} has no source {what}; it has: {}", vendor.name, known.join(", "));
    }
    if sources.len() > 1 && !poll.files.is_empty() {
        let known: Vec<&str> = sources.iter().map(|s| s.id.as_str()).collect();
        bail!("{} has several sources; say which one the body is from: {}", vendor.name, known.join(", "));
    }
    Ok(sources)
}

/// Bodies from files.
struct Saved {
    bodies: Vec<(&'static str, Vec<u8>)>,
}

fn saved(sources: &[Source], files: &[(String, PathBuf)]) -> Result<Saved> {
    let roles = sources.first().map(|s| normalize::about(s.format).roles).unwrap_or_default();
    let mut bodies = Vec::new();
    for (role, path) in files {
        let known = if role.is_empty() { roles.first() } else { roles.iter().find(|r| *r == role) };
        let role = known.with_context(|| format!("there is no role {role:?}; the roles are {}", roles.join(", ")))?;
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        bodies.push((*role, bytes));
    }
    Ok(Saved { bodies })
}

#[async_trait]
impl Ask for Saved {
    async fn ask(&self, _source: &Source, request: &Request, _may_be_same: bool) -> Asked {
        let body = self.bodies.iter().find(|(role, _)| *role == request.role);
        let outcome = body.map_or(Outcome::NotRecorded, |(_, bytes)| Outcome::Body(Body::saved(bytes.clone())));
        Asked::Outcome(outcome, None)
    }
}

fn as_json(source: &Source, looked: &Looked) -> Value {
    match &looked.look {
        Look::Snapshot(snapshot) => json!({
            "source": source.id, "format": source.format, "readable": true, "sign": snapshot.sign,
            "incidents": snapshot.incidents, "components": snapshot.components, "warnings": snapshot.warnings,
            "blind": snapshot.blind.iter().map(|(role, why)| json!({"role": role, "why": why.to_string()})).collect::<Vec<_>>(),
        }),
        Look::Unreadable(why) => unreadable_json(source, why),
        Look::SameAsBefore => json!({"source": source.id, "format": source.format, "readable": true}),
    }
}

fn unreadable_json(source: &Source, why: &Unreadable) -> Value {
    json!({"source": source.id, "format": source.format, "readable": false, "kind": why.word(), "why": why.to_string()})
}

/// Shows what a look came to; `names_all` names what is well too.
pub fn print_table(source: &Source, looked: &Looked, names_all: bool) {
    let url = source.url.as_ref().map(ToString::to_string).unwrap_or_default();
    say!("{}  ({}, {url})", source.id, source.format.name());
    match &looked.look {
        Look::Unreadable(why) => say!("  CANNOT READ: {why}\n"),
        Look::SameAsBefore => say!("  as before\n"),
        Look::Snapshot(snapshot) => {
            print_snapshot(snapshot);
            if names_all {
                print_well(snapshot);
            }
            say!();
        }
    }
}

/// What a look saw, but for the components that are well.
pub(super) fn print_snapshot(snapshot: &Snapshot) {
    let open: Vec<_> = snapshot.incidents.iter().filter(|i| !i.phase.is_end()).collect();
    say!(
        "  recognised by {}; {} open, {} over, {} components",
        snapshot.sign,
        open.len(),
        snapshot.incidents.len() - open.len(),
        snapshot.components.len()
    );
    for (role, why) in &snapshot.blind {
        say!("  its document `{role}` cannot be read: {why}");
    }
    for warning in &snapshot.warnings {
        say!("  warning: {}: {}", warning.path, warning.what);
    }
    if !open.is_empty() {
        let mut table = table::headed(["impact", "phase", "since", "title", "components", "key"]);
        for incident in open {
            let since = incident.started.as_ref().and_then(|s| s.at).map(time).unwrap_or_default();
            let names: Vec<&str> = incident.components.iter().take(4).map(|c| c.name.as_str()).collect();
            let more = incident.components.len().saturating_sub(4);
            let names = match (names.as_slice(), more) {
                ([], _) => "not said".to_owned(),
                (some, 0) => some.join(", "),
                (some, more) => format!("{} and {more} more", some.join(", ")),
            };
            let impact = format!("{} “{}”", incident.impact, incident.vendor_impact);
            table.add_row([
                impact,
                incident.phase.to_string(),
                since,
                incident.title.clone(),
                names,
                incident.key.clone(),
            ]);
        }
        say!("{table}");
    }
    let unwell: Vec<_> = snapshot.components.iter().filter(|c| c.status != Impact::Operational).collect();
    if !unwell.is_empty() {
        let mut table = table::headed(["status", "component", "group", "key"]);
        for seen in unwell {
            let component = &seen.component;
            let status = format!("{} “{}”", seen.status, seen.vendor_status);
            table.add_row([
                status,
                component.name.clone(),
                component.group.clone().unwrap_or_default(),
                component.key.clone(),
            ]);
        }
        say!("{table}");
    }
}

/// The components that are well, as the inventory names them: `name`, or `group/name` where a group matters.
fn print_well(snapshot: &Snapshot) {
    let well: Vec<_> = snapshot.components.iter().filter(|c| c.status == Impact::Operational).collect();
    if !well.is_empty() {
        say!("  {} operational:", well.len());
    }
    for seen in well {
        let group = seen.component.group.as_ref().map(|group| format!("{group}/")).unwrap_or_default();
        let region = seen.component.region.as_ref().map(|region| format!("  in {region}")).unwrap_or_default();
        say!("    {group}{}{region}", seen.component.name);
    }
}
