//! `vendors` and `formats`: what Bellwether knows how to watch.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use super::load::{self, Folders};
use super::poll::find_vendor;
use super::table;
use crate::model::credentials::Kind;
use crate::model::format::Format;
use crate::model::id::CredentialsId;
use crate::model::vendor::{Schedule, Vendor};
use crate::normalize;

/// Lists all vendors.
///
/// # Errors
/// A file that cannot be read.
pub fn list(folders: &Folders, json: bool) -> Result<ExitCode> {
    let vendors = good(folders)?;
    if json {
        say!("{:#}", serde_json::to_value(&vendors)?);
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = table::headed(["vendor", "name", "read from", "tags"]);
    for vendor in &vendors {
        table.add_row([vendor.id.to_string(), vendor.name.clone(), read_from(vendor), vendor.tags.join(", ")]);
    }
    say!("{table}");
    Ok(ExitCode::SUCCESS)
}

/// The formats of a vendor's sources, each once.
fn read_from(vendor: &Vendor) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for source in &vendor.sources {
        *counts.entry(source.format.name()).or_default() += 1;
    }
    let formats = counts.into_iter().map(|(name, n)| if n == 1 { name.to_owned() } else { format!("{name} ({n})") });
    let formats: Vec<String> = formats.collect();
    if formats.is_empty() { "nothing: by hand only".to_owned() } else { formats.join(", ") }
}

/// Shows one vendor.
///
/// # Errors
/// A file that cannot be read, or a vendor that is not known.
pub fn show(folders: &Folders, name: &str, json: bool) -> Result<ExitCode> {
    let vendors = good(folders)?;
    let vendor = find_vendor(&vendors, name)?;
    if json {
        say!("{:#}", serde_json::to_value(vendor)?);
    } else {
        print(vendor);
    }
    Ok(ExitCode::SUCCESS)
}

fn good(folders: &Folders) -> Result<Vec<Vendor>> {
    let mut problems = Vec::new();
    let vendors = load::vendors(&folders.sources, &mut problems)?;
    super::check::print(&problems);
    Ok(vendors.into_values().flatten().collect())
}

fn print(vendor: &Vendor) {
    say!("{}  ({})", vendor.name, vendor.id);
    let lines = [
        ("homepage", vendor.homepage.as_ref().map(ToString::to_string)),
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
        say!("  {:<10} {}  {url}  {every}", "source", source.id);
        say!("  {:<10} {}: {}", "", source.format.name(), normalize::about(source.format).says);
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
