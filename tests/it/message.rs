//! Facts in, words out. The typical messages lie beside, under `tests/messages`, so that a person can read them;
//! `BELLWETHER_BLESS=1 cargo test` writes them anew.

use std::sync::LazyLock;

use bellwether::alerting::message::subject::{SUBJECT_CHARS, subject};
use bellwether::alerting::message::{message, webhook};
use bellwether::model::effect::EffectKind;
use bellwether::model::impact::Impact;
use bellwether::model::incident::ResolvedHow;
use bellwether::model::inquiry::Came;
use bellwether::model::inventory::Tier;
use bellwether::model::keeping::Finding;
use bellwether::model::notification::{Facts, HurtService, Message, Topic, VendorWord};
use proptest::prelude::*;

use crate::support::facts::{self, blind, crowdstrike, ehr, facts, id, offline, okta, over, prescribing, word};
use crate::support::golden::golden;

/// What holds for every message, whatever its facts.
fn check_form(facts: &Facts) -> Message {
    let message = message(&id(), facts);
    assert_eq!(message, bellwether::alerting::message::message(&id(), facts), "the same facts make the same bytes");
    check_subject(&message.subject);
    check_short(&message.short);
    for line in message.html.lines() {
        assert!(line.len() <= 900, "an HTML line of {} octets", line.len());
    }
    for line in message.text.lines() {
        let breakable = line.split(' ').all(|word| word.chars().count() < 40);
        assert!(line.chars().count() <= 78 || !breakable, "too wide: {line}");
    }
    static SCHEMA: LazyLock<jsonschema::Validator> =
        LazyLock::new(|| jsonschema::validator_for(webhook::schema().as_value()).unwrap());
    if let Err(error) = SCHEMA.validate(&message.json) {
        panic!("{error} in {:#}", message.json);
    }
    message
}

/// What a line takes in the alphabet of GSM 03.38; a character outside it would turn the whole into another coding.
fn septets(line: &str) -> usize {
    const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    const EXTENSION: &str = "\u{c}^{}\\[~]|€";
    let one = |c: char| match (BASIC.contains(c), EXTENSION.contains(c)) {
        (true, _) => 1,
        (false, true) => 2,
        (false, false) => panic!("{c:?} is not in the alphabet: {line}"),
    };
    line.chars().map(one).sum()
}

fn check_short(line: &str) {
    let septets = septets(line);
    assert!((1..=160).contains(&septets), "{septets}: {line}");
    assert!(!line.contains(['\n', '\r']) && line.trim() == line, "{line:?}");
}

fn check_subject(subject: &str) {
    let chars = subject.chars().count();
    assert!(!subject.is_empty() && chars <= SUBJECT_CHARS, "{chars}: {subject}");
    assert!(!subject.chars().any(hides), "{subject:?}");
}

fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{061C}')
}

#[test]
fn typical_messages() {
    let mut short = String::new();
    for (name, facts) in facts::typical() {
        let message = check_form(&facts);
        short += &format!("{name} ({})\n    {}\n", septets(&message.short), message.short);
        golden(&format!("tests/messages/{name}.txt"), &format!("Subject: {}\n\n{}", message.subject, message.text));
        golden(&format!("tests/messages/{name}.html"), &message.html);
    }
    golden("tests/messages/short.txt", &short);
}

#[test]
fn the_schema_under_config_is_fresh() {
    let schema = serde_json::to_string_pretty(&webhook::schema()).unwrap();
    golden("config/webhook.schema.json", &format!("{schema}\n"));
}

fn check_subject_is(topics: Vec<Topic>, expected: &str) {
    assert_eq!(subject(&facts(topics)), expected);
}

