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
    let line = format!("{}\n", envelope.message.short);
    let coded =
        if line.is_ascii() { ContentTransferEncoding::SevenBit } else { ContentTransferEncoding::QuotedPrintable };
    let body =
        Body::new_with_encoding(line, coded).map_err(|_| NotComposed::Form("its text cannot be encoded".to_owned()))?;
    let message = Message { subject: subject.to_owned(), ..envelope.message.clone() };
    let envelope = Envelope { message: &message, ..envelope.clone() };
    let part = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(body);
    let mail = head(&envelope)?.singlepart(part).map_err(|error| NotComposed::Form(error.to_string()))?;
    Ok(mail.formatted())
}
