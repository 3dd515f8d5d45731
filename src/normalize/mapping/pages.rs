//! The pages of one look: the one that the source names, those that follow it, and those with details.

use scraper::Html;
use url::Url;

use super::jq::{self, Budget};
use super::program::{Node, Program};
use super::ready::Ready;
use super::trace::Trace;
use crate::model::format::Format;
use crate::model::snapshot::Unreadable;
use crate::model::text;
use crate::normalize::markup::{self, harmless};
use crate::normalize::{Answer, Asked, Body, Outcome, Request, document};

/// The role of all pages: a document of several is never known by one of them.
pub const PAGE: &str = "page";
/// The most pages of one list.
const MOST_PAGES: usize = 5;
/// The most pages with details.
pub const MOST_DETAILS: usize = 20;

/// One page, whole and with its sign.
pub struct Document {
    /// Its address, for links.
    pub url: Url,
    content: Content,
}

enum Content {
    Json(jaq_json::Val),
    Html(Html),
}

impl Document {
    /// Where things are found in it.
    pub fn node(&self) -> Node<'_> {
        match &self.content {
            Content::Json(value) => Node::Json(value.clone()),
            Content::Html(page) => Node::Html(page.root_element()),
        }
    }

    fn of(body: &Body, url: &Url, ready: &Ready, format: Format) -> Result<Self, Unreadable> {
        let url = body.final_url.clone().unwrap_or_else(|| url.clone());
        if format != Format::Html {
            return Ok(Self { url, content: Content::Json(jq::value(document::json(body)?)) });
        }
        let html = document::text(body)?;
        if !markup::is_markup(&html) {
            let begins = text::line(&html, 40);
            return Err(Unreadable::Unexpected(format!("no HTML: it begins with {begins:?}")));
        }
        let end = html.to_lowercase();
        if !end.trim_end().ends_with(&ready.ends.to_lowercase()) && !end.contains(&ready.ends.to_lowercase()) {
            return Err(document::broken_off(&html, &ready.ends));
        }
        harmless::check(&html)?;
        Ok(Self { url, content: Content::Html(Html::parse_document(&html)) })
    }

    /// The same as `everything` shapes it.
    fn shaped(self, everything: &Program, budget: &Budget) -> Result<Self, Unreadable> {
        let shaped = everything.values(&self.node(), budget).map_err(|why| unexpected("everything", &why))?;
        match <[_; 1]>::try_from(shaped) {
            Ok([value]) => Ok(Self { content: Content::Json(value), ..self }),
            Err(several) => Err(unexpected("everything", &format!("gives {} values instead of one", several.len()))),
        }
    }
}

/// What an expression of the mapping found wrong with the whole document.
pub fn unexpected(key: &str, why: &str) -> Unreadable {
    Unreadable::Unexpected(format!("`{key}` of its mapping: {why}"))
}

/// The pages of a list.
pub struct Pages {
    pub documents: Vec<Document>,
    /// How many answers they took.
    pub answers: usize,
    /// What keeps the list from being whole.
    pub lacks: Option<String>,
}

/// What has been read so far.
pub enum Got {
    /// All pages of the list.
    Pages(Pages),
    /// One more must be asked.
    Need(Request),
}

/// Reads the pages of the list.
///
/// # Errors
/// [`Unreadable`] where the first of them is not the page. A later one only makes the list less than whole.
pub fn of_list(
    asked: &Asked<'_>,
    answers: &[Answer],
    ready: &Ready,
    budget: &Budget,
    trace: &mut Trace,
) -> Result<Got, Unreadable> {
    let mut pages = Pages { documents: Vec::new(), answers: 0, lacks: None };
    let mut visited = vec![asked.url.clone()];
    loop {
        let url = visited.last().unwrap_or(asked.url).clone();
        let read = answers.get(pages.answers).map_or_else(
            || Err(Unreadable::Unexpected("nothing was asked".to_owned())),
            |answer| one(answer, &url, ready, asked.source.format, budget, trace),
        );
        pages.answers += 1;
        match read {
            Ok(document) => pages.documents.push(document),
            Err(why) if pages.documents.is_empty() => return Err(why),
            Err(why) => {
                pages.lacks = Some(format!("page {} cannot be read: {why}", pages.answers));
                return Ok(Got::Pages(pages));
            }
        }
        let Some(next) = next(ready, &pages, budget)? else { return Ok(Got::Pages(pages)) };
        let why_not = if next.host_str() != asked.url.host_str() {
            Some("leads to another host")
        } else if visited.len() >= MOST_PAGES {
            Some("is one too many")
        } else {
            None
        };
        if visited.contains(&next) {
            return Ok(Got::Pages(pages));
        }
        if let Some(why_not) = why_not {
            pages.lacks = Some(format!("the next page {why_not}: {next}"));
            return Ok(Got::Pages(pages));
        }
        trace.step(|| format!("next: {next}"));
        visited.push(next.clone());
        if answers.len() <= pages.answers {
            return Ok(Got::Need(request(next, asked.source.format)));
        }
    }
}

/// The request for a page.
pub fn request(url: Url, format: Format) -> Request {
    let accept = if format == Format::Html { "text/html" } else { "application/json" };
    Request { role: PAGE, url, accept }
}

fn next(ready: &Ready, pages: &Pages, budget: &Budget) -> Result<Option<Url>, Unreadable> {
    let (Some(program), Some(last)) = (&ready.next, pages.documents.last()) else { return Ok(None) };
    let found = program.lines(&last.node(), budget).map_err(|why| unexpected("next", &why))?;
    Ok(found.first().and_then(|link| last.url.join(link).ok()))
}

/// One page of the list: whole, with its sign, shaped.
fn one(
    answer: &Answer,
    url: &Url,
    ready: &Ready,
    format: Format,
    budget: &Budget,
    trace: &mut Trace,
) -> Result<Document, Unreadable> {
    let document = Document::of(body(answer)?, url, ready, format)?;
    let is_signed = ready.sign.holds(&document.node(), budget).map_err(|why| unexpected("sign", &why))?;
    trace.step(|| {
        format!("sign: {} ({})", if is_signed { "it is the page" } else { "IT IS NOT THERE" }, ready.sign.text())
    });
    if !is_signed {
        return Err(Unreadable::Unexpected(format!(
            "the sign of its mapping is not there ({})",
            text::line(ready.sign.text(), 100)
        )));
    }
    match &ready.everything {
        Some(everything) => document.shaped(everything, budget),
        None => Ok(document),
    }
}

/// A page with details: whole, and nothing more is asked of it.
pub fn detail(answer: &Answer, url: &Url, ready: &Ready, format: Format) -> Result<Document, Unreadable> {
    Document::of(body(answer)?, url, ready, format)
}

fn body(answer: &Answer) -> Result<&Body, Unreadable> {
    match &answer.outcome {
        Outcome::Body(body) => Ok(body),
        Outcome::Unreadable(why) => Err(why.clone()),
        Outcome::NotRecorded => Err(Unreadable::Unexpected("this page was not recorded".to_owned())),
    }
}
