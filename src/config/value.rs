//! The values that stand in files and nowhere else: periods, networks, zones, names.
//!
//! A message of theirs is `what; way out`.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::host::Hosts;
use crate::model::subscription::Email;
use crate::model::text;

/// Makes a type that stands in files as a text.
macro_rules! text_value {
    ($name:ty, $schema:literal, $pattern:literal) => {
        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                Self::parse(&text)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $schema.into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

pub(super) use text_value;

/// A stretch of time: a whole number and its unit, `30s`, `10m`, `2h` or `90d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period(pub Duration);
text_value!(Period, "Period", "^[0-9]+[smhd]$");

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
/// Ten years: what is longer was meant otherwise.
const LONGEST: u64 = 3_650 * 86_400;

impl Period {
    /// So many seconds.
    #[must_use]
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// Parses a number and a unit.
    ///
    /// # Errors
    /// What is wrong and what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let seconds = UNITS.iter().find_map(|(unit, factor)| {
            let number = text.strip_suffix(*unit)?;
            let digits = number.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| number.parse::<u64>().ok()?.checked_mul(*factor)).flatten()
        });
        match seconds {
            Some(1..=LONGEST) => Ok(Self::seconds(seconds.unwrap_or_default())),
            Some(0) => Err(format!("`{text}` is no time at all; write at least 1s")),
            Some(_) => Err(format!("`{text}` is more than ten years; write a shorter time")),
            None => Err(format!("`{text}` is not a period; write a whole number and s, m, h or d, as \"60s\"")),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (unit, factor) = UNITS.into_iter().find(|(_, factor)| seconds.is_multiple_of(*factor)).unwrap_or(('s', 1));
        write!(f, "{}{unit}", seconds / factor)
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

/// A time zone by its IANA name. The names come with the binary, whatever the machine knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(pub TimeZone);
text_value!(Zone, "Zone", "^[A-Za-z0-9_+/-]+$");

impl Zone {
    /// Finds the zone of that name.
    ///
    /// # Errors
    /// What is wrong and what was probably meant.
    pub fn parse(name: &str) -> Result<Self, String> {
        let zones = TimeZoneDatabase::bundled();
        zones.get(name).map(Self).map_err(|_| {
            let names: Vec<String> = zones.available().map(|zone| zone.to_string()).collect();
            let way_out = super::suggest::nearest(name, names.iter().map(String::as_str)).map_or_else(
                || "write an IANA name, as \"America/Chicago\"".to_owned(),
                |n| format!("did you mean `{n}`?"),
            );
            format!("there is no time zone `{name}`; {way_out}")
        })
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.0.iana_name().unwrap_or("UTC").to_owned()
    }
}

/// A network or one address, as `10.20.0.0/16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(pub ipnet::IpNet);
text_value!(Network, "Network", "^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$");

impl Network {
    /// Parses a network in CIDR notation, or one address.
    ///
    /// # Errors
    /// What is wrong and what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let one = text.parse::<std::net::IpAddr>().ok().map(ipnet::IpNet::from);
        one.or_else(|| text.parse().ok())
            .map(|network: ipnet::IpNet| Self(network.trunc()))
            .ok_or_else(|| format!("`{text}` is not a network; write it as \"10.20.0.0/16\""))
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.0.to_string()
    }
}

/// Hosts: one by its name or address, all below a name, or a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Host(pub Hosts);
text_value!(Host, "Host", "^[A-Za-z0-9.:*_/-]+$");

impl Host {
    /// Parses a name, `*.` and a name, an address or a network.
    ///
    /// # Errors
    /// What is wrong and what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let why =
            || format!("`{text}` is no host; write \"status.example.org\", \"*.example.org\" or \"10.20.0.0/16\"");
        Hosts::parse(text).map(Self).ok_or_else(why)
    }
}

impl From<Host> for String {
    fn from(host: Host) -> Self {
        host.0.to_string()
    }
}

/// An address and port to listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Listen(pub SocketAddr);
text_value!(Listen, "Listen", "^.+:[0-9]+$");

