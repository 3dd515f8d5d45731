//! What typical messages tell: one vendor's trouble in all its turns.

use super::at;
use crate::model::ahead::{Ahead, AheadKind, Window};
use crate::model::effect::{Cause, EffectKind};
use crate::model::id::{IncidentId, ServiceId, SourceId};
use crate::model::impact::Impact;
use crate::model::incident::ResolvedHow;
use crate::model::inventory::{Procedure, Tier};
use crate::model::notification::{Before, HurtService, Testimony, Topic, UnwellComponent, VendorWord, Witness};
use crate::model::phase::{Kind, Phase};
use crate::model::restless::{FlappingWord, Restless};
use crate::model::vendor::Support;

/// A service that is used everywhere, of which nothing else is known.
pub fn service(key: &str, name: &str, tier: Tier, impact: Impact) -> HurtService {
    HurtService {
        id: ServiceId::parse(key).expect("a constant"),
        name: name.into(),
        tier,
        sites: Vec::new(),
        workflow: String::new(),
        owner: String::new(),
        effect: EffectKind::Hurt,
        impact,
        path: vec![name.into()],
        bears_seconds: None,
        say: None,
        procedure: Procedure::default(),
        still: Vec::new(),
    }
}

/// The electronic health record, hurt through sign-in.
pub fn ehr(impact: Impact) -> HurtService {
    HurtService {
        sites: [
            "Northfield General",
            "St. Brigid’s",
            "Lakeside Children’s",
            "Harrow County",
            "Riverbend",
            "Ellis Street",
        ]
        .map(String::from)
        .to_vec(),
        workflow: "charting, orders, results".into(),
        owner: "Clinical Applications, on call +1 800 555 0142".into(),
        path: ["EHR", "Sign-in", "Okta SSO"].map(String::from).to_vec(),
        bears_seconds: Some(4 * 3600),
        say: Some("When the EHR is down: chart on paper, red binder at the nurses’ station.".into()),
        procedure: Procedure {
            name: "DT-01, charting on paper".into(),
            first_steps: vec![
                "Open the red binder at the nurses’ station; take the patient lists that were printed at 06:00.".into(),
                "Orders go by runner to the laboratory and the pharmacy.".into(),
            ],
            contacts: vec!["House supervisor, +1 800 555 0100".into()],
            link: Some("https://procedures.northfield.example/DT-01".parse().expect("a constant")),
        },
        ..service("ehr", "EHR", Tier::LifeSafety, impact)
    }
}

/// Electronic prescriptions, hurt through sign-in.
pub fn prescribing(impact: Impact) -> HurtService {
    HurtService {
        workflow: "prescriptions to pharmacies".into(),
        owner: "Pharmacy Systems".into(),
        path: ["e-Prescribing", "Okta SSO"].map(String::from).to_vec(),
        bears_seconds: Some(1800),
        ..service("e-prescribing", "e-Prescribing", Tier::Clinical, impact)
    }
}

/// What the vendor says of it.
pub fn word() -> VendorWord {
    VendorWord {
        key: "p20f40pt1rgv".into(),
        kind: Kind::Incident,
        title: "Sign-in failures for some customers".into(),
        vendor_impact: "major".into(),
        impact: Impact::PartialOutage,
        vendor_phase: "investigating".into(),
        phase: Phase::Investigating,
        components: vec!["Single Sign-On".into(), "Multifactor Authentication".into()],
        regions: vec!["US Cell 2".into()],
        planned_until: None,
        text: Some(
            "We are aware that some customers cannot sign in.\n\nOur engineers look for the cause; the next word follows \
             within 30 minutes."
                .into(),
        ),
        said_at: Some(at("2026-07-17T22:29:00Z")),
        link: Some("https://status.okta.example/incidents/p20f40pt1rgv?lang=en&full=1".into()),
        author: None,
    }
}

/// Okta's incident, which hurts the EHR.
pub fn okta(services: Vec<HurtService>) -> Topic {
    let incident = IncidentId("okta-3f9a1c0be77d2a41".into());
    Topic {
        cause: Cause::Incident(incident.clone()),
        incident: Some(incident),
        told: vec![EffectKind::Hurt],
        vendor: "Okta".into(),
        source: Some(source()),
        support: Support {
            phone: Some("+1 800 555 0117".into()),
            portal: Some("https://support.okta.example/".parse().expect("a constant")),
            account: Some("NFH-204-7731".into()),
        },
        vendor_word: Some(word()),
        component: None,
        impact: Impact::PartialOutage,
        since: at("2026-07-17T22:03:00Z"),
        until: None,
        resolved_how: None,
        open_end: None,
        reported_late: false,
        flapping: None,
        escalation: None,
        before: None,
        witnesses: Vec::new(),
        acknowledge: None,
        by_hand: None,
        below: Vec::new(),
        overrun: false,
        ahead: None,
        keeping: None,
        why: None,
        services,
    }
}

