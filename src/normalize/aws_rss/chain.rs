//! From the updates of one service to its incidents.

use jiff::{SignedDuration, Timestamp};

use super::item::Told;
use crate::model::impact::Impact;
use crate::model::incident::KnownOpen;
use crate::model::phase::{Kind, Phase};
use crate::model::snapshot::{ComponentRef, SeenIncident, SeenUpdate};
use crate::model::text;
use crate::normalize::keyed::UpdateKeys;
use crate::normalize::region;

/// Longer than AWS is silent in the middle of an incident, but for two that it kept open for months.
const SILENCE: SignedDuration = SignedDuration::from_hours(24);

/// The incidents of one service, one after the other. `cut_at`: what is older was pushed out of the feed. Each is known by its first update, and an open one keeps that name
/// when its first updates have been pushed out of the feed. One that is over and may have begun before the feed does has
/// no name that would stay, and is left to what is known.
pub fn incidents(
    service: &str,
    mut items: Vec<Told>,
    cut_at: Option<Timestamp>,
    open: &KnownOpen,
) -> Vec<SeenIncident> {
    items.reverse();
    items.sort_by_key(|told| told.at.at);
    let mut chains: Vec<Vec<Told>> = Vec::new();
    for told in items {
        match chains.last_mut().filter(|chain| goes_on(chain, &told)) {
            Some(chain) => chain.push(told),
            None => chains.push(vec![told]),
        }
    }
    let mut known = known(service, open);
    let mut incidents = Vec::new();
    for chain in chains {
        let (Some(first), Some(last)) = (chain.first(), chain.last()) else { continue };
        let since = |key: &str| key.rsplit_once('_').and_then(|(_, second)| second.parse::<i64>().ok());
        let ends = last.at.at.map(Timestamp::as_second);
        let goes_on = known.take_if(|key| ends >= since(key));
        let is_whole = first.at.at > cut_at;
        let key = match goes_on {
            Some(key) => key,
            None if is_whole || !is_over(last) => format!("{service}_{}", first.second),
            None => continue,
        };
        incidents.push(incident(key, chain));
    }
    incidents
}

const fn is_over(told: &Told) -> bool {
    matches!(told.impact, Impact::Operational)
}

/// Whether an update belongs to the incident of those before it.
fn goes_on(chain: &[Told], told: &Told) -> bool {
    let Some(last) = chain.last() else { return false };
    if is_over(last) {
        return is_over(told);
    }
    let pause = last.at.at.zip(told.at.at).map(|(before, now)| now.duration_since(before));
    pause.is_none_or(|pause| pause <= SILENCE) || is_over(told) || last.title.eq_ignore_ascii_case(&told.title)
}

/// The incident of this service that is known as open.
fn known(service: &str, open: &KnownOpen) -> Option<String> {
    let second = |key: &String| key.strip_prefix(service)?.strip_prefix('_')?.parse::<i64>().ok();
    open.keys.keys().filter_map(|key| Some((second(key)?, key))).max().map(|(_, key)| key.clone())
}

fn incident(key: String, chain: Vec<Told>) -> SeenIncident {
    let is_over = chain.last().is_some_and(is_over);
    // What is over was as bad as it last was.
    let worst_last = chain.iter().rev().find(|told| told.impact != Impact::Operational);
    let impact = worst_last.map_or(Impact::Unknown, |told| told.impact);
    let first = chain.first();
    let code = first.and_then(|told| region::aws_suffix(&told.service));
    let name = code.and_then(region::aws_name);
    let title = chain.last().map_or("", |told| told.title.as_str());
    let word = chain.last().map_or_else(String::new, |told| told.word.clone());
    SeenIncident {
        key,
        kind: Kind::Incident,
        title: match name {
            Some(name) if !title.contains(name) => text::title(&format!("{title} ({name})")),
            Some(_) | None => text::title(title),
        },
        impact,
        vendor_impact: worst_last.map_or_else(String::new, |told| told.word.clone()),
        phase: if is_over { Phase::Resolved } else { Phase::Investigating },
        vendor_phase: word,
        components: first.and_then(|told| component(told, code)).into_iter().collect(),
        regions: code.into_iter().chain(name).map(str::to_owned).collect(),
        started: first.map(|told| told.at.clone()),
        ended: chain.last().filter(|_| is_over).map(|told| told.at.clone()),
        planned: None,
        updates: updates(chain),
        link: Some("https://health.aws.amazon.com/health/status".to_owned()),
    }
}

fn updates(chain: Vec<Told>) -> Vec<SeenUpdate> {
    let mut keys = UpdateKeys::default();
    let update = |told: Told| SeenUpdate {
        key: keys.next(&told.second),
        at: Some(told.at),
        vendor_phase: told.word,
        text: told.text,
        author: None,
    };
    chain.into_iter().map(update).collect()
}

/// The service in its region. "Multiple services" names none.
fn component(told: &Told, code: Option<&str>) -> Option<ComponentRef> {
    if told.service.starts_with("multipleservices") {
        return None;
    }
    let bare = code
        .and_then(|code| told.service.strip_suffix(code))
        .map_or(told.service.as_str(), |b| b.trim_end_matches('-'));
    let name = told.name.clone().unwrap_or_else(|| bare.to_owned());
    Some(ComponentRef { key: told.service.clone(), name, group: None, region: code.map(str::to_owned) })
}
