//! Tickets: one for each cause, found again by a mark of ours where its number is not known, and never opened twice.
//!
//! Before a ticket is opened it is looked for, so that a try which was cut off leaves no second one behind.

use reqwest::StatusCode;

use super::send::{Asker, Done, refused};
use super::wire::Verdict;
use super::{Act, Call, jira, servicenow};
use crate::delivery::Attempt;
use crate::delivery::webhook::Answer;
use crate::model::preset::Service;
use crate::model::thread::{Known, Learned};

/// What a request to a ticket came to.
enum Came {
    /// It was taken.
    Taken { answer: String, name: Option<String> },
    /// There is no such ticket.
    Lost,
}

/// Carries out one call.
pub async fn carry(asker: &Asker<'_>, call: &Call, known: &Known) -> Result<Done, Attempt> {
    if let Some(name) = number(call, known) {
        match go_on(asker, call, &name).await? {
            Came::Taken { answer, .. } => return Ok(done(call, Some(name), answer)),
            // Somebody has deleted it.
            Came::Lost => {}
        }
    }
    match find(asker, call).await? {
        Some(name) => match go_on(asker, call, &name).await? {
            Came::Taken { answer, .. } => Ok(done(call, Some(name), answer)),
            Came::Lost => Err(Attempt::later(format!("{name} was found and is gone"))),
        },
        None if call.act == Act::Close => Ok(done(call, None, "no open ticket was found: nothing to close".to_owned())),
        None => open(asker, call).await,
    }
}

/// What is known of its number.
fn number(call: &Call, known: &Known) -> Option<String> {
    let same = known.handles.values().flatten().find(|handle| handle.thread == call.thread);
    same.or_else(|| known.of(&call.thread).first()).map(|handle| handle.name.clone())
}

fn done(call: &Call, name: Option<String>, answer: String) -> Done {
    let learned = |thread: &String, name: Option<String>| Learned { thread: thread.clone(), name };
    let learned = match call.act {
        Act::Close => std::iter::once(&call.thread).chain(&call.threads).map(|thread| learned(thread, None)).collect(),
        _ if name.is_none() => Vec::new(),
        Act::Open | Act::Update | Act::Say | Act::Mention | Act::Acknowledge => vec![learned(&call.thread, name)],
    };
    Done { answer, learned }
}

async fn find(asker: &Asker<'_>, call: &Call) -> Result<Option<String>, Attempt> {
    let party = asker.party;
    let request = match &party.preset.service {
        Service::ServiceNow { url, user, table, .. } => servicenow::find(party, call, url, user, table),
        Service::JiraIssues { url, user, project, .. } => jira::find(party, call, url, user, project),
        other => Err(format!("{} has no tickets", other.name())),
    };
    let answer = asker.ask(request.map_err(Attempt::broken)?).await?;
    let found = match &party.preset.service {
        Service::ServiceNow { .. } => servicenow::found(&answer),
        _ => jira::found(&answer),
    };
    match (verdict(asker, &answer), found) {
        (Verdict::Taken { .. }, Some(found)) => Ok(found),
        (Verdict::Taken { answer, .. }, None) => Err(Attempt::later(format!("{answer}; this is no list of tickets"))),
        (Verdict::Refused { why }, _) => Err(Attempt::broken(format!("looking for its ticket: {why}"))),
        (Verdict::Failed(attempt), _) => Err(attempt),
    }
}

async fn open(asker: &Asker<'_>, call: &Call) -> Result<Done, Attempt> {
    let party = asker.party;
    let request = match &party.preset.service {
        Service::ServiceNow { url, user, table, .. } => servicenow::create(party, call, url, user, table),
        Service::JiraIssues { url, user, project, issue_type, .. } => {
            jira::create(party, call, url, user, (project, issue_type))
        }
        other => Err(format!("{} has no tickets", other.name())),
    };
    let answer = asker.ask(request.map_err(Attempt::broken)?).await?;
    match verdict(asker, &answer) {
        Verdict::Taken { answer, name } => Ok(done(call, name, answer)),
        Verdict::Refused { why } => Err(refused(&why)),
        Verdict::Failed(attempt) => Err(attempt),
    }
}

