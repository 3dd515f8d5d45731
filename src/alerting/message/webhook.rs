//! The JSON of a webhook: version 1, apart from the model, so that the model can change and receivers need not.
//!
//! Within a version fields are added and never taken away or given another meaning. The schema is
//! `config/webhook.schema.json`, made from these types. All times are RFC 3339 in UTC.

use schemars::{JsonSchema, Schema};
use serde::Serialize;

use super::letter::{self, Letter};
use super::webhook_knowledge::{WebhookBefore, WebhookWitness, before, witness};
use super::webhook_reading::{WebhookReading, reading};
use super::webhook_shift::{WebhookShift, shift};
use super::words::is_over;
use crate::model::ahead::{Ahead, AheadKind, Window};
use crate::model::course::{Late, SecondWay, TroubleKind, WayTrouble};
use crate::model::effect::{Cause, EffectKind};
use crate::model::id::NotificationId;
use crate::model::impact::Impact;
use crate::model::incident::ResolvedHow;
use crate::model::inventory::{Procedure, Tier};
use crate::model::notification::{Facts, HurtService, OpenEnd, Topic, UnwellComponent, VendorWord};
use crate::model::phase::{Kind, Phase};
use crate::model::vendor::Support;

/// The version of [`WebhookBody`].
pub const VERSION: u32 = 1;
/// The type of [`WebhookBody`], for receivers that take more than one.
pub const TYPE: &str = "bellwether.notification";

/// One notification: what of ours is hurt, how badly, where, by whom, since when, or that it is over.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Bellwether notification")]
pub struct WebhookBody {
    /// Always `bellwether.notification`.
    #[schemars(extend("const" = "bellwether.notification"))]
    r#type: &'static str,
    /// The version of this document: 1.
    #[schemars(extend("const" = 1))]
    version: u32,
    /// The notification's id, the same on every try and in the header `webhook-id`: a second one is a double.
    id: String,
    /// When it was decided.
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// It is a test or a drill: nothing of it is happening.
    test: bool,
    /// It is part of a drill; `test` is true then too.
    drill: bool,
    /// The organisation's name.
    organisation: String,
    /// The organisation's time zone, an IANA name.
    time_zone: String,
    /// How many sites the organisation has; 0 where it names none.
    sites_in_all: u32,
    /// One line, as the subject of a mail.
    subject: String,
    /// A sentence for people about the worst of it; of several causes one that names each with its vendor.
    summary: String,
    /// All of it in one line for a pager or a text message: at most 160 septets of the GSM 03.38 alphabet.
    short: String,
    /// The receiver's key.
    receiver: String,
    /// The subscriptions that wanted it.
    subscriptions: Vec<String>,
    /// What it tells, the worst first.
    topics: Vec<WebhookTopic>,
    /// Until when it was gathered with others, as the subscription asks; null for what is told at once.
    #[schemars(extend("format" = "date-time"))]
    gathered_until: Option<String>,
    /// Set for the message at the change of shifts, which has no topics.
    shift: Option<WebhookShift>,
    /// Set where it comes because another receiver did not take it.
    second_way: Option<WebhookSecondWay>,
    /// Set where it goes out late.
    late: Option<WebhookLate>,
    /// Set where it is about a way of Bellwether's own; then there are no topics.
    own_way: Option<WebhookOwnWay>,
    /// It is the daily trial of this way; `test` is true then too.
    canary: bool,
}

/// Why it comes to this receiver.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookSecondWay {
    /// The receivers that did not take it, the first of them first.
    ways: Vec<String>,
    /// Since when the last of them has not taken it.
    #[schemars(extend("format" = "date-time"))]
    since: String,
    /// What was answered last.
    reason: String,
    /// The id of the message that was not taken.
    of: String,
}

/// A way of Bellwether's own that does not work, or works again.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookOwnWay {
    /// The receiver, or `mail` for the relay.
    way: String,
    /// What is wrong, or was.
    kind: TroubleKind,
    /// Since when.
    #[schemars(extend("format" = "date-time"))]
    since: String,
    /// When it was over.
    #[schemars(extend("format" = "date-time"))]
    until: Option<String>,
    /// What was answered.
    reason: String,
}

/// How late a message is, when it is first tried.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookLate {
    /// When it should have gone out.
    #[schemars(extend("format" = "date-time"))]
    since: String,
    /// How late it is.
    seconds: i64,
    /// What kept it, as far as is known.
    why: Option<String>,
}

