//! The organisation's own sentence about a service, as it stands in a file: one text, or one for each way of being hurt.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

use crate::model::say::Say;
use crate::model::text;

/// The longest sentence, in characters: it is read at three in the morning.
const MOST_CHARS: usize = 240;

/// A sentence, or `{ stops = "…", degrades = "…" }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SayRow(pub Say);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Apart {
    stops: Option<String>,
    degrades: Option<String>,
}

impl<'de> Deserialize<'de> for SayRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> de::Visitor<'de> for Either {
            type Value = SayRow;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sentence in quotes, or { stops = \"…\", degrades = \"…\" }")
            }
            fn visit_str<E: de::Error>(self, said: &str) -> Result<SayRow, E> {
                sentence(said).map(|said| SayRow(Say::always(said))).map_err(E::custom)
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<SayRow, A::Error> {
                let row = Apart::deserialize(de::value::MapAccessDeserializer::new(map))?;
                let one = |said: Option<String>| said.as_deref().map(sentence).transpose().map_err(de::Error::custom);
                Ok(SayRow(Say { stops: one(row.stops)?, degrades: one(row.degrades)? }))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

fn sentence(said: &str) -> Result<String, String> {
    let clean = text::line(said, usize::MAX);
    match clean.chars().count() {
        0 => Err("the sentence is empty; write what people should do, or leave it out".to_owned()),
        1..=MOST_CHARS => Ok(clean),
        n => Err(format!("the sentence has {n} characters; write {MOST_CHARS} at most")),
    }
}

impl schemars::JsonSchema for SayRow {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Say".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let sentence = || schemars::json_schema!({ "type": "string", "pattern": "\\S" });
        schemars::json_schema!({ "anyOf": [sentence(), {
            "type": "object", "additionalProperties": false,
            "properties": { "stops": sentence(), "degrades": sentence() }
        }] })
    }
}
