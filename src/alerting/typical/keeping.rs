//! Typical messages about how sources are read, and at the change of shifts.

use super::topic::{ehr, okta, source};
use super::{at, facts};
use crate::model::ahead::Window;
use crate::model::effect::{Cause, EffectKind};
use crate::model::format::Format;
use crate::model::id::{ReceiverId, ShiftId, SubscriptionId};
use crate::model::impact::Impact;
use crate::model::inquiry::{Came, Inquiry, Proposal};
use crate::model::inventory::Tier;
use crate::model::keeping::{Finding, Keeping, Plight, Sample};
use crate::model::notification::{Facts, Topic};
use crate::model::shift::{ShiftAhead, ShiftFacts, ShiftHappened, ShiftHurt, ShiftUnseen};

/// A change of shifts at 17:30 in Chicago, with something of everything.
pub fn shift() -> ShiftFacts {
    ShiftFacts {
        shift: ShiftId::parse("noc").expect("a constant"),
        due: at("2026-07-17T22:41:00Z"),
        is_late: false,
        missed: 0,
        since: at("2026-07-17T10:30:00Z"),
        until: at("2026-07-18T10:30:00Z"),
        vendors: 41,
        measured: 38,
        hurting: vec![
            ShiftHurt {
                service: "EHR".into(),
                tier: Tier::LifeSafety,
                impact: Impact::PartialOutage,
                since: Some(at("2026-07-17T22:03:00Z")),
                by: "Sign-in, because of Okta SSO".into(),
                overrun: false,
                say: ehr(Impact::PartialOutage).say,
            },
            ShiftHurt {
                service: "Payroll".into(),
                tier: Tier::BackOffice,
                impact: Impact::Maintenance,
                since: Some(at("2026-07-16T21:00:00Z")),
                by: "Azure SQL".into(),
                overrun: true,
                say: None,
            },
        ],
        hurt_services: 2,
        services: 12,
        elsewhere: 4,
        unseen: vec![ShiftUnseen {
            vendor: "Zoom".into(),
            why: "zoom/status-page cannot be read: no answer within 30 s".into(),
            since: Some(at("2026-07-17T19:12:00Z")),
            services: vec!["Telephony".into()],
        }],
        silent: vec!["CrowdStrike".into(), "Oracle Health".into()],
        offline_since: None,
        ahead: vec![ShiftAhead {
            vendor: "Okta".into(),
            title: "Database upgrade".into(),
            planned: Window { from: at("2026-07-18T07:00:00Z"), until: Some(at("2026-07-18T09:30:00Z")) },
            is_running: false,
            services: vec!["EHR".into(), "e-Prescribing".into()],
        }],
        happened: vec![
            ShiftHappened {
                service: "Imaging".into(),
                by: "AWS EC2".into(),
                impact: Impact::Degraded,
                began: Some(at("2026-07-17T13:04:00Z")),
                ended: Some(at("2026-07-17T15:40:00Z")),
            },
            ShiftHappened {
                service: "EHR".into(),
                by: "Sign-in, because of Okta SSO".into(),
                impact: Impact::PartialOutage,
                began: Some(at("2026-07-17T22:03:00Z")),
                ended: None,
            },
        ],
        delivered: 14,
        waiting: 2,
        oldest_waiting: Some(at("2026-07-17T22:05:00Z")),
        dead: 1,
    }
}

/// The same with nothing to tell, two hours late.
pub fn quiet_late() -> ShiftFacts {
    ShiftFacts {
        due: at("2026-07-17T20:30:00Z"),
        is_late: true,
        missed: 3,
        since: at("2026-07-17T08:30:00Z"),
        measured: 41,
        hurting: vec![],
        hurt_services: 0,
        elsewhere: 0,
        unseen: vec![],
        silent: vec![],
        ahead: vec![],
        happened: vec![],
        waiting: 0,
        oldest_waiting: None,
        dead: 0,
        ..shift()
    }
}

/// The same facts for who looks after sources.
pub fn keepers(topics: Vec<Topic>) -> Facts {
    let (subscriptions, receiver) = (
        vec![SubscriptionId::parse("sources").expect("a constant")],
        ReceiverId::parse("keepers").expect("a constant"),
    );
    Facts { subscriptions, receiver, ..facts(topics) }
}

/// A source that is answered by something else than its document; and what asking its page came to.
pub fn kept(came: Option<Came>) -> Topic {
    let what = "not the expected document: a Statuspage summary is JSON; this is HTML (HTTP 200)";
    Topic {
        cause: Cause::Sight(source()),
        incident: None,
        vendor_word: None,
        impact: Impact::Unknown,
        keeping: Some(Keeping {
            plight: Plight::Unreadable,
            findings: vec![Finding { role: None, path: None, what: what.into() }],
            samples: vec![Sample {
                role: "summary".into(),
                at: at("2026-07-17T22:03:00Z"),
                hash: "b1946ac92492d2347c6235b4d2611184".into(),
            }],
            format: "statuspage".into(),
            url: Some("https://status.okta.example/".into()),
            needed_by: vec!["EHR".into(), "e-Prescribing".into()],
            inquiry: came.map(|came| Inquiry {
                at: at("2026-07-17T22:36:00Z"),
                about: "statuspage https://status.okta.example/".into(),
                page: "https://status.okta.example/".parse().expect("a constant"),
                came,
            }),
        }),
        ..okta(vec![])
    }
}

/// Its page is on another platform now, and at another host.
pub fn moved() -> Topic {
    let proposal = Proposal {
        format: Format::Instatus,
        url: "https://okta.instatus.example/".parse().expect("a constant"),
        roles: Vec::new(),
        titled: None,
        sign: "page.url and one of Instatus’s words as page.status".into(),
        is_taken_up: false,
    };
    Topic { told: vec![EffectKind::Worse], ..kept(Some(Came::Other(proposal))) }
}

pub(super) fn as_usual() -> Topic {
    let mut topic = kept(None);
    (topic.told, topic.until) = (vec![EffectKind::Over], Some(at("2026-07-17T22:41:00Z")));
    topic
}
