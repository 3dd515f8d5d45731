//! All vendors that are known: folders and lines of tables, those in the binary and the user's own.
//!
//! They are kept as the texts that they are. A vendor is made of its text when somebody asks for it, so that one which
//! nobody needs costs nothing but its place in a list.

pub mod search;
pub mod table;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use table::{Row, Table};

use super::{Parsed, vendor};
use crate::config::places::Places;
use crate::model::format::Evidence;
use crate::model::id::{SourceId, VendorId};
use crate::model::vendor::{Schedule, Vendor};

/// All vendors that are known. The user's own win over those in the binary, and a folder wins over a line.
#[derive(Debug, Clone)]
pub struct Catalogue {
    usual: Schedule,
    own_folders: BTreeMap<VendorId, File>,
    own_table: Table,
    folders: BTreeMap<VendorId, File>,
    table: Table,
}

/// The file of a vendor's folder.
#[derive(Debug, Clone)]
pub struct File {
    /// Its name in messages.
    pub name: String,
    /// What stands in it.
    pub text: Cow<'static, str>,
    /// The sources of which a look was recorded in the folder, with its result beside it: their mappings are no guess any
    /// more.
    pub recorded: BTreeSet<SourceId>,
}

/// Where a vendor is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// A folder that the user made.
    OwnFolder,
    /// A line of a table that the user wrote.
    OwnRow,
    /// A folder in the binary.
    Folder,
    /// A line of the table in the binary.
    Row,
}

impl Kept {
    /// The word for people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OwnFolder => "own folder",
            Self::OwnRow => "own table",
            Self::Folder => "folder",
            Self::Row => "table",
        }
    }
}

impl Default for Catalogue {
    fn default() -> Self {
        Self::new(Schedule::USUAL)
    }
}

impl Catalogue {
    /// An empty one. Sources that do not say when they are looked at are looked at as `usual`.
    #[must_use]
    pub fn new(usual: Schedule) -> Self {
        let (own_folders, folders) = (BTreeMap::new(), BTreeMap::new());
        Self { usual, own_folders, own_table: Table::default(), folders, table: Table::default() }
    }

    /// With the vendors of the binary.
    #[must_use]
    pub fn shipping(self, folders: BTreeMap<VendorId, File>, table: Table) -> Self {
        Self { folders, table, ..self }
    }

    /// With the user's own.
    #[must_use]
    pub fn overridden_by(self, own_folders: BTreeMap<VendorId, File>, own_table: Table) -> Self {
        Self { own_folders, own_table, ..self }
    }

    /// Where a vendor is kept; `None` for one that is not known.
    #[must_use]
    pub fn kept(&self, id: &VendorId) -> Option<Kept> {
        let has = [
            (Kept::OwnFolder, self.own_folders.contains_key(id)),
            (Kept::OwnRow, self.own_table.row(id.as_str()).is_some()),
            (Kept::Folder, self.folders.contains_key(id)),
            (Kept::Row, self.table.row(id.as_str()).is_some()),
        ];
        has.into_iter().find(|(_, has)| *has).map(|(kept, _)| kept)
    }

    /// The vendor, as far as its file is right; `None` for one that is not known.
    #[must_use]
    pub fn vendor(&self, id: &VendorId) -> Option<Vendor> {
        self.read(id)?.value
    }

    /// The vendor with the problems of its file; `None` for one that is not known.
    #[must_use]
    pub fn read(&self, id: &VendorId) -> Option<Parsed<Vendor>> {
        let folder = |folders: &BTreeMap<VendorId, File>| {
            folders.get(id).map(|file| {
                let mut parsed = vendor::parse_with(&self.usual, id.as_str(), &file.name, &file.text);
                let sources = parsed.value.iter_mut().flat_map(|vendor| &mut vendor.sources);
                let recorded = sources.filter(|source| file.recorded.contains(&source.id));
                for map in recorded.filter_map(|source| source.map.as_mut()) {
                    map.evidence = Evidence::Recorded;
                }
                parsed
            })
        };
        let line = |table: &Table| table.row(id.as_str()).map(|row| self.of_row(table, row));
        match self.kept(id)? {
            Kept::OwnFolder => folder(&self.own_folders),
            Kept::OwnRow => line(&self.own_table),
            Kept::Folder => folder(&self.folders),
            Kept::Row => line(&self.table),
        }
    }

    /// The problems of a table are told once, by the table.
    fn of_row(&self, table: &Table, row: Row<'_>) -> Parsed<Vendor> {
        Parsed { value: row.vendor(&self.usual), problems: Vec::new(), places: Places::of_text(table.file(), "") }
    }

    /// The ids of all, each once.
    #[must_use]
    pub fn ids(&self) -> BTreeSet<&str> {
        let folders = self.own_folders.keys().chain(self.folders.keys()).map(VendorId::as_str);
        let rows = self.own_table.rows().chain(self.table.rows()).map(|row| row.id);
        folders.chain(rows).collect()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids().is_empty()
    }

    /// All vendors whose files are right, by their ids. This reads every one of them.
    pub fn all(&self) -> impl Iterator<Item = (Kept, Vendor)> {
        let ids = self.ids().into_iter().filter_map(|id| VendorId::parse(id).ok());
        ids.filter_map(|id| Some((self.kept(&id)?, self.vendor(&id)?)))
    }

    /// The vendors of folders, and of no table.
    pub fn of_folders(&self) -> impl Iterator<Item = Vendor> {
        let ids: BTreeSet<&VendorId> = self.own_folders.keys().chain(self.folders.keys()).collect();
        ids.into_iter().filter_map(|id| self.vendor(id))
    }
}
