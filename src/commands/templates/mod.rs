//! `templates`: which templates of one's own there are, what they write, and one to begin with.

mod preview;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use super::load::{self, Folders, Loaded};
use super::{table, wording};
use crate::alerting::template::start;
use crate::config::problem::Severity;
use crate::config::suggest::did_you_mean;
use crate::model::id::TemplateSetId;
use crate::model::template::{ENDING, Piece, file_name};
use crate::pipeline::templated::pieces;

/// The page about templates.
const MANUAL: &str = include_str!("../../../docs/templates.md");

/// What can be done about templates.
#[derive(Debug, Subcommand)]
pub enum TemplatesCommand {
    /// List them: what each words, for whom, and whether it is right.
    List,
    /// Show what they write for a typical message, or for one that was sent.
    Preview(Preview),
    /// Print what a template is given, and how it is written.
    Manual,
    /// Write one to begin with, which says what the shipped words say.
    Write {
        /// What it words: subject, text, html, short, slack …; in a set as pager/subject.
        #[arg(value_name = "NAME", value_parser = named)]
        name: Named,
    },
}

/// What is shown.
#[derive(Debug, Args)]
pub struct Preview {
    /// One template: subject, text, html, short, slack …; in a set as pager/subject. Without it, and without --receiver,
    /// all that there are.
    #[arg(value_name = "NAME", value_parser = named)]
    name: Option<Named>,
    /// A typical message: hurt, worse, over, digest, blind, shift, test … `--message list` names them.
    #[arg(long, value_name = "MESSAGE", default_value = "hurt")]
    message: String,
    /// All that this receiver gets, as it gets it.
    #[arg(long, value_name = "NAME")]
    receiver: Option<String>,
    /// The last message about this incident in the database, in place of a typical one.
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
    /// Write the HTML into this file, to be opened in a browser.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// One template by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    set: Option<TemplateSetId>,
    piece: Piece,
}

/// `pager/subject`, with or without its ending.
fn named(text: &str) -> Result<Named, String> {
    let (set, word) = match text.split_once('/') {
        Some((set, word)) => (Some(TemplateSetId::parse(set).map_err(|error| error.to_string())?), word),
        None => (None, text),
    };
    let word = word.strip_suffix(ENDING).unwrap_or(word);
    let known = Piece::ALL.map(Piece::word);
    let wrong = || format!("nothing is called {word:?}; {}", did_you_mean(word, known, "there are"));
    Ok(Named { set, piece: Piece::of_word(word).ok_or_else(wrong)? })
}

/// Carries it out.
///
/// # Errors
/// A configuration that cannot be read, or what was asked for is not there.
pub fn run(folders: &Folders, command: TemplatesCommand) -> Result<ExitCode> {
    if matches!(command, TemplatesCommand::Manual) {
        say!("{}", MANUAL.trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    let loaded = load::load(folders)?;
    match command {
        TemplatesCommand::List => list(folders, &loaded),
        TemplatesCommand::Preview(asked) => preview::run(&loaded, &asked),
        TemplatesCommand::Manual => Ok(ExitCode::SUCCESS),
        TemplatesCommand::Write { name } => write(folders, &loaded, &name),
    }
}

/// Where templates lie. What is wrong with `bellwether.toml` keeps nobody from working on them.
fn folder(folders: &Folders, loaded: &Loaded) -> PathBuf {
    let settings = loaded.settings.as_ref().map(|settings| settings.templates.clone()).unwrap_or_default();
    folders.config.join(settings.folder)
}

fn list(folders: &Folders, loaded: &Loaded) -> Result<ExitCode> {
    let folder = folder(folders, loaded);
    let files = wording::files(&folder)?;
    if files.is_empty() {
        say!("{} holds no templates: all messages go out in the shipped words", folder.display());
        say!("write one: bellwether templates write subject");
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = table::headed(["template", "for whom", "state"]);
    let mut is_wrong = false;
    for file in &files {
        let shown = folder.join(&file.name).display().to_string();
        let count = |wanted: Severity| {
            loaded.problems.iter().filter(|problem| problem.file == shown && problem.severity == wanted).count()
        };
        let state = match (count(Severity::Error), count(Severity::Warning)) {
            (0, 0) => "right".to_owned(),
            (0, doubts) => format!("{doubts} doubtful: bellwether check"),
            (wrong, _) => format!("{wrong} wrong: bellwether check"),
        };
        is_wrong |= count(Severity::Error) > 0;
        table.add_row([file.name.clone(), for_whom(loaded, &file.name), state]);
    }
    say!("{table}");
    Ok(if is_wrong { ExitCode::from(super::cli::BAD_CONFIGURATION) } else { ExitCode::SUCCESS })
}

fn for_whom(loaded: &Loaded, file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or_default();
    if name.starts_with('_') {
        return "included by others".to_owned();
    }
    let Some(read) = &loaded.subscriptions else { return "?".to_owned() };
    let gets = |receiver: &&crate::model::subscription::Receiver| {
        let set = loaded.wording.sets.get(&receiver.id);
        let found = |piece| loaded.wording.templates.find(set, piece).map(|ready| ready.name().to_owned());
        pieces(receiver).into_iter().any(|piece| found(piece).as_deref() == Some(file))
    };
    let receivers: Vec<&str> = read.receivers.iter().filter(gets).map(|receiver| receiver.id.as_str()).collect();
    if receivers.is_empty() { "nobody".to_owned() } else { receivers.join(", ") }
}

fn write(folders: &Folders, loaded: &Loaded, name: &Named) -> Result<ExitCode> {
    let path = folder(folders, loaded).join(file_name(name.set.as_ref(), name.piece));
    let parent = path.parent().unwrap_or(&folders.config);
    std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    let opened = std::fs::OpenOptions::new().write(true).create_new(true).open(&path);
    match opened {
        Ok(mut file) => {
            use std::io::Write;
            let written = file.write_all(start::copy(name.piece).as_bytes());
            written.with_context(|| format!("cannot write {}", path.display()))?;
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            bail!("{} is there already; nothing was written", path.display())
        }
        Err(error) => return Err(error).with_context(|| format!("cannot write {}", path.display())),
    }
    let shown = file_name(name.set.as_ref(), name.piece);
    say!("{} says what the shipped words say; change it as you like", path.display());
    say!("see it: bellwether templates preview {}", shown.trim_end_matches(ENDING));
    if name.piece == Piece::Text {
        say!("most mail programs show the HTML: write html too");
    }
    if let Some(set) = &name.set {
        say!("a receiver gets it with template = \"{set}\" in subscriptions.toml");
    }
    Ok(ExitCode::SUCCESS)
}
