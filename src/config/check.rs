//! What only shows when files are compared with one another, or with what vendors list.
//!
//! A file that could not be read takes no part: what hangs on it would only repeat its own problems.

use std::collections::{BTreeMap, BTreeSet};

use url::{Host, Url};

use super::bellwether::Settings;
use super::catalogue::Catalogue;
use super::catalogue::search::search;
use super::places::Places;
use super::problem::{Problem, Severity};
use super::routes;
use super::subscriptions::Subscriptions;
use super::suggest::{did_you_mean, nearest};
use crate::model::credentials::way_out;
use crate::model::format::Format;
use crate::model::id::{CredentialsId, ServiceId, SourceId, VendorId};
use crate::model::inventory::{Dependency, Inventory, Need, On, Selector, Service};
use crate::model::snapshot::ComponentRef;
use crate::model::subscription::Way;
use crate::model::vendor::{Source, Vendor};

/// All that is compared; `None` for a file with errors of its own.
#[derive(Debug, Clone, Copy)]
pub struct Files<'a> {
    /// `bellwether.toml`.
    pub settings: Option<&'a Settings>,
    /// `inventory.toml`.
    pub inventory: Option<(&'a Inventory, &'a Places)>,
    /// `subscriptions.toml`.
    pub subscriptions: Option<(&'a Subscriptions, &'a Places)>,
    /// The vendors that the files name; `None` for one whose file has errors.
    pub vendors: &'a BTreeMap<VendorId, Option<Vendor>>,
    /// All that could be named.
    pub catalogue: &'a Catalogue,
}

/// Compares the files with one another.
#[must_use]
pub fn cross(files: &Files<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some((inventory, places)) = files.inventory {
        for line in lines(inventory) {
            problems.extend(vendor_problem(&line, files, places));
        }
        for (number, service) in inventory.services.iter().enumerate() {
            problems.extend(procedure_problem(number, service, inventory, files.vendors, places));
        }
    }
    if let Some((subscriptions, places)) = files.subscriptions {
        problems.extend(receiver_problems(subscriptions, files.settings, places));
        problems.extend(subscription_problems(subscriptions, files, places));
        problems.extend(route_problems(subscriptions, files, places));
    }
    problems
}

/// One line of the inventory, and where it stands.
struct Line<'a> {
    path: String,
    dependency: &'a Dependency,
}

fn lines(inventory: &Inventory) -> Vec<Line<'_>> {
    let mut all = Vec::new();
    for (s, service) in inventory.services.iter().enumerate() {
        for (n, need) in service.needs.iter().enumerate() {
            let at = format!("service[{s}].needs[{n}]");
            match need {
                Need::One(dependency) => all.push(Line { path: at, dependency }),
                Need::AnyOf(several) => all.extend(
                    several
                        .iter()
                        .enumerate()
                        .map(|(i, dependency)| Line { path: format!("{at}.any_of[{i}]"), dependency }),
                ),
            }
        }
    }
    all
}

fn vendor_problem(line: &Line<'_>, files: &Files<'_>, places: &Places) -> Option<Problem> {
    let vendors = files.vendors;
    let On::Vendor(selector) = &line.dependency.on else { return None };
    let path = format!("{}.vendor", line.path);
    let Some(known) = vendors.get(&selector.vendor) else {
        return Some(unknown_vendor(&selector.vendor, files.catalogue, &path, places));
    };
    let vendor = known.as_ref()?;
    if let Some(source) = &selector.source
        && !vendor.sources.iter().any(|known| known.id == *source)
    {
        let names = vendor.sources.iter().map(|known| name_of(&known.id));
        let way_out = did_you_mean(name_of(source), names, "it has");
        let what = format!("{} has no source `{}`", vendor.name, name_of(source));
        return Some(places.problem(Severity::Error, &format!("{}.source", line.path), what, &way_out));
    }
    let meant = |id: &SourceId| selector.source.as_ref().is_none_or(|only| only == id);
    let speaks = |source: &Source| {
        let is_aside = selector.source.is_none() && source.format.speaks_aside();
        meant(&source.id) && source.format != Format::Manual && !is_aside
    };
    let lacks = |source: &&Source| source.access.wants().is_some_and(|name| !has(files.settings, name));
    let (lacking, read): (Vec<&Source>, Vec<&Source>) = vendor.sources.iter().filter(|s| speaks(s)).partition(lacks);
    if let ([], Some((source, name))) = (&*read, lacking.first().and_then(|s| Some((s, s.access.wants()?)))) {
        let what = format!("{} is not looked at without credentials, so nobody knows how it is", source.id);
        let way_out = format!("{}; `bellwether vendors show {}` says what it needs", way_out(name), vendor.id);
        return Some(places.problem(Severity::Warning, &path, what, &way_out));
    }
    read.is_empty().then(|| {
        let what = format!("{} has no source that can be read, so only incidents by hand will tell", vendor.name);
        let way_out = format!("open them with `bellwether incident open {} TITLE --author NAME`", vendor.id);
        places.problem(Severity::Warning, &path, what, &way_out)
    })
}

