//! Frozen calls to the far side, one after the other, and what came of them.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Request;
use tokio::time::{Instant, timeout_at};

use super::wire::{Verdict, usual};
use super::{
    Act, Call, Party, alertmanager, cloudevents, discord, jira, ntfy, opsgenie, pagerduty, servicenow, slack, sms,
    teams, thawed, ticket,
};
use crate::delivery::Attempt;
use crate::delivery::webhook::{Answer, Hooks};
use crate::model::preset::Service;
use crate::model::thread::{Known, Learned};

/// For all calls of one try together; well within the time for which a row is ours.
const ALL: Duration = Duration::from_secs(4 * 60);

/// What came of a try, and what it taught us, even where it failed half way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What came of it.
    pub attempt: Attempt,
    /// What the far side calls things now.
    pub learned: Vec<Learned>,
}

/// What came of one call.
pub(super) struct Done {
    pub(super) answer: String,
    pub(super) learned: Vec<Learned>,
}

impl Hooks {
    /// Sends frozen calls. `now` is the time of this try.
    pub async fn tell(&self, party: &Party, bytes: &[u8], known: &Known, now: Timestamp) -> Told {
        let calls = match thawed(bytes) {
            Ok(calls) => calls,
            Err(reason) => {
                let attempt = Attempt::Permanent { reason, receiver_gone: false };
                return Told { attempt, learned: Vec::new() };
            }
        };
        let (mut known, mut learned, mut answers) = (known.clone(), Vec::new(), Vec::new());
        let end = Instant::now() + ALL;
        for call in &calls {
            let asker = Asker { hooks: self, party, now };
            let done = match timeout_at(end, asker.carry(call, &known)).await {
                Ok(done) => done,
                Err(_) => Err(Attempt::Retry { reason: too_slow(), after: None, ambiguous: true, broken: false }),
            };
            match done {
                Ok(done) => {
                    done.learned.iter().for_each(|one| known.learn(one));
                    learned.extend(done.learned);
                    answers.push(done.answer);
                }
                Err(attempt) => return Told { attempt, learned },
            }
        }
        answers.dedup();
        Told { attempt: Attempt::Delivered { answer: answers.join("; then ") }, learned }
    }
}

fn too_slow() -> String {
    format!("all of it together took longer than {} s", ALL.as_secs())
}

/// Who asks one far side, at one time.
pub(super) struct Asker<'a> {
    pub(super) hooks: &'a Hooks,
    pub(super) party: &'a Party,
    pub(super) now: Timestamp,
}

impl Asker<'_> {
    async fn carry(&self, call: &Call, known: &Known) -> Result<Done, Attempt> {
        match &self.party.preset.service {
            Service::JiraIssues { .. } | Service::ServiceNow { .. } => ticket::carry(self, call, known).await,
            Service::SlackHook { .. }
            | Service::SlackBot { .. }
            | Service::Teams { .. }
            | Service::PagerDuty { .. }
            | Service::Opsgenie { .. }
            | Service::JiraAlerts { .. }
            | Service::Alertmanager { .. }
            | Service::Discord { .. }
            | Service::CloudEvents { .. }
            | Service::Ntfy { .. }
            | Service::Sms { .. } => self.plainly(call).await,
        }
    }

    /// One request, and a barer one if the first is refused for what it holds.
    async fn plainly(&self, call: &Call) -> Result<Done, Attempt> {
        let verdict = self.one(call).await?;
        let (verdict, before) = match (verdict, &call.bare) {
            (Verdict::Refused { why }, Some(bare)) => {
                let bare = Call { body: bare.clone(), bare: None, ..call.clone() };
                (self.one(&bare).await?, format!("{why}; then, said barely: "))
            }
            (verdict, _) => (verdict, String::new()),
        };
        match verdict {
            Verdict::Taken { answer, name } => {
                Ok(Done { answer: format!("{before}{answer}"), learned: learned(call, name) })
            }
            Verdict::Refused { why } => Err(refused(&format!("{before}{why}"))),
            Verdict::Failed(attempt) => Err(attempt),
        }
    }

    async fn one(&self, call: &Call) -> Result<Verdict, Attempt> {
        let request = request(self.party, call).map_err(Attempt::broken)?;
        let answer = self.ask(request).await?;
        Ok(verdict(self.party, &answer))
    }

    /// Asks, with the reasons of what failed made safe.
    pub(super) async fn ask(&self, request: Request) -> Result<Answer, Attempt> {
        let answer = self.hooks.ask(request, self.party.preset.allow_private, self.now).await;
        // Nobody above sees a secret that the far side repeats, nor a part of one that was cut.
        let masked = |answer: Answer| Answer { body: self.party.masked(&answer.body), ..answer };
        answer.map(masked).map_err(|attempt| match attempt {
            Attempt::Retry { reason, after, ambiguous, broken } => {
                Attempt::Retry { reason: self.party.masked(&reason), after, ambiguous, broken }
            }
            other @ (Attempt::Delivered { .. } | Attempt::Permanent { .. } | Attempt::TooMuch { .. }) => other,
        })
    }
}

