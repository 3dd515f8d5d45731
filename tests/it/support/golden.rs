//! Files that hold what is expected, for people to read. `BELLWETHER_BLESS=1` writes them anew.

use std::path::Path;

/// Fails where `actual` is not what the file holds; writes the file instead when asked to.
pub fn golden(path: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("BELLWETHER_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == actual,
        "{} is stale: look at the change, then run with BELLWETHER_BLESS=1\n{actual}",
        path.display()
    );
}
