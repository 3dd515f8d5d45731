//! What must not be lost: an embedded SQLite database in the data folder.
//!
//! One connection writes, several read. What is known is read inside the transaction that writes, and a commit is on
//! disk before anything is sent. All texts use `$1` placeholders and plain types, so that PostgreSQL can join.

pub mod account;
pub mod ahead;
pub mod audit;
pub mod auditor;
pub mod backup;
mod course;
pub mod desk;
pub mod detected;
pub mod drift;
pub mod feed;
pub mod handle;
pub mod inquiry;
pub mod join;
pub mod keep;
pub mod known;
pub mod log;
pub mod outbox;
pub mod own;
pub mod past;
pub mod retention;
pub mod second;
pub mod sent;
pub mod shift;
pub mod silence;
mod soon;
pub mod story;
pub mod told;
pub mod trial;
pub mod trouble;
pub mod watched;
pub mod why;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Row, SqlSafeStr, Sqlite, SqlitePool, Transaction};

/// The name of the database's file in the data folder.
pub const DATABASE: &str = "bellwether.sqlite";
/// The oldest SQLite without the WAL-reset corruption bug.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be opened.
    #[error("the database {path} cannot be opened: {source}")]
    Open {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: sqlx::Error,
    },
    /// The data folder cannot be made or used.
    #[error("the data folder {path} cannot be used: {source}")]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Another process holds the data folder.
    #[error(
        "{path} is in use: another Bellwether{} runs on this data folder. Stop it first, or give this one a folder of its own",
        pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
    )]
    InUse {
        /// The lock file.
        path: PathBuf,
        /// Which process it is, where it has said so.
        pid: Option<u32>,
    },
    /// The schema could not be brought up to date.
    #[error("the database's schema cannot be brought up to date: {0}. A newer Bellwether may have written it")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The SQLite library is one that can damage data.
    #[error("SQLite {0} can damage data (WAL reset); 3.51.3 or later is needed")]
    OldSqlite(String),
    /// A statement failed: the disk is full, the file is locked or gone.
    #[error("the database cannot be used: {0}")]
    Statement(#[from] sqlx::Error),
    /// Another configuration has written since this one was taken up. Whatever was to be written must be judged anew.
    #[error("another configuration holds by now")]
    Superseded,
    /// A stored document cannot be read back.
    #[error("a stored {what} cannot be read back: {source}")]
    Document {
        /// What it should be.
        what: &'static str,
        /// Why not.
        source: serde_json::Error,
    },
}

/// The store.
#[derive(Debug, Clone)]
pub struct Store {
    writes: SqlitePool,
    reads: SqlitePool,
    /// The newest edition of the configuration under which anything was written.
    edition: Arc<AtomicU64>,
    /// Held for as long as the store lives; the system lets go of it when the process ends, however it ends.
    _lock: Option<Arc<std::fs::File>>,
}

/// A transaction that writes.
#[derive(Debug)]
pub struct Writing {
    tx: Transaction<'static, Sqlite>,
    edition: Arc<AtomicU64>,
}

impl Store {
    /// Opens, or begins, the database in `folder`.
    ///
    /// # Errors
    /// [`StoreError`] names the file and the way out.
    pub async fn open(folder: &Path) -> Result<Self, StoreError> {
        let unusable = |source| StoreError::Folder { path: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(unusable)?;
        keep_private(folder).map_err(unusable)?;
        let lock = lock(folder)?;
        let path = folder.join(DATABASE);
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let store = Self::connect(options, Some(lock)).await.map_err(|error| match error {
            StoreError::Statement(source) => StoreError::Open { path: path.clone(), source },
            other => other,
        })?;
        Ok(store)
    }

    /// Opens the database in `folder` beside the Bellwether that runs on it, for short transactions of its own.
    ///
    /// # Errors
    /// [`StoreError`] names the file.
    pub async fn open_beside(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("bellwether.sqlite");
        let options = SqliteConnectOptions::new().filename(&path);
        let options = options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        let pool = pool.map_err(|source| StoreError::Open { path, source })?;
        Ok(Self { writes: pool.clone(), reads: pool, edition: Arc::default(), _lock: None })
    }

    /// Opens the database in `folder` to read it only, beside a running Bellwether or without one; `None` if there is
    /// none yet.
    ///
    /// # Errors
    /// [`StoreError`] names the file.
    pub async fn open_to_read(folder: &Path) -> Result<Option<Self>, StoreError> {
        let path = folder.join(DATABASE);
        if !path.is_file() {
            return Ok(None);
        }
        let options = SqliteConnectOptions::new().filename(&path).read_only(true);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        let pool = pool.map_err(|source| StoreError::Open { path, source })?;
        Ok(Some(Self { writes: pool.clone(), reads: pool, edition: Arc::default(), _lock: None }))
    }

    /// A database in memory, for a replay.
    ///
    /// # Errors
    /// [`StoreError`] if SQLite cannot be used at all.
    pub async fn in_memory() -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new().in_memory(true);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await?;
        migrate(&pool).await?;
        Ok(Self { writes: pool.clone(), reads: pool, edition: Arc::default(), _lock: None })
    }

