//! `accounts` and `tokens`: who may act, looked after from the terminal of the machine, beside a running Bellwether or
//! without one. Whoever may type here may do everything.

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use clap::Subcommand;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::load::{self, Folders};
use super::table;
use crate::model::account::{Name, Role, Scope};
use crate::model::audit::By;
use crate::pipeline::accounts::{self, Once};
use crate::pipeline::hand::NotTaken;
use crate::store::{Store, StoreError};

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub enum AccountsCommand {
    /// Print a one-time link that makes the first account, while there is none.
    Link,
    /// List them.
    List {
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Add an account, and print the one-time link with which its owner sets a password.
    Add {
        /// Its name; it stands beside what its owner enters.
        #[arg(value_parser = Name::parse)]
        name: Name,
        /// viewer, operator or admin.
        #[arg(long, default_value = "operator", value_parser = role)]
        role: Role,
    },
    /// Give an account another role.
    Role {
        /// Its name.
        #[arg(value_parser = Name::parse)]
        name: Name,
        /// viewer, operator or admin.
        #[arg(value_parser = role)]
        role: Role,
    },
    /// Print a one-time link with which its owner sets another password.
    Reset {
        /// Its name.
        #[arg(value_parser = Name::parse)]
        name: Name,
    },
    /// Remove an account. What it said and did stays.
    Remove {
        /// Its name.
        #[arg(value_parser = Name::parse)]
        name: Name,
    },
}

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub enum TokensCommand {
    /// List them.
    List {
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Make a token for a program, and print it this once.
    Add {
        /// The program's name; it stands beside what it does.
        #[arg(value_parser = Name::parse)]
        name: Name,
        /// read, or write: act on incidents.
        #[arg(long, default_value = "read", value_parser = scope)]
        scope: Scope,
        /// For so many days; 0 for ever.
        #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(i64).range(0..=3650))]
        days: i64,
    },
    /// Remove a token: it opens nothing any more.
    Remove {
        /// Its id, as `list` shows it.
        id: String,
    },
}

fn role(text: &str) -> Result<Role, String> {
    Role::named(text).ok_or_else(|| "write viewer, operator or admin".to_owned())
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::named(text).ok_or_else(|| "write read or write".to_owned())
}

/// The store, beside whoever else has it open, and where the pages are.
pub(super) struct Opened {
    pub store: Store,
    page: String,
}

impl Opened {
    /// Opens the store of the configuration.
    pub async fn of(folders: &Folders) -> Result<Self> {
        let loaded = load::load(folders)?;
        let Some(settings) = &loaded.settings else {
            super::check::print(&loaded.problems);
            bail!("the configuration is wrong; `bellwether check` names every mistake");
        };
        let folder = &settings.database.folder;
        super::owner::act_as_owner_of(folder)?;
        let store = match Store::open(folder).await {
            Err(StoreError::InUse { .. }) => Store::open_beside(folder).await?,
            other => other?,
        };
        let page = settings.organisation.page.as_ref().map(|page| page.as_str().to_owned());
        Ok(Self { store, page: page.unwrap_or_else(|| format!("http://{}", settings.server.listen.0)) })
    }

    fn link(&self, link: &Once) -> String {
        format!("{}/link/{}", self.page, link.reveal())
    }
}

pub(super) fn by() -> By {
    let who = std::env::var("SUDO_USER").or_else(|_| std::env::var("USER")).unwrap_or_else(|_| "somebody".to_owned());
    By::terminal(crate::model::text::line(&who, 64))
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

pub(super) fn said(why: NotTaken) -> anyhow::Error {
    match why {
        NotTaken::Senseless(why) => anyhow!(why),
        NotTaken::Store(error) => error.into(),
    }
}

/// Does it.
///
/// # Errors
/// A configuration or a store that cannot be read; a name that is there, or is not.
pub fn accounts(folders: &Folders, command: AccountsCommand) -> Result<ExitCode> {
    runtime()?.block_on(async {
        let opened = Opened::of(folders).await?;
        let (store, now) = (&opened.store, Timestamp::now());
        match command {
            AccountsCommand::Link => {
                let link = accounts::first_link(store, &by(), now).await.map_err(said)?;
                say_link(&opened.link(&link));
            }
            AccountsCommand::List { json } => list(store, json).await?,
            AccountsCommand::Add { name, role } => {
                let link = accounts::add(store, &name, role, &by(), now).await.map_err(said)?;
                say_link(&opened.link(&link));
            }
            AccountsCommand::Role { name, role } => {
                accounts::set_role(store, &name, role, &by(), now).await.map_err(said)?;
                say!("{name} is {} now", role.word());
            }
            AccountsCommand::Reset { name } => {
                let link = accounts::reset(store, &name, &by(), now).await.map_err(said)?;
                say_link(&opened.link(&link));
            }
            AccountsCommand::Remove { name } => {
                accounts::remove(store, &name, &by(), now).await.map_err(said)?;
                say!("{name} is removed, and signed out everywhere");
                say_tokens_of(store, &name).await?;
            }
        }
        opened.store.close().await;
        Ok(ExitCode::SUCCESS)
    })
}

fn say_link(link: &str) {
    say!("{link}");
    eprintln!("It is good for a day and for one use. Give it to nobody but its owner.");
}

/// A token outlives who made it, since programs hang on it; but he may know it.
async fn say_tokens_of(store: &Store, name: &Name) -> Result<()> {
    for token in store.api_tokens().await?.iter().filter(|token| token.made_by == name.as_str()) {
        eprintln!(
            "note: {name} made the token {} ({}); `bellwether tokens remove {}`?",
            token.id, token.name, token.id
        );
    }
    Ok(())
}

async fn list(store: &Store, is_json: bool) -> Result<()> {
    let all = store.accounts().await?;
    let shown = |at: Option<Timestamp>| at.map(crate::model::published::time);
    if is_json {
        let one = |a: &crate::model::account::Account| json!({"name": a.name.as_str(), "role": a.role.word(), "has_password": a.has_password, "made": shown(Some(a.made)), "signed_in": shown(a.signed_in)});
        say!("{:#}", serde_json::Value::Array(all.iter().map(one).collect()));
        return Ok(());
    }
    let mut table = table::headed(["name", "role", "password", "last signed in"]);
    for account in &all {
        let password = if account.has_password { "set" } else { "not set yet" };
        let signed_in = shown(account.signed_in).unwrap_or_else(|| "never".to_owned());
        table.add_row([account.name.to_string(), account.role.word().to_owned(), password.to_owned(), signed_in]);
    }
    say!("{table}");
    Ok(())
}

/// Does it.
///
/// # Errors
/// A configuration or a store that cannot be read; a token that is not there.
pub fn tokens(folders: &Folders, command: TokensCommand) -> Result<ExitCode> {
    runtime()?.block_on(async {
        let opened = Opened::of(folders).await?;
        let (store, now) = (&opened.store, Timestamp::now());
        match command {
            TokensCommand::List { json } => list_tokens(store, json).await?,
            TokensCommand::Add { name, scope, days } => {
                let ends = (days > 0).then(|| now + SignedDuration::from_hours(24 * days));
                let (token, secret) = accounts::add_token(store, &name, scope, ends, &by(), now).await.map_err(said)?;
                say!("{}", secret.reveal());
                eprintln!("It is shown only now. `bellwether tokens remove {}` makes it open nothing.", token.id);
            }
            TokensCommand::Remove { id } => {
                let token = accounts::remove_token(store, &id, &by(), now).await.map_err(said)?;
                say!("the token {} ({}) opens nothing any more", token.id, token.name);
            }
        }
        opened.store.close().await;
        Ok(ExitCode::SUCCESS)
    })
}

async fn list_tokens(store: &Store, is_json: bool) -> Result<()> {
    let all = store.api_tokens().await?;
    let shown = |at: Option<Timestamp>| at.map(crate::model::published::time);
    if is_json {
        let one = |t: &crate::model::account::ApiToken| json!({"id": t.id, "name": t.name.as_str(), "scope": t.scope.word(), "made": shown(Some(t.made)), "made_by": t.made_by, "ends": shown(t.ends), "used": shown(t.used)});
        say!("{:#}", serde_json::Value::Array(all.iter().map(one).collect()));
        return Ok(());
    }
    let mut table = table::headed(["id", "name", "may", "ends", "last used", "made by"]);
    for t in all {
        let (ends, used) = (shown(t.ends), shown(t.used));
        let never = || "never".to_owned();
        table.add_row([
            t.id,
            t.name.to_string(),
            t.scope.word().to_owned(),
            ends.unwrap_or_else(never),
            used.unwrap_or_else(never),
            t.made_by,
        ]);
    }
    say!("{table}");
    Ok(())
}
