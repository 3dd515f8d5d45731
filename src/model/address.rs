//! Which addresses a request may go to. Only what the public Internet routes, unless the operator allowed a network.
//!
//! It must never guess from the text of a URL: the `url` crate has already turned `0x7f.1`, `2130706433` and
//! `127.1` into the address they mean, and this module judges that address. Names are judged where they are resolved.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// Why a request may not be sent. The text is for our own operator and names the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// Something other than http and https.
    #[error("the scheme {0}: is neither http nor https")]
    Scheme(String),
    /// A user name or password stands in the URL. It is not repeated here.
    #[error("a user name or password stands in the address of {0}; give credentials as a secret instead")]
    Credentials(String),
    /// A URL without a host.
    #[error("the address names no host")]
    NoHost,
    /// Port 0, which nothing can listen on.
    #[error("port 0 of {0} cannot be connected to")]
    Port(String),
    /// An address that the public Internet does not route.
    #[error("{}, {why}; to allow it: allow_private = [\"{}\"] under [polling] in config/bellwether.toml", leads_to(.host, .address), only(.address))]
    Address {
        /// The host as the URL names it.
        host: String,
        /// What it leads to.
        address: IpAddr,
        /// What kind of address that is.
        why: &'static str,
    },
}

fn leads_to(host: &str, address: &IpAddr) -> String {
    let literal = host.trim_matches(['[', ']']);
    if literal.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical() == *address) {
        address.to_string()
    } else {
        format!("{host} leads to {address}")
    }
}

fn only(address: &IpAddr) -> AllowedNetwork {
    AllowedNetwork { network: *address, prefix: if address.is_ipv4() { 32 } else { 128 } }
}

/// A network that the operator allows although it is not public: `10.1.2.3/32`, `fd00:1::/32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AllowedNetwork {
    network: IpAddr,
    prefix: u8,
}

impl AllowedNetwork {
    /// Whether `address` lies in it. An IPv4 address mapped into IPv6 counts as the IPv4 address.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.network, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(ip)) => in_v4(ip, network, self.prefix),
            (IpAddr::V6(network), IpAddr::V6(ip)) => in_v6(ip, network, self.prefix),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }

    fn first_address(self) -> IpAddr {
        match self.network {
            IpAddr::V4(ip) => IpAddr::V4(Ipv4Addr::from_bits(ip.to_bits() & mask_v4(self.prefix))),
            IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & mask_v6(self.prefix))),
        }
    }
}

/// Why a text is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotANetwork {
    /// Not of the form at all.
    #[error("{0:?} is not a network; write it like 10.1.2.3/32 or fd00:1::/32")]
    Malformed(String),
    /// The address lies inside the network instead of beginning it.
    #[error("{written} has address bits beyond its prefix; write {meant} for the network, or the address alone")]
    NotItsBeginning {
        /// What was written.
        written: String,
        /// The network that it lies in.
        meant: AllowedNetwork,
    },
}

impl FromStr for AllowedNetwork {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let malformed = || NotANetwork::Malformed(text.to_owned());
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let network: IpAddr = address.trim().parse().map_err(|_| malformed())?;
        let whole = only(&network).prefix;
        let prefix = prefix.map_or(Ok(whole), |p| p.trim().parse()).map_err(|_| malformed())?;
        if prefix > whole {
            return Err(malformed());
        }
        let parsed = Self { network, prefix };
        let meant = Self { network: parsed.first_address(), prefix };
        if meant == parsed { Ok(parsed) } else { Err(NotANetwork::NotItsBeginning { written: text.to_owned(), meant }) }
    }
}

impl fmt::Display for AllowedNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

impl TryFrom<String> for AllowedNetwork {
    type Error = NotANetwork;

    fn try_from(text: String) -> Result<Self, NotANetwork> {
        text.parse()
    }
}

impl From<AllowedNetwork> for String {
    fn from(network: AllowedNetwork) -> Self {
        network.to_string()
    }
}

/// Judges everything that a URL says by itself: scheme, credentials, port, and its host where that is an address.
/// A host that is a name passes; it is judged by [`vet`] when it is resolved.
///
/// # Errors
/// [`NotAllowed`], which says why and what can be done.
pub fn vet_url(url: &Url, allowed: &[AllowedNetwork]) -> Result<(), NotAllowed> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(NotAllowed::Scheme(url.scheme().to_owned()));
    }
    let host = url.host().ok_or(NotAllowed::NoHost)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(NotAllowed::Credentials(host.to_string()));
    }
    if url.port() == Some(0) {
        return Err(NotAllowed::Port(host.to_string()));
    }
    match host {
        Host::Domain(_) => Ok(()),
        Host::Ipv4(ip) => vet(&host.to_string(), ip.into(), allowed),
        Host::Ipv6(ip) => vet(&host.to_string(), ip.into(), allowed),
    }
}

