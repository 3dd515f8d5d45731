//! Synthetic feeds: what each rule of this format does with a look.

use super::*;
use crate::model::id::SourceId;
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::SeenIncident;
use crate::model::vendor::Schedule;

fn source(rules: &str) -> Source {
    Source {
        id: SourceId::parse("somebody/feed").unwrap(),
        format: Format::Feed,
        url: Some("https://status.example.org/history.rss".parse().unwrap()),
        every: Schedule::USUAL,
        roles: Vec::new(),
        feed: Some(Box::new(toml::from_str(rules).unwrap())),
        map: None,
        access: crate::model::credentials::Access::Open,
    }
}

fn look_with(rules: &str, open: &[&str], text: &str) -> Result<Snapshot, Unreadable> {
    let open =
        KnownOpen { keys: open.iter().map(|key| ((*key).to_owned(), Kind::Incident)).collect(), history_due: true };
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    super::read(&Body::saved(text.as_bytes().to_vec()), &source(rules), &open, now)
}

fn look(text: &str) -> Result<Snapshot, Unreadable> {
    look_with("", &[], text)
}

fn rss(items: &str) -> String {
    format!("<?xml version='1.0'?><rss version='2.0'><channel><title>Acme Status</title>{items}</channel></rss>")
}

fn item(guid: &str, title: &str, date: &str, text: &str) -> String {
    format!(
        "<item><title>{title}</title><description><![CDATA[{text}]]></description><pubDate>{date}</pubDate>\
         <link>https://status.example.org/{guid}</link><guid>{guid}</guid></item>"
    )
}

const DAY: &str = "Sun, 22 Nov 2026 10:00:00 GMT";

fn one(text: &str) -> SeenIncident {
    look(text).unwrap().incidents.remove(0)
}

