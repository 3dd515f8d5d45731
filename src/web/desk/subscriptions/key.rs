//! The pages that links in mails lead to: to say yes or no to a subscription, and to leave one. Looking at them changes
//! nothing, for scanners follow every link; a button does, and so does the one click of a mail program (RFC 8058). Neither
//! needs a cookie: the key in the address is all that counts, and it is good for one address only.

use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::fields::Fields;
use super::super::with_status;
use super::means;
use crate::model::own::{Own, Standing};
use crate::pipeline::own::link::{self, Confirmed, Left};
use crate::store::own::Purpose;
use crate::web::asset;
use crate::web::fault::{self, Fault};
use crate::web::router::Site;
use crate::web::who::Viewer;

/// A button: its value, what stands on it, and whether it is the first.
struct Button {
    act: &'static str,
    says: &'static str,
    is_first: bool,
}

#[derive(Template)]
#[template(path = "desk/key.html")]
struct Page {
    version: &'static str,
    organisation: String,
    title: String,
    says: Vec<String>,
    means: Vec<String>,
    buttons: Vec<Button>,
}

fn shown(
    site: &Site,
    status: StatusCode,
    title: &str,
    says: Vec<String>,
    owns: &[Own],
    buttons: Vec<Button>,
) -> Response {
    let compiled = site.app.compiled();
    let page = Page {
        version: &asset::VERSION,
        organisation: compiled.organisation.clone(),
        title: title.to_owned(),
        says,
        means: owns.iter().flat_map(|own| means(&compiled, &own.choice)).collect(),
        buttons,
    };
    with_status(fault::html(&page), status)
}

const fn first(act: &'static str, says: &'static str) -> Button {
    Button { act, says, is_first: true }
}

fn nothing() -> Response {
    Fault::nothing("This link leads to nothing: it is not whole, or too old.").page()
}

fn to(own: &Own) -> String {
    format!("Alerts to {}.", own.address)
}

/// Asks the owner of the address.
pub async fn question(State(site): State<Arc<Site>>, Path(key): Path<String>) -> Response {
    let (key, owns) = match link::look_at(&site.app.store, &key, Purpose::Confirm).await {
        Ok(Some(found)) => found,
        Ok(None) => return nothing(),
        Err(error) => return Fault::from(error).page(),
    };
    let Some(one) = owns.first() else { return nothing() };
    let now = site.app.now();
    let is_late = key.ends.is_some_and(|ends| ends <= now);
    match one.standing(now) {
        Standing::Unconfirmed | Standing::Expired if is_late => late(&site, one),
        Standing::Unconfirmed | Standing::Expired => {
            let by = one.owner.as_ref().map_or("Somebody who looks after Bellwether", |owner| owner.name.as_str());
            let says = vec![to(one), format!("{by} asked for it. Nothing is sent before you say yes.")];
            let no = Button { act: "refuse", says: "No, send me nothing", is_first: false };
            let buttons = vec![first("confirm", "Yes, send me these"), no];
            shown(&site, StatusCode::OK, "Do you want these alerts?", says, &owns, buttons)
        }
        Standing::Holds | Standing::Paused => confirmed(&site, one),
        Standing::Left => refused(&site, one),
    }
}

fn confirmed(site: &Site, own: &Own) -> Response {
    let says = vec![to(own), "Each of these mails has a link to leave.".to_owned()];
    shown(site, StatusCode::OK, "It is confirmed.", says, std::slice::from_ref(own), Vec::new())
}

fn refused(site: &Site, own: &Own) -> Response {
    let says = vec![format!("Nothing is sent to {} by this.", own.address)];
    shown(site, StatusCode::OK, "You get nothing.", says, &[], Vec::new())
}

fn late(site: &Site, own: &Own) -> Response {
    let says = vec![
        format!("Nothing is sent to {}.", own.address),
        "A link to confirm is good for three days. Whoever wants these alerts asks for them once more.".to_owned(),
    ];
    shown(site, StatusCode::GONE, "This link is too old.", says, &[], Vec::new())
}

/// The owner of the address has answered.
pub async fn answer(State(site): State<Arc<Site>>, Path(key): Path<String>, body: Bytes) -> Response {
    let yes = match Fields::of_form(&body).take("act").as_str() {
        "confirm" => true,
        "refuse" => false,
        _ => return Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "Press one of the two buttons.").page(),
    };
    let origin = Viewer::now().origin;
    match link::answer(&site.app.store, &key, yes, &origin, site.app.now()).await {
        Ok(Confirmed::Done(own)) => confirmed(&site, &own),
        Ok(Confirmed::Left(own)) => refused(&site, &own),
        Ok(Confirmed::Late(own)) => late(&site, &own),
        Ok(Confirmed::NoKey) => nothing(),
        Err(error) => Fault::from(error).page(),
    }
}

