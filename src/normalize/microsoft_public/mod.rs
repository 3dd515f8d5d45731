//! What Microsoft tells the public of its admin centers, at `status.cloud.microsoft/api/posts/…`.
//!
//! It speaks of one admin center, the place where administrators read of trouble, and never of what a tenant uses: all
//! of Microsoft 365 may be down while it says "Available". So the format stands aside of a vendor's services
//! ([`Format::speaks_aside`]), and its silence makes none of them green.
//! Nothing of it is documented. The shape is that of an answer recorded on 2026-09-18, the words are those that the
//! page's own script knows; none but "Available" was ever seen in an answer.

mod wire;

use url::Url;

use super::field::{Field, Object, Place};
use super::{About, Body, Reader, Reading, Request, answered, document, keyed};
use crate::model::format::{Evidence, Format};
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{
    ComponentRef, Coverage, Covers, GoneAfter, SeenComponent, SeenIncident, SeenUpdate, Snapshot, Unreadable,
};
use crate::model::stated::Stated;
use crate::model::text;

const POST: &str = "post";
const PAGE: &str = "https://status.cloud.microsoft";

/// What this format is.
const ABOUT: About = About {
    format: Format::MicrosoftPublic,
    evidence: Evidence::Recorded,
    summary: "what Microsoft tells the public of an admin center: https://status.cloud.microsoft/api/posts/mac (undocumented)",
    says: "whether the admin center can be reached, and why not; nothing of a tenant's services, so it is never green for them",
    roles: &[POST],
    gone_after: GoneAfter::USUAL,
    // Nobody knows whether the next trouble has an id of its own.
    perishable_keys: true,
};

/// How it is read.
pub const READER: Reader = Reader {
    about: ABOUT,
    plan: |asked| plan(asked.url),
    read: |asked, answers| Reading::Done(answered::first(answers).and_then(|body| read(body, Some(asked.url)))),
    find: |page| {
        let hosts = ["status.cloud.microsoft", "status.office.com", "status.office365.com"];
        page.only_at(&hosts, &["https://status.cloud.microsoft/api/posts/mac"])
    },
};

/// One document holds everything.
fn plan(url: &Url) -> Vec<Request> {
    vec![Request { role: POST, url: url.clone(), accept: "application/json" }]
}

/// Reads the post. `url` is where it was asked for: the document does not say which admin center it speaks of.
///
/// # Errors
/// [`Unreadable`] where it is no post; every address that is none of theirs answers 200 with the page's empty frame.
fn read(body: &Body, url: Option<&Url>) -> Result<Snapshot, Unreadable> {
    let text = document::text(body)?;
    let found: Field<Object<wire::Post<'_>>> = document::typed(&text, body)?;
    let Field::Is(Object(post)) = found else {
        return Err(Unreadable::Unexpected("no object, where Microsoft gives one post".to_owned()));
    };
    let (Some(id), Some(word)) = (post.id.as_str().and_then(keyed::key), post.status.as_str().map(text::title)) else {
        return Err(not_signed());
    };
    if post.internal_date_time.as_str().is_none() || post.message.as_str().is_none() {
        return Err(not_signed());
    }
    let covers = Coverage { incidents: Covers::AllOpen, maintenances: Covers::Delta, components: Covers::AllOpen };
    let mut snapshot = Snapshot::recognised("a post with Id, Status, Message and InternalDateTime", covers);
    let at = Place::of(POST, 0);
    // The other clock, LastUpdatedTime, is that of the request: it moves while nothing else does.
    snapshot.refreshed = post.internal_date_time.time(at, "InternalDateTime", &mut snapshot).and_then(|time| time.at);
    let (status, is_over) = meaning(&word).unwrap_or_else(|| {
        at.never_seen("Status", &word, &mut snapshot);
        (Impact::Unknown, false)
    });
    let component = center(url);
    if status != Impact::Operational || is_over {
        let one = incident(&post, id, &word, &component, at, &mut snapshot);
        snapshot.incidents.push(SeenIncident { phase: if is_over { Phase::Resolved } else { one.phase }, ..one });
    }
    snapshot.components.push(SeenComponent { component, vendor_status: word, status });
    Ok(snapshot)
}

fn not_signed() -> Unreadable {
    Unreadable::Unexpected("no post of Microsoft's, which has Id, Status, Message and InternalDateTime".to_owned())
}

/// What a status means, and whether it tells of an end. "Unknown" is one of theirs.
fn meaning(word: &str) -> Option<(Impact, bool)> {
    Some(match word.to_ascii_lowercase().as_str() {
        "available" | "operational" => (Impact::Operational, false),
        "service restored" => (Impact::Operational, true),
        "service degradation" => (Impact::Degraded, false),
        "unknown" => (Impact::Unknown, false),
        _ => return None,
    })
}

/// The admin center that an address speaks of.
fn center(url: Option<&Url>) -> ComponentRef {
    let leaf = url.and_then(|url| url.path_segments()?.next_back().map(str::to_owned)).unwrap_or_default();
    let name = match leaf.as_str() {
        "mac" | "" => "Microsoft 365 admin center",
        "ppac" => "Power Platform admin center",
        "azure" => "Azure portal",
        other => other,
    };
    ComponentRef { key: name.to_owned(), name: name.to_owned(), group: None, region: None }
}

fn incident(
    post: &wire::Post<'_>,
    key: String,
    word: &str,
    component: &ComponentRef,
    at: Place<'_>,
    into: &mut Snapshot,
) -> SeenIncident {
    let title = post.title.as_str().map(text::title).filter(|title| !title.is_empty());
    let written = post.authored_date_time.time(at, "AuthoredDateTime", into).filter(is_written);
    let (impact, _) = meaning(word).unwrap_or((Impact::Unknown, false));
    SeenIncident {
        kind: Kind::Incident,
        title: title.unwrap_or_else(|| format!("{}: {word}", component.name)),
        vendor_impact: word.to_owned(),
        impact: if impact == Impact::Operational { Impact::Unknown } else { impact },
        vendor_phase: word.to_owned(),
        phase: Phase::Investigating,
        components: vec![component.clone()],
        regions: Vec::new(),
        started: written.clone(),
        ended: None,
        planned: None,
        // One text, edited in place.
        updates: vec![SeenUpdate {
            key: key.clone(),
            at: written,
            vendor_phase: word.to_owned(),
            text: document::plain(post.message.as_str().unwrap_or_default()),
            author: None,
        }],
        link: Some(PAGE.to_owned()),
        key,
    }
}

/// A post that nobody wrote is of the year 1.
fn is_written(time: &Stated) -> bool {
    !time.raw.starts_with("0001-")
}

#[cfg(test)]
mod tests;
