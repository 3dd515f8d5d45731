//! One look over the real network, and what came of it.

use bellwether::model::snapshot::{Look, Snapshot, Unreadable};
use bellwether::model::vendor::Source;
use bellwether::pipeline::look::{Looked, Memory, look};
use bellwether::scheduler::network::Network;

pub async fn once(network: &Network, source: &Source) -> Looked {
    look(network, source, &Memory::default(), "2026-11-22T12:00:00Z".parse().unwrap()).await
}

pub fn good(looked: &Looked) -> &Snapshot {
    match &looked.look {
        Look::Snapshot(snapshot) => snapshot,
        other => panic!("{other:?}"),
    }
}

pub fn unreadable(looked: &Looked) -> &Unreadable {
    match &looked.look {
        Look::Unreadable(why) => why,
        other => panic!("{other:?}"),
    }
}
