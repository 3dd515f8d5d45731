//! Why a source that can be read may not be saying what it used to, and what is kept of it to find that out.
//!
//! A doubt is about the source, never about the vendor: nothing is hurt, over or well because of one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::shape::Kinds;

/// Why the word of a source that can be read is not to be believed as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "doubt", rename_all = "snake_case")]
pub enum Doubt {
    /// A field that was always there is there no more.
    Ceased {
        /// The role of the document.
        role: String,
        /// Where in it.
        path: String,
    },
    /// A field holds another kind of value than it always did.
    Retyped {
        /// The role of the document.
        role: String,
        /// Where in it.
        path: String,
        /// What it held.
        was: String,
        /// What it holds.
        is: String,
    },
    /// A page for people is made otherwise than it was.
    Remade {
        /// The role of the document.
        role: String,
        /// How many of its landmarks are gone.
        gone: usize,
        /// Of how many.
        of: usize,
    },
    /// It answers from another host than it did.
    Elsewhere {
        /// The role of the document.
        role: String,
        /// The host that answered until now.
        was: String,
        /// The one that answers.
        is: String,
    },
    /// It no longer lists what a line of the inventory means.
    Lost {
        /// What the inventory says.
        wanted: String,
        /// What that picked.
        was: String,
        /// What it is probably called now.
        instead: Option<String>,
    },
}

impl Doubt {
    /// The role of the document that it is about, where it is about one.
    #[must_use]
    pub fn role(&self) -> Option<&str> {
        match self {
            Self::Ceased { role, .. }
            | Self::Retyped { role, .. }
            | Self::Remade { role, .. }
            | Self::Elsewhere { role, .. } => Some(role),
            Self::Lost { .. } => None,
        }
    }

    /// Where in the document, where it says so.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Ceased { path, .. } | Self::Retyped { path, .. } => Some(path),
            Self::Remade { .. } | Self::Elsewhere { .. } | Self::Lost { .. } => None,
        }
    }

    /// Whether all that the source says is in doubt, rather than one line of the inventory.
    #[must_use]
    pub const fn is_about_all(&self) -> bool {
        !matches!(self, Self::Lost { .. })
    }

    /// Whether both are about the same thing, though one may count otherwise.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Remade { role: a, .. }, Self::Remade { role: b, .. })
            | (Self::Elsewhere { role: a, .. }, Self::Elsewhere { role: b, .. }) => a == b,
            (Self::Lost { wanted: a, .. }, Self::Lost { wanted: b, .. }) => a == b,
            _ => self == other,
        }
    }
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ceased { role, path } => write!(f, "{path} of its {role} was always there, and is gone"),
            Self::Retyped { role, path, was, is } => {
                write!(f, "{path} of its {role} was always {was}, and is {is}")
            }
            Self::Remade { role, gone, of } => {
                write!(f, "its {role} is made otherwise: {gone} of {of} landmarks are gone")
            }
            Self::Elsewhere { role, was, is } => write!(f, "its {role} is answered by {is}, not by {was}"),
            Self::Lost { wanted, was, instead } => {
                write!(
                    f,
                    "it no longer lists “{was}” with a status that we know, which the inventory means by {wanted}"
                )?;
                match instead {
                    Some(name) => write!(f, "; is that “{name}” now?"),
                    None => Ok(()),
                }
            }
        }
    }
}

/// What has always stood at one place of the documents of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usual {
    /// The kinds of its values.
    #[serde(rename = "k")]
    pub kinds: Kinds,
    /// Whether all that could have it had it.
    #[serde(rename = "a")]
    pub always: bool,
    /// How many could have had it; counted no further than is needed.
    #[serde(rename = "n")]
    pub of: u8,
    /// The fewest values that stood there in one document; counted no further than two.
    #[serde(rename = "f")]
    pub fewest: u8,
    /// Since when it is known, in milliseconds since 1970.
    #[serde(rename = "s")]
    pub since_ms: i64,
}

/// What may become a doubt, or is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspicion {
    /// What.
    pub doubt: Doubt,
    /// When it was first seen.
    pub since: Timestamp,
    /// The looks that saw it.
    pub looks: u32,
    /// Whether it has lasted long enough to be said.
    pub stands: bool,
}

/// A word of the vendor's that the format does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrangeWord {
    /// Where it stands, the items of a list as one.
    pub path: String,
    /// The word.
    pub word: String,
    /// In how many hours it was seen.
    pub hours: u32,
    /// When it was first seen.
    pub first: Timestamp,
    /// When it was last seen, to the hour.
    pub last: Timestamp,
}

/// What is kept of the documents of one source, to notice when they change.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Watch {
    /// As what, and where, the source was read: of another format or another address nothing is usual yet.
    pub about: String,
    /// The usual places, by role and path.
    pub usual: BTreeMap<String, BTreeMap<String, Usual>>,
    /// The host that answers, by role.
    pub hosts: BTreeMap<String, String>,
    /// Words that the format does not know.
    pub words: Vec<StrangeWord>,
    /// What is doubted, or may be soon.
    pub suspicions: Vec<Suspicion>,
}

impl Watch {
    /// The same, where it is of a source that is read so; else a new one.
    #[must_use]
    pub fn of(self, about: &str) -> Self {
        if self.about == about { self } else { Self { about: about.to_owned(), ..Self::default() } }
    }

    /// What has lasted long enough to be said.
    #[must_use]
    pub fn doubts(&self) -> Vec<Doubt> {
        self.suspicions.iter().filter(|s| s.stands).map(|s| s.doubt.clone()).collect()
    }

    /// Whether something is seen that has not lasted long enough yet.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.suspicions.iter().any(|s| !s.stands)
    }

    /// How many places are usual, and how many of those are not as they were.
    #[must_use]
    pub fn distance(&self) -> (usize, usize) {
        let usual = self.usual.values().map(|places| places.values().filter(|place| place.always).count()).sum();
        let off = |doubt: &Doubt| match doubt {
            Doubt::Ceased { .. } | Doubt::Retyped { .. } => 1,
            Doubt::Remade { gone, .. } => *gone,
            Doubt::Elsewhere { .. } | Doubt::Lost { .. } => 0,
        };
        (self.suspicions.iter().map(|s| off(&s.doubt)).sum(), usual)
    }

    /// A person says that what is seen now is right: it is what is usual from now on. What the inventory means and nobody
    /// lists is not made right by that.
    pub fn accept(&mut self) {
        let (accepted, kept) = std::mem::take(&mut self.suspicions).into_iter().partition(|s| s.doubt.is_about_all());
        self.suspicions = kept;
        let accepted: Vec<Suspicion> = accepted;
        for suspicion in accepted {
            match suspicion.doubt {
                Doubt::Ceased { role, path } | Doubt::Retyped { role, path, .. } => {
                    if let Some(places) = self.usual.get_mut(&role) {
                        places.retain(|place, _| !is_within(place, &path));
                    }
                }
                Doubt::Remade { role, .. } => {
                    self.usual.remove(&role);
                }
                Doubt::Elsewhere { role, is, .. } => {
                    self.hosts.insert(role, is);
                }
                Doubt::Lost { .. } => {}
            }
        }
    }
}

/// Whether a place is this one or lies in it.
#[must_use]
pub fn is_within(place: &str, path: &str) -> bool {
    place.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '{', '/']))
}
