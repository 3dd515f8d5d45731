//! The alphabet of text messages, GSM 03.38: what a pager or a telephone shows whatever its maker thought of the rest.
//!
//! Characters of the extension table (brackets, braces, the euro sign) take two septets and an escape that some gateways
//! lose, so none of them is written: each has a neighbour that says the same.

/// The most septets that one text message carries.
pub const SEPTETS: usize = 160;

/// The basic table without its line breaks: each takes one septet.
const BASIC: &str = " !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ";

/// Letters with marks that the table lacks, by the letter that stands for them.
const PLAIN: [(&str, &str); 40] = [
    ("A", "ÀÁÂÃĀĂĄ"),
    ("a", "áâãāăą"),
    ("C", "ĆĈĊČ"),
    ("c", "çćĉċč"),
    ("D", "ÐĎĐ"),
    ("d", "ðďđ"),
    ("E", "ÈÊËĒĖĘĚ"),
    ("e", "êëēėęě"),
    ("G", "ĜĞĠĢ"),
    ("g", "ĝğġģ"),
    ("I", "ÌÍÎÏĪĮİ"),
    ("i", "íîïīįı"),
    ("L", "ĹĻĽŁ"),
    ("l", "ĺļľł"),
    ("N", "ŃŅŇ"),
    ("n", "ńņň"),
    ("O", "ÒÓÔÕŌŐ"),
    ("o", "óôõōő"),
    ("R", "ŔŘ"),
    ("r", "ŕř"),
    ("S", "ŚŜŞŠȘ"),
    ("s", "śŝşšș"),
    ("T", "ŢŤȚ"),
    ("t", "ţťț"),
    ("U", "ÙÚÛŪŮŰŲ"),
    ("u", "úûūůűų"),
    ("Y", "ÝŸŶ"),
    ("y", "ýÿŷ"),
    ("Z", "ŹŻŽ"),
    ("z", "źżž"),
    ("OE", "Œ"),
    ("oe", "œ"),
    ("EUR", "€"),
    ("'", "‘’‚‛`´′"),
    ("\"", "“”„‟«»″"),
    ("-", "‐‑‒–—―−~|\\^"),
    ("...", "…"),
    ("(", "[{"),
    (")", "]}"),
    ("x", "×"),
];

/// `text` on one line of the alphabet. What has no neighbour in it is a question mark, one for each run.
pub fn gsm(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            _ if BASIC.contains(c) => out.push(c),
            _ if c.is_whitespace() || c.is_control() => out.push(' '),
            _ => match PLAIN.iter().find(|(_, marked)| marked.contains(c)) {
                Some((plain, _)) => out.push_str(plain),
                None if out.ends_with('?') => {}
                None => out.push('?'),
            },
        }
    }
    out
}

/// A line that takes words for as long as there is room.
#[derive(Debug, Default)]
pub struct Line {
    text: String,
    used: usize,
}

impl Line {
    /// As many whole words as fit into `most` septets and into the line. Whether any did.
    pub fn put(&mut self, words: &str, most: usize) -> bool {
        let end = (self.used + usize::from(self.used > 0) + most).min(SEPTETS);
        let before = self.used;
        for word in gsm(words).split_whitespace() {
            if !self.fits(word, end) {
                break;
            }
            self.push(word);
        }
        self.used > before
    }

    /// All of it or nothing. Whether it fitted.
    pub fn put_whole(&mut self, words: &str) -> bool {
        let words = gsm(words).split_whitespace().collect::<Vec<_>>().join(" ");
        let fits = !words.is_empty() && self.fits(&words, SEPTETS);
        if fits {
            self.push(&words);
        }
        fits
    }

    fn fits(&self, words: &str, end: usize) -> bool {
        // Each character of the basic table is one septet.
        self.used + usize::from(self.used > 0) + words.chars().count() <= end
    }

    fn push(&mut self, words: &str) {
        if self.used > 0 {
            self.text.push(' ');
            self.used += 1;
        }
        self.text.push_str(words);
        self.used += words.chars().count();
    }

    /// A mark at the end of the last word, where there is room.
    pub fn mark(&mut self, mark: char) {
        if self.used > 0 && self.used < SEPTETS && !self.text.ends_with(['.', '!', '?', ',', ':', ';']) {
            self.text.push(mark);
            self.used += 1;
        }
    }

    /// The line.
    pub fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_the_alphabet_is_its_neighbour_or_a_question_mark() {
        for (text, expected) in [
            ("St. Brigid’s – “Łódź” [x]", "St. Brigid's - \"Lodz\" (x)"),
            ("Zürich é à ñ", "Zürich é à ñ"),
            ("医院 down", "? down"),
            ("a\u{202E}b\nc", "a?b c"),
            ("5 €", "5 EUR"),
        ] {
            assert_eq!(gsm(text), expected);
        }
    }

    #[test]
    fn a_line_takes_whole_words_alone() {
        let mut line = Line::default();
        assert!(line.put("one two three", 9));
        assert!(!line.put("overlong", 7));
        assert!(!line.put_whole(&"x".repeat(160)));
        line.mark(':');
        assert_eq!(line.into_text(), "one two:");
    }
}
