//! A scenario played: minute by minute through the pipeline as it runs in earnest, up to the far side, which is ours.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::alerting::message::message;
use bellwether::delivery::retry;
use bellwether::model::audit::By;
use bellwether::model::change::Change;
use bellwether::model::id::{IncidentId, SourceId, VendorId};
use bellwether::model::impact::Impact;
use bellwether::model::notification::Facts;
use bellwether::model::overrides::{Override, Part};
use bellwether::model::silence::{Matcher, Silence};
use bellwether::model::subscription::Subscription;
use bellwether::model::vendor::Source;
use bellwether::pipeline::acknowledge::acknowledge;
use bellwether::pipeline::assure::assure_once;
use bellwether::pipeline::compiled::Compiled;
use bellwether::pipeline::confirm::confirm;
use bellwether::pipeline::hand::{self, Act, Word};
use bellwether::pipeline::join::join;
use bellwether::pipeline::look::{Ask, Memory};
use bellwether::pipeline::overrides::{self, Judged};
use bellwether::pipeline::poll_once;
use bellwether::pipeline::settle::{Happened, tick_once};
use bellwether::pipeline::silence::{self, Wish};
use bellwether::store::Store;
use bellwether::store::known::Seen;
use bellwether::store::outbox::{Frozen, Tried};
use jiff::{SignedDuration, Timestamp};

use super::coverage;
use super::file::{Scenario, Step, Theme};
use super::organisation::{Organisation, compiled, components};
use super::page::Pages;

/// The shortest time for which the far side may take a message; never reached here.
const LEASE: SignedDuration = SignedDuration::from_mins(1);

/// One message that arrived.
pub struct Letter {
    pub at: Timestamp,
    pub receiver: String,
    pub subject: String,
    pub text: String,
}

/// The program, its clock, and those who write and read.
pub struct Play<P> {
    pub store: Store,
    pub compiled: Compiled,
    pub pages: P,
    pub subscriptions: Vec<Subscription>,
    pub letters: Vec<Letter>,
    /// What was decided not to be told: when, to whom, by which rule and why.
    pub withheld: Vec<(Timestamp, String, &'static str, String)>,
    /// What was reached, in the words of the coverage.
    pub reached: BTreeSet<String>,
    pub memories: BTreeMap<SourceId, Memory>,
    /// What incidents are called, by source and key.
    known: BTreeMap<(SourceId, String), IncidentId>,
    silences: Vec<Silence>,
    overrides: Vec<Override>,
    refusing: BTreeMap<String, String>,
    /// How far the machine's clock is off.
    off: SignedDuration,
    edition: u64,
    /// When time alone will next change anything, as far as is known.
    pub next_tick: Option<Timestamp>,
}

/// Plays a scenario to its end.
pub async fn play(theme: &Theme, scenario: &Scenario) -> Play<Pages> {
    let mut organisation = Organisation::of(theme, scenario);
    let mut play = Play::new(&organisation, &scenario.name, Pages::default()).await;
    for (source, components) in components() {
        play.pages.furnish(&source, &components);
    }
    let (begin, end) = (scenario.begins(), scenario.time(&scenario.until));
    let mut times: BTreeSet<Timestamp> = scenario.steps.iter().map(|step| scenario.time(&step.at)).collect();
    let minutes = (0..).map(|n| begin + SignedDuration::from_mins(n * scenario.every));
    times.extend(minutes.take_while(|at| *at <= end));
    times.insert(end);
    for at in times {
        play.deliver_before(at).await;
        for step in scenario.steps.iter().filter(|step| scenario.time(&step.at) == at) {
            if play.happen(step, scenario, at).await {
                organisation = organisation.changed(step);
                play.reload(&organisation, &scenario.name);
            }
        }
        let sources = play.compiled.sources.values().cloned().collect();
        play.look_at(sources, at).await;
        play.tick(at).await;
        play.deliver(play.now(at)).await;
    }
    play
}

impl<P: Ask> Play<P> {
    pub async fn new(organisation: &Organisation, name: &str, pages: P) -> Self {
        let sound = organisation.sound(name);
        Self {
            store: Store::in_memory().await.unwrap(),
            compiled: compiled(&sound, 1),
            subscriptions: sound.subscriptions.subscriptions,
            pages,
            letters: Vec::new(),
            withheld: Vec::new(),
            reached: BTreeSet::new(),
            memories: BTreeMap::new(),
            known: BTreeMap::new(),
            silences: Vec::new(),
            overrides: Vec::new(),
            refusing: BTreeMap::new(),
            off: SignedDuration::ZERO,
            edition: 1,
            next_tick: None,
        }
    }

