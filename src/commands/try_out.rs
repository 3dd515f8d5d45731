//! `vendors test`: a vendor's file on its samples, and with `--live` on the page; of a mapping, field by field, what
//! came from where.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use similar::{ChangeTag, TextDiff};

use super::load::{self, Folders};
use super::sample;
use super::setup::Sound;
use super::{check, guess, poll, recorder, table, vendors};
use crate::config::problem::Severity;
use crate::model::id::{SourceId, VendorId};
use crate::model::incident::KnownOpen;
use crate::model::snapshot::Look;
use crate::model::text;
use crate::model::vendor::{Schedule, Source, Vendor};
use crate::normalize::mapping::{self, trace::Trace};
use crate::normalize::{Answer, Asked};
use crate::pipeline::mapped;

/// Of so many items of each list the fields are shown, unless all are wanted.
const SHOWN: usize = 2;

/// What is to be tried out.
#[derive(Debug, Clone)]
pub struct TryOut {
    /// A vendor's folder, or the name of a vendor.
    pub what: String,
    /// The page too.
    pub live: bool,
    /// The fields of all items.
    pub all: bool,
    /// Write what the samples come to as what is expected.
    pub accept: bool,
}

/// Tries out. The exit code is 1 if a sample came to something else, or the page could not be read.
///
/// # Errors
/// A folder, a file or a configuration that cannot be read.
pub fn run(folders: &Folders, what: &TryOut) -> Result<ExitCode> {
    let (folder, vendor, only) = chosen(folders, &what.what)?;
    let Some(vendor) = vendor else { return Ok(ExitCode::from(super::cli::BAD_CONFIGURATION)) };
    let is_meant = |source: &Source| only.as_ref().is_none_or(|only| *only == source.id);
    let cases = if folder.is_dir() { sample::cases(&folder)? } else { std::collections::BTreeMap::new() };
    let mut is_right = true;
    for (case, samples) in &cases {
        let (source, answers) = sample::answers(&vendor.sources, samples)?;
        if !is_meant(source) {
            continue;
        }
        is_right &= one_case(&folder, case, source, &answers, what)?;
    }
    if cases.is_empty() && !what.live {
        say!("{} holds no sample.", folder.display());
        say!("`bellwether vendors record {}` saves one, and --live tries the page itself.", vendor.id);
    }
    if what.live {
        let sources: Vec<Source> = vendor.sources.into_iter().filter(is_meant).collect();
        is_right &= live(folders, &sources, what)?;
    }
    Ok(if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What was named: a folder, a vendor, or one source of a vendor.
fn chosen(folders: &Folders, what: &str) -> Result<(PathBuf, Option<Vendor>, Option<SourceId>)> {
    let source =
        SourceId::parse(what).ok().filter(|_| what.contains('/') && !Path::new(what).join("vendor.toml").is_file());
    let Some((source, vendor)) = source.zip(what.split('/').next()) else {
        let (folder, vendor) = found(folders, what)?;
        return Ok((folder, vendor, None));
    };
    let (folder, vendor) = found(folders, vendor)?;
    if let Some(vendor) = vendor.as_ref().filter(|vendor| vendor.sources.iter().all(|known| known.id != source)) {
        let known: Vec<&str> = vendor.sources.iter().map(|known| known.id.as_str()).collect();
        bail!("{} has no source {source}; it has: {}", vendor.name, known.join(", "));
    }
    Ok((folder, vendor, Some(source)))
}

/// The vendor of a folder, or of that name; `None` where its file has mistakes, which are printed.
fn found(folders: &Folders, what: &str) -> Result<(PathBuf, Option<Vendor>)> {
    let folder = Path::new(what.trim_end_matches('/'));
    let file = folder.join("vendor.toml");
    if !file.is_file() {
        let mut problems = Vec::new();
        let catalogue = load::catalogue(&Schedule::USUAL, &folders.sources, &mut problems)?;
        let prefix = format!("/{what}/vendor.toml");
        problems.retain(|problem| problem.file.ends_with(&prefix));
        check::print(&problems);
        let is_broken = problems.iter().any(|problem| problem.severity == Severity::Error);
        let is_none = |id: &VendorId| catalogue.read(id).is_some_and(|read| read.value.is_none());
        if let Some(id) = VendorId::parse(what).ok().filter(|id| is_broken || is_none(id)) {
            return Ok((folders.sources.join(id.as_str()), None));
        }
        let vendor = vendors::find(&catalogue, what)
            .with_context(|| format!("{what:?} is neither a folder with a vendor.toml nor a vendor"))?;
        return Ok((folders.sources.join(vendor.id.as_str()), Some(vendor)));
    }
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let absolute = fs::canonicalize(folder).with_context(|| folder.display().to_string())?;
    let id = absolute.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut parsed = crate::config::vendor::parse(&id, &file.display().to_string(), &text);
    if let Some(vendor) = &parsed.value {
        parsed.problems.extend(mapped::problems(vendor, &parsed.places));
    }
    check::print(&parsed.problems);
    let is_broken = parsed.problems.iter().any(|problem| problem.severity == Severity::Error);
    Ok((folder.to_owned(), parsed.value.filter(|_| !is_broken)))
}

fn one_case(folder: &Path, case: &str, source: &Source, answers: &[Answer], what: &TryOut) -> Result<bool> {
    let file = sample::expected_file(folder, case);
    let expected = fs::read_to_string(&file).unwrap_or_default();
    let recorded = sample::read_at(&expected);
    let came = sample::outcome(source, answers, recorded);
    if expected == came {
        say!("{case}: as expected ({})", summary(&came));
        if what.all {
            show_trace(source, answers, recorded, what.all);
        }
        return Ok(true);
    }
    if what.accept {
        fs::write(&file, &came).with_context(|| format!("cannot write {}", file.display()))?;
        say!("{case}: {} says so from now on: {}", file.display(), summary(&came));
        return Ok(true);
    }
    if expected.is_empty() {
        say!("{case}: nothing is expected yet. It comes to:\n{came}");
        say!("`--accept` writes that to {}, if it is what the page says.\n", file.display());
    } else {
        say!(
            "{case}: NOT as expected; - is what was expected, + what it comes to now:\n{}",
            difference(&expected, &came)
        );
    }
    show_trace(source, answers, recorded, what.all);
    Ok(expected.is_empty())
}

/// How much was read, in a line.
fn summary(came: &str) -> String {
    let came: serde_json::Value = serde_json::from_str(came).unwrap_or_default();
    if let Some(why) = came.get("unreadable").and_then(|why| why.as_str()) {
        return format!("unreadable: {}", text::line(why, 100));
    }
    let count = |name: &str| came.get(name).and_then(|list| list.as_array()).map_or(0, Vec::len);
    format!("incidents {}, components {}, warnings {}", count("incidents"), count("components"), count("warnings"))
}

/// The lines that differ, with two of their neighbours.
fn difference(expected: &str, came: &str) -> String {
    let diff = TextDiff::from_lines(expected, came);
    let mut lines = String::new();
    for (index, group) in diff.grouped_ops(2).iter().enumerate() {
        if index > 0 {
            lines.push_str("    …\n");
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let mark = match change.tag() {
                ChangeTag::Delete => "  - ",
                ChangeTag::Insert => "  + ",
                ChangeTag::Equal => "    ",
            };
            lines.push_str(mark);
            lines.push_str(change.value().trim_end_matches('\n'));
            lines.push('\n');
        }
    }
    lines
}

/// The page itself, now.
fn live(folders: &Folders, sources: &[Source], what: &TryOut) -> Result<bool> {
    let loaded = load::load(folders)?;
    let Some(sound) = Sound::of(&loaded) else {
        check::print(&loaded.problems);
        bail!("the page is asked as the configuration says, and that has mistakes");
    };
    let network = sound.network()?;
    let mut all_read = true;
    let guessed = guess::unconfirmed_in(&sound.settings.database.folder, sources);
    for source in sources.iter().filter(|source| source.url.is_some()) {
        let now = Timestamp::now();
        let (looked, answers) = recorder::look_once(&network, source, now)?;
        poll::print_table(source, &looked, true);
        show_trace(source, &answers, Some(now), what.all);
        guess::say_of(source, &looked.look, &guessed);
        all_read &= matches!(looked.look, Look::Snapshot(_));
    }
    Ok(all_read)
}

/// Field by field what came from where. Only mappings tell that.
fn show_trace(source: &Source, answers: &[Answer], now: Option<Timestamp>, all: bool) {
    let Some(url) = source.url.as_ref().filter(|_| source.format.is_mapped()) else { return };
    let mut trace = Trace::wanted();
    let open = KnownOpen::default();
    let asked = Asked { source, url, open: &open, now: now.unwrap_or_else(Timestamp::now) };
    let _ = mapping::read(&asked, answers, &mut trace);
    trace.steps.iter().for_each(|step| say!("  {step}"));
    show_fields(&trace, all);
    show_doubts(source, &trace);
}

fn show_fields(trace: &Trace, all: bool) {
    let is_shown =
        |path: &str| all || path.split(['[', ']']).nth(1).and_then(|n| n.parse().ok()).is_none_or(|n: usize| n < SHOWN);
    let shown: Vec<_> = trace.fields.iter().filter(|line| is_shown(&line.path)).collect();
    if shown.is_empty() {
        return;
    }
    let mut table = table::headed(["field", "found by", "what the page has", "what it became"]);
    for line in &shown {
        let raw = if line.raw.is_empty() { "NOTHING".to_owned() } else { text::line(&line.raw.join(" ¦ "), 60) };
        let became = if line.became == raw { "the same".to_owned() } else { text::line(&line.became, 60) };
        table.add_row([line.path.clone(), text::line(&line.by, 50), raw, became]);
    }
    say!("{table}");
    let hidden = trace.fields.len() - shown.len();
    if hidden > 0 {
        say!("  {hidden} more field{}; --all shows them", if hidden == 1 { "" } else { "s" });
    }
}

/// What is in no way wrong, and yet is seldom meant. With `everything` a field may be missing in all items.
fn show_doubts(source: &Source, trace: &Trace) {
    let by_name = source.map.as_ref().is_some_and(|map| map.everything.is_some());
    let nowhere = trace.found_nowhere().into_iter().filter(|_| !by_name);
    let nowhere = nowhere.map(|(name, by, count)| match count {
        1 => format!("{name}: {} finds nothing", text::line(by, 60)),
        more => format!("{name}: {} finds nothing in any of {more}", text::line(by, 60)),
    });
    let doubts: Vec<String> = trace.doubts.iter().cloned().chain(nowhere).collect();
    if !doubts.is_empty() {
        say!("  Look at these again:");
        doubts.iter().for_each(|doubt| say!("    {doubt}"));
    }
}
