//! `config/subscriptions.toml`: who wants to know what, and where it goes. The comments here are its manual.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;

use super::inventory::id_of;
use super::places::{Findings, join};
use super::preset::{
    AlertmanagerRow, CloudEventsRow, HookRow, Hooked, JiraRow, KeyRow, Keyed, NtfyRow, Row, ServiceNowRow, SlackRow,
    SmsRow,
};
use super::secret::{Secret, WebhookAddress};
use super::shift::{ShiftRow, shifts};
use super::telling::{DigestRow, EscalationRow, QuietRow, digest, escalation, ids, quiet};
use super::value::{Period, has_credentials};
use super::{Parsed, read};
use crate::model::effect::EffectKind;
use crate::model::id::{ReceiverId, ServiceId, SiteId, SubscriptionId, TemplateSetId, VendorId};
use crate::model::impact::Impact;
use crate::model::inventory::Tier;
use crate::model::preset::Service;
use crate::model::shift::Shift;
use crate::model::subscription::{Email, Form, MaintenanceWish, Receiver, Subscription, Watches, Way, WebhookUrl};

/// The receivers and subscriptions, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subscriptions {
    /// Where notifications go.
    pub receivers: Vec<Receiver>,
    /// Who wants what.
    pub subscriptions: Vec<Subscription>,
    /// Who gets a message at set hours.
    pub shifts: Vec<Shift>,
    /// The receivers that have a set of templates of their own.
    pub templates: BTreeMap<ReceiverId, TemplateSetId>,
}

/// Who wants to know what, and where it goes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Subscriptions")]
pub(super) struct SubscriptionsRow {
    /// Where notifications go.
    #[serde(default)]
    receiver: Vec<ReceiverRow>,
    /// Who wants what.
    #[serde(default)]
    subscription: Vec<SubscriptionRow>,
    /// Who is told what nobody takes care of.
    #[serde(default)]
    escalation: Vec<EscalationRow>,
    /// Who gets a message at set hours, whatever happens.
    #[serde(default)]
    shift: Vec<ShiftRow>,
}

/// Where notifications go: an `email` address, a `webhook`, or a service with a payload of its own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Receiver")]
struct ReceiverRow {
    /// Its key: lower-case letters, digits and '-'.
    #[schemars(required)]
    id: Option<String>,
    /// A mail address. It wants a [mail] in bellwether.toml.
    #[schemars(with = "Option<String>")]
    email: Option<Email>,
    /// How a mail is worded: "whole", or "short" for a gateway to pagers or text messages: one line of plain text, 160
    /// characters at the most.
    form: Option<FormRow>,
    /// The subject of a short mail: "none", since many gateways write it before the text, or "short".
    subject: Option<SubjectRow>,
    /// The address of a webhook, or where that can be found: { env = "NAME" }, { file = "/path" }.
    webhook: Option<WebhookAddress>,
    /// The webhook's signing secrets (`whsec_…`), the newest first. Each signs, so that one can follow another.
    secrets: Option<Vec<Secret>>,
    /// Whether it may be a server of our own: an address that is not public, or http.
    allow_private: Option<bool>,
    /// A channel of Slack.
    slack: Option<SlackRow>,
    /// A channel of Microsoft Teams, by the workflow "Send webhook alerts to a channel".
    teams: Option<HookRow>,
    /// PagerDuty, by an integration of the kind Events API v2.
    pagerduty: Option<KeyRow>,
    /// Opsgenie, by an integration of the kind API. It ends in April 2027; `jira = { key = … }` takes its place.
    opsgenie: Option<KeyRow>,
    /// A table of ServiceNow.
    servicenow: Option<ServiceNowRow>,
    /// Jira Service Management: work items of a project, or alerts.
    jira: Option<JiraRow>,
    /// An Alertmanager.
    alertmanager: Option<AlertmanagerRow>,
    /// A channel of Discord.
    discord: Option<HookRow>,
    /// Whatever takes CloudEvents.
    cloudevents: Option<CloudEventsRow>,
    /// A topic of ntfy.
    ntfy: Option<NtfyRow>,
    /// Text messages by Twilio and its like.
    sms: Option<SmsRow>,
    /// The receiver that gets what is about the worst where this one does not take it in time ([alerting]
    /// second_route_after). It should be reached by another way: a webhook beside mail.
    fallback: Option<String>,
    /// A set of templates: with "pager", config/templates/pager/subject.j2 comes before config/templates/subject.j2.
    template: Option<String>,
    /// At the most so many messages in ten minutes, at least 2: what comes beyond is gathered into one. A major outage of
    /// a life-safety service goes at once all the same.
    #[schemars(range(min = 2))]
    burst: Option<u32>,
}

