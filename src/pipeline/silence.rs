//! Somebody wants something not to be told for a while. Each silence has an author, a reason and an end, and a line in the
//! audit; nothing here silences everything, or for ever.
//!
//! Nobody is told anything here: what is silenced is found by each run of `route`, and what a silence kept back is told
//! by the first tick after its end, if it still holds.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::compiled::Compiled;
use super::hand::NotTaken;
use super::stage::remember;
use crate::alerting::about;
use crate::alerting::effects::effects;
use crate::alerting::route::{About, Ground, silenced};
use crate::alerting::step::{Remembered, Scene};
use crate::model::audit::{By, Deed, Entry};
use crate::model::effect::Effect;
use crate::model::hash::Hasher;
use crate::model::id::IncidentId;
use crate::model::inventory::Tier;
use crate::model::published::time;
use crate::model::silence::{Matcher, Silence};
use crate::model::text;
use crate::store::{Store, StoreError, Writing};

/// The longest reason, in characters.
pub const REASON: usize = 400;
/// The longest name in a list, and how many a list may hold.
const NAME: (usize, usize) = (120, 50);

/// What somebody wants to be silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Its own key, so that it counts once.
    pub key: String,
    /// What it is about.
    pub about: Matcher,
    /// Why.
    pub reason: String,
    /// Until when.
    pub until: Timestamp,
}

/// What is wrong with a wish, and in which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field.
    pub field: &'static str,
    /// Why, for people.
    pub why: String,
}

impl Wish {
    /// All that is wrong with it, as far as it can be said without the store.
    #[must_use]
    pub fn problems(&self, compiled: &Compiled, now: Timestamp) -> Vec<Problem> {
        let mut problems =
            reason_and_end(&self.reason, self.until, now, "What lasts longer belongs into a subscription.");
        problems.extend(self.names(compiled).into_iter().map(|(field, why)| Problem { field, why }));
        problems
    }

    fn names(&self, compiled: &Compiled) -> Vec<(&'static str, String)> {
        let about = &self.about;
        let lists = [("components", &about.components), ("regions", &about.regions), ("words", &about.words)];
        let mut wrong = Vec::new();
        if !chooses(about) {
            let why = "This would silence everything. Name a vendor, a service, an incident, or a part of one.";
            wrong.push(("vendors", why.to_owned()));
        }
        for (field, list) in lists {
            if list.len() > NAME.1 {
                wrong.push((field, format!("These are more than {}.", NAME.1)));
            } else if list.iter().any(|name| name.chars().count() > NAME.0) {
                wrong.push((field, format!("One of them is longer than {} characters.", NAME.0)));
            }
        }
        let vendor = about.vendors.iter().find(|vendor| !compiled.knows(vendor));
        wrong.extend(vendor.map(|vendor| ("vendors", format!("No vendor is called {vendor}."))));
        let service = about.services.iter().find(|service| compiled.inventory.service(service).is_none());
        wrong.extend(service.map(|service| ("services", format!("No service is called {service}."))));
        wrong
    }
}

/// What is wrong with the reason and the end of what somebody wants for a while; `instead` is what to do for longer.
pub(super) fn reason_and_end(reason: &str, until: Timestamp, now: Timestamp, instead: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut wrong = |field: &'static str, why: String| problems.push(Problem { field, why });
    if reason.trim().is_empty() {
        wrong("reason", "Say why: whoever finds it at 3 a.m. must know.".to_owned());
    } else if reason.chars().count() > REASON {
        wrong("reason", format!("It is longer than {REASON} characters."));
    }
    if until <= now {
        wrong("until", "This is over already: choose an end that lies ahead.".to_owned());
    } else if until.duration_since(now) > Silence::LONGEST {
        wrong("until", format!("This is more than 30 days away. {instead}"));
    }
    problems
}

/// Whether a matcher leaves anything out.
fn chooses(about: &Matcher) -> bool {
    let names_some = |list: &[String]| !list.is_empty() && !list.iter().any(|name| says_nothing(name));
    let tiers: BTreeSet<Tier> = about.tiers.iter().copied().collect();
    !about.services.is_empty()
        || !about.vendors.is_empty()
        || !about.incidents.is_empty()
        || !tiers.is_empty() && tiers.len() < Tier::ALL.len()
        || [&about.components, &about.regions, &about.words].into_iter().any(|list| names_some(list))
}

/// A pattern that every name fits, and a word that stands in every text.
fn says_nothing(pattern: &str) -> bool {
    pattern.chars().all(|c| matches!(c, '*' | '?') || c.is_whitespace())
}