/// The way out, with a button.
pub async fn way_out(State(site): State<Arc<Site>>, Path(key): Path<String>) -> Response {
    match link::look_at(&site.app.store, &key, Purpose::Leave).await {
        Ok(Some((_, owns))) if !owns.is_empty() => standing(&site, &owns, StatusCode::OK),
        Ok(Some(_) | None) => nothing(),
        Err(error) => Fault::from(error).page(),
    }
}

/// How things stand for who holds the link of a mail.
fn standing(site: &Site, owns: &[Own], status: StatusCode) -> Response {
    let address = owns.first().map(|own| own.address.to_string()).unwrap_or_default();
    if let Some(locked) = owns.iter().find(|own| own.left.is_none() && own.locked.is_some()) {
        return locked_page(site, locked, owns, status);
    }
    if owns.iter().all(|own| own.left.is_some()) {
        let back = owns.iter().any(|own| link::can_come_back(own, site.app.now()));
        let buttons =
            if back { vec![Button { act: "return", says: "Take it back", is_first: false }] } else { Vec::new() };
        let says = vec![format!("Nothing more is sent to {address} by this.")];
        return shown(site, status, "You have left.", says, &[], buttons);
    }
    let says = vec![format!("These go to {address}:")];
    shown(site, status, "Leave these alerts?", says, owns, vec![first("leave", "Leave")])
}

fn locked_page(site: &Site, own: &Own, owns: &[Own], status: StatusCode) -> Response {
    let who = own.locked.as_ref().map(|(who, _)| who.as_str()).unwrap_or_default();
    let mut says = vec![format!(
        "{who} has locked it, because somebody must get these alerts. So it goes on to {}. Ask {who}, or whoever looks after Bellwether, to end it.",
        own.address
    )];
    if own.wants_out.is_some() {
        says.push("That you want to leave is written down, and shown to everybody who can end it.".to_owned());
    }
    let buttons = if own.wants_out.is_none() { vec![first("leave", "Say that I want to leave")] } else { Vec::new() };
    shown(site, status, "It cannot be left by a link.", says, owns, buttons)
}

/// Leaves, or comes back. The one click of a mail program is a form of either kind.
pub async fn leave(State(site): State<Arc<Site>>, Path(key): Path<String>, body: Bytes) -> Response {
    let origin = Viewer::now().origin;
    let now = site.app.now();
    let act = Fields::of_form(&body).take("act");
    if act == "return" {
        let back = link::come_back(&site.app.store, &key, &origin, now).await;
        return match back {
            Ok(owns) if owns.is_empty() => nothing(),
            Ok(owns) => standing_again(&site, &owns),
            Err(error) => Fault::from(error).page(),
        };
    }
    if act != "leave" && !is_one_click(&body) {
        return Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "Press the button, or send List-Unsubscribe=One-Click.")
            .page();
    }
    match link::leave_by(&site.app.store, &key, &origin, now).await {
        Ok(Left::Done(owns)) if owns.is_empty() => nothing(),
        Ok(Left::Done(owns)) => standing(&site, &owns, StatusCode::OK),
        Ok(Left::Locked(owns)) => standing(&site, &owns, StatusCode::FORBIDDEN),
        Ok(Left::NoKey) => nothing(),
        Err(error) => Fault::from(error).page(),
    }
}

fn standing_again(site: &Site, owns: &[Own]) -> Response {
    let says = owns.first().map(to).into_iter().collect();
    shown(site, StatusCode::OK, "You are back.", says, owns, Vec::new())
}

/// RFC 8058 wants `multipart/form-data`, and most send the other kind.
fn is_one_click(body: &[u8]) -> bool {
    if Fields::of_form(body).take("List-Unsubscribe") == "One-Click" {
        return true;
    }
    let text = String::from_utf8_lossy(body);
    let mut lines = text.lines().skip_while(|line| !line.contains("name=\"List-Unsubscribe\""));
    lines.next().is_some() && lines.find(|line| !line.trim().is_empty()).is_some_and(|line| line.trim() == "One-Click")
}

#[cfg(test)]
mod tests {
    use super::is_one_click;

    #[test]
    fn one_click_comes_in_two_kinds_and_nothing_else_does() {
        assert!(is_one_click(b"List-Unsubscribe=One-Click"));
        let parts = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
        assert!(is_one_click(parts.as_bytes()));
        for other in ["", "List-Unsubscribe=", "One-Click", "a=List-Unsubscribe%3DOne-Click"] {
            assert!(!is_one_click(other.as_bytes()), "{other}");
        }
    }
}