/// How a mail is worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Form")]
enum FormRow {
    /// Text and HTML, with everything that is known.
    Whole,
    /// One line of at most 160 characters.
    Short,
}

/// Whether a short mail has a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Subject")]
enum SubjectRow {
    /// It has none.
    None,
    /// How it stands, and the service.
    Short,
}

/// Who wants what. An empty list means "any".
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Subscription")]
struct SubscriptionRow {
    /// Its key: lower-case letters, digits and '-'.
    #[schemars(required)]
    id: Option<String>,
    /// "services": effects on them. "sources": how sources are read, for those who look after them: one cannot be read,
    /// stands still, or is not what it was. Then only `services`, `tiers` and `vendors` choose, by what rests on a source.
    #[serde(default)]
    watches: Watches,
    /// Effects on these services.
    #[serde(default)]
    services: Vec<String>,
    /// Effects on services of these tiers.
    #[serde(default)]
    tiers: Vec<Tier>,
    /// Effects on services that are used at one of these sites; what is used everywhere is used there too.
    #[serde(default)]
    sites: Vec<String>,
    /// Effects that come from these vendors.
    #[serde(default)]
    vendors: Vec<String>,
    /// Effects that come from vendors with one of these tags: "identity".
    #[serde(default)]
    tags: Vec<String>,
    /// Effects that come from these components, by name, with `*` and `?`. Where the vendor does not say which, it may be
    /// any.
    #[serde(default)]
    components: Vec<String>,
    /// Effects that come from these regions, with `*` and `?`.
    #[serde(default)]
    regions: Vec<String>,
    /// Only where the vendor says one of these words, in title or text, in capitals or not.
    #[serde(default)]
    words: Vec<String>,
    /// Not where the vendor says one of these words.
    #[serde(default)]
    without_words: Vec<String>,
    /// Effects of at least this impact. Unknown always passes, for it may be the worst.
    #[serde(default = "degraded")]
    least: Impact,
    /// These kinds of effect.
    #[serde(default = "all_effects")]
    effects: Vec<EffectKind>,
    /// Also when a source that a service depends on cannot be read, so that nobody knows.
    #[serde(default = "yes")]
    blind: bool,
    /// What of maintenances that were announced. Left out: their overrun; with `least = "maintenance"`, that they begin
    /// and end too. Whoever is told that one began or overran is told that it ended.
    maintenance: Option<Vec<MaintenanceRow>>,
    /// How long before a maintenance begins it is told: "24h".
    ahead: Option<Period>,
    /// Where to: ids of receivers of this file.
    #[schemars(required)]
    receivers: Option<Vec<String>>,
    /// Everything is decided and shown, and nobody is told: for trying a subscription.
    #[serde(default)]
    show_only: bool,
    /// Hours in which only what is about life-safety is told.
    quiet: Option<QuietRow>,
    /// Told together: "hourly", or at these hours of each day: ["07:00", "19:00"]. Without it each at once.
    digest: Option<DigestRow>,
}

/// What may be wanted of a maintenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Maintenance")]
enum MaintenanceRow {
    /// It lies ahead; then also that it is moved, cancelled or no longer listed.
    Ahead,
    /// It has begun.
    Begin,
    /// It runs past its planned end.
    Overrun,
    /// It is over.
    End,
}

const fn degraded() -> Impact {
    Impact::Degraded
}

fn all_effects() -> Vec<EffectKind> {
    EffectKind::ALL.to_vec()
}

const fn yes() -> bool {
    true
}

/// Reads the file.
#[must_use]
pub fn parse(file: &str, text: &str) -> Parsed<Subscriptions> {
    let read::Draft { rows, mut findings } = read::read::<SubscriptionsRow>(file, text);
    let subscriptions = rows.and_then(|rows| subscriptions(rows, &mut findings));
    Parsed::of(subscriptions, findings)
}

