//! The vendors that we ship.

use std::collections::BTreeSet;

use bellwether::config::value::{has_credentials, is_surely_private};
use bellwether::config::vendor;
use bellwether::model::format::Format;
use bellwether::model::vendor::Vendor;

use crate::config_files::shipped_vendors;

fn all() -> Vec<Vendor> {
    let parsed = |(id, text): (String, String)| {
        let parsed = vendor::parse(&id, &format!("sources/{id}/vendor.toml"), &text);
        let told: Vec<_> = parsed.problems.iter().map(ToString::to_string).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
        parsed.value.unwrap()
    };
    shipped_vendors().into_iter().map(parsed).collect()
}

#[test]
fn every_vendor_has_a_file_without_problems() {
    let vendors = all();
    assert!(vendors.len() >= 30, "{}", vendors.len());
    let names: BTreeSet<_> = vendors.iter().map(|vendor| vendor.name.to_lowercase()).collect();
    assert_eq!(names.len(), vendors.len(), "two vendors have one name");
}

#[test]
fn every_address_is_public_https_and_stands_once() {
    let vendors = all();
    let mut seen = BTreeSet::new();
    for source in vendors.iter().flat_map(|vendor| &vendor.sources) {
        assert_ne!(source.format, Format::Manual, "{}: every vendor has incidents by hand", source.id);
        let url = source.url.as_ref().unwrap();
        assert_eq!(url.scheme(), "https", "{url}");
        assert!(!is_surely_private(url) && !has_credentials(url), "{url}");
        assert!(seen.insert(url.clone()), "{url} stands twice");
    }
}

#[test]
fn whoever_has_no_source_says_how_its_customers_hear_of_trouble() {
    for vendor in all() {
        assert_eq!(vendor.sources.is_empty(), vendor.notifies.is_some(), "{}", vendor.id);
    }
}

/// Both of the outages for which this was made must be within reach.
#[test]
fn the_vendors_of_the_founding_outages_are_there_without_a_feed() {
    let vendors = all();
    for id in ["crowdstrike", "oracle-health"] {
        let vendor = vendors.iter().find(|vendor| vendor.id.as_str() == id).unwrap();
        assert!(vendor.sources.is_empty(), "{id}");
    }
}
