//! What the rules are tested with: incidents as a look sees them, organisations written as their files, and a desk
//! at which looks come in and messages go out. All of it is invented.

use bellwether::alerting::blind::BlindAfter;
use bellwether::alerting::message::message;
use bellwether::alerting::route::Manner;
use bellwether::config;
use bellwether::model::audit::By;
use bellwether::model::effect::EffectKind;
use bellwether::model::format::Format;
use bellwether::model::id::{Ids, IncidentId, SourceId, VendorId};
use bellwether::model::impact::Impact;
use bellwether::model::incident::{Acknowledged, Known};
use bellwether::model::notification::Facts;
use bellwether::model::overrides::Part;
use bellwether::model::phase::{Kind, Phase};
use bellwether::model::silence::{Matcher, Silence};
use bellwether::model::snapshot::{
    ComponentRef, Coverage, Covers, Look, Planned, SeenComponent, SeenIncident, SeenUpdate, Snapshot, Unreadable,
};
use bellwether::model::stated::Stated;
use bellwether::model::vendor::{Source, Vendor};
use bellwether::pipeline::compiled::{Compiled, Parts};
use bellwether::pipeline::join;
use bellwether::pipeline::look::Looked;
use bellwether::pipeline::overrides::{self, Judged};
use bellwether::pipeline::settle::{self, Happened};
use bellwether::store::Store;
use bellwether::store::outbox::Tried;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// So many minutes after the test began.
pub fn minute(minutes: i64) -> Timestamp {
    at("2026-03-02T12:00:00Z") + SignedDuration::from_mins(minutes)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn stated(minutes: i64) -> Stated {
    Stated::certain(minute(minutes), minute(minutes).to_string())
}

pub fn source_id(text: &str) -> SourceId {
    SourceId::parse(text).unwrap()
}

pub fn ids() -> Ids {
    Ids::salted("rules")
}

pub fn nothing_known() -> Known {
    Known::nothing(source_id("okta/status"))
}

/// An incident that began and was told at minute 0, and names no component.
pub fn incident(key: &str) -> SeenIncident {
    SeenIncident {
        key: key.into(),
        kind: Kind::Incident,
        title: format!("Trouble {key}"),
        vendor_impact: "major".into(),
        impact: Impact::PartialOutage,
        vendor_phase: "investigating".into(),
        phase: Phase::Investigating,
        components: Vec::new(),
        regions: Vec::new(),
        started: Some(stated(0)),
        ended: None,
        planned: None,
        updates: vec![update("u1", 0, "We look into it.")],
        link: None,
    }
}

pub fn update(key: &str, minutes: i64, text: &str) -> SeenUpdate {
    SeenUpdate {
        key: key.into(),
        at: Some(stated(minutes)),
        vendor_phase: "investigating".into(),
        text: text.into(),
        author: None,
    }
}

/// A maintenance planned from one minute to another, not begun.
pub fn maintenance(key: &str, from: i64, until: i64) -> SeenIncident {
    SeenIncident {
        kind: Kind::Maintenance,
        vendor_impact: "maintenance".into(),
        impact: Impact::Maintenance,
        vendor_phase: "scheduled".into(),
        phase: Phase::Scheduled,
        planned: Some(Planned { from: stated(from), until: Some(stated(until)) }),
        ..incident(key)
    }
}

pub fn with_phase(phase: Phase, incident: SeenIncident) -> SeenIncident {
    SeenIncident { phase, vendor_phase: phase.word().into(), ..incident }
}

pub fn with_impact(impact: Impact, incident: SeenIncident) -> SeenIncident {
    SeenIncident { impact, vendor_impact: impact.word().into(), ..incident }
}

/// The incident names these components, each key its own name.
pub fn naming(keys: &[&str], incident: SeenIncident) -> SeenIncident {
    SeenIncident { components: keys.iter().map(|key| component(key)).collect(), ..incident }
}

/// The vendor said that it ended at that minute.
pub fn ended(minutes: i64, incident: SeenIncident) -> SeenIncident {
    SeenIncident { ended: Some(stated(minutes)), ..with_phase(Phase::Resolved, incident) }
}

pub fn component(key: &str) -> ComponentRef {
    ComponentRef { key: key.to_lowercase(), name: key.into(), group: None, region: None }
}

pub fn in_region(key: &str, region: &str) -> ComponentRef {
    ComponentRef { region: Some(region.into()), ..component(key) }
}

pub fn status(key: &str, status: Impact) -> SeenComponent {
    SeenComponent { component: component(key), vendor_status: status.word().into(), status }
}

/// A document that lists all that is open.
pub fn listing(incidents: Vec<SeenIncident>) -> Snapshot {
    Snapshot { incidents, ..Snapshot::recognised("a test's document", Coverage::of_all(Covers::AllOpen)) }
}

pub fn with_components(components: Vec<SeenComponent>, snapshot: Snapshot) -> Snapshot {
    Snapshot { components, ..snapshot }
}

pub fn seen(snapshot: Snapshot) -> Look {
    Look::Snapshot(Box::new(snapshot))
}

pub fn unreachable() -> Look {
    Look::Unreadable(Unreadable::Unreachable("no answer within 30 s".into()))
}

pub fn garbled() -> Look {
    Look::Unreadable(Unreadable::Unexpected("an HTML page".into()))
}

/// One line of an inventory: a clinical service that needs this.
pub fn service(id: &str, name: &str, needs: &str) -> String {
    format!("[[service]]\nid = {id:?}\nname = {name:?}\ntier = \"clinical\"\nneeds = [{needs}]\n")
}

/// A mail receiver, and a subscription of its own with these further keys.
pub fn receiver(id: &str, wants: &str) -> String {
    format!(
        "[[receiver]]\nid = {id:?}\nemail = \"{id}@example.org\"\n\
         [[subscription]]\nid = \"for-{id}\"\nreceivers = [{id:?}]\n{wants}\n"
    )
}

/// Okta, Azure and AWS with one source each; Lab with a page and an API; Oracle with none.
pub fn vendors() -> Vec<Vendor> {
    vec![
        vendor("okta", "Okta", &["status"]),
        vendor("azure", "Azure", &["status"]),
        vendor("aws", "AWS", &["status"]),
        vendor("lab", "Lab", &["page", "api"]),
        vendor("oracle", "Oracle", &[]),
    ]
}

fn vendor(id: &str, name: &str, sources: &[&str]) -> Vendor {
    let sources = sources.iter().map(|name| source(&format!("{id}/{name}"))).collect();
    Vendor::named(VendorId::parse(id).unwrap(), name, sources)
}

pub fn source(id: &str) -> Source {
    Source::at(source_id(id), Format::Statuspage, Some("https://status.example.org/".parse().unwrap()))
}

/// A configuration: `inventory.toml` and `subscriptions.toml` as they are written.
pub fn organisation(inventory: &[String], subscriptions: &[String]) -> Compiled {
    organisation_of(vendors(), inventory, subscriptions)
}

pub fn organisation_of(vendors: Vec<Vendor>, inventory: &[String], subscriptions: &[String]) -> Compiled {
    let inventory = config::inventory::parse("inventory.toml", &inventory.concat());
    let subscriptions = config::subscriptions::parse("subscriptions.toml", &subscriptions.concat());
    let inventory = inventory.value.unwrap_or_else(|| panic!("{:#?}", inventory.problems));
    let subscriptions = subscriptions.value.unwrap_or_else(|| panic!("{:#?}", subscriptions.problems));
    let parts = Parts {
        organisation: "Northfield Health".into(),
        time_zone: "UTC".into(),
        page: None,
        blind_after: BlindAfter::all(SignedDuration::from_mins(10)),
        manner: Manner::default(),
        inventory,
        vendors,
        subscriptions: subscriptions.subscriptions.into_iter().map(|wish| wish.in_zone(&TimeZone::UTC)).collect(),
        receivers: subscriptions.receivers,
        shifts: subscriptions.shifts,
    };
    Compiled::new(parts, ids())
}

/// One message that went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub receiver: String,
    pub subject: String,
    pub text: String,
    pub short: String,
    pub facts: Facts,
}

