//! Hosts by a pattern: one, all below a name, or a network.

use std::fmt;
use std::net::IpAddr;

use url::Url;

use super::address::AllowedNetwork;

/// Which hosts are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hosts {
    /// The one with this name, in lower case.
    Named(String),
    /// Those whose names end in this, in lower case; the name itself is not among them.
    Below(String),
    /// Those written as an address of this network.
    In(AllowedNetwork),
}

impl Hosts {
    /// Reads `status.example.org`, `*.example.org` (or `.example.org`), `10.1.2.3` or `10.20.0.0/16`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(network) = text.parse() {
            return Some(Self::In(network));
        }
        let below = text.strip_prefix("*.").or_else(|| text.strip_prefix('.'));
        let name = below.unwrap_or(text).trim_end_matches('.').to_ascii_lowercase();
        let is_label = |label: &str| {
            !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        if !name.split('.').all(is_label) {
            return None;
        }
        Some(if below.is_some() { Self::Below(name) } else { Self::Named(name) })
    }

    /// Whether the host of `url` is among them. Names are compared as they are written; nothing is looked up.
    #[must_use]
    pub fn hold(&self, url: &Url) -> bool {
        match (self, url.host()) {
            (Self::Named(name), Some(url::Host::Domain(host))) => plain(host) == *name,
            (Self::Below(name), Some(url::Host::Domain(host))) => {
                plain(host).strip_suffix(name.as_str()).is_some_and(|rest| rest.ends_with('.') && rest.len() > 1)
            }
            (Self::In(network), Some(url::Host::Ipv4(ip))) => network.contains(IpAddr::V4(ip)),
            (Self::In(network), Some(url::Host::Ipv6(ip))) => network.contains(IpAddr::V6(ip)),
            (Self::Named(_) | Self::Below(_), Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)))
            | (Self::In(_), Some(url::Host::Domain(_)))
            | (_, None) => false,
        }
    }
}

fn plain(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

impl fmt::Display for Hosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Below(name) => write!(f, "*.{name}"),
            Self::In(network) => network.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_holds_what_it_says_and_no_more() {
        for (pattern, url, holds) in [
            ("status.example.org", "https://Status.Example.org./x", true),
            ("status.example.org", "https://example.org/", false),
            ("*.example.org", "https://a.b.example.org:8443/", true),
            (".example.org", "https://a.example.org/", true),
            ("*.example.org", "https://example.org/", false),
            ("*.example.org", "https://badexample.org/", false),
            ("10.20.0.0/16", "http://10.20.3.4/", true),
            ("10.20.0.0/16", "http://10.21.3.4/", false),
            ("10.20.3.4", "http://10.20.3.4:9000/", true),
            ("fd00:1::/32", "http://[fd00:1::5]/", true),
            ("localhost", "http://localhost:1/", true),
            ("10.20.0.0/16", "http://status.example.org/", false),
        ] {
            assert_eq!(Hosts::parse(pattern).unwrap().hold(&Url::parse(url).unwrap()), holds, "{pattern} {url}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["", "*", "a..b", "https://a.example.org", "a b", "*.", "10.20.0.0/99", "a/b"] {
            assert_eq!(Hosts::parse(text), None, "{text}");
        }
    }
}
