//! How a vendor's parts stood, day by day, for ninety days: the worst of each day, and for how much of it anybody can
//! speak. Time that nobody watched is unknown and never counted as well; what the vendor itself says of it is known.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::now::{Now, began, weight};
use crate::model::clock_text::between;
use crate::model::id::{IncidentId, SourceId};
use crate::model::impact::Impact;
use crate::model::incident::{Component, Report, Standing, hurts};
use crate::model::phase::{Kind, Phase};
use crate::model::vendor::Schedule;
use crate::store::past::SourcePast;

/// How many days are drawn, today among them.
pub const DAYS: i64 = 90;
const HALF_HOUR: SignedDuration = SignedDuration::from_mins(30);

/// When the first of the days began.
pub fn since(now: &Now) -> Timestamp {
    now.times.day_began(DAYS - 1)
}

/// A stretch of time, its end not in it.
type Stretch = (Timestamp, Timestamp);

/// Something was not well, or nobody could say.
#[derive(Debug, Clone)]
struct Span {
    from: Timestamp,
    until: Timestamp,
    impact: Impact,
}

/// An incident of the past, as far as it took something away.
struct Trouble {
    id: IncidentId,
    source: SourceId,
    title: String,
    /// The components that it named; empty means all.
    names: Vec<String>,
    spans: Vec<Span>,
}

/// What is known of a vendor's last ninety days.
pub struct Past {
    days: Vec<Stretch>,
    watched: BTreeMap<SourceId, Vec<Stretch>>,
    troubles: Vec<Trouble>,
    components: BTreeMap<(SourceId, String), Vec<Span>>,
}

/// One component, or the vendor as a whole, through all days.
pub struct Track {
    pub days: Vec<Day>,
    /// The share of the known time in which it was neither partly nor wholly out; `None` where nothing is known.
    pub up: Option<f64>,
    /// Seconds of which nobody can speak.
    pub unknown: i64,
}

/// One day of a track.
#[derive(Debug, Clone, Default)]
pub struct Day {
    pub began: Timestamp,
    /// Its worst known trouble.
    pub worst: Option<Impact>,
    /// How long it was not well.
    pub trouble: i64,
    /// The share of it, as far as it is over, of which somebody can speak.
    pub known: f64,
    /// What hurt it, with the title.
    pub incidents: Vec<(IncidentId, String)>,
}

impl Past {
    pub fn of(now: &Now, sources: &[SourcePast]) -> Self {
        let days = (0..DAYS).rev().map(|n| {
            let until = if n == 0 { now.at } else { now.times.day_began(n - 1) };
            (now.times.day_began(n), until)
        });
        let mut components = BTreeMap::new();
        for past in sources {
            for component in &past.components {
                let key = (past.source.clone(), component.component.key.clone());
                components.insert(key, component_spans(past, component, now.at));
            }
        }
        Self {
            days: days.collect(),
            watched: sources.iter().map(|p| (p.source.clone(), watched(now, p))).collect(),
            troubles: sources.iter().flat_map(|p| troubles(p, now.at)).collect(),
            components,
        }
    }

    /// One component.
    pub fn component(&self, source: &SourceId, component: &Component) -> Track {
        let name = &component.component.name;
        let named = |t: &&Trouble| {
            (t.source == *source || t.source.is_by_hand()) && (t.names.is_empty() || t.names.contains(name))
        };
        let own = self.components.get(&(source.clone(), component.component.key.clone()));
        let watched = self.watched.get(source).map_or(&[][..], Vec::as_slice);
        self.track(own.map_or(&[][..], Vec::as_slice), watched, &self.troubles.iter().filter(named).collect::<Vec<_>>())
    }

    /// The vendor as a whole: every incident of it counts.
    pub fn whole(&self) -> Track {
        let watched = joined(self.watched.values().flatten().copied().collect(), SignedDuration::ZERO);
        self.track(&[], &watched, &self.troubles.iter().collect::<Vec<_>>())
    }

    /// Walks through each day from border to border: between two of them nothing changes.
    fn track(&self, own: &[Span], watched: &[Stretch], troubles: &[&Trouble]) -> Track {
        let (mut known, mut down, mut unknown) = (0, 0, 0);
        let mut days: Vec<Day> = Vec::new();
        for (from, until) in &self.days {
            let on = OnDay::of((*from, *until), own, watched, troubles);
            let mut day = Day { began: *from, ..Day::default() };
            let mut spoken = 0;
            for pair in on.borders().windows(2) {
                let [a, b] = pair else { continue };
                let seconds = between(*a, *b);
                let (impact, by) = on.state(*a);
                match impact {
                    None => unknown += seconds,
                    Some(impact) => {
                        spoken += seconds;
                        down += if matches!(impact, Impact::PartialOutage | Impact::MajorOutage) { seconds } else { 0 };
                        day.hurt(impact, seconds, by);
                    }
                }
            }
            known += spoken;
            day.known = share(spoken, between(*from, *until));
            days.push(day);
        }
        Track { days, up: (known > 0).then(|| 1.0 - share(down, known)), unknown }
    }
}

