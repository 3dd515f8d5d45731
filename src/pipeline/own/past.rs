//! What a choice would have told of what happened.

use jiff::{SignedDuration, Timestamp};

use crate::alerting::wish;
use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::own::Choice;
use crate::pipeline::compiled::Compiled;
use crate::store::own::Past;
use crate::store::{Store, StoreError};

/// How far back it looks, and at how many effects.
const PAST: SignedDuration = SignedDuration::from_hours(30 * 24);
const MOST: i64 = 5_000;

/// How many messages a choice would have led to in the last 30 days, at the most.
///
/// # Errors
/// [`StoreError`].
pub async fn would_have_told(
    store: &Store,
    compiled: &Compiled,
    choices: &[&Choice],
    now: Timestamp,
) -> Result<Vec<usize>, StoreError> {
    let past = store.effects_since(now - PAST, MOST).await?;
    let past: Vec<wish::Past> = past.into_iter().map(of_past).collect();
    let vendors: Vec<_> = compiled.vendors.values().cloned().collect();
    let count = |choice: &&Choice| wish::would_tell(choice, &compiled.graph, &vendors, &compiled.time_zone, &past);
    Ok(choices.iter().map(count).collect())
}

fn of_past(row: Past) -> wish::Past {
    let of_cause = row.cause.split_once(':').map(|(_, source)| source.split('#').next().unwrap_or(source).to_owned());
    let source = row.source.or(of_cause).and_then(|source| SourceId::parse(&source).ok());
    wish::Past {
        at: row.at,
        service: row.service,
        cause: row.cause,
        kind: row.kind,
        impact: row.impact.as_deref().and_then(Impact::named),
        vendor: source.map(|source| source.vendor()),
    }
}