/// Judges an address that `host` leads to.
///
/// # Errors
/// [`NotAllowed::Address`] where it is not public and no allowed network holds it.
pub fn vet(host: &str, address: IpAddr, allowed: &[AllowedNetwork]) -> Result<(), NotAllowed> {
    let address = address.to_canonical();
    match not_public(address) {
        Some(why) if !allowed.iter().any(|network| network.contains(address)) => {
            Err(NotAllowed::Address { host: host.to_owned(), address, why })
        }
        Some(_) | None => Ok(()),
    }
}

/// What kind of address it is, where it is not one that the public Internet routes.
#[must_use]
pub fn not_public(address: IpAddr) -> Option<&'static str> {
    match address.to_canonical() {
        IpAddr::V4(ip) => SPECIAL_V4.iter().find(|(net, prefix, _)| in_v4(ip, *net, *prefix)).map(|(.., why)| *why),
        IpAddr::V6(ip) => SPECIAL_V6
            .iter()
            .find(|(net, prefix, _)| in_v6(ip, *net, *prefix))
            .map(|(.., why)| *why)
            // Only 2000::/3 has ever been given out. What is not known to be public is not public.
            .or_else(|| (!in_v6(ip, v6(0x2000, 0, 0), 3)).then_some("an address that is not given out")),
    }
}

const fn mask_v4(prefix: u8) -> u32 {
    if prefix == 0 { 0 } else { u32::MAX << (32 - prefix) }
}

const fn mask_v6(prefix: u8) -> u128 {
    if prefix == 0 { 0 } else { u128::MAX << (128 - prefix) }
}

const fn in_v4(ip: Ipv4Addr, network: Ipv4Addr, prefix: u8) -> bool {
    (ip.to_bits() ^ network.to_bits()) & mask_v4(prefix) == 0
}

const fn in_v6(ip: Ipv6Addr, network: Ipv6Addr, prefix: u8) -> bool {
    (ip.to_bits() ^ network.to_bits()) & mask_v6(prefix) == 0
}

const fn v4(a: u8, b: u8, c: u8) -> Ipv4Addr {
    Ipv4Addr::new(a, b, c, 0)
}

const fn v6(a: u16, b: u16, c: u16) -> Ipv6Addr {
    Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)
}

/// The IANA registry of special-purpose IPv4 addresses, and multicast.
const SPECIAL_V4: &[(Ipv4Addr, u8, &str)] = &[
    (v4(0, 0, 0), 8, "an address of this machine"),
    (v4(10, 0, 0), 8, "a private address"),
    (v4(100, 64, 0), 10, "an address inside a provider's network"),
    (v4(127, 0, 0), 8, "an address of this machine"),
    (v4(169, 254, 0), 16, "a link-local address"),
    (v4(172, 16, 0), 12, "a private address"),
    (v4(192, 0, 0), 24, "an address reserved for protocols"),
    (v4(192, 0, 2), 24, "an address for documentation"),
    (v4(192, 88, 99), 24, "an address of the 6to4 relays"),
    (v4(192, 168, 0), 16, "a private address"),
    (v4(198, 18, 0), 15, "an address for benchmarks"),
    (v4(198, 51, 100), 24, "an address for documentation"),
    (v4(203, 0, 113), 24, "an address for documentation"),
    (v4(224, 0, 0), 4, "a multicast address"),
    (v4(240, 0, 0), 4, "a reserved address"),
];

