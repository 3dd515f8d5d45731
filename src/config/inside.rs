//! Where a place inside a text stands in the file that the text was read from: behind its quotes, past its escapes.

use std::ops::Range;

/// The place in `written`, a text of TOML with its quotes, of a place in what it means. `None` where it is no text.
pub(super) fn place(written: &str, meant: Range<usize>) -> Option<Range<usize>> {
    let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| written.starts_with(quotes))?;
    let has_escapes = quotes.starts_with('"');
    let mut at = quotes.len();
    if quotes.len() == 3 {
        // A line break right behind three quotes is not meant.
        let rest = written.get(at..)?;
        at += rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')).map_or(0, |after| rest.len() - after.len());
    }
    let (mut passed, mut start) = (0, None);
    loop {
        if passed >= meant.start && start.is_none() {
            start = Some(at);
        }
        if let Some(start) = start.filter(|start| passed >= meant.end && (*start < at || meant.is_empty())) {
            return Some(start..at);
        }
        let rest = written.get(at..).filter(|rest| !rest.is_empty())?;
        let (length, meaning) = if has_escapes { step(rest) } else { plain(rest) };
        at += length;
        passed += meaning;
    }
}

/// A letter: its length as written and as meant.
fn plain(rest: &str) -> (usize, usize) {
    let length = rest.chars().next().map_or(1, char::len_utf8);
    (length, length)
}

/// The same where a backslash escapes.
fn step(rest: &str) -> (usize, usize) {
    let Some(escaped) = rest.strip_prefix('\\') else { return plain(rest) };
    let code = |digits: usize| {
        let hex = escaped.get(1..=digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        (digits + 2, hex.and_then(char::from_u32).map_or(1, char::len_utf8))
    };
    match escaped.chars().next() {
        Some('u') => code(4),
        Some('U') => code(8),
        Some('x') => code(2),
        // A backslash at the end of a line takes all white space behind it.
        Some(c) if c.is_whitespace() => (rest.len() - escaped.trim_start().len(), 0),
        Some(c) => (1 + c.len_utf8(), 1),
        None => (1, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_past_quotes_and_escapes() {
        let at = |written: &str, meant: &str| {
            let start = meant.find("nme").unwrap();
            written[place(written, start..start + 3).unwrap()].to_owned()
        };
        assert_eq!(at("'.a | nme'", ".a | nme"), "nme");
        assert_eq!(at("\".a | nme\"", ".a | nme"), "nme");
        assert_eq!(at("'''\n.a\n| nme'''", ".a\n| nme"), "nme");
        assert_eq!(at(r#"".x == \"y\" | nme""#, r#".x == "y" | nme"#), "nme");
        assert_eq!(at(r#""\u00e9 | nme""#, "é | nme"), "nme");
        assert_eq!(at("\"\"\"a \\\n   | nme\"\"\"", "a | nme"), "nme");
        assert_eq!(place("'ab'", 1..9), None);
        assert_eq!(place("42", 0..1), None);
    }
}
