//! Text messages by Twilio's Messages resource, and by gateways that speak as it does.
//!
//! Read on 2026-11-22: <https://github.com/twilio/twilio-go/blob/v1.7.2/rest/api/v2010/docs/AccountsMessagesApi.md>: POST
//! `/2010-04-01/Accounts/{AccountSid}/Messages.json`; <https://docs.rs/twilio-rust-openapi/latest/>: `To` after E.164;
//! <https://www.twilio.com/docs/api/errors/21605.md>: a `Body` of 1,600 characters at most, which is billed by the segment:
//! ours is one of 160 septets always.
//!
//! From memory: `From`, `MessagingServiceSid`, the form's coding, Basic with account and token, 201 with `sid` and
//! `status: queued`, errors as `{code, message}`: 20003 sign-in, 21211 and 21614 no such number, 21610 the number has asked
//! not to be written to, 20429 too many.

use reqwest::{Method, Request};
use serde_json::json;

use super::wire::{Verdict, authorise_basic, below, parsed, usual, with_body};
use super::{Call, Party, say};
use crate::delivery::Attempt;
use crate::delivery::webhook::Answer;
use crate::model::card::Card;

const USUAL: &str = "https://api.twilio.com";
const FORM: &str = "application/x-www-form-urlencoded";

/// The message.
pub fn call(card: &Card, from: &str, to: &str) -> Call {
    let sender = if from.starts_with("MG") && from.len() == 34 { "MessagingServiceSid" } else { "From" };
    say(json!({ "To": to, sender: from, "Body": card.short }), None)
}

/// The request.
pub fn request(party: &Party, call: &Call, account: &str) -> Result<Request, String> {
    let url = below(&party.base(USUAL)?, &["2010-04-01", "Accounts", account, "Messages.json"]);
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (key, value) in call.body.as_object().into_iter().flatten() {
        form.append_pair(key, value.as_str().unwrap_or_default());
    }
    let mut request = with_body(Method::POST, url, FORM, form.finish().into_bytes());
    authorise_basic(request.headers_mut(), account, party.secret("token")?)?;
    Ok(request)
}

/// What an answer means: a number can be mended, a person's wish not to be written to cannot.
pub fn verdict(answer: &Answer) -> Verdict {
    let body = parsed(answer);
    let said = answer.said();
    match (usual(answer), body["code"].as_u64()) {
        (Verdict::Taken { .. }, _) => {
            let field = |key: &str| body[key].as_str().unwrap_or("?").to_owned();
            let answer = format!("HTTP {}: {} {}", answer.status.as_u16(), field("status"), field("sid"));
            let answer = format!("{answer}: the gateway has it; whether the phone got it is in its log");
            Verdict::Taken { answer, name: None }
        }
        (_, Some(21_610)) => Verdict::Refused { why: format!("{said} (the number asked not to be written to)") },
        (Verdict::Refused { .. }, Some(21_602 | 21_617)) => Verdict::Refused { why: said },
        (Verdict::Refused { .. }, _) => Verdict::Failed(Attempt::broken(said)),
        (verdict @ Verdict::Failed(_), _) => verdict,
    }
}
