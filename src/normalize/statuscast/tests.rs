//! Synthetic pages: what each rule of this format does with a look.

use super::*;

fn row(name: &str, class: &str) -> String {
    format!(
        "<li class=\"row\"><h4>Region</h4><a href=\"#\" title=\"a > b\">{name}</a>\n  \
         <span class='x {MARK} component-{class}'>Words</span></li>"
    )
}

fn page(rows: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><style>.{MARK} {{ color: red }}</style><script>var c = \"{MARK}\";</script></head>\
         <body><ul>{rows}</ul></body></html>\n"
    )
}

fn look(html: &str) -> Result<Snapshot, Unreadable> {
    read(&Body::saved(html.as_bytes().to_vec()))
}

#[test]
fn each_component_has_its_class_for_a_status_and_the_line_before_it_for_a_name() {
    let rows =
        [("Voice &amp; Video", "available"), ("Chat", "unavailable"), ("Chat", "maintenance"), ("Fax", "identified")];
    let snapshot = look(&page(&rows.map(|(name, class)| row(name, class)).concat())).unwrap();
    let seen: Vec<_> = snapshot
        .components
        .iter()
        .map(|c| (c.component.key.as_str(), c.component.name.as_str(), c.vendor_status.as_str(), c.status))
        .collect();
    assert_eq!(
        seen,
        [
            ("Voice & Video", "Voice & Video", "available", Impact::Operational),
            ("Chat", "Chat", "unavailable", Impact::MajorOutage),
            ("Chat#2", "Chat", "maintenance", Impact::Maintenance),
            ("Fax", "Fax", "identified", Impact::Unknown),
        ]
    );
    assert_eq!((snapshot.covers.components, snapshot.warnings), (Covers::AllOpen, Vec::new()));
}

#[test]
fn a_page_that_is_cut_or_holds_no_component_is_unreadable() {
    let whole = page(&row("Voice", "available"));
    let trimmed = whole.trim_end();
    for cut in 0..trimmed.len() {
        assert!(look(&trimmed[..cut]).is_err(), "cut to {cut}");
    }
    for decoy in [page(""), "<html><body><div id=\"app\"></div></body></html>".to_owned(), "{}".to_owned()] {
        assert!(look(&decoy).is_err(), "{decoy}");
    }
}

#[test]
fn a_class_never_seen_is_unknown_and_one_without_a_name_is_left() {
    let bare = format!("<span class=\"{MARK} component-available\">x</span>");
    let html = page(&format!("{}{}", row("Voice", "radiant"), bare.repeat(2))).replace("<ul>", "").replace("Words", "");
    let snapshot = look(&html).unwrap();
    assert_eq!(snapshot.components[0].status, Impact::Unknown);
    assert_eq!((snapshot.components.len(), snapshot.covers.components), (1, Covers::Delta));
}

#[test]
fn the_status_behind_a_torn_one_is_not_taken_for_its_name_s() {
    let torn = "<li><b>Voice</b><span class=\"status-list-component-</span></li>";
    let next = format!("<li><span class=\"{MARK} component-available\">x</span></li>");
    let snapshot = look(&page(&format!("{}{torn}{next}", row("Fax", "available")))).unwrap();
    let names: Vec<_> = snapshot.components.iter().map(|one| one.component.name.as_str()).collect();
    assert_eq!((names, snapshot.covers.components), (vec!["Fax"], Covers::Delta));
}

#[test]
fn hostile_pages_end_soon() {
    let nested = page(&format!("{}{}", "<ul><li>".repeat(32_000), row("Voice", "available")));
    assert_eq!(look(&nested).unwrap().components.len(), 1);
    let marks = page(&format!("<i class=\"{MARK} component-available\">").repeat(20_000));
    let _ = look(&marks);
    let _ = look(&page(&format!("<b>{}", row("x", "available")).repeat(3_000)));
    let _ = look(&page(&MARK.repeat(30_000)));
}

#[test]
fn only_a_page_that_bears_the_class_is_probed() {
    let url: Url = "https://status.example.org/".parse().unwrap();
    let found = |html: Option<&str>| find(&Page { url: &url, html }).len();
    assert_eq!((found(None), found(Some("<html></html>")), found(Some(&page("")))), (0, 0, 1));
}
