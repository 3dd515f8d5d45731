//! Synthetic feeds: what each rule of this format does with a look.

use super::*;
use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::incident::KnownOpen;
use crate::model::phase::{Kind, Phase};
use crate::model::vendor::Source;

const ALL: &str = "Amazon Web Services Service Status";

fn feed(title: &str, items: &[(&str, &str, &str)]) -> String {
    let item = |(guid, title, date): &(&str, &str, &str)| {
        format!(
            "<item><title><![CDATA[{title}]]></title><link>https://status.aws.amazon.com/</link><pubDate>{date}</pubDate>\
             <guid isPermaLink=\"false\">https://status.aws.amazon.com/#{guid}</guid><description><![CDATA[Text of {guid}.]]></description></item>"
        )
    };
    let items: String = items.iter().map(item).collect();
    format!(
        "<rss version=\"2.0\"><channel><title><![CDATA[{title}]]></title><link>https://status.aws.amazon.com/</link>\
         <generator>AWS Service Health Dashboard RSS Generator</generator>{items}</channel></rss>"
    )
}

fn look_with(text: &str, open: &[&str]) -> Result<Snapshot, Unreadable> {
    let url = Some("https://status.aws.amazon.com/rss/all.rss".parse().unwrap());
    let source = Source::at(SourceId::parse("aws/status-feed").unwrap(), Format::AwsRss, url);
    let open = KnownOpen {
        keys: open.iter().map(|key| ((*key).to_owned(), Kind::Incident)).collect(),
        ..KnownOpen::default()
    };
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let asked = Asked { source: &source, url: source.url.as_ref().unwrap(), open: &open, now };
    super::read(&Body::saved(text.as_bytes().to_vec()), &asked)
}

fn told(items: &[(&str, &str, &str)], open: &[&str]) -> Vec<(String, Phase, usize)> {
    let seen = look_with(&feed(ALL, items), open).unwrap().incidents;
    seen.into_iter().map(|one| (one.key, one.phase, one.updates.len())).collect()
}

/// So many seconds of 2026-11-22 after 08:00 UTC, as the feed writes them.
fn at(hours: i64) -> String {
    let at: jiff::Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
    (at + jiff::SignedDuration::from_hours(hours))
        .to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(-8)))
        .strftime("%a, %d %b %Y %H:%M:%S PST")
        .to_string()
}

#[test]
fn the_updates_of_a_service_are_one_incident_until_its_end() {
    let times: Vec<String> = (0..6).map(at).collect();
    let items = [
        ("ec2-us-east-1_1795352400", "Service impact: Errors", &*times[5]),
        ("ec2-us-east-1_1795348800", "Service is operating normally: [RESOLVED] Errors", &times[4]),
        ("s3-us-east-1_1795345200", "Service disruption: Errors", &times[3]),
        ("ec2-us-east-1_1795341600", "Service degradation: Errors", &times[2]),
        ("ec2-us-east-1_1795338000", "Informational message: Errors", &times[1]),
    ];
    let seen = look_with(&feed(ALL, &items), &[]).unwrap().incidents;
    let came: Vec<_> = seen.iter().map(|one| (one.key.as_str(), one.phase, one.updates.len(), one.impact)).collect();
    assert_eq!(
        came,
        [
            ("ec2-us-east-1_1795338000", Phase::Resolved, 3, Impact::PartialOutage),
            ("ec2-us-east-1_1795352400", Phase::Investigating, 1, Impact::Degraded),
            ("s3-us-east-1_1795345200", Phase::Investigating, 1, Impact::MajorOutage),
        ]
    );
    let over = &seen[0];
    assert_eq!(
        (over.title.as_str(), &over.regions[..]),
        ("Errors (N. Virginia)", &["us-east-1".to_owned(), "N. Virginia".to_owned()][..])
    );
    assert_eq!(
        over.ended.as_ref().unwrap().at.unwrap().to_string(),
        "2026-11-22T12:00:00Z",
        "PST is eight hours behind"
    );
    assert_eq!((over.components[0].key.as_str(), over.components[0].name.as_str()), ("ec2-us-east-1", "ec2"));
}

