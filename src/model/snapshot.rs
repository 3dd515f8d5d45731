//! What one look at a source saw, and what its silence means.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::hash::Hasher;
use super::impact::Impact;
use super::phase::{Kind, Phase};
use super::stated::Stated;

/// What a snapshot's silence about one kind of thing means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Covers {
    /// Everything that is open is listed: absence is evidence.
    AllOpen,
    /// Of the components, everything that is not well is listed: absence is evidence that one is well again.
    AllUnwell,
    /// Only what is newer than this is listed: absence of something older says nothing.
    Window {
        /// The oldest time that the list reaches back to.
        since: Timestamp,
    },
    /// Everything planned to begin before this is listed: the list is capped at its nearest entries.
    PlannedBefore {
        /// The planned beginning of the last entry that is listed.
        horizon: Timestamp,
    },
    /// Only what changed is listed: absence says nothing.
    Delta,
}

/// What the silence of a snapshot means, apart for each kind of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// For incidents.
    pub incidents: Covers,
    /// For maintenances.
    pub maintenances: Covers,
    /// For components.
    pub components: Covers,
}

impl Coverage {
    /// The same meaning for all three.
    #[must_use]
    pub const fn of_all(covers: Covers) -> Self {
        Self { incidents: covers, maintenances: covers, components: covers }
    }

    /// The meaning for `kind`.
    #[must_use]
    pub const fn of(self, kind: Kind) -> Covers {
        match kind {
            Kind::Incident => self.incidents,
            Kind::Maintenance => self.maintenances,
        }
    }
}

/// What one look saw. It can only be made by naming the *sign* by which the document was recognised,
/// so that an empty snapshot always means "the document is the right one and holds none".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// What proved that this is the document and that it is complete, for people.
    pub sign: &'static str,
    /// Incidents and maintenances, each key once.
    pub incidents: Vec<SeenIncident>,
    /// Components, each key once.
    pub components: Vec<SeenComponent>,
    /// What silence means.
    pub covers: Coverage,
    /// What was broken or strange, while the rest could be read.
    pub warnings: Vec<Warning>,
    /// Roles of the source that could not be read while others could.
    pub blind: Vec<(&'static str, Unreadable)>,
    /// The document's own refresh clock, only where the format declares a field to be one.
    pub refreshed: Option<Timestamp>,
}

impl Snapshot {
    /// A snapshot that holds nothing yet, of a document that `sign` recognised.
    #[must_use]
    pub const fn recognised(sign: &'static str, covers: Coverage) -> Self {
        Self {
            sign,
            incidents: Vec::new(),
            components: Vec::new(),
            covers,
            warnings: Vec::new(),
            blind: Vec::new(),
            refreshed: None,
        }
    }

    /// Adds a warning about the entry at `path`.
    pub fn warn(&mut self, path: impl Into<String>, what: impl Into<String>) {
        self.warnings.push(Warning { path: path.into(), what: what.into() });
    }
}

/// One thing in a document that was broken or unknown to us, while its neighbours were kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Where in the document, as `incidents[3].impact`.
    pub path: String,
    /// What is wrong with it, with the value that was found.
    pub what: String,
}

/// The vendor's word that a warning is about, where it is one that the format does not know.
#[must_use]
pub fn strange_word(warning: &Warning) -> Option<&str> {
    warning.what.strip_prefix(WORD_NEVER_SEEN).map(|word| word.trim_matches('"'))
}

/// How a warning about a word begins that the format does not know.
const WORD_NEVER_SEEN: &str = "is a word never seen: ";

/// An incident or maintenance as one look saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenIncident {
    /// The vendor's own key, unique within the source.
    pub key: String,
    /// Incident or maintenance.
    pub kind: Kind,
    /// The vendor's title, cleaned to one line.
    pub title: String,
    /// The vendor's own word for how bad it is, unchanged.
    pub vendor_impact: String,
    /// Our word for it.
    pub impact: Impact,
    /// The vendor's own word for how far it has come, unchanged.
    pub vendor_phase: String,
    /// Our word for it.
    pub phase: Phase,
    /// The components that it names. Empty means that the vendor does not say which.
    pub components: Vec<ComponentRef>,
    /// Regions that it speaks of, from fields or, failing those, from the text. Empty means not said.
    pub regions: Vec<String>,
    /// When it began, as the vendor states it.
    pub started: Option<Stated>,
    /// When it ended, as the vendor states it.
    pub ended: Option<Stated>,
    /// For a maintenance: from when to when.
    pub planned: Option<Planned>,
    /// What the vendor said, oldest first.
    pub updates: Vec<SeenUpdate>,
    /// The vendor's page for it.
    pub link: Option<String>,
}

impl SeenIncident {
    /// The hash of everything that the vendor says of it. The statuses of its components are not part of it:
    /// those are changes of their own.
    #[must_use]
    pub fn said(&self) -> String {
        let mut hash = Hasher::default()
            .part(self.kind.word())
            .part(&self.title)
            .part(&self.vendor_impact)
            .part(&self.vendor_phase)
            .part(self.phase.word());
        for component in self.components.iter().map(|c| &c.key).collect::<BTreeSet<_>>() {
            hash = hash.part(component);
        }
        for region in self.regions.iter().collect::<BTreeSet<_>>() {
            hash = hash.part(region);
        }
        if let Some(planned) = &self.planned {
            hash = hash.part(&planned.from.raw).part(planned.until.as_ref().map_or("", |u| u.raw.as_str()));
        }
        for update in self.updates.iter().map(SeenUpdate::said).collect::<BTreeSet<_>>() {
            hash = hash.part(update);
        }
        hash.hex(32)
    }

