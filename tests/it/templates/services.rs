//! Services with payloads of their own: what a template begins with sends what is shipped, and what a vendor writes stays
//! text wherever a template puts it.

use std::time::Duration;

use bellwether::alerting::template::start;
use bellwether::alerting::typical;
use bellwether::delivery::preset::{Call, calls, compose};
use bellwether::model::card::Card;
use bellwether::model::notification::Facts;
use bellwether::model::preset::Preset;
use bellwether::model::subscription::Way;
use bellwether::model::template::{Piece, Writes};
use bellwether::model::thread::Known;
use bellwether::pipeline::templated::{Pen, Use};

use super::wording;
use crate::preset::bodies::{card_of, flood, hostile, presets, would_take};
use crate::preset::{receivers, secrets};
use crate::support::facts;
use crate::support::far::{FarSide, reply};
use crate::support::ways;

fn told(preset: &Preset, facts: &Facts, templates: &[(&str, &str)]) -> (Result<Vec<Call>, String>, Vec<Use>) {
    let (wording, id) = (wording(templates, &[]), facts::id());
    let mut pen = Pen::new(&wording.templates, None, &id, facts);
    let card: Card = pen.card(Piece::of_service(&preset.service), card_of(facts));
    (calls(preset, &card, &Known::default()), pen.uses)
}

#[test]
fn what_a_template_begins_with_sends_what_is_shipped_to_every_service() {
    let copies: Vec<(String, &str)> =
        Piece::ALL.map(|piece| (format!("{}.j2", piece.word()), start::copy(piece))).into();
    let copies: Vec<(&str, &str)> = copies.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let mut compared = 0;
    for (id, preset) in presets() {
        for (name, facts) in typical::all().into_iter().chain([("hostile", hostile()), ("flood", flood())]) {
            let (own, uses) = told(&preset, &facts, &copies);
            let failed: Vec<_> = uses.iter().filter(|used| used.fault.is_some()).collect();
            assert!(failed.is_empty(), "{id}, {name}: {failed:?}");
            assert_eq!(own, told(&preset, &facts, &[]).0, "{id}, {name}");
            compared += usize::from(!uses.is_empty());
        }
    }
    assert!(compared > 300, "{compared}");
}

/// All that a vendor may write, put wherever a template can put it.
fn everywhere(piece: Piece) -> String {
    let theirs = "(topic.vendor ~ ' ' ~ topic.vendor_word.title ~ ' ' ~ topic.vendor_word.text)";
    match piece {
        Piece::Slack => format!(
            r#"{{"text": {{{{ {theirs} }}}}, "blocks": [
                {{"type": "header", "text": {{"type": "plain_text", "text": {{{{ {theirs} | line(140) }}}}}}}},
                {{"type": "section", "text": {{"type": "mrkdwn", "text": {{{{ "*" ~ {theirs} ~ "*" }}}}}}}},
                {{"type": "context", "elements": [{{"type": "mrkdwn", "text": {{{{ {theirs} }}}}}}]}}]}}"#
        ),
        Piece::Teams => format!(
            r#"{{"body": [{{"type": "TextBlock", "wrap": true, "text": {{{{ {theirs} }}}}}},
                {{"type": "Container", "items": [{{"type": "TextBlock", "text": {{{{ {theirs} }}}}}}]}}]}}"#
        ),
        Piece::Discord => format!(
            r#"{{"content": {{{{ {theirs} | line(900) }}}}, "embeds": [{{"title": {{{{ topic.vendor | line(200) }}}}, "description": {{{{ {theirs} }}}}}}]}}"#
        ),
        Piece::PagerDuty | Piece::Alertmanager => {
            format!(r#"{{"summary": {{{{ {theirs} }}}}, "details": {{"Theirs": {{{{ {theirs} }}}}}}}}"#)
        }
        _ => format!(r#"{{"summary": {{{{ {theirs} }}}}, "description": {{{{ {theirs} }}}}}}"#),
    }
}

