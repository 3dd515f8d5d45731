//! From configuration files to what the loops need: the compiled configuration, the network, the ways to receivers.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use jiff::SignedDuration;
use url::Url;

use super::load::Loaded;
use super::secrets;
use super::sign_in;
use crate::alerting::blind::BlindAfter;
use crate::alerting::route::{Hold, Manner};
use crate::config::arriving::SecondRouteFor;
use crate::config::bellwether::{self, Alerting, Settings};
use crate::config::catalogue::Catalogue;
use crate::config::routes;
use crate::config::subscriptions::Subscriptions;
use crate::config::value::Period;
use crate::delivery::heart::Heart;
use crate::delivery::mail::Mailbox;
use crate::delivery::mailer::{MailSettings, Mailer, Tls};
use crate::delivery::preset::Party;
use crate::delivery::webhook::{DEADLINE, Endpoint, Hooks, SigningKey};
use crate::fetch::{self, Fetcher};
use crate::model::address::AllowedNetwork;
use crate::model::arriving::Arriving;
use crate::model::id::{Ids, ReceiverId};
use crate::model::inventory::{Inventory, Tier};
use crate::model::restless::Flapping;
use crate::model::subscription::{Receiver, SecretRef, Way, WebhookUrl};
use crate::model::vendor::Vendor;
use crate::outgoing::client::{Options, Via};
use crate::pipeline::compiled::{Compiled, Parts};
use crate::pipeline::deliver::{Relay, Ways};
use crate::scheduler::network::Network;

/// How long a mail may take from the first octet to the last answer.
const MAIL_DEADLINE: Duration = Duration::from_secs(5 * 60);

/// The files, once none of them has an error.
#[derive(Debug, Clone)]
pub struct Sound {
    /// `bellwether.toml`.
    pub settings: Settings,
    /// `inventory.toml`.
    pub inventory: Inventory,
    /// `subscriptions.toml`.
    pub subscriptions: Subscriptions,
    /// The vendors that the files name.
    pub vendors: Vec<Vendor>,
    /// All vendors that are known.
    pub catalogue: Arc<Catalogue>,
}

/// How long a source may be blind before that is told.
fn blind_after(alerting: &Alerting) -> BlindAfter {
    let usual = SignedDuration::try_from(alerting.blind_after.0).unwrap_or(SignedDuration::from_mins(10));
    let own = |period: Option<Period>| period.and_then(|period| SignedDuration::try_from(period.0).ok());
    let tiers = &alerting.blind_after_tier;
    BlindAfter::all(usual)
        .but(Tier::LifeSafety, own(tiers.life_safety))
        .but(Tier::Clinical, own(tiers.clinical))
        .but(Tier::Business, own(tiers.business))
        .but(Tier::BackOffice, own(tiers.back_office))
}

impl Sound {
    /// The files, if none of them has an error.
    #[must_use]
    pub fn of(loaded: &Loaded) -> Option<Self> {
        if loaded.has_errors() {
            return None;
        }
        Some(Self {
            vendors: sign_in::with_credentials(loaded.good_vendors(), loaded.settings.as_ref()?),
            catalogue: Arc::clone(&loaded.catalogue),
            settings: loaded.settings.clone()?,
            inventory: loaded.inventory.clone()?,
            subscriptions: loaded.subscriptions.clone()?,
        })
    }

    /// The configuration made ready.
    #[must_use]
    pub fn compiled(&self, ids: Ids) -> Compiled {
        let alerting = &self.settings.alerting;
        let zone = &self.settings.organisation.time_zone.0;
        let span = |period: Period, otherwise| SignedDuration::try_from(period.0).unwrap_or(otherwise);
        let held = |period: Option<Period>| period.map_or(SignedDuration::ZERO, |p| span(p, SignedDuration::ZERO));
        let flapping = Flapping {
            turns: alerting.flapping.turns,
            within: span(alerting.flapping.within, SignedDuration::from_hours(1)),
            steady: span(alerting.flapping.steady, SignedDuration::from_mins(20)),
        };
        let hold = Hold { degraded: held(alerting.hold.degraded), partial_outage: held(alerting.hold.partial_outage) };
        let parts = Parts {
            organisation: self.settings.organisation.name.0.clone(),
            time_zone: self.settings.organisation.time_zone.0.iana_name().unwrap_or("UTC").to_owned(),
            page: self.settings.organisation.page.as_ref().map(|page| page.as_str().to_owned()),
            blind_after: blind_after(alerting),
            inventory: self.inventory.clone(),
            vendors: self.vendors.clone(),
            subscriptions: self.subscriptions.subscriptions.iter().map(|wish| wish.clone().in_zone(zone)).collect(),
            receivers: self.subscriptions.receivers.clone(),
            manner: Manner { hold, flapping },
            shifts: self.subscriptions.shifts.clone(),
        };
        let (inventory, subscriptions) = (&self.inventory, &self.subscriptions);
        let doubts = routes::doubts(Some(&self.settings), inventory, subscriptions, self.vendors.iter());
        let doubts = doubts.into_iter().map(|doubt| format!("{}. {}.", doubt.what, capital(&doubt.way_out))).collect();
        let compiled = Compiled::new(parts, ids).arriving(self.arriving()).doubting(doubts);
        compiled.beside(Arc::clone(&self.catalogue))
    }

