//! The outbox: what was given up, what waits, what was delivered, with every try and how long it took from the vendor's
//! word; and what was decided not to be told.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::withheld::WithheldRows;
use crate::model::clock_text::{between, span};
use crate::model::course::TroubleKind;
use crate::model::impact::Impact;
use crate::model::preset::{WORDS, hosts_alone};
use crate::model::reason::Reason;
use crate::pipeline::ways::named;
use crate::store::sent::{Chosen, Sent, SentPart, Withheld};
use crate::store::story::Delivery;
use crate::store::trouble::Kept;
use crate::web::fault::{self, Fault};
use crate::web::now::Now;
use crate::web::router::Site;
use crate::web::view::{Badge, Frame, Theirs, When};
use crate::web::who::{May, Viewer, Way};

/// Rows on one page: with all their tries they stay below 100 kB.
pub const ROWS: i64 = 25;
/// Tries that a row spells out, the newest.
const TRIES: usize = 5;

/// A row of the outbox.
pub struct DeliveryRow {
    pub id: String,
    pub subject: Theirs,
    pub receiver: String,
    pub address: Theirs,
    pub badge: Badge,
    pub made: When,
    pub ended: Option<When>,
    pub next: Option<When>,
    pub tries: Vec<(When, String, Theirs)>,
    pub earlier: usize,
}

impl DeliveryRow {
    pub fn of(now: &Now, delivery: &Delivery) -> Self {
        let (impact, word) = match delivery.state.as_str() {
            "delivered" => (Impact::Operational, "Delivered"),
            "left" => (Impact::Unknown, "Not sent: left"),
            "dead" => (Impact::MajorOutage, "Given up"),
            _ if delivery.tries > 0 => (Impact::Degraded, "Waits, was tried"),
            _ => (Impact::Unknown, "Waits"),
        };
        let earlier = delivery.attempts.len().saturating_sub(TRIES);
        let tries = delivery.attempts.iter().skip(earlier);
        Self {
            id: delivery.id.clone(),
            subject: Theirs::line(delivery.subject.as_deref().unwrap_or("not worded yet")),
            receiver: delivery.receiver.clone(),
            address: Theirs::line(&masked(&delivery.address)),
            badge: Badge::saying(impact, word),
            made: When::of(now, delivery.made),
            ended: delivery.ended.map(|at| When::of(now, at)),
            next: (delivery.state == "pending").then(|| When::of(now, delivery.due)),
            tries: tries.map(|t| (When::without_age(now, t.at), t.outcome.clone(), Theirs::line(&t.detail))).collect(),
            earlier,
        }
    }
}

/// An address without what may be a token: a mail address whole, of a webhook only the host.
pub fn masked(address: &str) -> String {
    if let Some(mail) = address.strip_prefix("mailto:") {
        return mail.to_owned();
    }
    if let Some(place) = service(address) {
        return place;
    }
    let host = url::Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.map_or_else(|| "a webhook whose address is a secret".to_owned(), |host| format!("webhook at {host}"))
}

/// Of a service, as `slack:C0123 Env("SLACK_TOKEN")`, what it is and where; where its secrets are is nobody's business.
fn service(address: &str) -> Option<String> {
    let (word, rest) = address.split_once(':')?;
    let is_one = WORDS.contains(&word);
    let end = ["Env(", "File("].iter().filter_map(|mark| rest.find(mark)).min().unwrap_or(rest.len());
    is_one.then(|| format!("{word} {}", hosts_alone(&rest[..end])).trim().to_owned())
}

/// A row of this page: the message, what it tells of, and how long it took.
struct SentRow {
    row: DeliveryRow,
    about: Theirs,
    is_worded: bool,
    test: bool,
    /// Where the message stands by which it went a second way too.
    second: Option<String>,
    /// Which ways had not taken it, and why, where it is such a message.
    second_of: Option<(String, Theirs)>,
    is_dead: bool,
    is_due: bool,
    why: Option<String>,
    link: Option<String>,
    /// The page of this incident's messages alone.
    only: Option<String>,
    word: Option<When>,
    /// From the vendor's word to our decision.
    seen_after: Option<String>,
    /// From our decision to the far side's acceptance.
    sent_after: Option<String>,
    /// From the vendor's word to acceptance.
    in_all: Option<String>,
}

