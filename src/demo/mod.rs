//! Stories of past outages, lived through by the real program: looks, decisions, mails, webhooks and pages, faster than
//! they were. [`demo`] is for newcomers: nothing leaves the machine, and nothing of the user's own is read or written.
//! [`drill`] tells the same story to real receivers. Every message and page says that it is a drill.

mod announcer;
pub mod drill;
mod ear;
mod far;
mod hospital;
mod mailbox;
mod mime;
mod pace;
mod scratch;
mod stage;
pub mod story;
pub mod summary;
pub mod telling;
mod vendors;

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use self::stage::{Cast, Stage};
use self::story::Story;
use self::summary::Summary;
use self::telling::{Telling, wrapped};
use crate::commands::run::stopped;

/// The fastest that is believed: beyond it a minute of the story is shorter than one look.
const FASTEST: f64 = 100_000.0;

/// What a demo is asked for.
#[derive(Debug, Clone)]
pub struct Demo {
    /// Which story.
    pub story: String,
    /// How many times as fast as it was; the story's own speed if not said.
    pub speed: Option<f64>,
    /// Goes on at the speed of life when the story is over.
    pub stay: bool,
    /// One JSON object a line.
    pub json: bool,
    /// Where the pages listen; any free port if not said.
    pub listen: Option<SocketAddr>,
}

/// Shows a story.
///
/// # Errors
/// A story that is not there, or a machine that gives no folder or port.
pub fn demo(demo: &Demo) -> Result<ExitCode> {
    let stop = CancellationToken::new();
    let is_good = until_stopped(&stop, play(demo, Box::new(std::io::stdout()), &stop))?.is_none_or(|s| s.is_good());
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Carries something out in a runtime of its own; the first Ctrl-C asks it to end.
fn until_stopped<T>(stop: &CancellationToken, what: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        tokio::pin!(what);
        tokio::select! {
            done = &mut what => return done,
            () = stopped() => stop.cancel(),
        }
        what.await
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    done
}

/// Plays a story to `out` until it is over or stopped; what came of it, if it came to its end.
///
/// # Errors
/// As [`demo`].
pub async fn play(demo: &Demo, out: Box<dyn Write + Send>, stop: &CancellationToken) -> Result<Option<Summary>> {
    let story = Story::named(&demo.story)?;
    let speed = speed(demo.speed, &story)?;
    let zone = story.zone.clone();
    let telling = Arc::new(Telling::new(&zone, demo.json, out));
    let mut stage = Stage::set(story, Cast::Ours, demo.listen, speed, Arc::clone(&telling), stop).await?;
    welcome(&stage, speed);
    let came_to_its_end = stage.play().await;
    let summary = match came_to_its_end {
        Ok(true) => Some(Summary::of(&stage, Some(&stage.far.arrivals())).await?),
        Ok(false) | Err(_) => None,
    };
    if let Some(summary) = &summary {
        telling.say(&format!("\n---- The story is over\n{}", summary.words(&zone, stage.clock.now())));
        telling.object(&json!({ "kind": "summary", "is_good": summary.is_good(), "summary": summary }));
        if demo.stay {
            stage.clock.set_rate(1.0);
            telling.say(&format!("\n{}", staying(&stage)));
            stop.cancelled().await;
        }
    }
    let is_stopped = stop.is_cancelled();
    stage.end().await;
    came_to_its_end?;
    telling.say(if is_stopped { "\nStopped, and everything of it is removed." } else { FAREWELL });
    Ok(summary)
}

const FAREWELL: &str = "\nEverything of it is removed. --stay leaves the pages up; --story oracle-health\ntells another. Next: your own config/inventory.toml, then `bellwether check`.";

fn speed(asked: Option<f64>, story: &Story) -> Result<f64> {
    let speed = asked.unwrap_or(story.speed);
    if !(1.0..=FASTEST).contains(&speed) {
        bail!("--speed is from 1, the speed of life, to {FASTEST}");
    }
    Ok(speed)
}

fn welcome(stage: &Stage, speed: f64) {
    let (story, telling) = (&stage.story, &stage.telling);
    telling.say(&format!("DRILL: {}, {speed} times as fast as it was.\n", story.title));
    telling.say(&wrapped("", &story.about));
    telling.say("");
    telling.say(&wrapped(
        "",
        "The program that looks, decides and tells is the real one. The hospital does not exist, the vendors' words are ours, and nothing leaves this machine. Quiet hours go by ten times faster still.",
    ));
    telling.say(&format!("\n  The page of the night   {}/", stage.far.pages));
    telling.say(&format!("  Mails and webhooks      {}/", stage.arrived_at));
    telling.say("\nCtrl-C ends it and removes all of it. Times are the hospital's, then UTC.");
    telling.object(&json!({
        "kind": "begin",
        "story": story.name,
        "speed": speed,
        "page": format!("{}/", stage.far.pages),
        "arrived": format!("{}/", stage.arrived_at),
    }));
}

fn staying(stage: &Stage) -> String {
    let pages = &stage.far.pages;
    wrapped("", &format!("The pages stay: {pages}/ and {}/. Ctrl-C ends it and removes all of it.", stage.arrived_at))
}
