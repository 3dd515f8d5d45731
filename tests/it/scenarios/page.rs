//! Vendors' pages: what stands on them, and the bytes that their servers answer. All of it is invented, in the shape of the
//! real documents.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bellwether::model::format::Format;
use bellwether::model::snapshot::Unreadable;
use bellwether::model::vendor::Source;
use bellwether::normalize::{Body, Outcome, Request};
use bellwether::pipeline::look::{Ask, Asked};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::file::{Scenario, Step};

/// All pages, by source, and whether anything can be reached at all.
#[derive(Default)]
pub struct Pages {
    pages: BTreeMap<String, Page>,
    pub is_offline: bool,
}

#[derive(Default)]
struct Page {
    components: BTreeMap<String, String>,
    posts: Vec<Post>,
    answers: Answers,
}

#[derive(Default)]
enum Answers {
    #[default]
    ThePage,
    Nothing,
    CutShort,
    Raw(u16, Vec<u8>),
}

/// An incident or a maintenance on a page.
#[derive(Clone)]
struct Post {
    key: String,
    title: String,
    impact: String,
    phase: String,
    components: Vec<String>,
    began: Timestamp,
    ended: Option<Timestamp>,
    window: Option<(Timestamp, Timestamp)>,
    words: Vec<(Timestamp, String, String)>,
}

impl Post {
    fn is_over(&self) -> bool {
        matches!(self.phase.as_str(), "resolved" | "postmortem" | "completed" | "cancelled")
    }
}

impl Pages {
    /// A source's page with these components, all well.
    pub fn furnish(&mut self, source: &str, components: &[String]) {
        let page = self.pages.entry(source.to_owned()).or_default();
        page.components.extend(components.iter().map(|name| (name.clone(), "operational".to_owned())));
    }

    /// What a step makes a page say.
    pub fn say(&mut self, source: &str, step: &Step, scenario: &Scenario) {
        let page = self.pages.entry(source.to_owned()).or_default();
        let at = scenario.time(&step.at);
        if let Some(key) = step.incident.as_ref().or(step.maintenance.as_ref()) {
            page.post(key, step, scenario, at);
        }
        if let Some(name) = &step.component {
            let status = step.status.clone().unwrap_or_else(|| "operational".to_owned());
            page.components.insert(name.clone(), status);
            page.components.retain(|other, _| !step.dropped || other != name);
        }
        if let Some(body) = &step.body {
            page.answers = Answers::Raw(200, body.clone().into_bytes());
        }
        if let Some(answers) = &step.answers {
            page.answers = match answers.as_str() {
                "the page" => Answers::ThePage,
                "nothing" => Answers::Nothing,
                "cut short" => Answers::CutShort,
                "empty" => Answers::Raw(200, Vec::new()),
                "html" => Answers::Raw(200, HTML.to_vec()),
                "error" => Answers::Raw(200, br#"{"status":500,"error":"Internal Server Error"}"#.to_vec()),
                "unavailable" => Answers::Raw(503, HTML.to_vec()),
                other => panic!("{}: no server answers {other:?}", scenario.name),
            };
        }
    }
}

/// What many servers say, with "200 OK", while they cannot do better.
const HTML: &[u8] =
    b"<!doctype html><html><head><title>Sorry</title></head><body><h1>Be right back.</h1></body></html>";

impl Page {
    fn post(&mut self, key: &str, step: &Step, scenario: &Scenario, at: Timestamp) {
        if step.vanishes {
            return self.posts.retain(|post| post.key != key);
        }
        let is_maintenance = step.maintenance.is_some();
        let began = step.began.as_ref().map(|text| scenario.time(text));
        if !self.posts.iter().any(|post| post.key == key) {
            let (impact, phase) =
                if is_maintenance { ("maintenance", "scheduled") } else { ("major", "investigating") };
            self.posts.push(Post {
                key: key.to_owned(),
                title: format!("Trouble {key}"),
                impact: impact.to_owned(),
                phase: phase.to_owned(),
                components: Vec::new(),
                began: began.unwrap_or(at),
                ended: None,
                window: None,
                words: Vec::new(),
            });
        }
        let post = self.posts.iter_mut().find(|post| post.key == key).unwrap();
        let set = |field: &mut String, said: &Option<String>| {
            if let Some(said) = said {
                field.clone_from(said);
            }
        };
        set(&mut post.title, &step.title);
        set(&mut post.impact, &step.impact);
        set(&mut post.phase, &step.phase);
        if let Some(components) = &step.components {
            post.components.clone_from(components);
        }
        post.began = began.unwrap_or(post.began);
        if let (Some(from), Some(until)) = (&step.from, &step.until) {
            post.window = Some((scenario.time(from), scenario.time(until)));
        }
        post.ended = post.is_over().then_some(post.ended.unwrap_or(at));
        if step.says.is_some() || step.phase.is_some() || post.words.is_empty() {
            let words = step.says.clone().unwrap_or_else(|| "We look into it.".to_owned());
            post.words.push((at, post.phase.clone(), words));
        }
        for name in post.components.clone() {
            self.components.entry(name).or_insert_with(|| "operational".to_owned());
        }
    }

