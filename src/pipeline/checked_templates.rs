//! What is wrong with templates: each is tried on every typical message, and what keeps it from being used stands with
//! its file, its line and the way out.

use std::collections::BTreeMap;
use std::path::Path;

use super::templated::{Pen, pieces};
use crate::alerting::message::card::card;
use crate::alerting::template::fault::{Fault, Kind};
use crate::alerting::template::{File, NAMES_OF_FILTERS, Ready, Templates};
use crate::alerting::typical;
use crate::config::problem::{Problem, Severity};
use crate::config::suggest::{did_you_mean, nearest};
use crate::delivery::preset::own::members;
use crate::model::id::{ReceiverId, TemplateSetId};
use crate::model::subscription::Receiver;
use crate::model::template::{Piece, Writes};

/// Messages that one problem names.
const NAMED: usize = 2;

/// The templates made ready, and all that is wrong with them.
#[must_use]
pub fn checked(folder: &Path, files: &[File]) -> (Templates, Vec<Problem>) {
    let (templates, faults) = Templates::of(files);
    let tried = tried(&templates);
    let names = if faults.is_empty() && tried.is_empty() { Vec::new() } else { names() };
    let mut problems: Vec<Problem> = faults.iter().map(|fault| problem(folder, files, fault, &[], &names)).collect();
    problems.extend(tried.iter().map(|(fault, by)| problem(folder, files, fault, by, &names)));
    problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    (templates, problems)
}

/// Each fault once, with the messages at which it was found.
fn tried(templates: &Templates) -> Vec<(Fault, Vec<&'static str>)> {
    let mut found: Vec<(Fault, Vec<&'static str>)> = Vec::new();
    if templates.is_empty() {
        return found;
    }
    let id = typical::id();
    for (name, facts) in typical::all() {
        for (set, ready) in templates.all() {
            let mut pen = Pen::new(templates, set, &id, &facts);
            if ready.piece().writes() == Writes::Json {
                let _ = pen.card(Some(ready.piece()), card(&id, &facts));
            } else {
                let _ = pen.piece(ready.piece());
            }
            for fault in pen.uses.into_iter().filter_map(|used| used.fault) {
                let same = |(known, _): &&mut (Fault, Vec<_>)| {
                    (&known.file, known.line, &known.kind) == (&fault.file, fault.line, &fault.kind)
                };
                match found.iter_mut().find(same) {
                    Some((_, by)) if by.last() == Some(&name) => {}
                    Some((_, by)) => by.push(name),
                    None => found.push((fault, vec![name])),
                }
            }
        }
    }
    found
}

/// All names that any typical message gives.
fn names() -> Vec<String> {
    let (id, all) = (typical::id(), typical::all());
    let none = Templates::default();
    let of = |(_, facts)| Pen::new(&none, None, &id, &facts).names(Piece::Html);
    let mut names: Vec<String> = all.into_iter().flat_map(of).collect();
    names.sort();
    names.dedup();
    names
}

fn problem(folder: &Path, files: &[File], fault: &Fault, by: &[&str], names: &[String]) -> Problem {
    let text = files.iter().find(|file| file.name == fault.file).map_or("", |file| file.text.as_str());
    let place = fault.place.clone().unwrap_or_else(|| {
        let start: usize = text.split_inclusive('\n').take(fault.line.saturating_sub(1)).map(str::len).sum();
        start..start
    });
    let what = match by {
        [] => fault.what.clone(),
        by if by.len() == typical::all().len() => format!("{}, with every message", fault.what),
        by => {
            let named = by.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
            let more = by.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} others") } else { String::new() };
            let s = if by.len() == 1 { "" } else { "s" };
            format!("{}, with the message{s} {named}{more}", fault.what)
        }
    };
    let file = folder.join(&fault.file).display().to_string();
    Problem::in_text(Severity::Error, &file, text, place, what, way_out(fault, names))
}

