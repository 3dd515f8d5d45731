//! Whether a vendor is known already: by its id, or by the host of one of its addresses.

use url::Url;

use crate::model::id::VendorId;
use crate::model::vendor::Vendor;

/// The vendor of that id, where it has anything that is read. One without is taken over with what is known of it.
pub fn by_id<'a>(vendors: &'a [Vendor], id: &VendorId) -> Option<&'a Vendor> {
    vendors.iter().find(|vendor| vendor.id == *id && !vendor.sources.is_empty())
}

/// The vendor that publishes at that address: the same address, or its host, unless several vendors share that.
pub fn by_address<'a>(vendors: &'a [Vendor], url: &Url) -> Option<&'a Vendor> {
    let read: Vec<&Vendor> = vendors.iter().filter(|vendor| !vendor.sources.is_empty()).collect();
    let same = read.iter().find(|vendor| addresses(vendor).any(|known| bare(known) == bare(url)));
    let there: Vec<&&Vendor> =
        read.iter().filter(|vendor| addresses(vendor).any(|known| place(known) == place(url))).collect();
    same.copied().or(match there.as_slice() {
        [only] => Some(**only),
        _ => None,
    })
}

/// The page for people, and where its sources read.
fn addresses(vendor: &Vendor) -> impl Iterator<Item = &Url> {
    let read =
        vendor.sources.iter().flat_map(|source| source.url.iter().chain(source.roles.iter().map(|(_, url)| url)));
    let page = vendor.sources.iter().filter_map(|source| Some(&source.auto.as_ref()?.page));
    vendor.homepage.iter().chain(&vendor.formerly).chain(read).chain(page)
}

fn place(url: &Url) -> Option<(String, Option<u16>)> {
    let host = url.host_str()?.trim_end_matches('.');
    Some((host.strip_prefix("www.").unwrap_or(host).to_owned(), url.port_or_known_default()))
}

/// Host and path, however it is written.
fn bare(url: &Url) -> (Option<(String, Option<u16>)>, &str) {
    (place(url), url.path().trim_end_matches('/'))
}