    fn arriving(&self) -> Arriving {
        let alerting = &self.settings.alerting;
        let span = |period: Period| SignedDuration::try_from(period.0).unwrap_or(SignedDuration::ZERO);
        Arriving {
            second_after: span(alerting.second_route_after),
            second_for_all: alerting.second_route_for == SecondRouteFor::All,
            gather: alerting.gather.map_or(SignedDuration::ZERO, span),
            operators: alerting.operators.iter().filter_map(|id| ReceiverId::parse(id).ok()).collect(),
            canary: alerting.canary.map(|hour| hour.0),
        }
    }

    /// The vendor of that name, whether the files name it or not.
    ///
    /// # Errors
    /// Which names are near it.
    pub fn vendor(&self, name: &str) -> Result<Vendor> {
        let vendor = super::vendors::find(&self.catalogue, name)?;
        Ok(sign_in::with_credentials(vec![vendor], &self.settings).remove(0))
    }

    /// The network for looks, with the credentials of the configuration.
    ///
    /// # Errors
    /// A certificate file or a proxy that cannot be used.
    pub fn network(&self) -> Result<Network> {
        Ok(Network::new(self.fetcher()?).signing_with(sign_in::keyring(&self.settings)))
    }

    /// What carries out single requests.
    ///
    /// # Errors
    /// A certificate file or a proxy that cannot be used.
    pub fn fetcher(&self) -> Result<Fetcher> {
        let polling = &self.settings.polling;
        let options = self.options()?;
        Ok(Fetcher::new(fetch::Settings {
            user_agent: options.user_agent,
            total_deadline: polling.deadline.0,
            allow_private: options.allow_private,
            proxy: options.proxy,
            extra_roots_pem: options.extra_roots_pem,
            ..fetch::Settings::default()
        })?)
    }

    fn options(&self) -> Result<Options> {
        let polling = &self.settings.polling;
        let contact = polling.user_agent_contact.as_ref().map(|c| format!(" (+{})", c.as_str())).unwrap_or_default();
        Ok(Options {
            user_agent: format!("Bellwether/{}{contact}", env!("CARGO_PKG_VERSION")),
            connect_deadline: Duration::from_secs(5),
            allow_private: polling
                .allow_private
                .iter()
                .filter_map(|n| n.0.to_string().parse::<AllowedNetwork>().ok())
                .collect(),
            proxy: self.proxy()?,
            extra_roots_pem: certificates(&polling.ca_files)?,
        })
    }

    fn proxy(&self) -> Result<Option<Via>> {
        let polling = &self.settings.polling;
        let except = polling.proxy_except.iter().map(|host| host.0.clone()).collect();
        let url = match polling.proxy.as_ref().map(|proxy| &proxy.0) {
            None => return Ok(None),
            Some(WebhookUrl::Plain(url)) => url.clone(),
            Some(WebhookUrl::Secret(reference)) => {
                let url = web_address(reference).context("the proxy's address")?;
                if !bellwether::is_proxy_scheme(url.scheme()) {
                    bail!(
                        "{} holds no proxy's address; write http://NAME:PASSWORD@HOST:PORT",
                        secrets::place(reference)
                    );
                }
                url
            }
        };
        Ok(Some(Via { url, except }))
    }

    /// The heartbeat to a watch outside, where there is one.
    ///
    /// # Errors
    /// Its address cannot be found, or no client can be made.
    pub fn heart(&self) -> Result<Option<Heart>> {
        let Some(heartbeat) = &self.settings.heartbeat else { return Ok(None) };
        let url = match &heartbeat.url.0 {
            WebhookUrl::Plain(url) => url.clone(),
            WebhookUrl::Secret(reference) => web_address(reference).context("the heartbeat's address")?,
        };
        let heart = Heart::new(url, heartbeat.every.0, heartbeat.allow_private, self.options()?);
        Ok(Some(heart.context("the heartbeat cannot be set up")?))
    }