impl Sent {
    /// The services of the first topic and what happened to each: `ehr hurt`.
    pub fn services(&self) -> Vec<String> {
        let topics = self.facts.topics.iter().flat_map(|topic| &topic.services);
        topics.map(|s| format!("{} {}", s.id, s.effect.word())).collect()
    }

    pub fn is(&self, kind: EffectKind) -> bool {
        self.facts.topics.iter().any(|topic| topic.told.last() == Some(&kind))
    }
}

/// A store and a configuration: looks come in, messages go out.
pub struct Desk {
    pub store: Store,
    pub compiled: Compiled,
    /// Whether messages wait in the outbox instead of being delivered after each step.
    pub holds_mail: bool,
}

/// What one step led to.
#[derive(Debug)]
pub struct Step {
    pub happened: Happened,
    pub sent: Vec<Sent>,
}

impl Step {
    /// `noc: [DOWN] EHR at all sites: Okta`, in order.
    pub fn subjects(&self) -> Vec<String> {
        self.sent.iter().map(|sent| format!("{}: {}", sent.receiver, sent.subject)).collect()
    }

    /// The changes of incidents: `opened a`.
    pub fn changes(&self) -> Vec<String> {
        changes(&self.happened.changes)
    }

    /// The decisions not to send, with their reasons.
    pub fn unsent(&self) -> Vec<String> {
        let unsent = self.happened.notices.iter().filter(|notice| !notice.sent);
        unsent.map(|notice| format!("{}: {}", notice.receiver, notice.why)).collect()
    }
}

