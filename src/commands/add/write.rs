//! The files as they are proposed, shown, and written: whole or not at all.

use std::fs;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use similar::{ChangeTag, TextDiff};

use super::inventory_line::{self, Line};
use super::proposal::Proposal;
use crate::config::problem::Severity;

/// One file to be written.
#[derive(Debug, Clone)]
pub struct Edit {
    /// Which.
    pub path: PathBuf,
    /// What stands there now; `None` for a new one.
    before: Option<String>,
    after: String,
}

impl Edit {
    /// The vendor's file, in a folder of its own.
    ///
    /// # Errors
    /// It is there already.
    pub fn of_vendor(sources: &Path, proposal: &Proposal) -> Result<Self> {
        let path = sources.join(proposal.id.as_str()).join("vendor.toml");
        if path.exists() {
            bail!("{} is there already, and nothing is written over it; say --id for another name", path.display());
        }
        Ok(Self { path, before: None, after: proposal.text.clone() })
    }

    /// The inventory with one line more.
    ///
    /// # Errors
    /// The file cannot be read, or the line cannot be put in.
    pub fn of_inventory(config: &Path, service: &str, line: &Line) -> Result<Self> {
        let path = config.join("inventory.toml");
        let before = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let after = inventory_line::with_line(&before, service, line)
            .with_context(|| format!("{} is not changed. The line is {}", path.display(), line.written()))?;
        let name = path.display().to_string();
        let parsed = crate::config::inventory::parse(&name, &after);
        let errors: Vec<String> =
            parsed.problems.iter().filter(|p| p.severity == Severity::Error).map(ToString::to_string).collect();
        if !errors.is_empty() {
            bail!("with {} in it the inventory would have mistakes: {}", line.written(), errors.join("; "));
        }
        Ok(Self { path, before: Some(before), after })
    }

    /// Shows the new file, or what changes in one.
    pub fn show(&self) {
        let Some(before) = &self.before else {
            say!("\nThe vendor's file, {}:\n", self.path.display());
            self.after.lines().for_each(|line| say!("    {line}"));
            return;
        };
        say!("\nWhat changes in {}:\n", self.path.display());
        for change in TextDiff::from_lines(before.as_str(), self.after.as_str()).iter_all_changes() {
            let line = change.value().trim_end();
            match change.tag() {
                ChangeTag::Equal => {}
                ChangeTag::Delete => say!("  - {line}"),
                ChangeTag::Insert => say!("  + {line}"),
            }
        }
    }

    /// Writes it, beside its place and then into it, so that nobody reads half a file.
    ///
    /// # Errors
    /// What could not be written, and where.
    pub fn carry_out(&self) -> Result<()> {
        let written = || format!("cannot write {}", self.path.display());
        // A link is followed, so that it stays one.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = path.parent().with_context(written)?;
        fs::create_dir_all(folder).with_context(written)?;
        let now = fs::read_to_string(&path).ok();
        if now != self.before {
            bail!("{} was changed meanwhile; nothing is written over it", self.path.display());
        }
        let mut beside = path.clone().into_os_string();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let put = || -> std::io::Result<()> {
            let mut file = fs::File::create(&beside)?;
            file.write_all(self.after.as_bytes())?;
            if let Ok(known) = fs::metadata(&path) {
                keep_as_it_was(&beside, &known)?;
            }
            file.sync_all()?;
            fs::rename(&beside, &path)
        };
        put().inspect_err(|_| drop(fs::remove_file(&beside))).with_context(written)
    }
}

/// Mode and owner of the file that is replaced. An owner that may not be given is left: the mode still holds.
fn keep_as_it_was(beside: &Path, known: &fs::Metadata) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let _ = std::os::unix::fs::chown(beside, Some(known.uid()), Some(known.gid()));
    }
    fs::set_permissions(beside, known.permissions())
}

/// Asks on the terminal. Where nobody is there, it says so, and that is a no.
///
/// # Errors
/// The terminal cannot be read.
pub fn asked() -> Result<bool> {
    say!();
    if !std::io::stdin().is_terminal() {
        say!("Nothing is written: nobody is here to be asked. With --yes it is written without asking.");
        return Ok(false);
    }
    let _ = write!(std::io::stdout(), "Write this? Write yes: ");
    let _ = std::io::stdout().flush();
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    let is_yes = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
    if !is_yes {
        say!("Nothing is written.");
    }
    Ok(is_yes)
}