impl Day {
    fn hurt(&mut self, impact: Impact, seconds: i64, by: Option<&Trouble>) {
        if impact == Impact::Operational || seconds == 0 {
            return;
        }
        self.trouble += seconds;
        if self.worst.is_none_or(|worst| weight(impact) > weight(worst)) {
            self.worst = Some(impact);
        }
        if let Some(by) = by
            && !self.incidents.iter().any(|(known, _)| *known == by.id)
        {
            self.incidents.push((by.id.clone(), by.title.clone()));
        }
    }
}

/// What concerns one day: of ninety days there may be thousands of stretches, of one day there are few.
struct OnDay<'a> {
    day: Stretch,
    own: Vec<&'a Span>,
    watched: Vec<&'a Stretch>,
    troubles: Vec<(&'a Trouble, &'a Span)>,
}

impl<'a> OnDay<'a> {
    fn of(day: Stretch, own: &'a [Span], watched: &'a [Stretch], troubles: &[&'a Trouble]) -> Self {
        let meets = |from: Timestamp, until: Timestamp| from < day.1 && until > day.0;
        let spans = troubles.iter().flat_map(|t| t.spans.iter().map(move |span| (*t, span)));
        Self {
            day,
            own: own.iter().filter(|s| meets(s.from, s.until)).collect(),
            watched: watched.iter().filter(|(from, until)| meets(*from, *until)).collect(),
            troubles: spans.filter(|(_, s)| meets(s.from, s.until)).collect(),
        }
    }

    /// All moments at which anything may change, in order.
    fn borders(&self) -> Vec<Timestamp> {
        let spans = self.own.iter().chain(self.troubles.iter().map(|(_, span)| span));
        let all = spans.flat_map(|s| [s.from, s.until]).chain(self.watched.iter().flat_map(|(a, b)| [*a, *b]));
        let (from, until) = self.day;
        let mut borders: Vec<Timestamp> = all.filter(|at| *at > from && *at < until).chain([from, until]).collect();
        borders.sort_unstable();
        borders.dedup();
        borders
    }

    /// How it stood at a moment, and by what: its own status where that is not well, else the worst incident that names
    /// it, else well where somebody looked. `None` where nobody knows.
    fn state(&self, at: Timestamp) -> (Option<Impact>, Option<&'a Trouble>) {
        let holds = |span: &Span| span.from <= at && at < span.until;
        let incidents = self.troubles.iter().filter(|(_, span)| holds(span));
        let worst = incidents.max_by_key(|(_, span)| weight(span.impact));
        let own = self.own.iter().find(|span| holds(span)).map(|span| span.impact);
        let shown = match own.or(worst.map(|(_, span)| span.impact)) {
            Some(Impact::Unknown) => None,
            Some(known) => Some(known),
            None => self.watched.iter().any(|(a, b)| *a <= at && at < *b).then_some(Impact::Operational),
        };
        (shown, worst.map(|(trouble, _)| *trouble))
    }
}

fn share(part: i64, whole: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "seconds stay far below 2^52")]
    if whole > 0 { part as f64 / whole as f64 } else { 0.0 }
}

/// When a source was read. A good look speaks for the half hour it falls in, and until the next one where that comes in
/// the source's own time.
fn watched(now: &Now, past: &SourcePast) -> Vec<Stretch> {
    let every = now.compiled.sources.get(&past.source).map(|source| match &source.every {
        Schedule::Every(every) => SignedDuration::try_from(*every).unwrap_or(HALF_HOUR) * 3,
        Schedule::Cron(_) => SignedDuration::from_hours(25),
    });
    let stretches = past.watched.iter().map(|from| (*from, (*from + HALF_HOUR).min(now.at))).collect();
    joined(stretches, every.unwrap_or(SignedDuration::ZERO))
}

fn joined(mut stretches: Vec<Stretch>, gap: SignedDuration) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut joined: Vec<Stretch> = Vec::new();
    for (from, until) in stretches {
        match joined.last_mut() {
            Some((_, end)) if from.duration_since(*end) <= gap => *end = until.max(*end),
            _ => joined.push((from, until)),
        }
    }
    joined
}

/// When a component was not well, by its own status.
fn component_spans(past: &SourcePast, component: &Component, now: Timestamp) -> Vec<Span> {
    let key = component.component.key.as_str();
    let lines = past.changes.iter().filter(|line| text(&line.doc, "/component/key") == key);
    let mut steps: Vec<(Timestamp, Impact)> = Vec::new();
    for line in lines {
        if steps.is_empty() {
            steps.push((past.changes_since, impact(&line.doc, "/from")));
        }
        steps.push((line.at, impact(&line.doc, "/to")));
    }
    if steps.is_empty() {
        steps.push((component.since, component.status));
    }
    let ends = steps.iter().skip(1).map(|(at, _)| *at).chain([now]).collect::<Vec<_>>();
    let spans = steps.iter().zip(ends).filter(|((_, impact), _)| *impact != Impact::Operational);
    // "Unknown" before the first look is not its word: there, nobody watched.
    let spans = spans.filter(|((from, impact), _)| *impact != Impact::Unknown || *from > past.changes_since);
    spans.map(|((from, impact), until)| Span { from: *from, until, impact: *impact }).collect()
}

