//! Where a redirect may lead: to http or https, never from https down to http, and to no port that a page could use
//! us to knock at. Whether its address may be asked is judged as for every other URL.

use reqwest::StatusCode;
use url::Url;

use crate::model::snapshot::Unreadable;
use crate::model::text;

/// Whether a status with a `Location` sends us on.
#[must_use]
pub fn is_followed(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The address that `location` sends us to from `from`.
///
/// # Errors
/// [`Unreadable::Unexpected`] where it is no address, [`Unreadable::NotAllowed`] where it may not be followed.
pub fn onward(from: &Url, location: &[u8]) -> Result<Url, Unreadable> {
    let nonsense = || {
        let shown = text::line(&String::from_utf8_lossy(location), 120);
        Unreadable::Unexpected(format!("{} redirects to {shown:?}, which is no address", shown_host(from)))
    };
    let location = str::from_utf8(location).map_err(|_| nonsense())?;
    let mut next = from.join(location).map_err(|_| nonsense())?;
    next.set_fragment(None);
    if from.scheme() == "https" && next.scheme() == "http" {
        return Err(refused(from, &next, "that would go from https down to http"));
    }
    // The operator may name any port. A page that he trusts to say its status is not trusted to try doors.
    if next.port().is_some() && next.port_or_known_default() != from.port_or_known_default() {
        return Err(refused(
            from,
            &next,
            "a redirect may not lead to another port; if it should, configure that address",
        ));
    }
    Ok(next)
}

/// A redirect that is not followed.
#[must_use]
pub fn refused(from: &Url, next: &Url, why: &str) -> Unreadable {
    Unreadable::NotAllowed(format!("{} redirects to {}: {why}", shown_host(from), shown(next)))
}

/// A URL as it may stand in an error: without credentials, query and fragment, and not endless.
#[must_use]
pub fn shown(url: &Url) -> String {
    let mut bare = url.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    // Refused by a URL that cannot have them, which is as good.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    text::line(bare.as_str(), 120)
}

fn shown_host(url: &Url) -> &str {
    url.host_str().unwrap_or("the server")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(from: &str, location: &str) -> Result<String, Unreadable> {
        onward(&Url::parse(from).unwrap(), location.as_bytes()).map(String::from)
    }

    #[test]
    fn relative_and_other_hosts_are_followed() {
        assert_eq!(to("https://a.example/x?y", "/z#top").unwrap(), "https://a.example/z");
        assert_eq!(to("https://a.example/x", "//b.example/z").unwrap(), "https://b.example/z");
        assert_eq!(to("http://a.example/", "https://a.example/é").unwrap(), "https://a.example/%C3%A9");
        assert_eq!(to("https://a.example:8443/", "/z").unwrap(), "https://a.example:8443/z");
        assert_eq!(to("http://a.example:8080/", "https://a.example/").unwrap(), "https://a.example/");
    }

    #[test]
    fn down_to_http_and_to_other_ports_is_refused() {
        for (from, location) in [
            ("https://a.example/", "http://a.example/"),
            ("https://a.example/", "https://a.example:22/"),
            ("https://a.example/", "https://b.example:6379/"),
            ("http://a.example/", "http://b.example:443/"),
        ] {
            assert!(matches!(to(from, location), Err(Unreadable::NotAllowed(_))), "{from} {location}");
        }
    }

    #[test]
    fn a_refusal_shows_no_secret() {
        let from = Url::parse("https://a.example/").unwrap();
        let next = Url::parse("http://me:hunter2@b.example/x?token=hunter3#hunter4").unwrap();
        assert_eq!(
            refused(&from, &next, "no"),
            Unreadable::NotAllowed("a.example redirects to http://b.example/x: no".into())
        );
    }
}
