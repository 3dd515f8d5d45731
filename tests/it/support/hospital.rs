//! A small invented organisation with vendors that publish by the Statuspage format, for the tests of the pages.
//! Every name, number and incident in it is invented.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bellwether::alerting::blind::BlindAfter;
use bellwether::alerting::route::Manner;
use bellwether::config;
use bellwether::model::id::{Ids, SourceId};
use bellwether::model::inventory::Inventory;
use bellwether::model::snapshot::Unreadable;
use bellwether::model::subscription::{Receiver, Subscription};
use bellwether::model::vendor::{Source, Vendor};
use bellwether::normalize::{Body, Outcome, Request};
use bellwether::pipeline::compiled::{Compiled, Parts};
use bellwether::pipeline::look::{Ask, Asked, Memory};
use bellwether::pipeline::poll_once;
use bellwether::store::Store;
use bellwether::store::known::Seen;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The time at which every page of these tests is looked at.
pub fn noon() -> Timestamp {
    "2026-07-17T22:41:00Z".parse().unwrap()
}

const INVENTORY: &str = r#"
[[site]]
id = "general"
name = "Northfield General"
[[site]]
id = "brigid"
name = "St. Brigid’s"
[[site]]
id = "riverbend"
name = "Riverbend"
[[site]]
id = "harrow"
name = "Harrow Clinic"

[[service]]
id = "ehr"
name = "EHR"
tier = "life-safety"
sites = ["general", "brigid", "harrow"]
owner = "Clinical Systems"
workflow = "charting, orders, medication administration"
bears = "5h"
needs = [{ service = "sign-in", without = "stops" }, { vendor = "carechart", without = "stops" }]
[service.procedure]
name = "EHR-DT-01 EHR downtime"
first_steps = ["Charge nurses open the downtime box and hand out paper charts", "Print the last medication list from the downtime computer of each ward", "Call the lab: results by phone", "Tell the switchboard"]
contacts = ["Clinical Systems on call, pager 4471"]
link = "https://downtime.northfield.example/ehr-dt-01"

[[service]]
id = "sign-in"
name = "Sign-in"
tier = "clinical"
owner = "Identity Team"
workflow = "single sign-on with a second factor"
bears = "1h"
needs = [{ vendor = "keyring", components = ["Single sign-on*"], without = "stops" }]

[[service]]
id = "e-prescribing"
name = "e-Prescribing"
tier = "clinical"
owner = "Pharmacy Systems"
workflow = "prescriptions to outside pharmacies"
bears = "8h"
needs = [{ vendor = "skyward", components = ["SQL Database"], without = "stops" }, { service = "ehr", without = "degrades" }]
[service.procedure]
name = "RX-DT-03"
first_steps = ["Use the numbered paper forms"]

[[service]]
id = "telephony"
name = "Telephony"
tier = "clinical"
owner = "Network and Voice"
workflow = "call transfer; the code line has its own trunk"
needs = [{ vendor = "ringway", without = "stops" }]

[[service]]
id = "payroll"
name = "Payroll"
tier = "back-office"
sites = ["general"]
owner = "Finance"
workflow = "time sheets"
bears = "3d"
needs = [{ vendor = "skyward", components = ["Object storage"], without = "degrades" }]
"#;

const VENDORS: [(&str, &str); 4] = [
    (
        "carechart",
        "name = \"CareChart\"\nhomepage = \"https://carechart.example\"\ntags = [\"ehr\"]\nnotifies = \"By mail to the technical contact. There is no public status feed.\"\nsupport = { phone = \"+1-800-555-0142\", account = \"NF-118\" }\n",
    ),
    (
        "keyring",
        "name = \"Keyring\"\nhomepage = \"https://status.keyring.example\"\ntags = [\"identity\"]\nsupport = { phone = \"+1 800 555 0117\", portal = \"https://support.keyring.example\" }\n[[source]]\nid = \"status-page\"\nformat = \"statuspage\"\nurl = \"https://status.keyring.example\"\nevery = \"60s\"\n",
    ),
    (
        "skyward",
        "name = \"Skyward Cloud\"\nhomepage = \"https://status.skyward.example\"\ntags = [\"cloud\"]\n[[source]]\nid = \"status-page\"\nformat = \"statuspage\"\nurl = \"https://status.skyward.example\"\nevery = \"60s\"\n",
    ),
    (
        "ringway",
        "name = \"Ringway\"\nhomepage = \"https://status.ringway.example\"\ntags = [\"voice\"]\n[[source]]\nid = \"status-page\"\nformat = \"statuspage\"\nurl = \"https://status.ringway.example\"\nevery = \"60s\"\n",
    ),
];

