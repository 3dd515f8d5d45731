//! Reads the configuration folder and the vendors: those in the binary, and those in a folder of the user's own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rust_embed::RustEmbed;

use super::secrets;
use crate::config::bellwether::Settings;
use crate::config::check::{self, Files};
use crate::config::places::Places;
use crate::config::problem::{Problem, Severity};
use crate::config::subscriptions::Subscriptions;
use crate::config::{self, Parsed};
use crate::model::id::VendorId;
use crate::model::inventory::Inventory;
use crate::model::subscription::{Receiver, Subscription};
use crate::model::vendor::{Schedule, Vendor};
use crate::normalize;

/// The vendors that come with the binary.
#[derive(RustEmbed)]
#[folder = "sources/"]
#[include = "*/vendor.toml"]
struct Shipped;

/// The vendors by their keys; `None` for one whose file has errors.
pub type Vendors = BTreeMap<VendorId, Option<Vendor>>;

/// Where the configuration lies.
#[derive(Debug, Clone)]
pub struct Folders {
    /// `bellwether.toml`, `inventory.toml`, `subscriptions.toml`.
    pub config: PathBuf,
    /// Vendors of the user's own. They add to those in the binary and override them.
    pub sources: PathBuf,
}

/// Where a package puts the configuration.
const INSTALLED: &str = "/etc/bellwether";

impl Folders {
    /// The folders that were named, and for those that were not: what lies where the program is started, else what a
    /// package installed.
    #[must_use]
    pub fn chosen(config: Option<PathBuf>, sources: Option<PathBuf>) -> Self {
        Self::chosen_in(Path::new(""), Path::new(INSTALLED), config, sources)
    }

    fn chosen_in(here: &Path, installed: &Path, config: Option<PathBuf>, sources: Option<PathBuf>) -> Self {
        let file = |folder: &Path| folder.join("bellwether.toml").is_file();
        let is_installed = !file(&here.join("config")) && file(installed);
        let (usual, own) = if is_installed {
            (installed.to_owned(), installed.join("sources"))
        } else {
            (here.join("config"), here.join("sources"))
        };
        Self { config: config.unwrap_or(usual), sources: sources.unwrap_or(own) }
    }
}

/// All files, read and compared; a file with errors is `None`.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// How Bellwether is run.
    pub settings: Option<Settings>,
    /// What the organisation runs.
    pub inventory: Option<Inventory>,
    /// Where each key of the inventory stands.
    pub inventory_places: Places,
    /// Who wants what.
    pub subscriptions: Option<Subscriptions>,
    /// The vendors; `None` for one whose file has errors.
    pub vendors: Vendors,
    /// All that is wrong or doubtful.
    pub problems: Vec<Problem>,
}

impl Loaded {
    /// Whether anything keeps Bellwether from running.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|p| p.severity == Severity::Error)
    }

    /// The vendors whose files are right.
    #[must_use]
    pub fn good_vendors(&self) -> Vec<Vendor> {
        self.vendors.values().flatten().cloned().collect()
    }
}

/// Reads everything. Only a folder that cannot be read at all is an error here; what is in the files is told in
/// [`Loaded::problems`].
///
/// # Errors
/// A file that cannot be read, by name.
pub fn load(folders: &Folders) -> Result<Loaded> {
    let mut problems = Vec::new();
    let settings = part(&folders.config, "bellwether.toml", config::bellwether::parse, &mut problems)?;
    let inventory = part(&folders.config, "inventory.toml", config::inventory::parse, &mut problems)?;
    let subscriptions = part(&folders.config, "subscriptions.toml", config::subscriptions::parse, &mut problems)?;
    let every = settings.value.as_ref().map_or(Schedule::USUAL, |s| Schedule::Every(s.polling.every.0));
    let vendors = vendors_every(&every, &folders.sources, &mut problems)?;
    problems.extend(check::cross(&Files {
        settings: settings.value.as_ref(),
        inventory: inventory.value.as_ref().map(|i| (i, &inventory.places)),
        subscriptions: subscriptions.value.as_ref().map(|s| (s, &subscriptions.places)),
        vendors: &vendors,
    }));
    problems.extend(secrets::doubts(&settings, &subscriptions));
    if let Some(read) = &settings.value {
        problems.extend(config::credentials::unused(&read.credentials, &settings.places, &vendors));
        problems.extend(config::credentials::mismatched(&read.credentials, &settings.places, &vendors));
    }
    Ok(Loaded {
        settings: settings.value,
        inventory: inventory.value,
        inventory_places: inventory.places,
        subscriptions: subscriptions.value,
        vendors,
        problems,
    })
}

