//! Synthetic feeds: what each rule of this format does with a look.

use url::Url;

use super::*;
use crate::model::id::SourceId;
use crate::model::incident::KnownOpen;
use crate::model::snapshot::Covers;
use crate::model::vendor::Source;
use crate::normalize::Outcome;

fn entry(id: u32, issue: &str, title: &str, updated: &str) -> String {
    format!(
        "<entry><id>tag:status.example.org,2005:State::FeedNotifier::Entry/{id}</id>\
         <published>2026-11-22T09:00:00Z</published><updated>{updated}</updated>\
         <link rel=\"alternate\" type=\"text/html\" href=\"https://status.example.org/issues/{issue}\"/>\
         <title>{title}</title><content type=\"html\">&lt;p&gt;Synthetic.&lt;/p&gt;</content></entry>"
    )
}

fn feed_of(entries: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\">\
         <id>tag:status.example.org,2005:/state_feed/feed</id><title>Example Status</title>\
         <updated>2026-11-22T11:00:00Z</updated>{entries}</feed>"
    )
}

fn look(xml: &str) -> Result<Snapshot, Unreadable> {
    let url: Url = "https://status.example.org/".parse().unwrap();
    let source = Source::at(SourceId::parse("example/status").unwrap(), Format::Hund, Some(url.clone()));
    let open = KnownOpen::default();
    let asked = Asked { source: &source, url: &url, open: &open, now: "2026-11-22T12:00:00Z".parse().unwrap() };
    let body = Body::saved(xml.as_bytes().to_vec());
    match read(&asked, &[Answer { role: FEED, outcome: Outcome::Body(body) }]) {
        Reading::Done(done) => done,
        Reading::Need(more) => panic!("{more:?}"),
    }
}

#[test]
fn the_word_in_brackets_is_the_phase_and_an_issue_is_known_by_its_page() {
    let entries = entry(4, "a", "[Monitoring] Mail is slow", "2026-11-22T11:00:00Z")
        + &entry(3, "a", "[Investigating] Mail is slow", "2026-11-22T10:00:00Z")
        + &entry(2, "b", "[Ended] Maintenance Window: database", "2026-11-22T08:00:00Z")
        + &entry(1, "c", "[Gelöst] Fax fällt aus", "2026-11-21T08:00:00Z");
    let snapshot = look(&feed_of(&entries)).unwrap();
    let seen: Vec<_> = snapshot.incidents.iter().map(|one| (one.key.as_str(), one.kind, one.phase)).collect();
    assert_eq!(
        seen,
        [
            ("https://status.example.org/issues/a", Kind::Incident, Phase::Monitoring),
            ("https://status.example.org/issues/b", Kind::Maintenance, Phase::Completed),
            ("https://status.example.org/issues/c", Kind::Incident, Phase::Resolved),
        ]
    );
    assert_eq!(snapshot.incidents[1].impact, Impact::Maintenance);
    assert_eq!(snapshot.incidents[0].started.as_ref().unwrap().raw, "2026-11-22T09:00:00Z");
    assert!(matches!(snapshot.covers.incidents, Covers::Window { .. }));
}

#[test]
fn a_feed_without_entries_is_hund_s_by_its_own_id_and_any_other_feed_is_not() {
    assert_eq!(look(&feed_of("")).unwrap().incidents, []);
    assert!(matches!(look(&feed_of("").replace("state_feed", "other_feed")), Err(Unreadable::Unexpected(_))));
    let other = feed_of(&entry(1, "a", "x", "2026-11-22T08:00:00Z").replace("State::FeedNotifier", "Grit::Commit"));
    assert!(matches!(look(&other), Err(Unreadable::Unexpected(_))));
    assert!(look("<html><body>Sign in</body></html>").is_err());
}

#[test]
fn a_feed_that_is_cut_is_unreadable() {
    let whole = feed_of(&entry(1, "a", "[Ended] Mail is slow", "2026-11-22T08:00:00Z"));
    for cut in (0..whole.len()).step_by(3) {
        assert!(look(&whole[..whole.floor_char_boundary(cut)]).is_err(), "cut to {cut}");
    }
}