/// The incidents of a source, by what was logged of them.
fn troubles(past: &SourcePast, now: Timestamp) -> Vec<Trouble> {
    let mut logged: BTreeMap<String, Vec<(Timestamp, &Value)>> = BTreeMap::new();
    for line in past.changes.iter().filter(|line| text(&line.doc, "/type") == "change") {
        logged.entry(text(&line.doc, "/incident/id").to_owned()).or_default().push((line.at, &line.doc));
    }
    let mut troubles: Vec<Trouble> = Vec::new();
    for (id, lines) in logged {
        let report = past.reports.iter().find(|r| r.incident.0 == id);
        let is_withdrawn = lines.last().is_some_and(|(_, doc)| text(doc, "/kind") == "withdrawn");
        if !is_withdrawn && !report.is_some_and(|r| r.old) {
            troubles.push(trouble(past, IncidentId(id), &lines, report, now));
        }
    }
    // Open for longer than the log is read, and silent since.
    let silent = |r: &&Report| r.standing == Standing::Open && !r.old && !troubles.iter().any(|t| t.id == r.incident);
    let silent: Vec<Trouble> = past.reports.iter().filter(silent).map(|r| still_open(past, r, now)).collect();
    troubles.extend(silent);
    troubles
}

fn trouble(
    past: &SourcePast,
    id: IncidentId,
    lines: &[(Timestamp, &Value)],
    report: Option<&Report>,
    now: Timestamp,
) -> Trouble {
    let mut steps: Vec<(Timestamp, Option<Impact>)> = lines.iter().map(|(at, doc)| (*at, taken(doc))).collect();
    let is_incident = lines.first().is_some_and(|(_, doc)| text(doc, "/incident/kind") == "incident");
    if let (Some(first), Some(report)) = (steps.first_mut(), report)
        && is_incident
    {
        first.0 = began(report, now).min(first.0);
    }
    if let (Some((at, None)), Some(ended)) = (steps.last_mut(), report.and_then(|r| r.seen.ended.as_ref()?.at)) {
        *at = ended.min(*at);
    }
    let ends: Vec<Timestamp> = steps.iter().skip(1).map(|(at, _)| *at).chain([now]).collect();
    let spans = steps
        .iter()
        .zip(ends)
        .filter_map(|((from, impact), until)| Some(Span { from: *from, until, impact: (*impact)? }));
    let spans = spans.filter(|span| span.from < span.until).collect();
    let named = |doc: &Value| -> Vec<String> {
        let names = doc.pointer("/incident/components").and_then(Value::as_array);
        names.into_iter().flatten().filter_map(|n| n.as_str().map(str::to_owned)).collect()
    };
    let title = lines.last().map_or("", |(_, doc)| text(doc, "/incident/title")).to_owned();
    Trouble {
        id,
        source: past.source.clone(),
        title,
        names: lines.last().map_or_else(Vec::new, |(_, doc)| named(doc)),
        spans,
    }
}

fn still_open(past: &SourcePast, report: &Report, now: Timestamp) -> Trouble {
    let impact = if report.seen.kind == Kind::Maintenance { Impact::Maintenance } else { report.seen.impact };
    let span = Span { from: began(report, now), until: now, impact };
    Trouble {
        id: report.incident.clone(),
        source: past.source.clone(),
        title: report.seen.title.clone(),
        names: report.seen.components.iter().map(|c| c.name.clone()).collect(),
        spans: if hurts(report.seen.phase) { vec![span] } else { Vec::new() },
    }
}

/// What an incident takes away from a line of the log on; nothing when it is over, or not yet running.
fn taken(doc: &Value) -> Option<Impact> {
    let phase: Option<Phase> = doc.pointer("/incident/phase").and_then(|p| serde_json::from_value(p.clone()).ok());
    let is_over = matches!(text(doc, "/kind"), "resolved" | "withdrawn");
    let is_maintenance = text(doc, "/incident/kind") == "maintenance";
    let impact = if is_maintenance { Impact::Maintenance } else { impact(doc, "/incident/impact") };
    (!is_over && phase.is_some_and(hurts)).then_some(impact)
}

fn text<'a>(doc: &'a Value, path: &str) -> &'a str {
    doc.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn impact(doc: &Value, path: &str) -> Impact {
    doc.pointer(path).and_then(|i| serde_json::from_value(i.clone()).ok()).unwrap_or(Impact::Unknown)
}