    fn body(&self, format: Format, role: &str) -> Option<Vec<u8>> {
        match format {
            Format::Statuspage => Some(self.statuspage(role)?.to_string().into_bytes()),
            Format::Feed => Some(self.feed("Inkwell Status").into_bytes()),
            Format::AzureRss => Some(self.azure().into_bytes()),
            other => panic!("no page is written as {}; give its `body`", other.name()),
        }
    }

    fn component(&self, name: &str) -> Value {
        let status = self.components.get(name).map_or("operational", String::as_str);
        json!({"id": format!("c-{name}"), "name": name, "status": status, "group": false})
    }

    fn statuspage(&self, role: &str) -> Option<Value> {
        let of = |is_maintenance: bool, with_over: bool| -> Vec<Value> {
            let all = self.posts.iter().rev().filter(|post| (post.impact == "maintenance") == is_maintenance);
            all.filter(|post| with_over || !post.is_over()).map(|post| self.posted(post)).collect()
        };
        let page = json!({"id": "synthetic0001", "name": "Synthetic", "url": "https://status.example.org", "time_zone": "Etc/UTC"});
        match role {
            "summary" => Some(json!({
                "page": page,
                "status": {"indicator": "none", "description": "All Systems Operational"},
                "components": self.components.keys().map(|name| self.component(name)).collect::<Vec<_>>(),
                "incidents": of(false, false),
                "scheduled_maintenances": of(true, false),
            })),
            "incidents" => Some(json!({"page": page, "incidents": of(false, true)})),
            "scheduled-maintenances" => Some(json!({"page": page, "scheduled_maintenances": of(true, true)})),
            _ => None,
        }
    }

    fn posted(&self, post: &Post) -> Value {
        let words = post.words.iter().enumerate().rev().map(|(n, (at, phase, text))| {
            json!({"id": format!("{}-u{n}", post.key), "status": phase, "body": text, "created_at": at, "display_at": at})
        });
        json!({
            "id": post.key, "name": post.title, "status": post.phase, "impact": post.impact,
            "created_at": post.began, "started_at": post.began, "resolved_at": post.ended,
            "scheduled_for": post.window.map(|(from, _)| from), "scheduled_until": post.window.map(|(_, until)| until),
            "shortlink": format!("https://stspg.example/{}", post.key),
            "components": post.components.iter().map(|name| self.component(name)).collect::<Vec<_>>(),
            "incident_updates": words.collect::<Vec<_>>(),
        })
    }

    /// As `history.rss` of many platforms: a paragraph for each word, the newest first.
    fn feed(&self, title: &str) -> String {
        let items = self.posts.iter().rev().map(|post| {
            let words = post.words.iter().rev().map(|(at, phase, text)| {
                let phase = capital(phase);
                format!("<p><small>{}</small><br><strong>{phase}</strong> - {text}</p>", day(*at))
            });
            let (key, words) = (&post.key, words.collect::<String>());
            let posted = post.words.last().map_or(post.began, |(at, ..)| *at);
            item(key, &post.title, "", &words, &date(posted))
        });
        channel(title, &items.collect::<String>())
    }

    /// As Azure's: what is over is gone; services and regions are categories, or stand in the title alone.
    fn azure(&self) -> String {
        let open = self.posts.iter().rev().filter(|post| !post.is_over());
        let items = open.map(|post| {
            let categories: String =
                post.components.iter().map(|name| format!("<category>{name}</category>")).collect();
            let text = post.words.last().map_or("", |(_, _, text)| text.as_str());
            item(&post.key, &post.title, &categories, text, &date(post.began))
        });
        channel("Azure Status", &items.collect::<String>())
    }
}

fn item(key: &str, title: &str, more: &str, text: &str, date: &str) -> String {
    format!(
        "<item><guid isPermaLink=\"false\">{key}</guid>{more}<title>{title}</title>\
         <description><![CDATA[{text}]]></description><pubDate>{date}</pubDate></item>"
    )
}

fn channel(title: &str, items: &str) -> String {
    let begin = "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel>";
    let link = "https://status.example.org/";
    format!("{begin}<title>{title}</title><link>{link}</link><description>{title}</description>{items}</channel></rss>")
}

fn date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%b %d, %H:%M UTC").to_string()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[async_trait]
impl Ask for Pages {
    async fn ask(&self, source: &Source, request: &Request, _may_be_same: bool) -> Asked {
        let nothing = || Outcome::Unreadable(Unreadable::Unreachable("no answer within 30 s".into()));
        let page = self.pages.get(source.id.as_str()).filter(|_| !self.is_offline);
        let whole = |page: &Page| page.body(source.format, request.role);
        let outcome = match page.map(|page| (page, &page.answers)) {
            None | Some((_, Answers::Nothing)) => nothing(),
            Some((_, Answers::Raw(status, bytes))) => {
                Outcome::Body(Body { status: *status, ..Body::saved(bytes.clone()) })
            }
            Some((page, Answers::CutShort)) => whole(page).map_or_else(nothing, |mut bytes| {
                bytes.truncate(bytes.len() / 2);
                Outcome::Body(Body::saved(bytes))
            }),
            Some((page, Answers::ThePage)) => {
                let not_there = || Outcome::Body(Body { status: 404, ..Body::saved(b"{}".to_vec()) });
                whole(page).map_or_else(not_there, |bytes| Outcome::Body(Body::saved(bytes)))
            }
        };
        Asked::Outcome(outcome, None)
    }
}
