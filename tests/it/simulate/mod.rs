//! The deciding core through many simulated days: vendors flap, edit, vanish and go blind, people silence, acknowledge and
//! change their minds, routes fail and clocks jump. All is drawn from a seed, and a failure says which, with a story
//! from which all that is not needed for it is left out.

mod desk;
mod dice;
mod life;
mod needs;
mod organisation;
mod outbox;
mod post;
mod reality;
mod tally;
mod tests;
mod turns;
mod wish;
mod witness;

use std::collections::BTreeSet;
use std::sync::Arc;

use bellwether::alerting::route::{DecidedService, Decision};
use bellwether::model::silence::{Matcher, Silence};
use jiff::{SignedDuration, Timestamp};

use self::desk::{Desk, Settled};
use self::life::{Deed, Script};
use self::organisation::{ADDRESSES, Organisation, VENDORS, source_id, vendor_id};
use self::post::Post;
use self::reality::Page;
pub use self::tally::Tally;
use self::witness::Witness;
use bellwether::model::id::Ids;
use bellwether::model::inventory::Tier;

/// The days of one life.
pub const DAYS: i64 = 20;
/// After the last deed all reasons not to tell lapse within this time.
const AFTERWARDS: i64 = 4 * 86_400;
/// How often a source is looked at while something is missing there.
const COUNTING: i64 = 240;
/// How much of what was decided is told of a failure.
const NOTES: usize = 30;

/// One simulated life.
struct Life {
    seed: u64,
    desk: Desk,
    pages: Vec<Page>,
    is_online: bool,
    down: BTreeSet<String>,
    witness: Witness,
    post: Post,
    begin: Timestamp,
    /// Seconds since the beginning, and how far the clock is off.
    real: i64,
    off: i64,
    tick: Option<Timestamp>,
    counting: Option<i64>,
    /// What was decided, where somebody wants to read it.
    notes: Option<Vec<String>>,
}

/// Runs the life of a seed.
pub fn run(seed: u64, days: i64) -> Result<Tally, String> {
    live(seed, &life::script(seed, days)).map_err(|why| story(seed, days, &why))
}

fn live(seed: u64, script: &Script) -> Result<Tally, String> {
    let mut life = Life::begin(seed);
    life.live(script)?;
    life.witness.tally.add("merged in the outbox", life.desk.outbox.merges);
    life.witness.tally.add("gathered for later", life.desk.outbox.gathered);
    life.witness.tally.merge(&life.post.tally);
    Ok(life.witness.tally)
}

/// What was decided in a life, the last of it.
fn notes(seed: u64, script: &Script) -> String {
    let mut life = Life { notes: Some(Vec::new()), ..Life::begin(seed) };
    let _ = life.live(script);
    let notes = life.notes.unwrap_or_default();
    notes[notes.len().saturating_sub(NOTES)..].join("\n")
}

/// The failure with the fewest deeds that still lead to one.
fn story(seed: u64, days: i64, why: &str) -> String {
    let (mut script, mut why) = (life::script(seed, days), why.to_owned());
    let mut size = script.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < script.len() {
            let mut shorter = script.clone();
            shorter.drain(at..(at + size).min(script.len()));
            match live(seed, &shorter) {
                Err(still) => (script, why) = (shorter, still),
                Ok(_) => at += size,
            }
        }
        size /= 2;
    }
    let lines: Vec<String> = script.iter().map(|(at, deed)| format!("  {at:>8} s  {deed:?}")).collect();
    let (deeds, wishes) = (lines.join("\n"), Life::begin(seed).who_wants_what(&script));
    format!("seed {seed}, {days} days: {why}\n{deeds}\n{wishes}\n{}", notes(seed, &script))
}

impl Life {
    fn begin(seed: u64) -> Self {
        let begin: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let day = dice::Dice::of(seed).between(0, 330);
        Self {
            seed,
            desk: Desk::new(Arc::new(Organisation::of(seed, 0))),
            pages: (0..VENDORS.len()).map(|_| Page::new()).collect(),
            is_online: true,
            down: BTreeSet::new(),
            witness: Witness::default(),
            post: Post::default(),
            begin: begin + SignedDuration::from_hours(24 * day),
            real: 0,
            off: 0,
            tick: None,
            counting: None,
            notes: None,
        }
    }

    fn live(&mut self, script: &Script) -> Result<(), String> {
        self.desk.unconfirmed.extend(life::guessed(self.seed).map(source_id));
        self.look_at_all()?;
        let calm = life::calm(script.last().map_or(0, |(at, _)| *at) + 4 * 3_600);
        for (at, deed) in script.iter().chain(&calm) {
            self.pass(*at)?;
            self.real = self.real.max(*at);
            self.happen(deed)?;
        }
        let end = self.real + AFTERWARDS + self.off.abs();
        self.pass(end)?;
        self.witness.ends().and_then(|()| self.post.ends()).map_err(|why| self.dated(&why))
    }

