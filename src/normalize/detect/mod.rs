//! Which format a status page is, found out by asking: the page itself, then what each format guesses from it, in the
//! order of the table of formats.
//!
//! Layer 1, pure: it says what to ask, is told what came, and says what to ask next. A format is proven only by its own
//! `plan` and `read` giving a snapshot, never by a status or a word on the page; and not even by that where the server
//! says the same at an address that makes no sense. It must never ask without end: requests, bytes and hosts that do not
//! answer are counted. Feeds are asked for last, and only where nothing better fits.

mod attempt;
mod sighted;

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use url::Url;

use self::attempt::{Attempt, Verdict};
pub use self::sighted::Sighted;
use super::{Outcome, Page, Request, about, feed, reader};
use crate::model::format::{Evidence, Format};
use crate::model::snapshot::{Snapshot, Unreadable};

/// The most requests that finding out may take.
pub const MOST_REQUESTS: usize = 80;
/// How many are asked at once.
pub const AT_ONCE: usize = 2;
/// The most addresses that one format may guess.
const MOST_GUESSES: usize = 8;
/// The most bytes that are read in all: a server that answers everything with megabytes is soon let be.
const MOST_BYTES: usize = 48 << 20;
/// After so many requests that nothing answered, a host is let be.
const MOST_SILENCES: usize = 2;

/// What came, by the address that was asked.
type Answers = BTreeMap<Url, Outcome>;

/// What to do next.
#[derive(Debug)]
pub enum Step {
    /// Ask these, and say what came.
    Ask(Vec<Request>),
    /// A format reads it.
    Found(Box<Found>),
    /// No format does.
    Nothing(Box<Nothing>),
}

/// A format that reads the page.
#[derive(Debug, Clone)]
pub struct Found {
    /// Which.
    pub format: Format,
    /// The address that it starts from.
    pub url: Url,
    /// Addresses of single roles, where they do not follow from `url`.
    pub roles: Vec<(String, Url)>,
    /// What was read.
    pub snapshot: Snapshot,
    /// What a feed calls itself: by this even an empty one is known to be the vendor's.
    pub titled: Option<String>,
    /// Set where another host answered than the one that was asked.
    pub answered_by: Option<Url>,
    /// Other formats that read it too, with their addresses.
    pub also: Vec<(Format, Url)>,
    /// What was tried before, in order, and why it was not that.
    pub tried: Vec<Tried>,
    /// The page that was named.
    pub page: Sighted,
    /// How many requests it took.
    pub asked: usize,
}

/// What there is to say where no format reads a page.
#[derive(Debug, Clone)]
pub struct Nothing {
    /// Why nothing more was tried; `None` where all was.
    pub why: Option<Unreadable>,
    /// What was tried, in order, and what it saw.
    pub tried: Vec<Tried>,
    /// The page that was named.
    pub page: Sighted,
    /// How many requests it took.
    pub asked: usize,
}

/// A format at an address, which it was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Which format; `None` for the page itself.
    pub format: Option<Format>,
    /// Where.
    pub url: Url,
    /// What was seen instead.
    pub why: String,
}

/// How good a proof is, the weightiest question first: no mere feed, nothing of it unread, a format that is more than a
/// guess, and a document that shows something.
type Worth = [bool; 4];
const BEST: Worth = [true; 4];

#[derive(Debug)]
struct Fit {
    worth: Worth,
    format: Format,
    url: Url,
    snapshot: Snapshot,
    answered_by: Option<Url>,
}

/// Finding out. It is told what came, and says what is next.
#[derive(Debug)]
pub struct Detection {
    named: Url,
    now: Timestamp,
    page: Option<Sighted>,
    answers: Answers,
    waiting: VecDeque<Attempt>,
    fits: Vec<Fit>,
    tried: Vec<Tried>,
    asked: usize,
    bytes: usize,
    silences: BTreeMap<String, usize>,
}

impl Detection {
    /// Finding out about the page at this address.
    #[must_use]
    pub fn of(page: &Url, now: Timestamp) -> Self {
        let mut named = page.clone();
        named.set_fragment(None);
        Self {
            named,
            now,
            page: None,
            answers: Answers::new(),
            waiting: VecDeque::new(),
            fits: Vec::new(),
            tried: Vec::new(),
            asked: 0,
            bytes: 0,
            silences: BTreeMap::new(),
        }
    }

