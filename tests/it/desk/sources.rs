//! Confirming how a source is read: by a button for who may act, once, with a line in the audit.

use std::sync::Arc;

use bellwether::model::account::Role;
use bellwether::model::format::Format;
use bellwether::model::id::SourceId;
use jiff::SignedDuration;

use super::Site;
use crate::support::hospital::{Hospital, noon, well};

const KEYRING: &str = "keyring/status-page";

async fn guessed() -> Site {
    let mut hospital = Hospital::open(true).await;
    let source = SourceId::parse(KEYRING).unwrap();
    Arc::make_mut(&mut hospital.compiled).guessed.insert(source, Format::Statuspage);
    hospital.says("keyring", well(&["Single sign-on US"]));
    hospital.look(noon() - SignedDuration::from_secs(30)).await;
    Site::of(hospital, None).await
}

#[tokio::test]
async fn an_operator_confirms_what_was_guessed_and_the_audit_has_a_line_of_it() {
    let site = guessed().await;
    let ada = site.signed_in("ada", Role::Operator).await;
    let page = ada.get("/sources").await.body;
    assert!(page.contains("Read by guess, not confirmed") && page.contains("action=\"/sources/confirm\""), "{page}");
    let answer = ada.fill("/sources", "/sources/confirm", &[("source", KEYRING)]).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/sources#keyring-status-page")));
    assert_eq!(site.audit().await[0], "source_confirmed keyring/status-page");
    let page = ada.get("/sources").await.body;
    assert!(page.contains("Confirmed by <bdi>ada</bdi>") && !page.contains("Read by guess"), "{page}");
    assert!(!page.contains("action=\"/sources/confirm\""), "there is nothing more to confirm");
    let before = site.audit().await.len();
    let form = ada.get("/account").await.hidden("form");
    let again = ada.post("/sources/confirm", &[("form", &form), ("source", KEYRING)]).await;
    assert_eq!((again.status, site.audit().await.len()), (409, before), "once is enough");
}

#[tokio::test]
async fn a_viewer_confirms_nothing_and_neither_does_nonsense() {
    let site = guessed().await;
    let eve = site.signed_in("eve", Role::Viewer).await;
    assert!(!eve.get("/sources").await.body.contains("action=\"/sources/confirm\""));
    let form = eve.get("/account").await.hidden("form");
    assert_eq!(eve.post("/sources/confirm", &[("form", &form), ("source", KEYRING)]).await.status, 403);
    let ada = site.signed_in("ada", Role::Operator).await;
    for (source, status) in [("", 422), ("<b>", 422), ("nobody/page", 409), ("ringway/status-page", 409)] {
        let answer = ada.fill("/account", "/sources/confirm", &[("source", source)]).await;
        assert_eq!(answer.status, status, "{source}: {}", answer.body);
    }
    assert!(site.audit().await.iter().all(|line| !line.starts_with("source_confirmed")));
}
