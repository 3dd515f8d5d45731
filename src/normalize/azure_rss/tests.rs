//! Synthetic feeds: what each rule of this format does with a look.

use super::*;

fn feed(items: &str) -> String {
    format!(
        "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<rss xmlns:a10=\"http://www.w3.org/2005/Atom\" version=\"2.0\">\
         <channel><title>Azure Status</title><link>https://internal.example.net/</link>\
         <lastBuildDate>Sun, 22 Nov 2026 11:59:58 Z</lastBuildDate><!-- synthetic -->{items}</channel></rss>\n"
    )
}

fn item(guid: &str, title: &str, categories: &[&str], description: &str) -> String {
    let categories: String = categories.iter().map(|name| format!("<category>{name}</category>")).collect();
    format!(
        "<item><guid isPermaLink=\"false\">{guid}</guid><link>https://internal.example.net/</link>{categories}\
         <title>{title}</title><description>{description}</description><a10:updated>2026</a10:updated>\
         <pubDate>Sun, 22 Nov 2026 10:00:00 Z</pubDate></item>"
    )
}

fn look(xml: &str) -> Result<Snapshot, Unreadable> {
    super::read(&Body::saved(xml.as_bytes().to_vec()))
}

#[test]
fn an_item_is_read_whole() {
    let text = "&lt;p&gt;We &amp;amp; you&amp;nbsp;wait.&lt;/p&gt;";
    let categories = ["App Service", "Azure Kubernetes Service (AKS)", "West US", "App Service"];
    let snapshot = look(&feed(&item("slug", "Synthetic: trouble in West US 2 ", &categories, text))).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.key.as_str(), one.title.as_str()), ("slug", "Synthetic: trouble in West US 2"));
    assert_eq!((one.impact, one.phase, one.vendor_phase.as_str()), (Impact::Unknown, Phase::Investigating, ""));
    assert_eq!(one.components.iter().map(|c| c.key.as_str()).collect::<Vec<_>>(), categories[..2]);
    assert_eq!(one.regions, ["West US", "West US 2"]);
    assert_eq!(one.updates[0].text, "We & you\u{a0}wait.");
    assert_eq!(one.started.as_ref().unwrap().at.unwrap().to_string(), "2026-11-22T10:00:00Z");
    assert_eq!(one.link.as_deref(), Some(PAGE), "internal hosts are not shown");
    assert_eq!(snapshot.refreshed.unwrap().to_string(), "2026-11-22T11:59:58Z");
    assert_eq!(snapshot.warnings, []);
}

#[test]
fn an_empty_channel_is_quiet_only_up_to_its_end() {
    let quiet = feed("");
    let snapshot = look(&quiet).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.covers.incidents), (0, Covers::AllOpen));
    let whole = quiet.trim_end().len();
    for cut in (0..whole).filter(|cut| quiet.is_char_boundary(*cut)) {
        assert!(look(&quiet[..cut]).is_err(), "{}", &quiet[..cut]);
    }
    assert!(matches!(look(&quiet[..whole - 1]), Err(Unreadable::CutShort(_))));
}

#[test]
fn what_is_not_azures_feed_is_named() {
    let deep = format!("<rss>{}", "<a>".repeat(100));
    for decoy in [
        "<rss><channel><title>Some Blog</title></channel></rss>",
        "<rss><channel/></rss>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Azure Status</title></feed>",
        "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss><channel><title>Azure Status</title></channel></rss>",
        "<rss><channel><title>Azure Status</channel></rss>",
        "<!DOCTYPE html><html><title>Azure status</title></html>",
        "{\"status\": 500}",
        &deep,
    ] {
        assert!(matches!(look(decoy), Err(Unreadable::Unexpected(_))), "{decoy}: {:?}", look(decoy));
    }
}

#[test]
fn an_end_must_be_said_plainly() {
    for (title, is_end) in [
        ("Resolved: trouble in West US", true),
        ("[RESOLVED] Trouble in West US", true),
        ("Mitigated - Trouble", true),
        ("Trouble in West US - Mitigated", true),
        ("Trouble has been resolved", true),
        ("Trouble", false),
        ("Trouble in West US not yet resolved", false),
        ("Unresolved trouble", false),
        ("Trouble is being mitigated", false),
        ("Partially mitigated", false),
        ("Resolved hosts cannot be reached", false),
        ("Mitigated customers: trouble again", false),
    ] {
        assert_eq!(end_in(title).is_some(), is_end, "{title}");
    }
}

#[test]
fn regions_come_from_the_text_only_when_nothing_nearer_names_one() {
    let text = "Customers in North Central US and Central US.";
    let look_at = |title: &str, categories: &[&str]| {
        look(&feed(&item("slug", title, categories, text))).unwrap().incidents[0].regions.clone()
    };
    assert_eq!(look_at("Trouble", &["Storage"]), ["North Central US", "Central US"]);
    assert_eq!(look_at("Trouble", &["East US"]), ["East US"]);
    assert_eq!(look_at("Trouble in UK South", &["Global", "East US"]), Vec::<String>::new());
}

#[test]
fn broken_items_cost_themselves_and_take_the_proof_of_absence_along() {
    let keyless = item("", "Synthetic", &[], "x");
    let timeless = item("b", "Synthetic", &[], "x").replace("Sun, 22 Nov 2026 10:00:00 Z", "soon");
    let twin = item("b", "Synthetic: later", &[], "x");
    let snapshot = look(&feed(&format!("{keyless}{timeless}{twin}"))).unwrap();
    let warned: Vec<&str> = snapshot.warnings.iter().map(|warning| warning.path.as_str()).collect();
    assert_eq!(warned, ["item[0].guid", "item[1].pubDate", "item[2]"]);
    assert_eq!((snapshot.incidents.len(), snapshot.incidents[0].title.as_str()), (1, "Synthetic: later"));
    assert_eq!(snapshot.covers.incidents, Covers::Delta);
}

#[test]
fn times_are_read_whatever_their_zone() {
    for raw in ["Sun, 22 Nov 2026 10:00:00 Z", "Sun, 22 Nov 2026 10:00:00 GMT", "Sun, 22 Nov 2026 02:00:00 -0800"] {
        assert_eq!(moment::stated(raw).at.unwrap().to_string(), "2026-11-22T10:00:00Z", "{raw}");
    }
    assert!(moment::stated("22 November").at.is_none());
}
