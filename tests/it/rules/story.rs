//! Any sequence of looks: who is told that a service is hurt is told its end, once, and nothing is told twice.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::model::effect::EffectKind;
use bellwether::model::impact::Impact;
use bellwether::model::snapshot::{Look, SeenIncident};
use proptest::prelude::*;

use crate::support::model::*;

/// What may happen between two looks, or instead of one.
#[derive(Debug, Clone)]
enum Turn {
    /// An incident is there, new or changed.
    Put { key: usize, impact: Impact, named: usize },
    /// The vendor says that it is over.
    End(usize),
    /// It is listed no more.
    Vanish(usize),
    /// The look saw nothing.
    Unreadable,
    /// The page answers that nothing changed.
    Same,
    /// Time passes.
    Wait(i64),
    /// A component's own status.
    Component(Impact),
}

const NAMED: [&[&str]; 4] = [&[], &["SSO"], &["MFA"], &["SSO", "MFA"]];

fn impact() -> impl Strategy<Value = Impact> {
    use Impact::{Degraded, MajorOutage, PartialOutage, Unknown};
    prop::sample::select(vec![Degraded, PartialOutage, MajorOutage, Unknown])
}

fn turn(with_components: bool) -> impl Strategy<Value = Turn> {
    let component = prop::sample::select(vec![Impact::Operational, Impact::Degraded, Impact::MajorOutage]);
    prop_oneof![
        4 => (0..3usize, impact(), 0..NAMED.len()).prop_map(|(key, impact, named)| Turn::Put { key, impact, named }),
        2 => (0..3usize).prop_map(Turn::End),
        2 => (0..3usize).prop_map(Turn::Vanish),
        1 => Just(Turn::Unreadable),
        1 => Just(Turn::Same),
        3 => (1..15i64).prop_map(Turn::Wait),
        u32::from(with_components) * 2 => component.prop_map(Turn::Component),
    ]
}

/// The page as it stands, and the desk that looks at it.
struct Story {
    desk: Desk,
    page: BTreeMap<usize, SeenIncident>,
    sso: Impact,
    minutes: i64,
    sent: Vec<Sent>,
}

impl Story {
    async fn new() -> Self {
        let inventory = [
            service("ehr", "EHR", r#"{ vendor = "okta", components = ["SSO"], without = "stops" }"#),
            service("lab", "Lab", r#"{ vendor = "okta", without = "stops" }"#),
        ];
        let subscriptions = [receiver("noc", ""), receiver("boss", "least = \"partial_outage\"\nservices = [\"ehr\"]")];
        let desk = Desk::new(&inventory, &subscriptions).await;
        desk.all_quiet().await;
        Self { desk, page: BTreeMap::new(), sso: Impact::Operational, minutes: 0, sent: Vec::new() }
    }

    async fn look(&mut self, look: Look) {
        self.minutes += 1;
        let step = self.desk.look("okta/status", look, self.minutes).await;
        self.sent.extend(step.sent);
    }

    async fn look_at_the_page(&mut self) {
        let page = listing(self.page.values().cloned().collect());
        self.look(seen(with_components(vec![status("SSO", self.sso)], page))).await;
    }

    async fn turn(&mut self, turn: Turn) {
        match turn {
            Turn::Put { key, impact, named } => {
                let said = with_impact(impact, naming(NAMED[named], incident(&format!("k{key}"))));
                self.page.insert(key, said);
            }
            Turn::End(key) => {
                if let Some(said) = self.page.get_mut(&key) {
                    *said = ended(self.minutes, said.clone());
                }
            }
            Turn::Vanish(key) => drop(self.page.remove(&key)),
            Turn::Component(status) => self.sso = status,
            Turn::Unreadable => return self.look(garbled()).await,
            Turn::Same => return self.look(Look::SameAsBefore).await,
            Turn::Wait(minutes) => {
                self.minutes += minutes;
                let step = self.desk.tick(self.minutes).await;
                self.sent.extend(step.sent);
            }
        }
        self.look_at_the_page().await;
    }

    /// Everything ends, and is seen to have ended.
    async fn end(&mut self) {
        self.page.clear();
        self.sso = Impact::Operational;
        for _ in 0..3 {
            self.look_at_the_page().await;
            self.minutes += 10;
        }
        self.turn(Turn::Wait(1)).await;
    }

    /// What somebody was told to come and go: then only the first word and the last are bound.
    fn flapped(&self) -> BTreeSet<String> {
        let topics = self.sent.iter().flat_map(|sent| sent.facts.topics.iter().map(move |topic| (sent, topic)));
        let flapped = topics.filter(|(_, topic)| topic.flapping.is_some());
        flapped
            .flat_map(|(sent, t)| t.services.iter().map(move |s| format!("{} {} {}", sent.receiver, s.id, t.cause)))
            .collect()
    }

    /// What each receiver was told, in order, of each service, and of each cause too where `by_cause`.
    fn told(&self, by_cause: bool) -> BTreeMap<String, Vec<(EffectKind, Impact)>> {
        let mut told: BTreeMap<String, Vec<(EffectKind, Impact)>> = BTreeMap::new();
        for sent in &self.sent {
            for topic in &sent.facts.topics {
                let cause = if by_cause { topic.cause.to_string() } else { String::new() };
                for service in &topic.services {
                    let what = format!("{} {} {cause}", sent.receiver, service.id);
                    told.entry(what).or_default().push((service.effect, service.impact));
                }
            }
        }
        told
    }
}

fn play(turns: Vec<Turn>) -> Story {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut story = Story::new().await;
        for turn in turns {
            story.turn(turn).await;
        }
        story.end().await;
        let mut tx = story.desk.store.write().await.unwrap();
        assert_eq!(tx.told(None).await.unwrap(), BTreeMap::new(), "something is still held to be told");
        drop(tx);
        story
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn every_hurt_that_is_told_is_followed_by_exactly_one_over(turns in prop::collection::vec(turn(false), 1..40)) {
        let story = play(turns);
        let flapped = story.flapped();
        for (what, told) in story.told(true) {
            if flapped.contains(&what) {
                prop_assert_eq!(told.first().unwrap().0, EffectKind::Hurt, "{}: {:?}", &what, &told);
                prop_assert_eq!(told.last().unwrap().0, EffectKind::Over, "{}: {:?}", &what, &told);
                continue;
            }
            let mut is_hurt = false;
            let mut before = None;
            for (kind, impact) in &told {
                prop_assert!(before != Some((kind, impact)), "{what} was told twice: {told:?}");
                match kind {
                    EffectKind::Hurt => prop_assert!(!is_hurt, "{what}: hurt while hurt: {told:?}"),
                    EffectKind::Worse | EffectKind::Better | EffectKind::Over => {
                        prop_assert!(is_hurt, "{what}: {kind:?} before hurt: {told:?}");
                    }
                }
                is_hurt = *kind != EffectKind::Over;
                before = Some((kind, impact));
            }
            prop_assert!(!is_hurt, "{what}: its end was never told: {told:?}");
        }
    }

    #[test]
    fn with_components_folded_in_and_out_the_first_word_is_hurt_and_the_last_is_over(
        turns in prop::collection::vec(turn(true), 1..40)
    ) {
        for (what, told) in play(turns).told(false) {
            let (first, last) = (told.first().unwrap().0, told.last().unwrap().0);
            prop_assert_eq!((first, last), (EffectKind::Hurt, EffectKind::Over), "{}: {:?}", what, told);
        }
    }
}
