//! One entry of Cachet's, of whichever version: the same questions asked of both.

use super::wire::{Attributes, Entry, Many, Moment, Status};
use crate::normalize::field::{Field, List, Object, Text, Word};
use crate::normalize::keyed;

/// Which field of a time is meant.
#[derive(Debug, Clone, Copy)]
pub enum When {
    Occurred,
    Scheduled,
    Completed,
    Created,
    Updated,
}

/// An entry that another one names.
pub enum Mention<'d, 'a> {
    /// By its id; what it is stands elsewhere.
    Id(String),
    /// With its fields.
    Whole(&'d Entry<'a>),
}

impl<'a> Entry<'a> {
    fn attributes(&self) -> Option<&Attributes<'a>> {
        self.attributes.get().map(|attributes| &attributes.0)
    }

    pub fn name(&self) -> &Field<Text<'a>> {
        self.attributes().map_or(&self.name, |attributes| &attributes.name)
    }

    pub fn message(&self) -> &Field<Text<'a>> {
        self.attributes().map_or(&self.message, |attributes| &attributes.message)
    }

    /// The number of its status; of an incident the newest update's.
    pub fn status(&self) -> &Field<Word<'a>> {
        match self.attributes().map(|attributes| &attributes.status) {
            Some(Status::Told { value, .. } | Status::Bare(value)) => value,
            None if self.latest_status.get().is_some() => &self.latest_status,
            None => &self.status,
        }
    }

    /// The word for it, in the site's language, where it is there.
    pub fn status_word(&self) -> Option<&str> {
        match self.attributes().map(|attributes| &attributes.status) {
            Some(Status::Told { human, .. }) => human.as_str(),
            Some(Status::Bare(_)) => None,
            None => {
                [&self.latest_human_status, &self.human_status, &self.status_name].iter().find_map(|word| word.as_str())
            }
        }
    }

    pub fn time(&self, when: When) -> &Field<Text<'a>> {
        let Some(attributes) = self.attributes() else {
            return match when {
                When::Occurred => &self.occurred_at,
                When::Scheduled => &self.scheduled_at,
                When::Completed => &self.completed_at,
                When::Created => &self.created_at,
                When::Updated => &self.updated_at,
            };
        };
        const fn string<'d, 'a>(moment: &'d Field<Object<Moment<'a>>>) -> &'d Field<Text<'a>> {
            match moment {
                Field::Is(Object(moment)) => &moment.string,
                Field::Absent | Field::Odd(_) => &Field::Absent,
            }
        }
        string(match when {
            When::Occurred => &attributes.occurred,
            When::Scheduled => &attributes.scheduled,
            When::Completed => &attributes.completed,
            When::Created => &attributes.created,
            When::Updated => &attributes.updated,
        })
    }

    /// The group that a component is in. `0` is none.
    pub fn group(&self) -> Option<String> {
        let related = self.relationships.get().and_then(|related| related.0.group.get());
        let id = match related.and_then(|group| group.0.data.get()) {
            Some(group) => group.0.id.as_str(),
            None => self.group_id.as_str(),
        };
        id.and_then(keyed::key).filter(|id| id != "0")
    }

    /// The components that an incident or a schedule names. Version 2 gives an incident one, and `0` is none; a
    /// schedule's rows are links to components.
    pub fn components(&self) -> Vec<String> {
        let related = self.relationships.get().map(|related| &related.0.components);
        let of_list = self.components.get().map_or(&[][..], |list| &list.0).iter().filter_map(Field::get);
        let of_list = of_list.filter_map(|row| row.0.component_id.as_str().or_else(|| row.0.id.as_str()));
        self.component_id
            .as_str()
            .into_iter()
            .chain(of_list)
            .filter_map(keyed::key)
            .filter(|id| id != "0")
            .chain(related.map_or_else(Vec::new, |many| ids(many)))
            .collect()
    }

    /// The updates of an incident or a schedule.
    pub fn updates(&self) -> Vec<Mention<'_, 'a>> {
        if let Some(related) = self.relationships.get() {
            return ids(&related.0.updates).into_iter().map(Mention::Id).collect();
        }
        let whole = self.updates.get().map_or(&[][..], |List(list)| list).iter().filter_map(Field::get);
        whole.map(|update| Mention::Whole(&update.0)).collect()
    }
}

fn ids(many: &Field<Object<Many<'_>>>) -> Vec<String> {
    let list = many.get().and_then(|many| many.0.data.get());
    let named = list.map_or(&[][..], |list| &list.0).iter().filter_map(Field::get);
    named.filter_map(|named| named.0.id.as_str().and_then(keyed::key)).collect()
}
