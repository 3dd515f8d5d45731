//! Whether markup may be parsed at all, found out in one pass.
//!
//! An HTML parser takes the square of the depth of what it parses, and of the attributes of one tag: 256 KB of nested
//! lists took 47 seconds. No status page comes near these limits.

use crate::model::snapshot::Unreadable;

/// The largest page that is parsed.
const LONGEST: usize = 4 * 1024 * 1024;
/// How deep elements may lie in one another. Pages made by programs reach 60.
const DEEPEST: usize = 250;
/// The most tags of a page.
const MOST_TAGS: usize = 100_000;
/// The most attributes of one tag.
const MOST_ATTRIBUTES: usize = 100;
/// Elements without an end.
const VOID: [&str; 15] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "!doctype",
];
/// Elements that the next of their kind ends.
const ENDED: [&str; 14] =
    ["p", "li", "td", "th", "tr", "dt", "dd", "option", "optgroup", "thead", "tbody", "tfoot", "colgroup", "body"];
/// Elements whose inside is no markup.
const RAW: [&str; 5] = ["script", "style", "textarea", "title", "noscript"];

/// Whether the page can be parsed in a short time.
///
/// # Errors
/// [`Unreadable`] where it cannot.
pub fn check(html: &str) -> Result<(), Unreadable> {
    if html.len() > LONGEST {
        return Err(Unreadable::CutShort(format!("the page is larger than {} MiB", LONGEST >> 20)));
    }
    let strange = |what: String| Err(Unreadable::Unexpected(format!("{what}, which no status page has")));
    let (mut open, mut tags, mut rest): (Vec<String>, usize, &str) = (Vec::new(), 0, html);
    while let Some((_, after)) = rest.split_once('<') {
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
            continue;
        }
        let Some(end) = after.find('>') else { break };
        let tag = after.get(..end).unwrap_or_default();
        rest = after.get(end + 1..).unwrap_or_default();
        tags += 1;
        if tags > MOST_TAGS {
            return strange(format!("more than {MOST_TAGS} tags"));
        }
        if tag.bytes().filter(|b| *b == b'=').nth(MOST_ATTRIBUTES).is_some()
            || tag.split_whitespace().nth(1_000).is_some()
        {
            return strange(format!("a tag of more than {MOST_ATTRIBUTES} attributes"));
        }
        let is_end = tag.starts_with('/');
        let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric() && c != '!').next();
        let name = name.unwrap_or_default().to_ascii_lowercase();
        if is_end {
            if let Some(at) = open.iter().rposition(|open| *open == name) {
                open.truncate(at);
            }
        } else if RAW.contains(&name.as_str()) {
            rest = raw_end(rest, &name);
        } else if !name.is_empty() && !VOID.contains(&name.as_str()) && !ENDED.contains(&name.as_str()) {
            open.push(name);
            if open.len() > DEEPEST {
                return strange(format!("elements nested more than {DEEPEST} deep"));
            }
        }
    }
    Ok(())
}

/// What follows the end of such an element.
fn raw_end<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("</") {
        if after.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return after;
        }
        rest = after;
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_page_passes_and_a_bomb_does_not() {
        let page = "<!DOCTYPE html><html><head><script>if (a<b) '<div>'</script></head><body>";
        assert!(check(&format!("{page}{}</body></html>", "<p>x<br><div class='a'>y</div><li>z".repeat(5_000))).is_ok());
        for bomb in [
            "<ul><li>".repeat(32_000),
            "<div>".repeat(300),
            "<b><i>".repeat(300),
            format!("<a {}>", "x='1' ".repeat(8_000)),
            format!("<a {}>", "x ".repeat(8_000)),
            "<br>".repeat(200_000),
            "x".repeat(5 << 20),
        ] {
            assert!(check(&bomb).is_err(), "{}", bomb.get(..30).unwrap());
        }
    }
}
