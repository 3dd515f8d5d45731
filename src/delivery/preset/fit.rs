//! Limits and escapes: what is too long is cut between two characters as they will stand there, and says so. Nothing is
//! escaped and then cut.

use crate::model::card::{Card, Line, Section};

/// Stands where something was cut off.
pub const CUT: &str = "… (cut here)";

/// How long a text is for whoever limits it.
#[derive(Debug, Clone, Copy)]
pub enum Measure {
    /// In characters.
    Chars,
    /// In units of UTF-16, as programs in JavaScript and C# count.
    Utf16,
    /// In octets of UTF-8.
    Octets,
}

impl Measure {
    fn of(self, c: char) -> usize {
        match self {
            Self::Chars => 1,
            Self::Utf16 => c.len_utf16(),
            Self::Octets => c.len_utf8(),
        }
    }

    /// How long `text` is.
    pub fn length(self, text: &str) -> usize {
        text.chars().map(|c| self.of(c)).sum()
    }
}

/// `text` with each character as `escape` writes it, at most `most` long in all.
pub fn escaped(text: &str, most: usize, measure: Measure, escape: impl Fn(char, &mut String)) -> String {
    let room = most.saturating_sub(measure.length(CUT));
    let (mut whole, mut length, mut keep) = (String::with_capacity(text.len()), 0, 0);
    for c in text.chars() {
        let from = whole.len();
        escape(c, &mut whole);
        length += measure.length(&whole[from..]);
        if length <= room {
            keep = whole.len();
        }
        if length > most {
            whole.truncate(keep);
            let kept = whole.trim_end().len();
            whole.truncate(kept);
            return whole + CUT;
        }
    }
    whole
}

/// `text`, at most `most` long.
pub fn cut(text: &str, most: usize, measure: Measure) -> String {
    escaped(text, most, measure, |c, out| out.push(c))
}

/// How much of a message is laid out.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// So many causes in full.
    pub sections: usize,
    /// So many characters of each quotation.
    pub quote: usize,
    /// So many details of each.
    pub rows: usize,
    /// So many headlines of other causes.
    pub others: usize,
}

/// From all of a message to little of it.
const ROOMS: [Room; 6] = [
    Room { sections: 5, quote: 2_000, rows: 99, others: 40 },
    Room { sections: 3, quote: 800, rows: 99, others: 25 },
    Room { sections: 2, quote: 400, rows: 12, others: 15 },
    Room { sections: 1, quote: 400, rows: 8, others: 10 },
    Room { sections: 1, quote: 160, rows: 4, others: 5 },
    Room { sections: 1, quote: 80, rows: 0, others: 0 },
];

/// The fullest layout that fits; the barest if none does.
pub fn fullest<T>(lay_out: impl Fn(Room) -> T, fits: impl Fn(&T) -> bool) -> T {
    let [fuller @ .., barest] = ROOMS;
    fuller.into_iter().map(&lay_out).find(|laid| fits(laid)).unwrap_or_else(|| lay_out(barest))
}

impl Room {
    /// The details that are laid out, with quotations cut.
    pub fn rows(self, section: &Section) -> impl Iterator<Item = (&'static str, Vec<Line>)> + '_ {
        let line = move |line: &Line| match line {
            Line::Quote(quote) => Line::Quote(cut(quote, self.quote, Measure::Chars)),
            other => other.clone(),
        };
        section.rows.iter().take(self.rows).map(move |row| (row.label, row.lines.iter().map(line).collect()))
    }

    /// The headlines of the causes that are not laid out, and how many more there are.
    pub fn others(self, card: &Card) -> Vec<String> {
        let all: Vec<&str> = card.others(self.sections).collect();
        let mut shown: Vec<String> = all.iter().take(self.others).map(|&headline| headline.to_owned()).collect();
        if all.len() > self.others {
            shown.push(format!("and {} more: see the page", all.len() - self.others));
        }
        shown
    }

    /// What a section leaves out, for people.
    pub fn left_out(self, section: &Section) -> Option<&'static str> {
        (section.rows.len() > self.rows).then_some("There was no room for the details: see the page.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(c: char, out: &mut String) {
        match c {
            '&' => out.push_str("&amp;"),
            other => out.push(other),
        }
    }

    #[test]
    fn what_fits_stays_whole_and_what_does_not_says_so() {
        assert_eq!(cut("0123456789", 10, Measure::Chars), "0123456789");
        let text = "x".repeat(100);
        let cut_here = cut(&text, 40, Measure::Chars);
        assert_eq!(Measure::Chars.length(&cut_here), 40);
        assert!(cut_here.ends_with(CUT), "{cut_here}");
    }

    #[test]
    fn no_cut_goes_through_an_escape_or_a_surrogate_pair_whatever_the_room() {
        for most in 12..60 {
            let escaped_text = escaped(&"&".repeat(50), most, Measure::Chars, entity);
            assert!(escaped_text.chars().count() <= most, "{most}: {escaped_text}");
            assert_eq!(escaped_text.trim_end_matches(CUT).replace("&amp;", ""), "", "{most}: {escaped_text}");
            let pairs = cut(&"\u{1F525}".repeat(50), most + 2, Measure::Utf16);
            assert!(pairs.encode_utf16().count() <= most + 2);
            let octets = cut(&"ü€\u{1F525}".repeat(50), most + 2, Measure::Octets);
            assert!(octets.len() <= most + 2);
        }
    }
}
