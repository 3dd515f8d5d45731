//! Who is hurt, and by which way, drawn: the vendor's parts, the services that need them, those that build on these,
//! and the sites. The same stands below it in words.
//!
//! Every service has a row of its own, and a line turns only in the gap between two columns: so no line runs through a
//! box, however many there are.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{class, list, tier};
use crate::model::impact::Impact;
use crate::model::inventory::{Inventory, Service};
use crate::model::text;

/// The most services that are drawn; the words name all.
const SERVICES: usize = 14;
/// The longest name in a box, in characters.
const NAME_CHARS: usize = 27;
/// A box.
const WIDTH: usize = 232;
const HEIGHT: usize = 48;
/// From one box to the next, down and across.
const DOWN: usize = 66;
const ACROSS: usize = 296;
/// Where the boxes begin, below the headings.
const TOP: usize = 34;

/// One way: a service, how badly it is hurt, and the path to the vendor's part, the service first.
pub struct Way<'a> {
    pub service: &'a Service,
    pub impact: Impact,
    pub path: Vec<String>,
}

/// The drawing and its words.
#[derive(Template)]
#[template(path = "page/graph.html")]
pub struct Graph {
    width: usize,
    height: usize,
    columns: Vec<(usize, &'static str)>,
    edges: Vec<Edge>,
    boxes: Vec<Drawn>,
    more: usize,
    words: Vec<InWords>,
}

impl HtmlSafe for Graph {}

struct Edge {
    class: &'static str,
    path: String,
}

struct Drawn {
    class: &'static str,
    x: usize,
    y: usize,
    name: String,
    /// Where it was cut.
    whole: Option<String>,
    note: String,
}

struct InWords {
    way: String,
    service: String,
    sites: String,
}

/// A box and the rows of the services that it belongs to.
struct Group {
    name: String,
    note: String,
    impact: Option<Impact>,
    rows: Vec<usize>,
    y: usize,
}

impl Graph {
    /// `None` where nothing is hurt.
    pub fn of(inventory: &Inventory, vendor: &str, ways: &[Way<'_>]) -> Option<Self> {
        let drawn: Vec<&Way<'_>> = in_order(ways).into_iter().take(SERVICES).collect();
        if drawn.is_empty() {
            return None;
        }
        let deepest = drawn.iter().map(|way| depth(way)).max().unwrap_or(1);
        let last = deepest + 1;
        let mut parts = groups(&drawn, |way| (depth(way) == 1).then(|| (part(way, vendor), vendor.to_owned())));
        worst_of(&mut parts, &drawn);
        let mut sites = groups(&drawn, |way| Some(site_names(inventory, way.service)));
        place(&mut parts);
        place(&mut sites);
        let rows = drawn.len().max(parts.len()).max(sites.len());
        Some(Self {
            width: last * ACROSS + WIDTH + 2,
            height: TOP + rows.max(lowest(&parts, &sites)) * DOWN,
            columns: headings(deepest),
            edges: edges(&drawn, &parts, &sites, deepest),
            boxes: boxes(&drawn, &parts, &sites, last),
            more: ways.len() - drawn.len(),
            words: ways.iter().map(|way| in_words(inventory, way)).collect(),
        })
    }
}

/// How many steps a service stands from the vendor's part.
fn depth(way: &Way<'_>) -> usize {
    way.path.len().saturating_sub(1).max(1)
}

/// Each service right below the one that it builds on.
fn in_order<'a, 'b>(ways: &'b [Way<'a>]) -> Vec<&'b Way<'a>> {
    let mut order: Vec<&Way<'a>> = Vec::new();
    let mut sorted: Vec<&Way<'a>> = ways.iter().collect();
    sorted.sort_by_key(|way| (depth(way), way.service.tier));
    for way in sorted {
        let below = way.path.get(1).and_then(|name| order.iter().rposition(|o| o.service.name == *name));
        match below {
            Some(place) if depth(way) > 1 => {
                // Behind those that build on the same one already.
                let behind = order.iter().skip(place + 1).take_while(|o| depth(o) >= depth(way)).count();
                order.insert(place + 1 + behind, way);
            }
            _ => order.push(way),
        }
    }
    order
}

fn part(way: &Way<'_>, vendor: &str) -> String {
    let name = text::line(way.path.last().map_or("", String::as_str), 200);
    let bare = name.strip_prefix(vendor).map(str::trim_start).filter(|bare| !bare.is_empty());
    bare.map_or(name.clone(), str::to_owned)
}

fn site_names(inventory: &Inventory, service: &Service) -> (String, String) {
    let names: Vec<&str> =
        inventory.sites.iter().filter(|s| service.sites.contains(&s.id)).map(|s| s.name.as_str()).collect();
    let all = inventory.sites.len();
    match names.as_slice() {
        [] if all == 0 => ("Everywhere".to_owned(), String::new()),
        [one] => ((*one).to_owned(), String::new()),
        some if some.is_empty() || some.len() >= all => (format!("All {all} sites"), String::new()),
        some => (format!("{} of {all} sites", some.len()), list(some, 2)),
    }
}

fn groups(ways: &[&Way<'_>], named: impl Fn(&Way<'_>) -> Option<(String, String)>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (row, way) in ways.iter().enumerate() {
        let Some((name, note)) = named(way) else { continue };
        match groups.iter_mut().find(|g| g.name == name && g.note == note) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group { name, note, impact: None, rows: vec![row], y: 0 }),
        }
    }
    groups
}

