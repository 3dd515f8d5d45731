//! Accounts, their sessions, one-time links and the tokens of programs. Of every secret only a hash comes here.

use jiff::{SignedDuration, Timestamp};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, Writing, at, ms};
use crate::model::account::{Account, ApiToken, Name, Role, Scope};

/// Accounts, as [`account`] reads them.
macro_rules! accounts {
    ($rest:literal) => {
        concat!("SELECT id, name, role, password IS NOT NULL, made, signed_in, password FROM account ", $rest)
    };
}
/// Tokens, as [`api_token`] reads them.
macro_rules! tokens {
    ($rest:literal) => {
        concat!("SELECT id, name, scope, made, made_by, ends, used FROM token ", $rest)
    };
}
const SESSION: &str = "SELECT a.id, a.name, a.role, a.password IS NOT NULL, a.made, a.signed_in, s.used, s.made FROM session s JOIN account a ON a.id = s.account WHERE s.hash = $1 AND s.ends > $2 AND s.used > $3";
const PUT_SESSION: &str = "INSERT INTO session (hash, account, made, used, ends) VALUES ($1, $2, $3, $3, $4)";
const PUT_TOKEN: &str =
    "INSERT INTO token (id, hash, name, scope, made, made_by, ends) VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// When a mark of use is written again.
const MARK_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// A session that is good, and whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The account.
    pub account: Account,
    /// When it was last used, as far as that is written down.
    pub used: Timestamp,
}

/// For what a link is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkFor {
    /// To make the first account.
    First,
    /// To set the password of this one.
    Password(Account),
}

impl Store {
    /// All accounts, by name.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let rows = sqlx::query(accounts!("ORDER BY folded")).fetch_all(&self.reads).await?;
        Ok(rows.iter().filter_map(account).collect())
    }

    /// Whether there is any account.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn has_accounts(&self) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT COUNT(*) FROM (SELECT 1 FROM account LIMIT 1) AS one").fetch_one(&self.reads);
        Ok(row.await?.get::<i64, _>(0) > 0)
    }

    /// The account of this name with the hash of its password, as far as it has one.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn account_to_sign_in(&self, folded: &str) -> Result<Option<(Account, Option<String>)>, StoreError> {
        let row = sqlx::query(accounts!("WHERE folded = $1")).bind(folded).fetch_optional(&self.reads).await?;
        Ok(row.and_then(|row| Some((account(&row)?, row.get(6)))))
    }

    /// The session of this hash, if it is good: not over, and used since `used_after`.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn session(
        &self,
        hash: &str,
        used_after: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let row = sqlx::query(SESSION).bind(hash).bind(ms(now)).bind(ms(used_after));
        let row = row.fetch_optional(&self.reads).await?;
        let session = row.and_then(|row| Some(Session { account: account(&row)?, used: at(row.get(6)) }));
        if session.as_ref().is_some_and(|s| now.duration_since(s.used) >= MARK_EVERY) {
            let mark = sqlx::query("UPDATE session SET used = $2 WHERE hash = $1");
            mark.bind(hash).bind(ms(now)).execute(&self.writes).await?;
        }
        Ok(session)
    }

    /// The token of this hash, if it is good.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn api_token(&self, hash: &str, now: Timestamp) -> Result<Option<ApiToken>, StoreError> {
        let row = sqlx::query(tokens!("WHERE hash = $1 AND (ends IS NULL OR ends > $2)"))
            .bind(hash)
            .bind(ms(now))
            .fetch_optional(&self.reads)
            .await?;
        let token = row.as_ref().and_then(api_token);
        if token.as_ref().is_some_and(|t| t.used.is_none_or(|used| now.duration_since(used) >= MARK_EVERY)) {
            let mark = sqlx::query("UPDATE token SET used = $2 WHERE hash = $1");
            mark.bind(hash).bind(ms(now)).execute(&self.writes).await?;
        }
        Ok(token)
    }

    /// All tokens, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        let rows = sqlx::query(tokens!("ORDER BY made DESC, id")).fetch_all(&self.reads).await?;
        Ok(rows.iter().filter_map(api_token).collect())
    }

    /// What a link of this hash is good for; nothing for one that was used, is over or never was.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn link(&self, hash: &str, now: Timestamp) -> Result<Option<LinkFor>, StoreError> {
        let mut view = self.view().await?;
        view.link(hash, now).await
    }
}