/// Whether these credentials are configured. A file that could not be read has problems enough of its own.
fn has(settings: Option<&Settings>, name: &CredentialsId) -> bool {
    settings.is_none_or(|settings| settings.credentials.keys().any(|known| known.0 == *name))
}

fn unknown_vendor(id: &VendorId, catalogue: &Catalogue, path: &str, places: &Places) -> Problem {
    let way_out = meant(id, catalogue).map_or_else(
        || format!("`bellwether vendors search {id}` may find it; else add sources/{id}/vendor.toml"),
        |candidate| format!("did you mean `{candidate}`?"),
    );
    places.problem(Severity::Error, path, format!("there is no vendor `{id}`"), &way_out)
}

/// The vendor that goes by that name too, as `cerner`, or else one that is spelled nearly so.
fn meant(id: &VendorId, catalogue: &Catalogue) -> Option<String> {
    let found = search(catalogue, id.as_str());
    let named = found.hits.first().filter(|_| !found.is_guess).map(|hit| hit.vendor.id.to_string());
    named.or_else(|| nearest(id.as_str(), catalogue.ids()).map(str::to_owned))
}

/// The part of a source's id that stands in files.
fn name_of(source: &SourceId) -> &str {
    source.as_str().split_once('/').map_or(source.as_str(), |(_, name)| name)
}

/// A procedure that is gone together with what it is for.
fn procedure_problem(
    number: usize,
    service: &Service,
    inventory: &Inventory,
    vendors: &BTreeMap<VendorId, Option<Vendor>>,
    places: &Places,
) -> Option<Problem> {
    let link = service.procedure.link.as_ref()?;
    let domain = domain_of(link)?;
    let needed = needed_vendors(service, inventory);
    let vendor = needed.into_iter().filter_map(|id| vendors.get(id)?.as_ref()).find(|v| lives_at(v, &domain))?;
    let what = format!("the procedure lies at {domain}, and {} may be down with the service", vendor.name);
    let way_out = "keep a copy elsewhere and link to that";
    Some(places.problem(Severity::Warning, &format!("service[{number}].procedure.link"), what, way_out))
}

/// The vendors that a service needs, itself or through other services.
pub(super) fn needed_vendors<'a>(service: &'a Service, inventory: &'a Inventory) -> BTreeSet<&'a VendorId> {
    let (mut vendors, mut seen) = (BTreeSet::new(), BTreeSet::<&ServiceId>::new());
    let mut open = vec![service];
    while let Some(service) = open.pop() {
        for dependency in service.needs.iter().flat_map(Need::dependencies) {
            match &dependency.on {
                On::Vendor(selector) => drop(vendors.insert(&selector.vendor)),
                On::Service(id) if seen.insert(id) => open.extend(inventory.service(id)),
                On::Service(_) => {}
            }
        }
    }
    vendors
}

fn lives_at(vendor: &Vendor, domain: &str) -> bool {
    let addresses = vendor.sources.iter().filter_map(|source| source.url.as_ref());
    let addresses = addresses.chain(&vendor.homepage).chain(&vendor.support.portal);
    addresses.filter_map(domain_of).any(|theirs| theirs == domain)
}

