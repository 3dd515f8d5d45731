//! A message in parts, before it is laid out: for mail, and for the services that have a layout of their own. All of it
//! is clean: one line where one line is meant, no control and no bidi character, no endless length. None of it is
//! escaped: that is for whoever lays it out.

use jiff::Timestamp;

use super::impact::Impact;
use super::inventory::Tier;

/// The colour and shape of a section. Green needs somebody's word that it is over; grey means that nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As bad as this.
    Of(Impact),
    /// Over.
    Over,
}

/// One line of a detail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A few words that matter, then the rest.
    Says(String, String),
    /// A step to take, with its number.
    Step(usize, String),
    /// A quotation, of one line or more.
    Quote(String),
    /// Said in passing.
    Note(String),
    /// Where more can be read: the address, and what to call it.
    Link(String, String),
}

/// One detail: a label and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The label.
    pub label: &'static str,
    /// What it says.
    pub lines: Vec<Line>,
}

/// One cause, or a shift, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its colour and shape.
    pub tone: Tone,
    /// What of ours is hurt, how badly, where, by whom, since when.
    pub headline: String,
    /// How bad, and for whom.
    pub kicker: String,
    /// The organisation's own sentences: of which services, and what they say.
    pub says: Vec<(String, String)>,
    /// What else must be known at once.
    pub leads: Vec<String>,
    /// The details.
    pub rows: Vec<Row>,
    /// The page about it.
    pub page: Option<String>,
    /// Where one says that one takes care of it.
    pub acknowledge: Option<String>,
}

/// What happened last, as a far side that keeps a state needs to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It hurts us now.
    Opened,
    /// It hurts us worse.
    Worse,
    /// It hurts us less.
    Better,
    /// It hurts us no longer.
    Over,
    /// Nothing of it is happening: a maintenance lies ahead, or no longer does.
    Ahead,
}

/// One cause: what a far side that keeps a state for each needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The cause, as a text that never changes.
    pub cause: String,
    /// The source whose word it is.
    pub source: Option<String>,
    /// What happened last.
    pub turn: Turn,
    /// The message tells its beginning, perhaps together with its end.
    pub begins: bool,
    /// Nobody can see, rather than that something is wrong.
    pub is_unseen: bool,
    /// The vendor's name, or ours for what is our own.
    pub vendor: String,
    /// The most needed tier of the services.
    pub tier: Option<Tier>,
    /// The worst impact on a service of ours; after the end, what it was.
    pub impact: Impact,
    /// The names of the services.
    pub services: Vec<String>,
    /// Since when.
    pub since: Timestamp,
    /// When it was over; for what lies ahead, when it begins.
    pub until: Option<Timestamp>,
    /// The vendor's page for it.
    pub vendor_page: Option<String>,
    /// It in words.
    pub section: Section,
}

/// A message in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The notification's id.
    pub id: String,
    /// When it was decided.
    pub at: Timestamp,
    /// The organisation's name; empty where it has none.
    pub organisation: String,
    /// Where the pages are; no slash at its end.
    pub root: Option<String>,
    /// One line.
    pub subject: String,
    /// One line of at most 160 septets of GSM 03.38.
    pub short: String,
    /// Said before all else: that it is a test, or a drill.
    pub banner: Option<String>,
    /// The first line of a message about several causes, and of a digest: each of them, with its vendor.
    pub overview: Option<String>,
    /// Nothing of it is happening: a test or a drill.
    pub is_test: bool,
    /// The change of shifts, where it is about that.
    pub shift: Option<Section>,
    /// The causes, the worst first.
    pub parts: Vec<Part>,
    /// Why this came, and its number.
    pub footer: Vec<String>,
    /// The same as the JSON of a webhook.
    pub json: serde_json::Value,
}

impl Card {
    /// What is told in full: the shift, or the first causes.
    pub fn sections(&self, most: usize) -> impl Iterator<Item = &Section> {
        self.shift.iter().chain(self.parts.iter().map(|part| &part.section)).take(most)
    }

    /// The headlines of the causes that [`Card::sections`] leaves out.
    pub fn others(&self, most: usize) -> impl Iterator<Item = &str> {
        let skipped = most.saturating_sub(usize::from(self.shift.is_some()));
        self.parts.iter().skip(skipped).map(|part| part.section.headline.as_str())
    }

    /// The same, as of another time: a drill's story happened long ago, and far sides judge times by their own clocks.
    #[must_use]
    pub fn as_of(mut self, now: Timestamp) -> Self {
        self.at = now;
        for part in &mut self.parts {
            part.since = now;
            part.until = part.until.map(|_| now);
        }
        self
    }

    /// The page to open first.
    #[must_use]
    pub fn page(&self) -> Option<&str> {
        self.sections(1).find_map(|section| section.page.as_deref()).or(self.root.as_deref())
    }
}

impl Line {
    /// The line as plain text, without an address.
    #[must_use]
    pub fn plain(&self) -> String {
        match self {
            Self::Says(strong, rest) => format!("{strong}{rest}"),
            Self::Step(number, step) => format!("{number}. {step}"),
            Self::Quote(quote) => quote.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n"),
            Self::Note(note) => format!("({note})"),
            Self::Link(url, what) => format!("{what}: {url}"),
        }
    }
}

impl Section {
    /// All of it as plain text, without its headline.
    #[must_use]
    pub fn plain(&self) -> String {
        let mut lines = vec![self.kicker.clone()];
        lines.extend(self.says.iter().map(|(whose, said)| format!("{whose}{said}")));
        lines.extend(self.leads.iter().cloned());
        for row in &self.rows {
            lines.push(format!("{}:", row.label));
            lines.extend(row.lines.iter().map(Line::plain));
        }
        lines.extend(self.page.iter().map(|page| format!("Open it: {page}")));
        lines.extend(self.acknowledge.iter().map(|link| format!("Acknowledge: {link}")));
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }
}

impl Tone {
    /// The shape that says the same as the colour, for where colours do not show.
    #[must_use]
    pub const fn shape(self) -> char {
        match self {
            Self::Over | Self::Of(Impact::Operational) => '\u{25CF}',
            Self::Of(Impact::Maintenance) => '\u{25A0}',
            Self::Of(Impact::Degraded) => '\u{25B2}',
            Self::Of(Impact::PartialOutage) => '\u{25C6}',
            Self::Of(Impact::MajorOutage) => '\u{2716}',
            Self::Of(Impact::Unknown) => '?',
        }
    }

    /// The colour of an edge, as in the tokens of the pages: 0xRRGGBB.
    #[must_use]
    pub const fn colour(self) -> u32 {
        match self {
            Self::Over | Self::Of(Impact::Operational) => 0x0e_87_6c,
            Self::Of(Impact::Maintenance) => 0x4d_52_b8,
            Self::Of(Impact::Degraded) => 0xb4_75_00,
            Self::Of(Impact::PartialOutage) => 0xad_44_09,
            Self::Of(Impact::MajorOutage) => 0xa8_0c_1c,
            Self::Of(Impact::Unknown) => 0x66_72_6d,
        }
    }
}
