//! `config/inventory.toml`: what the organisation runs, and what that needs. The comments here are its manual.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::places::{Findings, join};
use super::read::own_words;
use super::say::SayRow;
use super::value::{Name, Period};
use super::{Parsed, read};
use crate::model::id::{ServiceId, SiteId, SourceId, VendorId};
use crate::model::inventory::{
    Dependency, Edge, Inventory, Need, On, Procedure, Selector, Service, Site, Tier, Without,
};
use crate::model::text;

/// What the organisation runs for its people, and what that needs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Inventory")]
pub(super) struct InventoryRow {
    /// The places where the organisation works.
    #[serde(default)]
    site: Vec<SiteRow>,
    /// What it runs there.
    #[serde(default)]
    service: Vec<ServiceRow>,
    /// Which vendors stand on others: Okta on AWS.
    #[serde(default)]
    upstream: Vec<UpstreamRow>,
}

/// A vendor whose product stands on another vendor's: what is open below is named in messages about the one above.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Upstream")]
struct UpstreamRow {
    /// The vendor above.
    #[schemars(required)]
    vendor: Option<String>,
    /// The one that it stands on.
    #[schemars(required)]
    on: Option<String>,
    /// Who was told of trouble below is not told of what hurts the vendor above meanwhile. Life-safety is told all the same.
    #[serde(default)]
    mute: bool,
}

/// A place where the organisation works.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Site")]
struct SiteRow {
    /// Its key: lower-case letters, digits and '-'.
    #[schemars(required)]
    id: Option<String>,
    /// Its name for people.
    #[schemars(required)]
    name: Option<Name>,
}

/// What the organisation runs for its people.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Service")]
struct ServiceRow {
    /// Its key: lower-case letters, digits and '-'.
    #[schemars(required)]
    id: Option<String>,
    /// Its name for people.
    #[schemars(required)]
    name: Option<Name>,
    /// How much depends on it.
    #[schemars(required)]
    tier: Option<Tier>,
    /// Where it is used. Without it: everywhere.
    #[serde(default)]
    sites: Vec<String>,
    /// Who answers for it.
    #[serde(default)]
    owner: String,
    /// What people do with it: "charting, orders".
    #[serde(default)]
    workflow: String,
    /// How long the organisation can bear to be without it: "4h".
    bears: Option<Period>,
    /// One sentence of yours that stands high in every message about it and on its card: what people should do. A
    /// text, or one each for when it stops and for when it only degrades: { stops = "…", degrades = "…" }.
    say: Option<SayRow>,
    /// What to do without it.
    #[serde(default)]
    procedure: Procedure,
    /// What it needs: every one of these.
    #[serde(default)]
    needs: Vec<NeedRow>,
}

/// One thing that a service needs: a `vendor`, another `service`, or `any_of` several.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Need")]
struct NeedRow {
    /// A vendor: the name of its folder in `sources/`.
    vendor: Option<String>,
    /// Another service of this file.
    service: Option<String>,
    /// Several, of which any one is enough.
    any_of: Option<Vec<DependencyRow>>,
    /// Only this source of the vendor.
    source: Option<String>,
    /// The vendor's components by name, with `*` and `?`; `group/name` where a group matters. Neither names, ids
    /// nor regions: the vendor as a whole.
    components: Option<Vec<String>>,
    /// The vendor's components by the vendor's own keys.
    ids: Option<Vec<String>>,
    /// The vendor's regions, with `*` and `?`.
    regions: Option<Vec<String>>,
    /// What happens to the service without it. Inside of `any_of` it may stand once for all.
    without: Option<Without>,
}

/// One of several things of which any one is enough: a `vendor` or another `service`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Dependency")]
struct DependencyRow {
    /// A vendor: the name of its folder in `sources/`.
    vendor: Option<String>,
    /// Another service of this file.
    service: Option<String>,
    /// Only this source of the vendor.
    source: Option<String>,
    /// The vendor's components by name, with `*` and `?`.
    components: Option<Vec<String>>,
    /// The vendor's components by the vendor's own keys.
    ids: Option<Vec<String>>,
    /// The vendor's regions, with `*` and `?`.
    regions: Option<Vec<String>>,
    /// What happens to the service without it.
    without: Option<Without>,
}

/// Reads the file.
#[must_use]
pub fn parse(file: &str, text: &str) -> Parsed<Inventory> {
    let read::Draft { rows, mut findings } = read::read::<InventoryRow>(file, text);
    let inventory = rows.and_then(|rows| inventory(rows, &mut findings));
    Parsed::of(inventory, findings)
}

