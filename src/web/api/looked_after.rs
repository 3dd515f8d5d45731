//! What the API says of the documents of sources, and of the blind spots.

use serde::Serialize;

use super::shape::VERSION;
use crate::alerting::idle::wanted;
use crate::model::id::SourceId;
use crate::model::inquiry::{Inquiry, Proposal};
use crate::model::inventory::Tier;
use crate::model::keeping::Finding;
use crate::model::published::time;
use crate::pipeline::inquire::is_of;
use crate::store::drift::AllWatched;
use crate::web::now::Now;
use crate::web::unbelieved::{self, Spot};

/// What is known of the documents of one source.
#[derive(Serialize)]
pub struct Documents {
    /// Why it is not to be believed; nothing where it is.
    not_believed: Option<&'static str>,
    /// What is not as it was.
    doubts: Vec<Finding>,
    /// How many fields are usual, and how many of them are not as they were.
    usual_fields: usize,
    fields_off: usize,
    /// When its bytes last changed.
    changed: Option<String>,
    strange_words: Vec<StrangeWordShape>,
    /// Who confirmed how it is read, and when.
    confirmed_by: Option<String>,
    confirmed: Option<String>,
    /// What asking its page anew came to, where something else than its document came for long.
    asked_anew: Option<InquiryShape>,
}

/// What asking a page anew how it publishes came to.
#[derive(Serialize)]
struct InquiryShape {
    at: String,
    /// `same`, `other` or `nothing`.
    came: &'static str,
    said: String,
    format: Option<&'static str>,
    url: Option<String>,
    /// The lines that the vendor's file is to say instead, where a person is to write them.
    write: Vec<String>,
}

impl InquiryShape {
    fn of(inquiry: &Inquiry) -> Self {
        let found = inquiry.came.found();
        Self {
            at: time(inquiry.at),
            came: inquiry.came.word(),
            said: inquiry.said(),
            format: found.map(|found| found.format.name()),
            url: found.map(|found| found.url.to_string()),
            write: inquiry.proposal().map(Proposal::lines).unwrap_or_default(),
        }
    }
}

#[derive(Serialize)]
struct StrangeWordShape {
    path: String,
    word: String,
    hours: u32,
    first: String,
    last: String,
}

impl Documents {
    pub fn of(now: &Now, watches: &AllWatched, source: &SourceId) -> Self {
        let watch = watches.watch.get(source).cloned().unwrap_or_default();
        let (off, usual) = watch.distance();
        let confirmed = watches.confirmed.get(source);
        let doubts = now.scene.world.sources.get(source).map(|health| health.doubts()).unwrap_or_default();
        let words = watch.words.into_iter().map(|word| StrangeWordShape {
            path: word.path,
            word: word.word,
            hours: word.hours,
            first: time(word.first),
            last: time(word.last),
        });
        let read = now.compiled.sources.get(source);
        let inquiry = watches.inquiries.get(source).filter(|inquiry| read.is_some_and(|read| is_of(inquiry, read)));
        Self {
            not_believed: unbelieved::why(now, source).map(|why| why.kind),
            doubts: doubts.iter().map(Finding::from).collect(),
            usual_fields: usual,
            fields_off: off,
            changed: watches.still.get(source).and_then(|still| still.moved).map(time),
            strange_words: words.collect(),
            confirmed_by: confirmed.map(|word| word.who.clone()),
            confirmed: confirmed.map(|word| time(word.at)),
            asked_anew: inquiry.map(InquiryShape::of),
        }
    }
}

/// The answer to what nobody knows.
#[derive(Serialize)]
pub struct BlindSpots {
    version: u32,
    at: String,
    blind_spots: Vec<SpotShape>,
}

/// One line of the inventory of which nobody knows how it is.
#[derive(Serialize)]
struct SpotShape {
    service: String,
    tier: Tier,
    vendor: String,
    /// What the inventory means of it; nothing where it means all of it.
    needs: Option<String>,
    why: Vec<WhyShape>,
    /// The vendor's sources that can be believed.
    believed: Vec<String>,
    homepage: Option<String>,
    notifies: Option<String>,
    phone: Option<String>,
    portal: Option<String>,
}

#[derive(Serialize)]
struct WhyShape {
    kind: &'static str,
    what: String,
    source: Option<String>,
}

/// The blind spots, the most needed service first.
pub fn blind_spots(now: &Now) -> BlindSpots {
    let blind_spots = unbelieved::spots(now).into_iter().map(spot).collect();
    BlindSpots { version: VERSION, at: time(now.at), blind_spots }
}

fn spot(spot: Spot<'_>) -> SpotShape {
    let (vendor, selector) = (spot.vendor, spot.selector);
    let why = spot.whys.into_iter().map(|why| WhyShape {
        kind: why.kind,
        what: why.what,
        source: why.source.map(|source| source.to_string()),
    });
    SpotShape {
        service: spot.service.id.to_string(),
        tier: spot.service.tier,
        vendor: selector.vendor.to_string(),
        needs: selector.picks_components().then(|| wanted(selector)),
        why: why.collect(),
        believed: spot.believed.iter().map(ToString::to_string).collect(),
        homepage: vendor.and_then(|v| v.homepage.as_ref()).map(ToString::to_string),
        notifies: vendor.and_then(|v| v.notifies.clone()),
        phone: vendor.and_then(|v| v.support.phone.clone()),
        portal: vendor.and_then(|v| v.support.portal.as_ref()).map(ToString::to_string),
    }
}