impl Writing {
    /// Adds an account without a password. False when one of that name is there.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_account(&mut self, id: &str, name: &Name, role: Role, now: Timestamp) -> Result<bool, StoreError> {
        let put = sqlx::query(
            "INSERT INTO account (id, name, folded, role, made) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (folded) DO NOTHING",
        );
        let put = put.bind(id).bind(name.as_str()).bind(name.folded()).bind(role.word()).bind(ms(now));
        Ok(put.execute(&mut *self.tx).await?.rows_affected() > 0)
    }

    /// The account of this name.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn account_named(&mut self, folded: &str) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query(accounts!("WHERE folded = $1")).bind(folded).fetch_optional(&mut *self.tx).await?;
        Ok(row.as_ref().and_then(account))
    }

    /// How many accounts there are.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn count_accounts(&mut self) -> Result<i64, StoreError> {
        Ok(sqlx::query("SELECT COUNT(*) FROM account").fetch_one(&mut *self.tx).await?.get(0))
    }

    /// Gives an account another role, and ends its sessions.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn set_role(&mut self, id: &str, role: Role) -> Result<(), StoreError> {
        let put = sqlx::query("UPDATE account SET role = $2 WHERE id = $1").bind(id).bind(role.word());
        put.execute(&mut *self.tx).await?;
        self.end_sessions(id).await
    }

    /// Sets the hash of an account's password, and ends its sessions and links.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn set_password(&mut self, id: &str, hash: &str) -> Result<(), StoreError> {
        let put = sqlx::query("UPDATE account SET password = $2 WHERE id = $1").bind(id).bind(hash);
        put.execute(&mut *self.tx).await?;
        sqlx::query("DELETE FROM link WHERE account = $1").bind(id).execute(&mut *self.tx).await?;
        self.end_sessions(id).await
    }

    /// Removes an account with its sessions and links.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn remove_account(&mut self, id: &str) -> Result<(), StoreError> {
        for text in [
            "DELETE FROM session WHERE account = $1",
            "DELETE FROM link WHERE account = $1",
            "DELETE FROM account WHERE id = $1",
        ] {
            sqlx::query(text).bind(id).execute(&mut *self.tx).await?;
        }
        Ok(())
    }

    /// Ends all sessions of an account.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn end_sessions(&mut self, account: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM session WHERE account = $1").bind(account).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Begins a session, and lets go of those that are over.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_session(
        &mut self,
        hash: &str,
        account: &str,
        ends: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM session WHERE ends <= $1").bind(ms(now)).execute(&mut *self.tx).await?;
        sqlx::query(PUT_SESSION).bind(hash).bind(account).bind(ms(now)).bind(ms(ends)).execute(&mut *self.tx).await?;
        let mark = sqlx::query("UPDATE account SET signed_in = $2 WHERE id = $1").bind(account).bind(ms(now));
        mark.execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Ends one session.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn end_session(&mut self, hash: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM session WHERE hash = $1").bind(hash).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Keeps a link, in place of those for the same account, or of those for the first one.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_link(&mut self, hash: &str, account: Option<&str>, ends: Timestamp) -> Result<(), StoreError> {
        let old = sqlx::query("DELETE FROM link WHERE account = $1 OR ($1 IS NULL AND account IS NULL)");
        old.bind(account).execute(&mut *self.tx).await?;
        let put = sqlx::query("INSERT INTO link (hash, account, ends) VALUES ($1, $2, $3)");
        put.bind(hash).bind(account).bind(ms(ends)).execute(&mut *self.tx).await?;
        Ok(())
    }

    async fn link(&mut self, hash: &str, now: Timestamp) -> Result<Option<LinkFor>, StoreError> {
        let row = sqlx::query("SELECT account FROM link WHERE hash = $1 AND ends > $2").bind(hash).bind(ms(now));
        let Some(row) = row.fetch_optional(&mut *self.tx).await? else { return Ok(None) };
        let Some(id) = row.get::<Option<String>, _>(0) else {
            // Once anybody is there, it is not the first any more.
            return Ok((self.count_accounts().await? == 0).then_some(LinkFor::First));
        };
        let row = sqlx::query(accounts!("WHERE id = $1")).bind(id).fetch_optional(&mut *self.tx).await?;
        Ok(row.as_ref().and_then(account).map(LinkFor::Password))
    }

    /// Uses a link up: it is good for nothing afterwards.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn use_link(&mut self, hash: &str, now: Timestamp) -> Result<Option<LinkFor>, StoreError> {
        let good_for = self.link(hash, now).await?;
        sqlx::query("DELETE FROM link WHERE hash = $1").bind(hash).execute(&mut *self.tx).await?;
        Ok(good_for)
    }

    /// Keeps a token.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn put_api_token(&mut self, hash: &str, token: &ApiToken) -> Result<(), StoreError> {
        sqlx::query(PUT_TOKEN)
            .bind(&token.id)
            .bind(hash)
            .bind(token.name.as_str())
            .bind(token.scope.word())
            .bind(ms(token.made))
            .bind(&token.made_by)
            .bind(token.ends.map(ms))
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Removes a token. The one that it was.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn remove_api_token(&mut self, id: &str) -> Result<Option<ApiToken>, StoreError> {
        let row = sqlx::query(tokens!("WHERE id = $1")).bind(id).fetch_optional(&mut *self.tx).await?;
        sqlx::query("DELETE FROM token WHERE id = $1").bind(id).execute(&mut *self.tx).await?;
        Ok(row.as_ref().and_then(api_token))
    }
}

/// A row that no longer says who or what is nobody: it may nothing.
fn account(row: &SqliteRow) -> Option<Account> {
    Some(Account {
        id: row.get(0),
        name: Name::parse(row.get(1)).ok()?,
        role: Role::named(row.get(2))?,
        has_password: row.get(3),
        made: at(row.get(4)),
        signed_in: row.get::<Option<i64>, _>(5).map(at),
    })
}

fn api_token(row: &SqliteRow) -> Option<ApiToken> {
    Some(ApiToken {
        id: row.get(0),
        name: Name::parse(row.get(1)).ok()?,
        scope: Scope::named(row.get(2))?,
        made: at(row.get(3)),
        made_by: row.get(4),
        ends: row.get::<Option<i64>, _>(5).map(at),
        used: row.get::<Option<i64>, _>(6).map(at),
    })
}
