//! Services with payloads of their own: what each wants to be sent, and what its answers mean. One file for each; what
//! they share is in `course` (what a message does at a far side that keeps a state), `fit` (limits and escapes) and
//! `send`.
//!
//! A message becomes a list of [`Call`]s, which are frozen like any other bytes. No secret is in them: keys, tokens and
//! addresses of hooks are put in as they are sent, and are struck out of whatever a far side answers.

mod alertmanager;
mod cloudevents;
mod course;
mod discord;
mod fit;
mod jira;
mod ntfy;
mod opsgenie;
pub mod own;
mod own_layout;
mod pagerduty;
mod send;
mod servicenow;
mod slack;
mod sms;
mod teams;
mod ticket;
mod wire;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::model::card::Card;
use crate::model::preset::{Preset, Service};
use crate::model::secret::Secret;
use crate::model::thread::Known;

/// What one request, or one ticket's few, is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Say it; nothing is kept there.
    Say,
    /// Open it, or say more where it is open already.
    Open,
    /// Say more of what is open.
    Update,
    /// Somebody of ours takes care of it.
    Acknowledge,
    /// Say that it is over, and close it.
    Close,
    /// Say what opens nothing: what lies ahead, how a shift begins.
    Mention,
}

/// What is sent, as it is frozen: the same on every try, and without a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// What it does.
    pub act: Act,
    /// The cause, where it is about one alone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub thread: String,
    /// By which key the far side knows it, where the key is of our choosing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// The body.
    pub body: Value,
    /// A bare one, for a far side that refuses the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bare: Option<Value>,
    /// The causes whose thread this begins or goes on with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub threads: Vec<String>,
}

/// A far side, with what it lets us in with. Its `Debug` shows no secret.
#[derive(Clone)]
pub struct Party {
    preset: Preset,
    secrets: BTreeMap<&'static str, Secret>,
    /// What is struck out of answers, the longest first.
    struck: Vec<Secret>,
}

impl Party {
    /// A service and its secrets, by their keys in the configuration.
    #[must_use]
    pub fn new(preset: Preset, secrets: BTreeMap<&'static str, Secret>) -> Self {
        let mut struck: Vec<String> = secrets.values().flat_map(|secret| forms(&preset, secret.reveal())).collect();
        struck.sort_by_key(|form| std::cmp::Reverse(form.len()));
        Self { preset, secrets, struck: struck.into_iter().map(Secret::new).collect() }
    }

    /// The value of a secret.
    ///
    /// # Errors
    /// Which one is missing.
    fn secret(&self, key: &str) -> Result<&str, String> {
        let secret = self.secrets.get(key).ok_or_else(|| format!("its `{key}` is not known"))?;
        Ok(secret.reveal())
    }

    /// A text of the far side's without our secrets: some repeat what they were sent.
    fn masked(&self, said: &str) -> String {
        self.struck.iter().fold(said.to_owned(), |said, form| said.replace(form.reveal(), "…"))
    }
}

/// The shortest part of an address that may be the secret in it.
const PART_OCTETS: usize = 8;

/// A secret as a far side may repeat it: whole, as the parts of an address, as it stands in a header.
fn forms(preset: &Preset, secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    if let Ok(url) = Url::parse(secret) {
        let pairs = url.query_pairs().map(|(_, value)| value.into_owned());
        let segments = url.path_segments().into_iter().flatten().map(str::to_owned);
        let whole = [url.path().to_owned(), url.query().unwrap_or_default().to_owned()];
        let parts = whole.into_iter().chain(segments).chain(pairs);
        forms.extend(parts.filter(|part| part.len() >= PART_OCTETS));
    }
    let name = match &preset.service {
        Service::ServiceNow { user, .. } | Service::JiraIssues { user, .. } => Some(user),
        Service::Sms { account, .. } => Some(account),
        _ => None,
    };
    forms.extend(name.map(|name| wire::basic(name, secret)));
    forms
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Party({})", self.preset.place())
    }
}

/// A message for a service, as it is frozen.
///
/// # Errors
/// Why it cannot be said there, for people.
pub fn compose(preset: &Preset, card: &Card, known: &Known) -> Result<Vec<u8>, String> {
    serde_json::to_vec(&calls(preset, card, known)?).map_err(|error| error.to_string())
}

/// The requests that a message makes.
///
/// # Errors
/// Why it cannot be said there, for people.
pub fn calls(preset: &Preset, card: &Card, known: &Known) -> Result<Vec<Call>, String> {
    if card.shift.is_some() && !preset.service.takes_shifts() {
        return Err(format!("{} keeps a state, and a shift has none: nothing is sent", preset.service.name()));
    }
    Ok(match &preset.service {
        Service::SlackHook { .. } => vec![slack::by_hook(card)],
        Service::SlackBot { channel, .. } => vec![slack::by_bot(card, channel, known)],
        Service::Teams { .. } => vec![teams::call(card)],
        Service::PagerDuty { .. } => pagerduty::calls(card, known),
        Service::Opsgenie { .. } | Service::JiraAlerts { .. } => opsgenie::calls(card, known),
        Service::JiraIssues { .. } => jira::calls(card, known),
        Service::ServiceNow { close_code, .. } => servicenow::calls(card, known, close_code.as_deref()),
        Service::Alertmanager { labels, .. } => alertmanager::calls(card, known, labels),
        Service::Discord { .. } => vec![discord::call(card)],
        Service::CloudEvents { .. } => vec![cloudevents::call(card)],
        Service::Ntfy { .. } => vec![ntfy::call(card)],
        Service::Sms { from, to, .. } => vec![sms::call(card, from, to)],
    })
}

/// That somebody of ours takes care of a cause, as it is frozen.
///
/// # Errors
/// That the far side has no word for it.
pub fn compose_acknowledgement(preset: &Preset, cause: &str, who: &str, known: &Known) -> Result<Vec<u8>, String> {
    let calls = acknowledgement(preset, cause, who, known);
    if calls.is_empty() {
        return Err(format!("{} does not keep who takes care of what: nothing is sent", preset.service.name()));
    }
    serde_json::to_vec(&calls).map_err(|error| error.to_string())
}

/// Whether a far side keeps who takes care of what.
#[must_use]
pub fn keeps_who_takes_care(preset: &Preset) -> bool {
    !acknowledgement(preset, "", "", &Known::default()).is_empty()
}

/// What tells a far side that somebody of ours takes care of a cause; nothing where it has no word for that.
#[must_use]
pub fn acknowledgement(preset: &Preset, cause: &str, who: &str, known: &Known) -> Vec<Call> {
    match &preset.service {
        Service::PagerDuty { .. } => vec![pagerduty::acknowledgement(cause, known)],
        Service::Opsgenie { .. } | Service::JiraAlerts { .. } => vec![opsgenie::acknowledgement(cause, who, known)],
        Service::SlackHook { .. }
        | Service::SlackBot { .. }
        | Service::Teams { .. }
        | Service::JiraIssues { .. }
        | Service::ServiceNow { .. }
        | Service::Alertmanager { .. }
        | Service::Discord { .. }
        | Service::CloudEvents { .. }
        | Service::Ntfy { .. }
        | Service::Sms { .. } => Vec::new(),
    }
}

/// The calls that were frozen.
fn thawed(bytes: &[u8]) -> Result<Vec<Call>, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("what was frozen cannot be read: {error}"))
}

/// A call that only says something.
fn say(body: Value, bare: Option<Value>) -> Call {
    Call { act: Act::Say, thread: String::new(), key: String::new(), body, bare, threads: Vec::new() }
}
