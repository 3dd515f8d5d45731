//! What templates write: for a typical message, or for the last one about an incident. Nothing is sent.

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

use super::{Named, Preview};
use crate::alerting::message::card::card;
use crate::alerting::message::message;
use crate::alerting::typical;
use crate::commands::load::Loaded;
use crate::config::suggest::did_you_mean;
use crate::delivery::preset::{self, own};
use crate::model::id::NotificationId;
use crate::model::notification::{Facts, Message};
use crate::model::subscription::{Form, Receiver, Way};
use crate::model::template::{Piece, Writes, file_name};
use crate::model::thread::Known;
use crate::pipeline::templated::{Pen, Use};
use crate::store::Store;
use crate::store::sent::Chosen;

/// Shows it.
///
/// # Errors
/// What was asked for is not there.
pub fn run(loaded: &Loaded, asked: &Preview) -> Result<ExitCode> {
    if asked.message == "list" {
        typical::all().iter().for_each(|(name, _)| say!("{name}"));
        return Ok(ExitCode::SUCCESS);
    }
    let (id, facts) = match &asked.incident {
        Some(incident) => sent(loaded, incident)?,
        None => (typical::id(), typical_message(&asked.message)?),
    };
    let uses = match &asked.receiver {
        Some(receiver) => to_receiver(loaded, receiver, &id, &facts, asked)?,
        None => by_name(loaded, asked, &id, &facts)?,
    };
    let faults: Vec<String> =
        uses.iter().filter_map(|used| Some(format!("{}: {}", used.name, used.fault.as_ref()?))).collect();
    for fault in &faults {
        eprintln!("error: {fault}; the shipped words would go out (see `bellwether check`)");
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(crate::commands::cli::BAD_CONFIGURATION) })
}

fn typical_message(name: &str) -> Result<Facts> {
    let mut all = typical::all();
    // A person types "over" for "over-vendor-said": the first that begins so.
    let found = all.iter().position(|(known, _)| *known == name);
    let found = found.or_else(|| all.iter().position(|(known, _)| known.starts_with(name)));
    let names: Vec<&str> = all.iter().map(|(known, _)| *known).collect();
    let unknown = || anyhow!("no typical message is called {name:?}; {}", did_you_mean(name, names, "there are"));
    Ok(all.swap_remove(found.ok_or_else(unknown)?).1)
}

/// The last message about an incident.
fn sent(loaded: &Loaded, incident: &str) -> Result<(NotificationId, Facts)> {
    let settings = loaded.settings.as_ref().context("bellwether.toml is not right: see `bellwether check`")?;
    let folder = &settings.database.folder;
    crate::commands::owner::act_as_owner_of(folder)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Store::open_to_read(folder).await?;
        let store = store.with_context(|| format!("nothing is known yet: {} holds no database", folder.display()))?;
        let chosen = Chosen { incident: Some(incident), limit: 1, ..Chosen::default() };
        let newest = store.sent(&chosen).await?.rows.into_iter().next();
        let id = newest.map(|row| row.delivery.id).with_context(|| format!("nobody was told of {incident:?}"))?;
        let facts = store.facts_of(&id).await?.map(|(facts, _)| facts);
        Ok((NotificationId(id.clone()), facts.with_context(|| format!("the message {id} is gone"))?))
    })
}

fn by_name(loaded: &Loaded, asked: &Preview, id: &NotificationId, facts: &Facts) -> Result<Vec<Use>> {
    let templates = &loaded.wording.templates;
    let all: Vec<Named> = match &asked.name {
        Some(name) => vec![name.clone()],
        None => {
            let own = templates.all().filter(|(set, ready)| ready.name() == file_name(*set, ready.piece()));
            own.map(|(set, ready)| Named { set: set.cloned(), piece: ready.piece() }).collect()
        }
    };
    if all.is_empty() {
        bail!("there is no template; write one: bellwether templates write subject");
    }
    let mut uses = Vec::new();
    for Named { set, piece } in all {
        let mut pen = Pen::new(templates, set.as_ref(), id, facts);
        let shown = show(&mut pen, piece, id, facts);
        let whose = match pen.uses.last() {
            Some(used) if used.fault.is_none() => used.name.clone(),
            Some(used) => format!("{} cannot be used; the shipped words", used.name),
            None => format!("there is no {}; the shipped words", file_name(set.as_ref(), piece)),
        };
        say!("--- {whose}:");
        write_or_say(asked, piece, &shown)?;
        uses.append(&mut pen.uses);
    }
    Ok(uses)
}

