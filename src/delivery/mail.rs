//! A mail as bytes: the same notification makes the same bytes, whenever and however often it is composed.
//!
//! All of it is plain ASCII in lines that every mail server takes, so that nothing depends on what a server offers.
//! The thread hangs on an id made from the thread's name, not on a first mail, which may never have arrived.

use std::time::SystemTime;

use jiff::Timestamp;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message as LettreMessage};
use url::Host;

use crate::model::hash;
use crate::model::id::NotificationId;
use crate::model::notification::Message;
use crate::model::subscription::Email;
use crate::model::text;

/// The longest subject that a mail carries, in characters.
const SUBJECT_CHARS: usize = 200;

/// A name and an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The name for people.
    pub name: Option<String>,
    /// The address.
    pub email: Email,
}

/// Everything that a mail is made of.
#[derive(Debug, Clone)]
pub struct Envelope<'a> {
    /// The notification: its Message-ID.
    pub id: &'a NotificationId,
    /// What the thread hangs on.
    pub thread: &'a str,
    /// The domain of the Message-ID: one of ours.
    pub domain: &'a str,
    /// From whom.
    pub from: &'a Mailbox,
    /// To whom.
    pub to: &'a Email,
    /// When it was decided; never the time of the try.
    pub date: Timestamp,
    /// The words.
    pub message: &'a Message,
    /// Where its receiver can leave by himself: only a subscription that he made himself.
    pub leave: Option<&'a str>,
}

/// Why no mail can be made. Trying again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotComposed {
    /// The address cannot stand in a mail that every server takes.
    #[error("{0} cannot be written to: the part before the @ must be plain ASCII")]
    Address(String),
    /// A part of the mail cannot be written as mail wants it.
    #[error("the mail cannot be composed: {0}")]
    Form(String),
}

/// The whole mail, ready for [`send_raw`](super::mailer::Mailer::send_raw).
///
/// # Errors
/// [`NotComposed`] for an address or a text that cannot be mailed at all.
pub fn compose(envelope: &Envelope<'_>) -> Result<Vec<u8>, NotComposed> {
    let alternatives = MultiPart::alternative()
        .boundary(format!("=_{}", hash::of(envelope.id.0.as_bytes())))
        .singlepart(part(&envelope.message.text, ContentType::TEXT_PLAIN)?)
        .singlepart(part(&envelope.message.html, ContentType::TEXT_HTML)?);
    let mail = head(envelope)?.multipart(alternatives).map_err(|error| NotComposed::Form(error.to_string()))?;
    Ok(mail.formatted())
}

/// An address as every server takes it: a name of other letters in its punycode.
///
/// # Errors
/// [`NotComposed::Address`] where the part before the @ has other letters.
pub fn address(email: &Email) -> Result<Address, NotComposed> {
    let bad = || NotComposed::Address(email.to_string());
    let (name, host) = email.as_str().rsplit_once('@').ok_or_else(bad)?;
    let host = Host::parse(host).map_err(|_| bad())?.to_string();
    let address = Address::new(name, host).map_err(|_| bad())?;
    if name.is_ascii() { Ok(address) } else { Err(bad()) }
}

pub(super) fn head(envelope: &Envelope<'_>) -> Result<MessageBuilder, NotComposed> {
    let domain = domain(envelope.domain);
    let thread = format!("<thread-{}@{domain}>", hash::of(envelope.thread.as_bytes()));
    let from =
        lettre::message::Mailbox::new(envelope.from.name.as_deref().map(text::title), address(&envelope.from.email)?);
    let builder = LettreMessage::builder()
        .message_id(Some(format!("<{}@{domain}>", token(&envelope.id.0))))
        .in_reply_to(thread.clone())
        .references(thread)
        .date(SystemTime::from(envelope.date))
        .from(from)
        .to(address(envelope.to)?.into())
        .subject(text::line(&envelope.message.subject, SUBJECT_CHARS));
    let builder = builder
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .raw_header(header("List-Id", format!("Bellwether <alerts.{domain}>")));
    Ok(match envelope.leave {
        None => builder,
        Some(link) => way_out(builder, link),
    })
}

/// RFC 2369, and RFC 8058 for one click, which wants https.
fn way_out(builder: MessageBuilder, link: &str) -> MessageBuilder {
    let builder = builder.raw_header(header("List-Unsubscribe", format!("<{link}>")));
    if link.starts_with("https://") {
        builder.raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    } else {
        builder
    }
}

fn header(name: &'static str, value: impl Into<String>) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.into())
}

fn part(text: &str, kind: ContentType) -> Result<SinglePart, NotComposed> {
    let body = Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::QuotedPrintable)
        .map_err(|_| NotComposed::Form("its text cannot be encoded".to_owned()))?;
    Ok(SinglePart::builder().header(kind).body(body))
}

/// What may stand within the angle brackets of a Message-ID; ids of ours hold nothing else.
fn token(id: &str) -> String {
    id.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')).collect()
}

fn domain(given: &str) -> String {
    match token(given) {
        empty if empty.is_empty() => "bellwether.invalid".to_owned(),
        domain => domain,
    }
}
