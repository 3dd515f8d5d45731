//! `backup` and `restore`: the whole of what is known in one file, taken while Bellwether runs, and put back where none
//! runs. What is written is looked at again before it counts.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;

use super::load::{self, Folders};
use super::{check, owner, wording};
use crate::model::published::time;
use crate::model::subscription::{Way, WebhookUrl};
use crate::model::template::ENDING;
use crate::store::backup::{self, Contents};
use crate::store::{self, DATABASE};

/// The files of the configuration folder.
const FILES: [&str; 3] = ["bellwether.toml", "inventory.toml", "subscriptions.toml"];

/// The user's own table of vendors, as a backup names it.
const OWN_TABLE: &str = "sources/catalogue.tsv";

/// What the files of a database end in beside each other.
const ENDINGS: [&str; 3] = ["-wal", "-shm", ""];

/// How a backup is put back.
#[derive(Debug, Clone)]
pub struct Restore {
    /// The backup.
    pub file: PathBuf,
    /// Whether what is there now is put beside it.
    pub replace: bool,
    /// Whether the configuration that came with it is written, where none lies.
    pub with_config: bool,
    /// Whether what waited to be delivered is given up.
    pub put_aside_pending: bool,
}

/// Takes a backup into the new file `to`.
///
/// # Errors
/// There is nothing to back up, the file is there already, or it cannot be written whole.
pub fn take(folders: &Folders, to: &Path, with_config: bool) -> Result<ExitCode> {
    let loaded = load::load(folders)?;
    // A mistake in the other files is no reason to go without a backup.
    let Some(settings) = &loaded.settings else {
        check::print(&loaded.problems);
        return Ok(ExitCode::from(super::cli::BAD_CONFIGURATION));
    };
    let data = &settings.database.folder;
    owner::act_as_owner_of(data)?;
    let database = data.join(DATABASE);
    if !database.is_file() {
        bail!("there is nothing to back up: {} is not there", database.display());
    }
    if to.exists() {
        bail!("{} is there already; a backup replaces nothing: name another file", to.display());
    }
    let files = if with_config { configuration(folders, &settings.templates.folder)? } else { Vec::new() };
    let contents = written(&database, to, &files)?;
    say!("{}: {}", to.display(), in_words(&contents));
    if with_config {
        let receivers = loaded.subscriptions.iter().flat_map(|read| &read.receivers);
        for receiver in receivers.filter(|r| is_plain_webhook(&r.way)) {
            eprintln!(
                "note: the address of the receiver {} stands in subscriptions.toml itself, so it is in the backup; write it as {{ env = \"NAME\" }} or {{ file = \"/path\" }} if it holds a token",
                receiver.id
            );
        }
        say!("the configuration is in it; the values of secrets are not: keep those by themselves");
    }
    Ok(ExitCode::SUCCESS)
}

const fn is_plain_webhook(way: &Way) -> bool {
    matches!(way, Way::Webhook { url: WebhookUrl::Plain(_), .. })
}

/// Writes it under another name, looks at it, and gives it its name only then.
fn written(database: &Path, to: &Path, files: &[(String, String)]) -> Result<Contents> {
    let mut half = to.as_os_str().to_owned();
    half.push(format!(".half-{}", std::process::id()));
    let half = PathBuf::from(half);
    let made = (|| {
        // It is there before anything is in it, so that nobody else can ever read it.
        private(&half)?;
        let contents = in_runtime(backup::take(database, &half, files, Timestamp::now()))?
            .with_context(|| format!("the backup {} cannot be written", to.display()))?;
        File::open(&half)?.sync_all()?;
        fs::rename(&half, to)?;
        sync_folder_of(to);
        Ok(contents)
    })();
    if made.is_err() {
        let _ = fs::remove_file(&half);
    }
    made
}

/// The configuration's files, by their places. Those that are named in them, as secrets are, are not among them.
fn configuration(folders: &Folders, templates: &str) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for name in FILES {
        let path = folders.config.join(name);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        files.push((format!("config/{name}"), text));
    }
    for file in wording::files(&folders.config.join(templates))? {
        files.push((format!("config/{templates}/{}", file.name), file.text));
    }
    for (id, path) in load::own_vendors(&folders.sources)? {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        files.push((format!("sources/{id}/vendor.toml"), text));
    }
    if let Some(path) = load::own_table(&folders.sources) {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        files.push((OWN_TABLE.to_owned(), text));
    }
    Ok(files)
}