    /// What the machine's clock shows.
    pub fn now(&self, at: Timestamp) -> Timestamp {
        at + self.off
    }

    fn reload(&mut self, organisation: &Organisation, name: &str) {
        self.edition += 1;
        let sound = organisation.sound(name);
        self.compiled = compiled(&sound, self.edition);
        self.subscriptions = sound.subscriptions.subscriptions;
    }

    /// One look at each of these sources. Whether any of them was news.
    pub async fn look_at(&mut self, sources: Vec<Source>, at: Timestamp) -> bool {
        let now = self.now(at);
        let (mut seen, mut is_news) = (Vec::new(), false);
        for source in sources {
            let mut memory = self.memories.remove(&source.id).unwrap_or_default();
            let happened =
                poll_once(&self.store, &self.compiled, &source, &mut memory, &self.pages, now).await.unwrap();
            is_news |= happened.was_taken_in;
            let good = memory.is_readable().then_some(now);
            seen.push(Seen { source: source.id.clone(), look: now, good, next: None, moved: memory.moved });
            self.memories.insert(source.id, memory);
            self.hear(happened);
        }
        self.store.put_seen(&seen).await.unwrap();
        is_news
    }

    /// What time brings: second ways, and all that the tick does.
    pub async fn tick(&mut self, at: Timestamp) {
        let now = self.now(at);
        assure_once(&self.store, &self.compiled, now).await.unwrap();
        let happened = tick_once(&self.store, &self.compiled, now).await.unwrap();
        self.next_tick = happened.next_tick;
        self.hear(happened);
    }

    fn hear(&mut self, happened: Happened) {
        for change in &happened.changes {
            if let Change::Incident(c) = change {
                self.known.insert((c.report.source.clone(), c.report.seen.key.clone()), c.report.incident.clone());
            }
        }
        for notice in happened.notices {
            self.reached.insert(coverage::decided(notice.rule));
            if !notice.sent {
                let hushed = self.silences.iter().filter(|silence| notice.why.contains(&silence.id));
                self.reached.extend(hushed.flat_map(|silence| coverage::silenced_by(&silence.about)));
                self.withheld.push((notice.at, notice.receiver.to_string(), notice.rule, notice.why));
            }
        }
    }

    /// Delivers what is due before that time, each at its own; what waits for another waits for the next look.
    pub async fn deliver_before(&mut self, at: Timestamp) {
        let now = self.now(at);
        while let Some(due) = self.store.next_due().await.unwrap().filter(|due| *due < now) {
            if self.deliver(due).await == 0 {
                return;
            }
        }
    }

    /// Delivers all that is due, the first try of each frozen before it is made. How many tries that were.
    pub async fn deliver(&mut self, now: Timestamp) -> usize {
        let mut tries = 0;
        loop {
            let claimed = self.store.claim("scenarios", 100, &[], now + LEASE, now).await.unwrap();
            if claimed.is_empty() {
                return tries;
            }
            tries += claimed.len();
            for row in claimed {
                let (is_first, row) = (row.bytes.is_none(), row.notification);
                let words = message(&row.id, &row.facts);
                if is_first {
                    let frozen = Frozen { subject: words.subject.clone(), bytes: words.text.clone().into_bytes() };
                    self.store.freeze(&row.id, &frozen).await.unwrap();
                }
                let receiver = row.receiver.to_string();
                let tried = match self.refusing.get(&receiver) {
                    None => Tried::Delivered { answer: "250".into() },
                    Some(reason) => self.refused(&row.receiver, row.tries, reason, now),
                };
                self.store.mark(&row.id, &tried, now).await.unwrap();
                if matches!(tried, Tried::Delivered { .. }) {
                    self.arrive(receiver, &row.facts, words.subject, &words.text, now);
                }
            }
        }
    }

