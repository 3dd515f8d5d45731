//! What counts as drift and what does not: documents in time, doubts out.

use super::*;
use crate::model::shape::Kinds;

/// So many hours after the test began.
fn hour(hours: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap() + SignedDuration::from_hours(hours)
}

/// A document: path, kinds, of how many, had by how many; so many values stand there.
fn shape(places: &[(&str, Kinds, u32, u32)]) -> Shape {
    let place = |(path, kinds, of, had): &(&str, Kinds, u32, u32)| {
        ((*path).to_owned(), Place { kinds: *kinds, of: *of, had: *had, count: *had })
    };
    Shape { places: places.iter().map(place).collect(), cut_at: None }
}

fn look(shape: Shape) -> Outlook {
    Outlook { shapes: BTreeMap::from([("summary".to_owned(), shape)]), hosts: BTreeMap::new() }
}

/// A page of components, with incidents or without, in the shape that JSON has.
fn page(components: u32, incidents: u32) -> Shape {
    let mut places = vec![
        ("components", Kinds::LIST, 1, 1),
        ("components[]", Kinds::OBJECT, 1, components),
        ("components[].name", Kinds::TEXT, components, components),
        ("components[].status", Kinds::TEXT, components, components),
        ("page", Kinds::OBJECT, 1, 1),
        ("page.id", Kinds::TEXT, 1, 1),
    ];
    if incidents == 0 {
        places.push(("incidents", Kinds::EMPTY_LIST, 1, 1));
    } else {
        places.push(("incidents", Kinds::LIST, 1, 1));
        places.push(("incidents[]", Kinds::OBJECT, 1, incidents));
        places.push(("incidents[].impact", Kinds::TEXT, incidents, incidents));
    }
    shape(&places)
}

/// What is kept after this page was seen for four days.
fn known(pages: &[Shape]) -> Watch {
    let mut watch = Watch::default();
    for (n, page) in pages.iter().enumerate() {
        let judged = judge(&watch, &look(page.clone()), &[], &[], hour(i64::try_from(n).unwrap()));
        assert_eq!(judged.watch.suspicions, [], "page {n}");
        watch = judged.watch;
    }
    watch
}

/// What is said once it has lasted for a quarter of an hour.
fn said(watch: &Watch, page: &Shape, hours: i64) -> Vec<String> {
    let first = judge(watch, &look(page.clone()), &[], &[], hour(hours));
    assert_eq!(first.watch.doubts(), [], "nothing is said at once");
    let later = hour(hours) + SignedDuration::from_mins(15);
    judge_same(&first.watch, &[], later).watch.doubts().iter().map(ToString::to_string).collect()
}

fn without(mut page: Shape, path: &str) -> Shape {
    page.places.retain(|place, _| !is_within(place, path));
    page
}

#[test]
fn a_renamed_field_is_a_field_that_ceased() {
    let mut renamed = without(page(8, 0), "components[].status");
    renamed.places.insert("components[].state".into(), Place { kinds: Kinds::TEXT, of: 8, had: 8, count: 8 });
    let watch = known(&[page(8, 0)]);
    assert_eq!(said(&watch, &renamed, 100), ["components[].status of its summary was always there, and is gone"]);
    assert!(said(&watch, &renamed, 71).is_empty(), "what was there for less than three days is not usual yet");
}

#[test]
fn a_list_that_is_gone_is_missed_where_it_was_seen_empty_or_always_held_several() {
    let watch = known(&[page(8, 0)]);
    assert_eq!(
        said(&watch, &without(page(8, 0), "incidents"), 100),
        ["incidents of its summary was always there, and is gone"]
    );
    assert_eq!(
        said(&watch, &without(page(8, 0), "components"), 100),
        ["components of its summary was always there, and is gone"]
    );
    // A vendor that writes a list only while there is something in it.
    let watch = known(&[page(8, 1), page(8, 1)]);
    assert!(said(&watch, &without(page(8, 1), "incidents"), 100).is_empty());
}

#[test]
fn another_kind_of_value_is_a_change_and_null_is_none() {
    let watch = known(&[page(8, 0)]);
    let mut other = page(8, 0);
    other.places.get_mut("components[].status").unwrap().kinds = Kinds::NUMBER;
    assert_eq!(said(&watch, &other, 100), ["components[].status of its summary was always a text, and is a number"]);
    other.places.get_mut("components[].status").unwrap().kinds = Kinds::NOTHING;
    assert!(said(&watch, &other, 100).is_empty());
}

#[test]
fn a_first_incident_and_a_first_maintenance_are_no_drift_and_neither_is_their_end() {
    let mut during = page(8, 1);
    for (path, kinds) in [("maintenances", Kinds::LIST), ("banner", Kinds::TEXT)] {
        during.places.insert(path.into(), Place { kinds, of: 1, had: 1, count: 1 });
    }
    during.places.insert("components[].affected_by".into(), Place { kinds: Kinds::TEXT, of: 8, had: 8, count: 8 });
    let watch = known(&[page(8, 0)]);
    assert!(said(&watch, &during, 100).is_empty());
    let watch = known(&[page(8, 0), during.clone(), during.clone(), during]);
    assert!(said(&watch, &page(8, 0), 200).is_empty(), "what came with it goes with it");
}

