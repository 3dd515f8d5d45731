//! Subscriptions that people make themselves: asked for, confirmed by the owner of the address, changed, left, locked. Each
//! step is one transaction with its line of the audit. Before the confirmation an address gets one mail, and after it was
//! left none, whatever is under way.

pub mod link;
pub mod past;

use jiff::{SignedDuration, Timestamp};

use super::compiled::Compiled;
use super::hand::NotTaken;
use crate::alerting::wish;
use crate::model::audit::{By, Deed, Entry};
use crate::model::course::Course;
use crate::model::notification::{Asks, FACTS_VERSION, Facts};
use crate::model::own::{Choice, Own, Owner, Standing, id_of};
use crate::model::subscription::Email;
use crate::store::outbox::Gather;
use crate::store::{Store, StoreError, Writing};

/// In which time so much may be asked for and no more.
const LATELY: SignedDuration = SignedDuration::from_hours(1);
/// By one account or token.
const BY_OWNER: i64 = 5;
/// From one place in the network.
const FROM_ORIGIN: i64 = 10;
/// So many may one account or token have at the same time.
const HELD: i64 = 20;

/// Who acts on subscriptions.
#[derive(Debug, Clone)]
pub struct Actor {
    /// For the audit.
    pub by: By,
    /// Whose are his own; none for who types commands.
    pub owner: Option<Owner>,
    /// Whether those of others are his business too.
    pub is_admin: bool,
}

/// The key by which what an account owns is known.
#[must_use]
pub fn account_key(id: &str) -> String {
    format!("account {id}")
}

/// The same for a token.
#[must_use]
pub fn token_key(id: &str) -> String {
    format!("token {id}")
}

fn no<T>(why: impl Into<String>) -> Result<T, NotTaken> {
    Err(NotTaken::Senseless(why.into()))
}

async fn audit(
    tx: &mut Writing,
    own: &Own,
    by: &By,
    deed: Deed,
    detail: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let about = format!("{} for {}", own.id, own.address);
    tx.put_audit(&Entry::of(now, by, deed, about).with(detail)).await
}

/// Asks for a subscription. Its address is written to once, to be confirmed, unless the same owner has confirmed it before.
///
/// # Errors
/// [`NotTaken`]: no page to confirm it on, too much was asked for of late, or it would tell nothing.
pub async fn ask(
    store: &Store,
    compiled: &Compiled,
    address: &Email,
    choice: &Choice,
    actor: &Actor,
    now: Timestamp,
) -> Result<Own, NotTaken> {
    if compiled.page.is_none() {
        return no("nobody could confirm it: set organisation.page in config/bellwether.toml, where the link leads to");
    }
    let mut tx = store.write().await?;
    let is_known = is_confirmed(&mut tx, address, actor).await?;
    may_ask(&mut tx, address, actor, is_known, now).await?;
    let own = Own {
        id: id_of(rand::random()),
        address: address.clone(),
        owner: actor.owner.clone(),
        choice: choice.clone(),
        asked: now,
        confirmed: is_known.then_some(now),
        paused: None,
        left: None,
        left_by_link: false,
        locked: None,
        wants_out: None,
    };
    tx.put_own(&own, &actor.by.origin, !is_known).await?;
    if !is_known {
        put_question(&mut tx, compiled, &own, now).await?;
    }
    let how = if is_known { "its address was confirmed before" } else { "to be confirmed" };
    audit(&mut tx, &own, &actor.by, Deed::SubscriptionAsked, how, now).await?;
    tx.commit().await?;
    Ok(own)
}

/// Whether the same account or token has a subscription at this address that was confirmed and not left.
async fn is_confirmed(tx: &mut Writing, address: &Email, actor: &Actor) -> Result<bool, StoreError> {
    let Some(owner) = &actor.owner else { return Ok(false) };
    let there = tx.owns_at(address).await?;
    let is_theirs = |own: &Own| own.owner.as_ref().is_some_and(|other| other.key == owner.key);
    Ok(there.iter().any(|own| own.confirmed.is_some() && own.left.is_none() && is_theirs(own)))
}

async fn may_ask(
    tx: &mut Writing,
    address: &Email,
    actor: &Actor,
    is_known: bool,
    now: Timestamp,
) -> Result<(), NotTaken> {
    let owner = actor.owner.as_ref().map(|owner| owner.key.as_str());
    let asked = tx.asked(address, owner, &actor.by.origin, now - LATELY).await?;
    if asked.address.is_some() && !is_known {
        return no(format!(
            "{address} was asked within the last hour whether it wants alerts; its owner can say yes by the link in that mail. Try again in an hour"
        ));
    }
    if owner.is_some() && asked.held >= HELD {
        return no(format!("you have {} subscriptions; leave one first", asked.held));
    }
    if asked.by_owner >= BY_OWNER || owner.is_some() && asked.from_origin >= FROM_ORIGIN {
        return no("so many were asked for within the last hour; try again in an hour");
    }
    Ok(())
}

