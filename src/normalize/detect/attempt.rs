//! One try: a format at an address. Only what the format itself reads there, by its own sign, counts as proof.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use url::Url;

use super::Answers;
use crate::model::format::Format;
use crate::model::id::SourceId;
use crate::model::incident::KnownOpen;
use crate::model::snapshot::{Snapshot, Unreadable};
use crate::model::vendor::Source;
use crate::normalize::{self, Answer, Outcome, Reading, Request};

/// How often a format may ask for more.
const ROUNDS: usize = 8;

/// A format at an address, and how far its proof has come.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) format: Format,
    pub(super) url: Url,
    source: Source,
    requests: Vec<Request>,
    rounds: usize,
    /// Whether the first document may be of the format, so that the others are worth asking for.
    is_likely: bool,
    /// What was read, while the server is asked for an address that makes no sense.
    read: Option<Snapshot>,
}

/// How a try stands.
#[derive(Debug)]
pub(super) enum Verdict {
    /// These must be asked first.
    Needs(Vec<Request>),
    /// The format reads it.
    Fits(Box<Snapshot>),
    /// It does not, or it would read anything that this server says.
    No(String),
}

impl Attempt {
    /// A try that has asked nothing yet. `None` where the format cannot be tried so.
    pub(super) fn new(format: Format, url: Url, now: Timestamp) -> Option<Self> {
        let source = Source::at(SourceId::parse("detected/page").ok()?, format, Some(url.clone()));
        let requests = normalize::plan(&source, &KnownOpen::default(), now);
        let first = requests.first()?;
        // Where a look does not begin with the document that can be read by itself, all of them are needed.
        let is_likely = requests.len() == 1 || normalize::about(format).roles.first() != Some(&first.role);
        Some(Self { format, url, source, requests, rounds: 0, is_likely, read: None })
    }

    /// The requests that nobody has answered yet: the first one, and the others once that one may be what it should.
    pub(super) fn missing(&self, answers: &Answers) -> Vec<Request> {
        let wanted = if self.is_likely { self.requests.len() } else { 1 };
        let wanted = self.requests.iter().take(wanted);
        wanted.filter(|request| !answers.contains_key(&request.url)).cloned().collect()
    }

    /// Reads what has been answered. `page` are the addresses that a person named: what stands there was not guessed.
    pub(super) fn advance(&mut self, answers: &Answers, page: &[&Url], now: Timestamp) -> Verdict {
        if let Some(read) = self.read.take() {
            return self.checked(read, answers, page, now);
        }
        loop {
            let missing = self.missing(answers);
            if !missing.is_empty() {
                return Verdict::Needs(missing);
            }
            let is_stranger = !self.is_likely && !self.is_plausible(answers);
            self.is_likely |= !is_stranger;
            if !self.missing(answers).is_empty() {
                continue;
            }
            match read(&self.source, &self.answered(answers), now) {
                // By itself the first document reads well, whatever it looks like.
                Reading::Done(Ok(_)) | Reading::Need(_) if is_stranger => self.is_likely = true,
                Reading::Done(Ok(snapshot)) => return self.checked(snapshot, answers, page, now),
                Reading::Done(Err(why)) => return Verdict::No(why.to_string()),
                Reading::Need(more) => {
                    let news: Vec<Request> = more.into_iter().filter(|r| !self.requests.contains(r)).collect();
                    self.rounds += 1;
                    if news.is_empty() || self.rounds > ROUNDS {
                        return Verdict::No("it asks for ever more".to_owned());
                    }
                    self.requests.extend(news);
                }
            }
        }
    }

    /// Whether the first document could be of the format: it came, and is no page for people where data was asked for.
    fn is_plausible(&self, answers: &Answers) -> bool {
        let Some(first) = self.requests.first() else { return false };
        let is_page = |bytes: &[u8]| {
            let begins = bytes.iter().find(|byte| byte.is_ascii_graphic());
            begins == Some(&b'<') && !first.accept.contains("html") && !first.accept.contains("xml")
        };
        answers.get(&first.url).and_then(bytes).is_some_and(|bytes| !is_page(bytes))
    }