impl Listen {
    /// Parses an address and a port.
    ///
    /// # Errors
    /// What is wrong and what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let why = || format!("`{text}` is not an address with a port; write \"127.0.0.1:8080\" or \"0.0.0.0:8080\"");
        text.parse().map(Self).map_err(|_| why())
    }
}

impl From<Listen> for String {
    fn from(listen: Listen) -> Self {
        listen.0.to_string()
    }
}

/// The address of our own pages, to which paths are appended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageBase(String);
text_value!(PageBase, "PageBase", "^https?://");

impl PageBase {
    /// Parses a URL without query; a slash at its end does not count.
    ///
    /// # Errors
    /// What is wrong and what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let plain = |url: &Url| {
            ["http", "https"].contains(&url.scheme())
                && url.query().is_none()
                && url.fragment().is_none()
                && !has_credentials(url)
        };
        match Url::parse(text) {
            Ok(url) if plain(&url) => Ok(Self(url.as_str().trim_end_matches('/').to_owned())),
            _ => Err("this is not the address of a page; write \"https://bellwether.example.org\"".to_owned()),
        }
    }

    /// The address of one page; `path` begins with a slash.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The address without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<PageBase> for String {
    fn from(page: PageBase) -> Self {
        page.0
    }
}

/// Whom a vendor may ask about our requests: a mail address or a page. It stands in the User-Agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Contact(String);
text_value!(Contact, "Contact", "^\\S+$");

impl Contact {
    /// Parses a mail address or a web address.
    ///
    /// # Errors
    /// What is wrong and what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_page = Url::parse(text).is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
        let fits_a_header =
            text.is_ascii() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == ')');
        if fits_a_header && (is_page || Email::parse(text).is_ok()) {
            Ok(Self(text.to_owned()))
        } else {
            Err("this is neither a mail address nor a URL; write \"noc@example.org\" or \"https://…\"".to_owned())
        }
    }

    /// The address as it stands in the User-Agent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Contact> for String {
    fn from(contact: Contact) -> Self {
        contact.0
    }
}

/// A name for people: one line, not empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(pub String);
text_value!(Name, "Name", "\\S");

impl Name {
    /// Takes a name as one clean line.
    ///
    /// # Errors
    /// Nothing is left of it.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text::title(text) {
            clean if clean.is_empty() => Err("a name is empty; write one for people".to_owned()),
            clean => Ok(Self(clean)),
        }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

/// Whether a name and a password stand in the address.
#[must_use]
pub fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Whether the address is plainly one of our own: an address of a private network, or a name that only we know.
/// What a public-looking name resolves to shows when it is fetched.
#[must_use]
pub fn is_surely_private(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Some(url::Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            !name.contains('.')
                || ["local", "internal", "lan", "localhost", "intranet"]
                    .iter()
                    .any(|top| name.ends_with(&format!(".{top}")))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_written_as_it_is_read() {
        for text in ["1s", "60s", "90s", "10m", "2h", "90d"] {
            let shown = Period::parse(text).unwrap().to_string();
            assert_eq!(Period::parse(&shown), Period::parse(text), "{text}");
        }
        for bad in ["", "s", "10", "1.5h", "-1s", "+1s", "0s", "99999d", "99999999999999999999s", "1w", "1 h", "١s"] {
            assert!(Period::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_page_needs_no_slash_at_its_end() {
        for text in ["https://a.example.org", "https://a.example.org/"] {
            assert_eq!(PageBase::parse(text).unwrap().link("/x"), "https://a.example.org/x");
        }
        assert_eq!(PageBase::parse("https://a.example.org/b/").unwrap().link("/x"), "https://a.example.org/b/x");
        assert!(PageBase::parse("a.example.org").is_err());
    }

    #[test]
    fn what_is_surely_ours() {
        for (text, ours) in [
            ("http://127.0.0.1:8/", true),
            ("http://10.1.2.3/", true),
            ("http://[::1]/", true),
            ("http://pacs/", true),
            ("https://status.hospital.internal/", true),
            ("https://status.example.org/", false),
            ("https://8.8.8.8/", false),
        ] {
            assert_eq!(is_surely_private(&Url::parse(text).unwrap()), ours, "{text}");
        }
    }
}