/// The one mail to an address that nobody has confirmed.
async fn put_question(tx: &mut Writing, compiled: &Compiled, own: &Own, now: Timestamp) -> Result<(), StoreError> {
    let receiver = own.receiver();
    let name = |id: &_| compiled.vendor_name(id);
    let asks = Asks {
        own: own.id.clone(),
        by: own.owner.as_ref().map(|owner| owner.name.clone()),
        // Neither what somebody typed nor what a vendor calls itself.
        means: wish::summary(
            &Choice { vendors: Vec::new(), ..own.choice.clone() },
            &compiled.inventory,
            name,
            &compiled.time_zone,
            false,
        ),
    };
    let facts = Facts {
        version: FACTS_VERSION,
        at: now,
        organisation: compiled.organisation.clone(),
        time_zone: compiled.time_zone.clone(),
        page: compiled.page.clone(),
        sites_in_all: 0,
        subscriptions: vec![own.id.clone()],
        receiver: receiver.id.clone(),
        topics: Vec::new(),
        gathered: None,
        shift: None,
        asks: Some(asks),
        test: false,
        drill: compiled.is_drill,
        course: Course::default(),
    };
    let what = format!("question {}", own.id);
    let address = receiver.address();
    let id = compiled.ids.notification(&address, &what, now);
    tx.put_notification(&id, &address, &what, &facts, Gather::No, now).await?;
    Ok(())
}

async fn left(tx: &mut Writing, own: Own, by: &By, how: &str, now: Timestamp) -> Result<Own, StoreError> {
    match (&own.locked, own.left, own.wants_out) {
        (_, Some(_), _) | (Some(_), None, Some(_)) => Ok(own),
        (Some((who, _)), None, None) => {
            let why = format!("{who} has locked it");
            let own = Own { wants_out: Some(now), ..own };
            tx.put_own(&own, &by.origin, true).await?;
            audit(tx, &own, by, Deed::SubscriptionNotLeft, &why, now).await?;
            Ok(own)
        }
        (None, None, _) => {
            let own = Own { left: Some(now), ..own };
            tx.put_own(&own, &by.origin, true).await?;
            audit(tx, &own, by, Deed::SubscriptionLeft, how, now).await?;
            Ok(own)
        }
    }
}

/// What somebody does to a subscription that he has, or that is his business as an admin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// It chooses this from now on.
    Change(Box<Choice>),
    /// It rests.
    Pause,
    /// It tells again.
    Resume,
    /// It is over.
    Leave,
    /// It cannot be left, changed or paused by its owner.
    Lock,
    /// It can again.
    Unlock,
}

/// Does it.
///
/// # Errors
/// [`NotTaken`]: there is no such subscription of his, it is over, or it is locked.
pub async fn act(store: &Store, id: &str, act: Act, actor: &Actor, now: Timestamp) -> Result<Own, NotTaken> {
    let mut tx = store.write().await?;
    let theirs =
        |own: &Own| own.owner.as_ref().is_some_and(|owner| Some(&owner.key) == actor.owner.as_ref().map(|o| &o.key));
    let own = match tx.own(id).await? {
        Some(own) if actor.is_admin || theirs(&own) => own,
        // Whose it is, is nobody's business.
        Some(_) | None => return no(format!("there is no subscription {id} of yours")),
    };
    let standing = own.standing(now);
    if standing == Standing::Left && act != Act::Leave {
        return no("it was left; make a new one");
    }
    if matches!(act, Act::Lock | Act::Unlock) && !actor.is_admin {
        return no("only an admin locks and unlocks subscriptions");
    }
    if let (Some((who, _)), false, false) = (&own.locked, actor.is_admin, act == Act::Leave) {
        return no(format!("{who} has locked it: ask there, or any admin"));
    }
    let own = match act {
        Act::Leave if actor.is_admin => left(&mut tx, Own { locked: None, ..own }, &actor.by, "", now).await?,
        Act::Leave => {
            let own = left(&mut tx, own, &actor.by, "", now).await?;
            if let (None, Some((who, _))) = (own.left, &own.locked) {
                let why = format!("{who} has locked it, so it goes on; that you want to leave is shown to all admins");
                tx.commit().await?;
                return no(why);
            }
            own
        }
        other => changed(&mut tx, own, other, actor, now).await?,
    };
    tx.commit().await?;
    Ok(own)
}

async fn changed(tx: &mut Writing, own: Own, act: Act, actor: &Actor, now: Timestamp) -> Result<Own, StoreError> {
    let before = own.clone();
    let (own, deed) = match act {
        Act::Change(choice) => (Own { choice: *choice, ..own }, Deed::SubscriptionChanged),
        Act::Pause => (Own { paused: own.paused.or(Some(now)), ..own }, Deed::SubscriptionPaused),
        Act::Resume => (Own { paused: None, ..own }, Deed::SubscriptionResumed),
        Act::Lock => {
            let locked = own.locked.clone().or_else(|| Some((actor.by.who.clone(), now)));
            (Own { locked, ..own }, Deed::SubscriptionLocked)
        }
        Act::Unlock => (Own { locked: None, wants_out: None, ..own }, Deed::SubscriptionUnlocked),
        Act::Leave => return Ok(own),
    };
    if own != before {
        tx.put_own(&own, &actor.by.origin, true).await?;
        audit(tx, &own, &actor.by, deed, "", now).await?;
    }
    Ok(own)
}

/// Ends all that an owner has, for he is gone. Locked ones go on: an admin wanted them.
pub(super) async fn leave_all_of(tx: &mut Writing, owner: &str, by: &By, now: Timestamp) -> Result<(), StoreError> {
    for own in tx.owns_of(owner).await? {
        left(tx, own, by, "its account was removed", now).await?;
    }
    Ok(())
}