    fn who_wants_what(&self, script: &Script) -> String {
        let reloads = script.iter().filter_map(|(_, deed)| match deed {
            Deed::Reload { which } => Some(*which),
            _ => None,
        });
        let one = |reload: usize| {
            let organisation = Organisation::of(self.seed, reload);
            let wishes = organisation.subscriptions.iter().map(|wish| serde_json::to_string(wish).unwrap());
            format!("subscriptions {reload}:\n  {}", wishes.collect::<Vec<_>>().join("\n  "))
        };
        let all: BTreeSet<usize> = [0].into_iter().chain(reloads).collect();
        let services = &self.desk.organisation.inventory.services;
        let needs = services.iter().map(|s| format!("{}: {}", s.id, serde_json::to_string(&s.needs).unwrap()));
        let manner = self.desk.organisation.manner;
        format!(
            "{}\n{}\n{manner:?}",
            needs.collect::<Vec<_>>().join("\n"),
            all.into_iter().map(one).collect::<String>()
        )
    }

    fn now(&self) -> Timestamp {
        self.begin + SignedDuration::from_secs(self.real + self.off)
    }

    fn real_of(&self, at: Timestamp) -> i64 {
        // A tick is never early.
        (at.duration_since(self.begin).as_millis() as i64 + 999).div_euclid(1000) - self.off
    }

    fn dated(&self, why: &str) -> String {
        format!("at {} ({} s): {why}", self.now(), self.real)
    }

    /// Lets time pass up to, but not, `until`.
    fn pass(&mut self, until: i64) -> Result<(), String> {
        loop {
            let tick = self.tick.map(|at| self.real_of(at));
            let due = self.desk.outbox.next_due().map(|at| self.real_of(at));
            let Some(next) = [tick, due, self.counting].into_iter().flatten().min().filter(|at| *at < until) else {
                return Ok(());
            };
            self.is_idle_until(next)?;
            self.real = self.real.max(next);
            if self.counting.is_some_and(|at| at <= self.real) {
                self.counting = None;
                self.look_at_all()?;
            } else if tick.is_some_and(|at| at <= self.real) {
                self.tick()?;
            } else {
                self.deliver()?;
                self.witness.tally.count("deliveries by themselves");
            }
        }
    }

    /// Nothing is told before its time: a tick between now and then finds nothing.
    fn is_idle_until(&mut self, next: i64) -> Result<(), String> {
        let mut dice = dice::Dice::of(self.seed ^ self.real as u64);
        if !dice.percent(10) || next <= self.real + 1 || self.tick.is_none() {
            return Ok(());
        }
        let at = self.begin + SignedDuration::from_secs(dice.between(self.real, next - 1) + self.off);
        self.witness.tally.count("ticks between");
        let told = self.desk.clone().tick(at).decisions.into_iter().find(|d| d.verdict.is_told());
        match told {
            None => Ok(()),
            Some(decision) => Err(self.dated(&format!("a tick at {at} would have told {decision:?}"))),
        }
    }

    fn look_at_all(&mut self) -> Result<(), String> {
        (0..VENDORS.len()).try_for_each(|vendor| self.look(vendor))?;
        self.tick()
    }

    fn look(&mut self, vendor: usize) -> Result<(), String> {
        let (source, now) = (source_id(vendor), self.now());
        let look = self.pages[vendor].look(self.is_online);
        if let Some(settled) = self.desk.look(&source, &look, now) {
            self.settled(&settled)?;
            if self.real % 2 == 0 {
                self.deliver()?;
            }
        }
        if self.desk.known[&source].counts_looks() {
            self.counting.get_or_insert(self.real + COUNTING);
        }
        Ok(())
    }

    fn tick(&mut self) -> Result<(), String> {
        let settled = self.desk.tick(self.now());
        self.tick = settled.next_tick;
        self.settled(&settled)?;
        self.witness.tally.count("ticks");
        self.deliver()
    }

    fn settled(&mut self, settled: &Settled) -> Result<(), String> {
        let now = self.now();
        if let Some(notes) = &mut self.notes {
            notes.extend(settled.decisions.iter().map(|decision| format!("{:>10} s  {}", self.real, noted(decision))));
        }
        self.witness.watch(&self.desk, settled, now).map_err(|why| self.dated(&why))?;
        let put = std::mem::take(&mut self.desk.outbox.put);
        self.post.expect(put).map_err(|why| self.dated(&why))
    }

