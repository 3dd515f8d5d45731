//! Why the AWS Health API did not answer: every error of its own is a 400 with a name in it.

use std::borrow::Cow;

use super::wire;
use crate::model::snapshot::Unreadable;
use crate::model::text;
use crate::normalize::field::{Field, Object};
use crate::normalize::{Answer, Body, Outcome, document};

/// The text of an answer.
///
/// # Errors
/// [`Unreadable`], with the way out where AWS names the error. Its own text is not shown: it names the user of the key.
pub fn text(body: &Body) -> Result<Cow<'_, str>, Unreadable> {
    refused(body).map_or_else(|| document::text(body), Err)
}

/// Whether the place does not answer, or says that another region does.
pub fn is_down(answer: &Answer) -> bool {
    match &answer.outcome {
        Outcome::Unreadable(why) => matches!(why, Unreadable::Unreachable(_) | Unreadable::CutShort(_)),
        Outcome::Body(body) => body.status >= 500 || named(body).is_some_and(|(_, is_of_region)| is_of_region),
        Outcome::NotRecorded => false,
    }
}

fn refused(body: &Body) -> Option<Unreadable> {
    let (name, _) = named(body)?;
    let said = |what: &str| format!("HTTP {} ({name}): {what}", body.status);
    Some(match name.as_str() {
        "ThrottlingException" | "TooManyRequestsException" | "Throttling" | "ServiceUnavailableException" => {
            Unreadable::Failing(said("AWS asks to be asked less often"))
        }
        other => Unreadable::Refused(said(meaning(other))),
    })
}

/// The error's name, and whether it says that the signature is for the wrong region.
fn named(body: &Body) -> Option<(String, bool)> {
    if !(400..=499).contains(&body.status) || body.status == 429 {
        return None;
    }
    let text = std::str::from_utf8(&body.bytes).ok()?;
    let found: Field<Object<wire::Refusal<'_>>> = serde_json::from_str(text).ok()?;
    let refusal = &found.get()?.0;
    let name = refusal.kind.as_str()?.rsplit('#').next().unwrap_or_default();
    let name = text::line(name.split(':').next().unwrap_or_default(), 60);
    let said = refusal.message.as_str().or_else(|| refusal.message_in_capitals.as_str()).unwrap_or_default();
    let is_clock = ["Signature expired", "not yet current"].iter().any(|words| said.contains(words));
    let is_of_region = said.contains("should be scoped to");
    (!name.is_empty()).then(|| (if is_clock { "RequestTimeTooSkewed".to_owned() } else { name }, is_of_region))
}

fn meaning(name: &str) -> &'static str {
    match name {
        "SubscriptionRequiredException" => {
            "the account has no Business or Enterprise support, which the Health API wants"
        }
        "AccessDeniedException" | "AccessDenied" | "NotAuthorized" => {
            "the user of the access key may not call this; give it the policy of the README, of which one account needs health:Describe* alone"
        }
        "UnrecognizedClientException" | "InvalidClientTokenId" | "InvalidAccessKeyId" => {
            "AWS does not know the access key, or it is switched off; look at `access_key_id`"
        }
        "InvalidSignatureException" | "SignatureDoesNotMatch" => {
            "the signature is not accepted; look at `secret_access_key`"
        }
        "RequestTimeTooSkewed" | "RequestExpired" => "this machine's clock is wrong by minutes",
        "ExpiredTokenException" | "ExpiredToken" => "the access key was a passing one and is over",
        "OptInRequired" => "the account is not open for this service",
        _ => "AWS refuses the call",
    }
}