#[test]
fn subjects() {
    let hurt = || okta(vec![ehr(Impact::MajorOutage)]);
    check_subject_is(vec![hurt()], "[DOWN] EHR at 6 of 7 sites: Okta SSO");
    check_subject_is(
        vec![okta(vec![prescribing(Impact::Degraded)])],
        "[Degraded] e-Prescribing at all sites: Okta SSO",
    );
    check_subject_is(
        vec![Topic { told: vec![EffectKind::Worse], ..hurt() }],
        "[Worse: DOWN] EHR at 6 of 7 sites: Okta SSO",
    );
    check_subject_is(vec![over(hurt(), Some(ResolvedHow::VendorSaid))], "[Over] EHR at 6 of 7 sites: Okta SSO");
    check_subject_is(
        vec![over(hurt(), Some(ResolvedHow::NoLongerListed))],
        "[No longer listed] EHR at 6 of 7 sites: Okta SSO",
    );
    check_subject_is(vec![blind()], "[Cannot see, 2 services] Okta, which EHR needs at 6 of 7 sites");
    check_subject_is(vec![over(blind(), None)], "[Seen again, 2 services] Okta, which EHR needs at 6 of 7 sites");
    check_subject_is(vec![offline()], "[Offline] Bellwether itself, not the vendors");
    check_subject_is(
        vec![crowdstrike(), hurt()],
        "[DOWN, 8 services, 2 causes] EHR at 31 sites: CrowdStrike Falcon; also Okta",
    );
    check_subject_is(vec![okta(vec![])], "[Partly down] Okta: Sign-in failures for some customers");
}

#[test]
fn a_subject_in_a_thread_keeps_its_stem() {
    let stem = |topic: Topic| subject(&facts(vec![topic])).split_once("] ").unwrap().1.to_owned();
    let first = stem(okta(vec![ehr(Impact::Degraded)]));
    let more = vec![ehr(Impact::MajorOutage), prescribing(Impact::Degraded)];
    assert_eq!(stem(Topic { told: vec![EffectKind::Worse], ..okta(more) }), first);
    assert_eq!(stem(over(okta(vec![ehr(Impact::MajorOutage)]), Some(ResolvedHow::ByHand))), first);
}

#[test]
fn the_service_that_is_still_hurt_leads_over_one_that_is_free() {
    let free = HurtService { effect: EffectKind::Over, ..ehr(Impact::MajorOutage) };
    check_subject_is(
        vec![okta(vec![free, prescribing(Impact::Degraded)])],
        "[Degraded, 2 services] e-Prescribing at all sites: Okta SSO",
    );
}

#[test]
fn the_first_line_says_what_how_badly_where_by_whom_since_when() {
    let text = message(&id(), &facts(vec![okta(vec![ehr(Impact::MajorOutage)])])).text;
    let head = text.split("\n\n").next().unwrap().replace('\n', " ");
    assert!(
        head.starts_with("EHR is down at 6 of 7 sites because of Okta, since 17:03 CDT (22:03 UTC), for 38 min."),
        "{head}"
    );
}

/// A message of `topic` says all of `says` and none of `never`, as text and as HTML.
fn check_says(topic: Topic, says: &[&str], never: &[&str]) {
    let message = check_form(&facts(vec![topic]));
    let text = message.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let html = scraper::Html::parse_document(&message.html);
    let html = html.root_element().text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    for shown in [text, html] {
        for words in says {
            assert!(shown.contains(words), "{words:?} is missing in: {shown}");
        }
        for words in never {
            assert!(!shown.to_lowercase().contains(words), "{words:?} is in: {shown}");
        }
    }
}

const FINE: [&str; 5] = ["operational", "works again", "all clear", "is well", "no impact"];

#[test]
fn unknown_is_never_worded_as_fine() {
    let word = VendorWord { vendor_impact: "none".into(), impact: Impact::Unknown, components: vec![], ..word() };
    let topic = Topic { impact: Impact::Unknown, vendor_word: Some(word), ..okta(vec![ehr(Impact::Unknown)]) };
    check_says(
        topic,
        &["EHR may be hurt", "nobody says how badly", "Okta does not say which component", "“none”"],
        &FINE,
    );
    check_says(blind(), &["We cannot see Okta", "EHR may be hurt", "nobody knows", "no answer within 30 s"], &FINE);
    check_says(over(blind(), None), &["We can see Okta again", "nobody saw it"], &FINE);
    check_says(offline(), &["Bellwether itself is offline"], &FINE);
}

