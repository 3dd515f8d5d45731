//! Which Status.io page an HTML page is: the id of 24 hexadecimal digits that it names itself by.
//!
//! Any 24 digits will not do. Pages of Freshstatus hold some too (four vendors' had the same ones), and a mere mention of
//! status.io is no sign: the id must stand as an id, or in an address of the interface.

use url::Url;

const API: &str = "https://api.status.io/1.0/status/";
const DIGITS: usize = 24;
/// More signs between the name of the id and the id than any page has: `="`, `&quot;: &quot;`.
const MOST_BETWEEN: usize = 16;
const MOST_TRIES: usize = 50;

/// The address of the document of the page that this HTML is of.
pub fn document(html: &str) -> Option<Url> {
    let lower = html.to_ascii_lowercase();
    if lower.contains("freshstatus") {
        return None;
    }
    let in_address = lower.match_indices("/1.0/status/").take(MOST_TRIES).map(|(at, mark)| at + mark.len());
    let mut found = in_address.filter_map(|at| id(lower.get(at..)?));
    let in_name = ["statuspage_id", "statuspageid"].into_iter().flat_map(|name| {
        lower.match_indices(name).take(MOST_TRIES).filter_map(|(at, name)| named(lower.get(at + name.len()..)?))
    });
    let id = found.next().or_else(|| in_name.into_iter().next())?;
    format!("{API}{id}").parse().ok()
}

/// Whether that is already the address of a document.
pub fn is_document(url: &Url) -> bool {
    let path = url.path().trim_end_matches('/');
    path.rsplit_once('/').is_some_and(|(before, last)| before.ends_with("/status") && id(last).is_some())
}

/// The id behind its name, with what a page puts between the two.
fn named(rest: &str) -> Option<&str> {
    let mut rest = rest;
    for _ in 0..MOST_BETWEEN {
        let is_between = |c: char| c.is_whitespace() || "\"'=:\\".contains(c);
        let Some(behind) = rest.strip_prefix("&quot;").or_else(|| rest.strip_prefix(is_between)) else { break };
        rest = behind;
    }
    id(rest)
}

/// The id that a text begins with: exactly so many digits.
fn id(text: &str) -> Option<&str> {
    let id = text.get(..DIGITS)?;
    let goes_on = text.get(DIGITS..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
    (id.bytes().all(|b| b.is_ascii_hexdigit()) && !goes_on).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef01234567";

    #[test]
    fn the_id_is_found_where_it_stands_as_one_and_nowhere_else() {
        let found = Some(format!("{API}{ID}"));
        let of = |html: &str| document(html).map(|url| url.to_string());
        for page in [
            format!("<script>var statuspage_id = '{ID}';</script>"),
            format!(
                "<input name=\"statuspage_id\" value=\"x\"><a data-statuspage-id></a><script>statuspageId:\"{ID}\"</script>"
            ),
            format!("{{&quot;statuspage_id&quot;:&quot;{ID}&quot;}}"),
            format!("fetch('https://api.status.io/1.0/status/{ID}')"),
            format!("<a href='https://1.hostedstatus.com/1.0/status/{}'>", ID.to_uppercase()),
        ] {
            assert_eq!(of(&page), found, "{page}");
        }
        for page in [
            format!("<div id=\"{ID}\">status.io</div>"),
            format!("statuspage_id = '{ID}00'"),
            format!("statuspage_id is unknown, and then comes {ID}"),
            format!("<script src=freshstatus.io></script>statuspage_id='{ID}'"),
            "statuspage_id".to_owned(),
            "/1.0/status/".to_owned(),
        ] {
            assert_eq!(of(&page), None, "{page}");
        }
        assert!(is_document(&format!("{API}{ID}").parse().unwrap()));
        assert!(!is_document(&"https://api.status.io/1.0/status/x".parse().unwrap()));
    }
}
