//! What a template wrote, as it may go out: one line where one line is meant, nothing that deceives, not too long, and
//! with the mark of a test or a drill, whatever the template says of it.

use serde_json::Value;

use super::fault::Kind;
use crate::alerting::message::parts::{Parts, short_line};
use crate::model::template::{Piece, Writes};
use crate::model::text;

/// The longest subject, in characters.
const SUBJECT_CHARS: usize = 200;

/// Finished, or why it cannot go out.
pub fn finished(piece: Piece, written: &str, parts: &Parts) -> Result<String, (Kind, String)> {
    if written.len() > piece.most_octets() {
        let (is, most) = (written.len(), piece.most_octets());
        return Err((Kind::TooLong, format!("it writes {is} octets, and {most} are the most")));
    }
    let clean = match piece.writes() {
        Writes::Line => line(piece, written, parts),
        Writes::Text => plain(written, parts),
        Writes::Html => html(written, parts),
        Writes::Json => return json(written),
    };
    if clean.trim().is_empty() {
        return Err((Kind::Empty, "it writes nothing".to_owned()));
    }
    Ok(clean)
}

fn line(piece: Piece, written: &str, parts: &Parts) -> String {
    let said = text::line(written, SUBJECT_CHARS * 4);
    let marked = match parts.mark {
        Some(mark) if !said.is_empty() && !has_word(&said, mark) => match piece {
            Piece::Subject => format!("[{mark}] {said}"),
            _ => format!("{mark} {said}"),
        },
        _ => said,
    };
    if piece == Piece::Subject { text::line(&marked, SUBJECT_CHARS) } else { short_line(&marked) }
}

fn has_word(said: &str, word: &str) -> bool {
    said.split(|c: char| !c.is_alphanumeric()).any(|one| one == word)
}

fn plain(written: &str, parts: &Parts) -> String {
    let unified = written.replace("\r\n", "\n");
    let clean: String = unified.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    if clean.trim().is_empty() {
        return String::new();
    }
    let clean = format!("{}\n", clean.trim_matches('\n').trim_end());
    match &parts.banner {
        Some(banner) if !folded(&clean).contains(banner.as_str()) => format!("{banner}\n\n{clean}"),
        _ => clean,
    }
}

/// A paragraph is found again wherever its lines were broken.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn html(written: &str, parts: &Parts) -> String {
    let clean: String = written.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    match &parts.banner {
        // It holds no character that HTML reads as anything else.
        Some(banner) if !clean.trim().is_empty() && !folded(&clean).contains(banner.as_str()) => {
            let said = format!("<p style=\"padding:12px 20px;border:2px dashed #7d8984;\"><b>{banner}</b></p>\n");
            let body = clean.to_ascii_lowercase().find("<body").and_then(|at| Some(at + clean[at..].find('>')? + 1));
            match body {
                Some(at) => format!("{}\n{said}{}", &clean[..at], &clean[at..]),
                None => format!("{said}{clean}"),
            }
        }
        _ => clean,
    }
}

fn json(written: &str) -> Result<String, (Kind, String)> {
    match serde_json::from_str::<Value>(written) {
        Ok(Value::Object(_)) => Ok(written.to_owned()),
        Ok(_) => Err((Kind::Json, "it writes JSON that is no object: { … } is wanted".to_owned())),
        Err(_) if written.trim().is_empty() => Err((Kind::Empty, "it writes nothing".to_owned())),
        Err(error) => {
            let line = written.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
            let from: usize = error.column().saturating_sub(24);
            let near: String = line.chars().skip(from).take(40).collect();
            let why = error.to_string();
            let why = why.split(" at line").next().unwrap_or_default();
            Err((Kind::Json, format!("what it writes is no JSON: {why}, near `{}`", near.trim())))
        }
    }
}
