//! A mail for a gateway to pagers or text messages: one short line of plain text and nothing else, in plain ASCII unless
//! the line itself has other letters, since such gateways are seldom good at reading mail.

use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, SinglePart};

use super::mail::{Envelope, NotComposed, head};
use crate::model::notification::Message;

/// The whole mail, ready for [`send_raw`](super::mailer::Mailer::send_raw), with this subject, which may be empty.
///
/// # Errors
/// [`NotComposed`] for an address or a text that cannot be mailed at all.
pub fn compose(envelope: &Envelope<'_>, subject: &str) -> Result<Vec<u8>, NotComposed> {
    let body = body(&envelope.message.short)?;
    let message = Message { subject: subject.to_owned(), ..envelope.message.clone() };
    let envelope = Envelope { message: &message, ..envelope.clone() };
    let part = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(body);
    let mail = head(&envelope)?.singlepart(part).map_err(|error| NotComposed::Form(error.to_string()))?;
    Ok(mail.formatted())
}

/// The line as it stands where it is plain ASCII: it is shorter than any server's longest line, so nothing need be coded.
fn body(line: &str) -> Result<Body, NotComposed> {
    let plain = line.is_ascii() && !line.contains(|c: char| c.is_control()) && line.len() < 900;
    if plain {
        return Ok(Body::dangerous_pre_encoded(line.as_bytes().to_vec(), ContentTransferEncoding::SevenBit));
    }
    Body::new_with_encoding(line.to_owned(), ContentTransferEncoding::QuotedPrintable)
        .map_err(|_| NotComposed::Form("its text cannot be encoded".to_owned()))
}