/// One cause and what it does to us.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookTopic {
    /// What hurts.
    cause: WebhookCause,
    /// Which message about this cause this is to this receiver, from 1: one that comes with a smaller number than another
    /// is older than it, whenever it arrives.
    sequence: Option<u32>,
    /// What happened, in order; more than one where a message was delayed and tells several at once; nothing where a
    /// maintenance lies ahead.
    told: Vec<EffectKind>,
    /// Whether it is over. Read `still` of each service before you take it for an all-clear.
    over: bool,
    /// The vendor's name.
    vendor: String,
    /// The source whose word it is, `vendor/source`.
    source: Option<String>,
    /// Whom to call at the vendor.
    support: Support,
    /// What the vendor says, where there is an incident.
    vendor_word: Option<WebhookWord>,
    /// The worst impact on a service of ours; after the end, what it was.
    impact: Impact,
    /// Since when it has hurt.
    #[schemars(extend("format" = "date-time"))]
    since: String,
    /// When it was over.
    #[schemars(extend("format" = "date-time"))]
    until: Option<String>,
    /// How it ended. Only `vendor_said` is the vendor's word.
    resolved_how: Option<ResolvedHow>,
    /// Set where the end is ours alone, and nothing is known to be over.
    open_end: Option<OpenEnd>,
    /// It was over before we first saw it.
    reported_late: bool,
    /// A maintenance past its planned end.
    overrun: bool,
    /// Set for a maintenance that lies ahead. Then nothing of it is happening: `impact` and the effects on services are
    /// what is to be expected, and `since` is its planned beginning.
    ahead: Option<WebhookAhead>,
    /// Why nobody knows, where nobody does.
    why: Option<String>,
    /// What the last message to this receiver about this cause said; null where it knew nothing of it yet.
    before: Option<WebhookBefore>,
    /// What each source of the vendor says of it; empty where there is but one.
    witnesses: Vec<WebhookWitness>,
    /// Set where it is about how a source is read, for those who look after sources. Then no service is hurt.
    source_reading: Option<WebhookReading>,
    /// Our page about it.
    page: Option<String>,
    /// The services of ours, the most needed tier first.
    services: Vec<WebhookService>,
}

/// A maintenance that lies ahead.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookAhead {
    /// What is told of it. After `cancelled`, `no_longer_listed` and `not_ours` nobody need expect it any more.
    kind: AheadKind,
    /// When it is planned.
    planned: WebhookWindow,
    /// The times that were told before, where they were others.
    before: Option<WebhookWindow>,
}

/// From when to when something is planned.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookWindow {
    /// When it is to begin.
    #[schemars(extend("format" = "date-time"))]
    from: String,
    /// When it is to end, where the vendor says so.
    #[schemars(extend("format" = "date-time"))]
    until: Option<String>,
}

/// What hurts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WebhookCause {
    /// A vendor's incident or maintenance.
    Incident {
        /// Its id in Bellwether: the same in all notifications about it.
        id: String,
    },
    /// A vendor's component that is not well while no incident names it.
    Component {
        /// The source that lists it.
        source: String,
        /// The vendor's key.
        key: String,
        /// The vendor's name for it.
        name: Option<String>,
        /// The vendor's word for how it is.
        vendor_status: Option<String>,
    },
    /// A source that cannot be read: nobody knows how the services are.
    Blind {
        /// Which source.
        source: String,
    },
    /// Bellwether itself reaches no source at all.
    Offline,
    /// How a source is read, for those who look after sources. It says nothing of the vendor's health.
    Sight {
        /// Which source.
        source: String,
    },
}

/// What the vendor says.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookWord {
    /// The vendor's key.
    key: String,
    /// Incident or maintenance.
    kind: Kind,
    /// The vendor's title.
    title: String,
    /// The vendor's word for how bad it is.
    vendor_impact: String,
    /// Ours. `unknown` means that nobody said, not that it is harmless.
    impact: Impact,
    /// The vendor's word for the phase.
    vendor_phase: String,
    /// Ours.
    phase: Phase,
    /// The components that it names; empty where the vendor does not say which.
    components: Vec<String>,
    /// The regions that it speaks of.
    regions: Vec<String>,
    /// For a maintenance: when it was to end.
    #[schemars(extend("format" = "date-time"))]
    planned_until: Option<String>,
    /// The newest text.
    text: Option<String>,
    /// When that was said.
    #[schemars(extend("format" = "date-time"))]
    said_at: Option<String>,
    /// The vendor's page.
    link: Option<String>,
    /// Who entered it by hand; then none of it is the vendor's own word.
    author: Option<String>,
}

/// A service of ours.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookService {
    /// Its key.
    id: String,
    /// Its name.
    name: String,
    /// How much depends on it.
    tier: Tier,
    /// The names of its sites; empty means everywhere.
    sites: Vec<String>,
    /// What people do with it.
    workflow: String,
    /// Who answers for it.
    owner: String,
    /// What happened to it.
    effect: EffectKind,
    /// How badly this cause hurts it; after the end, how badly it did.
    impact: Impact,
    /// How the cause reaches it, the service first.
    path: Vec<String>,
    /// How long it can be borne, in seconds.
    bears_seconds: Option<u64>,
    /// The organisation's own sentence about it, where it has one for being hurt so badly.
    say: Option<String>,
    /// What to do.
    procedure: Procedure,
    /// What else still hurts it. While this is not empty, `over` is no all-clear.
    still: Vec<String>,
}

/// The JSON Schema of [`WebhookBody`].
#[must_use]
pub fn schema() -> Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<WebhookBody>()
}

