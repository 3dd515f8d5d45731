//! What each service is sent, and what each would refuse. The bodies lie under `tests/presets`, for people to read;
//! `BELLWETHER_BLESS=1` writes them anew.

use bellwether::alerting::message::card::card;
use bellwether::delivery::preset::{Act, Call, calls};
use bellwether::model::card::Card;
use bellwether::model::impact::Impact;
use bellwether::model::notification::{Facts, Topic};
use bellwether::model::preset::Preset;
use bellwether::model::subscription::Way;
use bellwether::model::thread::Known;
use serde_json::{Map, Value};

use super::receivers;
use crate::support::facts::{self, ehr, facts, okta, prescribing, word};
use crate::support::golden::golden;

/// The messages that are shown for each service: a beginning, worse, an end, what lies ahead, what nobody sees, a test.
const SHOWN: [&str; 7] =
    ["hurt", "worse-unknown", "over-vendor-said", "maintenance-ahead", "blind", "test-bare", "hostile"];

pub fn presets() -> Vec<(String, Preset)> {
    let preset = |way| match way {
        Way::Preset(preset) => *preset,
        other => panic!("{other:?}"),
    };
    receivers("https://far.example").into_iter().map(|r| (r.id.to_string(), preset(r.way))).collect()
}

pub fn card_of(facts: &Facts) -> Card {
    card(&facts::id(), facts)
}

/// What a vendor may write to reach into a message of ours, or to call everybody.
const HOSTILE: &str = "<!channel> <@U012ABC> @everyone <https://evil.example|click> [click](https://evil.example) *b* _i_ `c` ~s~ ||x|| # h\n```\n[code]<script>alert(1)</script>[/code] <b>bold</b> &amp; \u{202E}x {{x}} \u{1F525} ^ OR 1=1 \"q\" \\ |";

pub fn hostile() -> Facts {
    let mut theirs = word();
    theirs.title = HOSTILE.replace('\n', " ");
    theirs.text = Some(format!("{HOSTILE}\n{}", "&<*".repeat(100)));
    theirs.vendor_impact = HOSTILE.to_owned();
    let mut service = ehr(Impact::MajorOutage);
    service.name = "EHR & <b>*co*</b> [x](https://evil.example)".to_owned();
    service.say = Some(HOSTILE.to_owned());
    let topic = Topic {
        vendor: "Okta <!here> & [Co](https://evil.example)".into(),
        vendor_word: Some(theirs),
        ..okta(vec![service])
    };
    facts(vec![topic])
}

/// A first look on the worst of days: more causes than any service has room for.
pub fn flood() -> Facts {
    let topic = |n: usize| {
        let mut theirs = word();
        theirs.text = Some(format!("{n} {}", "ü€\u{1F525}& words ".repeat(500)));
        let services = (0..30).map(|k| {
            let mut service = prescribing(Impact::MajorOutage);
            service.name = format!("Service {k} {}", "of a long name ".repeat(8));
            service.workflow = "what people do with it, at some length ".repeat(10);
            service
        });
        let cause = bellwether::model::effect::Cause::Incident(bellwether::model::id::IncidentId(format!("i-{n}")));
        Topic { cause, vendor_word: Some(theirs), ..okta(services.collect()) }
    };
    facts((0..60).map(topic).collect())
}

pub fn all_facts() -> Vec<(&'static str, Facts)> {
    facts::typical().into_iter().chain([("hostile", hostile()), ("flood", flood())]).collect()
}

#[test]
fn every_service_is_sent_what_stands_beside_it() {
    for (id, preset) in presets() {
        let mut shown = Map::new();
        for (name, facts) in all_facts() {
            if SHOWN.contains(&name) {
                let calls = calls(&preset, &card_of(&facts), &Known::default()).unwrap();
                shown.insert(name.to_owned(), serde_json::to_value(calls).unwrap());
            }
        }
        assert_eq!(shown.len(), SHOWN.len());
        golden(&format!("tests/presets/{id}.json"), &format!("{:#}\n", Value::Object(shown)));
    }
}

