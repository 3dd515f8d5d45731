//! Which Status.io page an HTML page is: the id of 24 hexadecimal digits that it names itself by.
//!
//! Any 24 digits will not do. Pages of Freshstatus hold some too (four vendors' had the same ones), and a mere mention of
//! status.io is no sign: the id must stand as an id, or in an address of the interface.

use url::Url;

use crate::normalize::markup::marked;

const API: &str = "https://api.status.io/1.0/status/";
const DIGITS: usize = 24;
/// What stands before an id: the address of the interface, or one of its names.
const MARKS: [&str; 3] = ["/1.0/status/", "statuspage_id", "statuspageid"];

/// The address of the document of the page that this HTML is of.
pub fn document(html: &str) -> Option<Url> {
    let lower = html.to_ascii_lowercase();
    if lower.contains("freshstatus") {
        return None;
    }
    let words = MARKS.iter().flat_map(|mark| marked::after(&lower, mark, |c| c.is_ascii_alphanumeric()));
    let id = words.into_iter().find(|word| is_id(word))?;
    format!("{API}{id}").parse().ok()
}

/// Whether that is already the address of a document.
pub fn is_document(url: &Url) -> bool {
    let path = url.path().trim_end_matches('/');
    path.rsplit_once('/').is_some_and(|(before, last)| before.ends_with("/status") && is_id(last))
}

fn is_id(word: &str) -> bool {
    word.len() == DIGITS && word.bytes().all(|b| b.is_ascii_hexdigit())
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
