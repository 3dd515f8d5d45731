//! Pages that are asked anew how they publish, beside the looks: few at once, none twice at once, and nobody waits for
//! them. What cannot be begun just now is dropped: the next look that gets something else than the document asks again.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

use super::watch::Told;
use crate::clock::Clock;
use crate::model::id::SourceId;
use crate::pipeline::compiled::Compiled;
use crate::pipeline::inquire::inquire_once;
use crate::pipeline::look::Ask;
use crate::store::{Store, StoreError};

/// How many pages are asked at once. Each has two minutes for some eighty requests, two at a time.
const AT_ONCE: usize = 2;

/// All that asking anew needs.
pub struct Inquirer {
    /// The store.
    pub store: Store,
    /// The configuration of the moment.
    pub compiled: watch::Receiver<Arc<Compiled>>,
    /// Carries requests out, as for looks.
    pub ask: watch::Receiver<Arc<dyn Ask>>,
    /// The time.
    pub clock: Clock,
    /// The sources that are answered by something else for long.
    pub strange: mpsc::Receiver<SourceId>,
    /// Is told what asking led to.
    pub told: mpsc::Sender<Told>,
    /// Is told when it was found out how a source publishes whose file leaves that open.
    pub found: Arc<Notify>,
}

impl Inquirer {
    /// Asks until `stop`. What is under way then is let go of: nothing of it is written, and it is asked anew later.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut under_way = JoinSet::new();
        let mut pages: BTreeMap<Id, SourceId> = BTreeMap::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                Some(source) = self.strange.recv() => {
                    if pages.len() < AT_ONCE && !pages.values().any(|page| *page == source) {
                        let task = under_way.spawn(self.inquiry(source.clone()));
                        pages.insert(task.id(), source);
                    }
                }
                Some(done) = under_way.join_next_with_id() => {
                    let id = match &done {
                        Ok((id, _)) => *id,
                        Err(error) => error.id(),
                    };
                    pages.remove(&id);
                    if let Ok((_, Some(told))) = done {
                        self.tell(told).await;
                    }
                }
                else => return,
            }
        }
    }

    /// One inquiry. It holds nothing of `self`, so that the next can begin meanwhile.
    fn inquiry(&self, source: SourceId) -> impl Future<Output = Option<Told>> + Send + 'static {
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let (compiled, ask) = (self.compiled.borrow().clone(), self.ask.borrow().clone());
        async move {
            let read = compiled.sources.get(&source)?;
            let asking = inquire_once(&store, &compiled, read, &*ask, &clock);
            let Ok(happened) = AssertUnwindSafe(asking).catch_unwind().await else {
                tracing::error!(%source, "asking a page anew broke off, which is a fault of Bellwether's own");
                return None;
            };
            // Another configuration holds by now; the next look asks under that one.
            let is_void = matches!(happened, Err(StoreError::Superseded));
            (!is_void).then(|| Told { at: clock.now(), source: Some(source), is_readable: None, happened })
        }
    }

    async fn tell(&self, told: Told) {
        if told.happened.as_ref().is_ok_and(|happened| happened.detected.is_some()) {
            self.found.notify_one();
        }
        // Nobody listens only while the program ends.
        let _ = self.told.send(told).await;
    }
}