const SUBSCRIPTIONS: &str = r#"
[[receiver]]
id = "noc-webhook"
webhook = "https://hooks.northfield.example/services/T0/s3cr3t-canary"
secrets = [{ env = "NOC_WEBHOOK_SECRET" }]

[[subscription]]
id = "noc-all"
receivers = ["noc-webhook"]
"#;

fn parsed<T>(parsed: config::Parsed<T>) -> T {
    let (value, problems) = parsed.into_parts();
    value.unwrap_or_else(|| panic!("{problems:?}"))
}

pub fn inventory() -> Inventory {
    parsed(config::inventory::parse("inventory.toml", INVENTORY))
}

pub fn vendors() -> Vec<Vendor> {
    VENDORS.iter().map(|(id, text)| parsed(config::vendor::parse(id, "vendor.toml", text))).collect()
}

pub fn subscriptions() -> (Vec<Subscription>, Vec<Receiver>) {
    let all = parsed(config::subscriptions::parse("subscriptions.toml", SUBSCRIPTIONS));
    (all.subscriptions, all.receivers)
}

/// The same organisation with another inventory.
pub fn compiled_with(inventory: &str) -> Compiled {
    let (subscriptions, receivers) = subscriptions();
    let parts = Parts {
        organisation: "Northfield Health".into(),
        time_zone: "America/Chicago".into(),
        page: None,
        blind_after: BlindAfter::all(SignedDuration::from_mins(10)),
        manner: Manner::default(),
        inventory: parsed(config::inventory::parse("inventory.toml", inventory)),
        vendors: vendors(),
        subscriptions,
        receivers,
        shifts: Vec::new(),
    };
    Compiled::new(parts, Ids::salted("web"))
}

/// The configuration; without receivers where nobody shall be told.
pub fn compiled(tells: bool) -> Compiled {
    let (subscriptions, receivers) = if tells { subscriptions() } else { (Vec::new(), Vec::new()) };
    let parts = Parts {
        organisation: "Northfield Health".into(),
        time_zone: "America/Chicago".into(),
        page: None,
        blind_after: BlindAfter::all(SignedDuration::from_mins(10)),
        manner: Manner::default(),
        inventory: inventory(),
        vendors: vendors(),
        subscriptions,
        receivers,
        shifts: Vec::new(),
    };
    Compiled::new(parts, Ids::salted("web"))
}

/// What the vendors' servers answer: a body for each source and role, or nothing.
#[derive(Default)]
pub struct Servers {
    bodies: Mutex<BTreeMap<(String, String), Value>>,
}

#[async_trait]
impl Ask for Servers {
    async fn ask(&self, source: &Source, request: &Request, _may_be_same: bool) -> Asked {
        let key = (source.id.to_string(), request.role.to_owned());
        let bodies = self.bodies.lock().unwrap();
        if let Some(body) = bodies.get(&key) {
            return Asked::Outcome(Outcome::Body(Body::saved(body.to_string().into_bytes())), None);
        }
        if bodies.contains_key(&(source.id.to_string(), "summary".to_owned())) {
            return Asked::Outcome(Outcome::NotRecorded, None);
        }
        Asked::Outcome(Outcome::Unreadable(Unreadable::Unreachable("no answer in 30 s".into())), None)
    }
}

/// The organisation and its store, being filled by the real pipeline.
pub struct Hospital {
    pub store: Store,
    pub compiled: Arc<Compiled>,
    pub servers: Servers,
    memories: Mutex<BTreeMap<SourceId, Memory>>,
}

