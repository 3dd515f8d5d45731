//! The pages of one role, in order, and where the next one is.

use std::borrow::Cow;

use url::Url;

use super::{PERMISSION, wire};
use crate::model::snapshot::Unreadable;
use crate::normalize::field::{Field, Object};
use crate::normalize::{Answer, Body, Outcome, document, entra, paged};

/// More pages than any tenant has issues for: a page holds a hundred.
const MOST: usize = 6;

/// The texts of one role's pages.
pub struct Texts<'a> {
    pages: Vec<(Cow<'a, str>, &'a Body)>,
    /// A replay has no recording of a page: what there is stands alone.
    is_cut: bool,
}

/// The texts of a role; `None` where it was not asked.
///
/// # Errors
/// [`Unreadable`] where any page is.
pub fn texts<'a>(answers: &'a [Answer], role: &str) -> Result<Option<Texts<'a>>, Unreadable> {
    let mut texts = Texts { pages: Vec::new(), is_cut: false };
    for answer in answers.iter().filter(|answer| answer.role == role) {
        match &answer.outcome {
            Outcome::Unreadable(why) => return Err(why.clone()),
            Outcome::NotRecorded => texts.is_cut = true,
            Outcome::Body(body) => texts.pages.push((text(body)?, body)),
        }
    }
    Ok((!texts.pages.is_empty()).then_some(texts))
}

/// The text of one answer.
///
/// # Errors
/// [`Unreadable`], with what the app lacks where it is not let in.
pub fn text(body: &Body) -> Result<Cow<'_, str>, Unreadable> {
    entra::denied(body, PERMISSION).map_or_else(|| document::text(body), Err)
}

/// What the pages of a role came to.
pub struct Pages<'a> {
    /// The pages.
    pub documents: Vec<wire::Document<'a>>,
    /// Whether they reach the end.
    pub is_whole: bool,
    /// Where the next one is.
    pub next: Option<Url>,
}

impl Texts<'_> {
    /// The pages, each recognised by its context. The next one must be at the host of `url`: whoever writes the
    /// address would else be sent our token's bearer.
    ///
    /// # Errors
    /// [`Unreadable`] for a page of something else, pages in a circle, too many, or elsewhere.
    pub fn pages(&self, collection: &str, url: Option<&Url>) -> Result<Pages<'_>, Unreadable> {
        let mut documents = Vec::with_capacity(self.pages.len());
        let mut links: Vec<String> = Vec::new();
        for (text, body) in &self.pages {
            let document = recognised(document::typed(text, body)?, collection)?;
            let link = paged::link(&document.next)?.map(str::to_owned);
            if link.as_ref().is_some_and(|link| links.contains(link)) {
                return Err(Unreadable::Unexpected("its pages lead in a circle".to_owned()));
            }
            links.extend(link.clone());
            documents.push(document);
            if documents.len() == self.pages.len() {
                let next = link.map(|link| onward(&link, url, documents.len())).transpose()?;
                let is_whole = next.is_none() && !self.is_cut;
                return Ok(Pages { documents, is_whole, next: next.filter(|_| !self.is_cut) });
            }
        }
        Err(Unreadable::Unexpected("there is no page".to_owned()))
    }
}

fn onward(link: &str, url: Option<&Url>, read: usize) -> Result<Url, Unreadable> {
    if read >= MOST {
        return Err(Unreadable::Unexpected(format!("it has more than {MOST} pages")));
    }
    paged::onward(link, url)
}

fn recognised<'a>(
    found: Field<Object<wire::Document<'a>>>,
    collection: &str,
) -> Result<wire::Document<'a>, Unreadable> {
    let Field::Is(Object(document)) = found else {
        return Err(Unreadable::Unexpected("no object, where Microsoft Graph gives one".to_owned()));
    };
    if !is_of(&document.context, collection) || !matches!(document.value, Field::Is(_)) {
        let what = format!("Graph's {collection} carry an @odata.context that names them, and value[]; this does not");
        return Err(Unreadable::Unexpected(what));
    }
    Ok(document)
}

/// Whether a context names this collection: `…$metadata#admin/serviceAnnouncement/issues`.
pub fn is_of(context: &Field<crate::normalize::field::Text<'_>>, collection: &str) -> bool {
    let sign = format!("serviceannouncement/{}", collection.to_ascii_lowercase());
    context.as_str().is_some_and(|context| context.to_ascii_lowercase().contains(&sign))
}
