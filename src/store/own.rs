//! Subscriptions that people made for an address, and the keys in the links of their mails. Of a key only its hash comes
//! here.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, Writing, at, from_text, ms, to_text};
use crate::model::id::{ServiceId, SubscriptionId};
use crate::model::own::{Own, Owner};
use crate::model::subscription::Email;

/// Subscriptions, as [`own`] reads them.
macro_rules! owns {
    ($rest:literal) => {
        concat!(
            "SELECT id, address, owner, owner_name, choice, asked, confirmed, paused, left_at, locked_by, locked_at, wants_out, left_by_link FROM own ",
            $rest
        )
    };
}
const PUT: &str = "INSERT INTO own (id, address, owner, owner_name, choice, asked, confirmed, paused, left_at, locked_by, locked_at, wants_out, origin, was_mailed, left_by_link) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (id) DO UPDATE SET address = excluded.address, choice = excluded.choice, confirmed = excluded.confirmed, paused = excluded.paused, left_at = excluded.left_at, locked_by = excluded.locked_by, locked_at = excluded.locked_at, wants_out = excluded.wants_out, left_by_link = excluded.left_by_link";
const PUT_KEY: &str = "INSERT INTO own_key (hash, purpose, address, owns, made, ends) VALUES ($1, $2, $3, $4, $5, $6)";
const ASKED: &str = "SELECT (SELECT MAX(asked) FROM own WHERE address = $1 AND was_mailed AND asked > $4), (SELECT COUNT(*) FROM own WHERE owner = $2 AND asked > $4), (SELECT COUNT(*) FROM own WHERE origin = $3 AND asked > $4), (SELECT COUNT(*) FROM own WHERE owner = $2 AND left_at IS NULL)";
/// The newest effects; the source of an incident is that of any report of it.
const EFFECTS: &str = "SELECT e.at, e.service, e.cause, e.kind, e.doc ->> 'impact', (SELECT r.source FROM report r WHERE r.incident = e.cause LIMIT 1) FROM effect e WHERE e.at >= $1 ORDER BY e.seq DESC LIMIT $2";
/// The note that changes with every change of these subscriptions.
const EDITION: &str = "own_edition";

/// For what a key is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To say that the address wants it.
    Confirm,
    /// To leave.
    Leave,
}

impl Purpose {
    const fn word(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Leave => "leave",
        }
    }
}

/// A key that was found, good or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Whose mail it stood in.
    pub address: Email,
    /// For which subscriptions it is good.
    pub owns: Vec<SubscriptionId>,
    /// Until when, if not for ever.
    pub ends: Option<Timestamp>,
}

/// How much was asked for of late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// When the address was last written to for a confirmation.
    pub address: Option<Timestamp>,
    /// How many by this owner.
    pub by_owner: i64,
    /// How many from this place in the network.
    pub from_origin: i64,
    /// How many the owner has that were not left.
    pub held: i64,
}

/// An effect of the past, as far as subscriptions ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// When.
    pub at: Timestamp,
    /// On which service.
    pub service: ServiceId,
    /// By what.
    pub cause: String,
    /// The word for its kind.
    pub kind: String,
    /// The word for its impact.
    pub impact: Option<String>,
    /// The source of its incident, where it is one.
    pub source: Option<String>,
}

impl Writing {
    /// Adds a subscription, or writes how it stands now. `origin` and `was_mailed` are kept as they were first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_own(&mut self, own: &Own, origin: &str, was_mailed: bool) -> Result<(), StoreError> {
        sqlx::query(PUT)
            .bind(own.id.as_str())
            .bind(own.address.as_str())
            .bind(own.owner.as_ref().map(|owner| owner.key.as_str()))
            .bind(own.owner.as_ref().map(|owner| owner.name.as_str()))
            .bind(to_text("subscription", &own.choice)?)
            .bind(ms(own.asked))
            .bind(own.confirmed.map(ms))
            .bind(own.paused.map(ms))
            .bind(own.left.map(ms))
            .bind(own.locked.as_ref().map(|(who, _)| who.as_str()))
            .bind(own.locked.as_ref().map(|(_, since)| ms(*since)))
            .bind(own.wants_out.map(ms))
            .bind(origin)
            .bind(was_mailed)
            .bind(own.left_by_link)
            .execute(&mut *self.tx)
            .await?;
        let edition = uuid::Uuid::now_v7().simple().to_string();
        self.set_note(EDITION, Some(&edition)).await
    }

    /// The subscription of that key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn own(&mut self, id: &str) -> Result<Option<Own>, StoreError> {
        let row = sqlx::query(owns!("WHERE id = $1")).bind(id).fetch_optional(&mut *self.tx).await?;
        row.map(|row| own(&row)).transpose()
    }

    /// The subscriptions of an address, the first that was asked for first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn owns_at(&mut self, address: &Email) -> Result<Vec<Own>, StoreError> {
        let rows = sqlx::query(owns!("WHERE address = $1 ORDER BY asked, id")).bind(address.as_str());
        rows.fetch_all(&mut *self.tx).await?.iter().map(own).collect()
    }

    /// The subscriptions of an owner.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn owns_of(&mut self, owner: &str) -> Result<Vec<Own>, StoreError> {
        let rows = sqlx::query(owns!("WHERE owner = $1 ORDER BY asked, id")).bind(owner);
        rows.fetch_all(&mut *self.tx).await?.iter().map(own).collect()
    }

    /// How much was asked for since.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn asked(
        &mut self,
        address: &Email,
        owner: Option<&str>,
        origin: &str,
        since: Timestamp,
    ) -> Result<Asked, StoreError> {
        let row = sqlx::query(ASKED).bind(address.as_str()).bind(owner).bind(origin).bind(ms(since));
        let row = row.fetch_one(&mut *self.tx).await?;
        Ok(Asked {
            address: row.get::<Option<i64>, _>(0).map(at),
            by_owner: row.get(1),
            from_origin: row.get(2),
            held: row.get(3),
        })
    }

    /// Keeps the hash of a key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_own_key(
        &mut self,
        hash: &str,
        purpose: Purpose,
        key: &Key,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(PUT_KEY).bind(hash).bind(purpose.word()).bind(key.address.as_str());
        let query = query.bind(to_text("keys", &key.owns)?).bind(ms(now)).bind(key.ends.map(ms));
        query.execute(&mut *self.tx).await?;
        Ok(())
    }

    /// The key of this hash, if it is for this purpose.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn own_key(&mut self, hash: &str, purpose: Purpose) -> Result<Option<Key>, StoreError> {
        let row = sqlx::query("SELECT address, owns, ends FROM own_key WHERE hash = $1 AND purpose = $2");
        let row = row.bind(hash).bind(purpose.word()).fetch_optional(&mut *self.tx).await?;
        row.map(|row| key(&row)).transpose()
    }
}

