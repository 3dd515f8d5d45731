//! `catalogue.tsv`: vendors of one line each. A line is read when somebody asks for its vendor, and not before.
//!
//! The table that is shipped has no mistakes, by a test; a table of the user's own is gone through once, for its problems.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use url::Url;

use crate::config::places::Places;
use crate::config::problem::{Problem, Severity};
use crate::config::read::own_words;
use crate::config::suggest::did_you_mean;
use crate::config::vendor::faults_of;
use crate::model::format::Format;
use crate::model::id::{SourceId, VendorId};
use crate::model::vendor::{Month, Schedule, Source, Vendor};

/// What stands in a line, in this order, with a tab between. What is missing at its end is as usual.
pub const COLUMNS: [&str; 6] = ["id", "name", "address", "format", "tags", "evidence"];
/// The format of a line that does not say its own: it is found out.
const AUTO: &str = "auto";
/// Whoever listed the address did not say that it answered.
const LISTED: &str = "listed";
/// Before the month in which somebody saw the address answer.
const PROBED: &str = "probed ";
/// The name of a line's only source.
const SOURCE: &str = "status-page";

/// A table: its text, and where its lines begin.
#[derive(Debug, Clone, Default)]
pub struct Table {
    file: String,
    text: Cow<'static, str>,
    /// The lines that hold a vendor, by their ids.
    lines: Vec<Range<usize>>,
}

/// One line, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// The vendor's id.
    pub id: &'a str,
    /// Its name for people.
    pub name: &'a str,
    /// Its status page.
    pub address: &'a str,
    /// How that publishes: the name of a format, or `auto`.
    pub format: &'a str,
    /// Words to find it by, with commas between.
    pub tags: &'a str,
    /// `probed 2026-09`, or `listed`.
    pub evidence: &'a str,
}

impl Table {
    /// The table of a text. Of two lines with one id the first counts.
    #[must_use]
    pub fn of(file: &str, text: impl Into<Cow<'static, str>>) -> Self {
        let text = text.into();
        let mut lines: Vec<Range<usize>> = lines_of(&text).filter(|line| is_row(&text[line.clone()])).collect();
        let id = |line: &Range<usize>| Row::of(&text[line.clone()]).id;
        if !lines.is_sorted_by_key(id) {
            lines.sort_by_key(id);
        }
        lines.dedup_by(|later, first| id(later) == id(first));
        Self { file: file.to_owned(), text, lines }
    }

    /// The file, as it was named.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// How many vendors it holds.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Its lines, by their ids.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.lines.iter().map(|line| Row::of(&self.text[line.clone()]))
    }

    /// The line of that vendor.
    #[must_use]
    pub fn row(&self, id: &str) -> Option<Row<'_>> {
        let row = |line: &Range<usize>| Row::of(&self.text[line.clone()]);
        let at = self.lines.binary_search_by(|line| row(line).id.cmp(id)).ok()?;
        self.lines.get(at).map(row)
    }

    /// All that is wrong or doubtful in it.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let places = Places::of_text(&self.file, &self.text);
        let (mut problems, mut seen) = (Vec::new(), BTreeMap::new());
        for line in lines_of(&self.text).filter(|line| is_row(&self.text[line.clone()])) {
            let text = &self.text[line.clone()];
            let (id, start) = (Row::of(text).id, line.start);
            let mut tell = |severity, column: &str, what: String, way_out: &str| {
                let key = format!("{id}.{column}");
                problems.push(places.problem_at(severity, key, line.clone(), what, way_out.to_owned()));
            };
            if let Some(first) = seen.insert(id, start) {
                let first = self.text[..first].matches('\n').count() + 1;
                tell(Severity::Error, "id", format!("line {first} has the same id"), "leave one of them out");
            }
            faults(text, &mut tell);
        }
        problems
    }
}

/// The lines of a text without what ends them.
fn lines_of(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let (from, whole) = (start, line.trim_end_matches(['\n', '\r']).len());
        start += line.len();
        from..from + whole
    })
}

/// Whether a line holds a vendor: it is no comment, not empty, and not the heading.
fn is_row(line: &str) -> bool {
    let is_heading = line.split('\t').take(2).eq(COLUMNS[..2].iter().copied());
    !line.trim().is_empty() && !line.starts_with('#') && !is_heading
}

/// Tells what is wrong with a line.
fn faults(line: &str, tell: &mut impl FnMut(Severity, &str, String, &str)) {
    let row = Row::of(line);
    if line.split('\t').count() > COLUMNS.len() {
        let way_out = format!("write {}, with a tab between", COLUMNS.join(", "));
        tell(Severity::Error, "", format!("this line has more than {} columns", COLUMNS.len()), &way_out);
    }
    if let Err(why) = VendorId::parse(row.id) {
        let (what, way_out) = own_words(&why.to_string());
        tell(Severity::Error, "id", what, &way_out);
    }
    if row.name.is_empty() {
        tell(Severity::Error, "name", "the name is missing".to_owned(), "write it after the id and a tab");
    }
    match Url::parse(row.address) {
        Ok(url) => {
            faults_of(&url).into_iter().for_each(|(what, way_out)| tell(Severity::Error, "address", what, way_out))
        }
        Err(_) => {
            let what = format!("`{}` is no web address", row.address);
            tell(Severity::Error, "address", what, "write the status page, https:// and all, after the name and a tab");
        }
    }
    if row.readable().is_none() && row.format != AUTO {
        let what = format!("`{}` is no format that is read by an address alone", row.format);
        let way_out = did_you_mean(row.format, Format::ALL.map(Format::name), "there are");
        tell(Severity::Warning, "format", what, &way_out);
    }
    if row.evidence != LISTED && row.probed().is_none() {
        let what = format!("`{}` is no evidence", row.evidence);
        tell(Severity::Error, "evidence", what, "write `listed`, or `probed` and the month, as `probed 2026-09`");
    }
}

