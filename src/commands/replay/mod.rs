//! `replay DIR`: recorded bodies through the real pipeline, as fast as it can, in a database of its own.

pub mod lines;
pub mod player;
pub mod recording;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use jiff::SignedDuration;

use self::lines::Printer;
use self::recording::Recording;
use crate::alerting::blind::BlindAfter;
use crate::alerting::route::Manner;
use crate::model::format::Format;
use crate::model::id::{Ids, SourceId, VendorId};
use crate::model::incident::KnownOpen;
use crate::model::vendor::{Source, Support, Vendor};
use crate::normalize::{self, Answer, Body, Outcome, Reading};
use crate::pipeline::compiled::{Compiled, Parts};

/// What a replay is asked for.
#[derive(Debug, Clone)]
pub struct Replay {
    /// The folder of recordings.
    pub folder: PathBuf,
    /// Formats that were given by hand: source and format.
    pub formats: Vec<(String, Format)>,
    /// The inventory, if effects are wanted.
    pub inventory: Option<PathBuf>,
    /// The subscriptions, if decisions are wanted.
    pub subscriptions: Option<PathBuf>,
    /// How often a source is looked at.
    pub every: Duration,
    /// One JSON object a line instead of text.
    pub json: bool,
}

/// Plays it, and prints what happens.
///
/// # Errors
/// A folder, a file or a configuration that cannot be read, by name.
pub fn run(replay: &Replay, vendors: &[Vendor]) -> Result<()> {
    if replay.every < Duration::from_secs(1) {
        bail!("--every must be at least one second");
    }
    let recordings = open_all(replay, vendors)?;
    let compiled = compile(replay, &recordings, vendors)?;
    let mut printer = Printer::new(replay.json);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let counted = runtime.block_on(player::play(recordings, &compiled, replay.every, |step| printer.step(&step)))?;
    printer.summary(counted)
}

fn open_all(replay: &Replay, vendors: &[Vendor]) -> Result<Vec<Recording>> {
    let given: BTreeMap<&str, Format> = replay.formats.iter().map(|(name, f)| (name.as_str(), *f)).collect();
    let mut recordings = Vec::new();
    for folder in recording::folders(&replay.folder)? {
        let name = recording::file_name(&folder);
        SourceId::parse(&name).with_context(|| format!("{}: the folder's name is the source's", folder.display()))?;
        let format = match given.get(name.as_str()) {
            Some(format) => *format,
            None => detect(&folder, &name, vendors)?,
        };
        recordings.push(recording::open(&folder, &name, format)?);
    }
    if let Some(unknown) = given.keys().find(|name| !recordings.iter().any(|r| r.name == **name)) {
        bail!("--source {unknown}: there is no folder {}", replay.folder.join(unknown).display());
    }
    if recordings.is_empty() {
        bail!("{} holds no folder of recorded bodies (DIR/<source>/<UTC time>.<ext>)", replay.folder.display());
    }
    Ok(recordings)
}

/// The format of a recording that nobody named: the one whose sign its bodies show, else the one that the vendor of
/// that name has. A body that holds something says more than a quiet one, which several formats may look like.
fn detect(folder: &Path, name: &str, vendors: &[Vendor]) -> Result<Format> {
    let mut quiet: Vec<Format> = Format::ALL.to_vec();
    for path in recording::bodies(folder)?.values() {
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        let signs: Vec<(Format, bool)> =
            Format::ALL.into_iter().filter_map(|format| Some((format, holds_something(format, &bytes)?))).collect();
        if let Some((format, _)) = signs.iter().find(|(_, holds)| *holds) {
            return Ok(*format);
        }
        if !signs.is_empty() {
            quiet.retain(|format| signs.iter().any(|(sign, _)| sign == format));
        }
    }
    let vendor = vendors.iter().find(|v| v.id.as_str() == name).and_then(|v| v.sources.first());
    match (quiet.as_slice(), vendor) {
        ([only], _) => Ok(*only),
        (_, Some(source)) => Ok(source.format),
        (_, None) if recording::bodies(folder)?.is_empty() => {
            bail!("{} holds no bodies; they are DIR/<source>[/<role>]/<UTC time>.<ext>", folder.display())
        }
        (_, None) => {
            let formats = Format::ALL.map(Format::name).join(", ");
            bail!(
                "{}: no format recognises these bodies; say --source {name}=FORMAT (one of {formats})",
                folder.display()
            )
        }
    }
}

/// `None`: it is not of this format. Else whether it holds anything.
fn holds_something(format: Format, bytes: &[u8]) -> Option<bool> {
    let role = normalize::about(format).roles.first()?;
    let source = source_of("detected", format)?;
    let answers = [Answer { role, outcome: Outcome::Body(Body::saved(bytes.to_vec())) }];
    match normalize::read(&source, &answers, &KnownOpen::default(), jiff::Timestamp::UNIX_EPOCH) {
        Reading::Done(Ok(snapshot)) => Some(!snapshot.incidents.is_empty() || !snapshot.components.is_empty()),
        Reading::Done(Err(_)) | Reading::Need(_) => None,
    }
}

fn source_of(name: &str, format: Format) -> Option<Source> {
    Some(Source::at(SourceId::parse(name).ok()?, format, format!("https://{name}.recorded.invalid/").parse().ok()))
}

fn compile(replay: &Replay, recordings: &[Recording], vendors: &[Vendor]) -> Result<Compiled> {
    let (inventory, subscriptions, receivers) =
        crate::commands::load::for_replay(replay.inventory.as_deref(), replay.subscriptions.as_deref())?;
    let mut all = Vec::new();
    for recording in recordings {
        let id = VendorId::parse(&recording.name)?;
        let known = vendors.iter().find(|v| v.id == id);
        let name = known.map_or(&recording.name, |v| &v.name);
        let sources = source_of(&recording.name, recording.format).into_iter().collect();
        all.push(Vendor {
            homepage: known.and_then(|v| v.homepage.clone()),
            support: known.map_or_else(Support::default, |v| v.support.clone()),
            ..Vendor::named(id, name, sources)
        });
    }
    all.extend(vendors.iter().filter(|v| !recordings.iter().any(|r| r.name == v.id.as_str())).map(without_sources));
    let parts = Parts {
        organisation: "Replay".to_owned(),
        time_zone: "UTC".to_owned(),
        page: None,
        blind_after: BlindAfter::all(SignedDuration::from_mins(10)),
        manner: Manner::default(),
        inventory,
        vendors: all,
        subscriptions,
        receivers,
        // A replay tells what happened; the hours of our shifts are not part of it.
        shifts: Vec::new(),
    };
    let mut compiled = Compiled::new(parts, Ids::salted("replay"));
    // All that was recorded is looked at, whether the inventory needs it or not.
    let recorded = recordings.iter().filter_map(|r| source_of(&r.name, r.format));
    compiled.sources.extend(recorded.map(|source| (source.id.clone(), source)));
    Ok(compiled)
}

/// A vendor that was not recorded: known by name, read from nowhere.
fn without_sources(vendor: &Vendor) -> Vendor {
    Vendor { sources: Vec::new(), ..vendor.clone() }
}