/// Where the vendor says it.
pub fn source() -> SourceId {
    SourceId::parse("okta/status-page").expect("a constant")
}

/// The same topic at its end, an hour and three quarters after its beginning.
pub fn over(topic: Topic, how: Option<ResolvedHow>) -> Topic {
    let mut topic = topic;
    if let (Some(ResolvedHow::VendorSaid), Some(word)) = (how, &mut topic.vendor_word) {
        word.vendor_phase = "resolved".into();
        word.phase = Phase::Resolved;
        word.text = Some("This incident has been resolved.".into());
    }
    let services = topic.services.into_iter().map(|s| HurtService { effect: EffectKind::Over, ..s }).collect();
    Topic {
        told: vec![EffectKind::Over],
        since: at("2026-07-17T20:46:00Z"),
        until: Some(at("2026-07-17T22:31:00Z")),
        resolved_how: how,
        services,
        ..topic
    }
}

/// Worse than the last message said, with a component and a region more, and a promise of the next word.
pub fn worse() -> Topic {
    let text = "Sign-ins fail in another cell too. Next update within 30 minutes.";
    let word = VendorWord {
        text: Some(text.into()),
        components: ["Single Sign-On", "Multifactor Authentication", "Directory"].map(String::from).to_vec(),
        regions: vec!["US Cell 2".into(), "US Cell 7".into()],
        impact: Impact::MajorOutage,
        vendor_impact: "critical".into(),
        ..word()
    };
    let witness = |id: &str, says| Witness { source: SourceId::parse(id).expect("a constant"), says };
    Topic {
        told: vec![EffectKind::Worse],
        impact: Impact::MajorOutage,
        vendor_word: Some(word),
        before: Some(Before {
            at: at("2026-07-17T22:10:00Z"),
            services: vec![(ServiceId::parse("ehr").expect("a constant"), Impact::Degraded)],
            components: vec!["Single Sign-On".into(), "Multifactor Authentication".into()],
            regions: vec!["US Cell 2".into()],
        }),
        witnesses: vec![
            witness("okta/status-page", Testimony::Says { impact: Impact::MajorOutage, phase: Phase::Investigating }),
            witness("okta/feed", Testimony::Silent),
            witness("okta/trust", Testimony::Blind("unreachable: no answer within 30 s".into())),
        ],
        ..okta(vec![
            HurtService { effect: EffectKind::Worse, ..ehr(Impact::MajorOutage) },
            prescribing(Impact::Degraded),
        ])
    }
}

pub(super) fn restless() -> Topic {
    let word = Restless { turns: 5, since: at("2026-07-17T21:55:00Z"), until: at("2026-07-17T23:01:00Z") };
    Topic { flapping: Some(FlappingWord::Restless(word)), ..okta(vec![ehr(Impact::PartialOutage)]) }
}

pub(super) fn steady() -> Topic {
    let ended = over(okta(vec![ehr(Impact::PartialOutage)]), Some(ResolvedHow::VendorSaid));
    Topic { flapping: Some(FlappingWord::Steady), ..ended }
}

/// What stops a whole hospital, entered by hand.
pub fn crowdstrike() -> Topic {
    let sites: Vec<String> = (1..=31).map(|n| format!("Site {n:02}")).collect();
    let down = |key, name, tier| HurtService { sites: sites.clone(), ..service(key, name, tier, Impact::MajorOutage) };
    let mut services = vec![HurtService {
        sites: sites.clone(),
        path: vec!["EHR".into(), "CrowdStrike Falcon".into()],
        ..ehr(Impact::MajorOutage)
    }];
    services.push(down("bedside", "Bedside monitors", Tier::LifeSafety));
    services.push(prescribing(Impact::MajorOutage));
    services.extend(
        [("lab", "Laboratory"), ("imaging", "Imaging"), ("beds", "Bed board")].map(|(k, n)| down(k, n, Tier::Clinical)),
    );
    services.extend([("payroll", "Payroll"), ("mail", "Mail")].map(|(k, n)| down(k, n, Tier::BackOffice)));
    Topic {
        cause: Cause::Incident(IncidentId("crowdstrike-hand7".into())),
        incident: Some(IncidentId("crowdstrike-hand7".into())),
        vendor: "CrowdStrike".into(),
        source: Some(SourceId::parse("crowdstrike/manual").expect("a constant")),
        support: Support::default(),
        vendor_word: Some(VendorWord {
            text: None,
            said_at: None,
            link: None,
            vendor_impact: String::new(),
            vendor_phase: String::new(),
            title: "Windows hosts crash in a loop after a content update".into(),
            impact: Impact::MajorOutage,
            components: vec![],
            regions: vec![],
            ..word()
        }),
        impact: Impact::MajorOutage,
        since: at("2026-07-16T04:09:00Z"),
        ..okta(services)
    }
}

