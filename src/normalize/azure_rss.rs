//! STUB
use super::{About, Body, Request};
use crate::model::snapshot::{GoneAfter, Snapshot, Unreadable};
use crate::model::vendor::{Evidence, Format};
use url::Url;
/// x
pub const ABOUT: About = About {
    format: Format::AzureRss,
    evidence: Evidence::Guessed,
    summary: "",
    says: "",
    roles: &["azure_rss"],
    gone_after: GoneAfter::USUAL,
    perishable_keys: false,
};
/// x
pub fn plan(url: &Url) -> Vec<Request> {
    vec![Request { role: "azure_rss", url: url.clone(), accept: "*/*" }]
}
/// x
pub fn read(_body: &Body) -> Result<Snapshot, Unreadable> {
    Err(Unreadable::Unexpected("not yet".into()))
}
