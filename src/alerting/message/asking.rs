//! The mail that asks the owner of an address whether he wants a subscription, and what the mails of such a subscription
//! say of leaving it. Nothing that a vendor or whoever asked wrote stands in the question.

use askama::Template;

use crate::model::notification::{Asks, Facts, Message};
use crate::model::subscription::Form;

/// The subject of the question.
pub const SUBJECT: &str = "Do you want alerts at this address? Please confirm";

#[derive(Template)]
#[template(path = "mail_asks.html")]
struct Mail<'a> {
    subject: &'static str,
    who: &'a str,
    means: &'a [String],
    link: &'a str,
    otherwise: &'a str,
}

#[derive(Template)]
#[template(
    source = "<div style=\"max-width:640px;margin:0 auto;padding:0 20px 16px;font-size:13px;line-height:19px;\">{{ lead }}{% if let Some(link) = link %}\n<a\n href=\"{{ link }}\">Leave with one click</a>.{% endif %}</div>",
    ext = "html"
)]
struct Foot<'a> {
    lead: &'a str,
    link: Option<&'a str>,
}

/// The question, with the link that leads to a yes or a no.
fn question(facts: &Facts, asks: &Asks, link: &str, message: Message) -> Message {
    let at = if facts.organisation.is_empty() { String::new() } else { format!(" of {}", facts.organisation) };
    let by = asks.by.as_deref().unwrap_or("Somebody who looks after Bellwether");
    let who = format!("{by} asked that Bellwether{at} sends alerts about services to this address.");
    let otherwise = "The link is good for three days. If you do nothing, nothing more is sent to you because of this.";
    let means = asks.means.iter().map(|sentence| format!("- {sentence}\n")).collect::<String>();
    let text = format!("{who}\n\n{means}\nTo say yes or no, open:\n{link}\n\n{otherwise}\n");
    let html = Mail { subject: SUBJECT, who: &who, means: &asks.means, link, otherwise }.render().unwrap_or_default();
    let short = format!("Do you want alerts{at} at this address? {link}");
    Message { text, html, short, ..message }
}

/// The words with the link that belongs into them, or with whom to ask. A pager has no room for either.
#[must_use]
pub fn with_link(facts: &Facts, form: Form, link: Option<&str>, message: Message) -> Message {
    match (&facts.asks, link) {
        (Some(asks), Some(link)) => question(facts, asks, link, message),
        (None, Some(link)) if form == Form::Whole => {
            with_way_out(message, facts.page.as_deref().unwrap_or_default(), link)
        }
        (None, None) if form == Form::Whole && !facts.test => with_whom_to_ask(message),
        (Some(_) | None, _) => message,
    }
}

/// How a mail of a person's own subscription is left.
fn with_way_out(message: Message, page: &str, link: &str) -> Message {
    let lead = "You said yes to this subscription yourself.";
    let text = format!("{}\n{lead} Leave with one click: {link}\nChange it: {page}/subscriptions\n", message.text);
    let short = format!("{}\n\nLeave with one click: {link}\n", message.short);
    with_foot(Message { text, short, ..message }, &Foot { lead, link: Some(link) })
}

/// How a mail of the configuration is left: not by its receiver alone.
fn with_whom_to_ask(message: Message) -> Message {
    let lead =
        "To get less of this, or nothing, ask whoever looks after Bellwether: it was set up in its configuration.";
    let text = format!("{}{lead}\n", message.text);
    with_foot(Message { text, ..message }, &Foot { lead, link: None })
}

fn with_foot(message: Message, foot: &Foot<'_>) -> Message {
    let foot = foot.render().unwrap_or_default();
    // What others wrote is escaped, so that there is one end of the page and it is ours.
    let html = match message.html.rsplit_once("</main>") {
        Some((body, rest)) => format!("{body}{foot}\n</main>{rest}"),
        None => message.html,
    };
    Message { html, ..message }
}
