//! What every format needs before it can look for its sign: the right status, the right charset, a whole document.

use std::borrow::Cow;

use encoding_rs::Encoding;
use html2text::render::TrivialDecorator;
use serde::Deserialize;
use serde_json::Value;

use super::field::{Field, Object};
use super::{Body, markup};
use crate::model::snapshot::Unreadable;
use crate::model::text;

/// The bytes of an answer that is a success and not empty.
///
/// # Errors
/// [`Unreadable`] by status, as people understand it.
pub fn bytes(body: &Body) -> Result<&[u8], Unreadable> {
    let said = || {
        format!("HTTP {}{}", body.status, heading(body).map(|h| format!(", a page titled “{h}”")).unwrap_or_default())
    };
    match body.status {
        200..=299 => {}
        401 | 407 => return Err(Unreadable::Refused(said())),
        403 | 451 => return Err(Unreadable::Blocked(said())),
        404 | 410 => return Err(Unreadable::Moved(said())),
        429 | 500..=599 => return Err(Unreadable::Failing(said())),
        300..=399 => return Err(Unreadable::Moved(said())),
        _ => return Err(Unreadable::Unexpected(said())),
    }
    if body.bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::CutShort("the body is empty".to_owned()));
    }
    Ok(&body.bytes)
}

/// The text of an answer: decoded by its byte-order mark, else the charset of its Content-Type, else as UTF-8.
///
/// # Errors
/// [`Unreadable`] where the status is no success, the body is empty or its bytes are not of the charset.
pub fn text(body: &Body) -> Result<Cow<'_, str>, Unreadable> {
    let bytes = bytes(body)?;
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or_else(|| (declared(body), 0));
    let payload = bytes.get(mark..).unwrap_or_default();
    if encoding.output_encoding() != encoding && payload.len() % 2 == 1 {
        return Err(Unreadable::CutShort(format!("{} of an odd number of bytes ({})", encoding.name(), payload.len())));
    }
    encoding
        .decode_without_bom_handling_and_without_replacement(payload)
        .ok_or_else(|| Unreadable::Unexpected(format!("the bytes are not {} text", encoding.name())))
}

fn declared(body: &Body) -> &'static Encoding {
    body.header("content-type")
        .and_then(|value| value.split(';').find_map(|part| part.trim().strip_prefix("charset=")))
        .and_then(|label| Encoding::for_label(label.trim_matches('"').as_bytes()))
        // What calls itself UTF-16 without a byte-order mark and begins with ASCII is UTF-8 all the same.
        .filter(|encoding| encoding.is_ascii_compatible())
        .unwrap_or(encoding_rs::UTF_8)
}

/// A JSON document, whole.
///
/// # Errors
/// [`Unreadable`] that says what was found instead, and where the document broke off.
pub fn json(body: &Body) -> Result<Value, Unreadable> {
    let text = text(body)?;
    serde_json::from_str(&text).map_err(|error| not_json(&text, &error, body))
}

/// A JSON document read into a type of the format's.
///
/// # Errors
/// As [`json`].
pub fn typed<'a, T: Deserialize<'a>>(text: &'a str, body: &Body) -> Result<T, Unreadable> {
    serde_json::from_str(text).map_err(|error| not_json(text, &error, body))
}

/// The object that a JSON document is. `whose` says in an error what it should be.
///
/// # Errors
/// [`Unreadable`] where it is no JSON, or something else than an object.
pub fn object<'a, T: Deserialize<'a>>(json: &'a str, body: &Body, whose: &str) -> Result<T, Unreadable> {
    match typed(json, body)? {
        Field::Is(Object(document)) => Ok(document),
        Field::Absent => Err(Unreadable::Unexpected(format!("null, where {whose} is an object"))),
        Field::Odd(kind) => Err(Unreadable::Unexpected(format!("{kind}, where {whose} is an object"))),
    }
}

