//! The vendor's file as it is proposed: a name and an id for whoever stands behind a page, and the text.

use jiff::Timestamp;
use toml_edit::Value;
use url::{Host, Url};

use crate::model::format::{Evidence, Format};
use crate::model::id::VendorId;
use crate::model::text;
use crate::model::vendor::Vendor;
use crate::normalize::about;
use crate::normalize::detect::{Found, Sighted};

/// Hosts under which anybody may have a page: the first part of the name says whose it is.
const SHARED: [&str; 24] = [
    "statuspage.io",
    "status.io",
    "instatus.com",
    "betteruptime.com",
    "betterstack.com",
    "incident.io",
    "statuspal.io",
    "statuspal.eu",
    "hund.io",
    "freshstatus.io",
    "site24x7statusiq.com",
    "sorryapp.com",
    "checkly-status-page.com",
    "checkly-dashboards.com",
    "openstatus.dev",
    "rootly.com",
    "statuscast.com",
    "status-page.org",
    "statuspage.com",
    "cstate.dev",
    "github.io",
    "netlify.app",
    "vercel.app",
    "pages.dev",
];
/// Parts of a host's name that say what stands there, and not whose it is.
const KINDS: [&str; 14] = [
    "status",
    "www",
    "health",
    "trust",
    "stat",
    "uptime",
    "systemstatus",
    "statuspage",
    "state",
    "service",
    "servicestatus",
    "system",
    "support",
    "app",
];
/// Second parts of a country's ending, as in example.co.uk.
const SECOND: [&str; 8] = ["co", "com", "org", "net", "gov", "ac", "edu", "or"];

/// What is to be written.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The folder's name.
    pub id: VendorId,
    /// The file's text.
    pub text: String,
}

impl Proposal {
    /// A file for what was found. `known` is a vendor of that id without any source, whose words are kept.
    #[must_use]
    pub fn of(found: &Found, (id, name): (VendorId, String), known: Option<&Vendor>, now: Timestamp) -> Self {
        let text = written(found, &name, known, now);
        Self { id, text }
    }

    /// The id of its one source.
    #[must_use]
    pub const fn source(format: Format) -> &'static str {
        match format {
            Format::Feed => "feed",
            _ => "status-page",
        }
    }
}

/// The name for people that a page gives away, if any.
#[must_use]
pub fn name_of(page: &Sighted) -> Option<String> {
    let label = label(&page.url);
    let fits = |name: &String| {
        let folded = fold(name);
        !folded.is_empty() && name.chars().count() <= 40
    };
    let named = page.name.as_deref().map(without_kind).filter(fits);
    let titled = page.title.as_deref().filter(|title| title.to_lowercase().contains("status"));
    let titled = titled.map(without_kind).filter(fits);
    let like_host =
        [&named, &titled].into_iter().flatten().find(|name| label.as_ref().is_some_and(|l| fold(name) == fold(l)));
    like_host.or(named.as_ref()).or(titled.as_ref()).cloned().or_else(|| label.map(|label| capital(&label)))
}

/// The id that follows from the page's host, or else from the name.
#[must_use]
pub fn id_of(page: &Url, name: &str) -> Option<VendorId> {
    let slug = |text: &str| {
        let folded: String =
            text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
        VendorId::parse(&folded.split_whitespace().collect::<Vec<_>>().join("-")).ok()
    };
    label(page).and_then(|label| slug(&label)).or_else(|| slug(name))
}

/// The part of the host's name that says whose it is; `None` for a number.
fn label(url: &Url) -> Option<String> {
    let Some(Host::Domain(host)) = url.host() else { return None };
    let host = host.trim_end_matches('.');
    if let Some(own) = SHARED.iter().find_map(|shared| host.strip_suffix(shared)?.strip_suffix('.')) {
        return own.split('.').find(|part| !KINDS.contains(part)).map(str::to_owned);
    }
    let parts: Vec<&str> = host.split('.').collect();
    let ending = match parts.as_slice() {
        [.., second, country] if country.len() == 2 && SECOND.contains(second) && parts.len() > 2 => 2,
        [_] => 0,
        _ => 1,
    };
    let own = parts.get(..parts.len().saturating_sub(ending))?;
    let is_own = |part: &&&str| !KINDS.contains(*part);
    own.iter().rev().find(is_own).or(own.last()).map(|part| (*part).to_owned())
}

/// A title without what every status page's title holds.
fn without_kind(title: &str) -> String {
    let mut name = text::title(title);
    // What stands before or behind a stroke is mostly a slogan, or the word itself.
    for stroke in [" | ", " - ", " – ", " — ", " · ", ": "] {
        let parts: Vec<&str> = name.split(stroke).collect();
        if parts.len() > 1 {
            let says_kind = |part: &&&str| bare(part).is_empty();
            name = parts.iter().find(|part| !says_kind(part)).map_or_else(String::new, |part| (*part).to_owned());
        }
    }
    bare(&name)
}

