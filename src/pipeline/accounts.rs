//! Accounts, sessions, one-time links and tokens: each step one transaction with its line of the audit. A secret leaves
//! here once, to be shown or set as a cookie; what stays is its hash.

use jiff::{SignedDuration, Timestamp};

use super::hand::NotTaken;
use super::own;
use crate::model::account::{Account, ApiToken, Name, Role, Scope};
use crate::model::audit::{By, Deed, Entry};
use crate::model::hash::Hasher;
use crate::store::account::{LinkFor, Session};
use crate::store::{Store, StoreError, Writing};

/// How long a one-time link is good.
pub const LINK_LASTS: SignedDuration = SignedDuration::from_hours(24);
/// How long a session lasts that nobody uses: the longest shift.
pub const SESSION_RESTS: SignedDuration = SignedDuration::from_hours(12);
/// How long a session lasts at the most.
pub const SESSION_LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);
/// What every token begins with, so that scanners find one that lies about.
pub const TOKEN_PREFIX: &str = "bw_";
/// The hexadecimal digits of a token that are drawn, and those by which a mistyped one is told.
const TOKEN_DIGITS: (usize, usize) = (48, 8);

/// A secret on its one way to its owner.
#[derive(Clone, PartialEq, Eq)]
pub struct Once(String);

impl std::fmt::Debug for Once {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Once(…)")
    }
}