/// Names what a sign lacks: each part of it with whether it is there.
///
/// # Errors
/// [`Unreadable::Unexpected`] where anything is not.
pub fn signed(whose: &str, parts: &[(&str, bool)]) -> Result<(), Unreadable> {
    let missing: Vec<&str> = parts.iter().filter(|(_, is_there)| !is_there).map(|(name, _)| *name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Unreadable::Unexpected(format!("not {whose}, for it lacks {}", missing.join(", "))))
}

fn not_json(text: &str, error: &serde_json::Error, body: &Body) -> Unreadable {
    if markup::is_markup(text) {
        return not_markup(text, heading(body));
    }
    if error.is_eof() {
        return Unreadable::CutShort(format!("the JSON breaks off after {} bytes", body.bytes.len()));
    }
    Unreadable::Unexpected(format!("{error}; it begins with {:?}", text::line(text, 40)))
}

fn not_markup(text: &str, heading: Option<String>) -> Unreadable {
    let titled = heading.map_or_else(|| "an HTML page".to_owned(), |h| format!("an HTML page titled “{h}”"));
    let lower = text.get(..text.floor_char_boundary(4096)).unwrap_or(text).to_lowercase();
    let is_challenge = ["just a moment", "captcha", "challenge-platform", "access denied", "attention required"]
        .iter()
        .any(|word| lower.contains(word));
    if is_challenge {
        Unreadable::Blocked(format!("{titled} stands in the way"))
    } else {
        Unreadable::Unexpected(format!("{titled} instead of data"))
    }
}

/// The title of an HTML page, to name it in an error. Only the beginning is looked at.
fn heading(body: &Body) -> Option<String> {
    let head = String::from_utf8_lossy(body.bytes.get(..body.bytes.len().min(8192))?).into_owned();
    if !markup::is_markup(&head) {
        return None;
    }
    // Up to the end of the title and no further: even 8 KB of nested markup cost a parser a second.
    let head = head.get(..head.to_ascii_lowercase().find("</title")?)?;
    if head.bytes().filter(|b| *b == b'<').nth(MOST_TAGS).is_some() {
        return None;
    }
    let page = scraper::Html::parse_document(head);
    let selector = scraper::Selector::parse("title").ok()?;
    let title = page.select(&selector).next()?.text().collect::<String>();
    let title = text::line(&title, 80);
    (!title.is_empty()).then_some(title)
}

/// A page for people, down to its end. `whose` says in an error who has one there.
///
/// # Errors
/// [`Unreadable`] where it is no page, or is cut short.
pub fn page<'a>(body: &'a Body, whose: &str) -> Result<Cow<'a, str>, Unreadable> {
    let html = text(body)?;
    if !markup::is_markup(&html) {
        return Err(Unreadable::Unexpected(format!("no HTML, where {whose} has a page")));
    }
    let end = html.trim_end();
    let tail = end.get(end.floor_char_boundary(end.len().saturating_sub(END.len()))..).unwrap_or_default();
    if tail.eq_ignore_ascii_case(END) { Ok(html) } else { Err(broken_off(&html, END)) }
}

/// What to say of a page that does not reach what it ends with.
#[must_use]
pub fn broken_off(html: &str, end: &str) -> Unreadable {
    Unreadable::CutShort(format!("the page breaks off after {} bytes, before {end}", html.len()))
}

/// What to say of a page for people that stands where a document of another kind should be.
#[must_use]
pub fn page_instead(text: &str, body: &Body) -> Unreadable {
    not_markup(text, heading(body))
}

/// What a whole page ends with.
const END: &str = "</html>";
/// More tags than any update of a vendor's has. Rendering takes the square of the depth: 100,000 nested `<div>` took
/// minutes, so what has more than this is stripped of its tags instead.
const MOST_TAGS: usize = 400;
/// More than anybody says of an incident; rendering megabytes takes seconds.
const LONGEST_RENDERED: usize = 64 * 1024;

