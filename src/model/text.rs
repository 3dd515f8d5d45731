//! Vendor text made safe to stand on one line or in one paragraph: no control, no bidi, no endless length.

/// The longest title that is kept, in characters.
pub const TITLE_CHARS: usize = 200;
/// The longest body that is kept, in characters.
pub const BODY_CHARS: usize = 20_000;

/// Characters that change how the text around them is shown, or that cannot be seen at all.
const fn deceives(c: char) -> bool {
    matches!(c,
        '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}'
        | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{00AD}' | '\u{E0000}'..='\u{E007F}')
}

/// One line: white space folded, control and bidi characters dropped, cut at `max` characters with an ellipsis.
#[must_use]
pub fn line(text: &str, max: usize) -> String {
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
        .map(|word| word.chars().filter(|c| !deceives(*c)).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    cut(&words, max)
}

/// A title of a vendor's, on one line.
#[must_use]
pub fn title(text: &str) -> String {
    line(text, TITLE_CHARS)
}

/// A body of a vendor's: lines kept, blank runs folded, control and bidi characters dropped, cut with a mark.
#[must_use]
pub fn body(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let mut lines: Vec<String> = Vec::new();
    for raw in unified.split('\n') {
        let clean = raw.chars().filter(|c| !c.is_control() && !deceives(*c)).collect::<String>();
        let clean = clean.trim_end().to_owned();
        if clean.is_empty() && lines.last().is_none_or(String::is_empty) {
            continue;
        }
        lines.push(clean);
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    cut(&lines.join("\n"), BODY_CHARS)
}

fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some(_) => {
            let kept: String = text.chars().take(max.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_short_line_whatever_the_vendor_wrote() {
        assert_eq!(title("Outage\r\nBcc: x@example.org\0 \u{202E}gnihtemos"), "Outage Bcc: x@example.org gnihtemos");
        assert_eq!(title(&"é".repeat(10_000)).chars().count(), TITLE_CHARS);
    }

    #[test]
    fn a_body_keeps_its_paragraphs() {
        assert_eq!(body("a\r\n\r\n\r\n\r\nb\u{7}\n"), "a\n\nb");
        assert!(body(&"x".repeat(5_000_000)).ends_with('…'));
    }
}
