//! `receivers test NAME`: a real message, and what the far side answered.

use std::process::ExitCode;

use anyhow::{Result, bail};
use jiff::Timestamp;

use super::load::{self, Folders};
use super::secrets;
use super::setup::Sound;
use crate::config::bellwether::Tls;
use crate::model::preset::Preset;
use crate::model::subscription::{Receiver, Way, WebhookUrl};
use crate::pipeline::trial::{self, Outcome, Sender};

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
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let salt = super::run::draw_salt();
    let sender = sender(&sound);
    let tried = trial::try_receiver(&ways, &sender, &receiver.id, &salt, Timestamp::now());
    match runtime.block_on(tried) {
        Outcome::Delivered(answer) => {
            say!("delivered to {name}; the far side answered: {answer}");
            Ok(ExitCode::SUCCESS)
        }
        Outcome::Later(reason) => bail!("not delivered to {name}: {reason} (a real message would be tried again)"),
        Outcome::Never(reason) => bail!("not delivered to {name}: {reason} (a real message would be given up)"),
        Outcome::Unmade(reason) => bail!("the message cannot be made: {reason}"),
    }
}

fn sender(sound: &Sound) -> Sender {
    let organisation = &sound.settings.organisation;
    Sender {
        organisation: organisation.name.0.clone(),
        time_zone: organisation.time_zone.0.iana_name().unwrap_or("UTC").to_owned(),
        page: organisation.page.as_ref().map(|page| page.as_str().to_owned()),
        sites: sound.inventory.sites.len(),
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
        (Way::Preset(preset), _) => way_to_service(preset),
    }
}

fn way_to_service(preset: &Preset) -> String {
    let secrets: Vec<String> = preset
        .service
        .secrets()
        .into_iter()
        .map(|(key, secret)| format!("{key}: {}", secrets::place(secret)))
        .collect();
    let secrets = if secrets.is_empty() { String::new() } else { format!("; {}", secrets.join(", ")) };
    format!("to {}{secrets}", preset.place())
}
