//! Whatever bytes come: no format panics, and none takes a document that is cut short for a good one.

use std::fs;
use std::path::Path;

use bellwether::model::format::Format;
use bellwether::model::impact::Impact;
use proptest::prelude::*;

use crate::support::reading::read;

/// All that are looked at.
fn formats() -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().filter(|format| !matches!(format, Format::Manual | Format::Auto))
}

fn sample(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("sources").join(path)).unwrap()
}

/// How many samples there are.
const SAMPLES: usize = 20;

/// A rich sample of each format.
fn samples() -> Vec<(Format, Vec<u8>)> {
    vec![
        (Format::Statuspage, sample("github/incident.sample.json")),
        (Format::Statuspage, sample("github/maintenance.sample.json")),
        (Format::IncidentIo, sample("openai/incident.proxy.sample.json")),
        (Format::Instatus, sample("sysaid/incident.summary.sample.json")),
        (Format::Checkly, sample("mistral/incident.summary.sample.json")),
        (Format::BetterStack, sample("trusted-health/incident.sample.json")),
        (Format::StatusIo, sample("mimecast/incident.sample.json")),
        (Format::AwsHealth, sample("aws/incident.sample.json")),
        (Format::AwsHealth, sample("aws/utf-16.sample.json")),
        (Format::AwsHealthApi, sample("aws/api-incident.listed.sample.json")),
        (Format::AwsRss, sample("amazon-connect/incident.sample.xml")),
        (Format::AzureRss, sample("azure/incident.sample.xml")),
        (Format::Google, sample("google-cloud/incident.sample.json")),
        (Format::Microsoft365, sample("microsoft-365/incident.issues.sample.json")),
        (Format::MicrosoftPublic, sample("microsoft-365/admin-trouble.post.sample.json")),
        (Format::AzureEmerging, sample("azure/api-incident.issues.sample.json")),
        (Format::AzureServiceHealth, sample("azure/health-incident.events.sample.json")),
        (Format::OracleCloud, sample("oracle-cloud/incident.components.sample.json")),
        (Format::Okta, sample("okta/incident.sample.html")),
        (Format::Slack, sample("slack/incident.sample.json")),
        (Format::Feed, sample("gitlab/incident.sample.xml")),
    ]
}

/// Pieces that vendors and those between us and them put where they do not belong.
fn odd_piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"null".to_vec()),
        Just(b"[]".to_vec()),
        Just(b"{}".to_vec()),
        Just(b"1e400".to_vec()),
        Just(b"-9223372036854775809".to_vec()),
        Just(b"\"\\ud800\"".to_vec()),
        Just("\"\u{202e}\u{0}\u{feff}\"".as_bytes().to_vec()),
        Just(b"<!DOCTYPE html>".to_vec()),
        Just(b"&nbsp;&#x110000;&lt".to_vec()),
        Just(b"]]>".to_vec()),
        Just("[".repeat(300).into_bytes()),
        proptest::collection::vec(any::<u8>(), 0..12),
    ]
}

#[test]
fn a_sample_cut_anywhere_is_unreadable() {
    for (format, bytes) in samples() {
        let whole = bytes.trim_ascii_end().len();
        for cut in (0..whole).step_by(7) {
            let came = read(format, &bytes[..cut]);
            assert!(came.is_err(), "{} cut to {cut} of {whole}: {came:?}", format.name());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for format in formats() {
            let _ = read(format, &bytes);
        }
    }

    /// A mangled sample may still be read, but then nothing that is open is well, and no key stands twice.
    #[test]
    fn a_mangled_sample_is_read_or_refused(
        which in 0usize..SAMPLES,
        at in 0.0f64..1.0,
        removed in 0usize..40,
        piece in odd_piece(),
    ) {
        let (format, mut bytes) = samples().swap_remove(which);
        let from = (bytes.len() as f64 * at) as usize;
        let until = (from + removed).min(bytes.len());
        bytes.splice(from..until, piece);
        if let Ok(snapshot) = read(format, &bytes) {
            let mut keys: Vec<&str> = snapshot.incidents.iter().map(|one| one.key.as_str()).collect();
            keys.sort_unstable();
            prop_assert!(keys.windows(2).all(|pair| pair[0] != pair[1]));
            prop_assert!(keys.iter().all(|key| !key.is_empty()));
            for one in snapshot.incidents.iter().filter(|one| !one.phase.is_end()) {
                prop_assert!(one.impact != Impact::Operational);
            }
        }
    }
}

/// 256 KB of nested lists took an HTML parser 47 seconds. Where a page is read, data is told from it before.
#[test]
fn nested_markup_ends_fast_in_every_format() {
    let page = String::from_utf8(sample("okta/incident.sample.html")).unwrap();
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