#[test]
fn statuspage_s_atom_is_read_with_all_its_updates() {
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><title>Acme Status - Incident History</title><entry>\
        <id>tag:status.example.org,2005:Incident/1</id><published>2026-11-22T10:30:00Z</published><updated>2026-11-22T10:30:00Z</updated>\
        <link rel='alternate' href='https://status.example.org/incidents/x1'/><title>Mail is slow</title><content type='html'>\
        &lt;p&gt;&lt;small&gt;Nov &lt;var data-var='date'&gt;22&lt;/var&gt;, &lt;var data-var='time'&gt;10:30&lt;/var&gt; UTC&lt;/small&gt;&lt;br&gt;\
        &lt;strong&gt;Update&lt;/strong&gt; - Nearly resolved.&lt;/p&gt;&lt;p&gt;&lt;small&gt;Nov 22, 10:00 UTC&lt;/small&gt;&lt;br&gt;\
        &lt;strong&gt;Identified&lt;/strong&gt; - We know.&lt;/p&gt;</content></entry></feed>";
    let open = one(atom);
    assert_eq!((open.phase, open.vendor_phase.as_str(), open.updates.len()), (Phase::Identified, "Identified", 2));
    assert_eq!(open.started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T10:00:00Z");
    assert_eq!(open.link.as_deref(), Some("https://status.example.org/incidents/x1"));
    let over = one(&atom.replace("Update&lt;/strong&gt; - Nearly resolved", "Resolved&lt;/strong&gt; - Done"));
    assert_eq!(
        (over.phase, over.ended.unwrap().at.unwrap().to_string()),
        (Phase::Resolved, "2026-11-22T10:30:00Z".to_owned())
    );
    assert_eq!(over.key, open.key);
}

#[test]
fn a_maintenance_in_a_feed_has_its_plan() {
    let text = "<p><strong>THIS IS A SCHEDULED EVENT Nov <var>25</var>, <var>02:00</var> - <var>04:00</var> UTC</strong></p>\
                <p><small>Nov 20, 10:00 UTC</small><br><strong>Scheduled</strong> - We mend the database.</p>";
    let one = one(&rss(&item("1", "Database", "Fri, 20 Nov 2026 10:00:00 +0000", text)));
    assert_eq!((one.kind, one.phase, one.impact), (Kind::Maintenance, Phase::Scheduled, Impact::Maintenance));
    assert_eq!(one.planned.unwrap().from.at.unwrap().to_string(), "2026-11-25T02:00:00Z");
}

#[test]
fn state_is_read_from_title_category_status_and_text() {
    let of = |title: &str, extra: &str, text: &str| {
        one(&rss(&item("1", title, DAY, text).replace("</item>", &format!("{extra}</item>")))).phase
    };
    assert_eq!(of("Mail is slow", "", "We look."), Phase::Investigating);
    assert_eq!(of("[Resolved] Mail is slow", "", "We looked."), Phase::Resolved);
    assert_eq!(of("Mail is slow", "<category>Resolved</category>", "We looked."), Phase::Resolved);
    assert_eq!(of("Mail is slow", "<status>monitoring</status>", "Resolved - no."), Phase::Monitoring);
    assert_eq!(of("Mail is slow", "", "<strong>Resolved</strong> - All is well."), Phase::Resolved);
    assert_eq!(of("Mail is slow", "", "<p>Status: Resolved<br>Mail works.</p>"), Phase::Resolved);
    assert_eq!(of("Mail is slow", "", "This incident has been resolved."), Phase::Resolved);
    assert_eq!(of("Mail is slow", "", "Once this has been resolved we will say so."), Phase::Investigating);
}

/// A feed's item from years ago without an end is as open as one of today, and an end of today is an end.
#[test]
fn no_item_is_judged_by_its_age() {
    let old = one(&rss(&item("1", "Mail is slow", "Tue, 01 Jan 2019 10:00:00 GMT", "We look.")));
    let new = one(&rss(&item("1", "Mail is slow", "Sun, 22 Nov 2026 11:59:59 GMT", "We look.")));
    let undated = one(&rss(&item("1", "Mail is slow", "", "We look.")));
    assert!([old, new, undated].iter().all(|one| one.phase == Phase::Investigating));
}

#[test]
fn items_of_one_id_are_one_incident_and_the_newest_counts() {
    let two = item("1", "Mail is slow", "Sun, 22 Nov 2026 11:00:00 GMT", "Resolved - over.")
        + &item("1", "Mail is slow", DAY, "We look.");
    let incidents = look(&rss(&two)).unwrap().incidents;
    assert_eq!((incidents.len(), incidents[0].phase, incidents[0].updates.len()), (1, Phase::Resolved, 2));
    assert_eq!(incidents[0].updates[0].text, "We look.");
    let anchors = item("https://x.example/i/1#a2", "Mail", "Sun, 22 Nov 2026 11:00:00 GMT", "Monitoring - watched.")
        + &item("https://x.example/i/1#a1", "Mail", DAY, "We look.");
    let incidents = look_with("before = \"#\"", &[], &rss(&anchors)).unwrap().incidents;
    assert_eq!(
        (incidents.len(), incidents[0].key.as_str(), incidents[0].phase),
        (1, "https://x.example/i/1", Phase::Monitoring)
    );
}

const UPDATES: &str = "item = \"update\"\nsame = \"id\"\nbefore = \"_\"";

fn aws_like(items: &[(&str, &str, &str)]) -> String {
    rss(&items.iter().map(|(guid, title, date)| item(guid, title, date, "Text.")).collect::<String>())
}

#[test]
fn where_each_item_is_an_update_an_end_parts_two_incidents() {
    let all = [
        ("ec2_4", "Service impact: errors", "Sun, 22 Nov 2026 11:00:00 PST"),
        ("ec2_3", "Service is operating normally: [RESOLVED] errors", "Sun, 22 Nov 2026 03:00:00 PST"),
        ("ec2_2", "Service impact: errors", "Sun, 22 Nov 2026 02:00:00 PST"),
        ("s3_1", "Service is operating normally: [RESOLVED] errors", "Sun, 22 Nov 2026 01:00:00 PST"),
    ];
    let incidents = look_with(UPDATES, &[], &aws_like(&all)).unwrap().incidents;
    let told: Vec<_> = incidents.iter().map(|one| (one.key.as_str(), one.phase)).collect();
    // What s3 had may have begun before the feed does, so it has no lasting name.
    assert_eq!(
        told,
        [("ec2 2026-11-22T10:00:00Z", Phase::Resolved), ("ec2 2026-11-22T19:00:00Z", Phase::Investigating)]
    );
}

#[test]
fn an_open_incident_keeps_its_name_when_its_first_item_is_pushed_out() {
    let known = "ec2 2026-11-22T10:00:00Z";
    let later = [
        ("s3_9", "Service impact: errors", "Sun, 22 Nov 2026 04:30:00 PST"),
        ("ec2_3", "Service impact: errors", "Sun, 22 Nov 2026 04:00:00 PST"),
    ];
    let seen = look_with(UPDATES, &[known], &aws_like(&later)).unwrap().incidents;
    assert_eq!((seen[0].key.as_str(), seen.len()), ("s3 2026-11-22T12:30:00Z", 2));
    assert_eq!((seen[1].key.as_str(), seen[1].phase), (known, Phase::Investigating));
    let over = [("ec2_4", "Service is operating normally: [RESOLVED] errors", "Sun, 22 Nov 2026 05:00:00 PST")];
    let seen = look_with(UPDATES, &[known], &aws_like(&over)).unwrap().incidents;
    assert_eq!((seen[0].key.as_str(), seen[0].phase), (known, Phase::Resolved));
    assert_eq!(
        look_with(UPDATES, &[], &aws_like(&over)).unwrap().incidents,
        [],
        "once over, it is left to what is known"
    );
}

#[test]
fn titles_may_be_what_items_have_in_common() {
    let all = [
        ("9", "[Resolved] Mail is slow", "Sun, 22 Nov 2026 11:00:00 GMT"),
        ("8", "Investigating: Mail is slow", DAY),
        ("1", "Fax is slow", "Sat, 21 Nov 2026 10:00:00 GMT"),
    ];
    let incidents = look_with("item = \"update\"\nsame = \"title\"", &[], &aws_like(&all)).unwrap().incidents;
    let told: Vec<_> = incidents.iter().map(|one| (one.key.as_str(), one.phase)).collect();
    assert_eq!(
        told,
        [
            ("Mail is slow 2026-11-22T10:00:00Z", Phase::Resolved),
            ("Fax is slow 2026-11-21T10:00:00Z", Phase::Investigating)
        ]
    );
}

#[test]
fn silence_is_a_window_unless_the_file_says_otherwise() {
    let feed = rss(&item("1", "Mail is slow", DAY, "We look."));
    let since = "2026-11-22T10:00:00Z".parse().unwrap();
    assert_eq!(look(&feed).unwrap().covers.incidents, Covers::Window { since });
    assert_eq!(look_with("lists = \"all-open\"", &[], &feed).unwrap().covers.incidents, Covers::AllOpen);
    let lost = feed.replace("<guid>1</guid>", "").replace("<link>https://status.example.org/1</link>", "");
    let snapshot = look_with("lists = \"all-open\"", &[], &lost).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents, snapshot.warnings.len()), (0, Covers::Delta, 1));
}

