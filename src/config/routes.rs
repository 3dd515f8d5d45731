//! By which ways people are told, and what those ways themselves depend on: a life-safety service that is told by one way
//! alone, and a vendor whose trouble is told only by that vendor's own products.

use std::collections::BTreeSet;

use url::Url;

use super::bellwether::Settings;
use super::check::{domain_of, needed_vendors};
use super::subscriptions::Subscriptions;
use crate::model::id::{ReceiverId, VendorId};
use crate::model::inventory::{Inventory, Service, Tier};
use crate::model::subscription::{Receiver, Subscription, Watches, Way, WebhookUrl};
use crate::model::vendor::Vendor;

/// Hosts that belong to a vendor although its file names another domain: the end of the host, and the vendor.
const HOSTS: [(&str, &str); 30] = [
    ("mail.protection.outlook.com", "microsoft-365"),
    ("smtp.office365.com", "microsoft-365"),
    ("smtp-mail.outlook.com", "microsoft-365"),
    ("webhook.office.com", "microsoft-365"),
    ("outlook.office.com", "microsoft-365"),
    ("logic.azure.com", "azure"),
    ("azurewebsites.net", "azure"),
    ("azurecomm.net", "azure"),
    ("api.powerplatform.com", "microsoft-365"),
    ("smtp.gmail.com", "google-workspace"),
    ("smtp-relay.gmail.com", "google-workspace"),
    ("l.google.com", "google-workspace"),
    ("chat.googleapis.com", "google-workspace"),
    ("run.app", "google-cloud"),
    ("cloudfunctions.net", "google-cloud"),
    ("pphosted.com", "proofpoint"),
    ("ppe-hosted.com", "proofpoint"),
    ("mimecast.com", "mimecast"),
    ("mimecast.co.za", "mimecast"),
    ("amazonaws.com", "aws"),
    ("on.aws", "aws"),
    ("awsapps.com", "aws"),
    ("slack.com", "slack"),
    ("pagerduty.com", "pagerduty"),
    ("opsgenie.com", "atlassian"),
    ("atlassian.net", "atlassian"),
    ("twilio.com", "twilio"),
    ("sendgrid.net", "twilio"),
    ("service-now.com", "servicenow"),
    ("webexapis.com", "webex"),
];

/// One doubt about the ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The key of `subscriptions.toml` that it is about.
    pub path: String,
    /// What is doubtful.
    pub what: String,
    /// What to do.
    pub way_out: String,
}

/// Everything that is doubtful about the ways.
#[must_use]
pub fn doubts<'a>(
    settings: Option<&Settings>,
    inventory: &Inventory,
    subscriptions: &Subscriptions,
    vendors: impl Iterator<Item = &'a Vendor>,
) -> Vec<Doubt> {
    let ways = Ways { relay: settings.and_then(|s| s.mail.as_ref()).map(|mail| mail.host.0.as_str()), subscriptions };
    let needed: BTreeSet<&VendorId> = inventory.services.iter().flat_map(|s| needed_vendors(s, inventory)).collect();
    let needed = vendors.filter(|vendor| needed.contains(&vendor.id));
    ways.alone(inventory).into_iter().chain(needed.filter_map(|vendor| ways.through(vendor))).collect()
}

