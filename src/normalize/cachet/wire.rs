//! Cachet's documents, as far as they are read: of version 2.4 from the bodies that its documentation and clients print,
//! of version 3 from its own code (`cachethq/core`: `src/Http/Resources`, `src/Enums`, `routes/api.php`); read 2026-11.
//! Version 2 states an entry's fields in the entry, version 3 in its `attributes` (JSON:API), under other names.

use serde::Deserialize;

use crate::normalize::field::{Field, List, Object, Text, Word};

/// A list of entries, of whichever version.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Document<'a> {
    #[serde(borrow)]
    pub meta: Field<Object<Meta<'a>>>,
    #[serde(borrow)]
    pub data: Field<List<Entry<'a>>>,
    /// Version 3: what the entries name in their relationships.
    #[serde(borrow)]
    pub included: Field<List<Entry<'a>>>,
    /// Version 3.
    #[serde(borrow)]
    pub links: Field<Object<Links<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Meta<'a> {
    /// Version 2.
    #[serde(borrow)]
    pub pagination: Field<Object<Pagination<'a>>>,
    /// Version 3.
    #[serde(borrow)]
    pub current_page: Field<Word<'a>>,
    #[serde(borrow)]
    pub per_page: Field<Word<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pagination<'a> {
    #[serde(borrow)]
    pub total: Field<Word<'a>>,
    #[serde(borrow)]
    pub total_pages: Field<Word<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Links<'a> {
    /// `null` on the last page.
    #[serde(borrow)]
    pub next: Field<Text<'a>>,
}

/// An entry: a component, a group, an incident, an update or a schedule.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
    /// Version 3: `components`, `incidents`.
    #[serde(borrow, rename = "type")]
    pub kind: Field<Word<'a>>,
    /// Version 3.
    #[serde(borrow)]
    pub attributes: Field<Object<Attributes<'a>>>,
    /// Version 3.
    #[serde(borrow)]
    pub relationships: Field<Object<Relationships<'a>>>,
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub message: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Word<'a>>,
    /// The word for the status, in the site's language.
    #[serde(borrow)]
    pub status_name: Field<Text<'a>>,
    #[serde(borrow)]
    pub human_status: Field<Text<'a>>,
    /// The newest update's, which the incident's own may lag behind.
    #[serde(borrow)]
    pub latest_status: Field<Word<'a>>,
    #[serde(borrow)]
    pub latest_human_status: Field<Text<'a>>,
    #[serde(borrow)]
    pub group_id: Field<Word<'a>>,
    #[serde(borrow)]
    pub component_id: Field<Word<'a>>,
    #[serde(borrow)]
    pub components: Field<List<Self>>,
    #[serde(borrow)]
    pub updates: Field<List<Self>>,
    #[serde(borrow)]
    pub occurred_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub scheduled_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub completed_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub created_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub updated_at: Field<Text<'a>>,
    #[serde(borrow)]
    pub permalink: Field<Text<'a>>,
}

/// The fields of an entry of version 3.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Attributes<'a> {
    #[serde(borrow)]
    pub name: Field<Text<'a>>,
    #[serde(borrow)]
    pub message: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Status<'a>,
    #[serde(borrow)]
    pub occurred: Field<Object<Moment<'a>>>,
    #[serde(borrow)]
    pub scheduled: Field<Object<Moment<'a>>>,
    #[serde(borrow)]
    pub completed: Field<Object<Moment<'a>>>,
    #[serde(borrow)]
    pub created: Field<Object<Moment<'a>>>,
    #[serde(borrow)]
    pub updated: Field<Object<Moment<'a>>>,
}

/// A status of version 3: a number, or a number with its word, as its versions differ.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Status<'a> {
    /// With its word, in the site's language.
    Told {
        #[serde(borrow)]
        value: Field<Word<'a>>,
        #[serde(borrow, default)]
        human: Field<Text<'a>>,
    },
    /// By itself, or of a wrong kind.
    Bare(#[serde(borrow)] Field<Word<'a>>),
}

impl Default for Status<'_> {
    fn default() -> Self {
        Self::Bare(Field::Absent)
    }
}

/// A time of version 3.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Moment<'a> {
    /// `2026-11-22 10:00:00`.
    #[serde(borrow)]
    pub string: Field<Text<'a>>,
}

/// What an entry of version 3 names.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Relationships<'a> {
    #[serde(borrow)]
    pub components: Field<Object<Many<'a>>>,
    #[serde(borrow)]
    pub updates: Field<Object<Many<'a>>>,
    #[serde(borrow)]
    pub group: Field<Object<One<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Many<'a> {
    #[serde(borrow)]
    pub data: Field<List<Named<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct One<'a> {
    #[serde(borrow)]
    pub data: Field<Object<Named<'a>>>,
}

/// An entry by its id.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Named<'a> {
    #[serde(borrow)]
    pub id: Field<Word<'a>>,
}