    /// When the vendor last said anything of it: the newest update, else the start.
    #[must_use]
    pub fn last_word(&self) -> Option<Timestamp> {
        self.updates
            .iter()
            .filter_map(|u| u.at.as_ref().and_then(|at| at.at))
            .max()
            .or_else(|| self.started.as_ref().and_then(|s| s.at))
    }
}

/// The planned time of a maintenance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Its beginning.
    pub from: Stated,
    /// Its end, where the vendor says one.
    pub until: Option<Stated>,
}

/// One thing that a vendor said of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenUpdate {
    /// The vendor's key for it, or one made from its time where the vendor has none.
    pub key: String,
    /// When it was said, as the vendor states it.
    pub at: Option<Stated>,
    /// The vendor's own word for the phase it tells.
    pub vendor_phase: String,
    /// The text, as plain text.
    pub text: String,
    /// Who of ours wrote it, where it is not the vendor's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
}

impl SeenUpdate {
    /// The hash of what it says.
    #[must_use]
    pub fn said(&self) -> String {
        Hasher::default()
            .part(&self.key)
            .part(self.at.as_ref().map_or("", |at| at.raw.as_str()))
            .part(&self.vendor_phase)
            .part(&self.text)
            .part(self.author.as_deref().unwrap_or_default())
            .hex(32)
    }
}

/// A component as an incident names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ComponentRef {
    /// The vendor's key.
    pub key: String,
    /// The vendor's name for it.
    pub name: String,
    /// The group or product it belongs to, where the vendor has one.
    pub group: Option<String>,
    /// The region it stands in, where known.
    pub region: Option<String>,
}

/// A component as one look saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenComponent {
    /// Which.
    #[serde(flatten)]
    pub component: ComponentRef,
    /// The vendor's own word.
    pub vendor_status: String,
    /// Our word.
    pub status: Impact,
}

/// Why a look saw nothing. Each says what was found instead of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", content = "detail", rename_all = "snake_case")]
pub enum Unreadable {
    /// No answer came: no name, no route, no connection, no answer in time.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// The server answered with a failure of its own (5xx), or asks to be left alone for a while (429).
    #[error("the server fails: {0}")]
    Failing(String),
    /// Credentials are missing or wrong (401, 407).
    #[error("refused: {0}")]
    Refused(String),
    /// The server does not want us (403, a challenge page).
    #[error("blocked: {0}")]
    Blocked(String),
    /// The document is not there any more (404, 410, a redirect to another site).
    #[error("moved: {0}")]
    Moved(String),
    /// Something was answered, but not the expected document.
    #[error("not the expected document: {0}")]
    Unexpected(String),
    /// The document is cut short, or too large to be read whole.
    #[error("cut short: {0}")]
    CutShort(String),
    /// Our own rules forbid to ask: the address is not public, or the address is wrong.
    #[error("not allowed: {0}")]
    NotAllowed(String),
}

impl Unreadable {
    /// The short word for it, as in metrics.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Failing(_) => "failing",
            Self::Refused(_) => "refused",
            Self::Blocked(_) => "blocked",
            Self::Moved(_) => "moved",
            Self::Unexpected(_) => "unexpected",
            Self::CutShort(_) => "cut_short",
            Self::NotAllowed(_) => "not_allowed",
        }
    }

    /// The same with these words before what happened: where it happened, or while doing what.
    #[must_use]
    pub fn while_doing(self, what: &str) -> Self {
        let before = |why: String| format!("{what}: {why}");
        match self {
            Self::Unreachable(why) => Self::Unreachable(before(why)),
            Self::Failing(why) => Self::Failing(before(why)),
            Self::Refused(why) => Self::Refused(before(why)),
            Self::Blocked(why) => Self::Blocked(before(why)),
            Self::Moved(why) => Self::Moved(before(why)),
            Self::Unexpected(why) => Self::Unexpected(before(why)),
            Self::CutShort(why) => Self::CutShort(before(why)),
            Self::NotAllowed(why) => Self::NotAllowed(before(why)),
        }
    }

    /// Whether the server was there and answered, but with something else than the document, or with none at its place: so
    /// it is where a page has moved to another platform.
    #[must_use]
    pub const fn is_another_document(&self) -> bool {
        matches!(self, Self::Moved(_) | Self::Unexpected(_))
    }

    /// Whether this could be our own network being gone: nothing at all was answered.
    #[must_use]
    pub const fn may_be_our_network(&self) -> bool {
        matches!(self, Self::Unreachable(_))
    }
}

/// How long something must be missing from a list that covers all open ones before it counts as over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoneAfter {
    /// Good looks without it, at least.
    pub looks: u32,
    /// Minutes between the first and the last of them, at least.
    pub minutes: u32,
}

impl GoneAfter {
    /// What holds unless a format says otherwise.
    pub const USUAL: Self = Self { looks: 3, minutes: 10 };
}

/// What came of one look at a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// A document was read.
    Snapshot(Box<Snapshot>),
    /// The source says the last snapshot again (304, or an equal body).
    SameAsBefore,
    /// Nothing could be read.
    Unreadable(Unreadable),
}
