//! A live look that keeps what was answered.

use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::vendor::Source;
use crate::normalize::{Answer, Request};
use crate::pipeline::look::{self, Ask, Asked, Looked, Memory};
use crate::scheduler::network::Network;

/// Asks over the network, and keeps the answers in the order in which they came.
struct Recorder<'n> {
    network: &'n Network,
    answers: Mutex<Vec<Answer>>,
}

#[async_trait]
impl Ask for Recorder<'_> {
    async fn ask(&self, source: &Source, request: &Request, _may_be_same: bool) -> Asked {
        let asked = self.network.ask(source, request, false).await;
        if let (Asked::Outcome(outcome, _), Ok(mut answers)) = (&asked, self.answers.lock()) {
            answers.push(Answer { role: request.role, outcome: outcome.clone() });
        }
        asked
    }

    fn deadline(&self) -> Option<std::time::Duration> {
        self.network.deadline()
    }
}

/// Looks once, and gives what it came to and what was answered.
///
/// # Errors
/// No run-time can be made.
pub fn look_once(network: &Network, source: &Source, now: Timestamp) -> anyhow::Result<(Looked, Vec<Answer>)> {
    let recorder = Recorder { network, answers: Mutex::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let looked = runtime.block_on(look::look(&recorder, source, &Memory::default(), now));
    runtime.shutdown_background();
    Ok((looked, recorder.answers.into_inner().unwrap_or_default()))
}
