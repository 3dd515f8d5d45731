//! Templates of the organisation's own: what goes out with them, what a broken one costs (nothing), what `check` says of
//! the commonest mistakes, and what a hostile one or a hostile vendor can reach (nothing).

mod checked;
mod sent;
mod services;
mod typed;

use bellwether::alerting::template::{File, Templates};
use bellwether::model::id::{ReceiverId, TemplateSetId};
use bellwether::pipeline::templated::Wording;

pub fn file(name: &str, text: &str) -> File {
    File { name: name.to_owned(), text: text.to_owned() }
}

pub fn files(all: &[(&str, &str)]) -> Vec<File> {
    all.iter().map(|(name, text)| file(name, text)).collect()
}

/// These templates, and who has which set.
pub fn wording(all: &[(&str, &str)], sets: &[(&str, &str)]) -> Wording {
    let (templates, faults) = Templates::of(&files(all));
    assert!(faults.is_empty(), "{faults:?}");
    let set = |(id, set): &(&str, &str)| (ReceiverId::parse(id).unwrap(), TemplateSetId::parse(set).unwrap());
    Wording { templates, sets: sets.iter().map(set).collect() }
}