/// The IANA registry of special-purpose IPv6 addresses, what embeds IPv4 addresses, and multicast.
/// Addresses mapped from IPv4 (`::ffff:0:0/96`) never come here: they are judged as the IPv4 address.
const SPECIAL_V6: &[(Ipv6Addr, u8, &str)] = &[
    (Ipv6Addr::UNSPECIFIED, 128, "an address of this machine"),
    (Ipv6Addr::LOCALHOST, 128, "an address of this machine"),
    (v6(0, 0, 0), 96, "an IPv4 address in disguise"),
    (v6(0x64, 0xff9b, 0), 96, "an IPv4 address behind NAT64"),
    (v6(0x64, 0xff9b, 1), 48, "an IPv4 address behind NAT64"),
    (v6(0x100, 0, 0), 64, "an address that swallows everything"),
    (v6(0x2001, 0, 0), 32, "an IPv4 address behind Teredo"),
    (v6(0x2001, 0, 0), 23, "an address reserved for protocols"),
    (v6(0x2001, 0xdb8, 0), 32, "an address for documentation"),
    (v6(0x2002, 0, 0), 16, "an IPv4 address behind 6to4"),
    (v6(0x3fff, 0, 0), 20, "an address for documentation"),
    (v6(0x5f00, 0, 0), 16, "an address of segment routing"),
    (v6(0xfc00, 0, 0), 7, "a private address"),
    (v6(0xfe80, 0, 0), 10, "a link-local address"),
    (v6(0xfec0, 0, 0), 10, "a private address"),
    (v6(0xff00, 0, 0), 8, "a multicast address"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> AllowedNetwork {
        text.parse().unwrap()
    }

    #[test]
    fn both_ends_of_every_special_network_are_refused_and_their_neighbours_are_not() {
        for (first, prefix, why) in SPECIAL_V4 {
            let last = Ipv4Addr::from_bits(first.to_bits() | !mask_v4(*prefix));
            assert!(not_public((*first).into()).is_some(), "{first} {why}");
            assert!(not_public(last.into()).is_some(), "{last} {why}");
        }
        for (first, prefix, why) in SPECIAL_V6 {
            let last = Ipv6Addr::from_bits(first.to_bits() | !mask_v6(*prefix));
            assert!(not_public((*first).into()).is_some(), "{first} {why}");
            assert!(not_public(last.into()).is_some(), "{last} {why}");
        }
        for public in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::",
            "2001:db7:ffff::",
            "2001:db9::",
            "2003::",
            "2606:4700::1111",
            "3ffe:ffff::",
            "::ffff:8.8.8.8",
        ] {
            assert_eq!(not_public(public.parse().unwrap()), None, "{public}");
        }
        assert_eq!(not_public("4000::".parse().unwrap()), Some("an address that is not given out"));
    }

    #[test]
    fn an_allowed_network_holds_its_addresses_and_no_others() {
        let ten = network("10.1.2.0/24");
        assert!(ten.contains("10.1.2.255".parse().unwrap()));
        assert!(ten.contains("::ffff:10.1.2.3".parse().unwrap()));
        assert!(!ten.contains("10.1.3.0".parse().unwrap()));
        assert!(!ten.contains("fd00::1".parse().unwrap()));
        assert!(network("0.0.0.0/0").contains("127.0.0.1".parse().unwrap()));
        assert!(network("fd00:1::/32").contains("fd00:1:2::".parse().unwrap()));
        assert_eq!(network("10.1.2.3"), network("10.1.2.3/32"));
    }

    #[test]
    fn a_network_that_is_written_wrong_is_refused_with_what_was_meant() {
        assert_eq!(
            "10.1.2.3/24".parse::<AllowedNetwork>().unwrap_err().to_string(),
            "10.1.2.3/24 has address bits beyond its prefix; write 10.1.2.0/24 for the network, or the address alone"
        );
        for wrong in ["", "10.1.2.3/33", "10.1.2.3/-1", "fd00::/129", "localhost", "10.1/16", "10.0.0.0/"] {
            assert!(matches!(wrong.parse::<AllowedNetwork>(), Err(NotANetwork::Malformed(_))), "{wrong}");
        }
    }

    #[test]
    fn the_refusal_names_the_address_and_the_way_out() {
        let ip = "10.1.2.3".parse().unwrap();
        assert_eq!(
            vet("ehr.example", ip, &[]).unwrap_err().to_string(),
            "ehr.example leads to 10.1.2.3, a private address; \
             to allow it: allow_private = [\"10.1.2.3/32\"] under [polling] in config/bellwether.toml"
        );
        let literal = vet_url(&Url::parse("http://[::ffff:10.1.2.3]/").unwrap(), &[]).unwrap_err().to_string();
        assert!(literal.starts_with("10.1.2.3, a private address;"), "{literal}");
        assert_eq!(vet("ehr.example", ip, &[network("10.1.2.3/32")]), Ok(()));
    }

    #[test]
    fn credentials_in_a_url_are_refused_and_not_repeated() {
        let refused = vet_url(&Url::parse("https://me:hunter2@status.example/").unwrap(), &[]).unwrap_err();
        assert_eq!(refused, NotAllowed::Credentials("status.example".into()));
        assert!(!refused.to_string().contains("hunter2"));
    }
}
