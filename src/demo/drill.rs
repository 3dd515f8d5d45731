//! A drill: a story told to real receivers, by the configured relay and to the configured endpoints, marked as a drill.
//! It has a database of its own; the data folder of the running Bellwether, and its lock, are never touched.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::stage::{Cast, Stage};
use super::story::Story;
use super::summary::Summary;
use super::telling::{Telling, wrapped};
use super::{speed, until_stopped};
use crate::commands::check;
use crate::commands::cli::BAD_CONFIGURATION;
use crate::commands::load::{self, Folders};
use crate::commands::receivers::way_to;
use crate::commands::setup::Sound;
use crate::config::subscriptions::Subscriptions;
use crate::model::id::SubscriptionId;
use crate::model::subscription::{Receiver, Subscription};

/// What a drill is asked for.
#[derive(Debug, Clone)]
pub struct Drill {
    /// Which story.
    pub story: String,
    /// The receivers, by their keys.
    pub receivers: Vec<String>,
    /// How many times as fast as it was.
    pub speed: Option<f64>,
    /// Nobody is asked.
    pub yes: bool,
    /// One JSON object a line.
    pub json: bool,
}

/// Tells a story to real receivers, and reports who was reached.
///
/// # Errors
/// A configuration that cannot be read, a receiver that is not in it, nobody who says yes.
pub fn run(folders: &Folders, drill: &Drill) -> Result<ExitCode> {
    let loaded = load::load(folders)?;
    let Some(sound) = Sound::of(&loaded) else {
        check::print(&loaded.problems);
        return Ok(ExitCode::from(BAD_CONFIGURATION));
    };
    let (story, receivers) = (Story::named(&drill.story)?, named(&sound, &drill.receivers)?);
    speed(drill.speed, &story)?;
    if !drill.yes && !asked(&sound, &story, &receivers)? {
        say!("Nobody was told anything.");
        return Ok(ExitCode::FAILURE);
    }
    let stop = CancellationToken::new();
    let out = Box::new(std::io::stdout());
    let is_reached = until_stopped(&stop, play(drill, &sound, out, &stop))?;
    Ok(if is_reached { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The receivers of those keys.
fn named(sound: &Sound, keys: &[String]) -> Result<Vec<Receiver>> {
    let known = &sound.subscriptions.receivers;
    let mut receivers: Vec<Receiver> = Vec::new();
    for key in keys {
        let Some(receiver) = known.iter().find(|receiver| receiver.id.as_str() == key) else {
            let names: Vec<&str> = known.iter().map(|receiver| receiver.id.as_str()).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            bail!("no receiver is called {key:?}; subscriptions.toml has: {names}");
        };
        if !receivers.contains(receiver) {
            receivers.push(receiver.clone());
        }
    }
    Ok(receivers)
}

/// Says what will happen, and asks. Where nobody can be asked, that is an error: real people would be told.
fn asked(sound: &Sound, story: &Story, receivers: &[Receiver]) -> Result<bool> {
    let about = format!(
        "A drill sends real messages. \u{201c}{}\u{201d} will be told, with the services of a hospital that does not exist, to:",
        story.title
    );
    say!("{}\n", wrapped("", &about));
    for receiver in receivers {
        say!("  {:<20} {}", receiver.id, way_to(sound, receiver));
    }
    say!("\n{}\n", wrapped("", "Each message begins with DRILL. Tell those people before."));
    if !std::io::stdin().is_terminal() {
        bail!("nobody is here to be asked; --yes says yes for a script");
    }
    let _ = write!(std::io::stdout(), "Send them? Write yes: ");
    let _ = std::io::stdout().flush();
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}

/// Tells the story to the receivers, without asking; whether it came to its end and all were reached.
///
/// # Errors
/// As [`run`].
pub async fn play(drill: &Drill, sound: &Sound, out: Box<dyn Write + Send>, stop: &CancellationToken) -> Result<bool> {
    let (story, receivers) = (Story::named(&drill.story)?, named(sound, &drill.receivers)?);
    let speed = speed(drill.speed, &story)?;
    let telling = Arc::new(Telling::new(&story.zone, drill.json, out));
    let cast = Cast::Theirs {
        organisation: sound.settings.organisation.name.0.clone(),
        subscriptions: Subscriptions {
            subscriptions: vec![to_all(&receivers)?],
            receivers,
            ..Subscriptions::default()
        },
        ways: Box::new(sound.ways("drill".to_owned())?),
    };
    let mut stage = Stage::set(story, cast, None, speed, Arc::clone(&telling), stop).await?;
    telling.say(&format!("DRILL: {}, {speed} times as fast as it was.", stage.story.title));
    telling.say(&format!("\n  Its page, on this machine alone: {}/", stage.far.pages));
    telling.say("\nCtrl-C ends it. Times are the story's, local and then UTC.");
    telling.object(
        &json!({ "kind": "begin", "story": stage.story.name, "speed": speed, "page": format!("{}/", stage.far.pages) }),
    );
    let came_to_its_end = stage.play().await;
    // What was reached until then is worth knowing, however it ended.
    let summary = Summary::of(&stage, None).await;
    stage.end().await;
    let (came_to_its_end, summary) = (came_to_its_end?, summary?);
    report(&telling, &summary, came_to_its_end);
    Ok(came_to_its_end && summary.is_good())
}

/// A subscription to everything, for all of them.
fn to_all(receivers: &[Receiver]) -> Result<Subscription> {
    let receivers = receivers.iter().map(|receiver| receiver.id.clone()).collect();
    Ok(Subscription::to_all(SubscriptionId::parse("drill")?, receivers))
}

fn report(telling: &Telling, summary: &Summary, came_to_its_end: bool) {
    telling.say(if came_to_its_end { "\n---- The drill is over" } else { "\n---- The drill was stopped" });
    for (receiver, reached) in &summary.receivers {
        let lead = format!("  {receiver:<20} ");
        telling.say(&wrapped(&lead, &reached.words()));
    }
    telling.say(if summary.lost == 0 { "\nAll were reached." } else { "\nNOT ALL WERE REACHED." });
    telling.object(&json!({
        "kind": "summary",
        "came_to_its_end": came_to_its_end,
        "is_good": came_to_its_end && summary.is_good(),
        "summary": summary,
    }));
}
