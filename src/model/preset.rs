//! A receiver that is a service with a payload of its own: which one, and where. Secrets are references here, and no
//! text of this module holds the value of one.

use serde::Serialize;
use url::Url;

use super::subscription::{SecretRef, WebhookUrl};

/// A service with a payload of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preset {
    /// Which service, and what it needs.
    pub service: Service,
    /// Where its API is, where that is not at its usual place. No slash at its end counts.
    pub base: Option<Url>,
    /// Whether it may stand at an address that is not public.
    pub allow_private: bool,
}

/// The keys of all services in the configuration.
pub const WORDS: [&str; 11] = [
    "slack",
    "teams",
    "pagerduty",
    "opsgenie",
    "servicenow",
    "jira",
    "alertmanager",
    "discord",
    "cloudevents",
    "ntfy",
    "sms",
];

/// A text that may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// The text itself.
    Plain(String),
    /// Where it can be found.
    Secret(SecretRef),
}

/// In which part of the world an account lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// In the United States.
    #[default]
    Us,
    /// In the European Union.
    Eu,
}

/// Which service, and what it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// A channel of Slack by its incoming webhook.
    SlackHook {
        /// The address of the hook.
        hook: SecretRef,
    },
    /// A channel of Slack by a bot, with a thread for each incident.
    SlackBot {
        /// The bot's token (`xoxb-…`).
        token: SecretRef,
        /// The channel's id.
        channel: String,
    },
    /// A channel of Microsoft Teams by a workflow.
    Teams {
        /// The address of the workflow.
        hook: SecretRef,
    },
    /// PagerDuty by its Events API v2.
    PagerDuty {
        /// The integration key.
        key: SecretRef,
        /// Where the account lives.
        region: Region,
    },
    /// Opsgenie by its Alert API.
    Opsgenie {
        /// The API key of an integration.
        key: SecretRef,
        /// Where the account lives.
        region: Region,
    },
    /// Alerts of Jira Service Management, which are Opsgenie's under another roof.
    JiraAlerts {
        /// The API key of an integration.
        key: SecretRef,
    },
    /// Work items of Jira, Jira Service Management's among them.
    JiraIssues {
        /// The site, `https://acme.atlassian.net`.
        url: Url,
        /// Whose token it is: a mail address.
        user: String,
        /// The API token.
        token: SecretRef,
        /// The project's key.
        project: String,
        /// The type of work item.
        issue_type: String,
    },
    /// A table of ServiceNow.
    ServiceNow {
        /// The instance, `https://acme.service-now.com`.
        url: Url,
        /// The user.
        user: String,
        /// The user's password.
        password: SecretRef,
        /// The table.
        table: String,
        /// How a record is closed; `None` leaves that to people.
        close_code: Option<String>,
    },
    /// An Alertmanager.
    Alertmanager {
        /// Where it is.
        url: Url,
        /// Goes along as a bearer token.
        token: Option<SecretRef>,
        /// Labels that every alert has besides ours.
        labels: Vec<(String, String)>,
    },
    /// A channel of Discord by its webhook.
    Discord {
        /// The address of the hook.
        hook: SecretRef,
    },
    /// Whatever takes CloudEvents in structured mode.
    CloudEvents {
        /// Where to.
        url: WebhookUrl,
        /// Goes along as a bearer token.
        token: Option<SecretRef>,
    },
    /// A topic of ntfy.
    Ntfy {
        /// The server.
        url: Url,
        /// The topic; who knows it may read it, so it may be a secret.
        topic: Word,
        /// The access token.
        token: Option<SecretRef>,
    },
    /// A text message by Twilio, or by what speaks as Twilio does.
    Sms {
        /// The account's id (`AC…`).
        account: String,
        /// The account's token.
        token: SecretRef,
        /// The number, sender id or messaging service (`MG…`) that it comes from.
        from: String,
        /// The number it goes to.
        to: String,
    },
}

