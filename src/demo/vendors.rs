//! What vendors' pages say at a moment of a story, in the shapes in which such vendors publish. Pure: the same story and
//! the same time give the same page. Of the fields, only those are written that say something.

use std::fmt::Write;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::story::{Page, Post, Story};

/// An incident as a page has it.
struct Shown<'a> {
    key: &'a str,
    began: Timestamp,
    changed: Timestamp,
    latest: Post,
    said: Vec<(Timestamp, String, &'a str)>,
}

/// All that the page ever said up to `now`, with what is gone from it left out; the newest last.
fn shown<'a>(story: &'a Story, page: &Page, now: Timestamp) -> Vec<Shown<'a>> {
    let mut all: Vec<Shown<'a>> = Vec::new();
    for (at, post) in story.posts(&page.vendor, now) {
        let phase = post.phase.clone().unwrap_or_else(|| "investigating".to_owned());
        match all.iter_mut().find(|one| one.key == post.incident) {
            None => all.push(Shown {
                key: &post.incident,
                began: post.since.unwrap_or(at),
                changed: at,
                latest: post.clone(),
                said: vec![(at, phase, &post.text)],
            }),
            Some(one) => {
                one.latest = after(&one.latest, post);
                one.changed = at;
                let phase = one.latest.phase.clone().unwrap_or(phase);
                one.said.push((at, phase, &post.text));
            }
        }
    }
    all.retain(|one| !one.latest.gone);
    all
}

/// A post after another: what is left out stays.
fn after(before: &Post, post: &Post) -> Post {
    let before = before.clone();
    Post {
        title: post.title.clone().or(before.title),
        impact: post.impact.clone().or(before.impact),
        phase: post.phase.clone().or(before.phase),
        components: post.components.clone().or(before.components),
        status: post.status.clone().or(before.status),
        regions: post.regions.clone().or(before.regions),
        ..post.clone()
    }
}

/// A page in the shape of Azure's status feed: empty while all is well, one item for an incident, edited in place.
#[must_use]
pub fn azure_feed(story: &Story, page: &Page, now: Timestamp) -> String {
    let mut items = String::new();
    for one in shown(story, page, now) {
        let post = &one.latest;
        let categories = post.components.iter().chain(&post.regions).flatten();
        let categories: String = categories.map(|name| format!("<category>{}</category>", escaped(name))).collect();
        let (key, title) = (escaped(one.key), escaped(post.title.as_deref().unwrap_or(one.key)));
        let text = escaped(&format!("<p>{}</p>", escaped(&post.text)));
        let began = mail_time(one.began);
        // Writing into a text cannot fail.
        let _ = write!(
            items,
            "<item><guid isPermaLink=\"false\">{key}</guid>{categories}<title>{title}</title><description>{text}</description><pubDate>{began}</pubDate></item>"
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><!-- Synthetic. --><channel><title>Azure Status</title><description>Azure Status</description><language>en-us</language><lastBuildDate>{}</lastBuildDate>{items}</channel></rss>",
        mail_time(now)
    )
}

fn mail_time(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S Z").to_string()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A page in the shape of Statuspage: `summary` with what is open, or `incidents` with all of them.
#[must_use]
pub fn statuspage(story: &Story, page: &Page, with_ended: bool, now: Timestamp) -> Value {
    let mut all = shown(story, page, now);
    all.reverse();
    let components: Vec<Value> = page.components.iter().map(|name| component(name, status_of(name, &all))).collect();
    let listed = all.iter().filter(|one| with_ended || !is_over(one));
    let incidents: Vec<Value> = listed.map(|one| incident(one, &all)).collect();
    let mut document = json!({
        "page": { "id": "synthetic", "name": page.vendor.as_str(), "url": "https://status.lakeview.example", "time_zone": "Etc/UTC", "updated_at": now.to_string() },
        "incidents": incidents,
    });
    if !with_ended {
        document["components"] = components.into();
        document["scheduled_maintenances"] = json!([]);
        document["status"] = json!({ "indicator": "none", "description": "Synthetic" });
    }
    document
}

fn is_over(one: &Shown<'_>) -> bool {
    one.latest.phase.as_deref() == Some("resolved")
}

/// The status of a component: what the newest incident that names it says.
fn status_of<'a>(name: &str, all: &'a [Shown<'_>]) -> &'a str {
    let names_it = |one: &&Shown<'_>| one.latest.components.iter().flatten().any(|c| c == name);
    all.iter().find(names_it).and_then(|one| one.latest.status.as_deref()).unwrap_or("operational")
}

fn component(name: &str, status: &str) -> Value {
    let id: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    json!({ "id": id, "name": name, "status": status, "group": false, "group_id": null })
}

fn incident(one: &Shown<'_>, all: &[Shown<'_>]) -> Value {
    let post = &one.latest;
    let named = post.components.iter().flatten().map(|name| component(name, status_of(name, all)));
    let updates = one.said.iter().enumerate().rev().map(|(number, (at, phase, text))| {
        json!({ "id": format!("{}-{number}", one.key), "status": phase, "body": text, "created_at": at.to_string(), "display_at": at.to_string() })
    });
    json!({
        "id": one.key,
        "name": post.title,
        "status": post.phase.as_deref().unwrap_or("investigating"),
        "impact": post.impact.as_deref().unwrap_or("none"),
        "created_at": one.began.to_string(),
        "started_at": one.began.to_string(),
        "updated_at": one.changed.to_string(),
        "resolved_at": is_over(one).then(|| one.changed.to_string()),
        "components": named.collect::<Vec<_>>(),
        "incident_updates": updates.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    fn night() -> Story {
        Story::named("crowdstrike").unwrap()
    }

    #[test]
    fn the_feed_is_empty_then_holds_one_item_that_is_edited_and_at_last_is_empty_again() {
        let story = night();
        let feed = |time| azure_feed(&story, &story.pages[0], at(time));
        assert!(!feed("2024-07-18T22:12:59Z").contains("<item>"));
        let first = feed("2024-07-18T22:13:00Z");
        assert!(first.contains("Central US</category>") && first.contains("Thu, 18 Jul 2024 21:56:00 Z"), "{first}");
        let later = feed("2024-07-19T04:00:00Z");
        assert_eq!(later.matches("<item>").count(), 1);
        assert!(later.contains("99 %"), "{later}");
        assert!(!feed("2024-07-19T12:15:00Z").contains("<item>"));
    }

    #[test]
    fn the_summary_lists_what_is_open_and_the_list_what_ended_too() {
        let story = night();
        let page = |ended, time| statuspage(&story, &story.pages[1], ended, at(time));
        assert_eq!(page(false, "2024-07-18T23:40:00Z")["incidents"].as_array().unwrap().len(), 0);
        let open = page(false, "2024-07-19T01:00:00Z");
        assert_eq!(open["incidents"][0]["impact"], "major");
        assert_eq!(open["components"][0]["status"], "partial_outage");
        assert_eq!(open["components"][3]["status"], "operational");
        assert_eq!(page(false, "2024-07-19T13:00:00Z")["incidents"].as_array().unwrap().len(), 0);
        let list = page(true, "2024-07-19T13:00:00Z");
        assert_eq!(list["incidents"][0]["status"], "resolved");
        assert_eq!(list["incidents"][0]["incident_updates"].as_array().unwrap().len(), 3);
    }
}