    /// The ways to the receivers, with their secrets.
    ///
    /// # Errors
    /// A mail relay or a client that cannot be set up. A secret that cannot be found is kept as the reason why the
    /// receiver cannot be reached, so that one receiver's trouble is not everybody's.
    pub fn ways(&self, process: String) -> Result<Ways> {
        let receivers = &self.subscriptions.receivers;
        let endpoints = receivers.iter().filter_map(|r| Some((r.id.clone(), endpoint(r)?))).collect();
        let parties = receivers.iter().filter_map(|r| Some((r.id.clone(), party(r)?))).collect();
        Ok(Ways {
            receivers: receivers.iter().map(|r| (r.id.clone(), r.clone())).collect(),
            relay: self.settings.mail.as_ref().map(|mail| self.relay(mail)).transpose()?,
            hooks: Hooks::new(self.options()?, DEADLINE)?,
            endpoints,
            parties,
            process,
        })
    }

    fn relay(&self, mail: &bellwether::Mail) -> Result<Relay> {
        let domain = mail.from.as_str().rsplit('@').next().unwrap_or("localhost").to_owned();
        let from = Mailbox {
            name: Some(format!("Bellwether at {}", self.settings.organisation.name.0)),
            email: mail.from.clone(),
        };
        let login = match (&mail.username, &mail.password) {
            (Some(name), Some(password)) => {
                let secret = secrets::resolve(&password.0).context("the mail relay's password")?;
                Some((name.clone(), secret))
            }
            _ => None,
        };
        let settings = MailSettings {
            host: mail.host.0.clone(),
            port: mail.port(),
            tls: match mail.tls {
                bellwether::Tls::Required => Tls::Required,
                bellwether::Tls::Implicit => Tls::Implicit,
                bellwether::Tls::None => Tls::None,
            },
            extra_roots_pem: certificates(&self.settings.polling.ca_files)?,
            login,
            from: from.clone(),
            hello: domain.clone(),
            deadline: MAIL_DEADLINE,
        };
        Ok(Relay { mailer: Mailer::new(settings)?, from, domain })
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn certificates(files: &[PathBuf]) -> Result<Vec<Vec<u8>>> {
    let read = |path: &PathBuf| {
        std::fs::read(path).with_context(|| format!("the certificate file {} cannot be read", path.display()))
    };
    files.iter().map(read).collect()
}

/// `None` for a receiver that is no webhook.
fn endpoint(receiver: &Receiver) -> Option<Result<Endpoint, String>> {
    let Way::Webhook { url, secrets, allow_private } = &receiver.way else { return None };
    let made = || -> Result<Endpoint> {
        let url = match url {
            WebhookUrl::Plain(url) => url.clone(),
            WebhookUrl::Secret(reference) => web_address(reference)?,
        };
        let keys = secrets.iter().map(signing_key).collect::<Result<Vec<_>>>()?;
        Ok(Endpoint { url, keys, allow_private: *allow_private })
    };
    Some(made().map_err(|error| format!("the receiver {} cannot be set up: {error:#}", receiver.id)))
}

/// `None` for a receiver that is no service.
fn party(receiver: &Receiver) -> Option<Result<Party, String>> {
    let Way::Preset(preset) = &receiver.way else { return None };
    let resolved = preset.service.secrets().into_iter().map(|(key, secret)| Ok((key, secrets::resolve(secret)?)));
    let made = resolved.collect::<Result<_>>().map(|secrets| Party::new((**preset).clone(), secrets));
    Some(made.map_err(|error| format!("the receiver {} cannot be set up: {error:#}", receiver.id)))
}

fn web_address(reference: &SecretRef) -> Result<Url> {
    let secret = secrets::resolve(reference)?;
    Url::parse(secret.reveal()).ok().with_context(|| format!("{} holds no web address", secrets::place(reference)))
}

fn signing_key(reference: &SecretRef) -> Result<SigningKey> {
    let secret = secrets::resolve(reference)?;
    SigningKey::parse(&secret).with_context(|| {
        format!("{} holds no key; make one with: echo whsec_$(openssl rand -base64 32)", secrets::place(reference))
    })
}
