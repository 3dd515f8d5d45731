//! The part of a webhook's JSON that says how a source is read: version 1, under the same rules as the whole.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::inquiry::{Inquiry, Proposal};
use crate::model::keeping::{Finding, Keeping, Plight};

/// How a source is read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookReading {
    /// What is wrong; after the end, what was.
    plight: Plight,
    /// What was found.
    findings: Vec<WebhookFinding>,
    /// How it is read.
    format: String,
    /// Where it is read.
    url: Option<String>,
    /// The names of the services that rest on it.
    needed_by: Vec<String>,
    /// What asking its page anew came to, where something else than its document came for long.
    asked_anew: Option<WebhookInquiry>,
}

/// What asking a page anew how it publishes came to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookInquiry {
    /// When.
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// `same`: it publishes as it did; `other`: otherwise, or elsewhere; `nothing`: in no way that Bellwether knows.
    came: String,
    /// What it came to, in words.
    said: String,
    /// How it publishes now, where it is otherwise.
    format: Option<String>,
    /// Where, where it is otherwise.
    url: Option<String>,
    /// The lines that the vendor's file is to say instead, where a person is to write them.
    write: Vec<String>,
}

/// One thing that was found about a source.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookFinding {
    /// The role of the document.
    role: Option<String>,
    /// Where in the document.
    path: Option<String>,
    /// What, in words.
    what: String,
}

/// How a source is read.
pub(super) fn reading(kept: &Keeping) -> WebhookReading {
    let finding = |found: &Finding| WebhookFinding {
        role: found.role.clone(),
        path: found.path.clone(),
        what: found.what.clone(),
    };
    WebhookReading {
        plight: kept.plight,
        findings: kept.findings.iter().map(finding).collect(),
        format: kept.format.clone(),
        url: kept.url.clone(),
        needed_by: kept.needed_by.clone(),
        asked_anew: kept.inquiry.as_ref().map(asked_anew),
    }
}

fn asked_anew(inquiry: &Inquiry) -> WebhookInquiry {
    let found = inquiry.came.found();
    WebhookInquiry {
        at: inquiry.at.to_string(),
        came: inquiry.came.word().to_owned(),
        said: inquiry.said(),
        format: found.map(|found| found.format.name().to_owned()),
        url: found.map(|found| found.url.to_string()),
        write: inquiry.proposal().map(Proposal::lines).unwrap_or_default(),
    }
}
