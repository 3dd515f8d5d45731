//! A field as a vendor really sent it: there, not there, or of the wrong kind. One field of the wrong kind must cost
//! that field and not the document, so wire types are made of these and reading them cannot fail half-way.

mod kind;

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use url::Url;

use crate::model::snapshot::Snapshot;
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::{document, keyed};

/// What is kept of a time that cannot be understood.
pub const TIME_CHARS: usize = 60;
/// The longest address that is kept.
const LINK_BYTES: usize = 2_000;

/// A field of a document.
#[derive(Debug, Clone, Default)]
pub enum Field<T> {
    /// Not there, or `null`.
    #[default]
    Absent,
    /// There, but of this kind instead.
    Odd(&'static str),
    /// As it should be.
    Is(T),
}

/// A text.
#[derive(Debug, Clone)]
pub struct Text<'a>(pub Cow<'a, str>);

/// A text, or a whole number that some vendors write where others write a text.
#[derive(Debug, Clone)]
pub struct Word<'a>(pub Cow<'a, str>);

/// True or false.
#[derive(Debug, Clone, Copy)]
pub struct Truth(pub bool);

/// A number, whole or not.
#[derive(Debug, Clone, Copy)]
pub struct Number(pub f64);

/// An object that is read into `T`.
#[derive(Debug, Clone)]
pub struct Object<T>(pub T);

/// A list of objects, each of which may be broken by itself.
#[derive(Debug, Clone)]
pub struct List<T>(pub Vec<Field<Object<T>>>);

/// An object whose names are data, in the order of the document.
#[derive(Debug, Clone)]
pub struct Named<'a, T>(pub Vec<(Cow<'a, str>, Field<Object<T>>)>);

/// An object whose names are data and whose values are lists, in the order of the document.
#[derive(Debug, Clone)]
pub struct Lists<'a, T>(pub Vec<(Cow<'a, str>, Field<List<T>>)>);

/// A list of texts. What is none of them is left out.
#[derive(Debug, Clone)]
pub struct Words<'a>(pub Vec<Cow<'a, str>>);

/// A list of ids, each a text or a whole number. What is neither is left out, and it is said that the list is not whole.
#[derive(Debug, Clone)]
pub struct Ids<'a> {
    /// The ids.
    pub ids: Vec<Cow<'a, str>>,
    /// Whether none was left out.
    pub is_whole: bool,
}

/// Where an entry stands in a document, written out only when there is something to say of it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    within: Option<&'a Self>,
    list: &'a str,
    index: usize,
}

impl<'a> Place<'a> {
    /// The entry number `index` of the list `list` of the document.
    #[must_use]
    pub const fn of(list: &'a str, index: usize) -> Self {
        Self { within: None, list, index }
    }

    /// The entry number `index` of the list `list` in this entry.
    #[must_use]
    pub const fn entry(&'a self, list: &'a str, index: usize) -> Self {
        Self { within: Some(self), list, index }
    }

    /// Says that a vendor's word stands in a field that was never seen before.
    pub fn never_seen(&self, field: &str, word: &str, into: &mut Snapshot) {
        into.warn(self.field(field), format!("is a word never seen: {word:?}"));
    }

    /// As [`Self::never_seen`], where it was said before that there is no word at all.
    pub fn never_seen_if_any(&self, field: &str, word: &str, into: &mut Snapshot) {
        if !word.is_empty() {
            self.never_seen(field, word, into);
        }
    }

    /// A field of this entry.
    #[must_use]
    pub fn field(&self, name: &str) -> String {
        format!("{self}.{name}")
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(within) = self.within {
            write!(f, "{within}.")?;
        }
        write!(f, "{}[{}]", self.list, self.index)
    }
}

/// The default of a field whose `null` means something, so that one that is not there at all is no `null`.
#[must_use]
pub const fn not_there<T>() -> Field<T> {
    Field::Odd("missing")
}

