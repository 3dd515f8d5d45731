//! What an edit took out and put in, word by word. The words stay text: each part is escaped where it is shown.

use std::time::Duration;

use askama::Template;
use askama::filters::HtmlSafe;
use similar::{ChangeTag, TextDiff};

/// The longest text that is compared; of longer ones both versions are shown as they are.
const LONGEST_CHARS: usize = 20_000;
/// How long comparing may take; after that the rest counts as new, which is coarse and still true.
const PATIENCE: Duration = Duration::from_millis(50);

/// The difference of two texts.
#[derive(Debug, Template)]
#[template(
    ext = "html",
    source = r#"<div class="edit lines" dir="auto">{% for part in parts %}{% match part %}{% when Part::Same(words) %}{{ words }}{% when Part::Out(words) %}<del>{{ words }}</del>{% when Part::In(words) %}<ins>{{ words }}</ins>{% endmatch %}{% endfor %}</div>"#
)]
pub struct Difference {
    parts: Vec<Part>,
}

impl HtmlSafe for Difference {}

/// A stretch of a difference.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    /// It stayed.
    Same(String),
    /// It was taken out.
    Out(String),
    /// It was put in.
    In(String),
}

impl Difference {
    pub fn between(old: &str, new: &str) -> Self {
        if old.chars().count().max(new.chars().count()) > LONGEST_CHARS {
            return Self { parts: vec![Part::Out(old.to_owned()), Part::In(new.to_owned())] };
        }
        let diff = TextDiff::configure().timeout(PATIENCE).diff_unicode_words(old, new);
        let mut parts: Vec<Part> = Vec::new();
        for change in diff.iter_all_changes() {
            let words = change.value();
            match (parts.last_mut(), change.tag()) {
                (Some(Part::Same(last)), ChangeTag::Equal)
                | (Some(Part::Out(last)), ChangeTag::Delete)
                | (Some(Part::In(last)), ChangeTag::Insert) => last.push_str(words),
                (_, ChangeTag::Equal) => parts.push(Part::Same(words.to_owned())),
                (_, ChangeTag::Delete) => parts.push(Part::Out(words.to_owned())),
                (_, ChangeTag::Insert) => parts.push(Part::In(words.to_owned())),
            }
        }
        Self { parts: joined(parts) }
    }
}

/// A single blank that stayed between two changes would tear them into a dozen scraps: it goes with them.
fn joined(parts: Vec<Part>) -> Vec<Part> {
    let is_blank = |part: &Part| matches!(part, Part::Same(words) if words == " ");
    let mut joined: Vec<Part> = Vec::new();
    let (mut out, mut put) = (String::new(), String::new());
    let mut parts = parts.into_iter().peekable();
    while let Some(part) = parts.next() {
        let goes_on = parts.peek().is_some_and(|next| !matches!(next, Part::Same(_)));
        match part {
            Part::Out(words) => out.push_str(&words),
            Part::In(words) => put.push_str(&words),
            ref blank if is_blank(blank) && goes_on && !(out.is_empty() && put.is_empty()) => {
                out.push(' ');
                put.push(' ');
            }
            same => {
                flush(&mut joined, &mut out, &mut put);
                joined.push(same);
            }
        }
    }
    flush(&mut joined, &mut out, &mut put);
    joined
}

fn flush(parts: &mut Vec<Part>, out: &mut String, put: &mut String) {
    if !out.is_empty() {
        parts.push(Part::Out(std::mem::take(out)));
    }
    if !put.is_empty() {
        parts.push(Part::In(std::mem::take(put)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let html = Difference::between(old, new).to_string();
        html.strip_prefix(r#"<div class="edit lines" dir="auto">"#).unwrap().strip_suffix("</div>").unwrap().to_owned()
    }

    #[test]
    fn words_are_struck_out_and_underlined() {
        assert_eq!(
            shown("Next update within 60 minutes.", "Next update within two hours."),
            "Next update within <del>60 minutes</del><ins>two hours</ins>."
        );
        assert_eq!(shown("It works", "It works again"), "It works<ins> again</ins>");
        assert_eq!(shown("It works again", "It works"), "It works<del> again</del>");
        assert_eq!(shown("same", "same"), "same");
        assert_eq!(shown("", "new"), "<ins>new</ins>");
    }

    #[test]
    fn markup_stays_text_on_both_sides() {
        assert_eq!(shown("<b>a</b>", "<script>a</script>").matches("<script").count(), 0);
        assert!(!shown("<ins>x", "</ins><del>x").replace("<ins>", "").replace("</ins>", "").contains("<del>x"));
    }

    #[test]
    fn what_was_new_and_what_was_old_can_be_read_back() {
        for (old, new) in [("a b c d", "a x c y d"), ("one  two", "one two"), ("", ""), ("Ünï cödé", "cödé Ünï")]
        {
            let difference = Difference::between(old, new);
            let side = |mine: fn(&Part) -> Option<&str>| difference.parts.iter().filter_map(mine).collect::<String>();
            assert_eq!(
                side(|p| match p {
                    Part::Same(w) | Part::In(w) => Some(w),
                    Part::Out(_) => None,
                }),
                new
            );
            assert_eq!(
                side(|p| match p {
                    Part::Same(w) | Part::Out(w) => Some(w),
                    Part::In(_) => None,
                }),
                old
            );
        }
    }

    #[test]
    fn hostile_lengths_end_in_time() {
        let (old, new) = ("a b ".repeat(4_900), "b a ".repeat(4_900));
        assert!(!Difference::between(&old, &new).parts.is_empty());
        assert_eq!(Difference::between(&"x".repeat(30_000), "y").parts.len(), 2);
    }
}
