//! Damages to whole documents: cut, in another encoding, another's document, and what `tree` and `markup` do inside.

use std::collections::BTreeSet;

use bellwether::model::format::Format;

use super::{markup, tree};
use crate::support::samples::Case;

/// How much is tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// As much as a test run bears.
    Some,
    /// Everything: the bench.
    All,
}

/// What a damage leaves whole that a vendor could have said just so. Nothing in such a document shows that it is damaged:
/// what it says must be believed, and only that.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// Nothing that a vendor would say.
    Nothing,
    /// Two like entries have each the word of the other: what was said of the one is said of the other, and no less is open.
    Exchange,
    /// Every time is another, written as before: what is planned to end by now, says so.
    OtherHours,
    /// A whole feed stands there, of which the vendor's file does not say what it is called. `titled` is how to say it.
    AnotherFeed,
}

/// A document, damaged.
pub struct Damage {
    /// What was done, for people.
    pub name: String,
    /// What came of it.
    pub bytes: Vec<u8>,
    /// Whether the same name on another sample of the source means the same damage.
    pub is_alike_elsewhere: bool,
    /// What it says all the same.
    pub says: Says,
}

impl Damage {
    pub fn alike(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), is_alike_elsewhere: true, says: Says::Nothing }
    }

    pub fn saying(self, says: Says) -> Self {
        Self { says, ..self }
    }

    fn own(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { is_alike_elsewhere: false, ..Self::alike(name, bytes) }
    }
}

/// Documents of other formats: the first quiet one of each role that we have.
pub fn foreign(cases: &[Case]) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    for case in cases.iter().filter(|case| case.name.ends_with("/quiet")) {
        for (document, answer) in case.answers.iter().enumerate() {
            let name = format!("{}'s {}", case.source.format.name(), answer.role);
            if all.iter().all(|(known, _)| *known != name) {
                all.push((name, case.bytes(document).to_vec()));
            }
        }
    }
    all
}

/// What vendors say in samples: a damage that comes to the same bytes is none, such as AWS's empty list.
pub fn said(cases: &[Case]) -> BTreeSet<(Format, Vec<u8>)> {
    let of = |case: &Case| {
        let bytes = |document| (case.source.format, case.bytes(document).trim_ascii().to_vec());
        (0..case.answers.len()).map(bytes).collect::<Vec<_>>()
    };
    cases.iter().filter(|case| !case.name.ends_with("/not-the-document")).flat_map(of).collect()
}

/// Every damage to one document of a case.
pub fn damages(case: &Case, document: usize, foreign: &[(String, Vec<u8>)], extent: Extent) -> Vec<Damage> {
    let bytes = case.bytes(document);
    let mut all = cut(bytes, extent);
    all.extend(instead());
    all.extend(encoded(bytes));
    let own = format!("{}'s ", case.source.format.name());
    let of_others = foreign.iter().filter(|(name, _)| !name.starts_with(&own));
    let is_any_feed =
        case.source.format == Format::Feed && case.source.feed.as_ref().is_none_or(|f| f.titled.is_none());
    all.extend(of_others.map(|(name, bytes)| {
        let is_feed = is_any_feed && ["<rss", "<feed"].iter().any(|root| String::from_utf8_lossy(bytes).contains(root));
        let says = if is_feed { Says::AnotherFeed } else { Says::Nothing };
        Damage::alike(format!("replaced by {name}"), bytes.clone()).saying(says)
    }));
    all.extend(tree::damages(bytes));
    all.extend(markup::damages(bytes, extent));
    all
}

/// Cut at any byte; or, where some may be left out, at some eighty places and near the end at each.
fn cut(bytes: &[u8], extent: Extent) -> Vec<Damage> {
    let whole = bytes.trim_ascii_end().len();
    let step = if extent == Extent::All { 1 } else { (whole / 80).max(1) };
    let near = whole.saturating_sub(24);
    let places = (0..near).step_by(step).chain(near..whole);
    places.map(|at| Damage::own(format!("cut to {at} of {whole}"), &bytes[..at])).collect()
}

