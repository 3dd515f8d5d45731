//! Facts as a decision would make them. Every organisation, number and incident in them is invented.

use bellwether::model::ahead::{Ahead, AheadKind, Window};
use bellwether::model::effect::{Cause, EffectKind};
use bellwether::model::format::Format;
use bellwether::model::id::{IncidentId, NotificationId, ReceiverId, ServiceId, ShiftId, SourceId, SubscriptionId};
use bellwether::model::impact::Impact;
use bellwether::model::incident::ResolvedHow;
use bellwether::model::inquiry::{Came, Inquiry, Proposal};
use bellwether::model::inventory::{Procedure, Tier};
use bellwether::model::keeping::{Finding, Keeping, Plight, Sample};
use bellwether::model::notification::{
    Before, FACTS_VERSION, Facts, HurtService, Testimony, Topic, UnwellComponent, VendorWord, Witness,
};
use bellwether::model::phase::{Kind, Phase};
use bellwether::model::restless::{FlappingWord, Restless};
use bellwether::model::shift::{ShiftAhead, ShiftFacts, ShiftHappened, ShiftHurt, ShiftUnseen};
use bellwether::model::vendor::Support;
use jiff::Timestamp;

/// The id of the notification in all of these.
pub fn id() -> NotificationId {
    NotificationId("0197f3a2b4c5d6e7f8091a2b3c4d5e6f".to_owned())
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
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
        subscriptions: vec![SubscriptionId::parse("noc-all").unwrap()],
        receiver: ReceiverId::parse("noc").unwrap(),
        topics,
        shift: None,
        asks: None,
        test: false,
        gathered: None,
        drill: false,
        course: Default::default(),
    }
}

pub fn service(key: &str, name: &str, tier: Tier, impact: Impact) -> HurtService {
    HurtService {
        id: ServiceId::parse(key).unwrap(),
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
            link: Some("https://procedures.northfield.example/DT-01".parse().unwrap()),
        },
        ..service("ehr", "EHR", Tier::LifeSafety, impact)
    }
}

pub fn prescribing(impact: Impact) -> HurtService {
    HurtService {
        workflow: "prescriptions to pharmacies".into(),
        owner: "Pharmacy Systems".into(),
        path: ["e-Prescribing", "Okta SSO"].map(String::from).to_vec(),
        bears_seconds: Some(1800),
        ..service("e-prescribing", "e-Prescribing", Tier::Clinical, impact)
    }
}

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
            portal: Some("https://support.okta.example/".parse().unwrap()),
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
        below: Vec::new(),
        overrun: false,
        ahead: None,
        keeping: None,
        why: None,
        services,
    }
}

pub fn source() -> SourceId {
    SourceId::parse("okta/status-page").unwrap()
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

/// The typical messages, each with the name of the files that hold what is expected of it.
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
    let witness = |id: &str, says| Witness { source: SourceId::parse(id).unwrap(), says };
    Topic {
        told: vec![EffectKind::Worse],
        impact: Impact::MajorOutage,
        vendor_word: Some(word),
        before: Some(Before {
            at: at("2026-07-17T22:10:00Z"),
            services: vec![(ServiceId::parse("ehr").unwrap(), Impact::Degraded)],
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

fn restless() -> Topic {
    let word = Restless { turns: 5, since: at("2026-07-17T21:55:00Z"), until: at("2026-07-17T23:01:00Z") };
    Topic { flapping: Some(FlappingWord::Restless(word)), ..okta(vec![ehr(Impact::PartialOutage)]) }
}

fn steady() -> Topic {
    let ended = over(okta(vec![ehr(Impact::PartialOutage)]), Some(ResolvedHow::VendorSaid));
    Topic { flapping: Some(FlappingWord::Steady), ..ended }
}

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
        source: Some(SourceId::parse("crowdstrike/manual").unwrap()),
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

fn unknown() -> Topic {
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

fn no_longer_listed() -> Topic {
    let hurt = HurtService {
        still: vec!["partly down because of Azure, since 16:20 CDT (21:20 UTC)".into()],
        ..ehr(Impact::PartialOutage)
    };
    over(okta(vec![hurt, prescribing(Impact::Degraded)]), Some(ResolvedHow::NoLongerListed))
}

fn delayed() -> Topic {
    let over = over(okta(vec![ehr(Impact::MajorOutage)]), Some(ResolvedHow::VendorSaid));
    Topic { told: vec![EffectKind::Hurt, EffectKind::Over], ..over }
}

fn late() -> Topic {
    Topic { reported_late: true, ..over(okta(vec![ehr(Impact::PartialOutage)]), Some(ResolvedHow::VendorSaid)) }
}

fn overrun() -> Topic {
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

/// A change of shifts at 17:30 in Chicago, with something of everything.
pub fn shift() -> ShiftFacts {
    ShiftFacts {
        shift: ShiftId::parse("noc").unwrap(),
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

fn component() -> Topic {
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

/// The same facts for who looks after sources.
pub fn keepers(topics: Vec<Topic>) -> Facts {
    let (subscriptions, receiver) =
        (vec![SubscriptionId::parse("sources").unwrap()], ReceiverId::parse("keepers").unwrap());
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
                page: "https://status.okta.example/".parse().unwrap(),
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
        url: "https://okta.instatus.example/".parse().unwrap(),
        roles: Vec::new(),
        titled: None,
        sign: "page.url and one of Instatus’s words as page.status".into(),
        is_taken_up: false,
    };
    Topic { told: vec![EffectKind::Worse], ..kept(Some(Came::Other(proposal))) }
}

fn as_usual() -> Topic {
    let mut topic = kept(None);
    (topic.told, topic.until) = (vec![EffectKind::Over], Some(at("2026-07-17T22:41:00Z")));
    topic
}

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
