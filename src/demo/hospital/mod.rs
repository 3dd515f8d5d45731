//! The hospital of the stories: what it runs and needs, who is told, and the vendors as far as a story has pages for them.
//! It does not exist, and nothing of the user's own goes into it.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::story::{Page, Story};
use crate::commands::load;
use crate::config::bellwether::{Mail, Organisation, Polling, Settings, Tls};
use crate::config::subscriptions::Subscriptions;
use crate::config::value::{Name, Network, PageBase, Zone};
use crate::config::{self, Parsed};
use crate::model::credentials::Access;
use crate::model::format::Format;
use crate::model::id::SourceId;
use crate::model::inventory::Inventory;
use crate::model::subscription::Email;
use crate::model::vendor::{Schedule, Source, Vendor};

/// What it is called.
pub const NAME: &str = "Lakeview Hospital (demo)";

/// What it runs and needs.
///
/// # Errors
/// The file that comes with the binary is wrong.
pub fn inventory() -> Result<Inventory> {
    whole(config::inventory::parse("the demo's inventory", include_str!("inventory.toml")))
}

/// Who is told in the demo: the webhook goes to `listener`, signed with what stands in the file `secret`.
///
/// # Errors
/// The file that comes with the binary is wrong.
pub fn subscriptions(listener: &str, secret: &Path) -> Result<Subscriptions> {
    let secret = secret.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
    let text = include_str!("subscriptions.toml").replace("{listener}", listener).replace("{secret}", &secret);
    whole(config::subscriptions::parse("the demo's subscriptions", &text))
}

fn whole<T>(parsed: Parsed<T>) -> Result<T> {
    let (value, problems) = parsed.into_parts();
    match value {
        Some(value) => Ok(value),
        None => bail!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

/// How the program is run in a story: nothing is asked but what is on this machine.
///
/// # Errors
/// An address that cannot be written.
pub fn settings(story: &Story, organisation: &str, data: &Path, pages: Option<&str>) -> Result<Settings> {
    let page = pages.map(PageBase::parse).transpose().map_err(anyhow::Error::msg)?;
    Ok(Settings {
        organisation: Organisation {
            name: Name(organisation.to_owned()),
            time_zone: Zone::parse(&story.zone).map_err(anyhow::Error::msg)?,
            page,
        },
        database: config::bellwether::Database { folder: data.to_owned() },
        polling: Polling {
            allow_private: vec![Network::parse("127.0.0.0/8").map_err(anyhow::Error::msg)?],
            ..Polling::default()
        },
        ..Settings::default()
    })
}

/// The way to a mailbox on this machine.
///
/// # Errors
/// Never, as long as the sender's address is one.
pub fn mail_to(mailbox: SocketAddr) -> Result<Mail> {
    Ok(Mail {
        host: Name(mailbox.ip().to_string()),
        port: Some(mailbox.port()),
        tls: Tls::None,
        username: None,
        password: None,
        from: Email::parse("bellwether@lakeview.example").context("the sender")?,
    })
}

/// The vendors that come with the binary. Those that have a page in the story are read there, all others nowhere.
///
/// # Errors
/// A story names a vendor that is not known, or a page of a format that the story's server does not speak.
pub fn vendors(story: &Story, far: SocketAddr) -> Result<Vec<Vendor>> {
    let shipped = load::vendors(Path::new(""), &mut Vec::new())?;
    let mut vendors: Vec<Vendor> = shipped.into_values().flatten().collect();
    for vendor in &mut vendors {
        vendor.sources.clear();
    }
    for page in &story.pages {
        let vendor = vendors.iter_mut().find(|vendor| vendor.id == page.vendor);
        let vendor = vendor.with_context(|| format!("the story {} names no vendor: {}", story.name, page.vendor))?;
        vendor.notifies = None;
        vendor.sources.push(source(story, page, far)?);
    }
    Ok(vendors)
}

fn source(story: &Story, page: &Page, far: SocketAddr) -> Result<Source> {
    let at = |file: &str| format!("http://{far}/vendors/{}/{file}", page.vendor).parse();
    let (url, roles) = match page.format {
        Format::AzureRss => (at("feed")?, Vec::new()),
        Format::Statuspage => {
            let list = at("incidents.json")?;
            (at("summary.json")?, vec![("summary".to_owned(), at("summary.json")?), ("incidents".to_owned(), list)])
        }
        other => bail!("the story {}: its server has no pages of the format {}", story.name, other.name()),
    };
    let id = source_of(page)?;
    let (every, access) = (Schedule::USUAL, Access::Open);
    Ok(Source { id, format: page.format, url: Some(url), every, roles, feed: None, map: None, access })
}

/// The source that reads a page.
///
/// # Errors
/// Never: the name is a word.
pub fn source_of(page: &Page) -> Result<SourceId> {
    Ok(SourceId::of(&page.vendor, "status-page")?)
}
