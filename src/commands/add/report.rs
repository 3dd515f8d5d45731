//! What `vendors add` says: what was found and tried, what can be depended on, what is next.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::inventory_line::Line;
use crate::commands::{poll, table};
use crate::model::format::{Evidence, Format};
use crate::model::id::VendorId;
use crate::model::inventory::Inventory;
use crate::model::snapshot::{ComponentRef, Look, Snapshot, Unreadable};
use crate::model::text;
use crate::model::vendor::Vendor;
use crate::normalize::about;
use crate::normalize::detect::{Found, Nothing, Tried};
use crate::pipeline::look::Looked;

/// The most names that are listed.
const MOST_NAMES: usize = 60;

/// What a page turned out to be.
pub fn found(page: &Url, found: &Found) {
    if found.page.url.host_str() != page.host_str() {
        say!("It leads to {}.", found.page.url);
    }
    say!("\nFound: {}, at {} ({} requests)", found.format.name(), found.url, found.asked);
    say!("  proven by  {}", found.snapshot.sign);
    say!("  it says    {}", about(found.format).says);
    let evidence = match about(found.format).evidence {
        Evidence::Recorded => "tried on what real servers answered",
        Evidence::Documented => "written from its documentation",
        Evidence::Guessed => {
            "A GUESS: it is never shown as well, and alerts nobody, until a person has confirmed a look"
        }
    };
    say!("  our word   {evidence}");
    if let Some(other) = &found.answered_by {
        say!("  mind       it was {} that answered: is that the vendor's?", other.host_str().unwrap_or_default());
    }
    for (format, url) in &found.also {
        say!("  it also reads as {}, at {url}", format.name());
    }
    if found.format == Format::Feed {
        say!("  mind       a feed is only a window: sources/README.md, “A feed”, says what can be said of its words");
    }
    if !found.tried.is_empty() {
        say!("Tried before it:");
        tried_in_short(&found.tried);
    }
}

/// Why each was not it: formats with the same answer in one line.
fn tried_in_short(tried: &[Tried]) {
    let mut by_why: Vec<(String, Vec<&str>)> = Vec::new();
    for one in tried {
        let name = one.format.map_or("the page itself", Format::name);
        let why = text::line(&one.why, 160);
        match by_why.iter_mut().find(|(known, _)| *known == why) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => by_why.push((why, vec![name])),
        }
    }
    by_why.iter().for_each(|(why, names)| say!("  {}: {why}", names.join(", ")));
}

/// That no format reads a page: what each try saw, and the ways out.
pub fn nothing(page: &Url, nothing: &Nothing) {
    if let Some(why) = &nothing.why {
        say!("\n{page} cannot be asked: {why}");
        if matches!(why, Unreadable::NotAllowed(_)) {
            if why.to_string().contains(" redirects to ") {
                say!("If that is the vendor's page, add the address to which it redirects.");
            }
        } else {
            say!(
                "Is the address right, and does it open on this machine? A proxy stands under [polling] in bellwether.toml."
            );
        }
        return;
    }
    if nothing.page.url.host_str() != page.host_str() {
        say!("It leads to {}.", nothing.page.url);
    }
    say!("\nNo format reads this page ({} requests). What each try saw:", nothing.asked);
    let mut table = table::headed(["formats", "what each saw", "where"]);
    for (why, formats, urls) in by_why(&nothing.tried) {
        let url = urls.first().map(|url| text::line(url, 70)).unwrap_or_default();
        let url = if urls.len() > 1 { format!("{url} and {} more", urls.len() - 1) } else { url };
        // A row for each, and what they have in common once.
        table.add_row([formats.join("\n"), text::line(why, 110), url]);
    }
    say!("{table}");
    ways_out(nothing);
}

/// What was seen, with the formats that saw it and where.
fn by_why(tried: &[Tried]) -> Vec<(&str, Vec<&str>, Vec<&str>)> {
    let mut rows: Vec<(&str, Vec<&str>, Vec<&str>)> = Vec::new();
    for one in tried {
        let (name, url) = (one.format.map_or("(the page)", Format::name), one.url.as_str());
        let row = match rows.iter().position(|(why, ..)| *why == one.why) {
            Some(at) => rows.get_mut(at),
            None => {
                rows.push((&one.why, Vec::new(), Vec::new()));
                rows.last_mut()
            }
        };
        let Some((_, formats, urls)) = row else { continue };
        if !formats.contains(&name) {
            formats.push(name);
        }
        if !urls.contains(&url) {
            urls.push(url);
        }
    }
    rows
}

/// Whether it seems to let nobody in who has not signed in.
fn wants_sign_in(nothing: &Nothing) -> bool {
    let says = |text: &str| {
        let text = text.to_lowercase();
        ["login", "log in", "log-in", "signin", "sign in", "sign-in", "anmelden"].iter().any(|word| text.contains(word))
    };
    let is_refused = nothing.tried.iter().any(|one| one.why.contains("HTTP 401"));
    is_refused || nothing.page.title.as_deref().is_some_and(says) || says(nothing.page.url.path())
}