/// What a template writes, or what we say.
fn show(pen: &mut Pen<'_>, piece: Piece, id: &NotificationId, facts: &Facts) -> String {
    if piece.writes() == Writes::Json {
        let laid_out = card(id, facts);
        let _ = pen.card(Some(piece), laid_out.clone());
        let written = pen.uses.iter().filter(|used| used.fault.is_none()).map(|used| pretty(&used.written));
        let written: Vec<String> = written.collect();
        if !written.is_empty() {
            return written.join("\n");
        }
        let parts: Vec<_> = if piece.is_of_one_cause() { laid_out.parts.iter().map(Some).collect() } else { vec![] };
        let parts = if parts.is_empty() { vec![None] } else { parts };
        let ours = parts.into_iter().map(|part| format!("{:#}", own::shipped(piece, &laid_out, part)));
        return ours.collect::<Vec<_>>().join("\n");
    }
    let ours = message(id, facts);
    pen.piece(piece).unwrap_or(match piece {
        Piece::Subject => ours.subject,
        Piece::Text => ours.text,
        Piece::Html => ours.html,
        _ => ours.short,
    })
}

fn pretty(json: &str) -> String {
    serde_json::from_str::<Value>(json).map_or_else(|_| json.to_owned(), |value| format!("{value:#}"))
}

fn write_or_say(asked: &Preview, piece: Piece, shown: &str) -> Result<()> {
    match &asked.html {
        Some(file) if piece == Piece::Html => {
            std::fs::write(file, shown).with_context(|| format!("cannot write {}", file.display()))?;
            say!("written to {}", file.display());
        }
        Some(_) | None => say!("{}", shown.trim_end_matches('\n')),
    }
    Ok(())
}

/// All that one receiver gets, as it gets it.
fn to_receiver(loaded: &Loaded, name: &str, id: &NotificationId, facts: &Facts, asked: &Preview) -> Result<Vec<Use>> {
    let read = loaded.subscriptions.as_ref().context("subscriptions.toml is not right: see `bellwether check`")?;
    let names = read.receivers.iter().map(|receiver| receiver.id.as_str());
    let unknown = || anyhow!("no receiver is called {name:?}; {}", did_you_mean(name, names.clone(), "there are"));
    let receiver: &Receiver = read.receivers.iter().find(|r| r.id.as_str() == name).ok_or_else(unknown)?;
    let mut pen = loaded.wording.pen(&receiver.id, id, facts);
    match &receiver.way {
        Way::Email(_) => mail(&pen.mail(receiver.form, message(id, facts)), receiver.form, asked)?,
        Way::Webhook { .. } => say!("{:#}", message(id, facts).json),
        Way::Preset(preset) => {
            let card = pen.card(Piece::of_service(&preset.service), card(id, facts));
            let calls = preset::calls(preset, &card, &Known::default()).map_err(|why| anyhow!(why))?;
            for call in calls {
                say!("--- {:?}:\n{:#}", call.act, call.body);
            }
        }
    }
    Ok(pen.uses)
}

fn mail(message: &Message, form: Form, asked: &Preview) -> Result<()> {
    if form != Form::Whole {
        say!("{}", message.short);
        return Ok(());
    }
    say!("Subject: {}\n\n{}", message.subject, message.text);
    match &asked.html {
        Some(_) => write_or_say(asked, Piece::Html, &message.html),
        None => {
            say!("(the HTML: --html FILE writes it, to be opened in a browser)");
            Ok(())
        }
    }
}
