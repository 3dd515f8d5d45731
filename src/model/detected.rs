//! What was found out about how a page publishes, for a source whose file leaves that open (`format = "auto"`).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::format::Format;
use super::vendor::Source;

/// What the first look at a page came to. It is remembered, since finding out costs the page many requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detected {
    /// The page that was asked: what the vendor's file names. For another one it says nothing.
    pub page: Url,
    /// How it publishes.
    pub format: Format,
    /// The address that the format starts from.
    pub url: Url,
    /// Addresses of single roles, where they do not follow from `url`.
    pub roles: Vec<(String, Url)>,
    /// What proved it, for people.
    pub sign: String,
    /// When.
    pub at: Timestamp,
}

/// How a source stands whose file says `auto`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Auto {
    /// The page that its file names.
    pub page: Url,
    /// What was found out, and when; nothing yet for `None`.
    pub found: Option<(String, Timestamp)>,
}

impl Auto {
    /// Nothing is found out yet; `None` for a format that a file names.
    #[must_use]
    pub fn of(format: Format, page: Option<&Url>) -> Option<Box<Self>> {
        let page = page.filter(|_| format == Format::Auto)?;
        Some(Box::new(Self { page: page.clone(), found: None }))
    }
}

impl Source {
    /// The source as it is read with what was found out of its page; itself where that says nothing of it.
    #[must_use]
    pub fn knowing(&self, detected: Option<&Detected>) -> Self {
        let Some(auto) = &self.auto else { return self.clone() };
        match detected.filter(|detected| detected.page == auto.page) {
            None => Self { format: Format::Auto, url: Some(auto.page.clone()), roles: Vec::new(), ..self.unfound() },
            Some(detected) => Self {
                format: detected.format,
                url: Some(detected.url.clone()),
                roles: detected.roles.clone(),
                auto: Some(Box::new(Auto {
                    page: auto.page.clone(),
                    found: Some((detected.sign.clone(), detected.at)),
                })),
                ..self.clone()
            },
        }
    }

    fn unfound(&self) -> Self {
        let auto = self.auto.as_ref().map(|auto| Box::new(Auto { page: auto.page.clone(), found: None }));
        Self { auto, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::SourceId;

    fn detected(page: &str) -> Detected {
        Detected {
            page: page.parse().unwrap(),
            format: Format::Statuspage,
            url: "https://status.example.com/".parse().unwrap(),
            roles: Vec::new(),
            sign: "a sign".to_owned(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_was_found_holds_for_the_page_that_was_asked_and_for_no_other() {
        let page = "https://status.example.com/".parse().ok();
        let source = Source::at(SourceId::parse("a/b").unwrap(), Format::Auto, page);
        let known = source.knowing(Some(&detected("https://status.example.com")));
        assert_eq!((known.format, known.auto.as_ref().unwrap().found.is_some()), (Format::Statuspage, true));
        assert_eq!(source.knowing(Some(&detected("https://other.example.com"))), source);
        assert_eq!(known.knowing(None), source, "what is forgotten is found out anew");
        let fixed = Source::at(SourceId::parse("a/c").unwrap(), Format::Slack, None);
        assert_eq!(fixed.knowing(Some(&detected("https://status.example.com"))), fixed);
    }
}
