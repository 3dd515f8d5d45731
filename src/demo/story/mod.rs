//! Stories: what vendors said in an outage of the past, and what people of the hospital entered, with the times.
//!
//! A story is one file in this folder and nothing else; its name is what `--story` takes. Here it is only read: nothing
//! in it knows a clock or a server.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_embed::RustEmbed;
use serde::Deserialize;

use crate::model::format::Format;
use crate::model::id::VendorId;
use crate::model::impact::Impact;

/// The stories that come with the binary.
#[derive(RustEmbed)]
#[folder = "src/demo/story/"]
#[include = "*.toml"]
struct Shipped;

/// The story that is told without being asked for.
pub const USUAL: &str = "crowdstrike";

/// A story.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// Its name, that of its file.
    #[serde(skip)]
    pub name: String,
    /// What it is called.
    pub title: String,
    /// What it is about, in two or three sentences.
    pub about: String,
    /// The hospital's zone, an IANA name.
    pub zone: String,
    /// When it begins: shortly before the first moment.
    pub begin: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// How many times as fast as time it is told.
    pub speed: f64,
    /// The pages that vendors have. A vendor without one says nothing that a program could read.
    #[serde(default, rename = "page")]
    pub pages: Vec<Page>,
    /// What happens, in order.
    #[serde(rename = "moment")]
    pub moments: Vec<Moment>,
}

/// A vendor's page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Whose it is.
    pub vendor: VendorId,
    /// In which format.
    pub format: Format,
    /// The components that it lists.
    #[serde(default)]
    pub components: Vec<String>,
}

/// Something that happens.
#[derive(Debug, Clone, Deserialize)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happens at a moment.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A vendor says something on its page.
    Post(Post),
    /// Somebody of the hospital enters something.
    Word(Entry),
    /// Something that no program and hardly anybody can see.
    Aside(String),
}

/// What a vendor says on its page. What is left out stays as it was.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// Whose page.
    pub vendor: VendorId,
    /// The vendor's key.
    pub incident: String,
    /// The title.
    pub title: Option<String>,
    /// The vendor's word for how bad it is.
    pub impact: Option<String>,
    /// The vendor's word for the phase.
    pub phase: Option<String>,
    /// The components that it names.
    pub components: Option<Vec<String>>,
    /// Their status from now on, in the vendor's word.
    pub status: Option<String>,
    /// The regions that it names.
    pub regions: Option<Vec<String>>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// It is taken off the page; the text is for those who follow the story.
    #[serde(default)]
    pub gone: bool,
    /// What is said.
    pub text: String,
}

/// What somebody of the hospital enters.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// About which vendor.
    pub vendor: VendorId,
    /// A name for the incident, within the story.
    pub incident: String,
    /// Who.
    pub author: String,
    /// What it does.
    pub act: Act,
    /// What is wrong, in one line; where it opens.
    pub title: Option<String>,
    /// How bad it is.
    pub impact: Option<Impact>,
    /// Since when; where it opens.
    pub since: Option<Timestamp>,
    /// What is said.
    pub text: String,
}

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Opens an incident.
    Open,
    /// Adds to it.
    Update,
    /// Ends it.
    Resolve,
}

impl Story {
    /// The story of that name.
    ///
    /// # Errors
    /// There is none; the names of those that are.
    pub fn named(name: &str) -> Result<Self> {
        let Some(file) = Shipped::get(&format!("{name}.toml")) else {
            bail!("no story is called {name:?}; there are {}", names().join(", "));
        };
        Self::read(name, &String::from_utf8_lossy(&file.data))
    }

    fn read(name: &str, text: &str) -> Result<Self> {
        let mut story: Self = toml::from_str(text).with_context(|| format!("the story {name}"))?;
        name.clone_into(&mut story.name);
        story.must_be_in_order()?;
        Ok(story)
    }

    fn must_be_in_order(&self) -> Result<()> {
        let mut before = self.begin;
        for moment in &self.moments {
            if moment.at < before || moment.at > self.end {
                bail!("the story {}: {} is out of order", self.name, moment.at);
            }
            before = moment.at;
        }
        TimeZone::get(&self.zone).with_context(|| format!("the story {}", self.name))?;
        Ok(())
    }

    /// What a vendor has said on its page up to `now`, with the times.
    pub fn posts(&self, vendor: &VendorId, now: Timestamp) -> impl Iterator<Item = (Timestamp, &Post)> {
        self.moments.iter().take_while(move |moment| moment.at <= now).filter_map(move |moment| match &moment.what {
            What::Post(post) if post.vendor == *vendor => Some((moment.at, post)),
            What::Post(_) | What::Word(_) | What::Aside(_) => None,
        })
    }

    /// When a vendor's incident was spoken of last, at `now`: by the vendor or by us in its place.
    #[must_use]
    pub fn last_word(&self, vendor: &VendorId, now: Timestamp) -> Option<Timestamp> {
        let of_vendor = |moment: &&Moment| match &moment.what {
            What::Post(post) => post.vendor == *vendor,
            What::Word(entry) => entry.vendor == *vendor,
            What::Aside(_) => false,
        };
        self.moments.iter().take_while(|moment| moment.at <= now).filter(of_vendor).map(|moment| moment.at).last()
    }

    /// How many incidents it tells of, by vendor.
    #[must_use]
    pub fn incidents(&self) -> BTreeMap<(VendorId, String), Timestamp> {
        let mut all = BTreeMap::new();
        for moment in &self.moments {
            let key = match &moment.what {
                What::Post(post) => (post.vendor.clone(), post.incident.clone()),
                What::Word(entry) => (entry.vendor.clone(), entry.incident.clone()),
                What::Aside(_) => continue,
            };
            all.entry(key).or_insert(moment.at);
        }
        all
    }
}

/// The names of all stories.
#[must_use]
pub fn names() -> Vec<String> {
    let mut names: Vec<String> =
        Shipped::iter().filter_map(|path| path.strip_suffix(".toml").map(str::to_owned)).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_story_can_be_read_and_names_what_it_needs() {
        assert!(names().iter().any(|name| name == USUAL));
        for name in names() {
            let story = Story::named(&name).unwrap();
            for moment in &story.moments {
                let What::Post(post) = &moment.what else { continue };
                assert!(
                    story.pages.iter().any(|page| page.vendor == post.vendor),
                    "{name}: {} has a page",
                    post.vendor
                );
            }
        }
    }

    #[test]
    fn a_story_begins_shortly_before_its_first_moment() {
        for name in names() {
            let story = Story::named(&name).unwrap();
            let wait = story.moments[0].at.duration_since(story.begin).as_secs_f64() / story.speed;
            assert!(wait < 5.0, "{name}: nothing happens for {wait} s");
        }
    }

    #[test]
    fn an_unknown_story_is_refused_with_the_names_of_the_others() {
        let why = Story::named("titanic").unwrap_err().to_string();
        assert!(why.contains("crowdstrike, oracle-health"), "{why}");
    }

    #[test]
    fn what_is_out_of_order_is_refused() {
        let text = "title='t'\nabout='a'\nzone='UTC'\nbegin='2024-01-01T00:00:00Z'\nend='2024-01-02T00:00:00Z'\nspeed=1\n[[moment]]\nat='2024-01-03T00:00:00Z'\naside='x'\n";
        assert!(Story::read("late", text).unwrap_err().to_string().contains("out of order"));
    }
}
