//! `incident`: a person's word, for vendors that publish nothing.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::accounts::Opened;
use super::inbox::{Answer, Inbox};
use super::load::{self, Folders};
use super::setup::Sound;
use crate::model::audit::By;
use crate::model::id::{Ids, IncidentId, VendorId};
use crate::model::impact::Impact;
use crate::model::text;
use crate::pipeline::acknowledge::acknowledge as care;
use crate::pipeline::hand::{Act, Word};
use crate::store::{self, Store, StoreError};

/// How long a running Bellwether may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// What can be typed after `incident`.
#[derive(Debug, Subcommand)]
pub(super) enum IncidentCommand {
    /// Open an incident. Prints its id.
    Open {
        /// The vendor.
        #[arg(value_parser = VendorId::parse)]
        vendor: VendorId,
        /// What is wrong, in one line.
        title: String,
        /// A part of the vendor's product, by its name. May be given several times; without it, all of the vendor.
        #[arg(long = "component", value_name = "NAME")]
        components: Vec<String>,
        /// A region. May be given several times.
        #[arg(long = "region", value_name = "NAME")]
        regions: Vec<String>,
        /// Since when, as 2025-04-23T13:00:00Z; without it, since now.
        #[arg(long, value_name = "TIME")]
        since: Option<Timestamp>,
        #[command(flatten)]
        word: WordArgs,
    },
    /// Add a word to an incident that was opened by hand.
    Update {
        /// The incident.
        incident: String,
        #[command(flatten)]
        word: WordArgs,
    },
    /// Say that you take care of an incident, whoever told of it: no further step of an escalation is taken.
    Acknowledge {
        /// The incident.
        incident: String,
        /// Nobody takes care of it any more.
        #[arg(long)]
        undo: bool,
        /// Who takes care of it.
        #[arg(long, value_name = "NAME", env = "BELLWETHER_AUTHOR")]
        author: String,
    },
    /// End an incident that was opened by hand.
    Resolve {
        /// The incident.
        incident: String,
        #[command(flatten)]
        word: WordArgs,
    },
}

/// What is said with each.
#[derive(Debug, Args)]
pub(super) struct WordArgs {
    /// Who says it.
    #[arg(long, value_name = "NAME", env = "BELLWETHER_AUTHOR")]
    author: String,
    /// How bad it is: degraded, partial_outage, major_outage or unknown.
    #[arg(long, value_name = "IMPACT", value_parser = impact)]
    impact: Option<Impact>,
    /// What is said, for people.
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// Does what was typed.
///
/// # Errors
/// As [`run`].
pub(super) fn typed(folders: &Folders, command: IncidentCommand) -> Result<ExitCode> {
    let (act, word) = match command {
        IncidentCommand::Open { vendor, title, components, regions, since, word } => {
            (Act::Open { vendor, title, components, regions, since }, word)
        }
        IncidentCommand::Update { incident, word } => (Act::Update { incident: IncidentId(incident) }, word),
        IncidentCommand::Acknowledge { incident, undo, author } => {
            return acknowledge(folders, &IncidentId(incident), !undo, &author);
        }
        IncidentCommand::Resolve { incident, word } => (Act::Resolve { incident: IncidentId(incident) }, word),
    };
    let said = Said { author: word.author, impact: word.impact, text: word.text };
    run(folders, act, said, word.json)
}

/// Says a word: to the running Bellwether, or, if none runs, into its database, from where it is told at the next start.
///
/// # Errors
/// A configuration that cannot be read, a word that makes no sense, or no answer.
pub fn run(folders: &Folders, act: Act, said: Said, json: bool) -> Result<ExitCode> {
    let loaded = load::load(folders)?;
    let sound = Sound::of(&loaded);
    let data = loaded.settings.as_ref().map(|settings| settings.database.folder.clone());
    // A mistake in a file does not stop what runs, nor the word that somebody has for it.
    let Some(data) = data.filter(|data| sound.is_some() || store::is_in_use(data)) else {
        super::check::print(&loaded.problems);
        return Ok(ExitCode::from(super::cli::BAD_CONFIGURATION));
    };
    super::owner::act_as_owner_of(&data)?;
    if sound.is_none() {
        eprintln!(
            "note: the files have mistakes, see `bellwether check`; the running Bellwether goes on with what held before"
        );
    }
    if said.author.trim().is_empty() {
        bail!("say who you are: --author NAME, or set BELLWETHER_AUTHOR");
    }
    let key = uuid::Uuid::now_v7().to_string();
    let word = Word { key, at: Timestamp::now(), author: said.author, act, impact: said.impact, text: said.text };
    let answer = tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(say(
        &data,
        sound.as_ref(),
        &word,
    ))?;
    print(&answer, json)
}

/// Says that somebody takes care of an incident, or that nobody does: in the database of the running Bellwether, or
/// without one.
///
/// # Errors
/// A configuration or a store that cannot be read, no such incident, or one that is over.
pub fn acknowledge(folders: &Folders, incident: &IncidentId, is_taken: bool, author: &str) -> Result<ExitCode> {
    if author.trim().is_empty() {
        bail!("say who you are: --author NAME, or set BELLWETHER_AUTHOR");
    }
    let by = By::terminal(text::line(author, 64));
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let opened = Opened::of(folders).await?;
        let done = care(&opened.store, incident, is_taken, &by, Timestamp::now()).await;
        opened.store.close().await;
        let is_news = done.map_err(|why| anyhow!("{why}"))?;
        say!(
            "{}",
            match (is_taken, is_news) {
                (true, true) => "acknowledged: no further step of an escalation is taken",
                (true, false) => "somebody takes care of it already; the page says who",
                (false, true) => "nobody takes care of it any more",
                (false, false) => "nobody took care of it",
            }
        );
        Ok(ExitCode::SUCCESS)
    })
}

