//! How a value in a document becomes a field: whatever stands there, reading it cannot fail.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Field, Ids, List, Lists, Named, Number, Object, Text, Truth, Word, Words};

/// What a value in a document can be read as. What is not overridden is of the wrong kind.
trait Kind<'de>: Sized {
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

impl<'de: 'a, 'a> Kind<'de> for Text<'a> {
    fn text(text: Cow<'de, str>) -> Option<Self> {
        Some(Self(text))
    }
}

impl<'de: 'a, 'a> Kind<'de> for Word<'a> {
    fn text(text: Cow<'de, str>) -> Option<Self> {
        Some(Self(text))
    }

    fn number(number: i128) -> Option<Self> {
        Some(Self(Cow::Owned(number.to_string())))
    }
}

impl Kind<'_> for Number {
    fn number(number: i128) -> Option<Self> {
        Some(Self(number as f64))
    }

    fn fraction(number: f64) -> Option<Self> {
        number.is_finite().then_some(Self(number))
    }
}

impl Kind<'_> for Truth {
    fn truth(truth: bool) -> Option<Self> {
        Some(Self(truth))
    }
}

impl<'de, T: Deserialize<'de>> Kind<'de> for Object<T> {
    fn object<A: MapAccess<'de>>(access: A) -> Result<Option<Self>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(access)).map(|value| Some(Self(value)))
    }
}

impl<'de, T: Deserialize<'de>> Kind<'de> for List<T> {
    fn list<A: SeqAccess<'de>>(mut access: A) -> Result<Option<Self>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_element()? {
            entries.push(entry);
        }
        Ok(Some(Self(entries)))
    }
}

impl<'de: 'a, 'a> Kind<'de> for Words<'a> {
    fn list<A: SeqAccess<'de>>(mut access: A) -> Result<Option<Self>, A::Error> {
        let mut words = Vec::new();
        while let Some(word) = access.next_element::<Field<Text<'a>>>()? {
            words.extend(word.get().map(|text| text.0.clone()));
        }
        Ok(Some(Self(words)))
    }
}

impl<'de: 'a, 'a> Kind<'de> for Ids<'a> {
    fn list<A: SeqAccess<'de>>(mut access: A) -> Result<Option<Self>, A::Error> {
        let (mut ids, mut is_whole) = (Vec::new(), true);
        while let Some(id) = access.next_element::<Field<Word<'a>>>()? {
            is_whole &= id.get().is_some();
            ids.extend(id.get().map(|id| id.0.clone()));
        }
        Ok(Some(Self { ids, is_whole }))
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Kind<'de> for Named<'a, T> {
    fn object<A: MapAccess<'de>>(mut access: A) -> Result<Option<Self>, A::Error> {
        let mut entries = Vec::new();
        while let Some((name, entry)) = access.next_entry::<Cow<'de, str>, _>()? {
            entries.push((name, entry));
        }
        Ok(Some(Self(entries)))
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Kind<'de> for Lists<'a, T> {
    fn object<A: MapAccess<'de>>(mut access: A) -> Result<Option<Self>, A::Error> {
        let mut entries = Vec::new();
        while let Some((name, entry)) = access.next_entry::<Cow<'de, str>, _>()? {
            entries.push((name, entry));
        }
        Ok(Some(Self(entries)))
    }
}

impl<'de, T: Kind<'de>> Deserialize<'de> for Field<T> {
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

impl<'de, T: Kind<'de>> Visitor<'de> for AnyKind<T> {
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