fn inventory(rows: InventoryRow, findings: &mut Findings) -> Option<Inventory> {
    findings.unique("site", rows.site.iter().map(|site| site.id.as_deref()));
    findings.unique("service", rows.service.iter().map(|service| service.id.as_deref()));
    let sites: Vec<_> = rows.site.into_iter().enumerate().map(|(n, row)| site(n, row, findings)).collect();
    let services: Vec<_> = rows.service.into_iter().enumerate().map(|(n, row)| service(n, row, findings)).collect();
    let upstream = rows.upstream.into_iter().enumerate();
    let upstream: Vec<_> = upstream.map(|(n, row)| edge(&format!("upstream[{n}]"), row, findings)).collect();
    let known: Vec<(usize, &Service)> =
        services.iter().enumerate().filter_map(|(n, s)| Some((n, s.as_ref()?))).collect();
    report_circles(&known, findings);
    Some(Inventory {
        sites: sites.into_iter().collect::<Option<_>>()?,
        services: services.into_iter().collect::<Option<_>>()?,
        upstream: upstream.into_iter().collect::<Option<_>>()?,
    })
}

fn edge(at: &str, row: UpstreamRow, findings: &mut Findings) -> Option<Edge> {
    let vendor = findings.required(at, "vendor", row.vendor);
    let vendor = vendor.and_then(|id| id_of(at, "vendor", &id, VendorId::parse, findings));
    let on = findings.required(at, "on", row.on).and_then(|id| id_of(at, "on", &id, VendorId::parse, findings));
    if vendor.is_some() && vendor == on {
        findings.error(&join(at, "on"), "a vendor does not stand on itself", "name the vendor below");
    }
    Some(Edge { vendor: vendor?, on: on?, mutes: row.mute })
}

fn site(number: usize, row: SiteRow, findings: &mut Findings) -> Option<Site> {
    let at = format!("site[{number}]");
    let id = findings.required(&at, "id", row.id).and_then(|id| id_of(&at, "id", &id, SiteId::parse, findings));
    let name = findings.required(&at, "name", row.name);
    Some(Site { id: id?, name: name?.0 })
}

/// An identifier, or a problem that says why it is none.
pub(super) fn id_of<T, E: std::error::Error>(
    at: &str,
    key: &str,
    text: &str,
    parse: impl Fn(&str) -> Result<T, E>,
    findings: &mut Findings,
) -> Option<T> {
    parse(text)
        .map_err(|why| {
            let (what, way_out) = own_words(&why.to_string());
            findings.error(&join(at, key), what, &way_out);
        })
        .ok()
}

fn service(number: usize, row: ServiceRow, findings: &mut Findings) -> Option<Service> {
    let at = format!("service[{number}]");
    let id = findings.required(&at, "id", row.id).and_then(|id| id_of(&at, "id", &id, ServiceId::parse, findings));
    let name = findings.required(&at, "name", row.name);
    let tier = findings.required(&at, "tier", row.tier);
    let sites: Vec<_> = row.sites.iter().enumerate().map(|(n, site)| site_ref(&at, n, site, findings)).collect();
    if row.needs.is_empty() {
        findings.lacking(&at, "needs", "it needs nothing, so nothing will ever be told of it", "add what it needs");
    }
    let needs = row.needs.into_iter().enumerate();
    let needs: Vec<_> = needs.map(|(n, row)| need(&format!("{at}.needs[{n}]"), row, findings)).collect();
    Some(Service {
        id: id?,
        name: name?.0,
        tier: tier?,
        sites: sites.into_iter().collect::<Option<_>>()?,
        owner: text::title(&row.owner),
        workflow: text::title(&row.workflow),
        bears: row.bears.map(|period| period.0),
        say: row.say.map(|say| say.0).unwrap_or_default(),
        procedure: row.procedure,
        needs: needs.into_iter().collect::<Option<_>>()?,
    })
}

fn site_ref(at: &str, number: usize, site: &str, findings: &mut Findings) -> Option<SiteId> {
    findings.known(&format!("{at}.sites[{number}]"), "site", site);
    SiteId::parse(site).ok()
}

fn need(at: &str, row: NeedRow, findings: &mut Findings) -> Option<Need> {
    let NeedRow { vendor, service, any_of, source, components, ids, regions, without } = row;
    let one = DependencyRow { vendor, service, source, components, ids, regions, without };
    let Some(several) = any_of else { return dependency(at, one, None, findings).map(Need::One) };
    if one.vendor.is_some() || one.service.is_some() || selecting(&one).is_some() {
        findings.error(at, "beside `any_of` only `without` may stand", "move the rest into its list");
    }
    if several.is_empty() {
        findings.error(&join(at, "any_of"), "any of nothing", "name at least two");
    }
    let rows = several.into_iter().enumerate();
    let all: Vec<_> = rows.map(|(n, row)| dependency(&format!("{at}.any_of[{n}]"), row, without, findings)).collect();
    all.into_iter().collect::<Option<_>>().map(Need::AnyOf)
}

