//! The table from a vendor's words to ours.

use std::collections::BTreeMap;

use wildmatch::WildMatch;

/// What a vendor's words mean.
#[derive(Debug)]
pub struct Words<T> {
    exact: BTreeMap<String, T>,
    /// Those with `*`, the longest first.
    patterns: Vec<(WildMatch, T)>,
    ours: fn(&str) -> Option<T>,
}

impl<T: Copy> Words<T> {
    /// The table; a word that it lacks may be one of ours.
    pub fn of(table: &BTreeMap<String, T>, ours: fn(&str) -> Option<T>) -> Self {
        let (patterns, exact): (Vec<_>, Vec<_>) =
            table.iter().map(|(word, meant)| (plain(word), *meant)).partition(|(word, _)| word.contains(['*', '?']));
        let mut patterns = patterns;
        patterns.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        let patterns = patterns.into_iter().map(|(word, meant)| (WildMatch::new(&word), meant)).collect();
        Self { exact: exact.into_iter().collect(), patterns, ours }
    }

    /// What the word means; `None` for a word never seen.
    pub fn meaning(&self, word: &str) -> Option<T> {
        let word = plain(word);
        let pattern = || {
            let found = self.patterns.iter().find(|(pattern, _)| pattern.matches(&word))?;
            (!word.is_empty()).then_some(found.1)
        };
        self.exact.get(&word).copied().or_else(pattern).or_else(|| (self.ours)(&word.replace([' ', '-'], "_")))
    }
}

/// Lower case, one space between words.
fn plain(word: &str) -> String {
    word.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_case_exactly_then_by_pattern_then_as_ours() {
        let table = [("Up", 1), ("*down*", 2), ("badly down*", 3), ("", 4)];
        let table = table.map(|(word, meant)| (word.to_owned(), meant)).into();
        let words = Words::of(&table, |word| (word == "under_repair").then_some(5));
        let meant =
            ["UP", " up ", "is Down", "badly  down again", "", "Under repair", "else"].map(|w| words.meaning(w));
        assert_eq!(meant, [Some(1), Some(1), Some(2), Some(3), Some(4), Some(5), None]);
    }
}
