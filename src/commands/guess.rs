//! Sources that are read by a guess which nobody has confirmed. Whoever tries one out is told, since it shows nothing as
//! well and tells nobody, however good its looks are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::model::format::{Evidence, Format};
use crate::model::id::SourceId;
use crate::model::snapshot::Look;
use crate::model::vendor::Source;
use crate::normalize;
use crate::store::Store;

/// Those that are read by a guess, with the way out, as long as nobody has confirmed them. Without a database nobody has.
/// What is left to be found out at the first look is not guessed before that.
pub async fn unconfirmed<'a>(
    store: Option<&Store>,
    sources: impl Iterator<Item = &'a Source>,
) -> BTreeMap<SourceId, String> {
    let detected = match store {
        Some(store) => store.detected().await.unwrap_or_default(),
        None => BTreeMap::new(),
    };
    let known = sources.filter(|source| source.is_polled()).map(|source| source.knowing(detected.get(&source.id)));
    let is_guess = |one: &Source| one.format != Format::Auto && normalize::evidence(one) == Evidence::Guessed;
    let guessed: Vec<Source> = known.filter(is_guess).collect();
    let formats: BTreeMap<SourceId, Format> = guessed.iter().map(|one| (one.id.clone(), one.format)).collect();
    let left: BTreeSet<SourceId> = match store {
        // A database that an older Bellwether has written knows of none.
        Some(store) => store.unconfirmed(&formats).await.unwrap_or_default(),
        None => formats.into_keys().collect(),
    };
    let left = guessed.into_iter().filter(|one| left.contains(&one.id));
    left.map(|one| (one.id.clone(), way_out(&one))).collect()
}

/// The same with the database of that folder, where it can be read.
#[must_use]
pub fn unconfirmed_in(folder: &Path, sources: &[Source]) -> BTreeMap<SourceId, String> {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return BTreeMap::new();
    };
    runtime.block_on(async {
        let store = Store::open_to_read(folder).await.ok().flatten();
        unconfirmed(store.as_ref(), sources.iter()).await
    })
}

/// Says of a source that was just read that nothing comes of it yet.
pub fn say_of(source: &Source, look: &Look, unconfirmed: &BTreeMap<SourceId, String>) {
    if let (Some(way_out), Look::Snapshot(_)) = (unconfirmed.get(&source.id), look) {
        say!("  GUESSED: {} is never shown as well and tells nobody, until it is known to be read right:", source.id);
        say!("    {way_out}\n");
    }
}

fn way_out(source: &Source) -> String {
    let id = &source.id;
    if source.map.is_some() {
        format!("`bellwether vendors record {id}` keeps a look beside its file, for you to read: then it counts")
    } else {
        format!("see `bellwether poll {id}`, then `bellwether vendors confirm {id}`")
    }
}