impl<'a> Row<'a> {
    /// The columns of a line.
    fn of(line: &'a str) -> Self {
        let mut columns = line.split('\t').map(str::trim);
        let mut next = || columns.next().unwrap_or_default();
        let or = |text: &'a str, usual: &'static str| if text.is_empty() { usual } else { text };
        let (id, name, address) = (next(), next(), next());
        Self { id, name, address, format: or(next(), AUTO), tags: next(), evidence: or(next(), LISTED) }
    }

    /// Its format, if this program has it and an address is all that it wants.
    #[must_use]
    pub fn readable(&self) -> Option<Format> {
        Format::named(self.format).filter(|format| *format != Format::Manual && !format.wants_credentials())
    }

    /// When somebody saw the address answer.
    #[must_use]
    pub fn probed(&self) -> Option<Month> {
        Month::parse(self.evidence.strip_prefix(PROBED)?).ok()
    }

    /// The vendor of the line; `None` for a line with mistakes. One whose format this program does not have has no
    /// source: it is known, and nobody knows how it is.
    #[must_use]
    pub fn vendor(&self, usual: &Schedule) -> Option<Vendor> {
        let id = VendorId::parse(self.id).ok()?;
        let page = Url::parse(self.address).ok().filter(|url| faults_of(url).is_empty())?;
        let source = self.readable().and_then(|format| {
            let id = SourceId::of(&id, SOURCE).ok()?;
            Some(Source { every: usual.clone(), probed: self.probed(), ..Source::at(id, format, Some(page.clone())) })
        });
        let tags = self.tags.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        Some(Vendor {
            notifies: source.is_none().then(|| format!("On {page}, which this version of Bellwether cannot read.")),
            tags: tags.map(str::to_owned).collect(),
            homepage: Some(page),
            ..Vendor::named(id, self.name, source.into_iter().collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &'static str) -> Vec<String> {
        Table::of("t.tsv", text).problems().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_line_is_found_wherever_it_stands_and_comments_and_headings_are_none() {
        let text = "# ours\nid\tname\taddress\nzeta\tZeta\thttps://status.zeta.example\r\n\nalpha\tAlpha\thttps://a.example\tstatuspage\tfax, imaging\tprobed 2026-09";
        let table = Table::of("t.tsv", text);
        assert_eq!(table.rows().map(|row| row.id).collect::<Vec<_>>(), ["alpha", "zeta"]);
        let vendor = table.row("alpha").unwrap().vendor(&Schedule::USUAL).unwrap();
        assert_eq!((vendor.tags, vendor.notifies), (vec!["fax".to_owned(), "imaging".to_owned()], None));
        assert_eq!(vendor.sources[0].id.as_str(), "alpha/status-page");
        assert_eq!(vendor.sources[0].probed, Some(Month::parse("2026-09").unwrap()));
        assert_eq!(table.row("zeta").unwrap().address, "https://status.zeta.example");
        assert_eq!(table.row("beta"), None);
        assert_eq!(table.problems(), []);
    }

    #[test]
    fn a_line_of_a_format_that_is_not_known_is_a_vendor_that_nobody_can_see() {
        let table = Table::of("t.tsv", "alpha\tAlpha\thttps://a.example\tstatus-of-tomorrow");
        let vendor = table.row("alpha").unwrap().vendor(&Schedule::USUAL).unwrap();
        assert!(vendor.sources.is_empty());
        assert!(vendor.notifies.unwrap().contains("https://a.example/"));
        let problems = table.problems();
        assert!(matches!(&problems[..], [one] if one.severity == Severity::Warning), "{problems:?}");
    }

    #[test]
    fn formats_that_want_more_than_an_address_are_not_for_a_table() {
        for format in ["manual", "microsoft-365"] {
            let row = format!("a\tA\thttps://a.example\t{format}");
            assert_eq!(Row::of(&row).readable(), None, "{format}");
        }
    }

    #[test]
    fn every_mistake_of_a_line_is_named_with_its_line() {
        assert_eq!(
            told(
                "good\tGood\thttps://good.example\nBad One\t\thttp://bad.example\tstatuspages\t\tseen\ngood\tGood\tgood\n"
            ),
            [
                "t.tsv:2:1: Bad One.id: \"Bad One\" is not a vendor; use lower-case letters, digits and '-', at most 64 characters",
                "t.tsv:2:1: Bad One.name: the name is missing; write it after the id and a tab",
                "t.tsv:2:1: Bad One.address: over http anybody on the way can answer; write an https:// address",
                "t.tsv:2:1: warning: Bad One.format: `statuspages` is no format that is read by an address alone; did you mean `statuspage`?",
                "t.tsv:2:1: Bad One.evidence: `seen` is no evidence; write `listed`, or `probed` and the month, as `probed 2026-09`",
                "t.tsv:3:1: good.id: line 1 has the same id; leave one of them out",
                "t.tsv:3:1: good.address: `good` is no web address; write the status page, https:// and all, after the name and a tab",
            ]
        );
    }
}
