//! Facts whose every text is safe to stand where it stands: one line where one line is meant, no control and no
//! bidi character, no endless length. Everything else in this module relies on it and must never see raw facts.

use url::Url;

use super::{clean_shift, course};
use crate::model::effect::Cause;
use crate::model::id::IncidentId;
use crate::model::inquiry::{Came, Inquiry, Proposal};
use crate::model::inventory::Procedure;
use crate::model::keeping::{Finding, Keeping, Sample};
use crate::model::notification::{
    Before, Below, Facts, HurtService, Testimony, Topic, UnwellComponent, VendorWord, Witness,
};
use crate::model::text;
use crate::model::vendor::Support;

/// The longest name that is shown, in characters.
const NAME_CHARS: usize = 80;
/// The longest single line of advice or of a reason.
const LINE_CHARS: usize = 400;
/// The longest quotation; the whole stands on the page.
const QUOTE_CHARS: usize = 2_000;
/// The longest address that is shown or linked to, in octets.
const LINK_OCTETS: usize = 600;

/// The same facts, cleaned.
pub fn facts(raw: &Facts) -> Facts {
    Facts {
        organisation: name(&raw.organisation),
        page: raw.page.as_deref().and_then(link).map(|page| page.trim_end_matches('/').to_owned()),
        topics: raw.topics.iter().map(topic).collect(),
        shift: raw.shift.as_ref().map(clean_shift::shift),
        course: course::clean(&raw.course),
        ..raw.clone()
    }
}

fn topic(raw: &Topic) -> Topic {
    Topic {
        cause: cause(&raw.cause),
        incident: raw.incident.as_ref().map(|id| IncidentId(name(&id.0))),
        vendor: name(&raw.vendor),
        support: support(&raw.support),
        vendor_word: raw.vendor_word.as_ref().map(vendor_word),
        component: raw.component.as_ref().map(component),
        why: raw.why.as_deref().map(advice).filter(|why| !why.is_empty()),
        services: raw.services.iter().map(service).collect(),
        keeping: raw.keeping.as_ref().map(keeping),
        below: raw.below.iter().map(below).collect(),
        before: raw.before.as_ref().map(before),
        witnesses: raw.witnesses.iter().map(witness).collect(),
        acknowledge: raw.acknowledge.as_deref().and_then(link),
        ..raw.clone()
    }
}

fn below(raw: &Below) -> Below {
    Below { vendor: name(&raw.vendor), title: name(&raw.title), incident: name(&raw.incident) }
}

fn before(raw: &Before) -> Before {
    Before { components: names(&raw.components), regions: names(&raw.regions), ..raw.clone() }
}

fn witness(raw: &Witness) -> Witness {
    let says = match &raw.says {
        Testimony::Blind(why) => Testimony::Blind(advice(why)),
        Testimony::Says { .. } | Testimony::Silent => raw.says.clone(),
    };
    Witness { source: raw.source.clone(), says }
}

fn keeping(raw: &Keeping) -> Keeping {
    let finding = |raw: &Finding| Finding {
        role: raw.role.as_deref().map(name),
        path: raw.path.as_deref().map(advice),
        what: advice(&raw.what),
    };
    Keeping {
        findings: raw.findings.iter().map(finding).collect(),
        samples: raw.samples.iter().map(|s| Sample { role: name(&s.role), hash: name(&s.hash), at: s.at }).collect(),
        format: name(&raw.format),
        url: raw.url.as_deref().and_then(link),
        needed_by: names(&raw.needed_by),
        inquiry: raw.inquiry.as_ref().and_then(inquiry),
        ..raw.clone()
    }
}

/// None where its addresses are too long to be shown: half an address leads astray.
fn inquiry(raw: &Inquiry) -> Option<Inquiry> {
    let came = match &raw.came {
        Came::Same => Came::Same,
        Came::Nothing { tried, why } => Came::Nothing { tried: *tried, why: why.as_deref().map(advice) },
        Came::Other(found) => {
            let mut urls = found.roles.iter().map(|(_, url)| url).chain([&found.url]);
            if urls.any(|url| link(url.as_str()).is_none()) {
                return None;
            }
            Came::Other(Proposal {
                titled: found.titled.as_deref().map(name),
                sign: advice(&found.sign),
                ..found.clone()
            })
        }
    };
    Some(Inquiry { came, ..raw.clone() })
}