    /// What is next, after `came` of what was asked last. The first step has nothing to be told.
    pub fn step(&mut self, came: Vec<(Request, Outcome)>) -> Step {
        for (request, outcome) in came {
            self.hear(&request, outcome);
        }
        if self.page.is_none() {
            let Some(outcome) = self.answers.get(&self.named) else { return self.ask(vec![page_of(&self.named)]) };
            let page = Sighted::of(&self.named, outcome);
            if let Outcome::Unreadable(why @ (Unreadable::Unreachable(_) | Unreadable::NotAllowed(_))) = outcome {
                return nothing(Some(why.clone()), page, std::mem::take(&mut self.tried), self.asked);
            }
            self.waiting = self.attempts(&page);
            self.note_page(&page);
            self.page = Some(page);
        }
        self.go_on()
    }

    /// Keeps what came. A host that says nothing, or asks to be left alone, is not asked much longer.
    fn hear(&mut self, request: &Request, outcome: Outcome) {
        let host = host(&request.url);
        match &outcome {
            Outcome::Unreadable(Unreadable::Unreachable(_)) => *self.silences.entry(host).or_default() += 1,
            Outcome::Body(body) if body.status == 429 => drop(self.silences.insert(host, MOST_SILENCES)),
            Outcome::Body(body) => self.bytes = self.bytes.saturating_add(body.bytes.len()),
            Outcome::Unreadable(_) | Outcome::NotRecorded => {}
        }
        if let Outcome::Body(body) = &outcome
            && request.url == self.named
            && let Some(at) = body.final_url.as_ref().filter(|at| **at != self.named)
        {
            self.answers.insert(at.clone(), outcome.clone());
        }
        self.answers.insert(request.url.clone(), outcome);
    }

    /// What each format guesses, feeds last; from the page itself, and from the address that was named where that led
    /// elsewhere.
    fn attempts(&self, page: &Sighted) -> VecDeque<Attempt> {
        let (mut seen, mut attempts) = (BTreeMap::new(), Vec::new());
        let named = Page { url: &self.named, html: None };
        let is_elsewhere = page.url.host_str() != self.named.host_str();
        for format in Format::ALL.into_iter().filter(|format| !format.wants_credentials()) {
            let find = reader(format).find;
            let mut urls = find(&page.page());
            if is_elsewhere {
                urls.extend(find(&named));
            }
            let mut urls = attempt::guesses(urls, &mut seen, format);
            urls.truncate(MOST_GUESSES);
            attempts.extend(urls.into_iter().filter_map(|url| Attempt::new(format, url, self.now)));
        }
        attempts.sort_by_key(|attempt| attempt.format == Format::Feed);
        attempts.into()
    }

    fn note_page(&mut self, page: &Sighted) {
        let why = match self.answers.get(&self.named) {
            Some(Outcome::Body(body)) if !(200..300).contains(&body.status) => format!("HTTP {}", body.status),
            Some(Outcome::Unreadable(why)) => why.to_string(),
            Some(Outcome::Body(_) | Outcome::NotRecorded) | None => return,
        };
        self.tried.push(Tried { format: None, url: page.url.clone(), why });
    }

    /// Tries on until something is to be asked, or all is said.
    fn go_on(&mut self) -> Step {
        while let Some(mut attempt) = self.waiting.pop_front() {
            if attempt.format == Format::Feed && !self.fits.is_empty() {
                break;
            }
            let page = self.page.as_ref().map_or(&self.named, |page| &page.url);
            match attempt.advance(&self.answers, &[&self.named, page], self.now) {
                Verdict::Needs(missing) => {
                    let asked = self.allowed(missing);
                    self.waiting.push_front(attempt);
                    if !asked.is_empty() {
                        return self.ask_with_next(asked);
                    }
                }
                Verdict::Fits(snapshot) if is_mere_news(attempt.format, &snapshot) => {
                    let why = "a feed in which nothing is said to be over: news, as far as anybody can tell".to_owned();
                    self.tried.push(Tried { format: Some(attempt.format), url: attempt.url, why });
                }
                Verdict::Fits(snapshot) => {
                    if self.keep(&attempt, *snapshot) == BEST {
                        break;
                    }
                }
                Verdict::No(why) => {
                    self.tried.push(Tried { format: Some(attempt.format), url: attempt.url, why });
                }
            }
        }
        self.end()
    }

    fn keep(&mut self, attempt: &Attempt, snapshot: Snapshot) -> Worth {
        let shows = !snapshot.components.is_empty() || !snapshot.incidents.is_empty();
        let is_guess = about(attempt.format).evidence == Evidence::Guessed;
        let worth = [attempt.format != Format::Feed, snapshot.blind.is_empty(), !is_guess, shows];
        let answered_by = attempt.answered_by(&self.answers);
        self.fits.push(Fit { worth, format: attempt.format, url: attempt.url.clone(), snapshot, answered_by });
        worth
    }

