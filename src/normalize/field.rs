//! A field as a vendor really sent it: there, not there, or of the wrong kind. One field of the wrong kind must cost
//! that field and not the document, so wire types are made of these and reading them cannot fail half-way.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use url::Url;

use crate::model::snapshot::Snapshot;
use crate::model::stated::Stated;
use crate::model::text;

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

impl Field<Text<'_>> {
    /// The text, when it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.get().map(|text| text.0.as_ref())
    }

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

impl Field<Word<'_>> {
    /// The word, when it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.get().map(|word| word.0.as_ref())
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

/// What a value in a document can be read as. What is not overridden is of the wrong kind.
trait Shape<'de>: Sized {
    fn text(_text: Cow<'de, str>) -> Option<Self> {
        None
    }

    fn number(_number: i128) -> Option<Self> {
        None
    }

    fn fraction(_number: f64) -> Option<Self> {
        None
    }

    fn truth(_truth: bool) -> Option<Self> {
        None
    }

    fn list<A: SeqAccess<'de>>(mut access: A) -> Result<Option<Self>, A::Error> {
        while access.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn object<A: MapAccess<'de>>(mut access: A) -> Result<Option<Self>, A::Error> {
        while access.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

impl<'de: 'a, 'a> Shape<'de> for Text<'a> {
    fn text(text: Cow<'de, str>) -> Option<Self> {
        Some(Self(text))
    }
}

impl<'de: 'a, 'a> Shape<'de> for Word<'a> {
    fn text(text: Cow<'de, str>) -> Option<Self> {
        Some(Self(text))
    }

    fn number(number: i128) -> Option<Self> {
        Some(Self(Cow::Owned(number.to_string())))
    }
}

impl Shape<'_> for Number {
    fn number(number: i128) -> Option<Self> {
        Some(Self(number as f64))
    }

    fn fraction(number: f64) -> Option<Self> {
        number.is_finite().then_some(Self(number))
    }
}

impl Shape<'_> for Truth {
    fn truth(truth: bool) -> Option<Self> {
        Some(Self(truth))
    }
}

impl<'de, T: Deserialize<'de>> Shape<'de> for Object<T> {
    fn object<A: MapAccess<'de>>(access: A) -> Result<Option<Self>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(access)).map(|value| Some(Self(value)))
    }
}

impl<'de, T: Deserialize<'de>> Shape<'de> for List<T> {
    fn list<A: SeqAccess<'de>>(mut access: A) -> Result<Option<Self>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_element()? {
            entries.push(entry);
        }
        Ok(Some(Self(entries)))
    }
}

impl<'de: 'a, 'a> Shape<'de> for Words<'a> {
    fn list<A: SeqAccess<'de>>(mut access: A) -> Result<Option<Self>, A::Error> {
        let mut words = Vec::new();
        while let Some(word) = access.next_element::<Field<Text<'a>>>()? {
            words.extend(word.get().map(|text| text.0.clone()));
        }
        Ok(Some(Self(words)))
    }
}

impl<'de: 'a, 'a> Shape<'de> for Ids<'a> {
    fn list<A: SeqAccess<'de>>(mut access: A) -> Result<Option<Self>, A::Error> {
        let (mut ids, mut is_whole) = (Vec::new(), true);
        while let Some(id) = access.next_element::<Field<Word<'a>>>()? {
            is_whole &= id.get().is_some();
            ids.extend(id.get().map(|id| id.0.clone()));
        }
        Ok(Some(Self { ids, is_whole }))
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Shape<'de> for Named<'a, T> {
    fn object<A: MapAccess<'de>>(mut access: A) -> Result<Option<Self>, A::Error> {
        let mut entries = Vec::new();
        while let Some((name, entry)) = access.next_entry::<Cow<'de, str>, _>()? {
            entries.push((name, entry));
        }
        Ok(Some(Self(entries)))
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Shape<'de> for Lists<'a, T> {
    fn object<A: MapAccess<'de>>(mut access: A) -> Result<Option<Self>, A::Error> {
        let mut entries = Vec::new();
        while let Some((name, entry)) = access.next_entry::<Cow<'de, str>, _>()? {
            entries.push((name, entry));
        }
        Ok(Some(Self(entries)))
    }
}

impl<'de, T: Shape<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyKind(PhantomData))
    }
}

struct AnyKind<T>(PhantomData<T>);

impl<T> AnyKind<T> {
    fn or_odd(value: Option<T>, kind: &'static str) -> Field<T> {
        value.map_or(Field::Odd(kind), Field::Is)
    }
}

impl<'de, T: Shape<'de>> Visitor<'de> for AnyKind<T> {
    type Value = Field<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Field<T>, E> {
        Ok(Field::Absent)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Field<T>, E> {
        Ok(Self::or_odd(T::truth(truth), "true or false"))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Field<T>, E> {
        Ok(Self::or_odd(T::number(number.into()), "a number"))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Field<T>, E> {
        Ok(Self::or_odd(T::number(number.into()), "a number"))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Field<T>, E> {
        Ok(Self::or_odd(T::fraction(number), "a broken number"))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Field<T>, E> {
        Ok(Self::or_odd(T::text(Cow::Borrowed(text)), "a text"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Field<T>, E> {
        Ok(Self::or_odd(T::text(Cow::Owned(text.to_owned())), "a text"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<Field<T>, A::Error> {
        Ok(Self::or_odd(T::list(access)?, "a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Field<T>, A::Error> {
        Ok(Self::or_odd(T::object(access)?, "an object"))
    }
}
