//! The blind spots, one line of the inventory each: what nobody knows, why, and how else one could know.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::alerting::idle::wanted;
use crate::model::id::SourceId;
use crate::web::now::Now;
use crate::web::unbelieved::{self, Spot};
use crate::web::view::{Away, Theirs, tier};

/// The blind spots.
#[derive(Template)]
#[template(path = "page/spots.html")]
pub struct Spots {
    rows: Vec<Row>,
}

impl HtmlSafe for Spots {}

/// One of them.
struct Row {
    service: String,
    name: String,
    tier: &'static str,
    vendor: String,
    vendor_name: String,
    wanted: Option<Theirs>,
    whys: Vec<(Theirs, Option<String>)>,
    believed: Vec<String>,
    notifies: Option<Theirs>,
    phone: Option<String>,
    home: Option<Away>,
    portal: Option<Away>,
    knows_no_way: bool,
}

impl Spots {
    pub fn of(now: &Now) -> Self {
        Self { rows: unbelieved::spots(now).iter().map(|spot| Row::of(now, spot)).collect() }
    }
}

impl Row {
    fn of(now: &Now, spot: &Spot<'_>) -> Self {
        let (vendor, selector) = (spot.vendor, spot.selector);
        let named = |source: &SourceId| format!("/sources#{}", source.to_string().replace('/', "-"));
        let home = vendor.and_then(|v| Away::to(v.homepage.as_ref()?.as_str(), ""));
        let portal = vendor.and_then(|v| Away::to(v.support.portal.as_ref()?.as_str(), ""));
        let phone = vendor.and_then(|v| v.support.phone.clone());
        let notifies = vendor.and_then(|v| v.notifies.as_ref()).map(|told| Theirs::line(told));
        let believed: Vec<String> = spot.believed.iter().map(ToString::to_string).collect();
        Self {
            service: spot.service.id.to_string(),
            name: spot.service.name.clone(),
            tier: tier(spot.service.tier),
            vendor: selector.vendor.to_string(),
            vendor_name: now.compiled.graph.vendor_name(&selector.vendor).to_owned(),
            wanted: selector.picks_components().then(|| Theirs::line(&wanted(selector))),
            whys: spot.whys.iter().map(|why| (Theirs::line(&why.what), why.source.as_ref().map(named))).collect(),
            knows_no_way: believed.is_empty()
                && notifies.is_none()
                && phone.is_none()
                && home.is_none()
                && portal.is_none(),
            believed,
            notifies,
            phone,
            home,
            portal,
        }
    }
}
