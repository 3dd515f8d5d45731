//! `receivers test NAME`: a real message, and what the far side answered.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;

use super::load::{self, Folders};
use super::secrets;
use super::setup::Sound;
use crate::config::bellwether::Tls;
use crate::delivery::Attempt;
use crate::model::effect::Cause;
use crate::model::id::{Ids, ReceiverId};
use crate::model::notification::{FACTS_VERSION, Facts, Notification, NotificationState};
use crate::model::subscription::{Receiver, Way, WebhookUrl};

/// Sends a test message.
///
/// # Errors
/// A configuration that cannot be read, or a receiver that is not in it.
pub fn test(folders: &Folders, name: &str) -> Result<ExitCode> {
    let loaded = load::load(folders)?;
    let Some(sound) = Sound::of(&loaded) else {
        super::check::print(&loaded.problems);
        return Ok(ExitCode::from(super::cli::BAD_CONFIGURATION));
    };
    // As the one who will send: a secret that only root can read is found out here, and not at night.
    super::owner::act_as_owner_of(&sound.settings.database.folder)?;
    let receivers = &sound.subscriptions.receivers;
    let Some(receiver) = receivers.iter().find(|r| r.id.as_str() == name) else {
        let known: Vec<&str> = receivers.iter().map(|r| r.id.as_str()).collect();
        bail!(
            "no receiver is called {name:?}; subscriptions.toml has: {}",
            if known.is_empty() { "none".into() } else { known.join(", ") }
        );
    };
    say!("{}", way_to(&sound, receiver));
    let ways = sound.ways("receivers test".to_owned())?;
    let notification = test_message(&sound, receiver.id.clone(), receiver.address());
    let frozen = ways
        .compose(&notification, Timestamp::now())
        .map_err(anyhow::Error::msg)
        .context("the message cannot be made")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let attempt = runtime.block_on(ways.send(&notification, &frozen.bytes, Timestamp::now()));
    match attempt {
        Attempt::Delivered { answer } => {
            say!("delivered to {name}; the far side answered: {answer}");
            Ok(ExitCode::SUCCESS)
        }
        Attempt::Retry { reason, .. } => {
            bail!("not delivered to {name}: {reason} (a real message would be tried again)")
        }
        Attempt::Permanent { reason, .. } => {
            bail!("not delivered to {name}: {reason} (a real message would be given up)")
        }
    }
}

/// Where the message goes and by what, so that an answer can be understood. Of a webhook only the host: the rest may be
/// a secret.
pub fn way_to(sound: &Sound, receiver: &Receiver) -> String {
    match (&receiver.way, &sound.settings.mail) {
        (Way::Email(to), Some(mail)) => {
            let tls = match mail.tls {
                Tls::Required => "required",
                Tls::Implicit => "implicit",
                Tls::None => "none",
            };
            let (host, port) = (&mail.host.0, mail.port());
            format!("to {} by {host}:{port}, tls = \"{tls}\" ([mail] in bellwether.toml)", to.as_str())
        }
        (Way::Email(to), None) => format!("to {}", to.as_str()),
        (Way::Webhook { url: WebhookUrl::Plain(url), .. }, _) => {
            format!("to {}", url.host_str().unwrap_or_default())
        }
        (Way::Webhook { url: WebhookUrl::Secret(reference), .. }, _) => {
            format!("to the address in {}", secrets::place(reference))
        }
    }
}

fn test_message(sound: &Sound, receiver: ReceiverId, address: String) -> Notification {
    let now = Timestamp::now();
    let organisation = &sound.settings.organisation;
    let facts = Facts {
        version: FACTS_VERSION,
        at: now,
        organisation: organisation.name.0.clone(),
        time_zone: organisation.time_zone.0.iana_name().unwrap_or("UTC").to_owned(),
        page: organisation.page.as_ref().map(|page| page.as_str().to_owned()),
        sites_in_all: u32::try_from(sound.inventory.sites.len()).unwrap_or(u32::MAX),
        subscriptions: Vec::new(),
        receiver: receiver.clone(),
        topics: Vec::new(),
        shift: None,
        test: true,
        gathered: None,
        drill: false,
    };
    let salt = super::run::draw_salt();
    Notification {
        id: Ids::salted(salt.clone()).notification(&address, "test", now),
        receiver,
        address,
        thread: format!("test {salt} {}", Cause::Offline),
        facts,
        frozen: None,
        state: NotificationState::Pending,
        tries: 0,
        due: now,
    }
}