#[test]
fn an_end_says_how_it_is_known_and_is_no_all_clear() {
    let hurt = || okta(vec![ehr(Impact::PartialOutage)]);
    check_says(over(hurt(), Some(ResolvedHow::VendorSaid)), &["Okta says it is resolved", "1 h 45 min"], &FINE);
    let gone = "no longer listed by Okta for 10 min; Okta did not say that it ended";
    check_says(over(hurt(), Some(ResolvedHow::NoLongerListed)), &[gone, "See that EHR works before"], &FINE);
    check_says(over(hurt(), Some(ResolvedHow::ByHand)), &["closed by hand"], &FINE);
    let still = HurtService { still: vec!["down because of Azure".into()], ..ehr(Impact::PartialOutage) };
    let topic = over(okta(vec![still]), Some(ResolvedHow::VendorSaid));
    assert!(subject(&facts(vec![topic.clone()])).starts_with("[Over, still hurt]"));
    check_says(topic, &["EHR is still hurt: down because of Azure.", "Keep to “DT-01"], &["end it"]);
}

#[test]
fn what_else_hurts_is_told_from_the_beginning() {
    let hurt = HurtService { still: vec!["Azure SQL: degraded".into()], ..ehr(Impact::PartialOutage) };
    check_says(okta(vec![hurt]), &["EHR is hurt by something else too: Azure SQL: degraded."], &["still hurt"]);
}

#[test]
fn a_service_that_an_ended_cause_leaves_hurt_is_not_told_as_free() {
    let mut topic = over(okta(vec![ehr(Impact::MajorOutage), prescribing(Impact::Degraded)]), None);
    topic.services[1].effect = EffectKind::Hurt;
    check_says(topic.clone(), &["Still hurt by this: e-Prescribing."], &["no longer hurt by this"]);
    assert!(subject(&facts(vec![topic])).starts_with("[Over, still hurt, 2 services] EHR"));
    let freed = HurtService { effect: EffectKind::Over, ..prescribing(Impact::Degraded) };
    check_says(
        okta(vec![ehr(Impact::MajorOutage), freed]),
        &["No longer hurt by this: e-Prescribing."],
        &["also hurt"],
    );
}

#[test]
fn an_end_without_a_beginning_tells_no_duration() {
    let until = facts::at("2026-07-17T22:41:09Z");
    let topic = Topic { since: until, until: Some(until), ..over(blind(), None) };
    check_says(topic, &["We can see Okta again; we could not until 17:41 CDT (22:41 UTC)."], &["for 0 s", "it lasted"]);
}

#[test]
fn a_service_that_bears_no_more_says_so() {
    let used = HurtService { bears_seconds: Some(1800), ..ehr(Impact::MajorOutage) };
    check_says(okta(vec![used]), &["passed by 8 min of 30 min, at 17:33 CDT (22:33 UTC)"], &[]);
    check_says(
        okta(vec![ehr(Impact::MajorOutage)]),
        &["38 min of 4 h used, 3 h 21 min left, until 21:03 CDT (Sat 02:03 UTC)"],
        &[],
    );
}

#[test]
fn life_safety_is_told_in_full_however_many_services_are_hurt() {
    let mut services: Vec<_> = (0..40)
        .map(|n| facts::service(&format!("s{n}"), &format!("Service {n}"), Tier::BackOffice, Impact::Degraded))
        .collect();
    services.push(HurtService {
        owner: "the heart ward".into(),
        ..facts::service("heart", "Heart", Tier::LifeSafety, Impact::Degraded)
    });
    check_says(okta(services), &["the heart ward", "and 23 more"], &[]);
}

#[test]
fn of_very_many_causes_none_is_left_out() {
    let topics: Vec<_> = (0..40)
        .map(|n| {
            okta(vec![facts::service(&format!("s{n}"), &format!("Service-{n}."), Tier::Business, Impact::Degraded)])
        })
        .collect();
    let text = check_form(&facts(topics)).text;
    for n in 0..40 {
        assert!(text.contains(&format!("Service-{n}.")), "{n}");
    }
}

