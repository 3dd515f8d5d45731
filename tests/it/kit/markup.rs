//! Damages inside XML and HTML: each tag renamed, lost or doubled, each attribute renamed or lost, times moved.

use std::collections::BTreeMap;

use super::damage::{Damage, Extent};

/// Every damage to a document that is markup; none to another.
pub fn damages(bytes: &[u8], extent: Extent) -> Vec<Damage> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    if !text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
        return Vec::new();
    }
    let mut all = Vec::new();
    let mut nth: BTreeMap<&str, usize> = BTreeMap::new();
    for tag in tags(text) {
        let n = nth.entry(tag.name).and_modify(|n| *n += 1).or_insert(1);
        if *n > 3 && extent == Extent::Some {
            continue;
        }
        let place = format!("<{}> {n}", tag.name);
        for (what, with) in at(&tag) {
            all.push(Damage::alike(format!("{place} {what}"), spliced(text, tag.from, tag.until, &with)));
        }
    }
    for name in nth.keys().filter(|name| !name.starts_with(['/', '!', '?'])) {
        let renamed = text.replace(&format!("<{name}"), "<x-new").replace(&format!("</{name}>"), "</x-new>");
        all.push(Damage::alike(format!("every <{name}> renamed"), renamed));
    }
    for (what, from, to) in [
        ("every 2026 is the year 1", "2026", "0001"),
        ("every 2026 is the year 9999", "2026", "9999"),
        ("every GMT is no zone", "GMT", "QQT"),
        ("every class is lost", "class=", "data-c="),
        ("every id is lost", "id=", "data-i="),
    ] {
        if text.contains(from) {
            all.push(Damage::alike(what, text.replace(from, to)));
        }
    }
    all
}

/// The feed with its first entry so often that it has that many octets; as it is where it has none.
pub fn grown(text: &str, octets: usize) -> String {
    let entry = ["item", "entry"].into_iter().find_map(|name| {
        let from = text.find(&format!("<{name}>")).or_else(|| text.find(&format!("<{name} ")))?;
        let end = format!("</{name}>");
        Some(from..from + text[from..].find(&end)? + end.len())
    });
    let Some(entry) = entry else { return text.to_owned() };
    let (first, until) = (&text[entry.clone()], entry.end);
    let one =
        |n: usize| first.replacen("</guid>", &format!("-{n}</guid>"), 1).replacen("</id>", &format!("-{n}</id>"), 1);
    let more: String = (0..octets.saturating_sub(text.len()) / first.len()).map(one).collect();
    format!("{}{more}{}", &text[..until], &text[until..])
}

/// A tag, from `<` to behind `>`.
struct Tag<'a> {
    name: &'a str,
    whole: &'a str,
    from: usize,
    until: usize,
}

fn tags(text: &str) -> Vec<Tag<'_>> {
    let mut all = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find('<').map(|at| from + at) {
        let Some(until) = text[at..].find('>').map(|end| at + end + 1) else { break };
        let whole = &text[at..until];
        let name = whole[1..].split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default();
        if !name.is_empty() {
            all.push(Tag { name, whole, from: at, until });
        }
        from = until;
    }
    all
}

fn at(tag: &Tag<'_>) -> Vec<(String, String)> {
    let mut all = vec![
        ("renamed".to_owned(), tag.whole.replacen(tag.name, "x-new", 1)),
        ("lost".to_owned(), String::new()),
        ("doubled".to_owned(), tag.whole.repeat(2)),
        ("broken".to_owned(), tag.whole.trim_end_matches('>').to_owned()),
    ];
    for attribute in tag.whole.split_whitespace().skip(1).filter_map(|word| word.split_once('=')).map(|(name, _)| name)
    {
        all.push((
            format!("{attribute} renamed"),
            tag.whole.replacen(&format!("{attribute}="), &format!("{attribute}-v2="), 1),
        ));
    }
    all
}

fn spliced(text: &str, from: usize, until: usize, with: &str) -> String {
    format!("{}{with}{}", &text[..from], &text[until..])
}