/// Puts a silence: it, and what it keeps silent at this moment. Put twice by one key, it stands once.
///
/// # Errors
/// [`NotTaken`].
pub async fn put(
    store: &Store,
    compiled: &Compiled,
    wish: &Wish,
    by: &By,
    now: Timestamp,
) -> Result<(Silence, Vec<Effect>), NotTaken> {
    let mut tx = store.write().await?;
    let silence = made(&mut tx, compiled, wish, by, now).await?;
    let hushed = hushed(&mut tx, compiled, &silence, now).await?;
    if let Some(known) = tx.silence(&silence.id).await? {
        return Ok((known, hushed));
    }
    tx.put_silence(&silence).await?;
    let detail = format!("{}, until {}: {}", silence.about, time(silence.until), silence.reason);
    tx.put_audit(&Entry::of(now, by, Deed::Silenced, &*silence.id).with(text::line(&detail, 300))).await?;
    tx.commit().await?;
    Ok((silence, hushed))
}

/// What a silence would keep silent at this moment. Nothing of it happens.
///
/// # Errors
/// [`NotTaken`].
pub async fn foresee(
    store: &Store,
    compiled: &Compiled,
    wish: &Wish,
    by: &By,
    now: Timestamp,
) -> Result<Vec<Effect>, NotTaken> {
    let mut tx = store.write().await?;
    // Dropped without a commit: it never was.
    let silence = made(&mut tx, compiled, wish, by, now).await?;
    Ok(hushed(&mut tx, compiled, &silence, now).await?)
}

/// Ends a silence before its time. What it kept back and still holds is told by the next tick.
///
/// # Errors
/// [`NotTaken`].
pub async fn end(store: &Store, id: &str, by: &By, now: Timestamp) -> Result<Silence, NotTaken> {
    let mut tx = store.write().await?;
    let Some(silence) = tx.silence(id).await? else {
        return Err(NotTaken::Senseless(format!("there is no silence {}", text::line(id, 60))));
    };
    if silence.until <= now {
        return Err(NotTaken::Senseless(format!("{} is over since {}", silence.id, time(silence.until))));
    }
    let silence = Silence { from: silence.from.min(now), until: now, ..silence };
    tx.put_silence(&silence).await?;
    let detail = format!("it was {}, by {}: {}", silence.about, silence.author, silence.reason);
    tx.put_audit(&Entry::of(now, by, Deed::SilenceEnded, &*silence.id).with(text::line(&detail, 300))).await?;
    tx.commit().await?;
    Ok(silence)
}

/// The silence of a wish, if it makes sense.
async fn made(
    tx: &mut Writing,
    compiled: &Compiled,
    wish: &Wish,
    by: &By,
    now: Timestamp,
) -> Result<Silence, NotTaken> {
    if let Some(problem) = wish.problems(compiled, now).into_iter().next() {
        return Err(NotTaken::Senseless(format!("{}: {}", problem.field, problem.why)));
    }
    let mut about = wish.about.clone();
    for incident in &mut about.incidents {
        let whole = tx.whole(&IncidentId(incident.clone())).await?;
        if tx.reports_of(&whole).await?.is_empty() {
            return Err(NotTaken::Senseless(format!("there is no incident {}", text::line(incident, 80))));
        }
        *incident = whole.0;
    }
    // One person's key is not another's.
    let key = Hasher::default().part(&by.who).part(&wish.key).hex(12);
    Ok(Silence {
        id: format!("silence-{key}"),
        about,
        author: by.who.clone(),
        reason: text::line(&wish.reason, REASON),
        from: now,
        until: wish.until,
    })
}

/// The effects that a silence is about, as they stand.
async fn hushed(
    tx: &mut Writing,
    compiled: &Compiled,
    silence: &Silence,
    now: Timestamp,
) -> Result<Vec<Effect>, StoreError> {
    let mut world = tx.world(&compiled.polled()).await?;
    world.unconfirmed = tx.unconfirmed(&compiled.guessed).await?;
    let effects = effects(&compiled.graph, &world, compiled.effect_rules, now);
    let (only, nothing) = ([silence.clone()], About::default());
    let ground = Ground { rules: &compiled.rules, manner: compiled.manner, silences: &only, now };
    let upstream = compiled.inventory.upstream.as_slice();
    let scene = Scene { graph: &compiled.graph, upstream, world: &world, changes: &[], ground };
    let causes = effects.hurts.keys().map(|(_, cause)| cause.clone()).collect();
    let remembered = remember(tx, &scene, Remembered { causes, ..Remembered::default() }).await?;
    let all = about::of_all(&scene, &remembered);
    let is_silenced = |effect: &&Effect| {
        let about = all.get(&effect.cause).unwrap_or(&nothing);
        silenced(&only, effect, about, compiled.rules.tier(&effect.service), now).is_some()
    };
    Ok(effects.hurts.values().filter(is_silenced).cloned().collect())
}