/// The changes in short: `opened a`, `component sso degraded`, `source readable`.
pub fn changes(changes: &[bellwether::model::change::Change]) -> Vec<String> {
    use bellwether::model::change::Change;
    let short = |change: &Change| match change {
        Change::Incident(c) => format!("{} {}", c.kind.word(), c.report.seen.key),
        Change::Component(c) => format!("component {} {}", c.component.component.key, c.component.status),
        Change::Source(c) => format!("source {}", c.health.word()),
    };
    changes.iter().map(short).collect()
}

impl Desk {
    pub async fn new(inventory: &[String], subscriptions: &[String]) -> Self {
        Self {
            store: Store::in_memory().await.unwrap(),
            compiled: organisation(inventory, subscriptions),
            holds_mail: false,
        }
    }

    /// A look at a source that took place at that minute.
    pub async fn look(&self, source: &str, look: Look, minutes: i64) -> Step {
        let looked =
            Looked { look, bodies: Vec::new(), history_read: None, leave_alone: None, outlook: Default::default() };
        let now = minute(minutes);
        let source = self.compiled.sources.get(&source_id(source)).cloned().unwrap_or_else(|| self::source(source));
        let happened = settle::take_in(&self.store, &self.compiled, &source, &looked, now).await.unwrap();
        self.step(happened, minutes).await
    }

    /// A look at a document that lists these as open.
    pub async fn open(&self, source: &str, incidents: Vec<SeenIncident>, minutes: i64) -> Step {
        self.look(source, seen(listing(incidents)), minutes).await
    }