    fn deliver(&mut self) -> Result<(), String> {
        let now = self.now();
        let rows = self.desk.outbox.deliver(&self.down, now);
        self.post.receive(&rows).map_err(|why| self.dated(&why))
    }

    fn happen(&mut self, deed: &Deed) -> Result<(), String> {
        let name = format!("{deed:?}");
        let name = name.split_whitespace().next().unwrap_or_default();
        self.witness.tally.count(&format!("deed {name}"));
        let now = self.now();
        match deed {
            Deed::Open { vendor, slot, impact, names } => self.pages[*vendor].open(*slot, *impact, *names, now),
            Deed::Say { vendor, slot, word } => self.pages[*vendor].say(*slot, *word, now),
            Deed::Resolve { vendor, slot } => self.pages[*vendor].resolve(*slot, now),
            Deed::Vanish { vendor, slot } => self.pages[*vendor].vanish(*slot),
            Deed::Maintain { vendor, slot, minutes } => self.pages[*vendor].maintain(*slot, *minutes, now),
            Deed::Status { vendor, component, status } => self.pages[*vendor].status(*component, *status),
            Deed::Blind { vendor } => self.pages[*vendor].is_readable = false,
            Deed::Sees { vendor } => self.pages[*vendor].is_readable = true,
            Deed::NetworkGone => self.is_online = false,
            Deed::NetworkBack => self.is_online = true,
            Deed::Silence { what, after, minutes } => self.silence(*what, *after, *minutes, now),
            Deed::EndSilences => self.desk.silences.iter_mut().for_each(|s| s.until = s.until.min(now)),
            Deed::Acknowledge { vendor, slot } => self.acknowledge(*vendor, *slot, true),
            Deed::Unacknowledge { vendor, slot } => self.acknowledge(*vendor, *slot, false),
            Deed::Reload { which } => {
                self.desk.organisation = Arc::new(Organisation::of(self.seed, *which));
            }
            Deed::Confirm { vendor } => drop(self.desk.unconfirmed.remove(&source_id(*vendor))),
            Deed::RouteDown { address } => drop(self.down.insert(address_of(*address))),
            Deed::RouteUp { address } => drop(self.down.remove(&address_of(*address))),
            Deed::Clock { seconds } => {
                self.off += seconds;
                let lenient = SignedDuration::from_secs(seconds.abs() + 7_200);
                self.witness.forgive(self.now() + lenient);
            }
        }
        self.look_at_all()
    }

    fn silence(&mut self, what: usize, after: i64, minutes: i64, now: Timestamp) {
        let mut about = Matcher::default();
        match what {
            0..3 => about.vendors.push(vendor_id(what)),
            3 => about.tiers.push(Tier::Clinical),
            4 => about.components.push("Mail".into()),
            5 => about.words.push("customers".into()),
            other => about.incidents.extend(self.incident(other % 3, 0)),
        }
        if about.is_everything() {
            return;
        }
        let from = now + SignedDuration::from_mins(after);
        self.desk.silences.push(Silence {
            id: format!("silence-{}", self.real),
            about,
            author: "Ada".into(),
            reason: "we know".into(),
            from,
            until: from + SignedDuration::from_mins(minutes),
        });
    }

    fn incident(&self, vendor: usize, slot: usize) -> Option<String> {
        let key = self.pages[vendor].key(slot)?;
        Some(Ids::salted("simulated").incident(&source_id(vendor), key, 0).to_string())
    }

    fn acknowledge(&mut self, vendor: usize, slot: usize, is_taken: bool) {
        let Some(incident) = self.incident(vendor, slot) else { return };
        let known = &self.desk.known[&source_id(vendor)];
        let is_open = known.reports.values().any(|r| r.incident.to_string() == incident && r.standing.is_open());
        if is_taken && is_open {
            self.desk.acknowledged.insert(incident, "Grace".into());
        } else if !is_taken {
            self.desk.acknowledged.remove(&incident);
        }
    }
}

fn address_of(n: usize) -> String {
    format!("mailto:{}@example.org", ADDRESSES[n])
}

fn noted(decision: &Decision) -> String {
    let Decision { receiver, cause, verdict, flapping, escalation, .. } = decision;
    let one = |s: &DecidedService| format!("{} {} ({})", s.service, s.kind.word(), s.impact);
    let services: Vec<String> = decision.services.iter().map(one).collect();
    format!("{receiver}: {} by {cause}: {verdict:?} {flapping:?} {escalation:?}", services.join(", "))
}