/// Suffixes of two labels under which everybody has a name of his own: countries' and hosters' own.
const SHARED: [&str; 16] = [
    "co.uk",
    "nhs.uk",
    "org.uk",
    "ac.uk",
    "com.au",
    "org.au",
    "gov.au",
    "co.nz",
    "co.jp",
    "com.br",
    "co.in",
    "co.za",
    "statuspage.io",
    "status.io",
    "github.io",
    "sharepoint.com",
];

/// The domain that somebody registered: `example.org` of `status.eu.example.org`.
pub(super) fn domain_of(url: &Url) -> Option<String> {
    let Some(Host::Domain(host)) = url.host() else { return None };
    let labels: Vec<&str> = host.trim_end_matches('.').split('.').collect();
    let last = |count: usize| labels.get(labels.len().checked_sub(count)?..).map(|labels| labels.join("."));
    let two = last(2)?;
    if SHARED.contains(&two.as_str()) { last(3) } else { Some(two) }
}

fn receiver_problems(subscriptions: &Subscriptions, settings: Option<&Settings>, places: &Places) -> Vec<Problem> {
    let mut problems = Vec::new();
    if subscriptions.receivers.is_empty() {
        let what = "there is no receiver, so nobody is told of anything";
        problems.push(places.problem(Severity::Warning, "", what, "add a [[receiver]] and a [[subscription]]"));
    }
    let has_mail = settings.is_none_or(|settings| settings.mail.is_some());
    for (number, receiver) in subscriptions.receivers.iter().enumerate() {
        if matches!(receiver.way, Way::Email(_)) && !has_mail {
            let path = format!("receiver[{number}].email");
            let what = "no mail can be sent, since bellwether.toml has no [mail]";
            problems.push(places.problem(Severity::Error, &path, what, "add [mail] with `host` and `from`"));
        }
        let has_shift = subscriptions.shifts.iter().any(|shift| shift.receivers.contains(&receiver.id));
        if !has_shift && !subscriptions.subscriptions.iter().any(|wish| wish.receivers.contains(&receiver.id)) {
            let what = format!("no subscription leads to `{}`", receiver.id);
            let path = format!("receiver[{number}].id");
            problems.push(places.problem(Severity::Warning, &path, what, "name it in `receivers` of a subscription"));
        }
    }
    problems
}

/// By which ways people are told, and who is told that one of them does not work.
fn route_problems(subscriptions: &Subscriptions, files: &Files<'_>, places: &Places) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some((inventory, _)) = files.inventory {
        let doubts = routes::doubts(files.settings, inventory, subscriptions, files.vendors.values().flatten());
        let warning = |d: routes::Doubt| places.problem(Severity::Warning, &d.path, d.what, &d.way_out);
        problems.extend(doubts.into_iter().map(warning));
    }
    let is_known = |id: &&String| subscriptions.receivers.iter().any(|receiver| receiver.id.as_str() == **id);
    let operators = files.settings.into_iter().flat_map(|settings| &settings.alerting.operators);
    for id in operators.filter(|id| !is_known(id)) {
        let known = subscriptions.receivers.iter().map(|receiver| receiver.id.as_str());
        let way_out = did_you_mean(id, known.collect::<Vec<_>>(), "subscriptions.toml has");
        let what = format!("bellwether.toml names `{id}` in [alerting] operators, and there is no such receiver");
        problems.push(places.problem(Severity::Error, "", what, &way_out));
    }
    problems
}

fn subscription_problems(subscriptions: &Subscriptions, files: &Files<'_>, places: &Places) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, wish) in subscriptions.subscriptions.iter().enumerate() {
        if let Some((inventory, _)) = files.inventory {
            let known = || inventory.services.iter().map(|service| service.id.as_str());
            for (n, id) in wish.services.iter().enumerate().filter(|(_, id)| inventory.service(id).is_none()) {
                let path = format!("subscription[{number}].services[{n}]");
                let way_out = did_you_mean(id.as_str(), known().collect::<Vec<_>>(), "inventory.toml has");
                problems.push(places.problem(Severity::Error, &path, format!("there is no service `{id}`"), &way_out));
            }
        }
        for (n, id) in wish.vendors.iter().enumerate().filter(|(_, id)| !files.vendors.contains_key(id)) {
            problems.push(unknown_vendor(id, files.catalogue, &format!("subscription[{number}].vendors[{n}]"), places));
        }
    }
    problems
}