/// What stands there instead of the document when something between the vendor and us is broken.
fn instead() -> Vec<Damage> {
    let deep = |open: &str| open.repeat(200_000);
    [
        ("an empty body", String::new()),
        ("blanks", " \r\n\t ".to_owned()),
        ("null", "null".to_owned()),
        ("an empty list", "[]".to_owned()),
        ("an empty object", "{}".to_owned()),
        ("a list of nothing", "[null]".to_owned()),
        ("a text", "\"ok\"".to_owned()),
        ("a number", "200".to_owned()),
        ("an error object", r#"{"status":500,"error":"Internal Server Error"}"#.to_owned()),
        ("an error with a message", r#"{"error":{"code":"unavailable","message":"try later"},"data":null}"#.to_owned()),
        ("a success that says nothing", r#"{"success":true,"data":[]}"#.to_owned()),
        (
            "a page",
            "<!doctype html><html><head><title>Status</title></head><body><div id=\"root\"></div></body></html>"
                .to_owned(),
        ),
        (
            "a page that is well",
            "<html><head><title>Status</title></head><body><h1>All Systems Operational</h1></body></html>".to_owned(),
        ),
        ("a challenge", "<html><head><title>Just a moment...</title></head><body>captcha</body></html>".to_owned()),
        ("an empty RSS", "<rss version=\"2.0\"><channel><title>News</title></channel></rss>".to_owned()),
        (
            "an empty Atom",
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>News</title><id>x</id></feed>".to_owned(),
        ),
        ("200,000 lists in one another", deep("[")),
        ("200,000 objects in one another", deep("{\"a\":")),
        ("200,000 elements in one another", deep("<a>")),
        ("200,000 divisions of a page", format!("<html><body>{}", deep("<div>"))),
    ]
    .into_iter()
    .map(|(name, text)| Damage::alike(format!("replaced by {name}"), text))
    .collect()
}

fn encoded(bytes: &[u8]) -> Vec<Damage> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let with = |mark: &[u8], rest: Vec<u8>| [mark, &rest].concat();
    let narrow = format!("{text}\u{e9}\u{fc}").chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    let (little, big) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
    let mut odd = with(&[0xfe, 0xff], big.clone());
    odd.pop();
    vec![
        Damage::alike("with a byte-order mark", with(&[0xef, 0xbb, 0xbf], bytes.to_vec())),
        Damage::alike("with two byte-order marks", with(&[0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], bytes.to_vec())),
        Damage::alike("in UTF-16, little end first", with(&[0xff, 0xfe], little.clone())),
        Damage::alike("in UTF-16, big end first", with(&[0xfe, 0xff], big)),
        Damage::alike("in UTF-16 without a mark", little),
        Damage::alike("in UTF-16, with half a character", odd),
        Damage::alike("in Latin-1", Vec::<u8>::from_iter::<Vec<u8>>(narrow)),
        Damage::alike("with bytes that are no text", with(bytes, vec![0xff, 0xfe, 0x00, 0xc3])),
        Damage::alike("with a zero byte before it", with(&[0], bytes.to_vec())),
        Damage::alike("twice", [bytes, bytes].concat()),
    ]
}

/// Chance that a seed decides: the same seed gives the same damage.
pub struct Dice(u64);

impl Dice {
    pub fn of(seed: u64, name: &str, round: usize) -> Self {
        let begin = name
            .bytes()
            .fold(seed ^ 0x9e37_79b9_7f4a_7c15, |sum, b| (sum ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        Self(begin ^ (round as u64).wrapping_mul(0xff51_afd7_ed55_8ccd) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// One of that many.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % (n.max(1) as u64)) as usize
    }
}

/// One to four pieces taken out, put in or overwritten, none of them a word of any vendor's.
pub fn at_random(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(4) {
        let from = dice.below(bytes.len() + 1);
        let until = (from + dice.below(40)).min(bytes.len());
        let piece = PIECES[dice.below(PIECES.len())];
        bytes.splice(from..until, piece.iter().copied());
    }
    bytes
}

const PIECES: [&[u8]; 16] = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"1e400",
    b"-9223372036854775809",
    b"\"\\ud800\"",
    b"<!DOCTYPE html>",
    b"]]>",
    b"\0",
    b"&nbsp;&#x110000;&lt",
    b"[[[[[[[[[[[[",
    b"</",
    b"\"",
    b",",
    b"\xe2\x80\xae\xff",
];
