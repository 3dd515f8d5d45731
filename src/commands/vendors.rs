//! `vendors` and `formats`: what Bellwether knows how to watch.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Result, bail};
use serde_json::{Value, json};
use url::Url;

use super::load::{self, Folders};
use super::table;
use crate::config::catalogue::search::{Found, Hit, search as find_all};
use crate::config::catalogue::{Catalogue, Kept};
use crate::model::credentials::Kind;
use crate::model::format::{Evidence, Format};
use crate::model::id::{CredentialsId, VendorId};
use crate::model::published::time;
use crate::model::vendor::{Month, Schedule, Vendor};
use crate::normalize;
use crate::store::Store;

/// So many of what was found are shown.
const FOUND: usize = 30;

/// Lists the vendors of folders, or all of them, and counts what is known of them.
///
/// # Errors
/// A file that cannot be read.
pub fn list(folders: &Folders, wants_all: bool, json: bool) -> Result<ExitCode> {
    let vendors: Vec<(Kept, Vendor)> = catalogue(folders)?.all().collect();
    if json {
        say!("{:#}", Value::Array(vendors.iter().map(|(kept, vendor)| as_json(*kept, vendor)).collect()));
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = table::headed(["vendor", "name", "kept as", "read from", "evidence", "tags"]);
    for (kept, vendor) in vendors.iter().filter(|(kept, _)| wants_all || *kept != Kept::Row) {
        let tags = vendor.tags.join(", ");
        let (id, name) = (vendor.id.to_string(), vendor.name.clone());
        table.add_row([id, name, kept.word().to_owned(), read_from(*kept, vendor), evidence(vendor), tags]);
    }
    say!("{table}");
    Count::of(&vendors, |kept| kept != Kept::Row).say("in folders, by hand");
    Count::of(&vendors, |kept| kept == Kept::Row).say("in the table, a line each");
    if !wants_all {
        say!(
            "The table is not shown: `bellwether vendors search WORD` finds a vendor, `vendors list --all` shows all."
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// What is known of some vendors. What was only listed by somebody is not counted as confirmed.
#[derive(Default)]
struct Count {
    vendors: usize,
    addresses: usize,
    probed: usize,
    unread: usize,
}

impl Count {
    fn of(vendors: &[(Kept, Vendor)], is_meant: impl Fn(Kept) -> bool) -> Self {
        let mut count = Self::default();
        for (_, vendor) in vendors.iter().filter(|(kept, _)| is_meant(*kept)) {
            count.vendors += 1;
            count.addresses += vendor.sources.len();
            count.probed += vendor.sources.iter().filter(|source| source.probed.is_some()).count();
            count.unread += usize::from(vendor.sources.is_empty());
        }
        count
    }

    fn say(&self, wherein: &str) {
        let Self { vendors, addresses, probed, unread } = self;
        say!(
            "{vendors} vendors {wherein}: {addresses} addresses can be read, {probed} of them confirmed (seen to answer so) and {} only listed; {unread} vendors cannot be read",
            addresses - probed
        );
    }
}

/// Finds vendors.
///
/// # Errors
/// A file that cannot be read.
pub fn search(folders: &Folders, wanted: &str, json: bool) -> Result<ExitCode> {
    let found = find_all(&catalogue(folders)?, wanted);
    let code = if found.hits.is_empty() || found.is_guess { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    if json {
        let hit = |hit: &Hit| {
            let mut value = as_json(hit.kept, &hit.vendor);
            value["found_by"] = json!(hit.by.to_string());
            value["is_guess"] = json!(found.is_guess);
            value
        };
        say!("{:#}", Value::Array(found.hits.iter().map(hit).collect()));
    } else {
        print_found(&found, wanted);
    }
    Ok(code)
}

fn print_found(found: &Found, wanted: &str) {
    let Some(best) = found.hits.first().map(|hit| &hit.vendor) else {
        say!("no vendor fits {wanted:?}.");
        return say!("With the address of its status page: bellwether vendors add https://status.…");
    };
    if found.is_guess {
        say!("no vendor fits {wanted:?}; did you mean one of these?");
    }
    let mut table = table::headed(["vendor", "name", "found by", "kept as", "read from", "evidence"]);
    for Hit { kept, vendor, by } in found.hits.iter().take(FOUND) {
        let (id, name) = (vendor.id.to_string(), vendor.name.clone());
        table.add_row([id, name, by.to_string(), kept.word().to_owned(), read_from(*kept, vendor), evidence(vendor)]);
    }
    say!("{table}");
    if found.hits.len() > FOUND {
        say!("and {} more: say it more precisely", found.hits.len() - FOUND);
    }
    if !found.is_guess {
        print_how_to_depend(best);
    }
}

fn print_how_to_depend(vendor: &Vendor) {
    let (id, name) = (&vendor.id, &vendor.name);
    if vendor.sources.is_empty() {
        say!("nothing of {name} can be read: what is known of it is what people enter by hand.");
    }
    say!("`bellwether vendors show {id}` says more. To depend on it, in a service of config/inventory.toml:");
    say!("  needs = [{{ vendor = \"{id}\", without = \"stops\" }}]");
}

fn as_json(kept: Kept, vendor: &Vendor) -> Value {
    let mut value = serde_json::to_value(vendor).unwrap_or_default();
    value["kept"] = json!(kept.word());
    value
}

/// The formats of a vendor's sources, each once.
fn read_from(kept: Kept, vendor: &Vendor) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for source in &vendor.sources {
        *counts.entry(source.format.name()).or_default() += 1;
    }
    let formats = counts.into_iter().map(|(name, n)| if n == 1 { name.to_owned() } else { format!("{name} ({n})") });
    let formats: Vec<String> = formats.collect();
    match kept {
        Kept::OwnRow | Kept::Row if formats.is_empty() => {
            "nothing yet: its page is not read by this version".to_owned()
        }
        _ if formats.is_empty() => "nothing: by hand only".to_owned(),
        _ => formats.join(", "),
    }
}

/// Whether anybody saw its addresses answer, and when last.
fn evidence(vendor: &Vendor) -> String {
    let probed: Vec<&Month> = vendor.sources.iter().filter_map(|source| source.probed.as_ref()).collect();
    match (probed.iter().max(), vendor.sources.len()) {
        (_, 0) => String::new(),
        (None, _) => "listed".to_owned(),
        (Some(month), all) if all == probed.len() => format!("probed {}", month.as_str()),
        (Some(month), all) => format!("{} of {all} probed {}", probed.len(), month.as_str()),
    }
}

/// Shows one vendor.
///
/// # Errors
/// A file that cannot be read, or a vendor that is not known.
pub fn show(folders: &Folders, name: &str, json: bool) -> Result<ExitCode> {
    let catalogue = catalogue(folders)?;
    let vendor = knowing(folders, find(&catalogue, name)?);
    let kept = catalogue.kept(&vendor.id).unwrap_or(Kept::OwnFolder);
    if json {
        say!("{:#}", as_json(kept, &vendor));
    } else {
        print(kept, &vendor);
    }
    Ok(ExitCode::SUCCESS)
}

/// The vendor with what was found out of it by looks, where there is a database that can be read.
fn knowing(folders: &Folders, vendor: Vendor) -> Vendor {
    if vendor.sources.iter().all(|source| source.auto.is_none()) {
        return vendor;
    }
    let detected = (|| {
        let data = load::load(folders).ok()?.settings?.database.folder;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
        runtime.block_on(async { Store::open_to_read(&data).await.ok()??.detected().await.ok() })
    })()
    .unwrap_or_default();
    let sources = vendor.sources.iter().map(|source| source.knowing(detected.get(&source.id))).collect();
    Vendor { sources, ..vendor }
}

/// The vendor of that id, or the only one that goes by that name.
///
/// # Errors
/// Which vendors may be meant.
pub fn find(catalogue: &Catalogue, name: &str) -> Result<Vendor> {
    let by_id = VendorId::parse(name).ok();
    if let Some(vendor) = by_id.and_then(|id| catalogue.vendor(&id)) {
        return Ok(vendor);
    }
    let mut found = find_all(catalogue, name);
    let ids: Vec<&str> = found.hits.iter().take(5).map(|hit| hit.vendor.id.as_str()).collect();
    match ids.as_slice() {
        [] => bail!("no vendor is called {name:?}; `bellwether vendors list` shows what there is"),
        [_] if !found.is_guess => Ok(found.hits.remove(0).vendor),
        near => bail!("no vendor is called {name:?}; did you mean {}?", near.join(", ")),
    }
}

fn catalogue(folders: &Folders) -> Result<Catalogue> {
    let mut problems = Vec::new();
    let catalogue = load::catalogue(&Schedule::USUAL, &folders.sources, &mut problems)?;
    super::check::print(&problems);
    Ok(catalogue)
}

fn print(kept: Kept, vendor: &Vendor) {
    say!("{}  ({}, {})", vendor.name, vendor.id, kept.word());
    let formerly: Vec<&str> = vendor.formerly.iter().map(Url::as_str).collect();
    let lines = [
        ("also", (!vendor.also.is_empty()).then(|| vendor.also.join(", "))),
        ("homepage", vendor.homepage.as_ref().map(ToString::to_string)),
        ("formerly", (!formerly.is_empty()).then(|| formerly.join(", "))),
        ("tags", (!vendor.tags.is_empty()).then(|| vendor.tags.join(", "))),
        ("phone", vendor.support.phone.clone()),
        ("portal", vendor.support.portal.as_ref().map(ToString::to_string)),
        ("account", vendor.support.account.clone()),
        ("notifies", vendor.notifies.clone()),
    ];
    for (name, value) in lines.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        say!("  {name:<10} {value}");
    }
    for source in &vendor.sources {
        let every = match &source.every {
            Schedule::Every(every) => format!("every {} s", every.as_secs()),
            Schedule::Cron(line) => format!("at {line} (UTC)"),
        };
        let url = source.url.as_ref().map(ToString::to_string).unwrap_or_default();
        let seen = source.probed.as_ref().map_or_else(|| "listed".into(), |month| format!("probed {}", month.as_str()));
        say!("  {:<10} {}  {url}  {every}  ({seen})", "source", source.id);
        say!("  {:<10} {}: {}", "", source.format.name(), normalize::about(source.format).says);
        match source.auto.as_ref().map(|auto| (&auto.page, &auto.found)) {
            Some((page, Some((sign, at)))) => {
                say!("  {:<10} auto: {page} was found out on {} by {sign}", "", time(*at))
            }
            Some((_, None)) => {
                say!("  {:<10} auto: it is found out at the first look, when the inventory names it", "")
            }
            None => {}
        }
        if source.map.is_some() && normalize::evidence(source) == Evidence::Guessed {
            say!(
                "  {:<10} guessed: neither green nor telling anybody, until `bellwether vendors record {}`",
                "",
                source.id
            );
            say!("  {:<10} has saved a look in your own folder, or a live read is confirmed", "");
        }
        if let Some(name) = source.access.wants() {
            print_needed(name, source.format);
        }
    }
    if vendor.sources.is_empty() {
        say!(
            "  {:<10} none: only what is entered by hand is known of it (`bellwether incident open {} TITLE --author NAME`)",
            "source",
            vendor.id
        );
    }
}

/// What a source wants before it can be read.
fn print_needed(name: &CredentialsId, format: Format) {
    say!("  {:<10} wants [credentials.{name}] in bellwether.toml, and is not looked at without:", "");
    let (what, lines): (&str, &[&str]) = match format.credentials() {
        Some(Kind::Aws) => {
            ("an access key of AWS whose user may health:Describe*, and Business or Enterprise support", &AWS)
        }
        Some(Kind::Entra) | None if format == Format::Microsoft365 => (
            "an app registration of Microsoft Entra with the application permission ServiceHealth.Read.All of Microsoft Graph",
            &ENTRA,
        ),
        Some(Kind::Entra) | None => (
            "an app registration of Microsoft Entra with the role Reader on what it is to tell of, at least one subscription",
            &ENTRA,
        ),
    };
    say!("  {:<10}   {what}", "");
    lines.iter().for_each(|line| say!("  {:<10}   {line}", ""));
}

const ENTRA: [&str; 4] = [
    "kind          = \"entra\"",
    "tenant        = \"…\"                          # the tenant's id, or a domain of it",
    "client_id     = \"…\"                          # Application (client) ID",
    "client_secret = { env = \"BELLWETHER_ENTRA\" }  # where the secret's value is found",
];
const AWS: [&str; 3] = [
    "kind              = \"aws\"",
    "access_key_id     = \"AKIA…\"                    # no secret",
    "secret_access_key = { env = \"BELLWETHER_AWS\" }  # where its secret is found",
];

/// Lists the formats: name, evidence, what each can say.
#[must_use]
pub fn formats(json: bool) -> ExitCode {
    let all = Format::ALL.map(normalize::about);
    if json {
        let all: Vec<Value> = all
            .iter()
            .map(|a| json!({"name": a.format, "evidence": a.evidence, "summary": a.summary, "says": a.says, "roles": a.roles}))
            .collect();
        say!("{:#}", Value::Array(all));
        return ExitCode::SUCCESS;
    }
    for about in all {
        let evidence = format!("{:?}", about.evidence).to_lowercase();
        say!("{}  ({evidence})\n  {}\n  says: {}", about.format.name(), about.summary, about.says);
        if !about.roles.is_empty() {
            say!("  roles: {}", about.roles.join(", "));
        }
        say!();
    }
    ExitCode::SUCCESS
}
