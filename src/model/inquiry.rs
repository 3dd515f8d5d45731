//! What asking a page anew came to, after its source was answered by something else for long. It is never about the
//! vendor's health.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::format::Format;
use super::id::SourceId;

/// One time that a page was asked anew how it publishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inquiry {
    /// When.
    pub at: Timestamp,
    /// As what, and where, the source was read then: of a source that is read otherwise it says nothing.
    pub about: String,
    /// The page that was asked.
    pub page: Url,
    /// What it came to.
    pub came: Came,
}

/// What it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "came", rename_all = "snake_case")]
pub enum Came {
    /// It publishes as it did: whatever keeps it from being read, it is not another platform.
    Same,
    /// It publishes otherwise, or elsewhere.
    Other(Proposal),
    /// No format that we know reads it.
    Nothing {
        /// How many addresses were tried.
        tried: usize,
        /// Why no more were tried, where not all were.
        why: Option<String>,
    },
}

/// How a source could be read instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// How the page publishes now.
    pub format: Format,
    /// The address that the format starts from.
    pub url: Url,
    /// Addresses of single roles, where they do not follow from `url`.
    pub roles: Vec<(String, Url)>,
    /// Of a feed, what it calls itself.
    pub titled: Option<String>,
    /// What proved it, for people.
    pub sign: String,
    /// Whether its file leaves the format open, so that it is read so without anybody's doing.
    pub is_taken_up: bool,
}

impl Came {
    /// The word, as in JSON.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Other(_) => "other",
            Self::Nothing { .. } => "nothing",
        }
    }

    /// How it publishes now, where that is otherwise.
    #[must_use]
    pub const fn found(&self) -> Option<&Proposal> {
        match self {
            Self::Other(found) => Some(found),
            Self::Same | Self::Nothing { .. } => None,
        }
    }
}

impl Inquiry {
    /// What a person is to write, if anything.
    #[must_use]
    pub const fn proposal(&self) -> Option<&Proposal> {
        match self.came.found() {
            Some(proposal) if !proposal.is_taken_up => Some(proposal),
            Some(_) | None => None,
        }
    }

    /// What came of it, in a sentence that begins in lower case and has no end.
    #[must_use]
    pub fn said(&self) -> String {
        match &self.came {
            Came::Same => "its page publishes as it did: it is not another platform".to_owned(),
            Came::Other(found) => {
                let (format, url) = (found.format.name(), &found.url);
                let host = url.host_str().filter(|host| self.page.host_str() != Some(*host));
                let elsewhere = host.map(|host| format!(", on another host ({host})")).unwrap_or_default();
                let taken_up = if found.is_taken_up { "; it is read so from now on" } else { "" };
                format!("its page reads as {format} now, at {url}{elsewhere}{taken_up}")
            }
            Came::Nothing { why: Some(why), .. } => format!("its page could not be asked how it publishes: {why}"),
            Came::Nothing { tried, why: None } => {
                format!("its page publishes in no way that Bellwether knows; {tried} addresses were tried")
            }
        }
    }
}

impl Proposal {
    /// By what one proposal is told from another.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{} {}", self.format.name(), self.url)
    }

    /// Where in which file they stand, of a source that was read by the format `was`.
    #[must_use]
    pub fn place(&self, source: &SourceId, was: Format) -> String {
        let vendor = source.vendor();
        let own = source.as_str().split_once('/').map(|(_, own)| format!(", where id is “{own}”")).unwrap_or_default();
        let mapped = if was.is_mapped() { ", and without its [source.map]" } else { "" };
        format!("in sources/{vendor}/vendor.toml{own}, in place of its format and url{mapped}")
    }

    /// The lines of a vendor's file that say so.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines =
            vec![format!("format = {}", quoted(self.format.name())), format!("url = {}", quoted(self.url.as_str()))];
        lines.extend(self.roles.iter().map(|(role, url)| format!("roles.{role} = {}", quoted(url.as_str()))));
        lines.extend(self.titled.iter().map(|title| format!("feed.titled = {}", quoted(title))));
        lines
    }
}

/// As TOML writes a text. What no line may hold is left out.
#[must_use]
pub fn quoted(text: &str) -> String {
    let escaped =
        text.chars().filter(|c| !c.is_control()).collect::<String>().replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposal(url: &str) -> Proposal {
        Proposal {
            format: Format::Feed,
            url: url.parse().unwrap(),
            roles: vec![("history".to_owned(), "https://status.example.com/h".parse().unwrap())],
            titled: Some("Say \"hi\" \\ \n".to_owned()),
            sign: String::new(),
            is_taken_up: false,
        }
    }

    #[test]
    fn the_lines_are_toml_whatever_the_vendor_writes() {
        let text = proposal("https://status.example.com/?a=\\b\"c").lines().join("\n");
        let read: toml::Table = text.parse().unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(read["format"].as_str(), Some("feed"));
        assert_eq!(read["url"].as_str(), Some("https://status.example.com/?a=\\b%22c"));
        assert_eq!(read["roles"]["history"].as_str(), Some("https://status.example.com/h"));
        assert_eq!(read["feed"]["titled"].as_str(), Some("Say \"hi\" \\ "));
    }

    #[test]
    fn another_host_is_named_since_it_may_be_nobody_we_know() {
        let inquiry = |page: &str| Inquiry {
            at: Timestamp::UNIX_EPOCH,
            about: String::new(),
            page: page.parse().unwrap(),
            came: Came::Other(proposal("https://status.example.com/feed")),
        };
        let said = inquiry("https://example.net").said();
        assert!(said.ends_with("at https://status.example.com/feed, on another host (status.example.com)"), "{said}");
        assert!(!inquiry("https://status.example.com").said().contains("another host"));
    }
}