    fn answered(&self, answers: &Answers) -> Vec<Answer> {
        let all = self.requests.iter().take(if self.is_likely { self.requests.len() } else { 1 });
        all.filter_map(|r| Some(Answer { role: r.role, outcome: answers.get(&r.url)?.clone() })).collect()
    }

    /// The address that really answered, where that is another host than the one that was asked.
    pub(super) fn answered_by(&self, answers: &Answers) -> Option<Url> {
        let asked = self.requests.first()?;
        match answers.get(&asked.url)? {
            Outcome::Body(body) => body.final_url.clone().filter(|url| url.host_str() != asked.url.host_str()),
            Outcome::Unreadable(_) | Outcome::NotRecorded => None,
        }
    }

    /// A server that answers every address with one and the same good document proves nothing by it.
    fn checked(&mut self, snapshot: Snapshot, answers: &Answers, page: &[&Url], now: Timestamp) -> Verdict {
        let Some(first) = self.requests.first().filter(|first| !page.contains(&&first.url)) else {
            return Verdict::Fits(Box::new(snapshot));
        };
        let control = Request { url: senseless(&first.url), ..first.clone() };
        let Some(came) = answers.get(&control.url) else {
            self.read = Some(snapshot);
            return Verdict::Needs(vec![control]);
        };
        let is_same = bytes(came).is_some() && bytes(came) == answers.get(&first.url).and_then(bytes);
        let is_read = match read(&self.source, &[Answer { role: first.role, outcome: came.clone() }], now) {
            Reading::Done(Ok(_)) => true,
            Reading::Need(_) => is_same,
            Reading::Done(Err(_)) => false,
        };
        if !is_read {
            return Verdict::Fits(Box::new(snapshot));
        }
        Verdict::No(format!("the server answers any address so, {} too: that proves nothing", control.url.path()))
    }
}

fn bytes(outcome: &Outcome) -> Option<&[u8]> {
    match outcome {
        Outcome::Body(body) if (200..300).contains(&body.status) => Some(&body.bytes),
        Outcome::Body(_) | Outcome::Unreadable(_) | Outcome::NotRecorded => None,
    }
}

/// An address beside `url` at which nothing can stand, with the same ending.
fn senseless(url: &Url) -> Url {
    let path = url.path();
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let ending = name.rsplit_once('.').map(|(_, ending)| format!(".{ending}")).unwrap_or_default();
    let mut other = url.clone();
    other.set_path(&format!("{folder}/no-such-document{ending}"));
    other
}

/// Reads the answers. A document over which a format stumbles is none of its own.
fn read(source: &Source, answers: &[Answer], now: Timestamp) -> Reading {
    let reading = catch_unwind(AssertUnwindSafe(|| normalize::read(source, answers, &KnownOpen::default(), now)));
    reading.unwrap_or_else(|_| Reading::Done(Err(Unreadable::Unexpected("reading it broke off".to_owned()))))
}

/// The guesses of a format, each once.
pub(super) fn guesses(urls: Vec<Url>, seen: &mut BTreeMap<(Format, Url), ()>, format: Format) -> Vec<Url> {
    urls.into_iter()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .filter(|url| seen.insert((format, url.clone()), ()).is_none())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_senseless_address_lies_beside_the_one_that_was_guessed() {
        let beside = |url: &str| senseless(&Url::parse(url).unwrap()).to_string();
        assert_eq!(beside("https://a.example/api/v2/summary.json"), "https://a.example/api/v2/no-such-document.json");
        assert_eq!(beside("https://a.example/"), "https://a.example/no-such-document");
        assert_eq!(beside("https://a.example/api?x=1"), "https://a.example/no-such-document?x=1");
    }
}
