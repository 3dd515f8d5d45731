//! Real bodies and timelines. They are not part of the repository: without them nothing is checked, unless
//! `BELLWETHER_DEMAND_RECORDINGS` is set.

use std::path::{Path, PathBuf};

/// The folder of recordings, or `None` where there is none and none is demanded.
pub fn folder() -> Option<PathBuf> {
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recorded");
    let folder = std::env::var_os("BELLWETHER_RECORDED").map_or_else(usual, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("BELLWETHER_DEMAND_RECORDINGS").is_none(), "no recordings at {}", folder.display());
    println!("skipped: no recordings at {}", folder.display());
    None
}