    async fn connect(options: SqliteConnectOptions, lock: Option<std::fs::File>) -> Result<Self, StoreError> {
        let options = options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        // A connection to a file does not break while it rests; to ask it each time would be a way to its thread and back.
        let pool = || SqlitePoolOptions::new().test_before_acquire(false).idle_timeout(None).max_lifetime(None);
        let writes = pool().max_connections(1);
        let writes = writes.connect_with(options.clone()).await?;
        must_be_sound(&writes).await?;
        migrate(&writes).await?;
        let reads = pool().max_connections(4).connect_lazy_with(options.read_only(true));
        Ok(Self { writes, reads, edition: Arc::default(), _lock: lock.map(Arc::new) })
    }

    /// Begins a transaction that writes. It holds the only writing connection until it is committed or dropped.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn write(&self) -> Result<Writing, StoreError> {
        let tx = self.writes.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Writing { tx, edition: Arc::clone(&self.edition) })
    }

    /// What the installation drew once, to make its identifiers its own.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn salt(&self, drawn: &str) -> Result<String, StoreError> {
        sqlx::query("INSERT INTO meta (key, value) VALUES ('salt', $1) ON CONFLICT (key) DO NOTHING")
            .bind(drawn)
            .execute(&self.writes)
            .await?;
        let row = sqlx::query("SELECT value FROM meta WHERE key = 'salt'").fetch_one(&self.writes).await?;
        Ok(row.get(0))
    }

    /// Ends all connections.
    pub async fn close(&self) {
        self.reads.close().await;
        self.writes.close().await;
    }
}

impl Writing {
    /// Says under which edition of the configuration this is written. Once a newer one has written, what an older one
    /// decided would undo it: it is refused.
    ///
    /// # Errors
    /// [`StoreError::Superseded`].
    pub fn under(&self, edition: u64) -> Result<(), StoreError> {
        // There is one writer at a time, so nothing comes between the two.
        if self.edition.fetch_max(edition, Ordering::SeqCst) > edition { Err(StoreError::Superseded) } else { Ok(()) }
    }

    /// Commits: when this returns, it is on disk.
    ///
    /// # Errors
    /// [`StoreError::Statement`]; then nothing of it was written.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }

    /// A note that outlives restarts.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn note(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("SELECT value FROM meta WHERE key = $1").bind(key).fetch_optional(&mut *self.tx).await?;
        Ok(row.map(|row| row.get(0)))
    }

    /// Writes or removes a note.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn set_note(&mut self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        let query = match value {
            Some(value) => sqlx::query(
                "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )
            .bind(key)
            .bind(value),
            None => sqlx::query("DELETE FROM meta WHERE key = $1").bind(key),
        };
        query.execute(&mut *self.tx).await?;
        Ok(())
    }
}

/// In the order of their numbers. One that was released never changes.
const MIGRATIONS: [(i64, &str, &str); 13] = [
    (1, "begin", include_str!("migrations/0001_begin.sql")),
    (2, "desk", include_str!("migrations/0002_desk.sql")),
    (3, "ahead and shifts", include_str!("migrations/0003_ahead_and_shifts.sql")),
    (4, "past", include_str!("migrations/0004_past.sql")),
    (6, "operate", include_str!("migrations/0006_operate.sql")),
    (8, "path", include_str!("migrations/0008_path.sql")),
    (9, "drift", include_str!("migrations/0009_drift.sql")),
    (10, "detected", include_str!("migrations/0010_detected.sql")),
    (11, "inquiry", include_str!("migrations/0011_inquiry.sql")),
    (12, "handle", include_str!("migrations/0012_handle.sql")),
    (13, "who is told", include_str!("migrations/0013_who_is_told.sql")),
    (14, "certain", include_str!("migrations/0014_certain.sql")),
    (16, "own", include_str!("migrations/0016_own.sql")),
];

async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    let migration = |(number, name, text): (i64, &'static str, &'static str)| {
        Migration::new(number, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    Ok(Migrator::with_migrations(MIGRATIONS.into_iter().map(migration).collect()).run(pool).await?)
}

async fn must_be_sound(pool: &SqlitePool) -> Result<(), StoreError> {
    let version: String = sqlx::query("SELECT sqlite_version()").fetch_one(pool).await?.get(0);
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let numbers = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if numbers < OLDEST_SQLITE { Err(StoreError::OldSqlite(version)) } else { Ok(()) }
}

/// The lock that keeps a second process off the same data. Who holds it has written its number into it.
fn lock(folder: &Path) -> Result<std::fs::File, StoreError> {
    use std::io::Write;
    let path = folder.join("lock");
    let open = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let mut file = open.map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
    match file.try_lock() {
        Ok(()) => {
            // It is for people only; the lock is what counts.
            let _ = file.set_len(0).and_then(|()| file.write_all(std::process::id().to_string().as_bytes()));
            Ok(file)
        }
        Err(_) => {
            let pid = std::fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
            Err(StoreError::InUse { path, pid })
        }
    }
}

/// Holds the data in `folder` for this process, without opening it, for as long as what it gives is kept.
///
/// # Errors
/// [`StoreError::InUse`] while another holds it.
pub fn hold(folder: &Path) -> Result<std::fs::File, StoreError> {
    lock(folder)
}

/// Whether a process holds the data in `folder`.
#[must_use]
pub fn is_in_use(folder: &Path) -> bool {
    let held = |file: std::fs::File| file.try_lock().is_err();
    std::fs::OpenOptions::new().write(true).open(folder.join("lock")).is_ok_and(held)
}

#[cfg(unix)]
fn keep_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
const fn keep_private(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

/// A time as it is stored: milliseconds since 1970.
fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// A stored time.
fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn to_text<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Document { what, source })
}

fn from_text<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Document { what, source })
}