impl<T> Field<T> {
    /// What it should be, if it is.
    pub const fn get(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Odd(_) => None,
        }
    }

    /// What it should be; where it is of another kind, that is said in `into`.
    pub fn read(&self, at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<&T> {
        if let Self::Odd(kind) = self {
            into.warn(at.field(name), format!("is {kind}"));
        }
        self.get()
    }

    /// As [`Self::read`], and its absence is said too.
    pub fn need(&self, at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<&T> {
        if matches!(self, Self::Absent) {
            into.warn(at.field(name), "is missing");
        }
        self.read(at, name, into)
    }
}

/// What a vendor wrote.
pub trait Written {
    /// The text of it.
    fn written(&self) -> &str;
}

impl Written for Text<'_> {
    fn written(&self) -> &str {
        &self.0
    }
}

impl Written for Word<'_> {
    fn written(&self) -> &str {
        &self.0
    }
}

impl<T: Written> Field<T> {
    /// What is written there, when it is of its kind.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.get().map(T::written)
    }

    /// What is written there on one line, a title or a word; that it is missing is said.
    pub fn line(&self, at: Place<'_>, name: &str, into: &mut Snapshot) -> String {
        self.need(at, name, into).map_or_else(String::new, |written| text::title(written.written()))
    }

    /// The key of an entry, without which nothing can be followed from look to look; that there is none is said.
    pub fn key(&self, at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<String> {
        let key = keyed::key(self.need(at, name, into)?.written());
        if key.is_none() {
            into.warn(at.field(name), "is empty");
        }
        key
    }

    /// What is written there as plain text; nothing where there is none.
    pub fn plain(&self, at: Place<'_>, name: &str, into: &mut Snapshot) -> String {
        self.read(at, name, into).map_or_else(String::new, |written| document::plain(written.written()))
    }
}

impl Field<Text<'_>> {
    /// A time in RFC 3339. One that cannot be understood keeps its text, and that is said.
    pub fn time(&self, at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<Stated> {
        let mut stated = Stated::rfc3339(&self.read(at, name, into)?.0);
        if stated.at.is_none() {
            stated.raw = text::line(&stated.raw, TIME_CHARS);
            into.warn(at.field(name), format!("is no time: {:?}", stated.raw));
        }
        Some(stated)
    }

    /// An address that a person can open. Anything but http and https is dropped, and that is said.
    pub fn link(&self, at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<String> {
        let raw = &self.read(at, name, into)?.0;
        match Url::parse(raw) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.as_str().len() <= LINK_BYTES => Some(url.into()),
            Ok(_) | Err(_) => {
                into.warn(at.field(name), format!("is no web address: {:?}", text::line(raw, 60)));
                None
            }
        }
    }
}

impl Field<Number> {
    /// A time in seconds since 1970, whole or not. One that cannot be understood keeps its text, and that is said.
    pub fn seconds(&self, at: Place<'_>, name: &str, into: &mut Snapshot) -> Option<Stated> {
        let seconds = self.read(at, name, into)?.0;
        let raw = seconds.to_string();
        let millis = (seconds * 1000.0).round();
        // Beyond this a number of seconds is no time that anybody meant, and the cast would not be exact.
        let found = (millis.abs() < 1e15).then(|| Timestamp::from_millisecond(millis as i64).ok()).flatten();
        if found.is_none() {
            into.warn(at.field(name), format!("is no time: {raw:?}"));
        }
        Some(Stated { certain: found.is_some(), at: found, raw: text::line(&raw, TIME_CHARS) })
    }
}

impl Field<Truth> {
    /// Whether it is there and true.
    #[must_use]
    pub const fn is_true(&self) -> bool {
        matches!(self, Self::Is(Truth(true)))
    }
}

impl<T> Field<List<T>> {
    /// The good entries with their numbers; each broken one is said in `into`.
    pub fn entries(&self, at: Option<Place<'_>>, name: &str, into: &mut Snapshot) -> Vec<(usize, &T)> {
        let path = || at.map_or_else(|| name.to_owned(), |at| at.field(name));
        let list = match self {
            Self::Absent => return Vec::new(),
            Self::Odd(kind) => {
                into.warn(path(), format!("is {kind}"));
                return Vec::new();
            }
            Self::Is(list) => &list.0,
        };
        let mut good = Vec::with_capacity(list.len());
        for (index, entry) in list.iter().enumerate() {
            match entry {
                Field::Is(object) => good.push((index, &object.0)),
                Field::Absent => into.warn(format!("{}[{index}]", path()), "is null"),
                Field::Odd(kind) => into.warn(format!("{}[{index}]", path()), format!("is {kind}")),
            }
        }
        good
    }
}