/// The body for `facts`, which must be clean.
pub(super) fn body(id: &NotificationId, facts: &Facts, letter: &Letter, short: &str) -> WebhookBody {
    let summary = letter.sections.first().map(|section| section.headline.clone());
    WebhookBody {
        r#type: TYPE,
        version: VERSION,
        id: id.to_string(),
        at: facts.at.to_string(),
        test: facts.test || facts.drill,
        drill: facts.drill,
        organisation: facts.organisation.clone(),
        time_zone: facts.time_zone.clone(),
        sites_in_all: facts.sites_in_all,
        subject: letter.subject.clone(),
        summary: letter.overview.clone().or(summary).or_else(|| letter.banner.clone()).unwrap_or_default(),
        short: short.to_owned(),
        receiver: facts.receiver.to_string(),
        subscriptions: facts.subscriptions.iter().map(ToString::to_string).collect(),
        topics: facts.topics.iter().map(|one| topic(facts, one)).collect(),
        gathered_until: facts.gathered.map(|until| until.to_string()),
        shift: facts.shift.as_ref().map(shift),
        second_way: facts.course.second.as_ref().map(second_way),
        late: facts.course.late.as_ref().map(late),
        own_way: facts.course.trouble.as_ref().map(own_way),
        canary: facts.course.trial,
    }
}

fn own_way(trouble: &WayTrouble) -> WebhookOwnWay {
    WebhookOwnWay {
        way: trouble.way.clone(),
        kind: trouble.kind,
        since: trouble.since.to_string(),
        until: trouble.over.map(|over| over.to_string()),
        reason: trouble.reason.clone(),
    }
}

fn second_way(second: &SecondWay) -> WebhookSecondWay {
    WebhookSecondWay {
        ways: second.ways.iter().map(ToString::to_string).collect(),
        since: second.since.to_string(),
        reason: second.reason.clone(),
        of: second.of.to_string(),
    }
}

fn late(late: &Late) -> WebhookLate {
    WebhookLate { since: late.since.to_string(), seconds: late.seconds, why: late.why.clone() }
}

fn topic(facts: &Facts, topic: &Topic) -> WebhookTopic {
    WebhookTopic {
        cause: cause(&topic.cause, topic.component.as_ref()),
        sequence: facts.course.numbers.get(&topic.cause.to_string()).copied(),
        told: topic.told.clone(),
        over: is_over(topic),
        vendor: topic.vendor.clone(),
        source: topic.source.as_ref().map(ToString::to_string),
        support: topic.support.clone(),
        vendor_word: topic.vendor_word.as_ref().map(word),
        impact: topic.impact,
        since: topic.since.to_string(),
        until: topic.until.map(|until| until.to_string()),
        resolved_how: topic.resolved_how,
        open_end: topic.open_end,
        reported_late: topic.reported_late,
        overrun: topic.overrun,
        ahead: topic.ahead.as_ref().map(ahead),
        why: topic.why.clone(),
        before: topic.before.as_ref().map(before),
        witnesses: topic.witnesses.iter().map(witness).collect(),
        source_reading: topic.keeping.as_ref().map(reading),
        page: letter::page(facts, topic),
        services: topic.services.iter().map(service).collect(),
    }
}

fn ahead(ahead: &Ahead) -> WebhookAhead {
    WebhookAhead { kind: ahead.kind, planned: window(&ahead.planned), before: ahead.before.as_ref().map(window) }
}

pub(super) fn window(window: &Window) -> WebhookWindow {
    WebhookWindow { from: window.from.to_string(), until: window.until.map(|until| until.to_string()) }
}

fn cause(cause: &Cause, component: Option<&UnwellComponent>) -> WebhookCause {
    match cause {
        Cause::Incident(id) => WebhookCause::Incident { id: id.to_string() },
        Cause::Component { source, key } => WebhookCause::Component {
            source: source.to_string(),
            key: key.clone(),
            name: component.map(|c| c.name.clone()),
            vendor_status: component.map(|c| c.vendor_status.clone()),
        },
        Cause::Blind(source) => WebhookCause::Blind { source: source.to_string() },
        Cause::Offline => WebhookCause::Offline,
        Cause::Sight(source) => WebhookCause::Sight { source: source.to_string() },
    }
}

fn word(word: &VendorWord) -> WebhookWord {
    WebhookWord {
        key: word.key.clone(),
        kind: word.kind,
        title: word.title.clone(),
        vendor_impact: word.vendor_impact.clone(),
        impact: word.impact,
        vendor_phase: word.vendor_phase.clone(),
        phase: word.phase,
        components: word.components.clone(),
        regions: word.regions.clone(),
        planned_until: word.planned_until.map(|at| at.to_string()),
        text: word.text.clone(),
        said_at: word.said_at.map(|at| at.to_string()),
        link: word.link.clone(),
        author: word.author.clone(),
    }
}

fn service(service: &HurtService) -> WebhookService {
    WebhookService {
        id: service.id.to_string(),
        name: service.name.clone(),
        tier: service.tier,
        sites: service.sites.clone(),
        workflow: service.workflow.clone(),
        owner: service.owner.clone(),
        effect: service.effect,
        impact: service.impact,
        path: service.path.clone(),
        bears_seconds: service.bears_seconds,
        say: service.say.clone(),
        procedure: service.procedure.clone(),
        still: service.still.clone(),
    }
}