/// Says more of a ticket that is there, or closes it.
async fn go_on(asker: &Asker<'_>, call: &Call, name: &str) -> Result<Came, Attempt> {
    match &asker.party.preset.service {
        Service::ServiceNow { url, user, table, .. } => {
            let place = servicenow::record(url, table, name);
            if call.act == Act::Close && !call.body["close"].is_null() {
                let request = servicenow::change(asker.party, &place, user, &call.body["close"]);
                let answer = asker.ask(request.map_err(Attempt::broken)?).await?;
                match verdict(asker, &answer) {
                    Verdict::Taken { answer, .. } => return Ok(Came::Taken { answer, name: None }),
                    Verdict::Failed(_) | Verdict::Refused { .. } if answer.status == StatusCode::NOT_FOUND => {
                        return Ok(Came::Lost);
                    }
                    // Some rule there does not let it be closed so. People must, and are told that it is over.
                    Verdict::Refused { why } => return noted(asker, call, &place, user, &why).await,
                    Verdict::Failed(_) if answer.status == StatusCode::FORBIDDEN => {
                        return noted(asker, call, &place, user, &answer.said()).await;
                    }
                    Verdict::Failed(attempt) => return Err(attempt),
                }
            }
            noted(asker, call, &place, user, "").await
        }
        Service::JiraIssues { url, user, .. } => {
            let request = jira::comment(asker.party, call, url, user, name);
            let came = came(asker, request).await?;
            match (came, call.act) {
                (Came::Taken { answer, .. }, Act::Close) => {
                    let closed = close_issue(asker, url, user, name).await?;
                    Ok(Came::Taken { answer: format!("{answer}; {closed}"), name: None })
                }
                (came, _) => Ok(came),
            }
        }
        other => Err(Attempt::broken(format!("{} has no tickets", other.name()))),
    }
}

async fn noted(asker: &Asker<'_>, call: &Call, place: &url::Url, user: &str, because: &str) -> Result<Came, Attempt> {
    let request = servicenow::change(asker.party, place, user, &call.body["note"]);
    Ok(match came(asker, request).await? {
        Came::Taken { answer, name } if !because.is_empty() => {
            let because = asker.party.masked(because);
            Came::Taken { answer: format!("{because}; left open, with a note: {answer}"), name }
        }
        came => came,
    })
}

async fn came(asker: &Asker<'_>, request: Result<reqwest::Request, String>) -> Result<Came, Attempt> {
    let answer = asker.ask(request.map_err(Attempt::broken)?).await?;
    match verdict(asker, &answer) {
        _ if answer.status == StatusCode::NOT_FOUND => Ok(Came::Lost),
        Verdict::Taken { answer, name } => Ok(Came::Taken { answer, name }),
        Verdict::Refused { why } => Err(refused(&why)),
        Verdict::Failed(attempt) => Err(attempt),
    }
}

/// Moves an issue to a status of the category "done", if its workflow lets us. What came of it, for people.
async fn close_issue(asker: &Asker<'_>, url: &url::Url, user: &str, name: &str) -> Result<String, Attempt> {
    let listing = jira::transitions(asker.party, url, user, name).map_err(Attempt::broken)?;
    let listed = asker.ask(listing).await?;
    let Some(way) = jira::way_to_done(&listed) else {
        return Ok("left open: its workflow has no step to a status that counts as done".to_owned());
    };
    let step = jira::transition(asker.party, url, user, (name, &way)).map_err(Attempt::broken)?;
    let answer = asker.ask(step).await?;
    match verdict(asker, &answer) {
        Verdict::Taken { .. } => Ok(format!("{name} is done")),
        Verdict::Refused { why } => Ok(format!("left open: {why}")),
        Verdict::Failed(_) if answer.status == StatusCode::FORBIDDEN => Ok(format!("left open: {}", answer.said())),
        Verdict::Failed(attempt) => Err(attempt),
    }
}

fn verdict(asker: &Asker<'_>, answer: &Answer) -> Verdict {
    match &asker.party.preset.service {
        Service::ServiceNow { .. } => servicenow::verdict(answer),
        _ => jira::verdict(answer),
    }
}
