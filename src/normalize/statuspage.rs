//! STUB
use super::{About, Answer, Reading, Request};
use crate::model::incident::KnownOpen;
use crate::model::snapshot::{GoneAfter, Unreadable};
use crate::model::vendor::{Evidence, Format, Source};
use jiff::Timestamp;
use url::Url;
/// x
pub const ABOUT: About = About {
    format: Format::Statuspage,
    evidence: Evidence::Guessed,
    summary: "",
    says: "",
    roles: &["summary", "incidents", "components"],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};
/// x
pub fn plan(_source: &Source, _url: &Url, _open: &KnownOpen) -> Vec<Request> {
    vec![]
}
/// x
pub fn read(_source: &Source, _answers: &[Answer], _open: &KnownOpen, _now: Timestamp) -> Reading {
    Reading::Done(Err(Unreadable::Unexpected("stub".into())))
}