impl Hospital {
    pub async fn open(tells: bool) -> Self {
        let store = Store::in_memory().await.unwrap();
        let compiled = Arc::new(compiled(tells));
        Self { store, compiled, servers: Servers::default(), memories: Mutex::default() }
    }

    /// A vendor's page from now on.
    pub fn says(&self, vendor: &str, summary: Value) {
        let key = (format!("{vendor}/status-page"), "summary".to_owned());
        self.servers.bodies.lock().unwrap().insert(key, summary);
    }

    /// A vendor's page cannot be reached from now on.
    pub fn goes_dark(&self, vendor: &str) {
        self.servers.bodies.lock().unwrap().remove(&(format!("{vendor}/status-page"), "summary".to_owned()));
    }

    /// One look at every source, marked as the scheduler marks it.
    pub async fn look(&self, at: Timestamp) {
        let mut seen = Vec::new();
        for source in self.compiled.sources.values() {
            let mut memory = self.memories.lock().unwrap().remove(&source.id).unwrap_or_default();
            poll_once(&self.store, &self.compiled, source, &mut memory, &self.servers, at).await.unwrap();
            let good = memory.is_readable().then_some(at);
            let next = Some(at + SignedDuration::from_secs(60));
            seen.push(Seen { source: source.id.clone(), look: at, good, next, moved: memory.moved });
            self.memories.lock().unwrap().insert(source.id.clone(), memory);
        }
        self.store.put_seen(&seen).await.unwrap();
    }
}

/// A page on which all is well.
pub fn well(components: &[&str]) -> Value {
    page(components, json!([]), json!([]))
}

/// A page with these incidents and maintenances.
pub fn page(components: &[&str], incidents: Value, maintenances: Value) -> Value {
    let bad = |name: &str| {
        incidents.as_array().into_iter().flatten().find_map(|i| {
            let named = i["components"].as_array()?.iter().find(|c| c["name"] == name)?;
            Some(named["status"].clone())
        })
    };
    let components: Vec<Value> = components
        .iter()
        .map(|name| json!({"id": format!("c-{name}"), "name": name, "status": bad(name).unwrap_or(json!("operational")), "group": false}))
        .collect();
    json!({
        "page": {"id": "synthetic0001", "name": "Synthetic", "url": "https://status.example.org", "time_zone": "Etc/UTC"},
        "status": {"indicator": "none", "description": "All Systems Operational"},
        "components": components,
        "incidents": incidents,
        "scheduled_maintenances": maintenances,
    })
}

/// An open incident with two updates.
pub fn incident(id: &str, title: &str, impact: &str, component: Option<(&str, &str)>, words: [&str; 2]) -> Value {
    let components: Vec<Value> = component
        .iter()
        .map(|(name, status)| json!({"id": format!("c-{name}"), "name": name, "status": status, "group": false}))
        .collect();
    json!({
        "id": id, "name": title, "status": "identified", "impact": impact,
        "created_at": "2026-07-17T18:45:00Z", "started_at": "2026-07-17T18:38:00Z", "resolved_at": null,
        "shortlink": format!("https://stspg.example/{id}"),
        "components": components,
        "incident_updates": [
            {"id": format!("{id}-u2"), "status": "identified", "body": words[1], "display_at": "2026-07-17T21:10:00Z"},
            {"id": format!("{id}-u1"), "status": "investigating", "body": words[0], "display_at": "2026-07-17T18:45:00Z"},
        ],
    })
}

/// A maintenance that lies ahead.
pub fn maintenance(id: &str, title: &str, from: &str, until: &str, component: &str) -> Value {
    json!({
        "id": id, "name": title, "status": "scheduled", "impact": "maintenance",
        "created_at": "2026-07-10T10:00:00Z", "scheduled_for": from, "scheduled_until": until,
        "shortlink": format!("https://stspg.example/{id}"), "incident_updates": [],
        "components": [{"id": format!("c-{component}"), "name": component, "status": "operational", "group": false}],
    })
}