/// What every word may say.
#[derive(Debug, Clone)]
pub struct Said {
    /// Who says it.
    pub author: String,
    /// How bad it is.
    pub impact: Option<crate::model::impact::Impact>,
    /// What is said.
    pub text: Option<String>,
}

async fn say(data: &Path, sound: Option<&Sound>, word: &Word) -> Result<Answer> {
    let inbox = Inbox::of(data);
    inbox.leave(word)?;
    let end = Instant::now() + ANSWER_WITHIN;
    while Instant::now() < end {
        if let Some(answer) = inbox.take_answer(&word.key)? {
            return Ok(answer);
        }
        match Store::open(data).await {
            Ok(store) => {
                let Some(sound) = sound else {
                    store.close().await;
                    break; // It has ended meanwhile.
                };
                let compiled = sound.compiled(Ids::salted(store.salt(&super::run::draw_salt()).await?));
                inbox.take_in(&store, &compiled, Timestamp::now()).await?;
                store.close().await;
                eprintln!("note: Bellwether is not running here; who must be told is told when it starts");
            }
            Err(StoreError::InUse { .. }) => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(error) => return Err(error.into()),
        }
    }
    bail!("the running Bellwether has not answered; the word waits in {} and is not lost", data.join("inbox").display())
}

fn print(answer: &Answer, json: bool) -> Result<ExitCode> {
    if json {
        say!("{}", serde_json::to_string(answer)?);
    }
    match answer {
        Answer::Refused(why) if json => {
            eprintln!("error: {why}");
            Ok(ExitCode::FAILURE)
        }
        Answer::Refused(why) => bail!("{why}"),
        Answer::Taken { .. } if json => Ok(ExitCode::SUCCESS),
        Answer::Taken { incident, effects, told } => {
            say!("{incident}");
            for effect in effects {
                say!("  {effect}");
            }
            if effects.is_empty() {
                say!("  nothing of ours changes by it");
            }
            say!("  told: {}", if told.is_empty() { "nobody".to_owned() } else { told.join(", ") });
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn impact(text: &str) -> Result<Impact, String> {
    [Impact::Degraded, Impact::PartialOutage, Impact::MajorOutage, Impact::Unknown]
        .into_iter()
        .find(|impact| impact.word() == text)
        .ok_or_else(|| "write degraded, partial_outage, major_outage or unknown".to_owned())
}
