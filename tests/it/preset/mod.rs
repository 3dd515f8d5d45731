//! Services with payloads of their own: what is sent to each, against files that a person can read; what each would
//! refuse; what its answers mean; and threads, tickets and keys that last.

mod answers;
pub mod bodies;
mod configured;
mod lasting;
mod pages;

use bellwether::config::subscriptions;
use bellwether::model::subscription::Receiver;

/// What the secrets of [`FILE`] are; none of them may be found anywhere but where it belongs.
pub const SECRETS: [(&str, &str); 11] = [
    ("SLACK_HOOK", "AT/services/T0/B0/canary-slack-hook"),
    ("SLACK_TOKEN", "xoxb-canary-slack-token"),
    ("TEAMS_HOOK", "AT/workflows/canary-teams-hook/triggers/manual?sig=canary-sig"),
    ("PAGERDUTY_KEY", "canarypagerdutykey00000000000000"),
    ("GENIE_KEY", "canary-genie-key"),
    ("NOW_PASSWORD", "canary-now-password"),
    ("JIRA_TOKEN", "canary-jira-token"),
    ("DISCORD_HOOK", "AT/api/webhooks/1/canary-discord-hook"),
    ("BEARER", "canary-bearer"),
    ("TOPIC", "canary-topic"),
    ("TWILIO_TOKEN", "canary-twilio-token"),
];

/// One receiver of each kind; `AT` is where the far side is.
const FILE: &str = r#"
[[receiver]]
id = "slack-hook"
slack = { hook = { env = "SLACK_HOOK" } }
allow_private = true
[[receiver]]
id = "slack-bot"
slack = { token = { env = "SLACK_TOKEN" }, channel = "C0123456789", url = "AT" }
allow_private = true
[[receiver]]
id = "teams"
teams = { hook = { env = "TEAMS_HOOK" } }
allow_private = true
[[receiver]]
id = "pagerduty"
pagerduty = { key = { env = "PAGERDUTY_KEY" }, url = "AT" }
allow_private = true
[[receiver]]
id = "opsgenie"
opsgenie = { key = { env = "GENIE_KEY" }, region = "eu", url = "AT" }
allow_private = true
[[receiver]]
id = "jira-alerts"
jira = { key = { env = "GENIE_KEY" }, url = "AT/jsm/ops/integration" }
allow_private = true
[[receiver]]
id = "jira-issues"
jira = { url = "AT", user = "noc@northfield.example", token = { env = "JIRA_TOKEN" }, project = "OPS" }
allow_private = true
[[receiver]]
id = "servicenow"
servicenow = { instance = "AT", user = "bellwether", password = { env = "NOW_PASSWORD" }, close_code = "Solution provided" }
allow_private = true
[[receiver]]
id = "alertmanager"
alertmanager = { url = "AT", labels = { team = "noc" } }
allow_private = true
[[receiver]]
id = "discord"
discord = { hook = { env = "DISCORD_HOOK" } }
allow_private = true
[[receiver]]
id = "cloudevents"
cloudevents = { url = "AT/events", token = { env = "BEARER" } }
allow_private = true
[[receiver]]
id = "ntfy"
ntfy = { url = "AT", topic = { env = "TOPIC" }, token = { env = "BEARER" } }
allow_private = true
[[receiver]]
id = "sms"
sms = { account = "AC00000000000000000000000000000000", token = { env = "TWILIO_TOKEN" }, from = "+15550100", to = "+15550142", url = "AT" }
allow_private = true
"#;

/// One receiver of each kind, whose far side is at `at`.
pub fn receivers(at: &str) -> Vec<Receiver> {
    let parsed = subscriptions::parse("subscriptions.toml", &FILE.replace("AT", at.trim_end_matches('/')));
    let errors: Vec<String> = parsed.problems.iter().map(|problem| format!("{problem:?}")).collect();
    parsed.value.unwrap_or_else(|| panic!("{errors:?}")).receivers
}

/// The secrets of one of them, with the far side in the addresses of hooks.
pub fn secrets(at: &str) -> Vec<(&'static str, String)> {
    SECRETS.iter().map(|(name, value)| (*name, value.replace("AT", at.trim_end_matches('/')))).collect()
}