#[test]
fn what_a_hostile_vendor_writes_is_no_link_and_no_mention_wherever_a_template_puts_it() {
    let mut tried = 0;
    for (id, preset) in presets() {
        let Some(piece) = Piece::of_service(&preset.service).filter(|piece| piece.writes() == Writes::Json) else {
            continue;
        };
        let (name, text) = (format!("{}.j2", piece.word()), everywhere(piece));
        let (own, uses) = told(&preset, &hostile(), &[(&name, &text)]);
        assert!(!uses.is_empty() && uses.iter().all(|used| used.fault.is_none()), "{id}: {uses:?}");
        for call in own.unwrap() {
            if let Err(why) = would_take(&id, &call) {
                panic!("{id}: {why}\n{:#}", call.body);
            }
            let body = call.body.to_string();
            for raw in ["<!channel>", "<@U012ABC>", "<!here>", "<https://evil.example|"] {
                assert!(
                    piece != Piece::Slack || !call.body["blocks"][1].to_string().contains(raw),
                    "{id}: {raw}: {body}"
                );
            }
            assert!(!body.contains("\"TextBlock\"") && !body.contains("\u{202E}"), "{id}: {body}");
            tried += 1;
        }
    }
    assert!(tried >= 11, "{tried}");
}

#[test]
fn a_drill_says_so_at_every_service_whatever_the_template_says() {
    let facts = facts::typical().into_iter().find(|(name, _)| *name == "drill").unwrap().1;
    for (id, preset) in presets() {
        let Some(piece) = Piece::of_service(&preset.service) else { continue };
        let text = match piece {
            Piece::Slack => r#"{"text": "EHR", "blocks": [{"type": "divider"}]}"#,
            Piece::Teams => r#"{"body": [{"type": "TextBlock", "text": "EHR"}]}"#,
            Piece::Discord => r#"{"content": "EHR", "embeds": []}"#,
            Piece::PagerDuty | Piece::Alertmanager => r#"{"summary": "EHR", "details": {"a": "b"}}"#,
            Piece::Sms => "EHR",
            _ => r#"{"summary": "EHR", "description": "EHR"}"#,
        };
        let (own, uses) = told(&preset, &facts, &[(&format!("{}.j2", piece.word()), text)]);
        assert!(uses.iter().all(|used| used.fault.is_none()), "{id}: {uses:?}");
        let body = own.unwrap()[0].body.to_string();
        assert!(body.contains("EHR") || piece == Piece::Slack, "{id}: {body}");
        assert!(body.contains("DRILL") || body.contains("TEST, nothing of it is happening"), "{id}: {body}");
    }
}