#[test]
fn one_incident_of_another_sort_proves_nothing_and_three_do() {
    let watch = known(&[page(8, 0), page(8, 2), page(8, 2), page(8, 2)]);
    let odd = |n| without(page(8, n), "incidents[].impact");
    assert!(said(&watch, &odd(1), 200).is_empty());
    assert!(said(&watch, &odd(2), 200).is_empty());
    assert_eq!(said(&watch, &odd(3), 200).len(), 1);
}

#[test]
fn what_is_over_within_minutes_is_never_said_and_what_comes_back_ends_at_once() {
    let watch = known(&[page(8, 0)]);
    let off = judge(&watch, &look(without(page(8, 0), "page.id")), &[], &[], hour(100));
    assert!(off.has_begun && off.watch.is_pending());
    let back = judge(&off.watch, &look(page(8, 0)), &[], &[], hour(100) + SignedDuration::from_mins(5));
    assert_eq!(back.watch.suspicions, []);
    let stands = judge_same(&off.watch, &[], hour(101)).watch;
    assert_eq!((stands.doubts().len(), stands.is_pending(), stands.distance()), (1, false, (1, 7)));
    assert_eq!(judge(&stands, &look(page(8, 0)), &[], &[], hour(102)).watch.doubts(), []);
}

#[test]
fn what_a_person_accepts_is_usual_from_then_on() {
    let off = without(page(8, 0), "page");
    let stands =
        judge_same(&judge(&known(&[page(8, 0)]), &look(off.clone()), &[], &[], hour(100)).watch, &[], hour(101));
    let mut watch = stands.watch;
    assert_eq!(watch.doubts().len(), 1, "what lies inside is not told apart");
    watch.accept();
    assert_eq!(judge(&watch, &look(off), &[], &[], hour(102)).watch.doubts(), []);
}

#[test]
fn a_page_for_people_is_judged_by_a_third_of_its_landmarks() {
    let marks = ["<a.one", "<b.two", "<c.three", "<d.four", "<e.five", "<f.six"];
    let page = |n: usize| shape(&marks[..n].iter().map(|m| (*m, Kinds::OBJECT, 1, 1)).collect::<Vec<_>>());
    let watch = known(&[page(6)]);
    assert!(said(&watch, &page(4), 100).is_empty());
    assert_eq!(said(&watch, &page(3), 100), ["its summary is made otherwise: 3 of 6 landmarks are gone"]);
}

#[test]
fn the_entries_of_a_feed_may_be_none() {
    let feed = |items: u32| {
        let mut places = vec![
            ("rss", Kinds::OBJECT, 1, 1),
            ("rss/channel", Kinds::OBJECT, 1, 1),
            ("rss/channel/title", Kinds::TEXT, 1, 1),
        ];
        if items > 0 {
            places.push(("rss/channel/item", Kinds::OBJECT, 1, items));
            places.push(("rss/channel/item/guid", Kinds::TEXT, items, items));
        }
        shape(&places)
    };
    let watch = known(&[feed(9), feed(9)]);
    assert!(said(&watch, &feed(0), 100).is_empty());
    assert_eq!(said(&watch, &without(feed(9), "rss/channel/item/guid"), 100).len(), 1);
    assert!(said(&watch, &without(feed(1), "rss/channel/item/guid"), 100).len() <= 1);
}

#[test]
fn another_host_is_a_doubt_and_the_first_one_is_not() {
    let from = |host: &str| Outlook { hosts: BTreeMap::from([("summary".into(), host.into())]), ..look(page(8, 0)) };
    let watch = judge(&Watch::default(), &from("status.example"), &[], &[], hour(0)).watch;
    let moved = judge(&watch, &from("parked.example"), &[], &[], hour(1)).watch;
    let doubts = judge_same(&moved, &[], hour(2)).watch.doubts();
    assert_eq!(doubts[0].to_string(), "its summary is answered by parked.example, not by status.example");
}

#[test]
fn a_strange_word_is_counted_by_the_hour_and_strange_words_are_bounded() {
    let warn = |path: &str, word: &str| Warning { path: path.into(), what: format!("is a word never seen: {word:?}") };
    let mut watch = Watch::default();
    for n in 0..5 {
        let warnings = [warn(&format!("incidents[{n}].impact"), "dire"), warn("x", "is null")];
        let now = hour(0) + SignedDuration::from_mins(30 * n);
        watch = judge(&watch, &look(page(8, 0)), &warnings, &[], now).watch;
    }
    let dire = &watch.words[0];
    assert_eq!((dire.path.as_str(), dire.word.as_str(), dire.hours), ("incidents[].impact", "dire", 3));
    let many: Vec<Warning> = (0..200).map(|n| warn("x", &format!("w{n}"))).collect();
    assert!(judge(&watch, &look(page(8, 0)), &many, &[], hour(9)).watch.words.len() <= MOST_WORDS);
}

#[test]
fn a_document_that_is_wholly_another_is_bounded_too() {
    let wide: Vec<String> = (0..400).map(|n| format!("field{n}")).collect();
    let wide = shape(&wide.iter().map(|path| (path.as_str(), Kinds::TEXT, 1, 1)).collect::<Vec<_>>());
    let off = judge(&known(&[wide]), &look(page(8, 0)), &[], &[], hour(100));
    assert_eq!(off.watch.suspicions.len(), MOST_SUSPICIONS);
}