impl SentRow {
    fn of(now: &Now, sent: &Sent) -> Self {
        let delivery = &sent.delivery;
        let accepted = delivery.ended.filter(|_| delivery.state == "delivered");
        // A clock of theirs that goes before ours says nothing.
        let word = sent.word_at.filter(|at| *at <= delivery.made);
        let first = sent.incidents.first();
        Self {
            row: DeliveryRow::of(now, delivery),
            about: Theirs::line(&sent.about),
            is_worded: delivery.subject.is_some(),
            test: sent.test,
            second: sent.second.as_ref().map(|id| format!("/deliveries#n-{id}")),
            second_of: sent.course.second.as_ref().map(|second| {
                let ways: Vec<&str> = second.ways.iter().map(|way| way.as_str()).collect();
                (ways.join(", "), Theirs::line(&second.reason))
            }),
            is_dead: delivery.state == "dead",
            is_due: delivery.due <= now.at,
            why: first.map(|id| format!("/why?incident={id}&receiver={}", delivery.receiver)),
            link: first.map(|id| format!("/incidents/{id}")),
            only: first.map(|id| format!("/deliveries?incident={id}")),
            word: word.map(|at| When::without_age(now, at)),
            seen_after: word.map(|at| span(between(at, delivery.made))),
            sent_after: accepted.map(|at| span(between(delivery.made, at))),
            in_all: word.zip(accepted).map(|(word, at)| span(between(word, at))),
        }
    }
}

/// What is asked for. A form sends what is left empty too.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    #[serde(default)]
    receiver: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    incident: String,
    /// Of what was decided not to be told: by this rule.
    #[serde(default)]
    rule: String,
    page: Option<i64>,
    /// The page of what was decided not to be told.
    withheld: Option<i64>,
}

impl Asked {
    fn chosen(&self, page: Option<i64>) -> Chosen<'_> {
        let some = |text: &'_ String| -> bool { !text.is_empty() };
        Chosen {
            state: Some(&self.state).filter(|t| some(t)).map(String::as_str),
            receiver: Some(&self.receiver).filter(|t| some(t)).map(String::as_str),
            incident: Some(&self.incident).filter(|t| some(t)).map(String::as_str),
            rule: Some(&self.rule).filter(|t| some(t)).map(String::as_str),
            skip: (page.unwrap_or(1).clamp(1, i64::MAX / ROWS) - 1) * ROWS,
            limit: ROWS,
        }
    }

    /// The same with another page of each.
    fn link(&self, page: Option<i64>, withheld: Option<i64>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let texts =
            [("receiver", &self.receiver), ("state", &self.state), ("incident", &self.incident), ("rule", &self.rule)];
        for (key, value) in texts.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(key, value);
        }
        for (key, page) in [("page", page), ("withheld", withheld)] {
            if let Some(page) = page.filter(|page| *page > 1 || key == "withheld") {
                query.append_pair(key, &page.to_string());
            }
        }
        match query.finish() {
            nothing if nothing.is_empty() => "/deliveries".to_owned(),
            query => format!("/deliveries?{query}"),
        }
    }

    fn is_sound(&self) -> bool {
        matches!(self.state.as_str(), "" | "pending" | "delivered" | "dead")
            && (self.rule.is_empty() || Reason::WORDS.contains(&self.rule.as_str()))
            && [self.page, self.withheld].into_iter().flatten().all(|page| page > 0)
    }
}

/// Which part of a long list is shown, and where the others are.
pub struct Pager {
    pub page: i64,
    pub pages: i64,
    pub in_all: i64,
    pub before: Option<String>,
    pub next: Option<String>,
}

impl Pager {
    pub fn of(page: Option<i64>, in_all: i64, link: impl Fn(i64) -> String) -> Self {
        let pages = ((in_all + ROWS - 1) / ROWS).max(1);
        let page = page.unwrap_or(1);
        let before = (page > 1).then(|| link((page - 1).min(pages)));
        Self { page, pages, in_all, before, next: (page < pages).then(|| link(page + 1)) }
    }
}

