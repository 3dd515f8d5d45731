//! The page for people from which everything starts: what it is called, where it leads.

use url::Url;

use crate::model::text;
use crate::normalize::markup::head;
use crate::normalize::{Body, Outcome, Page, document};

/// More of a page than its head, its links and its first data.
const MOST_READ: usize = 1 << 20;

/// What was seen at the address that was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighted {
    /// Its address, after redirects.
    pub url: Url,
    /// What it calls itself.
    pub title: Option<String>,
    /// The name of whose page it is, where it says so beside its title.
    pub name: Option<String>,
    /// Pages elsewhere to which it links as those of its status.
    pub links: Vec<Url>,
    /// Feeds that it names.
    pub feeds: Vec<Url>,
    pub(super) html: Option<String>,
}

impl Sighted {
    /// What an answer shows. One that is no success, or no text, shows nothing but where it came from.
    pub(super) fn of(asked: &Url, outcome: &Outcome) -> Self {
        let url = match outcome {
            Outcome::Body(body) => body.final_url.clone().unwrap_or_else(|| asked.clone()),
            Outcome::Unreadable(_) | Outcome::NotRecorded => asked.clone(),
        };
        let html = match outcome {
            Outcome::Body(body) => html(body),
            Outcome::Unreadable(_) | Outcome::NotRecorded => None,
        };
        let shown = html.as_deref().unwrap_or_default();
        Self {
            title: head::title(shown),
            name: head::meta(shown, "og:site_name").map(|name| text::line(&name, 80)),
            links: head::status_links(shown, &url),
            feeds: head::feeds(shown, &url),
            url,
            html,
        }
    }

    pub(super) fn page(&self) -> Page<'_> {
        Page { url: &self.url, html: self.html.as_deref() }
    }
}

fn html(body: &Body) -> Option<String> {
    let text = document::text(body).ok()?;
    Some(text.get(..text.floor_char_boundary(MOST_READ)).unwrap_or_default().to_owned())
}

#[cfg(test)]
impl Sighted {
    /// A page that calls itself so.
    pub fn called(url: Url, title: Option<&str>, name: Option<&str>) -> Self {
        let (title, name) = (title.map(str::to_owned), name.map(str::to_owned));
        Self { url, title, name, links: Vec::new(), feeds: Vec::new(), html: None }
    }
}