    fn refused(&self, receiver: &bellwether::model::id::ReceiverId, tries: u32, reason: &str, now: Timestamp) -> Tried {
        let way = self.compiled.rules.receivers().get(receiver).map(|receiver| &receiver.way);
        match retry::next_try(way, tries + 1, 0.5) {
            Some(wait) => {
                Tried::Again { due: now + SignedDuration::try_from(wait).unwrap(), reason: reason.to_owned() }
            }
            None => Tried::Dead { reason: reason.to_owned() },
        }
    }

    fn arrive(&mut self, receiver: String, facts: &Facts, subject: String, text: &str, at: Timestamp) {
        self.reached.extend(coverage::told(facts, &self.subscriptions));
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.letters.push(Letter { at, receiver, subject, text });
    }

    /// The source of a page, by its own name or its vendor's.
    fn source(&self, page: &str) -> SourceId {
        if page.contains('/') {
            return SourceId::parse(page).unwrap();
        }
        let vendor = self.compiled.vendors.get(&VendorId::parse(page).unwrap());
        let sources = &vendor.unwrap_or_else(|| panic!("no vendor is called {page}")).sources;
        match sources.as_slice() {
            [only] => only.id.clone(),
            _ => panic!("{page} has {} sources: say which", sources.len()),
        }
    }

    /// Our id of `keyring a`, or of what was entered by hand, `carechart x`.
    fn incident(&self, called: &str) -> IncidentId {
        let (page, key) = called.split_once(' ').unwrap_or_else(|| panic!("{called:?} names no incident"));
        let by_hand = VendorId::parse(page).ok().map(|vendor| (SourceId::by_hand(&vendor), key.to_owned()));
        let known = by_hand.and_then(|named| self.known.get(&named));
        let known = known.or_else(|| self.known.get(&(self.source(page), key.to_owned())));
        known.unwrap_or_else(|| panic!("nobody has seen {called}")).clone()
    }
}

impl Play<Pages> {
    /// Lets a step happen. Whether it changes the files.
    async fn happen(&mut self, step: &Step, scenario: &Scenario, at: Timestamp) -> bool {
        let now = self.now(at);
        let by = By::terminal(step.by.as_deref().unwrap_or("Ada"));
        if let Some(page) = &step.page {
            let source = self.source(page);
            self.pages.say(source.as_str(), step, scenario);
        } else if let Some(called) = &step.acknowledge {
            acknowledge(&self.store, &self.incident(called), true, &by, now).await.unwrap();
        } else if let Some(about) = &step.silence {
            let until = scenario.time(step.until.as_deref().expect("a silence has an end"));
            self.put_silence(about, step, until, &by, now).await;
        } else if step.end_silence {
            let newest = self.silences.last().expect("nothing is silenced").id.clone();
            silence::end(&self.store, &newest, &by, now).await.unwrap();
        } else if let Some(vendor) = &step.override_of {
            self.put_override(vendor, step, scenario, &by, now).await;
        } else if step.end_override {
            let newest = self.overrides.last().expect("nothing is set by hand").id.clone();
            let ended = overrides::end(&self.store, Some(&self.compiled), &newest, &by, now).await.unwrap();
            self.hear(ended.1);
        } else if let Some(vendor) = &step.hand {
            self.enter(vendor, step, now).await;
        } else if let Some([ours, vendors]) = &step.join {
            let (ours, vendors) = (self.incident(ours), self.incident(vendors));
            let happened = join(&self.store, &self.compiled, &ours, &vendors, &by, now).await.unwrap();
            self.hear(happened);
        } else if let Some(page) = &step.confirm {
            let happened = confirm(&self.store, &self.compiled, &self.source(page), &by, now).await.unwrap();
            self.hear(happened);
        } else if let Some(receiver) = &step.receiver {
            match &step.refuses {
                Some(reason) => self.refusing.insert(receiver.clone(), reason.clone()),
                None => self.refusing.remove(receiver),
            };
        } else if let Some(network) = &step.network {
            self.pages.is_offline = network == "gone";
        } else if let Some(clock) = &step.clock {
            self.off = scenario.time(clock).duration_since(at);
        } else if step.restart {
            self.store.void_leases().await.unwrap();
            let remembered = self.store.remembered().await.unwrap();
            self.memories = remembered.iter().map(|one| (one.source.clone(), Memory::from_store(one))).collect();
        } else {
            return true;
        }
        false
    }

