//! The whole store in one file, taken while it is written to, and back again.
//!
//! A backup is a database of its own: everything that was committed when it began, and nothing that was not. It may carry
//! the configuration's files with it, in a table that a store does not have.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};

use super::{StoreError, migrate, ms};

const PUT_ASIDE: &str = "UPDATE notification SET state = 'dead', ended = $1, second = 'put aside', leased_until = NULL, leased_by = NULL, answer = 'put aside when a backup was restored: it waited then, and may have been delivered since' WHERE state = 'pending'";

/// What is in a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// When it was taken.
    pub taken: Option<Timestamp>,
    /// Incidents, open or over.
    pub incidents: i64,
    /// Of these, open.
    pub open: i64,
    /// Messages that were waiting to be delivered.
    pub pending: i64,
    /// The files that came with it: their places and texts.
    pub files: Vec<(String, String)>,
}

/// Why a backup could not be taken or used.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It cannot be read, or is no database at all.
    #[error("it cannot be read as a database: {0}")]
    Unreadable(sqlx::Error),
    /// It is a database of something else.
    #[error("it is no database of Bellwether's")]
    Foreign,
    /// SQLite found damage.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// The store behind it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

async fn open(path: &Path, is_read_only: bool) -> Result<SqliteConnection, sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(30));
    options.read_only(is_read_only).disable_statement_logging().connect().await
}

/// Writes all that is in the database `from` into the new file `to`, while others write to it.
///
/// # Errors
/// [`BackupError`]; then what there is of `to` is worth nothing.
pub async fn take(from: &Path, to: &Path, files: &[(String, String)], now: Timestamp) -> Result<Contents, BackupError> {
    let mut source = open(from, true).await.map_err(BackupError::Unreadable)?;
    sqlx::query("VACUUM INTO $1").bind(to.to_string_lossy().into_owned()).execute(&mut source).await?;
    source.close().await?;
    let mut backup = open(to, false).await?;
    for statement in [
        "CREATE TABLE backup (taken BIGINT NOT NULL, version TEXT NOT NULL)",
        "CREATE TABLE backup_file (path TEXT PRIMARY KEY, text TEXT NOT NULL)",
    ] {
        sqlx::query(statement).execute(&mut backup).await?;
    }
    let taken = sqlx::query("INSERT INTO backup (taken, version) VALUES ($1, $2)");
    taken.bind(ms(now)).bind(env!("CARGO_PKG_VERSION")).execute(&mut backup).await?;
    for (path, text) in files {
        let put = sqlx::query("INSERT INTO backup_file (path, text) VALUES ($1, $2)");
        put.bind(path).bind(text).execute(&mut backup).await?;
    }
    backup.close().await?;
    contents(to).await
}

/// What is in a backup, once it is found to be whole.
///
/// # Errors
/// [`BackupError`].
pub async fn contents(path: &Path) -> Result<Contents, BackupError> {
    let mut backup = open(path, true).await.map_err(BackupError::Unreadable)?;
    let found = async {
        let damage: String = sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut backup).await?.get(0);
        if damage != "ok" {
            return Ok(Err(BackupError::Damaged(damage)));
        }
        let tables = "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('report', 'notification', 'told', 'meta', 'backup_file')";
        if sqlx::query(tables).fetch_one(&mut backup).await?.get::<i64, _>(0) != 5 {
            return Ok(Err(BackupError::Foreign));
        }
        Ok(Ok(counted(&mut backup).await?))
    };
    let contents = found.await.map_err(BackupError::Unreadable)??;
    backup.close().await?;
    Ok(contents)
}

async fn counted(backup: &mut SqliteConnection) -> Result<Contents, sqlx::Error> {
    let counts = "SELECT (SELECT MAX(taken) FROM backup), (SELECT COUNT(DISTINCT incident) FROM report), (SELECT COUNT(DISTINCT incident) FROM report WHERE is_open = TRUE), (SELECT COUNT(*) FROM notification WHERE state = 'pending')";
    let row = sqlx::query(counts).fetch_one(&mut *backup).await?;
    let files = sqlx::query("SELECT path, text FROM backup_file ORDER BY path").fetch_all(&mut *backup).await?;
    Ok(Contents {
        taken: row.get::<Option<i64>, _>(0).map(super::at),
        incidents: row.get(1),
        open: row.get(2),
        pending: row.get(3),
        files: files.iter().map(|file| (file.get(0), file.get(1))).collect(),
    })
}

/// Makes a copy of a backup into a store that can be started with: brought up to this version's schema, without what only
/// a backup has. The next look at each source counts as its first one, so that what happened since the backup is told in
/// one message and not in one for each incident. Sessions and one-time links are void: they may have ended, or been used,
/// since. With `put_aside`, what waited to be delivered is given up, and shown so.
///
/// # Errors
/// [`BackupError`].
pub async fn make_ready(path: &Path, put_aside: bool, now: Timestamp) -> Result<(), BackupError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Delete)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    migrate(&pool).await?;
    for statement in [
        "DROP TABLE backup",
        "DROP TABLE backup_file",
        "DELETE FROM session",
        "DELETE FROM link",
        "UPDATE source SET first_look = NULL",
    ] {
        sqlx::query(statement).execute(&pool).await?;
    }
    if put_aside {
        sqlx::query(PUT_ASIDE).bind(ms(now)).execute(&pool).await?;
    }
    let damage: String = sqlx::query("PRAGMA integrity_check(1)").fetch_one(&pool).await?.get(0);
    pool.close().await;
    if damage == "ok" { Ok(()) } else { Err(BackupError::Damaged(damage)) }
}
