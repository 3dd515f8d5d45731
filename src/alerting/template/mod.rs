//! Templates of the organisation's own: what of a message it words itself.
//!
//! A template is given a message as the webhook publishes it, and our own words. It reads no file, reaches nothing and
//! comes to an end: what it may do is bounded by fuel, what it may write by a length. What vendors wrote stays text
//! whatever it does. Nothing of a template decides whether a message is sent: where it fails, our words go out.

pub mod data;
pub mod fault;
mod filter;
mod output;
pub mod start;

use std::collections::{BTreeMap, BTreeSet};

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, escape_formatter};

use self::data::Data;
use self::fault::{Fault, Kind};
use crate::model::hash;
use crate::model::id::TemplateSetId;
use crate::model::template::{ENDING, Piece, SHARED, Writes};

/// The names of all filters, to tell a slip by.
pub const NAMES_OF_FILTERS: &[&str] = filter::NAMES;
/// What one template may do; the shipped words take less than a hundredth.
const FUEL: u64 = 200_000;
/// How deep includes and macros may lie in each other.
const DEPTH: usize = 60;

/// A file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name below the folder: `subject.j2`, `pager/subject.j2`, `_sign.j2`.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

/// All templates, made ready.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    ready: BTreeMap<(Option<TemplateSetId>, Piece), Ready>,
    sets: BTreeSet<TemplateSetId>,
}

/// One template with all that it includes.
#[derive(Clone)]
pub struct Ready {
    piece: Piece,
    /// Below the folder.
    name: String,
    environment: Environment<'static>,
    /// By the names that templates use, the names below the folder.
    names: BTreeMap<String, String>,
    print: String,
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ready({})", self.name)
    }
}

impl Templates {
    /// Makes files ready, and names all that keeps one from being used.
    #[must_use]
    pub fn of(files: &[File]) -> (Self, Vec<Fault>) {
        let (mut faults, mut found) = (Vec::new(), Vec::new());
        for file in files {
            match place(file) {
                Ok(place) => found.push((place, file)),
                Err(fault) => faults.push(fault),
            }
        }
        let sets: BTreeSet<TemplateSetId> = found.iter().filter_map(|((set, _), _)| set.clone()).collect();
        let mut ready = BTreeMap::new();
        for set in std::iter::once(None).chain(sets.iter().cloned().map(Some)) {
            let in_set = |own: &Option<TemplateSetId>| own.is_none() || *own == set;
            let pieces = found.iter().filter(|((own, _), _)| in_set(own)).filter_map(|((_, piece), _)| *piece);
            for piece in pieces.collect::<BTreeSet<_>>() {
                match Ready::of(set.as_ref(), piece, &found) {
                    Ok(one) => drop(ready.insert((set.clone(), piece), one)),
                    Err(fault) => faults.push(fault),
                }
            }
        }
        faults.dedup();
        (Self { ready, sets }, faults)
    }

    /// What words `piece` for a receiver with that set; nothing where our words do.
    #[must_use]
    pub fn find(&self, set: Option<&TemplateSetId>, piece: Piece) -> Option<&Ready> {
        // A set that is not there has nothing of its own.
        let set = set.filter(|set| self.sets.contains(set)).cloned();
        let key = |piece| self.ready.get(&(set.clone(), piece));
        match (piece, key(piece)) {
            (Piece::Sms, None) => key(Piece::Short),
            (_, found) => found,
        }
    }

    /// All of them: the shared ones, then those of each set, which are those of the shared ones that it does not replace.
    pub fn all(&self) -> impl Iterator<Item = (Option<&TemplateSetId>, &Ready)> {
        self.ready.iter().map(|((set, _), ready)| (set.as_ref(), ready))
    }

    /// The sets.
    #[must_use]
    pub const fn sets(&self) -> &BTreeSet<TemplateSetId> {
        &self.sets
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }

    /// What stands in each, as a word to compare, by its name.
    #[must_use]
    pub fn prints(&self) -> BTreeMap<String, String> {
        self.ready.values().map(|ready| (ready.name.clone(), ready.print.clone())).collect()
    }
}

/// The set that a file is of, and what it words; nothing for a file that others include.
type Place = (Option<TemplateSetId>, Option<Piece>);