#[test]
fn the_vendors_link_shows_its_host_and_links_in_its_text_stay_text() {
    let word = VendorWord { text: Some("See https://evil.example/login now".into()), ..word() };
    let message = check_form(&facts(vec![Topic { vendor_word: Some(word), ..okta(vec![ehr(Impact::Degraded)]) }]));
    let html = scraper::Html::parse_document(&message.html);
    let links: Vec<_> = html.select(&scraper::Selector::parse("a").unwrap()).collect();
    assert!(links.iter().all(|a| !a.attr("href").unwrap().contains("evil")));
    assert!(links.iter().any(|a| a.text().collect::<String>() == "on status.okta.example"));
}

/// Facts with `text` wherever a text stands.
fn everywhere(text: &str) -> Facts {
    let t = || text.to_owned();
    let mut hurt = ehr(Impact::MajorOutage);
    (hurt.name, hurt.workflow, hurt.owner, hurt.say) = (t(), t(), t(), Some(t()));
    (hurt.sites, hurt.path, hurt.still) = (vec![t(), t()], vec![t(), t()], vec![t()]);
    (hurt.procedure.name, hurt.procedure.first_steps, hurt.procedure.contacts) = (t(), vec![t()], vec![t()]);
    let mut word = word();
    (word.key, word.title, word.vendor_impact, word.vendor_phase) = (t(), t(), t(), t());
    (word.components, word.regions, word.text, word.link) = (vec![t()], vec![t()], Some(t()), Some(t()));
    word.author = Some(t());
    let mut topic = Topic { vendor_word: Some(word), ..okta(vec![hurt, prescribing(Impact::Degraded)]) };
    (topic.vendor, topic.why, topic.support.phone, topic.support.account) = (t(), Some(t()), Some(t()), Some(t()));
    topic.incident = Some(bellwether::model::id::IncidentId(t()));
    Facts { organisation: t(), page: Some(t()), ..facts(vec![topic]) }
}

/// `text` wherever a vendor's page, or who wrote its file, can bring any into what is told of a source.
fn everywhere_of_a_source(text: &str) -> Facts {
    let (t, mut topic) = (|| text.to_owned(), facts::moved());
    topic.vendor = t();
    let kept = topic.keeping.as_mut().unwrap();
    (kept.format, kept.url, kept.needed_by) = (t(), Some(t()), vec![t()]);
    kept.findings = vec![Finding { role: Some(t()), path: Some(t()), what: t() }];
    kept.samples.iter_mut().for_each(|sample| (sample.role, sample.hash) = (t(), t()));
    let inquiry = kept.inquiry.as_mut().unwrap();
    if let Came::Other(found) = &mut inquiry.came {
        (found.titled, found.sign) = (Some(t()), t());
        found.url.set_query(Some(text));
        found.roles = vec![("history".into(), found.url.clone())];
    }
    let nothing = facts::kept(Some(Came::Nothing { tried: 1, why: Some(t()) }));
    Facts { organisation: t(), ..facts::keepers(vec![topic, nothing]) }
}

fn check_harmless(facts: &Facts) {
    let message = check_form(facts);
    let html = scraper::Html::parse_document(&message.html);
    for tag in ["script", "img", "iframe", "svg", "base", "form", "link", "object"] {
        assert_eq!(html.select(&scraper::Selector::parse(tag).unwrap()).count(), 0, "<{tag}> in {}", message.html);
    }
    let deceives = |c: &char| hides(*c) && *c != '\n';
    assert_eq!(message.text.chars().find(deceives), None);
    assert_eq!(message.html.chars().find(deceives), None);
}