    /// Somebody silences this until that minute.
    pub async fn silence(&self, about: Matcher, from: i64, until: i64) {
        let mut tx = self.store.write().await.unwrap();
        let silence = Silence {
            id: "quiet-please".into(),
            about,
            author: "Ada".into(),
            reason: "we know".into(),
            from: minute(from),
            until: minute(until),
        };
        tx.put_silence(&silence).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Ada says by hand how bad it is, until that minute; without one, until the vendor's next change.
    pub async fn by_hand_is(
        &self,
        of: &Part,
        impact: Impact,
        until: Option<i64>,
        minutes: i64,
    ) -> Result<Step, String> {
        let wish = overrides::Wish {
            key: format!("at {minutes}"),
            of: of.clone(),
            impact,
            reason: "phone call with their NOC".into(),
            until: until.map(minute),
            until_change: until.is_none(),
        };
        let by = By::terminal("Ada");
        let put = overrides::put(&self.store, &self.compiled, &wish, &by, Judged::AtOnce, minute(minutes)).await;
        Ok(self.step(put.map_err(|e| e.to_string())?.happened, minutes).await)
    }

    /// Grace ends it.
    pub async fn by_hand_no_more(&self, id: &str, minutes: i64) -> Result<Step, String> {
        let by = By::terminal("Grace");
        let ended = overrides::end(&self.store, Some(&self.compiled), id, &by, minute(minutes)).await;
        Ok(self.step(ended.map_err(|e| e.to_string())?.1, minutes).await)
    }

    /// Somebody takes care of an incident.
    pub async fn acknowledge(&self, incident: &IncidentId, minutes: i64) {
        let mut tx = self.store.write().await.unwrap();
        let acknowledged = Acknowledged { at: minute(minutes), who: "Grace".into() };
        tx.put_acknowledged(incident, Some(&acknowledged)).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn tick(&self, minutes: i64) -> Step {
        let happened = settle::tick_once(&self.store, &self.compiled, minute(minutes)).await.unwrap();
        self.step(happened, minutes).await
    }

    pub async fn by_hand(&self, source: &str, said: &SeenIncident, minutes: i64) -> Step {
        let now = minute(minutes);
        let mut tx = self.store.write().await.unwrap();
        let happened = settle::by_hand(&mut tx, &self.compiled, &source_id(source), said, now).await.unwrap();
        tx.commit().await.unwrap();
        self.step(happened, minutes).await
    }

    /// A person joins the vendor's incident to the one that was opened by hand.
    pub async fn join(&self, ours: &IncidentId, vendors: &IncidentId, minutes: i64) -> Result<Step, String> {
        let by = By::terminal("Ada");
        let joined = join::join(&self.store, &self.compiled, ours, vendors, &by, minute(minutes)).await;
        Ok(self.step(joined.map_err(|e| e.to_string())?, minutes).await)
    }

    /// And parts it again.
    pub async fn part(&self, ours: &IncidentId, vendors: &IncidentId, minutes: i64) -> Result<Step, String> {
        let by = By::terminal("Ada");
        let parted = join::part(&self.store, &self.compiled, ours, vendors, &by, minute(minutes)).await;
        Ok(self.step(parted.map_err(|e| e.to_string())?, minutes).await)
    }

    /// All sources have been read once and nothing was open, at minute 0.
    pub async fn all_quiet(&self) {
        for source in self.compiled.polled() {
            self.open(source.as_str(), Vec::new(), 0).await;
        }
    }

    async fn step(&self, happened: Happened, minutes: i64) -> Step {
        let sent = if self.holds_mail { Vec::new() } else { self.deliver(minutes).await };
        Step { happened, sent }
    }

    /// Delivers all that is due.
    pub async fn deliver(&self, minutes: i64) -> Vec<Sent> {
        let now = minute(minutes);
        let mut all = Vec::new();
        loop {
            let claimed = self.store.claim("desk", 100, &[], minute(minutes + 1), now).await.unwrap();
            if claimed.is_empty() {
                return all;
            }
            for row in claimed {
                let row = row.notification;
                let words = message(&row.id, &row.facts);
                self.store.mark(&row.id, &Tried::Delivered { answer: "250".into() }, now).await.unwrap();
                all.push(Sent {
                    receiver: row.receiver.to_string(),
                    subject: words.subject,
                    text: words.text.split_whitespace().collect::<Vec<_>>().join(" "),
                    short: words.short,
                    facts: row.facts,
                });
            }
        }
    }
}
