//! Every sample against the result that stands beside it. `BELLWETHER_BLESS=1` writes the results anew.
//!
//! `<vendor>/<case>.sample.<ext>` is one body; `<case>.<role>.sample.<ext>` names the role that it answers. All samples of
//! one case are the answers of one look, and `<case>.expected.json` is what they come to. `support::samples` says where
//! they lie.

use std::collections::BTreeSet;
use std::fs;

use bellwether::commands::sample;

use crate::support::samples::{cases, files, folders};

#[test]
fn every_sample_comes_to_what_stands_beside_it() {
    let bless = std::env::var_os("BELLWETHER_BLESS").is_some();
    let cases = cases();
    let mut wrong = Vec::new();
    for case in &cases {
        let expected = fs::read_to_string(&case.expected).unwrap_or_default();
        let came = sample::outcome(&case.source, &case.answers, sample::read_at(&expected));
        if bless {
            fs::write(&case.expected, came).unwrap();
        } else if expected != came {
            wrong.push(format!("{}: it came to\n{came}", case.expected.display()));
        }
    }
    println!("{} cases", cases.len());
    assert!(!cases.is_empty(), "there are no samples at all");
    assert!(wrong.is_empty(), "BELLWETHER_BLESS=1 writes these, if they are right:\n{}", wrong.join("\n"));
}

#[test]
fn every_expected_result_has_its_sample() {
    let expected: BTreeSet<_> = cases().into_iter().map(|case| case.expected).collect();
    let results = folders().iter().flat_map(|folder| files(folder)).collect::<Vec<_>>();
    for path in results.iter().filter(|path| path.to_string_lossy().ends_with(".expected.json")) {
        assert!(expected.contains(path), "{} is left over", path.display());
    }
}