fn ways_out(nothing: &Nothing) {
    say!("Ways out:");
    if wants_sign_in(nothing) {
        say!("  - it seems to want a login, and nothing behind a login is read: has the vendor a public page as well?");
    }
    for link in &nothing.page.links {
        say!("  - the page links to {link}: if that is its status page, bellwether vendors add {link}");
    }
    let is_blocked =
        nothing.tried.iter().any(|one| one.why.contains("HTTP 403") || one.why.contains("stands in the way"));
    if is_blocked {
        say!("  - it may keep programs out: user_agent_contact in [polling] of bellwether.toml sometimes helps");
    }
    say!("  - a feed (RSS, Atom): if the page offers one anywhere, bellwether vendors add ITS-ADDRESS");
    say!(
        "  - a mapping: any JSON or HTML page can be described in a vendor's file; sources/README.md, “A page that no"
    );
    say!("    format knows”, shows how in ten minutes, with a page of each kind worked through");
    say!(
        "  - no page at all: write in `notifies` how its customers hear of trouble, and enter by hand what they hear;"
    );
    say!("    sources/README.md, “No feed”");
}

/// A vendor that is known.
pub fn known(vendor: &Vendor, why: &str) {
    say!("{why}: {} ({}), read from", vendor.name, vendor.id);
    for source in &vendor.sources {
        let url = source.url.as_ref().map(ToString::to_string).unwrap_or_default();
        say!("  {}  ({}, {url})", source.id, source.format.name());
    }
    say!("No vendor is added. `bellwether poll {}` looks at it now.", vendor.id);
}

/// What is doubtful in a line of the inventory: names that nobody could compare with what the vendor lists.
pub fn doubt(line: &Line, listed: &[ComponentRef]) {
    if listed.is_empty() && !line.components.is_empty() {
        say!(
            "\nMind: no list of components was read of {}, so nobody knows whether those names pick any.",
            line.vendor
        );
    }
}

/// What was understood of a look, and what of it can be depended on.
pub fn understood(looked: &Looked, found: &Found) {
    say!("\nRead once:");
    let snapshot = match &looked.look {
        Look::Snapshot(snapshot) => snapshot,
        Look::Unreadable(why) => {
            say!("  A second reading failed: {why}\n  What follows is from the first one.");
            &Box::new(found.snapshot.clone())
        }
        Look::SameAsBefore => &Box::new(found.snapshot.clone()),
    };
    poll::print_snapshot(snapshot);
    components(snapshot);
    regions(snapshot);
}

fn components(snapshot: &Snapshot) {
    if snapshot.components.is_empty() {
        say!("  It lists no components. A service can depend on the vendor as a whole.");
        return;
    }
    let names: BTreeSet<String> = snapshot.components.iter().map(|seen| name_of(&seen.component)).collect();
    say!("  Components that can be depended on ({}):", names.len());
    names.iter().take(MOST_NAMES).for_each(|name| say!("    {name}"));
    if names.len() > MOST_NAMES {
        say!("    and {} more; `bellwether poll` lists them all", names.len() - MOST_NAMES);
    }
}

/// As the inventory names it.
fn name_of(component: &ComponentRef) -> String {
    let group = component.group.as_ref().map(|group| format!("{group}/")).unwrap_or_default();
    text::line(&format!("{group}{}", component.name), 100)
}

fn regions(snapshot: &Snapshot) {
    let of_components = snapshot.components.iter().filter_map(|seen| seen.component.region.clone());
    let of_incidents = snapshot.incidents.iter().flat_map(|incident| incident.regions.clone());
    let regions: BTreeSet<String> = of_components.chain(of_incidents).collect();
    if !regions.is_empty() {
        let shown: Vec<String> = regions.iter().take(MOST_NAMES).map(|region| text::line(region, 60)).collect();
        say!("  Regions ({}): {}", regions.len(), shown.join(", "));
    }
}

/// The names that come near one that is not there.
pub fn near(name: &str, listed: &[ComponentRef]) -> String {
    let folded = name.trim_matches('*').to_lowercase();
    let steps = |component: &ComponentRef| {
        let other = component.name.to_lowercase();
        let contains = other.contains(&folded) || folded.contains(&other);
        if contains { 0 } else { strsim::damerau_levenshtein(&folded, &other) }
    };
    let by_steps: BTreeMap<(usize, String), ()> = listed.iter().map(|c| ((steps(c), name_of(c)), ())).collect();
    let nearest: Vec<String> = by_steps.into_keys().take(3).map(|(_, name)| format!("{name:?}")).collect();
    format!("nearest are {}", nearest.join(", "))
}

/// How to depend on a vendor.
pub fn dependable(id: &VendorId, inventory: Option<&Inventory>) {
    let services: Vec<&str> =
        inventory.iter().flat_map(|inventory| &inventory.services).map(|service| service.id.as_str()).collect();
    say!("To depend on it, put this under `needs` of a service in inventory.toml, or say --depend SERVICE here:");
    say!("    {{ vendor = \"{id}\", without = \"stops\" }}");
    if !services.is_empty() {
        let more = if services.len() > 12 { ", …" } else { "" };
        say!("  Its services: {}{more}", services.iter().take(12).copied().collect::<Vec<_>>().join(", "));
    }
}

/// What is next, after it is written.
pub fn next(id: &VendorId, is_needed: bool, inventory: Option<&Inventory>) {
    if is_needed {
        say!("A Bellwether that runs takes it up by itself. `bellwether check` names what may be wrong.");
    } else {
        say!("\nNobody depends on it yet, and Bellwether looks only at vendors that the inventory names.");
        dependable(id, inventory);
        say!("Then `bellwether check`; a Bellwether that runs takes it up by itself.");
    }
}