#[test]
fn an_empty_feed_is_good_only_under_the_vendor_s_title() {
    assert!(matches!(look(&rss("")), Err(Unreadable::Unexpected(_))));
    assert_eq!(look_with("titled = \"acme\"", &[], &rss("")).unwrap().incidents, []);
    let parked = rss(&item("1", "Buy this domain", DAY, "Now.")).replace("Acme Status", "Domain news");
    assert!(matches!(look_with("titled = \"acme\"", &[], &parked), Err(Unreadable::Unexpected(_))));
}

#[test]
fn what_is_no_feed_or_is_cut_is_unreadable() {
    let json = "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"Acme\", \"items\": [{\"id\": \"1\", \"title\": \"x\"}]}";
    for whole in [rss(&item("1", "Mail", DAY, "We look.")), json.to_owned()] {
        assert!(look(&whole).is_ok());
        assert!((0..whole.len()).all(|cut| look(&whole[..cut]).is_err()));
    }
    for decoy in
        ["", " ", "<!DOCTYPE html><html></html>", "<html></html>", "{}", "{\"items\": []}", "[]", "hello", "<opml/>"]
    {
        assert!(look(decoy).is_err(), "{decoy}");
    }
    let bomb = "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss version='2.0'><channel/></rss>";
    assert!(matches!(look(bomb), Err(Unreadable::Unexpected(_))));
}

#[test]
fn a_json_feed_is_read_and_a_broken_item_costs_itself() {
    let json = "{\"version\": \"https://jsonfeed.org/version/1\", \"title\": \"Acme\", \"items\": [\
        {\"id\": 7, \"url\": \"https://x.example/7\", \"title\": \"Mail\", \"content_text\": \"a < b\", \"tags\": [\"Resolved\", 3],\
         \"date_published\": \"2026-11-22T10:00:00Z\"}, 5]}";
    let snapshot = look(json).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.phase, one.updates[0].text.as_str()), ("7", Phase::Resolved, "a < b"));
    assert_eq!(snapshot.warnings.len(), 1);
}

#[test]
fn the_vendor_s_words_take_the_place_of_the_usual_ones() {
    let feed = rss(&item("1", "Behoben: Post ist langsam", DAY, "Alles gut.")
        .replace("</item>", "<category>Post</category></item>"));
    assert_eq!(one(&feed).phase, Phase::Investigating);
    let rules = "categories_are_components = true\n[words]\nresolved = [\"behoben\"]";
    let seen = look_with(rules, &[], &feed).unwrap().incidents.remove(0);
    assert_eq!(
        (seen.phase, seen.vendor_phase.as_str(), seen.components[0].name.as_str()),
        (Phase::Resolved, "Behoben", "Post")
    );
    assert!(toml::from_str::<FeedRules>("words = { resloved = [] }").is_err());
}

#[test]
fn an_advisory_is_no_incident() {
    let feed = rss(&(item("1", "Advisory: new addresses", DAY, "Soon.") + &item("2", "Mail is slow", DAY, "We look.")));
    let snapshot = look(&feed).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.warnings.len()), (1, 1));
}
