//! Acknowledging by the link in a message, without an account: looking changes nothing, and the link opens only this.

use bellwether::model::account::Role;
use bellwether::model::id::{IncidentId, ReceiverId};
use serde_json::json;

use super::{Answer, Site, encoded};
use crate::support::hospital::{Hospital, incident, noon, page};

async fn cut() -> (Site, IncidentId) {
    let hospital = Hospital::open(true).await;
    let trouble = incident("rw1", "Synthetic: fibre <b>cut</b>", "critical", None, ["a", "b"]);
    hospital.says("ringway", page(&["Trunks"], json!([trouble]), json!([])));
    hospital.look(noon()).await;
    // Whoever reads pages must sign in or know the token.
    let site = Site::of(hospital, Some(super::TOKEN)).await;
    let open = site.hospital.store.deliveries(None, 10).await.unwrap();
    assert_eq!(open.0.len(), 1, "somebody was told of it");
    let bearer = format!("Bearer {}", super::TOKEN);
    let all = site.ask("GET", "/api/v1/incidents", &[("authorization", &bearer)], "").await.json();
    let id = IncidentId(all["incidents"][0]["id"].as_str().unwrap().to_owned());
    (site, id)
}

fn link(site: &Site, incident: &IncidentId, receiver: &str, days: i64) -> String {
    let ends = site.now().as_second() + days * 86_400;
    let receiver = ReceiverId::parse(receiver).unwrap();
    let seal = site.hospital.compiled.ids.seal(incident, &receiver, ends);
    format!("/acknowledge/{incident}/{receiver}/{ends}/{seal}")
}

async fn press(site: &Site, link: &str, fields: &[(&str, &str)]) -> Answer {
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    site.ask("POST", link, &headers, &encoded(fields)).await
}

async fn who(site: &Site, incident: &IncidentId) -> Option<String> {
    let mut tx = site.hospital.store.write().await.unwrap();
    tx.acknowledged(incident).await.unwrap().map(|one| one.who)
}

#[tokio::test]
async fn a_link_shows_a_button_and_only_the_button_acknowledges() {
    let (site, id) = cut().await;
    let link = link(&site, &id, "noc-webhook", 7);
    let seen = site.ask("GET", &link, &[], "").await;
    for words in ["Telephony is down", "fibre &#60;b&#62;cut", "Nobody has acknowledged it yet", "Your name"] {
        assert!(seen.body.contains(words), "{words}: {}", seen.body);
    }
    assert_eq!(site.ask("HEAD", &link, &[], "").await.status, 200);
    assert_eq!((who(&site, &id).await, site.audit().await.len()), (None, 0), "looking changes nothing");
    assert_eq!(press(&site, &link, &[("name", "Ada L.")]).await.status, 303);
    assert_eq!(who(&site, &id).await.as_deref(), Some("Ada L. (by the link to noc-webhook)"));
    assert!(site.ask("GET", &link, &[], "").await.body.contains("Acknowledged by <b><bdi>Ada L. (by the link"));
    assert_eq!(press(&site, &link, &[("undo", "1"), ("name", "<b>")]).await.status, 303);
    assert_eq!(who(&site, &id).await, None);
    let audit = site.hospital.store.audit(i64::MAX, None, 10).await.unwrap();
    let lines: Vec<_> = audit.iter().map(|line| format!("{} {}", line.deed, line.who)).collect();
    let nameless = "unacknowledged noc-webhook (by the link in a message)";
    assert_eq!(lines, [nameless, "acknowledged Ada L. (by the link to noc-webhook)"]);
}

#[tokio::test]
async fn a_link_that_was_changed_or_is_over_opens_nothing() {
    let (site, id) = cut().await;
    let good = link(&site, &id, "noc-webhook", 7);
    let parts: Vec<&str> = good.split('/').collect();
    let with = |at: usize, part: &str| {
        let mut parts = parts.clone();
        parts[at] = part;
        parts.join("/")
    };
    let later = (site.now().as_second() + 8 * 86_400).to_string();
    let broken = [
        with(2, "ringway-0000000000000000"),
        with(3, "somebody-else"),
        with(3, "%2e%2e"),
        with(4, &later),
        with(5, "0"),
        with(5, &"0".repeat(32)),
        link(&site, &id, "left-the-house", 7),
        link(&site, &id, "noc-webhook", 0),
        link(&site, &id, "noc-webhook", -1),
    ];
    for path in broken {
        assert_eq!(site.ask("GET", &path, &[], "").await.status, 410, "{path}");
        assert_eq!(press(&site, &path, &[]).await.status, 410, "{path}");
    }
    assert_eq!(press(&site, &with(4, "soon"), &[]).await.status, 400);
    let foreign = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
    assert_eq!(site.ask("POST", &good, &foreign, "").await.status, 403, "not from another site's page");
    assert_eq!(site.ask("POST", &good, &[("content-type", "text/plain")], "").await.status, 415);
    assert_eq!(who(&site, &id).await, None);
    assert_eq!(site.ask("GET", &format!("/incidents/{id}"), &[], "").await.status, 401, "it opens nothing else");
    site.clock.move_to(site.now() + jiff::SignedDuration::from_hours(7 * 24));
    assert_eq!(press(&site, &good, &[]).await.status, 410, "its week is over");
}

#[tokio::test]
async fn who_is_signed_in_acknowledges_under_his_own_name() {
    let (site, id) = cut().await;
    let ada = site.signed_in("ada", Role::Operator).await;
    let link = link(&site, &id, "noc-webhook", 7);
    let page = ada.get(&link).await;
    assert!(!page.body.contains("Your name"), "{}", page.body);
    let answer = ada.fill(&link, &format!("/incidents/{id}/acknowledge"), &[]).await;
    assert_eq!((answer.status, who(&site, &id).await.as_deref()), (303, Some("ada")));
}
