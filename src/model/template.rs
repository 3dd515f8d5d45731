//! What of a message an organisation can word itself, and by which file.

use super::id::TemplateSetId;
use super::preset::Service;

/// The most octets of one template.
pub const SOURCE_OCTETS: usize = 64 * 1024;
/// The most files in the folder.
pub const MOST_FILES: usize = 200;
/// What every template's name ends in.
pub const ENDING: &str = ".j2";
/// What the name begins with of a file that others include.
pub const SHARED: char = '_';

/// One thing that a template can word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Piece {
    /// The subject of a mail.
    Subject,
    /// The plain text of a mail.
    Text,
    /// The HTML of a mail.
    Html,
    /// The line for pagers and text messages.
    Short,
    /// The text message of a gateway, where it is another one than [`Piece::Short`].
    Sms,
    /// Blocks of Slack.
    Slack,
    /// A card of Teams.
    Teams,
    /// Embeds of Discord.
    Discord,
    /// An event of PagerDuty.
    PagerDuty,
    /// An alert of Opsgenie.
    Opsgenie,
    /// A record of ServiceNow.
    ServiceNow,
    /// A work item or an alert of Jira.
    Jira,
    /// The annotations of an alert.
    Alertmanager,
    /// A message of ntfy.
    Ntfy,
}

/// What a template writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// One line.
    Line,
    /// Plain text.
    Text,
    /// HTML.
    Html,
    /// A JSON object.
    Json,
}

impl Piece {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Subject,
        Self::Text,
        Self::Html,
        Self::Short,
        Self::Sms,
        Self::Slack,
        Self::Teams,
        Self::Discord,
        Self::PagerDuty,
        Self::Opsgenie,
        Self::ServiceNow,
        Self::Jira,
        Self::Alertmanager,
        Self::Ntfy,
    ];

    /// The name of its file, without its ending.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Text => "text",
            Self::Html => "html",
            Self::Short => "short",
            Self::Sms => "sms",
            Self::Slack => "slack",
            Self::Teams => "teams",
            Self::Discord => "discord",
            Self::PagerDuty => "pagerduty",
            Self::Opsgenie => "opsgenie",
            Self::ServiceNow => "servicenow",
            Self::Jira => "jira",
            Self::Alertmanager => "alertmanager",
            Self::Ntfy => "ntfy",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|piece| piece.word() == word)
    }

    /// What its template writes.
    #[must_use]
    pub const fn writes(self) -> Writes {
        match self {
            Self::Subject | Self::Short | Self::Sms => Writes::Line,
            Self::Text => Writes::Text,
            Self::Html => Writes::Html,
            Self::Slack
            | Self::Teams
            | Self::Discord
            | Self::PagerDuty
            | Self::Opsgenie
            | Self::ServiceNow
            | Self::Jira
            | Self::Alertmanager
            | Self::Ntfy => Writes::Json,
        }
    }

    /// The most octets that it may come to.
    #[must_use]
    pub const fn most_octets(self) -> usize {
        match self.writes() {
            Writes::Line => 4 * 1024,
            Writes::Text | Writes::Json => 128 * 1024,
            Writes::Html => 512 * 1024,
        }
    }

    /// Whether it is asked for each cause by itself, since the far side keeps a state for each.
    #[must_use]
    pub const fn is_of_one_cause(self) -> bool {
        match self {
            Self::PagerDuty | Self::Opsgenie | Self::ServiceNow | Self::Jira | Self::Alertmanager => true,
            Self::Subject
            | Self::Text
            | Self::Html
            | Self::Short
            | Self::Sms
            | Self::Slack
            | Self::Teams
            | Self::Discord
            | Self::Ntfy => false,
        }
    }

    /// What words a message for a service; nothing where its body is the published document.
    #[must_use]
    pub const fn of_service(service: &Service) -> Option<Self> {
        match service {
            Service::SlackHook { .. } | Service::SlackBot { .. } => Some(Self::Slack),
            Service::Teams { .. } => Some(Self::Teams),
            Service::PagerDuty { .. } => Some(Self::PagerDuty),
            Service::Opsgenie { .. } => Some(Self::Opsgenie),
            Service::JiraAlerts { .. } | Service::JiraIssues { .. } => Some(Self::Jira),
            Service::ServiceNow { .. } => Some(Self::ServiceNow),
            Service::Alertmanager { .. } => Some(Self::Alertmanager),
            Service::Discord { .. } => Some(Self::Discord),
            Service::Ntfy { .. } => Some(Self::Ntfy),
            Service::Sms { .. } => Some(Self::Sms),
            Service::CloudEvents { .. } => None,
        }
    }
}

/// The name of a template: `subject.j2`, or `pager/subject.j2` in a set.
#[must_use]
pub fn file_name(set: Option<&TemplateSetId>, piece: Piece) -> String {
    let folder = set.map(|set| format!("{set}/")).unwrap_or_default();
    format!("{folder}{}{ENDING}", piece.word())
}
