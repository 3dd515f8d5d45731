//! The part of a webhook's JSON that says how a cause is known, and what was told of it before: version 1, under the same
//! rules as the whole.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::impact::Impact;
use crate::model::notification::{Before, Testimony, Witness};
use crate::model::phase::Phase;

/// What the last message to this receiver about this cause said: what differs from it has changed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookBefore {
    /// When that one was decided.
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// The services that it said were hurt.
    services: Vec<WebhookServiceBefore>,
    /// The components that the vendor named then.
    components: Vec<String>,
    /// The regions that it spoke of then.
    regions: Vec<String>,
}

/// A service as the last message told it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookServiceBefore {
    /// Its key.
    id: String,
    /// How badly it was hurt.
    impact: Impact,
}

/// What one source of the vendor says of an incident.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookWitness {
    /// Which source, `vendor/source`.
    source: String,
    /// What it says.
    says: WebhookTestimony,
}

/// What a source says of an incident.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WebhookTestimony {
    /// It tells of it.
    Says {
        /// How bad.
        impact: Impact,
        /// How far it has come.
        phase: Phase,
    },
    /// It can be read, and does not tell of it. That is no word that all is well.
    Silent,
    /// It cannot be read.
    Blind {
        /// Why.
        why: String,
    },
}

/// What was told before.
pub(super) fn before(before: &Before) -> WebhookBefore {
    let services = before.services.iter();
    WebhookBefore {
        at: before.at.to_string(),
        services: services.map(|(id, impact)| WebhookServiceBefore { id: id.to_string(), impact: *impact }).collect(),
        components: before.components.clone(),
        regions: before.regions.clone(),
    }
}

/// What one source says.
pub(super) fn witness(witness: &Witness) -> WebhookWitness {
    let says = match &witness.says {
        Testimony::Says { impact, phase } => WebhookTestimony::Says { impact: *impact, phase: *phase },
        Testimony::Silent => WebhookTestimony::Silent,
        Testimony::Blind(why) => WebhookTestimony::Blind { why: why.clone() },
    };
    WebhookWitness { source: witness.source.to_string(), says }
}