fn place(file: &File) -> Result<Place, Fault> {
    let wrong = |kind, what: String| Fault::of_file(&file.name, kind, what);
    let (set, name) = match file.name.rsplit_once('/') {
        Some((set, name)) => (Some(set), name),
        None => (None, file.name.as_str()),
    };
    let set = set.map(|set| TemplateSetId::parse(set).map_err(|error| wrong(Kind::Other, error.to_string())));
    let set = set.transpose()?;
    let word = name.strip_suffix(ENDING).unwrap_or(name);
    if name.starts_with(SHARED) {
        return Ok((set, None));
    }
    match Piece::of_word(word) {
        Some(piece) => Ok((set, Some(piece))),
        None if ["webhook", "cloudevents"].contains(&word) => {
            let what = "a webhook and CloudEvents get the published document, which has no template";
            Err(wrong(Kind::Other, what.to_owned()))
        }
        None => Err(wrong(Kind::Piece(word.to_owned()), format!("there is nothing called `{word}` to be worded"))),
    }
}

impl Ready {
    /// The set's own files come before the shared ones of the same name.
    fn of(set: Option<&TemplateSetId>, piece: Piece, found: &[(Place, &File)]) -> Result<Self, Fault> {
        let mut files: BTreeMap<&str, &File> = BTreeMap::new();
        let mut main: Option<&File> = None;
        for own in [None, set] {
            for ((of, word), file) in found.iter().filter(|((of, _), _)| of.as_ref() == own) {
                debug_assert_eq!(of.as_ref(), own);
                match word {
                    None => drop(files.insert(file.name.rsplit('/').next().unwrap_or_default(), file)),
                    Some(word) if *word == piece => main = Some(file),
                    Some(_) => {}
                }
            }
        }
        let main = main.ok_or_else(|| Fault::of_file(piece.word(), Kind::Other, "it is not there".to_owned()))?;
        let key = format!("{}{ENDING}", piece.word());
        files.insert(&key, main);
        let names: BTreeMap<String, String> =
            files.iter().map(|(key, file)| ((*key).to_owned(), file.name.clone())).collect();
        let mut environment = environment(piece);
        for (key, file) in &files {
            if let Some(fault) = fault::escapes(file) {
                return Err(fault);
            }
            let added = environment.add_template_owned((*key).to_owned(), file.text.clone());
            added.map_err(|error| Fault::of(&error, &names, &file.name))?;
        }
        let texts: Vec<&str> = files.values().map(|file| file.text.as_str()).collect();
        let print = hash::of(texts.join("\0").as_bytes());
        Ok(Self { piece, name: main.name.clone(), environment, names, print })
    }

    /// Its name below the folder.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it words.
    #[must_use]
    pub const fn piece(&self) -> Piece {
        self.piece
    }

    /// What stands in it and in what it includes, as a word to compare.
    #[must_use]
    pub fn print(&self) -> &str {
        &self.print
    }

    /// The piece as this template words it: one line where one line is meant, and not too long. JSON is a whole object.
    ///
    /// # Errors
    /// [`Fault`]; then our own words go out.
    pub fn render(&self, data: &Data<'_>) -> Result<String, Fault> {
        let key = format!("{}{ENDING}", self.piece.word());
        let written = self.environment.get_template(&key).and_then(|template| template.render(data.values(self.piece)));
        let written = written.map_err(|error| Fault::of(&error, &self.names, &self.name))?;
        output::finished(self.piece, &written, data.parts)
            .map_err(|(kind, what)| Fault::of_file(&self.name, kind, what))
    }
}

fn environment(piece: Piece) -> Environment<'static> {
    let mut environment = Environment::new();
    let escape = match piece.writes() {
        Writes::Line | Writes::Text => AutoEscape::None,
        Writes::Html => AutoEscape::Html,
        Writes::Json => AutoEscape::Json,
    };
    // What is included is escaped as what includes it, whatever it is called.
    environment.set_auto_escape_callback(move |_| escape.clone());
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH);
    environment.set_debug(true);
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    // A person who writes {{ until }} wants nothing to stand there, not "none". JSON says null.
    let is_json = piece.writes() == Writes::Json;
    environment.set_formatter(
        move |out, state, value| {
            if value.is_none() && !is_json { Ok(()) } else { escape_formatter(out, state, value) }
        },
    );
    // Nothing that a vendor wrote is ever taken for markup.
    environment.remove_filter("safe");
    if piece.writes() != Writes::Html {
        environment.remove_filter("e");
        environment.remove_filter("escape");
    }
    // It shows all that is known to a template, and is no word for people.
    environment.remove_global("debug");
    filter::add(&mut environment);
    environment
}

#[cfg(test)]
mod tests;
