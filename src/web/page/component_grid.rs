//! A vendor's components as they stand now: by region where it has regions, else by group. What we need is framed.

use std::collections::{BTreeMap, BTreeSet};

use super::vendor::needing;
use crate::model::id::VendorId;
use crate::model::impact::Impact;
use crate::model::incident::{Component, Health};
use crate::store::past::SourcePast;
use crate::web::now::{Now, weight};
use crate::web::view::{Theirs, class};

/// Rows and columns; a cloud has two hundred services in thirty regions.
const ROWS: usize = 40;
const COLUMNS: usize = 8;
/// Names of what is well and not needed.
const NAMES: usize = 120;
/// The column of what has no region.
const NO_REGION: &str = "No region";

/// The components.
pub struct Grid {
    pub in_all: usize,
    /// The regions; none where the vendor has none, and then each row has one cell.
    pub columns: Vec<Theirs>,
    pub more_columns: usize,
    pub rows: Vec<GridRow>,
    pub more_rows: usize,
    /// Well, and nothing of ours needs them.
    pub well: Vec<Theirs>,
    pub more_well: usize,
}

/// A component in all regions.
pub struct GridRow {
    pub name: Theirs,
    pub group: Option<Theirs>,
    pub cells: Vec<Option<Cell>>,
}

/// A component in one region.
#[derive(Clone)]
pub struct Cell {
    pub class: &'static str,
    pub word: &'static str,
    pub is_needed: bool,
}

struct Known<'a> {
    component: &'a Component,
    status: Impact,
    is_needed: bool,
}

impl Grid {
    pub fn of(now: &Now, vendor: &VendorId, sources: &[SourcePast]) -> Self {
        let all: Vec<Known<'_>> = sources.iter().flat_map(|past| known(now, vendor, past)).collect();
        let has_regions = all.iter().any(|k| k.component.component.region.is_some());
        let wanted = |k: &&Known<'_>| k.is_needed || k.status != Impact::Operational;
        let (shown, well): (Vec<&Known<'_>>, Vec<&Known<'_>>) =
            if all.len() <= ROWS { (all.iter().collect(), Vec::new()) } else { all.iter().partition(wanted) };
        let columns = if has_regions { columns(&shown) } else { Vec::new() };
        let mut rows = rows(&shown, &columns);
        let more_rows = rows.len().saturating_sub(ROWS);
        rows.truncate(ROWS);
        let names: BTreeSet<&str> = well.iter().map(|k| k.component.component.name.as_str()).collect();
        Self {
            in_all: all.len(),
            more_columns: columns.len().saturating_sub(COLUMNS),
            columns: columns.iter().take(COLUMNS).map(|c| Theirs::line(c)).collect(),
            rows,
            more_rows,
            more_well: names.len().saturating_sub(NAMES),
            well: names.into_iter().take(NAMES).map(Theirs::line).collect(),
        }
    }
}

/// The components that a source still lists. A source that cannot be read now says nothing of now.
fn known<'a>(now: &Now, vendor: &VendorId, past: &'a SourcePast) -> Vec<Known<'a>> {
    let is_read = now.scene.marks.get(&past.source).is_some_and(|m| matches!(m.health, Health::Readable { .. }));
    let is_read = is_read && now.compiled.sources.get(&past.source).is_some_and(|s| now.is_in_time(s));
    let listed = past.components.iter().filter(|c| c.status != Impact::Unknown || c.absent == Impact::Unknown);
    let known = listed.map(|component| Known {
        component,
        status: if is_read { component.status } else { Impact::Unknown },
        is_needed: !needing(now, vendor, &past.source, component).is_empty(),
    });
    known.collect()
}

/// The regions: those with something that we need or that is not well come first.
fn columns(shown: &[&Known<'_>]) -> Vec<String> {
    let mut places: BTreeMap<&str, u8> = BTreeMap::new();
    for known in shown {
        let place = match (known.is_needed, known.status) {
            (true, _) => 0,
            (false, Impact::Operational) => 2,
            (false, _) => 1,
        };
        let region = known.component.component.region.as_deref().unwrap_or(NO_REGION);
        places.entry(region).and_modify(|p| *p = (*p).min(place)).or_insert(place);
    }
    let mut columns: Vec<(&str, u8)> = places.into_iter().collect();
    columns.sort_by_key(|(name, place)| (*place, *name == NO_REGION, name.to_lowercase()));
    columns.into_iter().map(|(name, _)| name.to_owned()).collect()
}

fn rows(shown: &[&Known<'_>], columns: &[String]) -> Vec<GridRow> {
    let mut rows: BTreeMap<(u8, &str, &str), Vec<&Known<'_>>> = BTreeMap::new();
    let mut places: BTreeMap<(&str, &str), u8> = BTreeMap::new();
    let named =
        |k: &Known<'_>| (k.component.component.group.clone().unwrap_or_default(), k.component.component.name.clone());
    let keys: Vec<(String, String)> = shown.iter().map(|k| named(k)).collect();
    for (known, (group, name)) in shown.iter().zip(&keys) {
        let place = if known.is_needed { 0 } else { 9 - weight(known.status) };
        places.entry((group, name)).and_modify(|p| *p = (*p).min(place)).or_insert(place);
    }
    for (known, (group, name)) in shown.iter().zip(&keys) {
        let place = places.get(&(group.as_str(), name.as_str())).copied().unwrap_or(9);
        rows.entry((place, group, name)).or_default().push(known);
    }
    let row = |((_, group, name), all): ((u8, &str, &str), Vec<&Known<'_>>)| GridRow {
        name: Theirs::line(name),
        group: (!group.is_empty()).then(|| Theirs::line(group)),
        cells: match columns {
            [] => vec![cell(&all, None)],
            some => some.iter().take(COLUMNS).map(|column| cell(&all, Some(column))).collect(),
        },
    };
    rows.into_iter().map(row).collect()
}

/// The worst of what stands under that name in that region; nothing where it is not offered.
fn cell(all: &[&Known<'_>], column: Option<&str>) -> Option<Cell> {
    let region = |k: &&&Known<'_>| k.component.component.region.as_deref().unwrap_or(NO_REGION).to_owned();
    let here = |k: &&&Known<'_>| column.is_none_or(|column| region(k) == column);
    let worst = all.iter().filter(here).max_by_key(|k| weight(k.status))?;
    let word = match worst.status {
        Impact::Operational => "Up",
        Impact::Maintenance => "Maintenance",
        Impact::Degraded => "Degraded",
        Impact::PartialOutage => "Partial",
        Impact::MajorOutage => "Major",
        Impact::Unknown => "not known",
    };
    Some(Cell { class: class(worst.status), word, is_needed: all.iter().filter(here).any(|k| k.is_needed) })
}
