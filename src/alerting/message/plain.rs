//! The letter as plain text: a column of labels, lines of at most 78 characters where words allow.

use super::letter::Letter;
use crate::model::card::{Line, Row, Section};

const WIDTH: usize = 78;
const INDENT: usize = 16;

/// `letter` as plain text.
pub fn text(letter: &Letter) -> String {
    let mut blocks: Vec<String> = letter.banner.iter().map(|banner| fill("", banner)).collect();
    blocks.extend(letter.overview.iter().map(|overview| fill("", overview)));
    blocks.extend(letter.sections.iter().map(section));
    if !letter.others.is_empty() {
        let lines: Vec<String> = letter.others.iter().map(|other| fill("- ", other)).collect();
        blocks.push(format!("Also:\n{}", lines.join("\n")));
    }
    let footer: Vec<String> = letter.footer.iter().map(|line| fill("", line)).collect();
    format!("{}\n\n-- \n{}\n", blocks.join("\n\n\n"), footer.join("\n"))
}

fn section(section: &Section) -> String {
    let mut head = vec![fill("", &section.headline), fill("", &capital(&section.kicker))];
    head.extend(section.says.iter().map(|(whose, said)| fill("", &format!("{whose}{said}"))));
    head.extend(section.leads.iter().map(|lead| fill("", lead)));
    let mut rows: Vec<String> = section.rows.iter().map(row).collect();
    rows.extend(section.page.iter().map(|page| fill(&label("Open it"), page)));
    rows.extend(section.acknowledge.iter().map(|page| fill(&label("Acknowledge"), page)));
    format!("{}\n\n{}", head.join("\n"), rows.join("\n")).trim_end().to_owned()
}

/// The words for how bad it is are shouted; in plain text nothing else makes them stand out.
fn capital(kicker: &str) -> String {
    match kicker.split_once(", ") {
        Some((impact, tier)) => format!("{}, {tier}", impact.to_uppercase()),
        None => kicker.to_uppercase(),
    }
}

fn row(row: &Row) -> String {
    let mut out = Vec::new();
    for line in &row.lines {
        let lead = if out.is_empty() { label(row.label) } else { " ".repeat(INDENT) };
        out.push(match line {
            Line::Says(strong, rest) => fill(&lead, &format!("{strong}{rest}")),
            Line::Step(n, step) => fill(&format!("{lead}{n}. "), step),
            Line::Note(note) => fill(&lead, &format!("({note})")),
            Line::Link(url, what) => fill(&lead, &format!("{what}: {url}")),
            Line::Quote(quote) => quoted(&lead, quote),
        });
    }
    out.join("\n")
}

fn label(label: &str) -> String {
    format!("{label:<INDENT$}")
}

/// Quoted lines carry a mark of their own, so that nothing in them can pass for a word of ours.
fn quoted(lead: &str, quote: &str) -> String {
    let lines = quote.lines().enumerate().map(|(n, line)| {
        let lead = if n == 0 { lead.to_owned() } else { " ".repeat(INDENT) };
        wrap(&format!("{lead}> "), &format!("{}> ", " ".repeat(INDENT)), line)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn fill(lead: &str, words: &str) -> String {
    wrap(lead, &" ".repeat(lead.chars().count()), words)
}

/// Breaks at spaces alone; a word that is longer than a line (an address) stays whole.
fn wrap(first: &str, next: &str, words: &str) -> String {
    let mut out = String::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in words.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            next.clone_into(&mut line);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    out + line.trim_end()
}
