//! The live stream: every change, in order and none left out, and a heartbeat, so that a page can tell silence from a
//! stream that has stopped.
//!
//! A beat only wakes a stream up. What it then sends it reads from the store, after the last change that it sent, so
//! that a beat that was lost loses nothing. Each stream holds a bounded buffer, and is dropped when it is not read.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, broadcast};
use tokio::time::{Interval, MissedTickBehavior};

use super::Beat;
use super::fault::Fault;
use super::router::Site;

/// How often the stream says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// How long a client should wait before it comes again.
const RETRY: Duration = Duration::from_secs(3);
/// The most changes that are read at once.
const AT_ONCE: i64 = 100;

/// Where to go on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct From {
    after: Option<i64>,
}

/// The stream.
pub async fn events(
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    from: Result<Query<From>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Ok(Query(from)) = from else {
        return Fault::new(StatusCode::BAD_REQUEST, "The stream knows only after=NUMBER.").json();
    };
    let Ok(place) = site.streams.clone().try_acquire_owned() else {
        return Fault::new(StatusCode::SERVICE_UNAVAILABLE, "Too many streams are open. Come again later.").json();
    };
    let beats = site.app.beat.subscribe();
    let resumed = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let last = match resumed.or(from.after) {
        Some(after) => after,
        None => match site.app.store.last_change().await {
            Ok(last) => last,
            Err(error) => return Fault::from(error).json(),
        },
    };
    Live::begin(site, beats, Some(last), place)
}

/// The stream of the wallboard: that something happened, and never what, for a screen shows only what the board shows.
pub async fn beats(State(site): State<Arc<Site>>) -> Response {
    let Ok(place) = site.streams.clone().try_acquire_owned() else {
        return Fault::new(StatusCode::SERVICE_UNAVAILABLE, "Too many streams are open. Come again later.").json();
    };
    let beats = site.app.beat.subscribe();
    Live::begin(site, beats, None, place)
}

struct Live {
    site: Arc<Site>,
    beats: broadcast::Receiver<Beat>,
    heart: Interval,
    /// The last change that was sent; `None` where no changes are.
    last: Option<i64>,
    waiting: VecDeque<Event>,
    _place: OwnedSemaphorePermit,
}

impl Live {
    fn begin(
        site: Arc<Site>,
        beats: broadcast::Receiver<Beat>,
        last: Option<i64>,
        place: OwnedSemaphorePermit,
    ) -> Response {
        let mut heart = tokio::time::interval(HEARTBEAT);
        heart.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut live = Self { site, beats, heart, last, waiting: VecDeque::new(), _place: place };
        live.waiting.push_back(Event::default().event("hello").data("{}").retry(RETRY));
        let stream = stream::unfold(live, |mut live| async move { live.next().await.map(|event| (Ok(event), live)) });
        let stream: Sse<_> =
            Sse::<std::pin::Pin<Box<dyn stream::Stream<Item = Result<Event, Infallible>> + Send>>>::new(Box::pin(
                stream,
            ));
        stream.into_response()
    }

    /// The next event; `None` when the stream is over.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            self.read().await?;
            if self.waiting.is_empty() {
                self.wait().await?;
            }
        }
    }

    async fn read(&mut self) -> Option<()> {
        // A store that cannot be read ends the stream: the page then says that it is stale, which is true.
        let Some(last) = self.last else { return Some(()) };
        let lines = self.site.app.store.changes_after(last, AT_ONCE).await.ok()?;
        for line in lines {
            self.last = Some(line.seq);
            let event = Event::default().id(line.seq.to_string()).event("change").data(line.doc.to_string());
            self.waiting.push_back(event);
        }
        Some(())
    }

    async fn wait(&mut self) -> Option<()> {
        let event = tokio::select! {
            () = self.site.stop.cancelled() => return None,
            beat = self.beats.recv() => match beat {
                Ok(beat) => Event::default().event("beat").data(format!("{{\"what\":\"{}\"}}", beat.word())),
                Err(broadcast::error::RecvError::Lagged(_)) => return Some(()),
                Err(broadcast::error::RecvError::Closed) => return None,
            },
            _ = self.heart.tick() => {
                let at = crate::model::published::time(self.site.app.now());
                Event::default().event("heartbeat").data(format!("{{\"at\":\"{at}\"}}"))
            }
        };
        // What a beat tells of stands in the store already: it goes out first.
        self.read().await?;
        self.waiting.push_back(event);
        Some(())
    }
}
