//! Tags of a page for people, in one pass and without a tree: parsing nested HTML takes the square of its depth, and
//! these pages are not ours.

use url::Url;

use crate::model::text;

/// The longest tag that is looked at. Anything longer is no tag of a status page's head.
const LONGEST_TAG: usize = 4096;

/// One opening tag.
#[derive(Debug, Clone, Copy)]
pub struct Tag<'a> {
    attributes: &'a str,
    /// What stands behind it.
    pub after: &'a str,
}

/// The opening tags of that name (lower case), in order.
pub fn tags<'a>(html: &'a str, name: &'a str) -> impl Iterator<Item = Tag<'a>> {
    html.match_indices('<').filter_map(move |(at, _)| {
        let rest = html.get(at + 1..)?;
        let inner = rest
            .get(name.len()..)
            .filter(|_| rest.as_bytes().get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes())))?;
        inner.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/').then_some(())?;
        let end = end_of_tag(inner)?;
        Some(Tag { attributes: inner.get(..end)?, after: inner.get(end + 1..)? })
    })
}

/// Where the `>` stands that ends the tag, which may stand in a quoted value too.
fn end_of_tag(inner: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in inner.bytes().enumerate().take(LONGEST_TAG) {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            (None | Some(_), _) => {}
        }
    }
    None
}

impl Tag<'_> {
    /// The value of an attribute (its name in lower case), its entities resolved.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes.trim_start();
        while !rest.is_empty() {
            let (key, after) = rest.split_at(rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len()));
            let (value, after) = match after.trim_start().strip_prefix('=') {
                Some(value) => value_of(value.trim_start()),
                None => ("", after),
            };
            if key.eq_ignore_ascii_case(name) {
                return Some(resolved(value));
            }
            rest = after.trim_start();
            if key.is_empty() && value.is_empty() {
                rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
            }
        }
        None
    }
}

/// A value and what stands behind it.
fn value_of(text: &str) -> (&str, &str) {
    match text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        Some(quote) => text.get(1..).and_then(|inner| inner.split_once(quote)).unwrap_or((text, "")),
        None => text.split_at(text.find(char::is_whitespace).unwrap_or(text.len())),
    }
}

fn resolved(text: &str) -> String {
    let entities = [("&quot;", "\""), ("&#39;", "'"), ("&#x2F;", "/"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, meant)| text.replace(entity, meant))
}

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
