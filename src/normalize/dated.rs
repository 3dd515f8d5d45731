//! The text of an incident as many platforms put it into a feed: one paragraph for each update, the newest first, each
//! with its date in `<small>`, its phase in `<strong>`, and without a year. Statuspage's `history.atom` is written so
//! (recorded 2026-08), and Oracle's `incident-summary.rss` (read 2026-10).

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::{document, moment};
use crate::model::snapshot::Planned;
use crate::model::stated::Stated;
use crate::model::text;

/// One paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// When it was said.
    pub at: Option<Stated>,
    /// The word that it begins with: `Resolved`, `Update`. Empty where it has none.
    pub word: String,
    /// The rest.
    pub text: String,
}

/// More paragraphs than any incident has: a feed of a thousand is no incident's.
const MOST: usize = 1_000;
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The paragraphs of a text, the oldest first. Empty where it is not written so. Their year is the one that brings
/// them nearest to `near`, a time that the entry states; without it, the latest that does not lie ahead of `now`.
#[must_use]
pub fn paragraphs(html: &str, near: Option<Timestamp>, now: Timestamp) -> Vec<Said> {
    let mut said: Vec<Said> =
        split(html, "<small>").skip(1).take(MOST).filter_map(|paragraph| read(paragraph, near, now)).collect();
    said.reverse();
    said
}

/// The plan of a maintenance, where the text names it as Statuspage does. `around` is when it was announced.
#[must_use]
pub fn planned(html: &str, around: Timestamp) -> Option<Planned> {
    let notice = split(html, "THIS IS A SCHEDULED EVENT").nth(1)?;
    let notice = text::line(&words_of(notice.get(..notice.find("</p>").unwrap_or(notice.len()))?), 80);
    let (from, until) = notice.split_once(" - ")?;
    let zone = until.split_whitespace().find(|word| moment::zone(word).is_some())?;
    let from = Day::read(from)?;
    let until =
        Day::read(until).or_else(|| Day::read(&format!("{} {} {until}", MONTHS.get(from.month - 1)?, from.day)))?;
    let (from_at, certain) = from.nearest(around, zone)?;
    let until_at = until.nearest(from_at, zone).map(|(at, _)| at);
    let stated = |at: Option<Timestamp>| Stated { certain: at.is_some() && certain, at, raw: notice.clone() };
    Some(Planned { from: stated(Some(from_at)), until: Some(stated(until_at)) })
}

/// Splits at a tag, in whatever case it is written.
fn split<'a>(html: &'a str, tag: &'a str) -> impl Iterator<Item = &'a str> {
    let mut rest = Some(html);
    std::iter::from_fn(move || {
        let all = rest?;
        let found = all.as_bytes().windows(tag.len()).position(|window| window.eq_ignore_ascii_case(tag.as_bytes()));
        rest = found.and_then(|at| all.get(at + tag.len()..));
        all.get(..found.unwrap_or(all.len()))
    })
}

fn read(paragraph: &str, near: Option<Timestamp>, now: Timestamp) -> Option<Said> {
    let mut parts = split(paragraph, "</small>");
    let date = text::line(&words_of(parts.next()?), 60);
    let rest = parts.next()?;
    let (word, rest) = match split(rest, "<strong>").nth(1) {
        Some(strong) if is_first(rest) => {
            let word = split(strong, "</strong>").next().unwrap_or_default();
            (text::title(&document::plain(word)), split(strong, "</strong>").nth(1).unwrap_or_default())
        }
        Some(_) | None => (String::new(), rest),
    };
    let text = document::plain(rest);
    let text = text.trim_start().trim_start_matches(['-', '–', '—', ':']).trim_start().to_owned();
    Some(Said { at: (!date.is_empty()).then(|| stated(date, near, now)), word, text })
}

/// Whether nothing but line breaks stands before the first `<strong>`.
fn is_first(rest: &str) -> bool {
    split(rest, "<strong>").next().is_some_and(|before| document::plain(before).trim().is_empty())
}

/// The words between tags, tags parting them too (Oracle writes `Oct<var>04</var><var>09:12</var>`).
fn words_of(html: &str) -> String {
    document::plain(&html.replace('<', " <")).replace(" ,", ",")
}

fn stated(raw: String, near: Option<Timestamp>, now: Timestamp) -> Stated {
    let zone = raw.split_whitespace().find(|word| moment::zone(word).is_some() && word.len() > 1);
    let found = Day::read(&raw).zip(zone).and_then(|(day, zone)| match near {
        Some(near) => day.nearest(near, zone),
        None => day.latest(now, zone),
    });
    match found {
        Some((at, certain)) => Stated { at: Some(at), raw, certain },
        None => Stated { at: None, raw, certain: false },
    }
}

/// A day and a minute, perhaps of a year.
struct Day {
    year: Option<i16>,
    month: usize,
    day: i8,
    hour: i8,
    minute: i8,
}