#[test]
fn json_that_a_service_would_not_take_is_a_fault_and_the_shipped_words_go_out() {
    let facts = facts::typical().remove(0).1;
    for (id, text, what) in [
        (
            "slack-hook",
            r#"{"blocks": []}"#,
            "`blocks` holds 0 blocks and 2 characters; Slack takes 1 to 48 and 11000 at the most",
        ),
        (
            "slack-hook",
            r#"{"blocks": [{"type": "image", "image_url": "https://x.example/i.png"}]}"#,
            "`blocks[0].type` is `image`; it may be section, header, divider, context, actions, rich_text",
        ),
        ("slack-hook", r#"{"bloks": []}"#, "`bloks` is not taken here, only `text`, `blocks`"),
        ("slack-hook", r#"["x"]"#, "it writes JSON that is no object: { … } is wanted"),
        ("slack-hook", "no json", "what it writes is no JSON: expected ident, near `no json`"),
        (
            "teams",
            r#"{"body": [{"type": "FactSet", "facts": []}]}"#,
            "`body[0]` is a FactSet, which Teams reads as Markdown: what a vendor writes could be a link; write a RichTextBlock",
        ),
        (
            "teams",
            r#"{"body": [{"type": "Container", "items": [{"type": "Image", "url": "https://x.example"}]}]}"#,
            "`body[0].items[0].type` is `Image`; it may be Container, ColumnSet, Column, RichTextBlock, TextBlock, ActionSet",
        ),
        (
            "discord",
            r#"{"embeds": [{"image": {"url": "https://x.example"}}]}"#,
            "`embeds[0]` is no object, or holds a picture, which would be fetched from elsewhere",
        ),
        ("pagerduty", r#"{"summary": 7}"#, "`summary` wants a text"),
        ("pagerduty", r#"{"dedup_key": "x"}"#, "`dedup_key` is not taken here, only `summary`, `details`"),
        (
            "alertmanager",
            r#"{"details": {"a b": "x"}}"#,
            "`details.a b` cannot be an annotation: letters, digits and _ alone",
        ),
        ("servicenow", "{}", "it holds nothing; `summary`, `description` can stand there"),
    ] {
        let preset = presets().into_iter().find(|(known, _)| known == id).unwrap().1;
        let name = format!("{}.j2", Piece::of_service(&preset.service).unwrap().word());
        let (own, uses) = told(&preset, &facts, &[(&name, text)]);
        assert_eq!(uses[0].fault.as_ref().map(|fault| fault.what.as_str()), Some(what), "{id}: {text}");
        assert_eq!(own, told(&preset, &facts, &[]).0, "{id}: {text}");
    }
}

#[tokio::test]
async fn a_card_of_ones_own_stands_in_the_request_and_what_is_ours_stays() {
    for (id, text, looks) in [
        (
            "slack-bot",
            r#"{"text": {{ "Own " ~ topic.vendor }}, "blocks": [{"type": "divider"}]}"#,
            ["/text", "Own Okta", "/channel", "C0123456789", "/blocks/0/type", "divider"],
        ),
        (
            "teams",
            r#"{"body": [{"type": "TextBlock", "text": {{ "Own " ~ topic.vendor }}, "weight": "Bolder"}]}"#,
            [
                "/attachments/0/content/body/0/inlines/0/text",
                "Own Okta",
                "/attachments/0/content/body/0/inlines/0/weight",
                "Bolder",
                "/attachments/0/content/actions/0/type",
                "Action.OpenUrl",
            ],
        ),
        (
            "pagerduty",
            r#"{"summary": {{ "Own " ~ topic.vendor }}, "details": {"Bridge": "+1 800 555 0100"}}"#,
            [
                "/payload/summary",
                "Own Okta",
                "/dedup_key",
                "bellwether:okta-3f9a1c0be77d2a41",
                "/payload/custom_details/Bridge",
                "+1 800 555 0100",
            ],
        ),
        (
            "ntfy",
            r#"{"summary": {{ "Own " ~ topic.vendor }}}"#,
            ["/title", "Own Okta", "/topic", "canary-topic", "/tags/0", "rotating_light"],
        ),
    ] {
        let far = FarSide::new(|_, _| reply(200, r#"{"ok": true, "ts": "1.2"}"#)).await;
        let receiver = receivers(far.url.as_str()).into_iter().find(|r| r.id.as_str() == id).unwrap();
        let environment = secrets(far.url.as_str());
        let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let party = ways::party(&receiver, &environment).unwrap().unwrap();
        let Way::Preset(preset) = &receiver.way else { panic!() };
        let (wording, nr, facts) = (
            wording(&[(&format!("{}.j2", Piece::of_service(&preset.service).unwrap().word()), text)], &[]),
            facts::id(),
            facts::typical().remove(0).1,
        );
        let mut pen = wording.pen(&receiver.id, &nr, &facts);
        let card = pen.card(Piece::of_service(&preset.service), card_of(&facts));
        let bytes = compose(preset, &card, &Known::default()).unwrap();
        let known = Known::default();
        ways::hooks(Duration::from_secs(15)).tell(&party, &bytes, &known, facts.at).await;
        let body = far.asked()[0].json();
        for pair in looks.chunks(2) {
            assert_eq!(
                body.pointer(pair[0]).and_then(|value| value.as_str()),
                Some(pair[1]),
                "{id}: {}: {body:#}",
                pair[0]
            );
        }
    }
}
