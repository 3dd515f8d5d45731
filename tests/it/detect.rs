//! Every format is found from its own samples, whoever wrote it, and by no sample of another. A page links to its
//! source, as pages do, and its host answers nothing else.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::model::format::Format;
use bellwether::model::incident::KnownOpen;
use bellwether::normalize::detect::{Detection, Found, Step};
use bellwether::normalize::{self, Body, Outcome, Reading};
use jiff::Timestamp;
use url::Url;

use crate::support::samples::{Case, cases};

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn missing() -> Outcome {
    Outcome::Body(Body { status: 404, ..Body::saved(b"<html><title>Not found</title></html>".to_vec()) })
}

/// A page that names its platform and leads to its source.
fn html(case: &Case) -> String {
    let (format, url) = (case.source.format.name(), case.source.url.as_ref().unwrap());
    let id = url.path_segments().and_then(|mut path| path.next_back()).unwrap_or_default();
    format!(
        "<!doctype html><html><head><title>Synthetic status</title><meta name=\"generator\" content=\"{format}\"></head><body><a href=\"{url}\">{url}</a> <a href=\"https://www.{format}.io/\">Powered by</a><script>enc_statuspage_id = \"{id}\"</script></body></html>"
    )
}

/// What a case's server answers: its documents where its format asks for them, the page, and nothing else.
fn server(case: &Case, page: &Url) -> BTreeMap<Url, Outcome> {
    let mut answers = BTreeMap::from([(page.clone(), Outcome::Body(Body::saved(html(case).into_bytes())))]);
    let open = KnownOpen { history_due: true, ..KnownOpen::default() };
    for request in normalize::plan(&case.source, &open, now()) {
        if let Some(answer) = case.answers.iter().find(|answer| answer.role == request.role) {
            answers.insert(request.url, answer.outcome.clone());
        }
    }
    answers
}

/// What a server answers. What a query asks for (a product, a cloud) is a person's to say, and no guess knows it.
fn answer(server: &BTreeMap<Url, Outcome>, url: &Url) -> Outcome {
    let at = |known: &Url| (known.host_str().map(str::to_owned), known.path().to_owned());
    let same_path = || server.iter().find(|(known, _)| at(known) == at(url)).map(|(_, outcome)| outcome);
    server.get(url).or_else(same_path).cloned().unwrap_or_else(missing)
}

fn detect(page: &Url, server: &BTreeMap<Url, Outcome>) -> Result<Found, String> {
    let mut detection = Detection::of(page, now());
    let mut came = Vec::new();
    loop {
        match detection.step(std::mem::take(&mut came)) {
            Step::Ask(requests) => {
                came = requests
                    .into_iter()
                    .map(|request| (answer(server, &request.url), request))
                    .map(|(a, r)| (r, a))
                    .collect();
            }
            Step::Found(found) => return Ok(*found),
            Step::Nothing(nothing) => {
                return Err(nothing
                    .tried
                    .iter()
                    .map(|t| format!("{:?} {}: {}", t.format, t.url, t.why))
                    .collect::<Vec<_>>()
                    .join("\n"));
            }
        }
    }
}

/// The cases that are the whole document of their format, so that their page is one that can be found.
fn good() -> Vec<Case> {
    let is_first = |case: &Case| {
        let first = normalize::plan(&case.source, &KnownOpen::default(), now()).first().map(|request| request.role);
        first.is_some_and(|role| case.answers.iter().any(|answer| answer.role == role))
    };
    let is_read = |case: &Case| {
        matches!(normalize::read(&case.source, &case.answers, &KnownOpen::default(), now()), Reading::Done(Ok(_)))
    };
    // A mapping is one vendor's own: it is written, and never found.
    // Upptime's page leads to a repository at GitHub, which its samples have not.
    let can_be_found = |format: Format| !format.wants_credentials() && !format.is_mapped() && format != Format::Upptime;
    let can_be_asked = |case: &Case| can_be_found(case.source.format) && case.source.url.is_some();
    cases().into_iter().filter(|case| can_be_asked(case) && is_first(case) && is_read(case)).collect()
}

#[test]
fn every_format_is_found_from_its_own_samples_and_is_taken_for_no_other() {
    let (mut found, mut wrong) = (BTreeSet::new(), Vec::new());
    for case in good() {
        let url = case.source.url.clone().unwrap();
        // The document of Site24x7 lies far below its page.
        let page = if case.source.format == Format::Site24x7 { url.join("/").unwrap() } else { url };
        match detect(&page, &server(&case, &page)) {
            Ok(it) if it.format == case.source.format => drop(found.insert(it.format)),
            Ok(it) => {
                wrong.push(format!("{}: {} is taken for {}", case.name, case.source.format.name(), it.format.name()))
            }
            // A feed in which nothing is over may be any feed.
            Err(_) if case.source.format == Format::Feed => {}
            Err(why) => wrong.push(format!("{}: {} is not found\n{why}", case.name, case.source.format.name())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    // A format without samples is the kit's affair.
    let tried: BTreeSet<Format> = good().iter().map(|case| case.source.format).collect();
    let never: Vec<&str> = tried.difference(&found).map(|format| format.name()).collect();
    assert!(never.is_empty(), "no sample of theirs is found: {never:?}");
}

#[test]
fn a_server_that_says_one_platforms_document_everywhere_is_none_of_them() {
    let mut wrong = Vec::new();
    for case in good() {
        // The page itself is what was named; the rest of the server is one document.
        let page: Url = "https://status.example.com/".parse().unwrap();
        let body = case.answers[0].outcome.clone();
        let mut detection = Detection::of(&page, now());
        let mut came = Vec::new();
        loop {
            match detection.step(std::mem::take(&mut came)) {
                Step::Ask(requests) => {
                    let answer = |url: &Url| {
                        if *url == page { Outcome::Body(Body::saved(html(&case).into_bytes())) } else { body.clone() }
                    };
                    came = requests
                        .into_iter()
                        .map(|request| (answer(&request.url), request))
                        .map(|(a, r)| (r, a))
                        .collect();
                }
                Step::Found(found) => {
                    wrong.push(format!("{}: taken for {} at {}", case.name, found.format.name(), found.url));
                    break;
                }
                Step::Nothing(_) => break,
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An id of 24 digits on a page of Freshstatus's leads a careless search to the page of somebody else at Status.io.
#[test]
fn a_page_of_freshstatus_is_none_of_status_ios() {
    let status_io = good().into_iter().find(|case| case.source.format.name() == "status-io").unwrap();
    let document = status_io.answers[0].outcome.clone();
    let page: Url = "https://status.example.com/".parse().unwrap();
    let html = "<html><head><title>Synthetic</title><script src=\"/static/freshstatus.js\"></script></head><body data-account=\"cec99eaca0d27350651aff686\"><script>window.__ID__ = \"cec99eca0d27350651aff686\"</script><a href=\"https://www.freshworks.com/freshstatus\">Powered by Freshstatus</a></body></html>";
    let mut server = BTreeMap::from([(page.clone(), Outcome::Body(Body::saved(html.as_bytes().to_vec())))]);
    for host in ["https://api.status.io/1.0/status/", "https://status.example.com/1.0/status/"] {
        server.insert(format!("{host}cec99eca0d27350651aff686").parse().unwrap(), document.clone());
    }
    if let Ok(found) = detect(&page, &server) {
        panic!("taken for {} at {}", found.format.name(), found.url);
    }
}