/// HTML, or text with some HTML in it, as plain text. What cannot be rendered is kept as it is.
#[must_use]
pub fn plain(html: &str) -> String {
    if !html.contains('<') && !html.contains('&') {
        return text::body(html);
    }
    if html.len() > LONGEST_RENDERED || html.bytes().filter(|b| *b == b'<').nth(MOST_TAGS).is_some() {
        return text::body(&stripped(html));
    }
    // A single line break in the source means one to the reader of a status page, but nothing in HTML.
    let html = html.replace("\r\n", "\n").replace('\n', "<br>");
    let rendered = html2text::config::with_decorator(TrivialDecorator::new())
        .raw_mode(true)
        .no_table_borders()
        .no_link_wrapping()
        .string_from_read(html.as_bytes(), 10_000)
        .unwrap_or(html);
    text::body(&rendered)
}

/// The text between the tags, a line for each block, in one pass.
fn stripped(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let Some((name, after)) = tag.split_once('>') else {
            rest = tag;
            break;
        };
        let name = name.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let is_block =
            ["br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4"].iter().any(|b| name.eq_ignore_ascii_case(b));
        if is_block {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    markup::resolved(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(bytes: &[u8]) -> Body {
        Body::saved(bytes.to_vec())
    }

    #[test]
    fn an_empty_body_is_cut_short_and_not_quiet() {
        assert!(matches!(json(&body(b" \n")), Err(Unreadable::CutShort(_))));
    }

    #[test]
    fn a_page_where_data_should_be_is_named_by_its_title() {
        let page = body(b"<!doctype html><html><head><title>Sign in to continue</title></head></html>");
        assert_eq!(
            json(&page),
            Err(Unreadable::Unexpected("an HTML page titled “Sign in to continue” instead of data".into()))
        );
        let challenge = body(b"<html><head><title>Just a moment...</title></head></html>");
        assert!(matches!(json(&challenge), Err(Unreadable::Blocked(_))));
    }

    #[test]
    fn utf_16_with_a_mark_is_read_and_half_a_character_is_not() {
        let mut bytes = vec![0xFE, 0xFF];
        bytes.extend("[\"é\"]".encode_utf16().flat_map(u16::to_be_bytes));
        assert_eq!(json(&body(&bytes)).unwrap()[0], "é");
        bytes.pop();
        assert!(matches!(json(&body(&bytes)), Err(Unreadable::CutShort(_))));
    }

    #[test]
    fn a_mark_of_utf_8_does_not_break_json() {
        assert_eq!(json(&body(b"\xEF\xBB\xBF[1]")).unwrap()[0], 1);
    }

    #[test]
    fn json_that_breaks_off_says_where() {
        assert_eq!(
            json(&body(br#"{"a": [1, 2"#)),
            Err(Unreadable::CutShort("the JSON breaks off after 11 bytes".into()))
        );
    }

    #[test]
    fn a_status_that_is_no_success_is_never_read() {
        let answer = |status| Body { status, ..body(b"{}") };
        assert!(matches!(json(&answer(503)), Err(Unreadable::Failing(_))));
        assert!(matches!(json(&answer(404)), Err(Unreadable::Moved(_))));
        assert!(matches!(json(&answer(403)), Err(Unreadable::Blocked(_))));
        assert!(matches!(json(&answer(401)), Err(Unreadable::Refused(_))));
    }

    #[test]
    fn html_in_an_update_becomes_text() {
        assert_eq!(
            plain("We are <b>investigating</b>.<br />More <a href=\"https://x.example\">here</a> &amp; there."),
            "We are investigating.\nMore here & there."
        );
        assert_eq!(plain("one\r\n\r\ntwo"), "one\n\ntwo");
        assert_eq!(plain("a < b & c"), "a < b & c");
    }

    #[test]
    fn html_of_many_tags_is_stripped_in_one_pass() {
        let items = "<li>one &amp; <b>two</b></li>".repeat(200);
        assert_eq!(plain(&items).lines().filter(|line| *line == "one & two").count(), 200);
        assert_eq!(plain(&"<div>".repeat(300_000)), "");
        assert_eq!(plain(&format!("{}end", "< ".repeat(1000))).lines().last().map(|l| l.ends_with("end")), Some(true));
    }
}
