//! Whether the documents of a source are still what they were, as part of a look: what the look saw, what the inventory
//! means there, and what is kept of it.

use jiff::Timestamp;
use url::Url;

use super::compiled::Compiled;
use super::look::Looked;
use crate::alerting::drift::{self, Judged};
use crate::alerting::lost::lost;
use crate::model::doubt::{Doubt, Watch};
use crate::model::incident::Known;
use crate::model::snapshot::Look;
use crate::model::vendor::Source;

/// As what, and where, a source is read.
pub(super) fn about(source: &Source) -> String {
    format!("{} {}", source.format.name(), source.url.as_ref().map(Url::as_str).unwrap_or_default())
}

/// Whether a look says anything of the documents themselves.
pub(super) fn is_looked_at(looked: &Looked) -> bool {
    match looked.look {
        Look::Snapshot(_) => !looked.outlook.shapes.is_empty(),
        Look::SameAsBefore => true,
        Look::Unreadable(_) => false,
    }
}

/// What is to be thought of the source after a look. What cannot be read is judged by nothing but that.
pub(super) fn judge(
    compiled: &Compiled,
    watch: &Watch,
    before: &Known,
    after: &Known,
    looked: &Looked,
    now: Timestamp,
) -> Judged {
    let was_lost: Vec<Doubt> = watch.suspicions.iter().map(|s| s.doubt.clone()).filter(|d| !d.is_about_all()).collect();
    let lost = lost(&compiled.graph, before, after, &was_lost);
    match &looked.look {
        Look::Snapshot(_) if is_looked_at(looked) => {
            drift::judge(watch, &looked.outlook, looked.warnings(), &lost, now)
        }
        Look::Snapshot(_) | Look::SameAsBefore => drift::judge_same(watch, &lost, now),
        Look::Unreadable(_) => Judged { watch: watch.clone(), has_begun: false },
    }
}