/// Names the lines of the inventory that rest on a source which is not to be believed, each source once: `doubted` says
/// why, and the way out.
#[must_use]
pub fn unbelieved(
    inventory: &Inventory,
    places: &Places,
    doubted: &BTreeMap<SourceId, (String, String)>,
) -> Vec<Problem> {
    let all = lines(inventory);
    let is_on = |line: &&Line<'_>, source: &SourceId| match &line.dependency.on {
        On::Vendor(s) => source.is_of(&s.vendor) && s.source.as_ref().is_none_or(|only| only == source),
        On::Service(_) => false,
    };
    let problem = |(source, (what, way_out)): (&SourceId, &(String, String))| {
        let line = all.iter().find(|line| is_on(line, source))?;
        let what = format!("{source}, on which this rests, {what}");
        Some(places.problem(Severity::Warning, &format!("{}.vendor", line.path), what, way_out))
    };
    doubted.iter().filter_map(problem).collect()
}

/// Finds selectors that match nothing. `listed` holds the components of each source that is known to list all of its
/// own, as seen by a look. A vendor with any other source is left alone: the component may be there.
#[must_use]
pub fn selectors(
    inventory: &Inventory,
    places: &Places,
    vendors: &BTreeMap<VendorId, Option<Vendor>>,
    listed: &BTreeMap<SourceId, Vec<ComponentRef>>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for line in lines(inventory) {
        let On::Vendor(selector) = &line.dependency.on else { continue };
        let Some(Some(vendor)) = vendors.get(&selector.vendor) else { continue };
        if let Some(components) = all_listed(vendor, selector, listed) {
            problems.extend(idle_patterns(&line.path, selector, &components, &vendor.name, places));
        }
    }
    problems
}

/// The components of all sources that the selector looks at; `None` if one of them does not list its own.
fn all_listed<'a>(
    vendor: &Vendor,
    selector: &Selector,
    listed: &'a BTreeMap<SourceId, Vec<ComponentRef>>,
) -> Option<Vec<&'a ComponentRef>> {
    let meant = |id: &SourceId| selector.source.as_ref().is_none_or(|only| only == id);
    let sources = vendor.sources.iter().filter(|source| source.format != Format::Manual && meant(&source.id));
    let lists: Option<Vec<&Vec<ComponentRef>>> = sources.map(|source| listed.get(&source.id)).collect();
    lists.filter(|lists| !lists.is_empty()).map(|lists| lists.into_iter().flatten().collect())
}

fn idle_patterns(
    path: &str,
    selector: &Selector,
    components: &[&ComponentRef],
    vendor: &str,
    places: &Places,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let lists = [("components", &selector.components), ("ids", &selector.ids), ("regions", &selector.regions)];
    for (key, patterns) in lists {
        for (n, pattern) in patterns.iter().enumerate() {
            let alone = alone(selector, key, pattern);
            if components.iter().any(|component| fits(&alone, key, component)) {
                continue;
            }
            let candidates: BTreeSet<&str> = components.iter().filter_map(|c| candidate(key, c)).collect();
            let way_out = did_you_mean(pattern, candidates, "it lists");
            let what = format!("`{pattern}` matches nothing that {vendor} lists");
            // A warning: a vendor that renames a component must not break our configuration.
            problems.push(places.problem(Severity::Warning, &format!("{path}.{key}[{n}]"), what, &way_out));
        }
    }
    problems
}

/// The selector with this one pattern only.
fn alone(selector: &Selector, key: &str, pattern: &str) -> Selector {
    let only = |this: &str| if this == key { vec![pattern.to_owned()] } else { Vec::new() };
    Selector {
        vendor: selector.vendor.clone(),
        source: selector.source.clone(),
        components: only("components"),
        ids: only("ids"),
        regions: only("regions"),
    }
}

fn fits(alone: &Selector, key: &str, component: &ComponentRef) -> bool {
    // A component of no known region passes every region, and so proves none.
    (key != "regions" || component.region.is_some()) && alone.picks(component)
}

fn candidate<'a>(key: &str, component: &'a ComponentRef) -> Option<&'a str> {
    match key {
        "ids" => Some(&component.key),
        "regions" => component.region.as_deref(),
        _ => Some(&component.name),
    }
}
