//! The small parts that all pages are built from. Each renders itself, escaped, so that a page can put it anywhere.

pub mod acts;
pub mod banner;
pub mod card;
pub mod days;
pub mod difference;
pub mod do_first;
pub mod graph;
pub mod lateness;
pub mod ruler;
pub mod said;
pub mod situation;
pub mod way;

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::Timestamp;
use url::Url;

use super::asset;
use super::desk::corner::Corner;
use super::now::Now;
use super::who::Viewer;
use crate::model::impact::Impact;
use crate::model::inventory::Tier;
use crate::model::text;

/// The longest name of a vendor's that is shown.
const NAME_CHARS: usize = 200;
/// The longest address that is linked to.
const LINK_OCTETS: usize = 600;

/// A moment: local time, then UTC, then its age.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<time datetime="{{ iso }}">{{ local }}{% if !utc.is_empty() %} <span class="utc">{{ utc }}</span>{% endif %}{% if !age.is_empty() %} <span class="age">{{ age }}</span>{% endif %}</time>{% if !is_certain %} <span class="small">(zone not certain)</span>{% endif %}"#
)]
pub struct When {
    pub iso: String,
    pub local: String,
    pub utc: String,
    pub age: String,
    pub is_certain: bool,
}

impl HtmlSafe for When {}

impl When {
    /// All three.
    pub fn of(now: &Now, at: Timestamp) -> Self {
        Self { age: age(now, at), ..Self::without_age(now, at) }
    }

    /// Local time and UTC.
    pub fn without_age(now: &Now, at: Timestamp) -> Self {
        Self {
            iso: crate::model::published::time(at),
            local: now.times.local(at),
            utc: now.times.utc(at).unwrap_or_default(),
            age: String::new(),
            is_certain: true,
        }
    }

    /// Only how long ago; hovering is not needed to know, since the full time stands elsewhere on the page.
    pub fn age_of(now: &Now, at: Timestamp) -> Self {
        Self { local: age(now, at), utc: String::new(), ..Self::without_age(now, at) }
    }
}

/// `3 min ago`, or `in 3 min`.
pub fn age(now: &Now, at: Timestamp) -> String {
    use crate::model::clock_text::{between, span};
    match between(at, now.at) {
        ahead if ahead < 0 => format!("in {}", span(-ahead)),
        ago => format!("{} ago", span(ago)),
    }
}

/// Shape, colour and word together.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r##"<span class="status {{ class }}"><svg class="shape" aria-hidden="true"><use href="#s-{{ class }}"/></svg><span>{{ word }}</span></span>"##
)]
pub struct Badge {
    class: &'static str,
    word: String,
}

impl HtmlSafe for Badge {}

impl Badge {
    pub fn of(impact: Impact) -> Self {
        Self { class: class(impact), word: impact.label().to_owned() }
    }

    /// Its class.
    pub const fn class(&self) -> &'static str {
        self.class
    }

    /// Its word.
    pub fn word(&self) -> &str {
        &self.word
    }

    /// The same with a word of its own.
    pub fn saying(impact: Impact, word: impl Into<String>) -> Self {
        Self { class: class(impact), word: word.into() }
    }
}

/// Words that a vendor or a user wrote, on one line: cleaned, escaped, and kept from turning the text round them.
#[derive(Debug, Clone, Template)]
#[template(ext = "html", source = "<bdi>{{ words }}</bdi>")]
pub struct Theirs {
    pub words: String,
}

impl HtmlSafe for Theirs {}

impl Theirs {
    pub fn line(words: &str) -> Self {
        Self { words: text::line(words, NAME_CHARS) }
    }
}

/// A link that leaves us: only to the web, and its host is shown, so that people see where it leads.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<a href="{{ href }}" rel="noopener noreferrer nofollow">{% if !words.is_empty() %}{{ words }} {% endif %}<bdi>{{ host }}</bdi></a>"#
)]
pub struct Away {
    href: String,
    words: String,
    host: String,
}

impl HtmlSafe for Away {}

impl Away {
    /// `None` for whatever is no address of the web.
    pub fn to(address: &str, words: &str) -> Option<Self> {
        let url = Url::parse(address.trim()).ok()?;
        let host = url.host_str()?.to_owned();
        let is_web = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        let href = url.to_string();
        (is_web && href.len() <= LINK_OCTETS).then(|| Self { href, words: words.to_owned(), host })
    }
}

/// What stands round every page.
#[derive(Debug, Clone)]
pub struct Frame {
    pub organisation: String,
    /// Which entry of the navigation is this page.
    pub here: &'static str,
    pub version: &'static str,
    /// The day, and the time to the second: local, then UTC.
    pub day: String,
    pub clock: When,
    /// Where "read again" leads.
    pub path: String,
    /// Whether nothing of it is happening.
    pub is_drill: bool,
    /// Who is signed in.
    pub corner: Corner,
    /// What is not as it should be with Bellwether itself.
    pub banners: Vec<banner::Banner>,
}

impl Frame {
    pub fn new(now: &Now, here: &'static str, path: impl Into<String>, is_guarded: bool) -> Self {
        let path = path.into();
        let mut clock = When::without_age(now, now.at);
        clock.local = now.times.written(now.at, "%H:%M:%S %Z");
        if !clock.utc.is_empty() {
            clock.utc = now.at.strftime("%H:%M:%S UTC").to_string();
        }
        Self {
            organisation: now.compiled.organisation.clone(),
            here,
            version: &asset::VERSION,
            day: now.times.written(now.at, "%a %-d %B"),
            clock,
            corner: Corner::new(&Viewer::now(), &path, is_guarded),
            path,
            is_drill: now.compiled.is_drill,
            banners: banner::banners(now),
        }
    }

    pub fn is(&self, here: &str) -> bool {
        self.here == here
    }
}

/// The class of a state: its colours and the name of its shape.
pub const fn class(impact: Impact) -> &'static str {
    match impact {
        Impact::Operational => "operational",
        Impact::Maintenance => "maintenance",
        Impact::Degraded => "degraded",
        Impact::PartialOutage => "partial",
        Impact::MajorOutage => "major",
        Impact::Unknown => "unknown",
    }
}

/// A tier as it begins a line.
pub const fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::LifeSafety => "Life-safety",
        Tier::Clinical => "Clinical",
        Tier::Business => "Business",
        Tier::BackOffice => "Back-office",
    }
}

/// "1 service", "3 services".
pub fn count(n: usize, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}

/// A list for people: so many names, then "and 19 more".
pub fn list<S: AsRef<str>>(names: &[S], most: usize) -> String {
    let shown = names.iter().take(most).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_is_linked_to_and_the_host_is_shown() {
        let link = Away::to("https://status.example/i?a=\"<b", "on").unwrap().to_string();
        assert_eq!(
            link,
            r#"<a href="https://status.example/i?a=%22%3Cb" rel="noopener noreferrer nofollow">on <bdi>status.example</bdi></a>"#
        );
        for bad in ["javascript:alert(1)", "data:text/html,x", "/x", "", "ftp://a.example/", "https://a@b.example/"] {
            assert!(Away::to(bad, "").is_none(), "{bad}");
        }
    }

    #[test]
    fn what_they_wrote_cannot_leave_its_place() {
        let words = Theirs::line("</bdi><script>alert(1)</script>\u{202E}x\n\"y\"").to_string();
        assert_eq!(words, "<bdi>&#60;/bdi&#62;&#60;script&#62;alert(1)&#60;/script&#62;x &#34;y&#34;</bdi>");
    }
}
