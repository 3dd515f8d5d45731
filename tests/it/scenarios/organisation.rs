//! The organisation of a scenario: its files as its people would write them, made ready as the program does it.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use bellwether::commands::setup::Sound;
use bellwether::config::{self, Parsed};
use bellwether::model::id::Ids;
use bellwether::model::vendor::Vendor;
use bellwether::pipeline::compiled::Compiled;

use super::file::{Scenario, Step, Theme, folder};

/// The texts of the files.
#[derive(Debug, Clone)]
pub struct Organisation {
    settings: String,
    inventory: String,
    subscriptions: String,
    vendors: Vec<Vendor>,
}

impl Organisation {
    /// What the scenario says, else what its file says, else what all share.
    pub fn of(theme: &Theme, scenario: &Scenario) -> Self {
        let first = |a: &Option<String>, b: &Option<String>, file: &str| {
            a.clone().or_else(|| b.clone()).unwrap_or_else(|| shared(file))
        };
        let inventory = first(&scenario.inventory, &theme.inventory, "inventory.toml");
        let subscriptions = first(&scenario.subscriptions, &theme.subscriptions, "subscriptions.toml");
        let settings = scenario.settings.as_deref().or(theme.settings.as_deref());
        let more = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            settings: settings_with(settings),
            inventory: inventory + "\n" + &more(&scenario.more_inventory),
            subscriptions: subscriptions + "\n" + &more(&scenario.more_subscriptions),
            vendors: vendors(),
        }
    }

    /// One with other vendors.
    pub fn among(vendors: Vec<Vendor>, settings: Option<&str>, inventory: &str, subscriptions: &str) -> Self {
        let (inventory, subscriptions) = (inventory.to_owned(), subscriptions.to_owned());
        Self { settings: settings_with(settings), inventory, subscriptions, vendors }
    }

    /// Its files.
    pub fn texts(&self) -> String {
        [self.settings.as_str(), &self.inventory, &self.subscriptions].join("\n")
    }

    /// The same after its people have changed files.
    pub fn changed(&self, step: &Step) -> Self {
        let more = step.more_subscriptions.as_ref().map(|more| format!("{}\n{more}", self.subscriptions));
        Self {
            settings: step.settings.as_ref().map_or_else(|| self.settings.clone(), |text| settings_with(Some(text))),
            inventory: step.inventory.clone().unwrap_or_else(|| self.inventory.clone()),
            subscriptions: step.subscriptions.clone().or(more).unwrap_or_else(|| self.subscriptions.clone()),
            vendors: self.vendors.clone(),
        }
    }

    /// Made ready, as the program does it.
    pub fn sound(&self, scenario: &str) -> Sound {
        Sound {
            settings: good(scenario, config::bellwether::parse("bellwether.toml", &self.settings)),
            inventory: good(scenario, config::inventory::parse("inventory.toml", &self.inventory)),
            subscriptions: good(scenario, config::subscriptions::parse("subscriptions.toml", &self.subscriptions)),
            vendors: self.vendors.clone(),
            catalogue: Arc::default(),
            wording: Default::default(),
        }
    }
}

pub fn compiled(sound: &Sound, edition: u64) -> Compiled {
    sound.compiled(Ids::salted("scenarios")).of_edition(edition)
}

/// What all share, and these lines; else those of the file that is shipped.
fn settings_with(lines: Option<&str>) -> String {
    let lines = lines.map_or_else(|| shared("alerting.toml"), str::to_owned);
    format!("{}\n{lines}", shared("bellwether.toml"))
}

fn shared(file: &str) -> String {
    fs::read_to_string(folder().join("config").join(file)).unwrap()
}

/// The vendors of all scenarios.
fn vendors() -> Vec<Vendor> {
    let folders = fs::read_dir(folder().join("sources")).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<Vendor> = folders
        .filter(|path| path.is_dir())
        .map(|path| {
            let (id, file) = (path.file_name().unwrap().to_string_lossy().into_owned(), path.join("vendor.toml"));
            let text = fs::read_to_string(&file).unwrap();
            good(&id, config::vendor::parse(&id, "vendor.toml", &text))
        })
        .collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

/// The components that stand on each source's page.
pub fn components() -> BTreeMap<String, Vec<String>> {
    toml::from_str(&fs::read_to_string(folder().join("sources/components.toml")).unwrap()).unwrap()
}

fn good<T>(whose: &str, parsed: Parsed<T>) -> T {
    let (value, problems) = parsed.into_parts();
    let problems: Vec<String> = problems.iter().map(|problem| problem.render(false)).collect();
    value.unwrap_or_else(|| panic!("{whose}: {}", problems.join("\n")))
}