fn dependency(at: &str, row: DependencyRow, common: Option<Without>, findings: &mut Findings) -> Option<Dependency> {
    let without = match row.without.or(common) {
        None => {
            findings.missing(
                at,
                "without",
                "it does not say what happens without it",
                "add without = \"stops\" or \"degrades\"",
            );
            None
        }
        said => said,
    };
    let on = match (&row.vendor, &row.service) {
        (Some(_), None) => selector(at, row, findings).map(On::Vendor),
        (None, Some(service)) => {
            if let Some(key) = selecting(&row) {
                findings.error(&join(at, key), "a service of ours has no such thing", "leave it out");
            }
            findings.known(&join(at, "service"), "service", service);
            ServiceId::parse(service).ok().map(On::Service)
        }
        (Some(_), Some(_)) => {
            findings.error(at, "`vendor` and `service` in one", "make two entries of it");
            None
        }
        (None, None) => {
            findings.missing(at, "vendor", "this names nothing that is needed", "add `vendor`, `service` or `any_of`");
            None
        }
    };
    Some(Dependency { on: on?, without: without? })
}

/// A key that stands there and makes sense only for a vendor.
const fn selecting(row: &DependencyRow) -> Option<&'static str> {
    match row {
        DependencyRow { source: Some(_), .. } => Some("source"),
        DependencyRow { components: Some(_), .. } => Some("components"),
        DependencyRow { ids: Some(_), .. } => Some("ids"),
        DependencyRow { regions: Some(_), .. } => Some("regions"),
        _ => None,
    }
}

fn selector(at: &str, row: DependencyRow, findings: &mut Findings) -> Option<Selector> {
    let vendor = id_of(at, "vendor", &row.vendor?, VendorId::parse, findings)?;
    let source = match &row.source {
        None => None,
        Some(name) => Some(id_of(at, "source", name, |name| SourceId::of(&vendor, name), findings)?),
    };
    for (key, list) in [("components", &row.components), ("ids", &row.ids), ("regions", &row.regions)] {
        for (n, _) in list.iter().flatten().enumerate().filter(|(_, text)| text.trim().is_empty()) {
            findings.error(&format!("{at}.{key}[{n}]"), "an empty text picks nothing", "leave it out");
        }
    }
    Some(Selector {
        vendor,
        source,
        components: row.components.unwrap_or_default(),
        ids: row.ids.unwrap_or_default(),
        regions: row.regions.unwrap_or_default(),
    })
}

/// Reports each circle of services that need one another, once, at the first of them in the file.
fn report_circles(services: &[(usize, &Service)], findings: &mut Findings) {
    let needs: BTreeMap<&ServiceId, (usize, Vec<&ServiceId>)> =
        services.iter().map(|(n, service)| (&service.id, (*n, needed(service)))).collect();
    let mut done = std::collections::BTreeSet::new();
    for (number, service) in services {
        let Some(circle) = circle_from(&service.id, &needs, &done) else { continue };
        let names: Vec<&str> = circle.iter().map(|id| id.as_str()).collect();
        let what = format!("services need one another in a circle: {} → {}", names.join(" → "), service.id);
        findings.error(&format!("service[{number}].needs"), what, "leave one of these needs out");
        done.extend(circle);
    }
}

fn needed(service: &Service) -> Vec<&ServiceId> {
    let all = service.needs.iter().flat_map(Need::dependencies);
    all.filter_map(|dependency| match &dependency.on {
        On::Service(id) => Some(id),
        On::Vendor(_) => None,
    })
    .collect()
}

type Needed<'a> = BTreeMap<&'a ServiceId, (usize, Vec<&'a ServiceId>)>;

/// The shortest way from `start` back to itself, past none that is in a reported circle.
fn circle_from<'a>(
    start: &'a ServiceId,
    needs: &Needed<'a>,
    reported: &std::collections::BTreeSet<&'a ServiceId>,
) -> Option<Vec<&'a ServiceId>> {
    let mut seen = reported.clone();
    let mut ways = std::collections::VecDeque::from([vec![start]]);
    while let Some(way) = ways.pop_front() {
        let (_, next) = needs.get(*way.last()?)?;
        for id in next {
            if *id == start {
                return Some(way);
            }
            if needs.contains_key(id) && seen.insert(id) {
                let mut longer = way.clone();
                longer.push(id);
                ways.push_back(longer);
            }
        }
    }
    None
}
