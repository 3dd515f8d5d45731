//! Documents of several pages, where each names the address of the next.

use url::Url;

use super::field::{Field, Text};
use crate::model::snapshot::Unreadable;

/// The address of the next page, as a document says it; `None` where it is the last.
///
/// # Errors
/// [`Unreadable`] where something else stands there: it is not known whether there is more.
pub fn link<'d>(field: &'d Field<Text<'_>>) -> Result<Option<&'d str>, Unreadable> {
    match field {
        Field::Absent => Ok(None),
        Field::Is(text) => Ok(Some(text.0.trim()).filter(|link| !link.is_empty())),
        Field::Odd(kind) => Err(Unreadable::Unexpected(format!("the address of its next page is {kind}"))),
    }
}

/// The next page, which must be at the host of `url`: whoever writes the address would else be sent our token's bearer.
///
/// # Errors
/// [`Unreadable`] for what is no address, and for one that lies elsewhere.
pub fn onward(link: &str, url: Option<&Url>) -> Result<Url, Unreadable> {
    let next = Url::parse(link)
        .map_err(|_| Unreadable::Unexpected("the address of its next page is no address".to_owned()))?;
    let is_there = url.is_none_or(|url| url.origin() == next.origin());
    if !is_there || !next.username().is_empty() || next.password().is_some() {
        let host = next.host_str().unwrap_or("nowhere");
        return Err(Unreadable::NotAllowed(format!("its next page lies at another host, {host}; it is not asked")));
    }
    Ok(next)
}