#[test]
fn a_day_of_silence_parts_two_only_where_the_title_is_another() {
    let count = |second: &str, hours: i64| {
        let guid = |hours: i64| format!("ec2-us-east-1_{}", 1_795_334_400 + hours * 3600);
        let (old, new) = (guid(0), guid(hours));
        told(&[(&new, second, &at(hours)), (&old, "Service impact: Increased Errors", &at(0))], &[]).len()
    };
    assert_eq!(count("Service impact: increased errors", 60), 1);
    assert_eq!(count("Service impact: Slow starts", 60), 2);
    assert_eq!(count("Service impact: Slow starts", 20), 1);
    assert_eq!(count("Service is operating normally: [RESOLVED] Starts", 60), 1, "an end ends what is open");
}

#[test]
fn an_open_incident_keeps_its_name_when_its_first_updates_are_pushed_out() {
    let times: Vec<String> = (0..60).map(at).collect();
    let mut items: Vec<(String, &str, &str)> = times
        .iter()
        .enumerate()
        .skip(10)
        .map(|(n, date)| {
            (format!("ec2-us-east-1_{}", 1_795_334_400 + n * 3600), "Service impact: Errors", date.as_str())
        })
        .collect();
    items.reverse();
    fn slices<'a>(items: &'a [(String, &'a str, &'a str)]) -> Vec<(&'a str, &'a str, &'a str)> {
        items.iter().map(|(guid, title, date)| (guid.as_str(), *title, *date)).collect()
    }
    let known = "ec2-us-east-1_1795334400";
    assert_eq!(told(&slices(&items), &[known]), [(known.to_owned(), Phase::Investigating, 50)]);
    items[0].1 = "Service is operating normally: [RESOLVED] Errors";
    assert_eq!(told(&slices(&items), &[known]), [(known.to_owned(), Phase::Resolved, 50)]);
    assert_eq!(told(&slices(&items), &[]), [], "over, and without a name that would stay");
    assert_eq!(told(&slices(&items[..49]), &[]).len(), 1, "a feed that is not full holds all of it");
}

#[test]
fn a_feed_of_one_service_names_it_and_an_empty_one_is_quiet() {
    let title = "Amazon Connect (N. Virginia) Service Status";
    let seen =
        look_with(&feed(title, &[("connect-us-east-1_1795334400", "Service impact: Calls", &at(0))]), &[]).unwrap();
    let named = &seen.incidents[0].components[0];
    assert_eq!((named.name.as_str(), named.region.as_deref()), ("Amazon Connect", Some("us-east-1")));
    let quiet = look_with(&feed(title, &[]), &[]).unwrap();
    assert_eq!((quiet.incidents.len(), quiet.covers.incidents), (0, Covers::Delta));
    let several =
        look_with(&feed(ALL, &[("multipleservices-me-south-1_1795334400", "Service impact: x", &at(0))]), &[]).unwrap();
    assert_eq!((several.incidents[0].components.len(), several.incidents[0].regions[1].as_str()), (0, "Bahrain"));
}

#[test]
fn what_is_strange_costs_itself() {
    let items = [
        ("nothing", "Service impact: Errors", &*at(0)),
        ("ec2-us-east-1_1795334400", "Service weather: Errors", &at(0)),
        ("ec2-us-east-1_1795334401", "Service is operating normally: [RESOLVED] Errors", "soon"),
        ("ec2-us-east-1_1795334402", "Service is operating normally: [RESOLVED] Errors", &at(1)),
    ];
    let seen = look_with(&feed(ALL, &items), &[]).unwrap();
    let warned: Vec<_> = seen.warnings.iter().map(|warning| warning.path.as_str()).collect();
    assert_eq!(warned, ["item[0].guid", "item[1].title", "item[2].pubDate", "item[3].pubDate"]);
    let one = &seen.incidents[0];
    assert_eq!(
        (one.impact, one.phase),
        (Impact::Unknown, Phase::Investigating),
        "an end without a certain time is none"
    );
}

#[test]
fn another_feed_is_not_quiet() {
    let whole = feed(ALL, &[]);
    for decoy in [
        whole.replace("AWS Service Health Dashboard RSS Generator", "Somebody"),
        whole.replace(ALL, "Azure Status"),
        "<rss version='2.0'><channel><title>Azure Status</title></channel></rss>".to_owned(),
        "<!DOCTYPE html><html></html>".to_owned(),
    ] {
        assert!(matches!(look_with(&decoy, &[]), Err(Unreadable::Unexpected(_))), "{decoy}");
    }
    assert!((0..whole.len()).all(|cut| look_with(&whole[..cut], &[]).is_err()));
}