impl Store {
    /// All subscriptions that people made, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn owns(&self) -> Result<Vec<Own>, StoreError> {
        let rows = sqlx::query(owns!("ORDER BY asked DESC, id")).fetch_all(&self.reads).await?;
        rows.iter().map(own).collect()
    }

    /// Those that tell, in the order in which they were asked for.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn owns_that_tell(&self) -> Result<Vec<Own>, StoreError> {
        let rows =
            sqlx::query(owns!("WHERE confirmed IS NOT NULL AND left_at IS NULL AND paused IS NULL ORDER BY asked, id"));
        rows.fetch_all(&self.reads).await?.iter().map(own).collect()
    }

    /// What changes whenever one of them does, whoever changes it.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn own_edition(&self) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("SELECT value FROM meta WHERE key = $1").bind(EDITION).fetch_optional(&self.reads);
        Ok(row.await?.map(|row| row.get(0)))
    }

    /// The key of this hash and the subscriptions that it is for, without using it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn look_at_own_key(&self, hash: &str, purpose: Purpose) -> Result<Option<(Key, Vec<Own>)>, StoreError> {
        let row = sqlx::query("SELECT address, owns, ends FROM own_key WHERE hash = $1 AND purpose = $2");
        let Some(row) = row.bind(hash).bind(purpose.word()).fetch_optional(&self.reads).await? else { return Ok(None) };
        let key = key(&row)?;
        let rows = sqlx::query(owns!("WHERE address = $1 ORDER BY asked, id")).bind(key.address.as_str());
        let mut owns = rows.fetch_all(&self.reads).await?.iter().map(own).collect::<Result<Vec<_>, _>>()?;
        owns.retain(|own| key.owns.contains(&own.id));
        Ok(Some((key, owns)))
    }

    /// The newest effects since then, `most` at the most.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn effects_since(&self, since: Timestamp, most: i64) -> Result<Vec<Past>, StoreError> {
        let rows = sqlx::query(EFFECTS).bind(ms(since)).bind(most).fetch_all(&self.reads).await?;
        Ok(rows.iter().filter_map(past).collect())
    }

    /// Lets go of keys from before, and of what nobody confirmed by then.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn let_go_of_owns(&self, keys: Timestamp, unconfirmed: Timestamp) -> Result<u64, StoreError> {
        let keys = sqlx::query("DELETE FROM own_key WHERE made < $1").bind(ms(keys)).execute(&self.writes).await?;
        let owns = sqlx::query("DELETE FROM own WHERE confirmed IS NULL AND asked < $1").bind(ms(unconfirmed));
        Ok(keys.rows_affected() + owns.execute(&self.writes).await?.rows_affected())
    }
}

fn own(row: &SqliteRow) -> Result<Own, StoreError> {
    let wrong = |what: &'static str| StoreError::Document { what, source: serde::de::Error::custom("it is none") };
    let time = |column: usize| row.get::<Option<i64>, _>(column).map(at);
    let owner = row.get::<Option<String>, _>(2).map(|key| {
        let name = row.get::<Option<String>, _>(3).unwrap_or_default();
        Owner { key, name }
    });
    let locked = row.get::<Option<String>, _>(9).zip(time(10));
    Ok(Own {
        id: SubscriptionId::parse(row.get(0)).map_err(|_| wrong("subscription's key"))?,
        address: Email::parse(row.get(1)).map_err(|_| wrong("mail address"))?,
        owner,
        choice: from_text("subscription", row.get(4))?,
        asked: at(row.get(5)),
        confirmed: time(6),
        paused: time(7),
        left: time(8),
        left_by_link: row.get(12),
        locked,
        wants_out: time(11),
    })
}

fn key(row: &SqliteRow) -> Result<Key, StoreError> {
    let address: String = row.get(0);
    let source = serde::de::Error::custom("it is none");
    Ok(Key {
        address: Email::parse(&address).map_err(|_| StoreError::Document { what: "mail address", source })?,
        owns: from_text("keys", row.get(1))?,
        ends: row.get::<Option<i64>, _>(2).map(at),
    })
}

fn past(row: &SqliteRow) -> Option<Past> {
    Some(Past {
        at: at(row.get(0)),
        service: ServiceId::parse(row.get(1)).ok()?,
        cause: row.get(2),
        kind: row.get(3),
        impact: row.get(4),
        source: row.get(5),
    })
}