#[test]
fn nothing_that_anybody_writes_is_longer_than_a_service_takes_or_reaches_into_it() {
    let mut checked = 0;
    for (id, preset) in presets() {
        for (name, facts) in all_facts() {
            let card = card_of(&facts);
            if card.shift.is_some() && !preset.service.takes_shifts() {
                assert!(calls(&preset, &card, &Known::default()).is_err(), "{id}: {name}");
                continue;
            }
            for call in calls(&preset, &card, &Known::default()).unwrap() {
                if let Err(why) = would_take(&id, &call) {
                    panic!("{id}, {name}: {why}\n{:#}", call.body);
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 200, "{checked}");
}

/// Whether the real service would take it, after its own words about limits and forms.
pub fn would_take(id: &str, call: &Call) -> Result<(), String> {
    match id {
        "slack-hook" | "slack-bot" => [Some(&call.body), call.bare.as_ref()].into_iter().flatten().try_for_each(slack),
        "teams" => [Some(&call.body), call.bare.as_ref()].into_iter().flatten().try_for_each(teams),
        "pagerduty" => pagerduty(call),
        "opsgenie" | "jira-alerts" => opsgenie(call),
        "jira-issues" => jira(call),
        "servicenow" => servicenow(call),
        "alertmanager" => alertmanager(&call.body),
        "discord" => [Some(&call.body), call.bare.as_ref()].into_iter().flatten().try_for_each(discord),
        "cloudevents" => cloudevents(&call.body),
        "ntfy" => ntfy(&call.body),
        "sms" => sms(&call.body),
        other => panic!("{other} has no check"),
    }
}

fn must(is_so: bool, why: impl Into<String>) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(why.into()) }
}

/// Every text in a document, with its key.
fn texts<'a>(value: &'a Value, key: &'a str, found: &mut Vec<(&'a str, &'a str)>) {
    match value {
        Value::String(text) => found.push((key, text)),
        Value::Array(all) => all.iter().for_each(|one| texts(one, key, found)),
        Value::Object(all) => all.iter().for_each(|(key, one)| texts(one, key, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn all_texts(value: &Value) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    texts(value, "", &mut found);
    found
}

fn slack(body: &Value) -> Result<(), String> {
    let blocks = body["blocks"].as_array().map_or(&[][..], Vec::as_slice);
    must(blocks.len() <= 50, format!("{} blocks", blocks.len()))?;
    let length: usize = blocks.iter().map(|block| block.to_string().chars().count()).sum();
    must(length <= 13_000, format!("{length} characters of blocks"))?;
    let text = body["text"].as_str().unwrap_or_default();
    must(!text.is_empty() && text.chars().count() <= 4_000, "text")?;
    only_our_links(text)?;
    for block in blocks {
        match block["type"].as_str() {
            Some("header") => must((1..=150).contains(&chars(&block["text"]["text"])), "a header")?,
            Some("section") => {
                must((1..=3_000).contains(&chars(&block["text"]["text"])), "a section")?;
                must(block["text"]["verbatim"] == true, "read again by Slack")?;
                only_our_links(block["text"]["text"].as_str().unwrap())?;
            }
            Some("context") => only_our_links(block["elements"][0]["text"].as_str().unwrap())?,
            Some("divider") => {}
            other => return Err(format!("a block {other:?}")),
        }
    }
    Ok(())
}

/// In Slack's text nothing is a command but a link that begins with a web address; an `&` begins an entity.
fn only_our_links(text: &str) -> Result<(), String> {
    for piece in text.split('<').skip(1) {
        must(
            piece.starts_with("http") && piece.contains('>'),
            format!("<{}", piece.chars().take(30).collect::<String>()),
        )?;
        must(!piece.starts_with("https://evil"), "their link")?;
    }
    for piece in text.split('&').skip(1) {
        must(["amp;", "lt;", "gt;"].iter().any(|entity| piece.starts_with(entity)), format!("&{piece:.10}"))?;
    }
    Ok(())
}

fn chars(value: &Value) -> usize {
    value.as_str().unwrap_or_default().chars().count()
}

fn teams(body: &Value) -> Result<(), String> {
    must(body.to_string().len() <= 21_000, format!("{} octets", body.to_string().len()))?;
    must(body["type"] == "message", "no message")?;
    let card = &body["attachments"][0];
    must(card["contentType"] == "application/vnd.microsoft.card.adaptive", "no card")?;
    must(card["content"]["type"] == "AdaptiveCard" && card["content"]["version"] == "1.4", "no card of 1.4")?;
    // Whatever is not a TextRun may be read as Markdown.
    must(!body.to_string().contains(r#""type":"TextBlock""#) && !body.to_string().contains("FactSet"), "Markdown")?;
    let links = all_texts(body).into_iter().filter(|(key, _)| *key == "url");
    for (_, url) in links {
        must(url.starts_with("http") && !url.contains("evil"), url)?;
    }
    Ok(())
}

fn pagerduty(call: &Call) -> Result<(), String> {
    let body = &call.body;
    must(body.to_string().len() < 512 * 1024, "512 KB")?;
    must(body.get("routing_key").is_none(), "the key is frozen")?;
    must((1..=1_024).contains(&chars(&body["payload"]["summary"])), "summary")?;
    must(chars(&body["payload"]["source"]) > 0, "source")?;
    if call.act == Act::Mention {
        return must(body.get("event_action").is_none(), "a change event with an action");
    }
    let action = body["event_action"].as_str().unwrap_or_default();
    must(["trigger", "acknowledge", "resolve"].contains(&action), action)?;
    must((1..=255).contains(&chars(&body["dedup_key"])), "dedup_key")?;
    let severity = body["payload"]["severity"].as_str().unwrap_or_default();
    must(["critical", "error", "warning", "info"].contains(&severity), severity)
}

fn opsgenie(call: &Call) -> Result<(), String> {
    let body = &call.body;
    must(
        (1..=512).contains(&call.key.len()) && call.key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
        "alias",
    )?;
    for (key, text) in all_texts(body) {
        must(!text.contains('<'), format!("{key}: {text:.60}"))?;
    }
    if !matches!(call.act, Act::Open) {
        return must((1..=25_000).contains(&chars(&body["note"])), "note");
    }
    must((1..=130).contains(&chars(&body["message"])), "message")?;
    must(chars(&body["description"]) <= 15_000, "description")?;
    must(body["alias"] == call.key.as_str(), "alias")?;
    must(["P1", "P2", "P3", "P4", "P5"].contains(&body["priority"].as_str().unwrap()), "priority")?;
    let tags = body["tags"].as_array().unwrap();
    must(tags.len() <= 20 && tags.iter().all(|tag| (1..=50).contains(&chars(tag))), "tags")
}

fn jira(call: &Call) -> Result<(), String> {
    let fields = &call.body["create"]["fields"];
    let summary = fields["summary"].as_str().unwrap();
    must((1..=255).contains(&summary.encode_utf16().count()) && !summary.contains('\n'), "summary")?;
    for document in [&fields["description"], &call.body["note"]["body"]] {
        must(document["type"] == "doc" && document["version"] == 1, "no document")?;
        must(document.to_string().chars().count() < 32_767 * 2, "a document that is too long")?;
        let nodes: Vec<&Value> = document["content"].as_array().unwrap().iter().collect();
        must(!nodes.is_empty() && nodes.iter().all(|node| node["type"] == "paragraph"), "a document of other things")?;
        let leaves = nodes.iter().flat_map(|node| node["content"].as_array().unwrap());
        for leaf in leaves {
            let is_text = leaf["type"] == "text" && chars(&leaf["text"]) > 0 && leaf.get("marks").is_none();
            must(is_text || leaf["type"] == "hardBreak", leaf.to_string())?;
        }
    }
    let labels = fields["labels"].as_array().unwrap();
    must(labels.iter().all(|label| !label.as_str().unwrap().contains(char::is_whitespace)), "labels")
}

fn servicenow(call: &Call) -> Result<(), String> {
    let create = &call.body["create"];
    must((1..=160).contains(&chars(&create["short_description"])), "short_description")?;
    must((1..=4_000).contains(&chars(&create["description"])), "description")?;
    let mark = create["correlation_id"].as_str().unwrap();
    must(mark.len() <= 100 && mark.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "correlation_id")?;
    must(["1", "2", "3"].contains(&create["urgency"].as_str().unwrap()), "urgency")?;
    for (_, text) in all_texts(&call.body) {
        must(!text.to_lowercase().contains("[code]"), "HTML by [code]")?;
    }
    Ok(())
}

fn alertmanager(body: &Value) -> Result<(), String> {
    let alerts = body.as_array().unwrap();
    must(!alerts.is_empty(), "no alert")?;
    for alert in alerts {
        for (name, value) in
            alert["labels"].as_object().unwrap().iter().chain(alert["annotations"].as_object().unwrap())
        {
            must(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && chars(value) > 0, name)?;
        }
        must(chars(&alert["labels"]["alertname"]) > 0, "alertname")?;
        let time = |key: &str| alert[key].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        must(time("startsAt") <= time("endsAt"), "it ends before it begins")?;
        must(alert.get("generatorURL").is_none_or(|url| url.as_str().unwrap().starts_with("http")), "generatorURL")?;
    }
    let labels: std::collections::BTreeSet<String> = alerts.iter().map(|alert| alert["labels"].to_string()).collect();
    must(labels.len() == alerts.len(), "two alerts that are one")
}

fn discord(body: &Value) -> Result<(), String> {
    let units = |value: &Value| value.as_str().unwrap_or_default().encode_utf16().count();
    must((1..=2_000).contains(&units(&body["content"])), "content")?;
    must(body["allowed_mentions"]["parse"] == serde_json::json!([]), "it could call people")?;
    let embeds = body["embeds"].as_array().map_or(&[][..], Vec::as_slice);
    must(embeds.len() <= 10, "embeds")?;
    let mut all = 0;
    for embed in embeds {
        must((1..=256).contains(&units(&embed["title"])), "title")?;
        must(units(&embed["description"]) <= 4_096, "description")?;
        must(units(&embed["footer"]["text"]) <= 2_048, "footer")?;
        all += units(&embed["title"]) + units(&embed["description"]) + units(&embed["footer"]["text"]);
        let fields = embed["fields"].as_array().map_or(&[][..], Vec::as_slice);
        must(fields.len() <= 25, "fields")?;
        for field in fields {
            must(
                (1..=256).contains(&units(&field["name"])) && (1..=1_024).contains(&units(&field["value"])),
                "a field",
            )?;
            all += units(&field["name"]) + units(&field["value"]);
        }
    }
    must(all <= 6_000, format!("{all} characters of embeds"))?;
    for (key, text) in all_texts(body) {
        must(key == "url" || key == "text" || !text.contains("](http"), format!("a link in disguise: {text:.80}"))?;
    }
    Ok(())
}

fn cloudevents(body: &Value) -> Result<(), String> {
    for key in ["id", "source", "type", "specversion"] {
        must(chars(&body[key]) > 0, key)?;
    }
    must(body["specversion"] == "1.0" && body["data"]["version"] == 1, "version")?;
    must(body["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "time")
}

fn ntfy(body: &Value) -> Result<(), String> {
    must(body.get("topic").is_none(), "the topic is frozen")?;
    must((1..=4_096).contains(&body["message"].as_str().unwrap().len()), "message")?;
    must((1..=250).contains(&chars(&body["title"])), "title")?;
    must((1..=5).contains(&body["priority"].as_u64().unwrap()), "priority")
}

fn sms(body: &Value) -> Result<(), String> {
    must((1..=160).contains(&chars(&body["Body"])), "Body")?;
    must(body["To"].as_str().unwrap().starts_with('+') && chars(&body["From"]) > 0, "To and From")
}

#[test]
fn who_takes_care_is_told_where_there_is_a_word_for_it() {
    for (id, preset) in presets() {
        let calls =
            bellwether::delivery::preset::acknowledgement(&preset, "okta-1", "Ada <!channel>", &Known::default());
        match id.as_str() {
            "pagerduty" => {
                assert_eq!(
                    calls[0].body,
                    serde_json::json!({"event_action": "acknowledge", "dedup_key": "bellwether:okta-1"})
                );
            }
            "opsgenie" | "jira-alerts" => {
                assert_eq!(calls[0].act, Act::Acknowledge);
                let first = bellwether::delivery::preset::calls(&preset, &card_of(&opened()), &Known::default());
                assert_eq!(calls[0].key, first.unwrap()[0].key, "the alias that it was opened with");
                assert!(!calls[0].body.to_string().contains('<'));
            }
            _ => assert!(calls.is_empty(), "{id}"),
        }
    }
}

fn opened() -> Facts {
    let cause = bellwether::model::effect::Cause::Incident(bellwether::model::id::IncidentId("okta-1".into()));
    facts(vec![Topic { cause, ..okta(vec![ehr(Impact::MajorOutage)]) }])
}
