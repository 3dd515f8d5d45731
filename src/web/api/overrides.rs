//! What is set by hand, for programs.

use serde::Serialize;
use serde_json::Value;

use crate::web::fault::Fault;
use crate::web::router::Site;

/// Overrides that are over.
const OVER: i64 = 100;

/// The answer.
#[derive(Serialize)]
pub struct Overrides {
    version: u32,
    overrides: Vec<Value>,
}

/// Those that hold, and with `all` the newest of those that are over.
pub async fn overrides(site: &Site, all: bool) -> Result<Overrides, Fault> {
    let now = site.app.now();
    let mut found = site.app.store.overrides(now).await?;
    if all {
        found.extend(site.app.store.overrides_over(now, OVER).await?);
    }
    Ok(Overrides { version: 1, overrides: found.iter().map(|one| one.published(now)).collect() })
}