fn subscriptions(rows: SubscriptionsRow, findings: &mut Findings) -> Option<Subscriptions> {
    findings.unique("receiver", rows.receiver.iter().map(|receiver| receiver.id.as_deref()));
    findings.unique("subscription", rows.subscription.iter().map(|subscription| subscription.id.as_deref()));
    let shifts = shifts(rows.shift, findings);
    let sets = sets(&rows.receiver, findings);
    let receivers = rows.receiver.into_iter().enumerate();
    let receivers: Vec<_> = receivers.map(|(n, row)| receiver(&format!("receiver[{n}]"), row, findings)).collect();
    warn_of_doubles(&receivers, findings);
    findings.unique("escalation", rows.escalation.iter().map(|escalation| escalation.id.as_deref()));
    shifts.iter().flatten().enumerate().for_each(|(n, shift)| can_all_be_told(n, shift, &receivers, findings));
    let wanted = rows.subscription.into_iter().enumerate();
    let wanted: Vec<_> = wanted.map(|(n, row)| subscription(&format!("subscription[{n}]"), row, findings)).collect();
    let steps = rows.escalation.into_iter().enumerate();
    let steps: Vec<_> = steps.map(|(n, row)| escalation(&format!("escalation[{n}]"), row, findings)).collect();
    let mut all = wanted.into_iter().collect::<Option<Vec<_>>>()?;
    all.extend(steps.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten());
    Some(Subscriptions {
        receivers: receivers.into_iter().collect::<Option<_>>()?,
        subscriptions: all,
        shifts: shifts?,
        templates: sets?,
    })
}

fn sets(rows: &[ReceiverRow], findings: &mut Findings) -> Option<BTreeMap<ReceiverId, TemplateSetId>> {
    let named = rows.iter().enumerate().filter_map(|(n, row)| Some((n, row, row.template.as_deref()?)));
    let read = named.map(|(n, row, set)| {
        let at = format!("receiver[{n}]");
        if row.webhook.is_some() || row.cloudevents.is_some() {
            let what = "a webhook and CloudEvents get the published document, which has no template";
            findings.error(&join(&at, "template"), what, "leave it out");
            return None;
        }
        let set = id_of(&at, "template", set, TemplateSetId::parse, findings)?;
        Some((ReceiverId::parse(row.id.as_deref()?).ok()?, set))
    });
    read.collect::<Vec<_>>().into_iter().collect()
}

/// The keys of which each receiver has one.
const WAYS: &str = "add one of `email`, `webhook`, `slack`, `teams`, `pagerduty`, `opsgenie`, `servicenow`, `jira`, `alertmanager`, `discord`, `cloudevents`, `ntfy`, `sms`";

fn receiver(at: &str, mut row: ReceiverRow, findings: &mut Findings) -> Option<Receiver> {
    let form = form(at, &row, findings);
    let fallback = row.fallback.as_deref().and_then(|fallback| {
        if row.id.as_deref() == Some(fallback) {
            findings.error(&join(at, "fallback"), "this is the receiver itself", "name another one");
            return None;
        }
        findings.known(&join(at, "fallback"), "receiver", fallback);
        id_of(at, "fallback", fallback, ReceiverId::parse, findings)
    });
    let burst = row.burst;
    if burst.is_some_and(|burst| burst < 2) {
        findings.error(&join(at, "burst"), "nothing would go at once", "write at least 2, or leave it out");
    }
    let id = findings.required(at, "id", row.id.take());
    let id = id.and_then(|id| id_of(at, "id", &id, ReceiverId::parse, findings));
    let allow_private = row.allow_private.unwrap_or(false);
    let mut ways = row.ways();
    if ways.len() > 1 {
        let named: Vec<String> = ways.iter().map(|way| format!("`{}`", way.key)).collect();
        findings.error(at, format!("{} in one", named.join(" and ")), "make two receivers of it");
        return None;
    }
    let Some(way) = ways.pop() else {
        findings.either_missing(at, ["email", "webhook"], "this receiver has no address", WAYS);
        return None;
    };
    let strange = [
        ("secrets", row.secrets.is_some() && way.key != "webhook", "this is for webhooks"),
        ("allow_private", row.allow_private.is_some() && way.key == "email", "this is for webhooks and services"),
    ];
    for (key, _, what) in strange.into_iter().filter(|(_, stands_there, _)| *stands_there) {
        findings.error(&join(at, key), what, "leave it out");
    }
    let way = match way.written {
        Address::Email(email) => Some(Way::Email(email)),
        Address::Webhook(url) => webhook(at, url, row.secrets, allow_private, findings),
        Address::Preset(row) => {
            let preset = row.preset(&join(at, way.key), allow_private, findings);
            preset.map(|preset| Way::Preset(Box::new(preset)))
        }
    };
    Some(Receiver { id: id?, way: way?, form, fallback, burst })
}