/// A part is as bad as what it does to the services that need it themselves.
fn worst_of(parts: &mut [Group], ways: &[&Way<'_>]) {
    for part in parts {
        let impacts = part.rows.iter().filter_map(|row| ways.get(*row)).map(|way| way.impact);
        part.impact = impacts.max_by_key(|impact| crate::web::now::weight(*impact));
    }
}

/// Beside the middle of their services, and never over one another.
fn place(groups: &mut [Group]) {
    let mut next = TOP;
    for group in groups {
        let (first, last) = (group.rows.first().unwrap_or(&0), group.rows.last().unwrap_or(&0));
        group.y = (TOP + (first + last) * DOWN / 2).max(next);
        next = group.y + DOWN;
    }
}

fn lowest(parts: &[Group], sites: &[Group]) -> usize {
    parts.iter().chain(sites).map(|g| (g.y - TOP).div_ceil(DOWN) + 1).max().unwrap_or(1)
}

fn headings(deepest: usize) -> Vec<(usize, &'static str)> {
    let mut columns = vec![(1, "Vendor’s part")];
    columns.extend((1..=deepest).map(|n| (n * ACROSS + 1, if n == 1 { "Service" } else { "Builds on it" })));
    columns.push(((deepest + 1) * ACROSS + 1, "Sites"));
    columns
}

const fn row_y(row: usize) -> usize {
    TOP + row * DOWN
}

/// From the right of one box to the left of another: it turns in the gap before `turn`, a column.
fn line(from: (usize, usize), to: (usize, usize), turn: usize) -> String {
    let (x0, y0) = (from.0 + WIDTH, from.1 + HEIGHT / 2);
    let (x1, y1) = (to.0, to.1 + HEIGHT / 2);
    let (left, right) = (turn * ACROSS + 1 - (ACROSS - WIDTH), turn * ACROSS + 1);
    let middle = usize::midpoint(left, right);
    format!("M{x0} {y0}H{left}C{middle} {y0} {middle} {y1} {right} {y1}H{x1}")
}

fn edges(ways: &[&Way<'_>], parts: &[Group], sites: &[Group], deepest: usize) -> Vec<Edge> {
    let mut edges = Vec::new();
    let at = |row: usize, way: &Way<'_>| (depth(way) * ACROSS + 1, row_y(row));
    for (row, way) in ways.iter().enumerate() {
        let class = class(way.impact);
        let here = at(row, way);
        let below = way.path.get(1).and_then(|name| ways.iter().position(|w| w.service.name == *name));
        let from = match below {
            Some(below) if depth(way) > 1 => ways.get(below).map(|w| at(below, w)),
            _ => parts.iter().find(|p| p.rows.contains(&row)).or_else(|| parts.first()).map(|p| (1, p.y)),
        };
        if let Some(from) = from {
            edges.push(Edge { class, path: line(from, here, from.0 / ACROSS + 1) });
        }
        if let Some(group) = sites.iter().find(|g| g.rows.contains(&row)) {
            edges.push(Edge { class, path: line(here, ((deepest + 1) * ACROSS + 1, group.y), deepest + 1) });
        }
    }
    edges
}

fn boxes(ways: &[&Way<'_>], parts: &[Group], sites: &[Group], last: usize) -> Vec<Drawn> {
    let part = |g: &Group| drawn(1, g.y, &g.name, &g.note, g.impact);
    let service = |(row, way): (usize, &&Way<'_>)| {
        drawn(depth(way) * ACROSS + 1, row_y(row), &way.service.name, tier(way.service.tier), Some(way.impact))
    };
    let site = |g: &Group| drawn(last * ACROSS + 1, g.y, &g.name, &g.note, None);
    let services = ways.iter().enumerate().map(service);
    parts.iter().map(part).chain(services).chain(sites.iter().map(site)).collect()
}

fn drawn(x: usize, y: usize, name: &str, note: &str, impact: Option<Impact>) -> Drawn {
    let short = text::line(name, NAME_CHARS);
    Drawn {
        class: impact.map_or("", class),
        x,
        y,
        whole: (short != name).then(|| name.to_owned()),
        name: short,
        note: text::line(note, NAME_CHARS + 4),
    }
}

fn in_words(inventory: &Inventory, way: &Way<'_>) -> InWords {
    let (sites, names) = site_names(inventory, way.service);
    let way_there: Vec<String> = way.path.iter().skip(1).rev().map(|name| text::line(name, 100)).collect();
    InWords {
        way: way_there.join(", then "),
        service: way.service.name.clone(),
        sites: if names.is_empty() { sites } else { format!("{sites}: {names}") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::ServiceId;
    use crate::model::inventory::{Procedure, Tier};

    fn service(name: &str, tier: Tier) -> Service {
        let (sites, needs) = (Vec::new(), Vec::new());
        let (owner, workflow) = (String::new(), String::new());
        let id = ServiceId::parse(&name.to_lowercase()).unwrap();
        Service {
            id,
            name: name.into(),
            tier,
            sites,
            owner,
            workflow,
            bears: None,
            procedure: Procedure::default(),
            say: crate::model::say::Say::default(),
            needs,
        }
    }

    fn way<'a>(service: &'a Service, path: &[&str]) -> Way<'a> {
        Way { service, impact: Impact::MajorOutage, path: path.iter().map(|s| (*s).to_owned()).collect() }
    }

    #[test]
    fn every_service_has_a_row_of_its_own_below_what_it_builds_on() {
        let all =
            [service("ehr", Tier::LifeSafety), service("sign-in", Tier::Clinical), service("vpn", Tier::Business)];
        let ways = [
            way(&all[0], &["ehr", "sign-in", "Keyring SSO"]),
            way(&all[2], &["vpn", "Keyring SSO"]),
            way(&all[1], &["sign-in", "Keyring SSO"]),
        ];
        let graph = Graph::of(&Inventory::default(), "Keyring", &ways).unwrap();
        let boxes: Vec<(&str, usize, usize)> = graph.boxes.iter().map(|b| (b.name.as_str(), b.x, b.y)).collect();
        assert_eq!(
            boxes,
            [("SSO", 1, 100), ("sign-in", 297, 34), ("ehr", 593, 100), ("vpn", 297, 166), ("Everywhere", 889, 100)]
        );
        assert_eq!(graph.edges.len(), 6);
    }

    #[test]
    fn forty_services_and_names_without_end_stay_drawable() {
        let all: Vec<Service> = (0..40).map(|n| service(&format!("s{n}-{}", "x".repeat(50)), Tier::Business)).collect();
        let ways: Vec<Way<'_>> = all.iter().map(|s| way(s, &[&s.name, &"<b>".repeat(90)])).collect();
        let graph = Graph::of(&Inventory::default(), "Keyring", &ways).unwrap();
        assert_eq!((graph.more, graph.words.len()), (26, 40));
        let html = graph.to_string();
        assert!(!html.contains("<b><b>") && html.len() < 40_000, "{}", html.len());
        assert!(Graph::of(&Inventory::default(), "Keyring", &[]).is_none());
    }
}