impl Service {
    /// The key in the configuration.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::SlackHook { .. } | Self::SlackBot { .. } => "slack",
            Self::Teams { .. } => "teams",
            Self::PagerDuty { .. } => "pagerduty",
            Self::Opsgenie { .. } => "opsgenie",
            Self::JiraAlerts { .. } | Self::JiraIssues { .. } => "jira",
            Self::ServiceNow { .. } => "servicenow",
            Self::Alertmanager { .. } => "alertmanager",
            Self::Discord { .. } => "discord",
            Self::CloudEvents { .. } => "cloudevents",
            Self::Ntfy { .. } => "ntfy",
            Self::Sms { .. } => "sms",
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SlackHook { .. } => "Slack, by an incoming webhook",
            Self::SlackBot { .. } => "Slack, by a bot",
            Self::Teams { .. } => "Microsoft Teams, by a workflow",
            Self::PagerDuty { .. } => "PagerDuty",
            Self::Opsgenie { .. } => "Opsgenie",
            Self::JiraAlerts { .. } => "alerts of Jira Service Management",
            Self::JiraIssues { .. } => "Jira",
            Self::ServiceNow { .. } => "ServiceNow",
            Self::Alertmanager { .. } => "Alertmanager",
            Self::Discord { .. } => "Discord",
            Self::CloudEvents { .. } => "CloudEvents",
            Self::Ntfy { .. } => "ntfy",
            Self::Sms { .. } => "text messages",
        }
    }

    /// Its secrets, each with its key in the configuration.
    #[must_use]
    pub fn secrets(&self) -> Vec<(&'static str, &SecretRef)> {
        match self {
            Self::SlackHook { hook } | Self::Teams { hook } | Self::Discord { hook } => vec![("hook", hook)],
            Self::SlackBot { token, .. } | Self::JiraIssues { token, .. } | Self::Sms { token, .. } => {
                vec![("token", token)]
            }
            Self::PagerDuty { key, .. } | Self::Opsgenie { key, .. } | Self::JiraAlerts { key } => vec![("key", key)],
            Self::ServiceNow { password, .. } => vec![("password", password)],
            Self::Alertmanager { token, .. } => token.iter().map(|token| ("token", token)).collect(),
            Self::CloudEvents { url, token } => {
                let url = match url {
                    WebhookUrl::Secret(url) => Some(("url", url)),
                    WebhookUrl::Plain(_) => None,
                };
                url.into_iter().chain(token.iter().map(|token| ("token", token))).collect()
            }
            Self::Ntfy { topic, token, .. } => {
                let topic = match topic {
                    Word::Secret(topic) => Some(("topic", topic)),
                    Word::Plain(_) => None,
                };
                topic.into_iter().chain(token.iter().map(|token| ("token", token))).collect()
            }
        }
    }

    /// Whether it keeps a state for each cause, which an end must end: nothing goes there that never ends.
    #[must_use]
    pub const fn keeps_a_state(&self) -> bool {
        match self {
            Self::PagerDuty { .. }
            | Self::Opsgenie { .. }
            | Self::JiraAlerts { .. }
            | Self::JiraIssues { .. }
            | Self::ServiceNow { .. }
            | Self::Alertmanager { .. } => true,
            Self::SlackHook { .. }
            | Self::SlackBot { .. }
            | Self::Teams { .. }
            | Self::Discord { .. }
            | Self::CloudEvents { .. }
            | Self::Ntfy { .. }
            | Self::Sms { .. } => false,
        }
    }

    /// Whether the message at the change of shifts can go there: it has no end that could close anything.
    #[must_use]
    pub const fn takes_shifts(&self) -> bool {
        !self.keeps_a_state() || matches!(self, Self::PagerDuty { .. })
    }

    /// What tells two receivers of one service apart, without a secret.
    fn whose(&self) -> String {
        let place = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
        match self {
            Self::SlackHook { .. } | Self::Teams { .. } | Self::Discord { .. } | Self::JiraAlerts { .. } => {
                String::new()
            }
            Self::SlackBot { channel, .. } => channel.clone(),
            Self::PagerDuty { region, .. } | Self::Opsgenie { region, .. } => format!("{region:?}").to_lowercase(),
            Self::JiraIssues { url, project, .. } => format!("{} {project}", place(url)),
            Self::ServiceNow { url, table, .. } => format!("{} {table}", place(url)),
            Self::Alertmanager { url, labels, .. } => {
                let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
                format!("{} {}", place(url), labels.join(","))
            }
            Self::CloudEvents { url: WebhookUrl::Plain(url), .. } => place(url),
            Self::CloudEvents { url: WebhookUrl::Secret(_), .. } => String::new(),
            Self::Ntfy { url, topic: Word::Plain(topic), .. } => format!("{} {topic}", place(url)),
            Self::Ntfy { url, topic: Word::Secret(_), .. } => place(url),
            Self::Sms { account, to, .. } => format!("{to} by {account}"),
        }
    }
}

/// A text in which of each address only the host is left: the rest may be a secret.
#[must_use]
pub fn hosts_alone(text: &str) -> String {
    let host = |word: &str| {
        let url = Url::parse(word).ok().filter(|url| url.has_host())?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}{port}", url.host_str().unwrap_or_default()))
    };
    let words = text.split_whitespace().map(|word| host(word).unwrap_or_else(|| word.to_owned()));
    words.collect::<Vec<_>>().join(" ")
}

impl Preset {
    /// What makes two receivers one and the same destination. References to secrets belong to it, their values never do.
    #[must_use]
    pub fn address(&self) -> String {
        let mut address = format!("{}:{}", self.service.word(), self.service.whose());
        for (_, secret) in self.service.secrets() {
            address = format!("{} {secret:?}", address.trim_end());
        }
        match &self.base {
            Some(base) => format!("{address} at {}", base.as_str().trim_end_matches('/')),
            None => address,
        }
    }

    /// Where it goes, for people.
    #[must_use]
    pub fn place(&self) -> String {
        let whose = hosts_alone(&self.service.whose());
        let whose = if whose.trim().is_empty() { String::new() } else { format!(" ({})", whose.trim()) };
        format!("{}{whose}", self.service.name())
    }
}