/// One address of a receiver, with the key that it stands under.
struct WayRow {
    key: &'static str,
    written: Address,
}

enum Address {
    Email(Email),
    Webhook(WebhookUrl),
    Preset(Box<dyn Row>),
}

impl ReceiverRow {
    /// The addresses that stand there.
    fn ways(&mut self) -> Vec<WayRow> {
        fn preset<R: Row + 'static>(key: &'static str, row: Option<R>) -> Option<WayRow> {
            Some(WayRow { key, written: Address::Preset(Box::new(row?)) })
        }
        let hooked = |row: Option<HookRow>, make| row.map(|row| Hooked(row, make));
        let keyed = |row: Option<KeyRow>, make| row.map(|row| Keyed(row, make));
        let email = self.email.take().map(|email| WayRow { key: "email", written: Address::Email(email) });
        let webhook = self.webhook.take().map(|url| WayRow { key: "webhook", written: Address::Webhook(url.0) });
        let all = [
            email,
            webhook,
            preset("slack", self.slack.take()),
            preset("teams", hooked(self.teams.take(), |hook| Service::Teams { hook })),
            preset("pagerduty", keyed(self.pagerduty.take(), |key, region| Service::PagerDuty { key, region })),
            preset("opsgenie", keyed(self.opsgenie.take(), |key, region| Service::Opsgenie { key, region })),
            preset("servicenow", self.servicenow.take()),
            preset("jira", self.jira.take()),
            preset("alertmanager", self.alertmanager.take()),
            preset("discord", hooked(self.discord.take(), |hook| Service::Discord { hook })),
            preset("cloudevents", self.cloudevents.take()),
            preset("ntfy", self.ntfy.take()),
            preset("sms", self.sms.take()),
        ];
        all.into_iter().flatten().collect()
    }
}

fn form(at: &str, row: &ReceiverRow, findings: &mut Findings) -> Form {
    let is_short = row.form == Some(FormRow::Short);
    if row.email.is_none() && row.form.is_some() {
        let way_out = match row.webhook {
            Some(_) => "leave it out: a webhook's body holds the short form too",
            None => "leave it out: each service has its own form",
        };
        findings.error(&join(at, "form"), "this is for mail", way_out);
    }
    if row.subject.is_some() && !is_short {
        findings.error(
            &join(at, "subject"),
            "this is for the short form alone",
            "leave it out, or add form = \"short\"",
        );
    }
    if is_short { Form::Short { has_subject: row.subject == Some(SubjectRow::Short) } } else { Form::Whole }
}

fn webhook(
    at: &str,
    url: WebhookUrl,
    secrets: Option<Vec<Secret>>,
    allow_private: bool,
    findings: &mut Findings,
) -> Option<Way> {
    let path = join(at, "webhook");
    if let WebhookUrl::Plain(plain) = &url {
        if plain.scheme() == "http" && !allow_private {
            let way_out = "write an https:// address; a server of our own may have http with allow_private = true";
            findings.error(&path, "everybody on the way could read along", way_out);
        }
        if has_credentials(plain) {
            let way_out = "write webhook = { env = \"NAME\" } and put the whole address there";
            findings.error(&path, "a password does not belong into this file", way_out);
        }
    }
    let secrets: Vec<_> = secrets.into_iter().flatten().map(|secret| secret.0).collect();
    if secrets.is_empty() {
        let what = "without a signing secret the far side cannot know that it was us";
        findings.missing(at, "secrets", what, "add secrets = [{ env = \"NAME\" }]");
    }
    Some(Way::Webhook { url, secrets, allow_private })
}

/// A message without an end does not go where only an end would close it.
fn can_all_be_told(number: usize, shift: &Shift, receivers: &[Option<Receiver>], findings: &mut Findings) {
    for (n, id) in shift.receivers.iter().enumerate() {
        let receiver = receivers.iter().flatten().find(|receiver| receiver.id == *id);
        let Some(Way::Preset(preset)) = receiver.map(|receiver| &receiver.way) else { continue };
        if !preset.service.takes_shifts() {
            let what = format!("{} keeps a state for each trouble, and a shift is none", preset.service.name());
            let way_out = "name a mail address, a webhook or a chat";
            findings.error(&format!("shift[{number}].receivers[{n}]"), what, way_out);
        }
    }
}

