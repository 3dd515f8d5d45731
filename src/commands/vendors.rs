//! `vendors` and `formats`: what Bellwether knows how to watch.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use super::load::{self, Folders};
use super::poll::find_vendor;
use super::table;
use crate::model::vendor::{Format, Schedule, Vendor};
use crate::normalize;

/// Lists all vendors.
///
/// # Errors
/// A file that cannot be read.
pub fn list(folders: &Folders, json: bool) -> Result<ExitCode> {
    let vendors = good(folders)?;
    if json {
        println!("{:#}", serde_json::to_value(&vendors)?);
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = table::headed(["vendor", "name", "read from", "tags"]);
    for vendor in &vendors {
        let formats: Vec<&str> = vendor.sources.iter().map(|s| s.format.name()).collect();
        let from = if formats.is_empty() { "nothing public".to_owned() } else { formats.join(", ") };
        table.add_row([vendor.id.to_string(), vendor.name.clone(), from, vendor.tags.join(", ")]);
    }
    println!("{table}");
    Ok(ExitCode::SUCCESS)
}

/// Shows one vendor.
///
/// # Errors
/// A file that cannot be read, or a vendor that is not known.
pub fn show(folders: &Folders, name: &str, json: bool) -> Result<ExitCode> {
    let vendors = good(folders)?;
    let vendor = find_vendor(&vendors, name)?;
    if json {
        println!("{:#}", serde_json::to_value(vendor)?);
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
    println!("{}  ({})", vendor.name, vendor.id);
    let lines = [
        ("homepage", vendor.homepage.as_ref().map(ToString::to_string)),
        ("tags", (!vendor.tags.is_empty()).then(|| vendor.tags.join(", "))),
        ("phone", vendor.support.phone.clone()),
        ("portal", vendor.support.portal.as_ref().map(ToString::to_string)),
        ("account", vendor.support.account.clone()),
        ("notifies", vendor.notifies.clone()),
    ];
    for (name, value) in lines.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        println!("  {name:<10} {value}");
    }
    for source in &vendor.sources {
        let every = match &source.every {
            Schedule::Every(every) => format!("every {} s", every.as_secs()),
            Schedule::Cron(line) => format!("at {line} (UTC)"),
        };
        let url = source.url.as_ref().map(ToString::to_string).unwrap_or_default();
        println!("  {:<10} {}  {url}  {every}", "source", source.id);
        println!("  {:<10} {}: {}", "", source.format.name(), normalize::about(source.format).says);
    }
    if vendor.sources.is_empty() {
        println!(
            "  {:<10} none: only what is entered by hand is known of it (`bellwether incident open {}`)",
            "source", vendor.id
        );
    }
}

/// Lists the formats: name, evidence, what each can say.
#[must_use]
pub fn formats(json: bool) -> ExitCode {
    let all = Format::ALL.map(normalize::about);
    if json {
        let all: Vec<Value> = all
            .iter()
            .map(|a| json!({"name": a.format, "evidence": a.evidence, "summary": a.summary, "says": a.says, "roles": a.roles}))
            .collect();
        println!("{:#}", Value::Array(all));
        return ExitCode::SUCCESS;
    }
    for about in all {
        let evidence = format!("{:?}", about.evidence).to_lowercase();
        println!("{}  ({evidence})\n  {}\n  says: {}", about.format.name(), about.summary, about.says);
        if !about.roles.is_empty() {
            println!("  roles: {}", about.roles.join(", "));
        }
        println!();
    }
    ExitCode::SUCCESS
}