impl Day {
    /// `Aug 21, 00:37`, with a year or without one.
    fn read(text: &str) -> Option<Self> {
        let words = || text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
        let month = |word: &str| MONTHS.iter().position(|m| word.to_lowercase().starts_with(m));
        let (hour, minute) = words().find_map(|word| word.split_once(':'))?;
        Some(Self {
            month: words().find_map(month)? + 1,
            day: words().find_map(|word| word.parse().ok().filter(|day| (1..=31).contains(day)))?,
            year: words().find_map(|word| word.parse().ok().filter(|year| (1990..=2200).contains(year))),
            hour: hour.parse().ok()?,
            minute: minute.parse().ok()?,
        })
    }

    /// That day in the year that brings it nearest.
    fn nearest(&self, near: Timestamp, zone: &str) -> Option<(Timestamp, bool)> {
        let years = (-1..=1).filter_map(|years| self.at(near, years, zone));
        years.min_by_key(|(at, _)| at.duration_since(near).unsigned_abs())
    }

    /// That day in the latest year in which it does not lie ahead by more than a day.
    fn latest(&self, now: Timestamp, zone: &str) -> Option<(Timestamp, bool)> {
        let ends = now.saturating_add(jiff::SignedDuration::from_hours(24)).ok()?;
        (-1..=1).rev().filter_map(|years| self.at(now, years, zone)).find(|(at, _)| *at <= ends)
    }

    /// That day in the year of `near`, or so many years beside it; and whether its zone is certain.
    fn at(&self, near: Timestamp, years: i16, zone: &str) -> Option<(Timestamp, bool)> {
        let year = self.year.unwrap_or(near.to_zoned(jiff::tz::TimeZone::UTC).year() + years);
        let month = i8::try_from(self.month).ok()?;
        let at = DateTime::new(year, month, self.day, self.hour, self.minute, 0, 0).ok()?;
        let (offset, certain) = moment::zone(zone)?;
        format!("{at}{offset}").parse().ok().map(|at| (at, certain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const TWO: &str = "<p> <small>Jan <var data-var='date'> 1</var>, <var data-var='time'>00:10</var> UTC</small><br> \
                       <strong>Resolved</strong> - It is <b>over</b>. </p> <p><SMALL>Dec<var>31</var><var>23:50</var> UTC\
                       </SMALL><BR><STRONG>Investigating</STRONG> - We look.<br>Wait.</p>";

    #[test]
    fn paragraphs_are_read_the_oldest_first_and_their_year_does_not_lie_ahead() {
        let said = paragraphs(TWO, None, at("2026-01-01T00:10:00Z"));
        let times: Vec<_> = said.iter().map(|one| one.at.as_ref().unwrap().at.unwrap().to_string()).collect();
        assert_eq!(times, ["2025-12-31T23:50:00Z", "2026-01-01T00:10:00Z"]);
        assert_eq!((said[0].word.as_str(), said[0].text.as_str()), ("Investigating", "We look.\nWait."));
        assert_eq!((said[1].word.as_str(), said[1].text.as_str()), ("Resolved", "It is over."));
        assert_eq!(said[1].at.as_ref().unwrap().raw, "Jan 1, 00:10 UTC");
        let later = paragraphs(TWO, Some(at("2025-12-20T00:00:00Z")), at("2029-01-01T00:10:00Z"));
        assert_eq!(later, said, "the year is that of the entry, however late it is read");
        assert_eq!(paragraphs("<p>No dates here.</p>", None, at("2026-01-01T00:10:00Z")), []);
    }

    #[test]
    fn a_word_in_the_middle_is_no_phase() {
        let said = paragraphs(
            "<small>Jan 2, 03:04 EST</small><br>It is <strong>not</strong> over.",
            None,
            at("2026-02-01T00:00:00Z"),
        );
        assert_eq!((said[0].word.as_str(), said[0].text.as_str()), ("", "It is not over."));
        assert_eq!(said[0].at.as_ref().unwrap().at.unwrap(), at("2026-01-02T08:04:00Z"));
    }

    #[test]
    fn a_maintenance_s_plan_is_the_day_nearest_to_its_announcement() {
        let notice = "<p><strong>THIS IS A SCHEDULED EVENT Jan <var> 2</var>, <var>22:00</var> - <var>Jan 3</var>, \
                      <var>02:00</var> UTC</strong></p><p><small>Dec 30, 10:00 UTC</small></p>";
        let plan = planned(notice, at("2025-12-30T10:00:00Z")).unwrap();
        assert_eq!(plan.from.at.unwrap(), at("2026-01-02T22:00:00Z"));
        assert_eq!(plan.until.unwrap().at.unwrap(), at("2026-01-03T02:00:00Z"));
        let notice = "<strong>THIS IS A SCHEDULED EVENT Apr 1, 02:00 - 04:00 UTC</strong>";
        let until = planned(notice, at("2026-03-20T00:00:00Z")).unwrap().until.unwrap();
        assert_eq!(until.at.unwrap(), at("2026-04-01T04:00:00Z"));
    }

    #[test]
    fn hostile_paragraphs_are_read_or_left() {
        for odd in ["<small>", "<small></small>", "<small>Feb 31, 99:99 UTC</small>x", "<small>é 1:2 Z</small>"] {
            let _ = paragraphs(odd, None, at("2026-01-01T00:00:00Z"));
        }
        assert!(paragraphs(&"<small>".repeat(100_000), None, at("2026-01-01T00:00:00Z")).len() <= MOST);
    }
}