/// Two receivers with one address are one destination; most likely a slip.
fn warn_of_doubles(receivers: &[Option<Receiver>], findings: &mut Findings) {
    let mut first: BTreeMap<String, &ReceiverId> = BTreeMap::new();
    for (number, receiver) in receivers.iter().enumerate() {
        let Some(receiver) = receiver else { continue };
        match first.get(&receiver.address()) {
            Some(earlier) => {
                let what = format!("the same address as receiver `{earlier}`");
                findings.warning(&format!("receiver[{number}]"), what, "it gets each message once; use one of the two");
            }
            None => drop(first.insert(receiver.address(), &receiver.id)),
        }
    }
}

fn subscription(at: &str, row: SubscriptionRow, findings: &mut Findings) -> Option<Subscription> {
    let maintenance = maintenance(at, &row, findings);
    let id = findings.required(at, "id", row.id).and_then(|id| id_of(at, "id", &id, SubscriptionId::parse, findings));
    let services = ids(at, "services", &row.services, ServiceId::parse, findings);
    let sites = ids(at, "sites", &row.sites, SiteId::parse, findings);
    let vendors = ids(at, "vendors", &row.vendors, VendorId::parse, findings);
    let quiet = quiet(at, row.quiet, findings);
    let digest = digest(at, row.digest, findings);
    let receivers = findings.required(at, "receivers", row.receivers);
    for (n, receiver) in receivers.iter().flatten().enumerate() {
        findings.known(&format!("{at}.receivers[{n}]"), "receiver", receiver);
    }
    if receivers.as_ref().is_some_and(Vec::is_empty) {
        findings.missing(at, "receivers", "nobody would be told", "name at least one receiver");
    }
    if row.effects.is_empty() && !row.blind && maintenance.ahead.is_none() {
        findings.error(&join(at, "effects"), "nothing would ever be told", "leave it out, or name some effects");
    }
    if row.watches == Watches::Sources && (!row.regions.is_empty() || maintenance.ahead.is_some()) {
        let way_out = "leave it out, or write a subscription of its own for services";
        let key = if row.regions.is_empty() { "ahead" } else { "regions" };
        findings.error(&join(at, key), "a source is neither somewhere nor planned", way_out);
    }
    if row.least == Impact::Unknown {
        let way_out = "write degraded, partial_outage or major_outage; unknown always passes";
        findings.error(&join(at, "least"), "unknown is no rung on the ladder", way_out);
    }
    let receivers: Option<Vec<_>> = receivers?.iter().map(|id| ReceiverId::parse(id).ok()).collect();
    Some(Subscription {
        id: id?,
        watches: row.watches,
        services: services?,
        tiers: row.tiers,
        sites: sites?,
        vendors: vendors?,
        tags: row.tags,
        components: row.components,
        regions: row.regions,
        with_words: row.words,
        without_words: row.without_words,
        least: row.least,
        effects: row.effects,
        blind: row.blind,
        maintenance,
        receivers: receivers?,
        shows_only: row.show_only,
        quiet,
        digest,
        step: None,
    })
}

/// How long before it begins a maintenance is told, where nothing else is said.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

fn maintenance(at: &str, row: &SubscriptionRow, findings: &mut Findings) -> MaintenanceWish {
    use MaintenanceRow::{Ahead, Begin, End, Overrun};
    let wants_all = matches!(row.least, Impact::Operational | Impact::Maintenance);
    let words =
        row.maintenance.clone().unwrap_or_else(|| if wants_all { vec![Begin, Overrun, End] } else { vec![Overrun] });
    let has = |word| words.contains(&word);
    if row.ahead.is_some() && row.maintenance.is_some() && !has(Ahead) {
        let what = "a time is given, but `maintenance` does not ask to be told ahead";
        findings.error(&join(at, "ahead"), what, "add \"ahead\" to `maintenance`, or leave this out");
    }
    let given = row.ahead.and_then(|period| SignedDuration::try_from(period.0).ok());
    let ahead = if has(Ahead) { Some(given.unwrap_or(AHEAD)) } else { given };
    MaintenanceWish { ahead, begin: has(Begin), overrun: has(Overrun), end: has(End) }
}
