//! Jira Cloud: work items by its REST API v3.
//!
//! Read on 2026-11-22:
//! - <https://raw.githubusercontent.com/rmferguson/shoal/HEAD/docs/jira-api.md>: searching is POST `/rest/api/3/search/jql`
//!   with `fields` named; the old `/search` is gone (410); creating is POST `/rest/api/3/issue`.
//! - <https://docs.weweb.io/database-and-apis/integrations/integration-template.html>: descriptions and comments are
//!   documents (ADF), 401 and 403 are the permissions;
//!   <https://skills.sh/dawiddutoit/custom-claude/jira-api>: Basic with a mail address and an API token.
//!
//! From memory: 255 characters of `summary`, 32,767 of a document, labels without spaces, `/comment`, `/transitions` with
//! `to.statusCategory.key`, 201 with `key`, 400 with `errors` by field, the name of Jira Service Management's type
//! "[System] Incident", 429 with `Retry-After`.

use reqwest::{Method, Request};
use serde_json::{Value, json};
use url::Url;

use super::course::{Step, course, hashed, headline, text};
use super::fit::{Measure, cut};
use super::wire::{Verdict, authorise_basic, below, get, json, parsed, usual};
use super::{Call, Party};
use crate::delivery::Attempt;
use crate::delivery::webhook::Answer;
use crate::model::card::Card;
use crate::model::thread::Known;

const SUMMARY_CHARS: usize = 240;
const DOCUMENT_CHARS: usize = 20_000;

/// One thing to do for each ticket, with all that it may take. Project and type are put in as it is sent: a wrong one can
/// be mended while a message waits.
pub fn calls(card: &Card, known: &Known) -> Vec<Call> {
    course(card, known, 0).iter().map(|step| step.call(body(card, step), None)).collect()
}

fn body(card: &Card, step: &Step<'_>) -> Value {
    let mark = hashed("bellwether", &step.thread);
    let said = document(&text(card, step.part));
    json!({
        "mark": mark,
        "create": { "fields": {
            "summary": cut(&headline(card, step.part), SUMMARY_CHARS, Measure::Utf16),
            "description": said,
            "labels": ["bellwether", mark],
        } },
        "note": { "body": said },
    })
}

/// A document of plain words: nothing in it is read as markup, and nobody is called.
fn document(said: &str) -> Value {
    let said = cut(said, DOCUMENT_CHARS, Measure::Utf16);
    let paragraphs: Vec<Value> = said.split("\n\n").filter(|text| !text.trim().is_empty()).map(paragraph).collect();
    json!({ "type": "doc", "version": 1, "content": paragraphs })
}

fn paragraph(said: &str) -> Value {
    let mut content = Vec::new();
    for line in said.lines().filter(|line| !line.is_empty()) {
        if !content.is_empty() {
            content.push(json!({ "type": "hardBreak" }));
        }
        content.push(json!({ "type": "text", "text": line }));
    }
    json!({ "type": "paragraph", "content": content })
}

fn api(url: &Url, pieces: &[&str]) -> Url {
    below(&below(url, &["rest", "api", "3"]), pieces)
}

fn signed(party: &Party, user: &str, mut request: Request) -> Result<Request, String> {
    authorise_basic(request.headers_mut(), user, party.secret("token")?)?;
    Ok(request)
}

/// Looks for an open issue with our mark.
pub fn find(party: &Party, call: &Call, url: &Url, user: &str, project: &str) -> Result<Request, String> {
    let mark = call.body["mark"].as_str().unwrap_or("none");
    let jql =
        format!("project = \"{project}\" AND labels = \"{mark}\" AND statusCategory != Done ORDER BY created DESC");
    let body = json!({ "jql": jql, "fields": ["key"], "maxResults": 1 });
    signed(party, user, json(Method::POST, api(url, &["search", "jql"]), &body)?)
}

/// The issue that was found; `None` where the answer is no list.
#[expect(clippy::option_option, reason = "an empty list and no list are two things")]
pub fn found(answer: &Answer) -> Option<Option<String>> {
    let body = parsed(answer);
    let list = body["issues"].as_array()?;
    Some(list.first().and_then(|issue| issue["key"].as_str()).map(str::to_owned))
}

/// Makes an issue.
pub fn create(
    party: &Party,
    call: &Call,
    url: &Url,
    user: &str,
    (project, issue_type): (&str, &str),
) -> Result<Request, String> {
    let mut body = call.body["create"].clone();
    body["fields"]["project"] = json!({ "key": project });
    body["fields"]["issuetype"] = json!({ "name": issue_type });
    signed(party, user, json(Method::POST, api(url, &["issue"]), &body)?)
}

/// Says more of an issue.
pub fn comment(party: &Party, call: &Call, url: &Url, user: &str, key: &str) -> Result<Request, String> {
    signed(party, user, json(Method::POST, api(url, &["issue", key, "comment"]), &call.body["note"])?)
}

/// Asks which steps an issue can take.
pub fn transitions(party: &Party, url: &Url, user: &str, key: &str) -> Result<Request, String> {
    signed(party, user, get(api(url, &["issue", key, "transitions"])))
}

/// The id of a step to a status that counts as done.
pub fn way_to_done(answer: &Answer) -> Option<String> {
    let body = parsed(answer);
    let is_done = |step: &&Value| step["to"]["statusCategory"]["key"] == "done";
    body["transitions"].as_array()?.iter().find(is_done)?["id"].as_str().map(str::to_owned)
}

/// Takes a step.
pub fn transition(party: &Party, url: &Url, user: &str, (key, id): (&str, &str)) -> Result<Request, String> {
    let body = json!({ "transition": { "id": id } });
    signed(party, user, json(Method::POST, api(url, &["issue", key, "transitions"]), &body)?)
}

/// What an answer means: a project or a type that is wrong can be mended, words that are wrong cannot.
pub fn verdict(answer: &Answer) -> Verdict {
    let body = parsed(answer);
    match usual(answer) {
        Verdict::Refused { why } if !is_about_the_words(&body) => Verdict::Failed(Attempt::broken(why)),
        Verdict::Taken { .. } => {
            let key = body["key"].as_str().map(str::to_owned);
            let said = key.as_ref().map(|key| format!(": {key}")).unwrap_or_default();
            Verdict::Taken { answer: format!("HTTP {}{said}", answer.status.as_u16()), name: key }
        }
        verdict => verdict,
    }
}

fn is_about_the_words(body: &Value) -> bool {
    let ours = ["summary", "description", "labels", "comment"];
    body["errors"]
        .as_object()
        .is_some_and(|errors| !errors.is_empty() && errors.keys().all(|key| ours.contains(&&**key)))
}