#[test]
fn what_others_wrote_does_no_harm() {
    let attacks = [
        "</title><script>alert(1)</script>".to_owned(),
        "\"><img src=x onerror=alert(1)>".to_owned(),
        "<svg/onload=alert(1)> </td></table><base href=//evil>".to_owned(),
        "Outage\r\nBcc: all@example.org\r\n\r\nbody \0 \u{2028}x\u{2029}y".to_owned(),
        "\u{202E}lamron si gnihtyreve\u{202C} \u{2066}x\u{2069} \u{061C}".to_owned(),
        "{{ letter.subject }} {% raw %}".to_owned(),
        "x".repeat(10_000),
        "<".repeat(10_000),
        "é ".repeat(10_000),
        "\n-- \nSites  all fine\n\n\n\nx".to_owned(),
        "javascript:alert(1)".to_owned(),
        String::new(),
    ];
    for attack in attacks {
        check_harmless(&everywhere(&attack));
        check_harmless(&everywhere_of_a_source(&attack));
    }
}

/// Whether a word came through whole: those of the test end in a point of their own.
fn is_whole(word: &str) -> bool {
    let word = word.trim_end_matches([',', ':', '.']);
    !word.starts_with('w') || word.ends_with('z')
}

#[test]
fn a_pager_reads_what_matters_first() {
    let line = message(&id(), &facts(vec![okta(vec![ehr(Impact::MajorOutage), prescribing(Impact::Degraded)])])).short;
    assert!(line.starts_with("DOWN: EHR +1 since 17:03 CDT, Okta SSO. When the EHR is down: chart on paper"), "{line}");
    let test = message(&id(), &Facts { test: true, ..facts(vec![okta(vec![ehr(Impact::MajorOutage)])]) }).short;
    assert!(test.starts_with("TEST DOWN: EHR"), "{test}");
    for topics in [vec![okta(vec![ehr(Impact::MajorOutage)])], vec![]] {
        let drill = message(&id(), &Facts { drill: true, ..facts(topics) }).short;
        assert!(drill.starts_with("DRILL "), "{drill}");
    }
}

#[test]
fn a_sentence_that_does_not_fit_is_left_out_whole_and_the_procedures_number_stands_instead() {
    let long = HurtService { say: Some("never cut this ".repeat(12)), ..ehr(Impact::MajorOutage) };
    let line = message(&id(), &facts(vec![okta(vec![long])])).short;
    assert!(line.contains("Okta SSO. DT-01") && !line.contains("never"), "{line}");
}

#[test]
fn a_name_of_one_endless_word_leaves_the_tier() {
    let named = HurtService { name: "x".repeat(500), ..ehr(Impact::MajorOutage) };
    let line = message(&id(), &facts(vec![okta(vec![named])])).short;
    assert!(line.starts_with("DOWN: life-safety since 17:03 CDT"), "{line}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_pager_gets_more_than_160_septets_or_half_a_word(
        words in prop::collection::vec("w[a-zé€ł’]{0,30}z", 1..12), kind in 0..16usize, services in 0..9usize
    ) {
        let text = words.join(" ");
        let mut facts = everywhere(&text);
        let typical = facts::typical();
        let shape = &typical[kind % typical.len()].1;
        for (topic, like) in facts.topics.iter_mut().zip(&shape.topics) {
            (topic.told, topic.ahead, topic.until) = (like.told.clone(), like.ahead, like.until);
            (topic.cause, topic.overrun, topic.resolved_how) = (like.cause.clone(), like.overrun, like.resolved_how);
            let one = topic.services[0].clone();
            topic.services = vec![one; services];
        }
        if let Some(told) = &shape.shift {
            facts.topics.clear();
            let mut told = told.clone();
            for hurt in &mut told.hurting {
                (hurt.service, hurt.say) = (text.clone(), Some(text.clone()));
            }
            facts.shift = Some(told);
        }
        facts.test = kind % 2 == 0;
        let line = check_form(&facts).short;
        prop_assert!(line.split(' ').all(is_whole), "{line}");
    }

    #[test]
    fn no_text_breaks_a_message(text in "(?s).{0,400}") {
        check_harmless(&everywhere(&text));
        check_harmless(&everywhere_of_a_source(&text));
    }

    #[test]
    fn no_markup_comes_through(text in "[<>\"'&/a-z =\r\n!-]{0,120}") {
        check_harmless(&everywhere(&text));
    }
}