/// Puts a backup back.
///
/// # Errors
/// It is not whole, a Bellwether runs on the data, or there is data and nobody said that it may be put aside.
pub fn restore(folders: &Folders, wanted: &Restore) -> Result<ExitCode> {
    let named = |error: backup::BackupError| anyhow::anyhow!("{}: {error}", wanted.file.display());
    if let Err(error) = File::open(&wanted.file) {
        bail!("{} cannot be read: {error}{}", wanted.file.display(), owner::whose(&error));
    }
    let contents = in_runtime(backup::contents(&wanted.file))?.map_err(named)?;
    if wanted.with_config {
        write_configuration(folders, &contents)?;
    }
    let loaded = load::load(folders)?;
    let Some(settings) = &loaded.settings else {
        check::print(&loaded.problems);
        return Ok(ExitCode::from(super::cli::BAD_CONFIGURATION));
    };
    let data = &settings.database.folder;
    owner::act_as_owner_of(data)?;
    fs::create_dir_all(data).with_context(|| format!("the data folder {} cannot be made", data.display()))?;
    // Held until the end: none may start on what is half there.
    let _lock = store::hold(data)?;
    let database = data.join(DATABASE);
    // A log that lay there would be taken for the restored database's own.
    let old = ENDINGS.iter().any(|ending| data.join(format!("{DATABASE}{ending}")).exists());
    if old && !wanted.replace {
        bail!("{} is there already; with --replace it is put aside, and kept", database.display());
    }
    let half = data.join("restoring.sqlite");
    private(&half)?;
    fs::copy(&wanted.file, &half).with_context(|| format!("cannot write {}", half.display()))?;
    let ready = in_runtime(backup::make_ready(&half, wanted.put_aside_pending, Timestamp::now()))?;
    if let Err(error) = ready {
        let _ = fs::remove_file(&half);
        return Err(named(error));
    }
    File::open(&half)?.sync_all()?;
    if old {
        say!("what was there is kept in {}", put_aside(data)?.display());
    }
    fs::rename(&half, &database).with_context(|| format!("cannot write {}", database.display()))?;
    sync_folder_of(&database);
    say!("restored: {}", in_words(&contents));
    foretell(&contents, wanted.put_aside_pending);
    Ok(ExitCode::SUCCESS)
}

/// What happens at the next start.
fn foretell(contents: &Contents, put_aside: bool) {
    match (contents.pending, put_aside) {
        (0, _) => {}
        (n, true) => say!("{n} messages that waited then are given up; the page of deliveries shows them"),
        (n, false) => say!(
            "{n} messages waited then and are sent at the start. Who was sent one after the backup gets it twice, with the same id. Restore with --put-aside-pending to give them up instead"
        ),
    }
    say!(
        "everybody signs in anew. Accounts, roles, passwords and tokens are as they were then: look at `bellwether accounts list` and `bellwether tokens list` for what was taken away since"
    );
    say!(
        "at the start every source is looked at as for the first time: what is open and new since then is told in one message for each receiver"
    );
}

fn write_configuration(folders: &Folders, contents: &Contents) -> Result<()> {
    if contents.files.is_empty() {
        bail!("no configuration is in the backup: it was taken without --with-config");
    }
    let places = contents.files.iter().map(|(path, text)| Some((place(folders, path)?, text)));
    let places: Vec<_> = places.collect::<Option<_>>().context("the backup names a file that is no configuration")?;
    // Word for word the same is no harm: a command of root's has come here before it began again as the data's owner.
    let is_other = |path: &Path, text: &str| path.exists() && fs::read(path).ok().as_deref() != Some(text.as_bytes());
    if let Some((there, _)) = places.iter().find(|(path, text)| is_other(path, text)) {
        bail!("{} is there already; a configuration is only written where none lies", there.display());
    }
    for (path, text) in places.into_iter().filter(|(path, _)| !path.exists()) {
        let folder = path.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Where a file of the backup belongs; `None` for a place that a backup of ours never names.
fn place(folders: &Folders, path: &str) -> Option<PathBuf> {
    if let Some(name) = path.strip_prefix("config/") {
        return (FILES.contains(&name) || is_template(name)).then(|| folders.config.join(name));
    }
    if path == OWN_TABLE {
        return Some(folders.sources.join(load::TABLE_FILE));
    }
    let vendor = path.strip_prefix("sources/")?.strip_suffix("/vendor.toml")?;
    let is_name = !vendor.is_empty() && vendor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    is_name.then(|| folders.sources.join(vendor).join("vendor.toml"))
}

/// Whether it is a template somewhere below the configuration, and nowhere else.
fn is_template(name: &str) -> bool {
    let is_name = |part: &str| {
        let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(known)
    };
    name.ends_with(ENDING) && name.contains('/') && name.split('/').all(is_name)
}

/// Moves the database and its log into a folder of their own.
fn put_aside(data: &Path) -> Result<PathBuf> {
    let aside = data.join(format!("before-restore-{}", Timestamp::now().strftime("%Y%m%dT%H%M%SZ")));
    fs::create_dir(&aside).with_context(|| format!("cannot make {}", aside.display()))?;
    // The log first: a database without its log may be a little old, and a log without its database is nothing.
    for ending in ENDINGS {
        let name = format!("{DATABASE}{ending}");
        if data.join(&name).exists() {
            fs::rename(data.join(&name), aside.join(&name)).with_context(|| format!("cannot move {name}"))?;
        }
    }
    Ok(aside)
}

fn in_words(contents: &Contents) -> String {
    let taken = contents.taken.map(|at| format!(", taken {}", time(at))).unwrap_or_default();
    format!(
        "{} incidents, {} of them open, {} messages that wait{taken}",
        contents.incidents, contents.open, contents.pending
    )
}

/// An empty file that only its owner can read.
fn private(path: &Path) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) => bail!("cannot write {}: {error}{}", path.display(), owner::whose(&error)),
    }
}

/// A name is on the disk when its folder is. Where folders cannot be synced, the system does it in its time.
fn sync_folder_of(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

fn in_runtime<T>(work: impl Future<Output = T>) -> Result<T> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work))
}
