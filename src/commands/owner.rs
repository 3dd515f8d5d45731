//! Who types a command, and whom the data belongs to. Where a package runs Bellwether, its data belongs to a user of its
//! own; what root left there in its own name, the running program could not read.

use std::path::Path;

use anyhow::Result;

/// Goes on as the user whom the folder `data` belongs to, if root types the command and it is somebody else's: the
/// process is replaced by the same command in that user's name. Otherwise nothing happens.
///
/// # Errors
/// The command cannot be started again.
#[cfg(unix)]
pub fn act_as_owner_of(data: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;

    use anyhow::Context;

    let (Ok(own), Ok(theirs)) = (std::fs::metadata("/proc/self"), std::fs::metadata(data)) else { return Ok(()) };
    if own.uid() != 0 || theirs.uid() == 0 {
        return Ok(());
    }
    let again = std::env::current_exe().context("this program cannot be found to be started again")?;
    let arguments = std::env::args_os().skip(1);
    let error = std::process::Command::new(again).args(arguments).uid(theirs.uid()).gid(theirs.gid()).exec();
    Err(error).with_context(|| {
        format!("{} belongs to user {}; the command cannot be run as that user", data.display(), theirs.uid())
    })
}

/// What to add to an error where a file may not be touched: commands work as the user whom the data belongs to.
#[must_use]
pub fn whose(error: &std::io::Error) -> &'static str {
    if error.kind() == std::io::ErrorKind::PermissionDenied {
        "; it is opened as the user whom the data belongs to: name a place that this user can use, as /var/backups/bellwether where a package installed it"
    } else {
        ""
    }
}

/// Elsewhere users are another matter.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn act_as_owner_of(_data: &Path) -> Result<()> {
    Ok(())
}
