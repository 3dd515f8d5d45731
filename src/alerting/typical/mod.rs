//! Typical messages as facts: what templates are checked with and previews show, and what the tests of words are about.
//! Every organisation, number and incident in them is invented.

#![expect(clippy::expect_used, reason = "they are constants, and a test makes each")]

pub mod keeping;
pub mod topic;

use jiff::Timestamp;

use self::keeping::{as_usual, keepers, kept, moved, quiet_late, shift};
use self::topic::{
    ahead, blind, component, crowdstrike, delayed, ehr, late, no_longer_listed, offline, okta, over, overrun,
    prescribing, restless, steady, unknown, worse,
};
use crate::model::ahead::AheadKind;
use crate::model::course::{Course, TroubleKind, WayTrouble};
use crate::model::id::{NotificationId, ReceiverId, SubscriptionId};
use crate::model::impact::Impact;
use crate::model::incident::ResolvedHow;
use crate::model::inquiry::Came;
use crate::model::notification::{FACTS_VERSION, Facts, Topic};

/// The id of the notification in all of these.
pub fn id() -> NotificationId {
    NotificationId("0197f3a2b4c5d6e7f8091a2b3c4d5e6f".to_owned())
}

/// A moment of these.
pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a constant")
}

/// The facts for these topics, decided at 17:41 in Chicago.
pub fn facts(topics: Vec<Topic>) -> Facts {
    Facts {
        version: FACTS_VERSION,
        at: at("2026-07-17T22:41:09Z"),
        organisation: "Northfield Health".into(),
        time_zone: "America/Chicago".into(),
        page: Some("https://bellwether.northfield.example".into()),
        sites_in_all: 7,
        subscriptions: vec![SubscriptionId::parse("noc-all").expect("a constant")],
        receiver: ReceiverId::parse("noc").expect("a constant"),
        topics,
        shift: None,
        asks: None,
        test: false,
        gathered: None,
        drill: false,
        course: Default::default(),
    }
}

/// All of them: the typical messages, and those about Bellwether itself.
#[must_use]
pub fn all() -> Vec<(&'static str, Facts)> {
    let trouble = WayTrouble {
        kind: TroubleKind::GivenUp,
        way: "pager".into(),
        since: at("2026-07-17T22:40:00Z"),
        reason: "550 5.1.1 no such mailbox".into(),
        subject: Some("[Partly down] EHR at 6 of 7 sites: Okta SSO".into()),
        over: None,
    };
    let course = |course| Facts { course, ..facts(vec![]) };
    let own = [
        ("way-given-up", course(Course { trouble: Some(trouble), ..Course::default() })),
        ("canary", Facts { test: true, ..course(Course { trial: true, ..Course::default() }) }),
    ];
    typical().into_iter().chain(own).collect()
}

/// The typical messages, each with the name of the files that hold what is expected of it.
#[must_use]
pub fn typical() -> Vec<(&'static str, Facts)> {
    vec![
        ("hurt", facts(vec![okta(vec![ehr(Impact::PartialOutage)])])),
        ("down-many", Facts { sites_in_all: 40, ..facts(vec![crowdstrike()]) }),
        ("worse-unknown", facts(vec![unknown()])),
        ("over-vendor-said", facts(vec![over(okta(vec![ehr(Impact::PartialOutage)]), Some(ResolvedHow::VendorSaid))])),
        ("over-no-longer-listed", facts(vec![no_longer_listed()])),
        ("began-and-over", facts(vec![delayed()])),
        ("reported-late", facts(vec![late()])),
        ("maintenance-overrun", facts(vec![overrun()])),
        ("maintenance-ahead", facts(vec![ahead(AheadKind::Announced)])),
        ("maintenance-moved", facts(vec![ahead(AheadKind::Rescheduled)])),
        ("maintenance-cancelled", facts(vec![ahead(AheadKind::Cancelled)])),
        ("shift", Facts { shift: Some(shift()), ..facts(vec![]) }),
        ("shift-quiet-late", Facts { shift: Some(quiet_late()), ..facts(vec![]) }),
        ("component", facts(vec![component()])),
        ("blind", facts(vec![blind()])),
        ("offline", facts(vec![offline()])),
        ("source-unreadable", keepers(vec![kept(None)])),
        ("source-moved", keepers(vec![moved()])),
        ("source-nothing-found", keepers(vec![kept(Some(Came::Nothing { tried: 43, why: None }))])),
        ("source-as-usual", keepers(vec![as_usual()])),
        (
            "first-look",
            Facts {
                sites_in_all: 40,
                ..facts(vec![crowdstrike(), okta(vec![prescribing(Impact::Degraded)]), unknown()])
            },
        ),
        ("worse-than-told", facts(vec![worse()])),
        ("comes-and-goes", facts(vec![restless()])),
        ("steady-over", facts(vec![steady()])),
        ("not-acknowledged", facts(vec![Topic { escalation: Some(2), ..okta(vec![ehr(Impact::PartialOutage)]) }])),
        (
            "digest",
            Facts {
                gathered: Some(at("2026-07-17T22:41:00Z")),
                ..facts(vec![okta(vec![prescribing(Impact::Degraded)]), steady()])
            },
        ),
        ("test", Facts { test: true, ..facts(vec![okta(vec![ehr(Impact::PartialOutage)])]) }),
        ("drill", Facts { drill: true, ..facts(vec![okta(vec![ehr(Impact::PartialOutage)])]) }),
        ("test-bare", Facts { test: true, ..facts(vec![]) }),
    ]
}
