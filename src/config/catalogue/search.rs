//! Finding a vendor by whatever somebody knows of it: a name, a product, an old name, a tag, an address.

use std::fmt;

use url::Url;

use super::{Catalogue, Kept};
use crate::config::check::domain_of;
use crate::config::suggest::allowed;
use crate::model::vendor::Vendor;

/// Shorter parts of a word are in half of all names.
const SHORTEST_PART: usize = 3;
/// So many guesses are worth reading.
const GUESSES: usize = 5;

/// What people say, and the tag that we have for it.
const SAME: [(&str, &[&str]); 22] = [
    ("billing", &["claims", "clearinghouse", "payer", "payers", "rcm", "remittance", "revenue cycle"]),
    ("certificates", &["ssl", "tls", "pki"]),
    ("contact-centre", &["call center", "call centre", "contact center"]),
    ("devices", &["mdm"]),
    ("dictation", &["transcription", "speech"]),
    ("doors", &["badge", "badges", "access control"]),
    ("ehr", &["emr", "health record", "medical record"]),
    ("fax", &["efax", "e-fax"]),
    ("identity", &["sso", "mfa", "2fa", "iam", "sign-in", "login", "ldap", "single sign-on"]),
    ("imaging", &["dicom", "radiology", "ris", "vna", "x-ray"]),
    ("integration", &["hie", "hl7", "fhir", "interface", "interfaces"]),
    ("laboratory", &["lab", "labs", "lis", "pathology"]),
    ("mail", &["email", "e-mail", "smtp"]),
    ("messaging", &["chat", "secure texting"]),
    ("network", &["lan", "wan", "wifi", "wi-fi", "wlan", "sd-wan"]),
    ("paging", &["pager", "pagers"]),
    ("payments", &["card", "cards", "credit card", "payment", "terminals"]),
    ("personnel", &["hr", "payroll", "staff", "staffing"]),
    ("pharmacy", &["dispensing", "medication"]),
    ("prescribing", &["erx", "e-prescribing", "eprescribing", "prescription", "prescriptions"]),
    ("security", &["antivirus", "edr", "siem", "firewall", "xdr"]),
    ("telephony", &["phone", "phones", "telephone", "voip", "sip", "pbx"]),
];

/// A vendor that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Where it is kept.
    pub kept: Kept,
    /// The vendor.
    pub vendor: Vendor,
    /// What of it fits.
    pub by: By,
}

/// What of a vendor fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Its name or its id.
    Name,
    /// Another name of it.
    Also(String),
    /// A tag.
    Tag(String),
    /// The host of one of its addresses.
    Address(String),
    /// The host of an address that it had before.
    Formerly(String),
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("name"),
            Self::Also(name) => write!(f, "also: {name}"),
            Self::Tag(tag) => write!(f, "tag: {tag}"),
            Self::Address(host) => f.write_str(host),
            Self::Formerly(host) => write!(f, "formerly {host}"),
        }
    }
}

/// What a search came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The vendors, the best first.
    pub hits: Vec<Hit>,
    /// Nothing fits; these are spelled nearly so.
    pub is_guess: bool,
}

/// The vendors that somebody who writes `wanted` may mean, the best first.
#[must_use]
pub fn search(catalogue: &Catalogue, wanted: &str) -> Found {
    let wanted = Wanted::of(wanted);
    if wanted.words.is_empty() {
        return Found::default();
    }
    let all: Vec<(Kept, Vendor)> = catalogue.all().collect();
    let fits = |(kept, vendor): &(Kept, Vendor)| {
        let (rank, by) = wanted.rank(vendor)?;
        Some((rank, Hit { kept: *kept, vendor: vendor.clone(), by }))
    };
    let hits = in_order(all.iter().filter_map(fits));
    if !hits.is_empty() {
        return Found { hits, is_guess: false };
    }
    let near = |(kept, vendor): &(Kept, Vendor)| {
        let (steps, by) = wanted.nearest(vendor)?;
        Some((steps, Hit { kept: *kept, vendor: vendor.clone(), by }))
    };
    let mut hits = in_order(all.iter().filter_map(near));
    hits.truncate(GUESSES);
    Found { hits, is_guess: true }
}

/// The best first; of equal ones the user's own, then folders, then by name.
fn in_order(hits: impl Iterator<Item = (usize, Hit)>) -> Vec<Hit> {
    let mut hits: Vec<_> = hits.collect();
    hits.sort_by_cached_key(|(rank, hit)| (*rank, hit.kept, hit.vendor.name.to_lowercase()));
    hits.into_iter().map(|(_, hit)| hit).collect()
}

/// What somebody looks for.
struct Wanted {
    words: Vec<String>,
    /// The tag that we have for it, where people say it otherwise.
    tag: Option<Vec<String>>,
    joined: String,
    /// Where it is written as an address.
    address: Option<Url>,
}

/// How well something fits, the best first. A folder's name in front of one of the table: the lists of others hold many
/// a name twice.
mod rank {
    pub const NAME: usize = 0;
    pub const ALSO: usize = 1;
    pub const HOST: usize = 2;
    /// A place at a host that is somebody else's, perhaps: AWS has the feeds of all its services at one.
    pub const AT_HOST: usize = 3;
    pub const DOMAIN: usize = 4;
    /// Its tag, and a word of its names too: with "office", Office 365 is meant before all that is of offices.
    pub const TAG_AND_NAME: usize = 5;
    pub const TAG: usize = 6;
    pub const BEGINS: usize = 7;
    pub const INSIDE: usize = 8;
    pub const EACH_WORD: usize = 9;
    pub const PART: usize = 10;
}