    async fn put_silence(&mut self, about: &Matcher, step: &Step, until: Timestamp, by: &By, now: Timestamp) {
        let incidents = about.incidents.iter().map(|called| self.incident(called).0).collect();
        let about = Matcher { incidents, ..about.clone() };
        let reason = step.reason.clone().unwrap_or_else(|| "we know".to_owned());
        let wish = Wish { key: format!("{now}"), about, reason, until };
        let (silence, _) = silence::put(&self.store, &self.compiled, &wish, by, now).await.unwrap();
        self.silences.push(silence);
    }

    /// A person sets what is open at a vendor to another impact: until a time, or until the vendor's next change.
    async fn put_override(&mut self, vendor: &str, step: &Step, scenario: &Scenario, by: &By, now: Timestamp) {
        let until = step.until.as_deref().map(|until| scenario.time(until));
        let wish = overrides::Wish {
            key: format!("{now}"),
            of: Part { vendor: VendorId::parse(vendor).unwrap(), component: step.component.clone(), incident: None },
            impact: impact(step.impact.as_deref().expect("an override has an impact")),
            reason: step.reason.clone().unwrap_or_else(|| "their engineer says so".to_owned()),
            until,
            until_change: until.is_none(),
        };
        let put = overrides::put(&self.store, &self.compiled, &wish, by, Judged::AtOnce, now).await.unwrap();
        self.overrides.push(put.one);
        self.hear(put.happened);
    }

    /// A person's word on an incident of a vendor: the first one opens it.
    async fn enter(&mut self, vendor: &str, step: &Step, now: Timestamp) {
        let vendor = VendorId::parse(vendor).unwrap();
        let key = step.incident.clone().expect("what is entered by hand has a key");
        let known = self.known.get(&(SourceId::by_hand(&vendor), key.clone())).cloned();
        let is_over = step.phase.as_deref() == Some("resolved");
        let act = match known {
            None => Act::Open {
                vendor,
                title: step.title.clone().unwrap_or_else(|| format!("Trouble {key}")),
                components: step.components.clone().unwrap_or_default(),
                regions: Vec::new(),
                since: None,
            },
            Some(incident) if is_over => Act::Resolve { incident },
            Some(incident) => Act::Update { incident },
        };
        let key = if matches!(act, Act::Open { .. }) { key } else { format!("{key} {now}") };
        let impact = step.impact.as_deref().map(impact);
        let author = step.by.clone().unwrap_or_else(|| "Ada".to_owned());
        let word = Word { key, at: now, author, act, impact, text: step.says.clone() };
        let (_, happened) = hand::take_word(&self.store, &self.compiled, &word, now).await.unwrap();
        self.hear(happened);
    }
}

fn impact(word: &str) -> Impact {
    serde_json::from_value(word.into()).unwrap_or_else(|_| panic!("{word} is no impact of ours"))
}