/// The words that are left without those that say what kind of page it is.
fn bare(text: &str) -> String {
    let words =
        ["status", "page", "system", "systems", "service", "services", "health", "dashboard", "uptime", "current"];
    let all: Vec<&str> = text.split_whitespace().collect();
    let is_kind =
        |word: &&&str| words.contains(&word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().as_str());
    // Only at the ends: "Health Catalyst" begins with one and is a name, if nothing else is left it is none.
    let behind = all.iter().rev().take_while(is_kind).count();
    all.get(..all.len() - behind).unwrap_or_default().join(" ")
}

fn fold(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string().trim().to_owned()
}

fn written(found: &Found, name: &str, known: Option<&Vendor>, now: Timestamp) -> String {
    let day = now.strftime("%Y-%m-%d");
    let home = if found.page.title.is_some() { found.page.url.clone() } else { root_of(&found.page.url) };
    let mut text = format!("name     = {}\nhomepage = {}\n", quoted(name), quoted(home.as_str()));
    let tags = known.map(|vendor| vendor.tags.as_slice()).unwrap_or_default();
    if tags.is_empty() {
        text.push_str("# tags     = [\"hospital\"]                     # words to find it by\n");
    } else {
        let tags: toml_edit::Array = tags.iter().map(String::as_str).collect();
        text.push_str(&format!("tags     = {}\n", Value::Array(tags).to_string().trim()));
    }
    let support = known.map(|vendor| &vendor.support);
    let phone = support.and_then(|support| support.phone.as_deref()).map(|phone| ("phone", phone.to_owned()));
    let portal = support.and_then(|support| support.portal.as_ref()).map(|portal| ("portal", portal.to_string()));
    let account = support.and_then(|support| support.account.as_deref()).map(|number| ("account", number.to_owned()));
    let ways: Vec<String> =
        [phone, portal, account].iter().flatten().map(|(key, value)| format!("{key} = {}", quoted(value))).collect();
    if ways.is_empty() {
        text.push_str("# support  = { phone = \"+1 …\", portal = \"https://…\", account = \"…\" }\n");
    } else {
        text.push_str(&format!("support  = {{ {} }}\n", ways.join(", ")));
    }
    text.push_str(&format!("\n# Found by `bellwether vendors add` on {day}: recognised by {}.\n", found.snapshot.sign));
    if about(found.format).evidence == Evidence::Guessed {
        text.push_str("# How this format is read is a guess: compare a look with the page before you rely on it.\n");
    }
    text.push_str(&format!(
        "[[source]]\nid     = {}\nformat = {}\nurl    = {}\n",
        quoted(Proposal::source(found.format)),
        quoted(found.format.name()),
        quoted(found.url.as_str())
    ));
    for (role, url) in &found.roles {
        text.push_str(&format!("roles.{role} = {}\n", quoted(url.as_str())));
    }
    if let Some(title) = &found.titled {
        text.push_str(
            "\n# Part of the feed's own title. By it an empty feed is known to be the vendor's, with nothing wrong.\n",
        );
        text.push_str(&format!("[source.feed]\ntitled = {}\n", quoted(title)));
    }
    text
}

fn root_of(url: &Url) -> Url {
    let mut root = url.clone();
    root.set_path("/");
    root.set_query(None);
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(url: &str, title: Option<&str>, name: Option<&str>) -> Sighted {
        Sighted::called(url.parse().unwrap(), title, name)
    }

    #[test]
    fn a_name_comes_from_the_page_or_else_from_its_host() {
        for (url, title, expected) in [
            ("https://status.examplefax.com/", Some("Example Fax Status"), "Example Fax"),
            ("https://status.examplefax.com/", Some("Example Fax Status Page - Incident History"), "Example Fax"),
            ("https://status.examplefax.com/", Some("Status | Example Fax"), "Example Fax"),
            ("https://status.examplefax.com/", Some("All Systems Operational"), "Examplefax"),
            ("https://status.acme.co.uk/", None, "Acme"),
            ("https://acme.statuspage.io/", None, "Acme"),
            ("https://www.acme.com/status", Some("Service status"), "Acme"),
            ("https://eu.status.acme.com/", None, "Acme"),
        ] {
            assert_eq!(name_of(&page(url, title, None)).as_deref(), Some(expected), "{url} {title:?}");
        }
        assert_eq!(
            name_of(&page("https://status.x.example/", Some("Status"), Some("Acme & Sons"))).unwrap(),
            "Acme & Sons"
        );
        assert_eq!(name_of(&page("http://127.0.0.1:80/", Some("Acme Cloud Status"), None)).unwrap(), "Acme Cloud");
        assert_eq!(name_of(&page("http://127.0.0.1:80/", None, None)), None);
    }

    #[test]
    fn an_id_comes_from_the_host_or_else_from_the_name() {
        let id = |url: &str, name: &str| id_of(&url.parse().unwrap(), name).map(|id| id.to_string());
        assert_eq!(id("https://status.example-fax.com/", "X").as_deref(), Some("example-fax"));
        assert_eq!(id("https://acme.status.io/", "X").as_deref(), Some("acme"));
        assert_eq!(id("http://127.0.0.1:80/", "Acme & Søns, Inc.").as_deref(), Some("acme-s-ns-inc"));
        assert_eq!(id("http://127.0.0.1:80/", "アクメ"), None);
    }
}