/// What to make of a far side that will never take this.
pub(super) fn refused(why: &str) -> Attempt {
    Attempt::Permanent { reason: format!("{why}; it will not take this message however often"), receiver_gone: false }
}

/// What a call that was taken teaches: the far side's name where it gave one, else our key.
fn learned(call: &Call, name: Option<String>) -> Vec<Learned> {
    let name = name.or_else(|| Some(call.key.clone()).filter(|key| !key.is_empty()));
    let of = |thread: &String, name: Option<String>| Learned { thread: thread.clone(), name };
    match call.act {
        Act::Open | Act::Update if !call.thread.is_empty() => vec![of(&call.thread, name)],
        Act::Close if !call.thread.is_empty() => {
            std::iter::once(&call.thread).chain(&call.threads).map(|thread| of(thread, None)).collect()
        }
        Act::Open | Act::Update | Act::Close | Act::Acknowledge | Act::Mention => Vec::new(),
        Act::Say => call.threads.iter().filter(|_| name.is_some()).map(|thread| of(thread, name.clone())).collect(),
    }
}

fn request(party: &Party, call: &Call) -> Result<Request, String> {
    match &party.preset.service {
        Service::SlackHook { .. } => slack::hook_request(party, call),
        Service::SlackBot { .. } => slack::bot_request(party, call),
        Service::Teams { .. } => teams::request(party, call),
        Service::PagerDuty { region, .. } => pagerduty::request(party, call, *region),
        Service::Opsgenie { region, .. } => opsgenie::request(party, call, opsgenie::usual(*region)),
        Service::JiraAlerts { .. } => opsgenie::request(party, call, opsgenie::JIRA),
        Service::Alertmanager { url, token, .. } => alertmanager::request(party, call, url, token.is_some()),
        Service::Discord { .. } => discord::request(party, call),
        Service::CloudEvents { url, token } => cloudevents::request(party, call, url, token.is_some()),
        Service::Ntfy { url, topic, token } => ntfy::request(party, call, url, topic, token.is_some()),
        Service::Sms { account, .. } => sms::request(party, call, account),
        Service::JiraIssues { .. } | Service::ServiceNow { .. } => Err("tickets take more than one request".to_owned()),
    }
}

fn verdict(party: &Party, answer: &Answer) -> Verdict {
    match &party.preset.service {
        Service::SlackHook { .. } => slack::hook_verdict(answer),
        Service::SlackBot { .. } => slack::bot_verdict(answer),
        Service::Teams { .. } => teams::verdict(answer),
        Service::PagerDuty { .. } => pagerduty::verdict(answer),
        Service::Discord { .. } => discord::verdict(answer),
        Service::Sms { .. } => sms::verdict(answer),
        Service::Ntfy { .. } => ntfy::verdict(answer),
        Service::Opsgenie { .. }
        | Service::JiraAlerts { .. }
        | Service::Alertmanager { .. }
        | Service::CloudEvents { .. } => usual(answer),
        Service::JiraIssues { .. } => jira::verdict(answer),
        Service::ServiceNow { .. } => servicenow::verdict(answer),
    }
}