/// By what a receiver is reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Host<'a> {
    /// The one relay of all mail.
    Relay(Option<&'a str>),
    /// A server.
    Of(&'a str),
    /// Its address is a secret, and nobody knows here.
    Unknown(&'a str),
}

struct Ways<'a> {
    relay: Option<&'a str>,
    subscriptions: &'a Subscriptions,
}

impl<'a> Ways<'a> {
    fn receiver(&self, id: &ReceiverId) -> Option<&'a Receiver> {
        self.subscriptions.receivers.iter().find(|receiver| receiver.id == *id)
    }

    /// The receivers of what these subscriptions want, and their second ways.
    fn reached(&self, wishes: impl Iterator<Item = &'a Subscription>) -> Vec<&'a Receiver> {
        let mut found: Vec<&Receiver> = Vec::new();
        let mut open: Vec<&ReceiverId> = wishes.flat_map(|wish| &wish.receivers).collect();
        while let Some(id) = open.pop() {
            let Some(receiver) = self.receiver(id).filter(|one| !found.iter().any(|known| known.id == one.id)) else {
                continue;
            };
            found.push(receiver);
            open.extend(&receiver.fallback);
        }
        found
    }

    fn host(&self, receiver: &'a Receiver) -> Host<'a> {
        match &receiver.way {
            Way::Email(_) => Host::Relay(self.relay),
            Way::Webhook { url: WebhookUrl::Plain(url), .. } => {
                url.host_str().map_or(Host::Unknown(receiver.id.as_str()), Host::Of)
            }
            Way::Webhook { url: WebhookUrl::Secret(_), .. } | Way::Preset(_) => Host::Unknown(receiver.id.as_str()),
        }
    }

    fn telling(&self) -> impl Iterator<Item = &'a Subscription> {
        self.subscriptions.subscriptions.iter().filter(|w| w.watches == Watches::Services && !w.shows_only)
    }

    /// A life-safety service that is told by one way alone.
    fn alone(&self, inventory: &Inventory) -> Option<Doubt> {
        let vital = inventory.services.iter().filter(|service| service.tier == Tier::LifeSafety);
        vital.into_iter().find_map(|service| {
            let reached = self.reached(self.telling().filter(|wish| suits(wish, service)));
            let hosts: BTreeSet<Host<'_>> = reached.iter().map(|receiver| self.host(receiver)).collect();
            let only = reached.last().filter(|_| hosts.len() == 1)?;
            let number = self.subscriptions.receivers.iter().position(|receiver| receiver.id == only.id)?;
            let by = match hosts.first()? {
                Host::Relay(_) => "mail alone".to_owned(),
                Host::Of(host) => format!("{host} alone"),
                Host::Unknown(receiver) => format!("`{receiver}` alone"),
            };
            Some(Doubt {
                path: format!("receiver[{number}].id"),
                what: format!("{} is life-safety and is told by {by}: where that fails, nobody is told", service.name),
                way_out: "add a receiver that is reached otherwise, and name it here: fallback = \"ID\"".to_owned(),
            })
        })
    }

    /// A vendor whose trouble is told only through that vendor.
    fn through(&self, vendor: &Vendor) -> Option<Doubt> {
        let is_about = |wish: &&Subscription| wish.vendors.is_empty() || wish.vendors.contains(&vendor.id);
        let reached = self.reached(self.telling().filter(is_about));
        let of_vendor = |receiver: &&'a Receiver| match self.host(receiver) {
            Host::Relay(Some(host)) | Host::Of(host) if is_of(host, vendor) => Some(host),
            Host::Relay(_) | Host::Of(_) | Host::Unknown(_) => None,
        };
        let hosts: Vec<&str> = reached.iter().map(of_vendor).collect::<Option<_>>()?;
        let (host, receiver) = (hosts.last()?, reached.last()?);
        let number = self.subscriptions.receivers.iter().position(|known| known.id == receiver.id)?;
        Some(Doubt {
            path: format!("receiver[{number}].id"),
            what: format!("trouble at {} is told by {host} alone, which is {}'s own", vendor.name, vendor.name),
            way_out: format!("add a receiver that does not hang on {}, as a fallback or by itself", vendor.name),
        })
    }
}

fn suits(wish: &Subscription, service: &Service) -> bool {
    (wish.services.is_empty() || wish.services.contains(&service.id))
        && (wish.tiers.is_empty() || wish.tiers.contains(&service.tier))
}

/// Whether a host is the vendor's own, by the table or by the domains of its file.
fn is_of(host: &str, vendor: &Vendor) -> bool {
    let host = host.trim_end_matches('.').to_lowercase();
    let ends = |end: &str| host == end || host.strip_suffix(end).is_some_and(|rest| rest.ends_with('.'));
    if let Some((_, id)) = HOSTS.iter().find(|(end, _)| ends(end)) {
        return vendor.id.as_str() == *id;
    }
    let Some(domain) = Url::parse(&format!("https://{host}/")).ok().as_ref().and_then(domain_of) else { return false };
    let portal = vendor.homepage.iter().chain(&vendor.support.portal);
    portal.filter_map(domain_of).any(|theirs| theirs == domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vendor(id: &str, homepage: &str) -> Vendor {
        let mut vendor = Vendor::named(VendorId::parse(id).unwrap(), id, Vec::new());
        vendor.homepage = Url::parse(homepage).ok();
        vendor
    }

    #[test]
    fn a_host_is_a_vendors_by_the_table_and_by_its_own_domain() {
        let office = vendor("microsoft-365", "https://status.cloud.microsoft");
        assert!(is_of("example-org.mail.protection.outlook.com", &office) && is_of("SMTP.office365.com.", &office));
        assert!(!is_of("notoutlook.office.com.evil.example", &office) && !is_of("xsmtp.office365.com", &office));
        assert!(!is_of("hooks.slack.com", &office));
        let slack = vendor("slack", "https://slack-status.com");
        assert!(is_of("hooks.slack.com", &slack) && !is_of("hooks.example.org", &slack));
        let acme = vendor("acme", "https://status.acme.example");
        assert!(is_of("hooks.acme.example", &acme) && !is_of("hooks.example", &acme));
    }
}
