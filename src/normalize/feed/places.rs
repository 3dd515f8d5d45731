//! Where a page's feed may be: what the page itself names, then the names that platforms of status pages give it.
//!
//! A feed bears no sign of what it is about. So the places where any site has its news (`/feed`, `/rss`) are tried only
//! where the page names them.

use url::Url;

use crate::normalize::Page;

/// The names that platforms give to the feed of their incidents.
const USUAL: [&str; 4] = ["/history.atom", "/history.rss", "/feed.atom", "/feed.rss"];
/// The kinds of feeds, as a page declares them.
const KINDS: [&str; 3] = ["application/atom+xml", "application/rss+xml", "application/feed+json"];
/// Where a page's head ends at the latest.
const LONGEST_HEAD: usize = 256 * 1024;
/// The longest tag that is looked at: the end of one that is not closed is not looked for through the whole page.
const LONGEST_TAG: usize = 2_000;
/// More feeds than a page has that people use.
const MOST: usize = 8;

/// The addresses to try.
pub fn find(page: &Page<'_>) -> Vec<Url> {
    let mut found: Vec<Url> = Vec::new();
    let declared = page.html.map(declared).unwrap_or_default();
    let declared = declared.iter().filter_map(|link| page.url.join(link).ok());
    let declared = declared.filter(|url| matches!(url.scheme(), "http" | "https")).take(MOST);
    for url in declared.chain(USUAL.map(|path| page.at(path))) {
        if !found.contains(&url) {
            found.push(url);
        }
    }
    found
}

/// The addresses in `<link rel="alternate" type="application/rss+xml" href="…">`, in the page's order. A page of nested
/// markup costs a parser minutes, so its tags are looked for and not parsed.
fn declared(html: &str) -> Vec<String> {
    let head = html.get(..html.floor_char_boundary(LONGEST_HEAD)).unwrap_or(html);
    let lower = head.to_ascii_lowercase();
    let mut found = Vec::new();
    for (at, _) in lower.match_indices("<link") {
        let near = head.get(at..).map_or("", |rest| rest.get(..rest.floor_char_boundary(LONGEST_TAG)).unwrap_or(rest));
        let Some((tag, _)) = near.split_once('>') else { continue };
        let is_feed =
            attribute(tag, "type").is_some_and(|kind| KINDS.iter().any(|known| kind.eq_ignore_ascii_case(known)));
        let is_alternate = attribute(tag, "rel").is_some_and(|rel| rel.eq_ignore_ascii_case("alternate"));
        found.extend(attribute(tag, "href").filter(|_| is_feed && is_alternate).map(|link| link.replace("&amp;", "&")));
    }
    found
}

/// The value of an attribute of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let lower = tag.to_ascii_lowercase();
    let begins = |at: usize| tag.get(..at).is_some_and(|before| before.ends_with(char::is_whitespace));
    let at = lower.match_indices(name).map(|(at, _)| at).find(|at| begins(*at))?;
    let value = tag.get(at + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
    match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split(quote).next(),
        _ => value.split(|c: char| c.is_whitespace() || c == '/').next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_that_the_page_names_is_tried_before_the_usual_ones() {
        let html = "<html><head><LINK href='/a.rss?x=1&amp;y=2' rel=alternate type=\"application/rss+xml\"/>\
            <link rel=\"stylesheet\" type=\"text/css\" href=\"/s.css\"><link rel='alternate' hreflang='de' href='/de'>\
            <link rel=\"alternate\" type=\"application/atom+xml\" data-href=\"no\" href=\"javascript:1\"><link rel='alternate' type='application/atom+xml'";
        let url = "https://status.example.org/page/".parse().unwrap();
        let found = find(&Page { url: &url, html: Some(html) });
        let found: Vec<&str> = found.iter().map(Url::as_str).collect();
        assert_eq!(
            (found[0], found[1]),
            ("https://status.example.org/a.rss?x=1&y=2", "https://status.example.org/history.atom")
        );
        assert_eq!(found.len(), 5);
        assert_eq!(find(&Page { url: &url, html: None }).len(), 4);
        let endless = "<link ".repeat(200_000) + ">";
        assert_eq!(find(&Page { url: &url, html: Some(&endless) }).len(), 4);
    }
}
