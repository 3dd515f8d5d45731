//! Words that a page's HTML shows after a marker, as ids and names of pages stand in it. Only text is looked at: the
//! page is not parsed, and what is found is a guess that a document's own sign must confirm.

/// How often a marker is looked for; scripts may repeat one.
const MOST: usize = 50;
/// The longest word that is taken for an id or a name.
const LONGEST: usize = 100;

/// The words of `is_part` that follow `marker`, each once, in the order of the page. Between them may stand quotes,
/// colons, blanks and `=`, plain or as HTML writes them.
#[must_use]
pub fn after<'h>(html: &'h str, marker: &str, is_part: impl Fn(char) -> bool) -> Vec<&'h str> {
    let mut found: Vec<&str> = Vec::new();
    for (at, _) in html.match_indices(marker).take(MOST) {
        let rest = html.get(at + marker.len()..).unwrap_or_default();
        let rest = between(rest);
        let length = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        if !word.is_empty() && word.len() <= LONGEST && !found.contains(&word) {
            found.push(word);
        }
    }
    found
}

/// The words of `is_part` that stand before `marker`, each once.
#[must_use]
pub fn before<'h>(html: &'h str, marker: &str, is_part: impl Fn(char) -> bool) -> Vec<&'h str> {
    let mut found: Vec<&str> = Vec::new();
    for (at, _) in html.match_indices(marker).take(MOST) {
        let head = html.get(..at).unwrap_or_default();
        let from = head.rfind(|c: char| !is_part(c)).map_or(0, |from| head.ceil_char_boundary(from + 1));
        let word = head.get(from..).unwrap_or_default();
        if !word.is_empty() && word.len() <= LONGEST && !found.contains(&word) {
            found.push(word);
        }
    }
    found
}

/// Without what may stand between a marker and its word.
fn between(mut rest: &str) -> &str {
    loop {
        let next = rest.trim_start_matches(|c: char| c.is_whitespace() || "\"':=\\".contains(c));
        let next = next.strip_prefix("&quot;").or_else(|| next.strip_prefix("&#34;")).unwrap_or(next);
        if next.len() == rest.len() {
            return rest;
        }
        rest = next;
    }
}

/// Whether HTML shows a word, in whatever case.
#[must_use]
pub fn shows(html: Option<&str>, word: &str) -> bool {
    html.is_some_and(|html| {
        html.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_after_and_before_their_markers() {
        let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let html =
            r#"<a data-page='{"page_id":"ab-1"}'> page_id = 'cd_2' &quot;page_id&quot;:&quot;ab-1&quot; page_id"#;
        assert_eq!(after(html, "page_id", is_id), ["ab-1", "cd_2"]);
        assert_eq!(before("é//acme.example.io/ acme.example.io x.example.io", ".example.io", is_id), ["acme", "x"]);
        assert_eq!(after("", "page_id", is_id), Vec::<&str>::new());
        assert!(shows(Some("Powered by GATUS"), "gatus") && !shows(None, "gatus") && !shows(Some("gat"), "gatus"));
        assert!(after(&"page_id".repeat(200_000), "page_id", is_id).len() <= 1);
    }
}
