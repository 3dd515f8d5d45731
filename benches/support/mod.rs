//! An organisation of any size, and the bodies of its vendors. All of it is invented.

use std::time::Duration;

use bellwether::alerting::blind::BlindAfter;
use bellwether::alerting::route::Manner;
use bellwether::model::format::Format;
use bellwether::model::id::{Ids, ReceiverId, ServiceId, SourceId, SubscriptionId, VendorId};
use bellwether::model::inventory::{Dependency, Inventory, Need, On, Procedure, Selector, Service, Tier, Without};
use bellwether::model::subscription::{Email, Receiver, Subscription, Way, WebhookUrl};
use bellwether::model::vendor::{Schedule, Source, Vendor};
use bellwether::pipeline::compiled::{Compiled, Parts};
use jiff::SignedDuration;
use serde_json::{Value, json};
use url::Url;

/// How large the organisation is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub vendors: usize,
    pub services: usize,
    pub subscriptions: usize,
    pub wants: Wants,
}

/// What the subscriptions want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// As people do: most a service, some a vendor, few a tier or everything.
    Mixed,
    /// Each everything.
    Everything,
    /// Each all of one vendor, so that each vendor's change leads to one message.
    OneVendor,
}

/// Where the vendors' pages and the receivers' webhooks stand.
pub trait Addresses {
    fn page(&self, vendor: usize) -> Url;
    /// None for a receiver of mails.
    fn hook(&self, receiver: usize) -> Option<Url>;
}

pub fn vendor_id(n: usize) -> VendorId {
    VendorId::parse(&format!("vendor-{n:05}")).unwrap()
}

pub fn source_id(n: usize) -> SourceId {
    SourceId::of(&vendor_id(n), "page").unwrap()
}

fn service_id(n: usize) -> ServiceId {
    ServiceId::parse(&format!("service-{n:04}")).unwrap()
}

/// The configuration of an organisation whose receivers are `receivers` webhooks.
pub fn compiled(size: Size, receivers: usize, every: Duration, addresses: &dyn Addresses) -> Compiled {
    let receivers: Vec<Receiver> = (0..receivers).map(|n| receiver(n, addresses)).collect();
    let parts = Parts {
        organisation: "Northfield Health".to_owned(),
        time_zone: "America/Chicago".to_owned(),
        page: None,
        blind_after: BlindAfter::all(SignedDuration::from_mins(10)),
        manner: Manner::default(),
        inventory: inventory(size),
        vendors: (0..size.vendors).map(|n| vendor(n, every, addresses)).collect(),
        subscriptions: (0..size.subscriptions).map(|n| subscription(n, size, &receivers)).collect(),
        receivers,
        shifts: Vec::new(),
    };
    Compiled::new(parts, Ids::salted("bench"))
}

fn vendor(n: usize, every: Duration, addresses: &dyn Addresses) -> Vendor {
    let source = Source {
        every: Schedule::Every(every),
        ..Source::at(source_id(n), Format::Statuspage, Some(addresses.page(n)))
    };
    Vendor::named(vendor_id(n), &format!("Vendor {n}"), vec![source])
}

pub fn receiver(n: usize, addresses: &dyn Addresses) -> Receiver {
    Receiver {
        form: bellwether::model::subscription::Form::Whole,
        fallback: None,
        burst: None,
        id: ReceiverId::parse(&format!("receiver-{n}")).unwrap(),
        way: match addresses.hook(n) {
            Some(url) => Way::Webhook { url: WebhookUrl::Plain(url), secrets: Vec::new(), allow_private: true },
            None => Way::Email(Email::parse(&format!("receiver-{n}@northfield.example")).unwrap()),
        },
    }
}

/// Every service needs components of its vendors by name; each tenth is needed by the nine that follow it.
fn inventory(size: Size) -> Inventory {
    let per_service = size.vendors.div_ceil(size.services).max(3);
    let service = |n: usize| {
        let mut needs: Vec<Need> =
            (0..per_service).map(|k| on_vendor((n * per_service + k) % size.vendors, n)).map(Need::One).collect();
        if !n.is_multiple_of(10) {
            let on = On::Service(service_id(n - n % 10));
            needs.push(Need::One(Dependency { on, without: Without::Degrades }));
        }
        Service {
            id: service_id(n),
            name: format!("Service {n}"),
            tier: [Tier::LifeSafety, Tier::Clinical, Tier::Business, Tier::BackOffice][n % 4],
            sites: Vec::new(),
            owner: "On call".to_owned(),
            workflow: "charting, orders".to_owned(),
            bears: None,
            say: bellwether::model::say::Say::default(),
            procedure: Procedure::default(),
            needs,
        }
    };
    Inventory { services: (0..size.services).map(service).collect(), ..Inventory::default() }
}

fn on_vendor(vendor: usize, service: usize) -> Dependency {
    let components =
        if service.is_multiple_of(3) { Vec::new() } else { vec!["Component 1*".to_owned(), "*sign-in*".to_owned()] };
    let selector =
        Selector { vendor: vendor_id(vendor), source: None, components, ids: Vec::new(), regions: Vec::new() };
    Dependency { on: On::Vendor(selector), without: Without::Stops }
}

/// Of fifty subscriptions, one wants everything or a tier, nine all that comes from a vendor, the others a service.
fn subscription(n: usize, size: Size, receivers: &[Receiver]) -> Subscription {
    let id = SubscriptionId::parse(&format!("subscription-{n}")).unwrap();
    let everything = Subscription::to_all(id, vec![receivers[n % receivers.len()].id.clone()]);
    let mut subscription = Subscription { blind: false, ..everything };
    match n % 50 {
        _ if size.wants == Wants::Everything => {}
        _ if size.wants == Wants::OneVendor => subscription.vendors.push(vendor_id(n % size.vendors)),
        0 if n.is_multiple_of(100) => {}
        0 => subscription.tiers.push(Tier::LifeSafety),
        1..10 => subscription.vendors.push(vendor_id(n % size.vendors)),
        _ => subscription.services.push(service_id(n % size.services)),
    }
    subscription
}

pub const TIME: &str = "2026-11-22T11:31:00.120Z";
const SENTENCE: &str = "We are investigating reports of failures, and will say more within the hour. ";

/// A Statuspage summary of about 59.5 KB: 150 components, and one incident if `incident` names its key.
pub fn summary(incident: Option<&str>) -> Value {
    let component = |n: usize| {
        json!({
            "id": format!("synthetic{n:04}"), "name": format!("Component {n}"), "status": "operational",
            "created_at": TIME, "updated_at": TIME, "position": n, "description": SENTENCE, "showcase": false,
            "start_date": null, "group_id": "syntheticgrp", "page_id": "synthetic000", "group": false,
            "only_show_if_degraded": false,
        })
    };
    let components: Vec<Value> = (0..150).map(component).collect();
    let incidents: Vec<Value> = incident.map(|key| open(key, &components)).into_iter().collect();
    json!({
        "page": {"id": "synthetic000", "name": "Synthetic", "url": "https://status.example.org", "updated_at": TIME},
        "status": {"indicator": "none", "description": "Synthetic"},
        "components": components, "incidents": incidents, "scheduled_maintenances": [],
    })
}

fn open(key: &str, components: &[Value]) -> Value {
    let update = json!({"id": format!("u-{key}"), "status": "identified", "body": SENTENCE, "display_at": TIME});
    json!({
        "id": key, "name": "Synthetic: everything is slow", "status": "identified", "impact": "major",
        "created_at": TIME, "started_at": TIME, "shortlink": "https://stspg.io/x", "incident_updates": [update],
        "components": components[10..13],
    })
}
