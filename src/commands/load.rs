//! Reads the configuration folder and the vendors: those in the binary, and those in a folder of the user's own.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use rust_embed::RustEmbed;

use super::{sample, secrets, wording};
use crate::config::bellwether::Settings;
use crate::config::catalogue::table::Table;
use crate::config::catalogue::{self, Catalogue};
use crate::config::check::{self, Files};
use crate::config::places::Places;
use crate::config::problem::{Problem, Severity};
use crate::config::subscriptions::Subscriptions;
use crate::config::{self, Parsed};
use crate::model::id::VendorId;
use crate::model::inventory::{Inventory, Need, On};
use crate::model::subscription::{Receiver, Subscription};
use crate::model::vendor::{Schedule, Vendor};
use crate::normalize;
use crate::pipeline::mapped;
use crate::pipeline::templated::Wording;

/// The vendors that come with the binary.
#[derive(RustEmbed)]
#[folder = "sources/"]
#[include = "*/vendor.toml"]
struct Shipped;

/// The vendors of one line each that come with it.
const TABLE: &str = include_str!("../../sources/catalogue.tsv");
/// The name of the table, in the binary and in a folder of the user's own.
pub const TABLE_FILE: &str = "catalogue.tsv";

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
    /// The organisation's own words, and the receivers that have a set of their own.
    pub wording: Wording,
    /// The vendors that the inventory and the subscriptions name; `None` for one whose file has errors.
    pub vendors: Vendors,
    /// All vendors that could be named.
    pub catalogue: Arc<Catalogue>,
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
    let catalogue = catalogue(&every, &folders.sources, &mut problems)?;
    let vendors = named(&catalogue, inventory.value.as_ref(), subscriptions.value.as_ref());
    problems.extend(check::cross(&Files {
        settings: settings.value.as_ref(),
        inventory: inventory.value.as_ref().map(|i| (i, &inventory.places)),
        subscriptions: subscriptions.value.as_ref().map(|s| (s, &subscriptions.places)),
        vendors: &vendors,
        catalogue: &catalogue,
    }));
    problems.extend(secrets::doubts(&settings, &subscriptions));
    let wording = match &settings.value {
        Some(settings) => {
            wording::read(&folders.config.join(&settings.templates.folder), &subscriptions, &mut problems)?
        }
        None => Wording::default(),
    };
    if let Some(read) = settings.value.as_ref().filter(|read| !read.credentials.is_empty()) {
        // Credentials may be there before anything depends on their vendor.
        let all: Vec<Vendor> = catalogue.of_folders().collect();
        problems.extend(config::credentials::unused(&read.credentials, &settings.places, &all));
        problems.extend(config::credentials::mismatched(&read.credentials, &settings.places, &vendors));
    }
    Ok(Loaded {
        settings: settings.value,
        inventory: inventory.value,
        inventory_places: inventory.places,
        subscriptions: subscriptions.value,
        wording,
        vendors,
        catalogue: Arc::new(catalogue),
        problems,
    })
}

/// The vendors that the inventory and the subscriptions name. What is wrong in their files is told of the catalogue.
fn named(catalogue: &Catalogue, inventory: Option<&Inventory>, subscriptions: Option<&Subscriptions>) -> Vendors {
    let needs = inventory.iter().flat_map(|i| &i.services).flat_map(|service| &service.needs);
    let needed = needs.flat_map(Need::dependencies).filter_map(|dependency| match &dependency.on {
        On::Vendor(selector) => Some(&selector.vendor),
        On::Service(_) => None,
    });
    let wanted = subscriptions.iter().flat_map(|s| &s.subscriptions).flat_map(|wish| &wish.vendors);
    let ids: BTreeSet<&VendorId> = needed.chain(wanted).collect();
    ids.into_iter().filter_map(|id| Some((id.clone(), catalogue.read(id)?.value))).collect()
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

/// The vendors in the binary, overridden by those in `folder` where it exists. What is wrong with the user's own is
/// among the problems; those in the binary have none, by a test.
///
/// # Errors
/// A file that cannot be read, by name.
pub fn catalogue(usual: &Schedule, folder: &Path, problems: &mut Vec<Problem>) -> Result<Catalogue> {
    let (mut own, shipped) = (BTreeMap::new(), shipped());
    for (id, path) in own_vendors(folder)? {
        let (name, text) = (path.display().to_string(), text_of(&path)?);
        let holds_looks = sample::is_recorded(&folder.join(&id));
        // A copy of what is in the binary, as where it is started in its own source tree, is nobody's own.
        let is_copy = VendorId::parse(&id).is_ok_and(|id| shipped.get(&id).is_some_and(|file| file.text == text));
        if is_copy && !holds_looks {
            continue;
        }
        let mut parsed = config::vendor::parse_with(usual, &id, &name, &text);
        problems.append(&mut parsed.problems);
        problems.extend(parsed.value.iter().flat_map(|vendor| unknown_roles(vendor, &parsed.places)));
        problems.extend(parsed.value.iter().flat_map(|vendor| mapped::problems(vendor, &parsed.places)));
        let sources = parsed.value.as_ref().filter(|_| holds_looks).map_or(&[][..], |vendor| &vendor.sources);
        let recorded = sample::recorded(&folder.join(&id), sources);
        own.extend(VendorId::parse(&id).ok().map(|id| (id, catalogue::File { name, text: text.into(), recorded })));
    }
    let own_table = match own_table(folder).map(|path| Ok::<_, anyhow::Error>((text_of(&path)?, path))).transpose()? {
        Some((text, path)) if text != TABLE => Table::of(&path.display().to_string(), text),
        Some(_) | None => Table::default(),
    };
    problems.extend(own_table.problems());
    let table = Table::of(&format!("sources/{TABLE_FILE}"), TABLE);
    Ok(Catalogue::new(usual.clone()).shipping(shipped, table).overridden_by(own, own_table))
}

/// The folders in the binary.
fn shipped() -> BTreeMap<VendorId, catalogue::File> {
    let file = |path: &str| {
        let (id, _) = path.split_once('/')?;
        let text = match Shipped::get(path)?.data {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
            Cow::Owned(bytes) => String::from_utf8_lossy(&bytes).into_owned().into(),
        };
        Some((
            VendorId::parse(id).ok()?,
            catalogue::File { name: format!("sources/{path}"), text, recorded: BTreeSet::new() },
        ))
    };
    Shipped::iter().filter_map(|path| file(&path)).collect()
}

fn text_of(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
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

/// The table of the user's own, where there is one.
#[must_use]
pub fn own_table(folder: &Path) -> Option<PathBuf> {
    Some(folder.join(TABLE_FILE)).filter(|path| folder.is_dir() && path.is_file())
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