#[derive(Template)]
#[template(path = "page/deliveries.html")]
struct Deliveries {
    frame: Frame,
    pending: i64,
    dead: i64,
    last_delivered: Option<When>,
    nobody_is_told: bool,
    /// What is wrong with the ways: which, what, since when, what was answered.
    troubles: Vec<(String, &'static str, When, Theirs)>,
    /// What is doubtful about the ways themselves.
    doubtful: Vec<Theirs>,
    receivers: Vec<String>,
    receiver: String,
    states: [(&'static str, &'static str); 4],
    state: String,
    incident: String,
    rules: Vec<(&'static str, String)>,
    rule: String,
    is_filtered: bool,
    /// The token of the form, where somebody may have messages tried once more.
    form: Option<String>,
    rows: Vec<SentRow>,
    pager: Pager,
    withheld: WithheldRows,
    /// The token of a form, for who may try a receiver.
    trying: Option<String>,
}

/// The page.
pub async fn page(State(site): State<Arc<Site>>, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Some(asked) = asked.ok().map(|Query(asked)| asked).filter(Asked::is_sound) else {
        let what = "This page knows ?receiver=NAME, state=pending, delivered or dead, incident=ID, rule=WORD, page=NUMBER and withheld=NUMBER.";
        return Fault::new(StatusCode::BAD_REQUEST, what).page();
    };
    let gathered = async {
        let now = Now::gather(&site.app).await?;
        let sent = site.app.store.sent(&asked.chosen(asked.page)).await?;
        let withheld = site.app.store.withheld(&asked.chosen(asked.withheld)).await?;
        let troubles = site.app.store.troubles().await?;
        Ok::<_, crate::store::StoreError>((now, sent, withheld, troubles))
    };
    match gathered.await {
        Ok((now, sent, withheld, found)) => {
            let page = deliveries(&now, &asked, &sent, &withheld, site.app.token.is_some());
            fault::html(&Deliveries { troubles: troubles(&now, &found), ..page })
        }
        Err(error) => Fault::from(error).page(),
    }
}

fn troubles(now: &Now, found: &[Kept]) -> Vec<(String, &'static str, When, Theirs)> {
    let what = |kind| match kind {
        TroubleKind::GivenUp => "gave up a message",
        TroubleKind::Gone => "asks never to be called again",
        TroubleKind::Broken => "is broken as a whole: the relay takes no mail",
        TroubleKind::Trial => "has not accepted its daily trial",
    };
    let one = |kept: &Kept| {
        let trouble = named(&now.compiled, &kept.trouble)?;
        Some((trouble.way.clone(), what(trouble.kind), When::of(now, trouble.since), Theirs::line(&trouble.reason)))
    };
    found.iter().filter(|kept| kept.trouble.over.is_none()).filter_map(one).collect()
}

fn form() -> Option<String> {
    let viewer = Viewer::now();
    let can_act = viewer.way == Way::Session && viewer.may >= May::Act;
    viewer.form.filter(|_| can_act)
}

fn deliveries(
    now: &Now,
    asked: &Asked,
    sent: &SentPart,
    (withheld, withheld_in_all): &(Vec<Withheld>, i64),
    is_guarded: bool,
) -> Deliveries {
    let mut receivers: Vec<String> = now.compiled.rules.receivers().keys().map(ToString::to_string).collect();
    if !asked.receiver.is_empty() && !receivers.contains(&asked.receiver) {
        receivers.push(asked.receiver.clone());
    }
    Deliveries {
        frame: Frame::new(now, "deliveries", asked.link(asked.page, asked.withheld), is_guarded),
        pending: sent.outbox.pending,
        dead: sent.outbox.dead,
        last_delivered: sent.outbox.last_delivered.map(|at| When::of(now, at)),
        nobody_is_told: !now.compiled.rules.tells_anybody(),
        troubles: Vec::new(),
        doubtful: now.compiled.doubtful_ways.iter().map(|doubt| Theirs::line(doubt)).collect(),
        receivers,
        receiver: asked.receiver.clone(),
        states: [("", "any state"), ("dead", "given up"), ("pending", "waits"), ("delivered", "delivered")],
        state: asked.state.clone(),
        incident: asked.incident.clone(),
        rules: Reason::WORDS.iter().map(|word| (*word, word.replace('_', " "))).collect(),
        rule: asked.rule.clone(),
        is_filtered: !(asked.receiver.is_empty()
            && asked.state.is_empty()
            && asked.incident.is_empty()
            && asked.rule.is_empty()),
        form: form(),
        rows: sent.rows.iter().map(|row| SentRow::of(now, row)).collect(),
        pager: Pager::of(asked.page, sent.in_all, |page| asked.link(Some(page), asked.withheld)),
        trying: trying(),
        withheld: WithheldRows::of(
            now,
            withheld,
            asked.withheld.is_some() || !asked.rule.is_empty(),
            Pager::of(asked.withheld, *withheld_in_all, |page| asked.link(asked.page, Some(page))),
        ),
    }
}

fn trying() -> Option<String> {
    let viewer = Viewer::now();
    viewer.form.filter(|_| viewer.way == Way::Session && viewer.may >= May::Act)
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn the_token_in_a_webhooks_address_is_not_shown() {
        assert_eq!(masked("https://hooks.example.org/services/T0/s3cret?k=s3cret"), "webhook at hooks.example.org");
        assert_eq!(masked("Env(\"HOOK\")"), "a webhook whose address is a secret");
        assert_eq!(masked("mailto:noc@example.org"), "noc@example.org");
        assert_eq!(masked("slack:C0123456 Env(\"SLACK_TOKEN\")"), "slack C0123456");
        assert_eq!(masked("cloudevents:https://x.example/s3cret?k=s3cret"), "cloudevents x.example");
        assert_eq!(masked("teams: File(\"/run/hook\")"), "teams");
    }
}