impl Once {
    pub(super) fn draw() -> Self {
        let drawn: [u8; 32] = rand::random();
        Self(drawn.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// What is kept of a secret.
pub(super) fn hash(secret: &str) -> String {
    Hasher::default().part(secret).hex(64)
}

fn no<T>(why: impl Into<String>) -> Result<T, NotTaken> {
    Err(NotTaken::Senseless(why.into()))
}

async fn put_link(tx: &mut Writing, account: Option<&str>, now: Timestamp) -> Result<Once, StoreError> {
    let link = Once::draw();
    tx.put_link(&hash(link.reveal()), account, now + LINK_LASTS).await?;
    Ok(link)
}

async fn named(tx: &mut Writing, name: &Name) -> Result<Account, NotTaken> {
    match tx.account_named(&name.folded()).await? {
        Some(account) => Ok(account),
        None => no(format!("there is no account {name}")),
    }
}

/// Makes a link by which the first account is made. Links made for that before are void.
///
/// # Errors
/// [`NotTaken`]: there is an account already.
pub async fn first_link(store: &Store, by: &By, now: Timestamp) -> Result<Once, NotTaken> {
    let mut tx = store.write().await?;
    if tx.count_accounts().await? > 0 {
        return no("there is an account already; `bellwether accounts reset NAME` makes a link for one of them");
    }
    let link = put_link(&mut tx, None, now).await?;
    tx.put_audit(&Entry::of(now, by, Deed::LinkMade, "the first account")).await?;
    tx.commit().await?;
    Ok(link)
}

/// Adds an account. The link by which its owner sets a password.
///
/// # Errors
/// [`NotTaken`]: one of that name is there.
pub async fn add(store: &Store, name: &Name, role: Role, by: &By, now: Timestamp) -> Result<Once, NotTaken> {
    let mut tx = store.write().await?;
    if tx.count_accounts().await? == 0 && role != Role::Admin {
        return no("the first account must be an admin, or nobody could look after the others");
    }
    let id = uuid::Uuid::now_v7().simple().to_string();
    if !tx.put_account(&id, name, role, now).await? {
        return no(format!("there is an account {name} already"));
    }
    let link = put_link(&mut tx, Some(&id), now).await?;
    tx.put_audit(&Entry::of(now, by, Deed::AccountAdded, name.as_str()).with(role.word())).await?;
    tx.commit().await?;
    Ok(link)
}

/// Makes a link by which the owner of an account sets another password. The old one holds until then.
///
/// # Errors
/// [`NotTaken`]: there is no such account.
pub async fn reset(store: &Store, name: &Name, by: &By, now: Timestamp) -> Result<Once, NotTaken> {
    let mut tx = store.write().await?;
    let account = named(&mut tx, name).await?;
    let link = put_link(&mut tx, Some(&account.id), now).await?;
    tx.put_audit(&Entry::of(now, by, Deed::LinkMade, account.name.as_str())).await?;
    tx.commit().await?;
    Ok(link)
}

/// Gives an account another role. Its sessions end.
///
/// # Errors
/// [`NotTaken`]: there is no such account.
pub async fn set_role(store: &Store, name: &Name, role: Role, by: &By, now: Timestamp) -> Result<(), NotTaken> {
    let mut tx = store.write().await?;
    let account = named(&mut tx, name).await?;
    if account.role == role {
        return Ok(());
    }
    tx.set_role(&account.id, role).await?;
    let turn = format!("{} to {}", account.role.word(), role.word());
    tx.put_audit(&Entry::of(now, by, Deed::AccountChanged, account.name.as_str()).with(turn)).await?;
    Ok(tx.commit().await?)
}

/// Removes an account. Its sessions and links end; what it said and did stays.
///
/// # Errors
/// [`NotTaken`]: there is no such account.
pub async fn remove(store: &Store, name: &Name, by: &By, now: Timestamp) -> Result<(), NotTaken> {
    let mut tx = store.write().await?;
    let account = named(&mut tx, name).await?;
    tx.remove_account(&account.id).await?;
    own::leave_all_of(&mut tx, &own::account_key(&account.id), by, now).await?;
    tx.put_audit(&Entry::of(now, by, Deed::AccountRemoved, account.name.as_str())).await?;
    Ok(tx.commit().await?)
}

/// What a link is good for, without using it.
///
/// # Errors
/// [`StoreError`].
pub async fn look_at_link(store: &Store, link: &str, now: Timestamp) -> Result<Option<LinkFor>, StoreError> {
    store.link(&hash(link), now).await
}

/// Uses a link: makes the first account, or sets the password of the one that it is for. A link is used once, whoever
/// comes at the same moment.
///
/// # Errors
/// [`NotTaken`]: the link is good for nothing any more.
pub async fn use_link(
    store: &Store,
    link: &str,
    first: Option<&Name>,
    password: &str,
    origin: &str,
    now: Timestamp,
) -> Result<Account, NotTaken> {
    let mut tx = store.write().await?;
    let account = match (tx.use_link(&hash(link), now).await?, first) {
        (Some(LinkFor::Password(account)), _) => account,
        (Some(LinkFor::First), Some(name)) => {
            let id = uuid::Uuid::now_v7().simple().to_string();
            tx.put_account(&id, name, Role::Admin, now).await?;
            let by = By { who: name.to_string(), origin: origin.to_owned() };
            tx.put_audit(&Entry::of(now, &by, Deed::AccountAdded, name.as_str()).with(Role::Admin.word())).await?;
            named(&mut tx, name).await?
        }
        (Some(LinkFor::First) | None, _) => return no("this link was used already, or is older than a day"),
    };
    tx.set_password(&account.id, password).await?;
    let by = By { who: account.name.to_string(), origin: origin.to_owned() };
    tx.put_audit(&Entry::of(now, &by, Deed::PasswordSet, account.name.as_str()).with("by a link")).await?;
    tx.commit().await?;
    Ok(account)
}

/// Sets another password. All sessions of the account end.
///
/// # Errors
/// [`NotTaken`].
pub async fn set_password(
    store: &Store,
    account: &Account,
    password: &str,
    by: &By,
    now: Timestamp,
) -> Result<(), NotTaken> {
    let mut tx = store.write().await?;
    tx.set_password(&account.id, password).await?;
    tx.put_audit(&Entry::of(now, by, Deed::PasswordSet, account.name.as_str())).await?;
    Ok(tx.commit().await?)
}

/// Begins a session with a new secret; the one that the browser came with, if any, ends.
///
/// # Errors
/// [`NotTaken`].
pub async fn begin_session(
    store: &Store,
    account: &Account,
    before: Option<&str>,
    by: &By,
    now: Timestamp,
) -> Result<Once, NotTaken> {
    let mut tx = store.write().await?;
    if let Some(before) = before {
        tx.end_session(&hash(before)).await?;
    }
    let session = Once::draw();
    tx.put_session(&hash(session.reveal()), &account.id, now + SESSION_LASTS, now).await?;
    tx.put_audit(&Entry::of(now, by, Deed::SignedIn, account.name.as_str())).await?;
    tx.commit().await?;
    Ok(session)
}

/// Ends a session.
///
/// # Errors
/// [`NotTaken`].
pub async fn end_session(store: &Store, session: &str, by: &By, now: Timestamp) -> Result<(), NotTaken> {
    let mut tx = store.write().await?;
    tx.end_session(&hash(session)).await?;
    tx.put_audit(&Entry::of(now, by, Deed::SignedOut, &*by.who)).await?;
    Ok(tx.commit().await?)
}

/// Whose session this is, if it is good.
///
/// # Errors
/// [`StoreError`].
pub async fn session(store: &Store, secret: &str, now: Timestamp) -> Result<Option<Session>, StoreError> {
    store.session(&hash(secret), now - SESSION_RESTS, now).await
}

/// Makes a token for a program.
///
/// # Errors
/// [`NotTaken`].
pub async fn add_token(
    store: &Store,
    name: &Name,
    scope: Scope,
    ends: Option<Timestamp>,
    by: &By,
    now: Timestamp,
) -> Result<(ApiToken, Once), NotTaken> {
    let secret = draw_token();
    let id = Once::draw().0.chars().take(8).collect();
    let made_by = by.who.clone();
    let token = ApiToken { id, name: name.clone(), scope, made: now, made_by, ends, used: None };
    let mut tx = store.write().await?;
    tx.put_api_token(&hash(secret.reveal()), &token).await?;
    let what = format!("{}, {}", token.id, scope.word());
    tx.put_audit(&Entry::of(now, by, Deed::TokenAdded, name.as_str()).with(what)).await?;
    tx.commit().await?;
    Ok((token, secret))
}

/// Removes a token; from then on it opens nothing.
///
/// # Errors
/// [`NotTaken`]: there is no such token.
pub async fn remove_token(store: &Store, id: &str, by: &By, now: Timestamp) -> Result<ApiToken, NotTaken> {
    let mut tx = store.write().await?;
    let Some(token) = tx.remove_api_token(id).await? else {
        return no(format!("there is no token {id}; `bellwether tokens list` shows all"));
    };
    let line = Entry::of(now, by, Deed::TokenRemoved, token.name.as_str()).with(token.id.as_str());
    tx.put_audit(&line).await?;
    tx.commit().await?;
    Ok(token)
}

/// Which token this is, if it is a good one. What cannot be one is not even looked up.
///
/// # Errors
/// [`StoreError`].
pub async fn token(store: &Store, given: &str, now: Timestamp) -> Result<Option<ApiToken>, StoreError> {
    if is_whole(given) { store.api_token(&hash(given), now).await } else { Ok(None) }
}

fn draw_token() -> Once {
    let drawn: String = Once::draw().0.chars().take(TOKEN_DIGITS.0).collect();
    Once(format!("{TOKEN_PREFIX}{drawn}{}", checksum(&drawn)))
}

fn checksum(drawn: &str) -> String {
    Hasher::default().part(TOKEN_PREFIX).part(drawn).hex(TOKEN_DIGITS.1)
}

/// Whether a text is a token as we make them, with none of its digits mistyped.
fn is_whole(given: &str) -> bool {
    let digits = given.strip_prefix(TOKEN_PREFIX).and_then(|rest| rest.split_at_checked(TOKEN_DIGITS.0));
    digits.is_some_and(|(drawn, check)| check == checksum(drawn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_told_from_a_mistyped_one_without_asking_anybody() {
        let token = draw_token();
        let text = token.reveal();
        assert!(is_whole(text) && text.len() == 59, "{}", text.len());
        let mistyped = text.replace(['a', '1', '2'], "b");
        assert!(!is_whole(&mistyped) && !is_whole("bw_") && !is_whole("") && !is_whole(&text[3..]));
        assert!(!format!("{token:?}").contains(text));
    }
}