fn cause(raw: &Cause) -> Cause {
    match raw {
        Cause::Incident(id) => Cause::Incident(IncidentId(name(&id.0))),
        Cause::Component { source, key } => Cause::Component { source: source.clone(), key: text::title(key) },
        Cause::Blind(source) => Cause::Blind(source.clone()),
        Cause::Offline => Cause::Offline,
        Cause::Sight(source) => Cause::Sight(source.clone()),
    }
}

fn vendor_word(raw: &VendorWord) -> VendorWord {
    VendorWord {
        key: text::title(&raw.key),
        title: text::title(&raw.title),
        vendor_impact: name(&raw.vendor_impact),
        vendor_phase: name(&raw.vendor_phase),
        components: names(&raw.components),
        regions: names(&raw.regions),
        text: raw.text.as_deref().map(quote).filter(|quote| !quote.is_empty()),
        link: raw.link.as_deref().and_then(link),
        author: raw.author.as_deref().map(name),
        ..raw.clone()
    }
}

fn component(raw: &UnwellComponent) -> UnwellComponent {
    UnwellComponent { name: name(&raw.name), vendor_status: name(&raw.vendor_status) }
}

fn service(raw: &HurtService) -> HurtService {
    HurtService {
        name: name(&raw.name),
        sites: names(&raw.sites),
        workflow: advice(&raw.workflow),
        owner: advice(&raw.owner),
        path: names(&raw.path),
        say: raw.say.as_deref().map(advice).filter(|say| !say.is_empty()),
        procedure: procedure(&raw.procedure),
        still: raw.still.iter().map(|still| advice(still)).collect(),
        ..raw.clone()
    }
}

fn procedure(raw: &Procedure) -> Procedure {
    Procedure {
        name: text::title(&raw.name),
        first_steps: raw.first_steps.iter().map(|step| advice(step)).collect(),
        contacts: raw.contacts.iter().map(|contact| advice(contact)).collect(),
        link: web(raw.link.as_ref()),
    }
}

fn support(raw: &Support) -> Support {
    Support {
        phone: raw.phone.as_deref().map(name),
        portal: web(raw.portal.as_ref()),
        account: raw.account.as_deref().map(name),
    }
}

pub(super) fn name(raw: &str) -> String {
    text::line(raw, NAME_CHARS)
}

pub(super) fn names(raw: &[String]) -> Vec<String> {
    raw.iter().map(|one| name(one)).filter(|one| !one.is_empty()).collect()
}

pub(super) fn advice(raw: &str) -> String {
    text::line(raw, LINE_CHARS)
}

fn quote(raw: &str) -> String {
    let whole = text::body(raw);
    match whole.char_indices().nth(QUOTE_CHARS) {
        None => whole,
        Some((end, _)) => format!("{}… (cut here)", whole[..end].trim_end()),
    }
}

/// An address of the web in its normal form; anything else (`javascript:`, a path, an endless one) is none.
fn link(raw: &str) -> Option<String> {
    web(Url::parse(raw.trim()).ok().as_ref()).map(|url| url.to_string())
}

fn web(url: Option<&Url>) -> Option<Url> {
    url.filter(|url| matches!(url.scheme(), "http" | "https") && url.as_str().len() <= LINK_OCTETS).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_is_linked_to() {
        assert_eq!(link("https://a.example/x?a=\"b").as_deref(), Some("https://a.example/x?a=%22b"));
        for bad in ["javascript:alert(1)", "data:text/html,x", "/x", "", "ftp://a.example/"] {
            assert_eq!(link(bad), None, "{bad}");
        }
        assert_eq!(link(&format!("https://a.example/{}", "x".repeat(9_999))), None);
    }

    #[test]
    fn a_long_quotation_says_that_it_is_cut() {
        let cut = quote(&"é".repeat(5_000));
        assert!(cut.ends_with("… (cut here)") && cut.chars().count() < 2_020);
    }
}
