//! Why somebody was told, or was not: the question as a form, and the answer with every step of the chain.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use crate::model::impact::Impact;
use crate::pipeline::why::{self, NoAnswer, Outcome, Why};
use crate::web::fault::{self, Fault};
use crate::web::now::Now;
use crate::web::router::Site;
use crate::web::view::{Badge, Frame, Theirs, When};

/// What is asked. A form sends what is left empty too.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Question {
    incident: String,
    service: String,
    subscription: String,
    receiver: String,
    at: String,
}

impl Question {
    /// The question in words of the pipeline.
    ///
    /// # Errors
    /// What is wrong with the time.
    pub fn asked(&self) -> Result<why::Asked, Fault> {
        let some = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let at = some(&self.at).map(|at| at.parse::<Timestamp>()).transpose().map_err(|_| {
            Fault::new(StatusCode::BAD_REQUEST, "A time is written with its zone, as 2026-11-22T03:00Z.")
        })?;
        Ok(why::Asked {
            incident: some(&self.incident),
            service: some(&self.service),
            subscription: some(&self.subscription),
            receiver: some(&self.receiver),
            at,
        })
    }

    fn link(&self) -> String {
        let all = [
            ("incident", &self.incident),
            ("service", &self.service),
            ("subscription", &self.subscription),
            ("receiver", &self.receiver),
            ("at", &self.at),
        ];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in all.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(key, value);
        }
        match query.finish() {
            nothing if nothing.is_empty() => "/why".to_owned(),
            query => format!("/why?{query}"),
        }
    }
}

impl From<NoAnswer> for Fault {
    fn from(why: NoAnswer) -> Self {
        match why {
            NoAnswer::Senseless(what) => Self::new(StatusCode::NOT_FOUND, what),
            NoAnswer::Store(error) => error.into(),
        }
    }
}

struct StepRow {
    at: Option<When>,
    word: &'static str,
    what: Theirs,
}

struct BranchRow {
    badge: Badge,
    receiver: String,
    answer: Theirs,
    steps: Vec<StepRow>,
}

struct CauseRow {
    title: Theirs,
    link: Option<String>,
    answer: Theirs,
    steps: Vec<StepRow>,
    branches: Vec<BranchRow>,
}

#[derive(Template)]
#[template(path = "page/why.html")]
struct WhyPage {
    frame: Frame,
    question: Question,
    services: Vec<String>,
    subscriptions: Vec<String>,
    receivers: Vec<String>,
    /// What cannot be answered, and why.
    refused: Option<String>,
    answer: Option<Theirs>,
    aside: Vec<StepRow>,
    causes: Vec<CauseRow>,
    more: usize,
}

/// The page.
pub async fn page(State(site): State<Arc<Site>>, asked: Result<Query<Question>, QueryRejection>) -> Response {
    let Ok(Query(question)) = asked else {
        let what =
            "This page knows ?incident=ID, service=ID, subscription=ID, receiver=ID or mail address, and at=TIME.";
        return Fault::new(StatusCode::BAD_REQUEST, what).page();
    };
    let gathered = async {
        let now = Now::gather(&site.app).await?;
        let asked = question.asked()?;
        if asked.is_nothing() {
            return Ok((now, None));
        }
        let answer = why::why(&site.app.store, &now.compiled, &asked, now.at).await;
        Ok::<_, Fault>((now, Some(answer)))
    };
    match gathered.await {
        Err(fault) => fault.page(),
        Ok((_, Some(Err(NoAnswer::Store(error))))) => Fault::from(error).page(),
        Ok((now, answer)) => fault::html(&whole(&now, question, answer, site.app.token.is_some())),
    }
}

fn whole(now: &Now, question: Question, answer: Option<Result<Why, NoAnswer>>, is_guarded: bool) -> WhyPage {
    let rules = &now.compiled.rules;
    let (answer, refused) = match answer {
        None => (None, None),
        Some(Ok(why)) => (Some(why), None),
        Some(Err(why)) => (None, Some(why.to_string())),
    };
    let mut page = WhyPage {
        frame: Frame::new(now, "why", question.link(), is_guarded),
        services: now.compiled.graph.services().iter().map(|s| s.id.to_string()).collect(),
        subscriptions: rules.subscriptions().iter().chain(rules.keepers()).map(|s| s.id.to_string()).collect(),
        receivers: rules.receivers().keys().map(ToString::to_string).collect(),
        question,
        refused,
        answer: None,
        aside: Vec::new(),
        causes: Vec::new(),
        more: 0,
    };
    if let Some(why) = answer {
        page.answer = Some(long(&why.answer));
        page.aside = steps(now, &why.aside);
        page.more = why.more;
        page.causes = why.causes.into_iter().map(|one| cause(now, one)).collect();
    }
    page
}

fn cause(now: &Now, one: why::OneCause) -> CauseRow {
    CauseRow {
        title: Theirs::line(&one.title),
        link: one.is_incident.then(|| format!("/incidents/{}", one.cause)),
        answer: long(&one.answer),
        steps: steps(now, &one.steps),
        branches: one.branches.into_iter().map(|branch| branch_row(now, branch)).collect(),
    }
}

fn branch_row(now: &Now, branch: why::Branch) -> BranchRow {
    let badge = match branch.outcome {
        Outcome::Told => Badge::saying(Impact::Operational, "Told"),
        Outcome::GivenUp => Badge::saying(Impact::MajorOutage, "Given up"),
        Outcome::Waits => Badge::saying(Impact::Degraded, "Waits"),
        Outcome::KeptBack => Badge::saying(Impact::Maintenance, "Kept back"),
        Outcome::NotConcerned => Badge::saying(Impact::Unknown, "Not concerned"),
    };
    BranchRow { badge, receiver: branch.receiver, answer: long(&branch.answer), steps: steps(now, &branch.steps) }
}

fn steps(now: &Now, steps: &[why::Step]) -> Vec<StepRow> {
    let row = |step: &why::Step| StepRow {
        at: step.at.map(|at| When::without_age(now, at)),
        word: step.link.word(),
        what: long(&step.what),
    };
    steps.iter().map(row).collect()
}

/// A sentence of ours that may hold words of theirs.
fn long(words: &str) -> Theirs {
    Theirs { words: crate::model::text::line(words, 1_000) }
}
