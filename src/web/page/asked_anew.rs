//! What asking the page of a source anew came to: what was found instead, and the lines by which it would be read.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::model::inquiry::Inquiry;
use crate::model::vendor::Source;
use crate::pipeline::inquire::is_of;
use crate::web::now::Now;
use crate::web::view::{Away, Theirs, When};

/// What came of it; nothing where the page was not asked, or the source is read otherwise since.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<span class="sub"><b>Asked how it publishes</b>, {{ at }}: {{ said }}</span>{% if let Some(write) = write %}<span class="sub">{% if let Some(link) = write.link %}See that {{ link }} is the vendor’s own. {% endif %}Then write {{ write.place }}:</span><span class="sub write"><code>{% for line in write.lines %}{{ line }}{% if !loop.last %}<br>{% endif %}{% endfor %}</code></span>{% endif %}"#
)]
pub struct AskedAnew {
    at: When,
    said: Theirs,
    write: Option<Write>,
}

impl HtmlSafe for AskedAnew {}

/// What a person is to write.
struct Write {
    link: Option<Away>,
    place: String,
    lines: Vec<String>,
}

impl AskedAnew {
    pub fn of(now: &Now, source: &Source, inquiry: Option<&Inquiry>) -> Option<Self> {
        let inquiry = inquiry.filter(|inquiry| is_of(inquiry, source))?;
        let write = inquiry.proposal().map(|found| Write {
            link: Away::to(found.url.as_str(), ""),
            place: found.place(&source.id, source.format),
            lines: found.lines(),
        });
        Some(Self { at: When::of(now, inquiry.at), said: Theirs::line(&inquiry.said()), write })
    }

    /// Whether it says how the source could be read instead.
    pub const fn proposes(&self) -> bool {
        self.write.is_some()
    }
}
