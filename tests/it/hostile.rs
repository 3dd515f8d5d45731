//! Documents that were written to keep us busy: large, and the worst that their format allows.

use std::time::{Duration, Instant};

use bellwether::model::format::Format;

use crate::support::reading::{read, read_role};

/// A part of what is taken of one document, since these tests run unoptimised: what grows with the square of it is out
/// of time all the same.
const OCTETS: usize = 256 * 1024;
/// Generous: these tests run unoptimised, beside others.
const MOST: Duration = Duration::from_secs(30);

fn within(what: &str, work: impl FnOnce() + Send + 'static) {
    let began = Instant::now();
    let thread = std::thread::spawn(work);
    while !thread.is_finished() {
        assert!(began.elapsed() < MOST, "{what} takes longer than {MOST:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
    thread.join().unwrap();
}

fn rss(items: &str) -> String {
    format!("<rss><channel><title>t</title>{items}</channel></rss>")
}

/// So many items, with so much text in each that the whole is as large as can be.
fn items(octets: usize, n: usize, piece: &str, id: impl Fn(usize) -> String) -> String {
    let each = (octets / n).saturating_sub(120) / piece.len();
    let item = |n| {
        format!(
            "<item><guid>{}</guid><title>x</title><description><![CDATA[{}]]></description></item>",
            id(n),
            piece.repeat(each)
        )
    };
    rss(&(0..n).map(item).collect::<String>())
}

#[test]
fn a_feed_of_one_incident_in_thousands_of_items_is_read_in_time() {
    let feed = items(4 * OCTETS, 2_000, "<small>a</small>", |_| "same".to_owned());
    within("2,000 items of 30 paragraphs", move || {
        read(Format::Feed, feed.as_bytes()).unwrap();
    });
}

#[test]
fn a_feed_of_nothing_but_markup_is_read_in_time() {
    for (what, n, piece) in [
        ("one item of small", 1, "<small>"),
        ("one item of deep lists", 1, "<ul><li>"),
        ("one item of tags", 1, "<b>"),
        ("one item of attributes", 1, "<a x=1 "),
        ("one item of entities", 1, "&amp;"),
        ("items of deep lists", 100, "<ul><li>"),
        ("items of tables", 500, "<table><tr><td>"),
        ("strong", 500, "<small></small><strong>"),
    ] {
        let feed = items(OCTETS, n, piece, |n| format!("id{n}"));
        within(what, move || {
            let _ = read(Format::Feed, feed.as_bytes());
        });
    }
}

#[test]
fn slack_s_longest_lists_are_read_in_time() {
    let note = r#"{"date_created":"2026-01-01T00:00:00Z","body":"<b>x</b>"},"#;
    let notes = note.repeat(OCTETS / note.len() - 10);
    let one = format!(
        r#"{{"status":"active","date_updated":"x","active_incidents":[{{"id":1,"title":"x","type":"incident","status":"active","date_created":"2026-01-01T00:00:00Z","notes":[{}]}}]}}"#,
        notes.trim_end_matches(',')
    );
    within("one incident of 5,000 notes", move || {
        let _ = read_role(Format::Slack, "current", one.as_bytes());
    });
}

#[test]
fn oracle_s_and_okta_s_longest_are_read_in_time() {
    let feed = items(4 * OCTETS, 4_000, "<small>a</small>", |n| format!("ocid1.x.{n}"));
    within("4,000 items of Oracle's", move || {
        let _ = read_role(Format::OracleCloud, "incidents", feed.as_bytes());
    });
    for mark in ["<p data-id=\"incidents\">", "<p data-id=\"incidents\"", "<p id=\"StringJSON\"><b>"] {
        let page = format!("<html>{}</html>", mark.repeat(OCTETS / mark.len() - 2));
        within(mark, move || {
            let _ = read(Format::Okta, page.as_bytes());
        });
    }
}
