//! Times as vendors write them, and their texts with markup in them.
#![no_main]

use bellwether::model::stated::Stated;
use bellwether::normalize::{document, moment};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for stated in [Stated::rfc3339(text), moment::stated(text)] {
        assert!(stated.at.is_some() || !stated.certain, "no time, and certain: {text:?}");
    }
    let plain = document::plain(text);
    assert!(!plain.contains('\u{0}'), "a zero byte in a text");
});
