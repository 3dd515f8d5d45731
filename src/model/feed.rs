//! How a feed that any vendor may write is to be read: which words mean what, and what makes an incident of its items.

use serde::{Deserialize, Serialize};

/// How one feed is to be read. All of it has defaults that suit the feeds of the usual platforms.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FeedRules {
    /// What the feed's own title holds, as "Acme Status". Without it, a feed without any item counts as unreadable,
    /// since nothing proves that it is the vendor's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub titled: Option<String>,
    /// What one item of the feed is.
    pub item: ItemIs,
    /// What the items of one incident have in common.
    pub same: Same,
    /// The common part ends before the last of these: "#", "_". Without it all of it is common.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Which items the feed lists.
    pub lists: Lists,
    /// Whether the categories that are no words of `words` are names of components.
    pub categories_are_components: bool,
    /// The vendor's words.
    pub words: FeedWords,
}

/// What one item of a feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ItemIs {
    /// An incident, whose text changes while it lasts.
    #[default]
    Incident,
    /// One update of an incident; the next one is an item of its own.
    Update,
}

/// What the items of one incident have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Same {
    /// The item's id (`guid`, `id`); where it has none, its link.
    #[default]
    Id,
    /// The link.
    Link,
    /// The title, without the word for how far it has come.
    Title,
}

/// Which items a feed lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lists {
    /// The latest ones. What is missing may have been pushed out, so its absence says nothing.
    #[default]
    Latest,
    /// All that are open, and only proven so: what is missing is over.
    AllOpen,
}

/// The vendor's words, in any case. A list given here takes the place of the usual one. A single word counts where a
/// label stands: at the beginning of a title or a text, in brackets, as a category, as a status. Several words
/// ("has been resolved") count in a sentence too, unless it takes them back ("not yet", "once", "partially").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FeedWords {
    /// It is over.
    pub resolved: Vec<String>,
    /// It is mended and watched.
    pub monitoring: Vec<String>,
    /// Its cause is known.
    pub identified: Vec<String>,
    /// It is looked into.
    pub investigating: Vec<String>,
    /// It is a maintenance, not an incident.
    pub maintenance: Vec<String>,
    /// The maintenance lies ahead.
    pub scheduled: Vec<String>,
    /// The maintenance runs.
    pub in_progress: Vec<String>,
    /// The maintenance is done and being checked.
    pub verifying: Vec<String>,
    /// The maintenance is over.
    pub completed: Vec<String>,
    /// It will not be, or never was.
    pub cancelled: Vec<String>,
    /// Nothing works.
    pub major_outage: Vec<String>,
    /// Some of it does not work.
    pub partial_outage: Vec<String>,
    /// It works badly.
    pub degraded: Vec<String>,
    /// It is neither an incident nor a maintenance, and left out.
    pub neither: Vec<String>,
}

impl Default for FeedWords {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            resolved: words(&[
                "resolved",
                "restored",
                "fixed",
                "closed",
                "all clear",
                "postmortem",
                "post-mortem",
                "service is operating normally",
                "has been resolved",
                "have been resolved",
                "is now resolved",
                "are now resolved",
                "is resolved",
                "was resolved",
                "is fully resolved",
                "has been fully resolved",
                "has been fixed",
                "has been fully restored",
                "service has been restored",
                "services have been restored",
                "is operating normally",
                "are operating normally",
            ]),
            monitoring: words(&[
                "monitoring",
                "mitigated",
                "recovering",
                "a fix has been implemented",
                "monitoring the results",
            ]),
            identified: words(&["identified", "has been identified", "we have identified", "identified the cause"]),
            investigating: words(&["investigating", "new", "open", "active", "ongoing"]),
            maintenance: words(&["maintenance", "scheduled maintenance", "planned maintenance", "scheduled event"]),
            scheduled: words(&["scheduled", "planned", "upcoming", "not started yet"]),
            in_progress: words(&["in progress", "in-progress", "started", "maintenance is in progress"]),
            verifying: words(&["verifying"]),
            completed: words(&["completed", "finished", "maintenance has been completed"]),
            cancelled: words(&["cancelled", "canceled", "withdrawn", "false positive"]),
            major_outage: words(&["major outage", "full outage", "complete outage", "critical"]),
            partial_outage: words(&["partial outage", "partial service disruption", "partial system outage"]),
            degraded: words(&["degraded", "degraded performance", "degradation", "performance degradation"]),
            neither: words(&["advisory", "announcement", "release notes"]),
        }
    }
}