fn part<T>(
    folder: &Path,
    name: &str,
    parse: fn(&str, &str) -> Parsed<T>,
    problems: &mut Vec<Problem>,
) -> Result<Parsed<T>> {
    let path = folder.join(name);
    let text = std::fs::read_to_string(&path).with_context(|| {
        format!("cannot read {}. Start Bellwether where config/ lies, or say --config FOLDER", path.display())
    })?;
    let mut parsed = parse(&path.display().to_string(), &text);
    problems.append(&mut parsed.problems);
    Ok(parsed)
}

/// The vendors in the binary, overridden by those in `folder` where it exists.
///
/// # Errors
/// A file that cannot be read, by name.
pub fn vendors(folder: &Path, problems: &mut Vec<Problem>) -> Result<Vendors> {
    vendors_every(&Schedule::USUAL, folder, problems)
}

fn vendors_every(usual: &Schedule, folder: &Path, problems: &mut Vec<Problem>) -> Result<Vendors> {
    let mut texts: BTreeMap<String, (String, String)> = BTreeMap::new();
    for path in Shipped::iter() {
        let Some((id, "vendor.toml")) = path.split_once('/') else { continue };
        let Some(file) = Shipped::get(&path) else { continue };
        let text = String::from_utf8_lossy(&file.data).into_owned();
        texts.insert(id.to_owned(), (format!("sources/{path}"), text));
    }
    for (id, path) in own_vendors(folder)? {
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        texts.insert(id, (path.display().to_string(), text));
    }
    let mut vendors = BTreeMap::new();
    for (id, (file, text)) in texts {
        let mut parsed = config::vendor::parse_with(usual, &id, &file, &text);
        problems.append(&mut parsed.problems);
        if let Some(vendor) = &parsed.value {
            problems.extend(unknown_roles(vendor, &parsed.places));
        }
        if let Ok(id) = VendorId::parse(&id) {
            vendors.insert(id, parsed.value);
        }
    }
    Ok(vendors)
}

/// Addresses for roles that the source's format does not have.
fn unknown_roles(vendor: &Vendor, places: &Places) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, source) in vendor.sources.iter().enumerate() {
        let known = normalize::about(source.format).roles;
        for (role, _) in source.roles.iter().filter(|(role, _)| !known.contains(&role.as_str())) {
            let what = format!("the format {} has no role `{role}`", source.format.name());
            let way_out = format!("its roles are {}", known.join(", "));
            let key = format!("source[{number}].roles.{role}");
            problems.push(places.problem(Severity::Error, &key, what, &way_out));
        }
    }
    problems
}

/// The vendors of the user's own: their keys and files.
///
/// # Errors
/// A folder that cannot be read, by name.
pub fn own_vendors(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        let file = path.join("vendor.toml");
        if file.is_file() {
            let id = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            found.push((id, file));
        }
    }
    Ok(found)
}

/// The inventory and the subscriptions for a replay; what is not given is empty.
///
/// # Errors
/// A file that cannot be read or used, with all its problems.
pub fn for_replay(
    inventory: Option<&Path>,
    subscriptions: Option<&Path>,
) -> Result<(Inventory, Vec<Subscription>, Vec<Receiver>)> {
    let inventory = inventory.map(|path| whole(path, config::inventory::parse)).transpose()?.unwrap_or_default();
    let all = subscriptions.map(|path| whole(path, config::subscriptions::parse)).transpose()?.unwrap_or_default();
    Ok((inventory, all.subscriptions, all.receivers))
}

fn whole<T>(path: &Path, parse: fn(&str, &str) -> Parsed<T>) -> Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (value, problems) = parse(&path.display().to_string(), &text).into_parts();
    match value {
        Some(value) => Ok(value),
        None => bail!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_wins_then_what_lies_here_then_what_is_installed() {
        let place = tempfile::tempdir().unwrap();
        let (here, installed) = (place.path().join("here"), place.path().join("etc"));
        let chosen =
            |config: Option<&str>| Folders::chosen_in(&here, &installed, config.map(PathBuf::from), None).config;
        assert_eq!(chosen(None), here.join("config"), "an error names the folder that people expect");
        std::fs::create_dir_all(&installed).unwrap();
        std::fs::write(installed.join("bellwether.toml"), "").unwrap();
        assert_eq!(chosen(None), installed);
        assert_eq!(Folders::chosen_in(&here, &installed, None, None).sources, installed.join("sources"));
        std::fs::create_dir_all(here.join("config")).unwrap();
        std::fs::write(here.join("config/bellwether.toml"), "").unwrap();
        assert_eq!(chosen(None), here.join("config"));
        assert_eq!(chosen(Some("elsewhere")), PathBuf::from("elsewhere"));
    }
}
