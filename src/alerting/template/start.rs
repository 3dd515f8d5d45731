//! What a template begins with: as far as that can be, it says word for word what the shipped words do.

use crate::model::template::Piece;

/// The beginning of a template.
#[must_use]
pub const fn copy(piece: Piece) -> &'static str {
    match piece {
        Piece::Subject => include_str!("start/subject.j2"),
        Piece::Text => include_str!("start/text.j2"),
        Piece::Html => include_str!("start/html.j2"),
        Piece::Short => include_str!("start/short.j2"),
        Piece::Sms => include_str!("start/sms.j2"),
        Piece::Slack => include_str!("start/slack.j2"),
        Piece::Teams => include_str!("start/teams.j2"),
        Piece::Discord => include_str!("start/discord.j2"),
        Piece::PagerDuty => include_str!("start/pagerduty.j2"),
        Piece::Opsgenie => include_str!("start/opsgenie.j2"),
        Piece::ServiceNow => include_str!("start/servicenow.j2"),
        Piece::Jira => include_str!("start/jira.j2"),
        Piece::Alertmanager => include_str!("start/alertmanager.j2"),
        Piece::Ntfy => include_str!("start/ntfy.j2"),
    }
}
