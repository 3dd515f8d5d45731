//! What a page says of itself: its title, its name, its feeds, where a status is.

use url::Url;

use super::resolved;
use super::tag::{Tag, tags};
use crate::model::text;

/// The page's title, on one line.
#[must_use]
pub fn title(html: &str) -> Option<String> {
    let after = tags(html, "title").next()?.after;
    let inner = after.get(..after.find('<')?)?;
    Some(text::line(&resolved(inner), 120)).filter(|title| !title.is_empty())
}

/// What the page says of itself under that name: `<meta property="og:site_name" content="…">`.
#[must_use]
pub fn meta(html: &str, property: &str) -> Option<String> {
    let is_it = |tag: &Tag<'_>| {
        [tag.get("property"), tag.get("name")].iter().flatten().any(|name| name.eq_ignore_ascii_case(property))
    };
    let content = tags(html, "meta").find(is_it)?.get("content")?;
    Some(text::line(&content, 120)).filter(|content| !content.is_empty())
}

/// The feeds that the page names: `<link rel="alternate" type="application/rss+xml" href="…">`.
#[must_use]
pub fn feeds(html: &str, page: &Url) -> Vec<Url> {
    let is_feed = |tag: &Tag<'_>| {
        let rel = tag.get("rel").unwrap_or_default().to_ascii_lowercase();
        let kind = tag.get("type").unwrap_or_default().to_ascii_lowercase();
        rel.split_whitespace().any(|word| word == "alternate")
            && ["rss+xml", "atom+xml", "feed+json"].iter().any(|known| kind.contains(known))
    };
    let links = tags(html, "link").filter(is_feed).filter_map(|tag| page.join(tag.get("href")?.trim()).ok());
    links.filter(|url| matches!(url.scheme(), "http" | "https")).collect()
}

/// The links of the page whose address or text speaks of a status, to other hosts than its own, each once.
#[must_use]
pub fn status_links(html: &str, page: &Url) -> Vec<Url> {
    let mut found: Vec<Url> = Vec::new();
    for tag in tags(html, "a") {
        let Some(url) = tag.get("href").and_then(|href| page.join(href.trim()).ok()) else { continue };
        let host = url.host_str().unwrap_or_default();
        let words = tag.after.get(..tag.after.find("</").unwrap_or(0).min(200)).unwrap_or_default();
        let speaks = host.split('.').any(|part| part.contains("status") || part == "trust" || part == "health")
            || words.to_ascii_lowercase().contains("status");
        let is_other = matches!(url.scheme(), "http" | "https") && url.host_str() != page.host_str();
        if speaks && is_other && !found.contains(&url) {
            found.push(url);
        }
    }
    found.truncate(5);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Url {
        Url::parse("https://status.example.com/incidents/1").unwrap()
    }

    #[test]
    fn feeds_are_found_however_the_tag_is_written() {
        let html = r#"<html><head><!-- a --><LINK type='application/atom+xml' href=/history.atom rel="alternate nofollow">
            <link rel="alternate" hreflang="de" href="/de"><link href="feed.rss?a=1&amp;b=2" rel=alternate type="application/rss+xml"/>
            <link rel=alternate type=application/rss+xml href="javascript:x"><linkage rel=alternate>"#;
        let found: Vec<String> = feeds(html, &page()).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            ["https://status.example.com/history.atom", "https://status.example.com/incidents/feed.rss?a=1&b=2"]
        );
    }

    #[test]
    fn a_title_and_a_name_are_one_line() {
        let html =
            "<title data-x='a>b'>\n Acme &amp; Sons\n Status </title><meta content=\"Acme\" property=\"og:site_name\">";
        assert_eq!(title(html).unwrap(), "Acme & Sons Status");
        assert_eq!(meta(html, "og:site_name").unwrap(), "Acme");
        assert_eq!((title("<title>"), title("no tags"), meta("<meta>", "x")), (None, None, None));
    }

    #[test]
    fn a_home_page_gives_away_where_its_status_is() {
        let html = "<a href='https://status.acme.example/'>x</a><a href=/status>Status</a><a href='https://pages.example/acme'>System status</a><a href='mailto:a@status.example'>m</a>";
        let found: Vec<String> = status_links(html, &page()).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["https://status.acme.example/", "https://pages.example/acme"]);
    }

    #[test]
    fn what_never_ends_takes_one_pass() {
        let html = "<link rel=\"alternate".repeat(100_000);
        assert!(feeds(&html, &page()).is_empty());
        let odd = format!("<link {}>", "= =\" '".repeat(500));
        assert!(feeds(&odd, &page()).is_empty());
    }
}
