//! What the conformance kit cannot make of a sample: bytes that were never one, and markup that is a bomb.

use std::fs;
use std::path::Path;

use bellwether::model::format::Format;
use proptest::prelude::*;

use crate::support::reading::read;

/// All that are looked at.
fn formats() -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().filter(|format| !matches!(format, Format::Manual | Format::Auto))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for format in formats() {
            let _ = read(format, &bytes);
        }
    }
}

/// 256 KB of nested lists took an HTML parser 47 seconds. Where a page is read, data is told from it before.
#[test]
fn nested_markup_ends_fast_in_every_format() {
    let page =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("sources/okta/incident.sample.html")).unwrap();
    let nested = "<ul><li>".repeat(32_000);
    let marks = "<a data-id=\"incidents\" data-id='incidents'>".repeat(8_000);
    let bodies = [
        nested.clone(),
        page.replace("<ul><li>Today</li></ul>", &nested),
        page.replace("We look into failed sign-ins.", &nested),
        page.replace("<ul><li>Today</li></ul>", &marks),
        page.replace("<ul><li>Today</li></ul>", &"data-id=\"incidents\" ".repeat(12_000)),
        format!("<rss version='2.0'><channel><title>x</title><item><description>{nested}"),
        format!("<feed><entry><id>1</id><content>{}</content></entry></feed>", nested.replace('<', "&lt;")),
        format!("<feed><entry><id>1</id><content>{}</content></entry></feed>", "&lt;small&gt;".repeat(30_000)),
    ];
    for (index, body) in bodies.iter().enumerate() {
        for format in formats() {
            let began = std::time::Instant::now();
            let _ = read(format, body.as_bytes());
            let took = began.elapsed();
            println!("body {index} as {}: {took:?}", format.name());
            assert!(took < std::time::Duration::from_secs(5), "body {index} as {}: {took:?}", format.name());
        }
    }
}