    /// Those of the requests that may be made. Each of the others is answered with why not.
    fn allowed(&mut self, missing: Vec<Request>) -> Vec<Request> {
        let (mut allowed, mut refused) = (Vec::new(), Vec::new());
        for request in missing {
            let host = host(&request.url);
            let why = if self.silences.get(&host).is_some_and(|times| *times >= MOST_SILENCES) {
                Some(format!("not asked: {host} does not answer any more"))
            } else if self.asked + allowed.len() >= MOST_REQUESTS {
                Some(format!("not asked: {MOST_REQUESTS} requests are enough"))
            } else if self.bytes >= MOST_BYTES {
                Some("not asked: what came until then is enough for one page".to_owned())
            } else {
                None
            };
            match why {
                Some(why) => refused.push((request.url, why)),
                None => allowed.push(request),
            }
        }
        for (url, why) in refused {
            self.answers.insert(url, Outcome::Unreadable(Unreadable::Unreachable(why)));
        }
        allowed.truncate(AT_ONCE);
        allowed
    }

    /// Beside what the next try needs, what the one behind it needs first: a page is seldom what is tried first.
    fn ask_with_next(&mut self, mut requests: Vec<Request>) -> Step {
        let is_feed = |attempt: &Attempt| attempt.format == Format::Feed;
        let front_is_feed = self.waiting.front().is_some_and(is_feed);
        let ahead: Vec<Request> = self
            .waiting
            .iter()
            .skip(1)
            .take_while(|attempt| is_feed(attempt) == front_is_feed)
            .filter_map(|attempt| attempt.missing(&self.answers).into_iter().next())
            .filter(|ahead| requests.iter().all(|request| request.url != ahead.url))
            .take(AT_ONCE.saturating_sub(requests.len()))
            .collect();
        requests.extend(self.allowed(ahead));
        self.ask(requests)
    }

    fn ask(&mut self, requests: Vec<Request>) -> Step {
        self.asked += requests.len();
        Step::Ask(requests)
    }

    /// All is said: the best that fits, the first of those that are as good.
    fn end(&mut self) -> Step {
        let page = self.page.take().unwrap_or_else(|| Sighted::of(&self.named, &Outcome::NotRecorded));
        let tried = std::mem::take(&mut self.tried);
        let Some(best) = self.fits.iter().map(|fit| fit.worth).max() else {
            return nothing(None, page, tried, self.asked);
        };
        self.read_the_rest(&page);
        let mut fits = std::mem::take(&mut self.fits);
        let place = fits.iter().position(|fit| fit.worth == best).unwrap_or_default();
        let fit = fits.remove(place);
        let mut also: Vec<(Format, Url)> = fits.into_iter().map(|other| (other.format, other.url)).collect();
        also.retain(|(format, _)| *format != fit.format);
        also.dedup_by_key(|(format, _)| *format);
        Step::Found(Box::new(Found {
            titled: self.title_of(&fit),
            format: fit.format,
            url: fit.url,
            roles: Vec::new(),
            snapshot: fit.snapshot,
            answered_by: fit.answered_by,
            also,
            tried,
            page,
            asked: self.asked,
        }))
    }

    fn title_of(&self, fit: &Fit) -> Option<String> {
        match self.answers.get(&fit.url) {
            Some(Outcome::Body(body)) if fit.format == Format::Feed => feed::title(body),
            Some(_) | None => None,
        }
    }

    /// What else reads what has been answered already, without a further request.
    fn read_the_rest(&mut self, page: &Sighted) {
        for mut attempt in std::mem::take(&mut self.waiting) {
            let verdict = attempt.advance(&self.answers, &[&self.named, &page.url], self.now);
            if let Verdict::Fits(snapshot) = verdict
                && !is_mere_news(attempt.format, &snapshot)
            {
                self.keep(&attempt, *snapshot);
            }
        }
    }
}

/// Any feed can be read. One of incidents tells of some that are over; of a vendor's news each item would be open for ever.
fn is_mere_news(format: Format, snapshot: &Snapshot) -> bool {
    format == Format::Feed && !snapshot.incidents.iter().any(|incident| incident.phase.is_end())
}

fn nothing(why: Option<Unreadable>, page: Sighted, tried: Vec<Tried>, asked: usize) -> Step {
    Step::Nothing(Box::new(Nothing { why, tried, page, asked }))
}

/// The request for the page itself, which may as well be a feed or a document.
fn page_of(url: &Url) -> Request {
    Request {
        role: "page",
        url: url.clone(),
        accept: "text/html, application/xhtml+xml, application/json;q=0.9, */*;q=0.8",
    }
}

fn host(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", url.host_str().unwrap_or_default())
}

#[cfg(test)]
mod tests;