pub(super) fn unknown() -> Topic {
    Topic {
        told: vec![EffectKind::Worse],
        impact: Impact::Unknown,
        vendor_word: Some(VendorWord {
            vendor_impact: "none".into(),
            impact: Impact::Unknown,
            components: vec![],
            regions: vec![],
            ..word()
        }),
        ..okta(vec![HurtService { effect: EffectKind::Worse, ..prescribing(Impact::Unknown) }])
    }
}

pub(super) fn no_longer_listed() -> Topic {
    let hurt = HurtService {
        still: vec!["partly down because of Azure, since 16:20 CDT (21:20 UTC)".into()],
        ..ehr(Impact::PartialOutage)
    };
    over(okta(vec![hurt, prescribing(Impact::Degraded)]), Some(ResolvedHow::NoLongerListed))
}

pub(super) fn delayed() -> Topic {
    let over = over(okta(vec![ehr(Impact::MajorOutage)]), Some(ResolvedHow::VendorSaid));
    Topic { told: vec![EffectKind::Hurt, EffectKind::Over], ..over }
}

pub(super) fn late() -> Topic {
    Topic { reported_late: true, ..over(okta(vec![ehr(Impact::PartialOutage)]), Some(ResolvedHow::VendorSaid)) }
}

pub(super) fn overrun() -> Topic {
    let word = VendorWord {
        kind: Kind::Maintenance,
        title: "Database upgrade".into(),
        vendor_impact: "maintenance".into(),
        impact: Impact::Maintenance,
        vendor_phase: "in_progress".into(),
        phase: Phase::InProgress,
        planned_until: Some(at("2026-07-17T22:30:00Z")),
        ..word()
    };
    Topic {
        overrun: true,
        impact: Impact::Maintenance,
        vendor_word: Some(word),
        ..okta(vec![ehr(Impact::Maintenance)])
    }
}

/// A maintenance that lies ahead, or no longer does.
pub fn ahead(kind: AheadKind) -> Topic {
    let planned = Window { from: at("2026-07-18T07:00:00Z"), until: Some(at("2026-07-18T09:30:00Z")) };
    let word = VendorWord {
        kind: Kind::Maintenance,
        title: "Database upgrade".into(),
        vendor_impact: "maintenance".into(),
        impact: Impact::Maintenance,
        vendor_phase: if kind == AheadKind::Cancelled { "cancelled".into() } else { "scheduled".into() },
        phase: if kind == AheadKind::Cancelled { Phase::Cancelled } else { Phase::Scheduled },
        planned_until: planned.until,
        text: Some("We upgrade our databases. Sign-in is not possible meanwhile.".into()),
        ..word()
    };
    let before = Window { from: at("2026-07-17T23:30:00Z"), until: Some(at("2026-07-18T02:00:00Z")) };
    let effect = if kind.is_off() { EffectKind::Over } else { EffectKind::Hurt };
    let services = [ehr(Impact::Maintenance), prescribing(Impact::Maintenance)];
    Topic {
        ahead: Some(Ahead { kind, planned, before: (kind == AheadKind::Rescheduled).then_some(before) }),
        told: if kind.is_off() { vec![EffectKind::Over] } else { Vec::new() },
        since: planned.from,
        impact: Impact::Maintenance,
        vendor_word: Some(word),
        ..okta(services.map(|s| HurtService { effect, ..s }).to_vec())
    }
}

pub(super) fn component() -> Topic {
    Topic {
        cause: Cause::Component { source: source(), key: "c-sso".into() },
        incident: None,
        vendor_word: None,
        component: Some(UnwellComponent {
            name: "Single Sign-On".into(),
            vendor_status: "degraded_performance".into(),
        }),
        impact: Impact::Degraded,
        ..okta(vec![ehr(Impact::Degraded)])
    }
}

/// A source that cannot be read.
pub fn blind() -> Topic {
    Topic {
        cause: Cause::Blind(source()),
        incident: None,
        vendor_word: None,
        impact: Impact::Unknown,
        why: Some("unreachable: no answer within 30 s".into()),
        ..okta(vec![ehr(Impact::Unknown), prescribing(Impact::Unknown)])
    }
}

/// Our own network is gone.
pub fn offline() -> Topic {
    Topic {
        cause: Cause::Offline,
        incident: None,
        vendor_word: None,
        source: None,
        vendor: "Bellwether".into(),
        support: Support::default(),
        impact: Impact::Unknown,
        why: Some("none of 41 sources can be reached, at 38 hosts".into()),
        ..okta(vec![])
    }
}
