//! The organisation's own words as they lie: the folder of templates, and who has which set of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::alerting::template::File;
use crate::config::Parsed;
use crate::config::problem::{Problem, Severity};
use crate::config::subscriptions::Subscriptions;
use crate::config::suggest::did_you_mean;
use crate::model::id::TemplateSetId;
use crate::model::template::{ENDING, MOST_FILES, SOURCE_OCTETS};
use crate::pipeline::checked_templates;
use crate::pipeline::templated::Wording;

/// The templates of a folder, tried on every typical message, and who has which set.
///
/// # Errors
/// A file that cannot be read, by name.
pub fn read(folder: &Path, subscriptions: &Parsed<Subscriptions>, problems: &mut Vec<Problem>) -> Result<Wording> {
    let files = files(folder)?;
    let (templates, wrong) = checked_templates::checked(folder, &files);
    problems.extend(wrong);
    let Some(read) = &subscriptions.value else { return Ok(Wording { templates, sets: BTreeMap::new() }) };
    for (number, receiver) in read.receivers.iter().enumerate() {
        let Some(set) = read.templates.get(&receiver.id).filter(|set| !templates.sets().contains(*set)) else {
            continue;
        };
        let what = format!("there is no set of templates `{set}`");
        let known = templates.sets().iter().map(TemplateSetId::as_str);
        let folder =
            format!("make the folder {}, or write another name; there is", folder.join(set.as_str()).display());
        let way_out = did_you_mean(set.as_str(), known, &folder);
        problems.push(subscriptions.places.problem(
            Severity::Error,
            &format!("receiver[{number}].template"),
            what,
            &way_out,
        ));
    }
    problems.extend(checked_templates::doubts(folder, &files, &templates, &read.templates, &read.receivers));
    Ok(Wording { templates, sets: read.templates.clone() })
}

/// What lies in the folder of templates, and in the folders of its sets. A folder that is not there is empty.
///
/// # Errors
/// A file that cannot be read, is too long, or is one too many.
pub fn files(folder: &Path) -> Result<Vec<File>> {
    let mut found = Vec::new();
    for (path, is_folder) in entries(folder)? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if is_folder {
            let inside = entries(&path)?.into_iter().filter(|(path, is_folder)| !is_folder && is_template(path));
            let below = |path: PathBuf| Some((format!("{name}/{}", path.file_name()?.to_string_lossy()), path));
            found.extend(inside.filter_map(|(path, _)| below(path)));
        } else if is_template(&path) {
            found.push((name, path));
        }
    }
    if found.len() > MOST_FILES {
        bail!("{} holds {} templates; {MOST_FILES} are the most", folder.display(), found.len());
    }
    found.sort();
    found.into_iter().map(|(name, path)| Ok(File { name, text: template_text(&path)? })).collect()
}

fn template_text(path: &Path) -> Result<String> {
    let octets = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    if octets > SOURCE_OCTETS as u64 {
        bail!("{} has {octets} octets; a template has {SOURCE_OCTETS} at the most", path.display());
    }
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn is_template(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.ends_with(ENDING) && !name.starts_with('.')
}

/// What lies in a folder, and whether it is one itself. What begins with a dot is an editor's, or a cluster's.
fn entries(folder: &Path) -> Result<Vec<(PathBuf, bool)>> {
    let read = match std::fs::read_dir(folder) {
        Ok(read) => read,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read the folder {}", folder.display())),
    };
    let mut found = Vec::new();
    for entry in read {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !is_hidden {
            let is_folder = path.is_dir();
            found.push((path, is_folder));
        }
    }
    Ok(found)
}