impl Wanted {
    fn of(text: &str) -> Self {
        let text = text.trim();
        let words = words(text);
        let is_said = |said: &str| self::words(said) == words;
        let tag = SAME.iter().find(|(_, all)| all.iter().any(|said| is_said(said))).map(|(tag, _)| self::words(tag));
        let is_address = text.contains('.') && !text.contains(char::is_whitespace);
        let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        Self { joined: words.concat(), words, tag, address: is_address.then(|| Url::parse(&full).ok()).flatten() }
    }

    /// How well a vendor fits, and by what; `None` if it does not.
    fn rank(&self, vendor: &Vendor) -> Option<(usize, By)> {
        let is_named = names(vendor).any(|(text, _)| words(text).starts_with(&self.words));
        let of_tag = if is_named { rank::TAG_AND_NAME } else { rank::TAG };
        let names = names(vendor).map(|(text, by)| Some((self.in_name(&words(text), &by)?, by)));
        let addresses = addresses(vendor).map(|(url, by)| Some((self.in_address(url)?, by)));
        let is_tag = |tag: &str| words(tag) == self.words || self.tag.as_ref().is_some_and(|same| *same == words(tag));
        let tags = vendor.tags.iter().map(|tag| is_tag(tag).then(|| (of_tag, By::Tag(tag.clone()))));
        let best = names.chain(addresses).chain(tags).flatten().min_by_key(|(rank, _)| *rank);
        best.or_else(|| self.each_word(vendor)).or_else(|| self.part(vendor))
    }

    fn in_name(&self, name: &[String], by: &By) -> Option<usize> {
        let whole = if *by == By::Name { rank::NAME } else { rank::ALSO };
        if *name == self.words || name.concat() == self.joined {
            return Some(whole);
        }
        let starts = |at: usize| name.get(at..).is_some_and(|rest| begins(rest, &self.words));
        (0..name.len()).find(|at| starts(*at)).map(|at| if at == 0 { rank::BEGINS } else { rank::INSIDE })
    }

    fn in_address(&self, url: &Url) -> Option<usize> {
        let wanted = self.address.as_ref()?;
        if wanted.host_str().is_some() && wanted.host_str() == url.host_str() {
            let is_whole = url.path() == "/" || url.path() == wanted.path();
            return Some(if is_whole { rank::HOST } else { rank::AT_HOST });
        }
        (domain_of(wanted).is_some() && domain_of(wanted) == domain_of(url)).then_some(rank::DOMAIN)
    }

    /// Each word fits something, as in "okta identity".
    fn each_word(&self, vendor: &Vendor) -> Option<(usize, By)> {
        let texts = names(vendor).map(|(text, _)| text).chain(vendor.tags.iter().map(String::as_str));
        let there: Vec<String> = texts.flat_map(words).collect();
        let fits = |word: &String| there.iter().any(|known| known.starts_with(word.as_str()));
        (self.address.is_none() && self.words.iter().all(fits)).then_some((rank::EACH_WORD, By::Name))
    }

    /// It is a part of a name or of a host.
    fn part(&self, vendor: &Vendor) -> Option<(usize, By)> {
        if self.joined.chars().count() < SHORTEST_PART || self.address.is_some() {
            return None;
        }
        let in_name = names(vendor).find(|(text, _)| words(text).concat().contains(&self.joined)).map(|(_, by)| by);
        let in_host = || {
            let host = |(url, _): &(&Url, By)| url.host_str().is_some_and(|host| host.contains(&self.joined));
            addresses(vendor).find(host).map(|(_, by)| by)
        };
        in_name.or_else(in_host).map(|by| (rank::PART, by))
    }

    /// How many slips away it is, if that is few enough to be no insult.
    fn nearest(&self, vendor: &Vendor) -> Option<(usize, By)> {
        let tags = vendor.tags.iter().map(|tag| (tag.as_str(), By::Tag(tag.clone())));
        let steps = |(text, by): (&str, By)| {
            let whole = words(text);
            let each = whole.iter().filter(|_| self.words.len() == 1).cloned();
            let candidates = each.chain([whole.concat()]);
            let steps = |candidate: String| {
                let steps = strsim::damerau_levenshtein(&self.joined, &candidate);
                (steps <= allowed(&self.joined, &candidate)).then_some(steps)
            };
            Some((candidates.filter_map(steps).min()?, by))
        };
        names(vendor).chain(tags).filter_map(steps).min_by_key(|(steps, _)| *steps)
    }
}

/// Whether a text begins with these words, the last of which may be begun only.
fn begins(text: &[String], words: &[String]) -> bool {
    let Some((last, whole)) = words.split_last() else { return false };
    text.starts_with(whole) && text.get(whole.len()).is_some_and(|word| word.starts_with(last.as_str()))
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn names(vendor: &Vendor) -> impl Iterator<Item = (&str, By)> {
    let also = vendor.also.iter().map(|name| (name.as_str(), By::Also(name.clone())));
    [(vendor.name.as_str(), By::Name), (vendor.id.as_str(), By::Name)].into_iter().chain(also)
}

fn addresses(vendor: &Vendor) -> impl Iterator<Item = (&Url, By)> {
    let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
    let now =
        vendor.sources.iter().filter_map(|s| s.url.as_ref()).chain(&vendor.homepage).chain(&vendor.support.portal);
    let now = now.map(move |url| (url, By::Address(host(url))));
    now.chain(vendor.formerly.iter().map(move |url| (url, By::Formerly(host(url)))))
}