/// What to do about it.
fn way_out(fault: &Fault, names: &[String]) -> String {
    let names = || names.iter().map(String::as_str);
    match &fault.kind {
        Kind::Value(said) if said.ends_with(']') => {
            let all = said.rsplit_once('[').map_or(said.as_str(), |(all, _)| all);
            format!("there are not always so many: go through them, {{% for one in {all} %}}")
        }
        Kind::Value(said) => {
            let last = said.rsplit(['.', ' ']).next().unwrap_or_default().trim_end_matches([')', ']', '"']);
            match nearest(last, names()) {
                Some(known) if known != last => format!("did you mean `{known}`?"),
                Some(_) => format!("not every message has it: ask first, {{% if {} %}}", asked(said)),
                None => "`bellwether templates manual` lists what a template is given".to_owned(),
            }
        }
        Kind::Filter(name) if name == "safe" => {
            "leave it out: what vendors write is never taken for markup; your own stands outside {{ … }}".to_owned()
        }
        Kind::Filter(name) => did_you_mean(name, NAMES_OF_FILTERS.iter().copied(), "there are"),
        Kind::Function(name) if NAMES_OF_FILTERS.contains(&name.as_str()) => {
            format!("write it behind a bar: {{{{ … | {name} }}}}")
        }
        Kind::Function(name) => did_you_mean(name, ["range", "dict", "namespace"], "there are"),
        Kind::Piece(name) => {
            let known = || Piece::ALL.iter().map(|piece| piece.word());
            match nearest(name, known()) {
                Some(meant) => format!("did you mean `{meant}.j2`?"),
                None => format!(
                    "call it _{name}.j2 if others include it; there are {}",
                    known().collect::<Vec<_>>().join(", ")
                ),
            }
        }
        Kind::Include(_) => {
            "what is included lies in the same folder, or in the one above a set's, and its name begins with _"
                .to_owned()
        }
        Kind::Fuel => "look at its loops, and at what they call".to_owned(),
        Kind::TooLong => "leave something out".to_owned(),
        Kind::Empty => "let it write something whatever the message is".to_owned(),
        Kind::Json => {
            "write {{ … }} without quotes round it: a value brings its own, and escapes what is in it".to_owned()
        }
        Kind::Shape => {
            let word = fault.file.rsplit('/').next().unwrap_or_default().trim_end_matches(".j2");
            let members = Piece::of_word(word).map_or(&[][..], members);
            format!("it writes an object of {}; `bellwether templates manual` shows one", members.join(", "))
        }
        Kind::Escapes => "leave {% autoescape %} out".to_owned(),
        Kind::Syntax | Kind::Other => String::new(),
    }
}

/// What to ask for before a name is used: what it hangs on.
fn asked(said: &str) -> &str {
    said.rsplit_once('.').map_or(said, |(whole, _)| whole)
}

/// What is doubtful about templates that can be used: a text without its HTML, which most mail programs show.
#[must_use]
pub fn doubts<'a>(
    folder: &Path,
    files: &[File],
    templates: &Templates,
    sets: &BTreeMap<ReceiverId, TemplateSetId>,
    receivers: impl IntoIterator<Item = &'a Receiver>,
) -> Vec<Problem> {
    let mut doubtful: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for receiver in receivers.into_iter().filter(|receiver| pieces(receiver).contains(&Piece::Html)) {
        let set = sets.get(&receiver.id);
        let found = |piece| templates.find(set, piece).map(Ready::name);
        if let (Some(text), None) = (found(Piece::Text), found(Piece::Html)) {
            doubtful.entry(text.to_owned()).or_default().push(receiver.id.to_string());
        }
    }
    let one = |(file, receivers): (String, Vec<String>)| {
        let text = files.iter().find(|known| known.name == file).map_or("", |known| known.text.as_str());
        let what = format!("{} get this beside the shipped HTML, which most mail programs show", receivers.join(", "));
        let shown = folder.join(&file).display().to_string();
        let way_out = "write html.j2 too: `bellwether templates write html`".to_owned();
        Problem::in_text(Severity::Warning, &shown, text, 0..0, what, way_out)
    };
    doubtful.into_iter().map(one).collect()
}
