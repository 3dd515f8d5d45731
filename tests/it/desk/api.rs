//! The acts for programs: the same rules, and errors that name the field.

use bellwether::model::account::{Role, Scope};
use serde_json::{Value, json};

use super::{Answer, Site};
use crate::support::hospital::{incident, page};

async fn post(site: &Site, token: &str, path: &str, body: &Value) -> Answer {
    site.json("POST", &format!("/api/v1{path}"), token, &body.to_string()).await
}

fn down() -> Value {
    json!({"vendor": "ringway", "title": "Trunks are dead", "impact": "major_outage", "text": "A cut fibre.", "key": "k1"})
}

#[tokio::test]
async fn a_program_opens_continues_and_ends_an_incident_under_its_own_name() {
    let site = Site::open(None).await;
    let token = site.token("Bridge", Scope::Write).await;
    let opened = post(&site, &token, "/incidents", &down()).await;
    assert_eq!(opened.status, 201, "{}", opened.body);
    let body = opened.json();
    assert_eq!(body["told"], json!(["noc-webhook"]));
    assert!(body["effects"][0].as_str().unwrap().starts_with("hurt: Telephony"), "{body}");
    let id = body["incident"].as_str().unwrap().to_owned();
    let again = post(&site, &token, "/incidents", &down()).await.json();
    assert_eq!((&again["incident"], &again["told"]), (&body["incident"], &json!([])), "the same key: once");
    let at = |act: &str| format!("/incidents/{id}/{act}");
    assert_eq!(post(&site, &token, &at("updates"), &json!({"text": "On their way."})).await.status, 200);
    assert_eq!(post(&site, &token, &at("acknowledge"), &json!({})).await.status, 200);
    let known = site.ask("GET", &format!("/api/v1/incidents/{id}"), &[], "").await.json();
    assert_eq!(known["incident"]["acknowledged"]["by"], "Bridge");
    let undone = site.json("DELETE", &format!("/api/v1{}", at("acknowledge")), &token, "").await;
    assert_eq!(undone.status, 200);
    let ended = post(&site, &token, &at("end"), &json!({"text": "It rings."})).await;
    assert!(ended.json()["effects"][0].as_str().unwrap().starts_with("over: Telephony"));
    assert_eq!(post(&site, &token, &at("end"), &json!({})).await.status, 409);
    assert_eq!(post(&site, &token, &at("acknowledge"), &json!({})).await.status, 409);
    assert_eq!(post(&site, &token, "/incidents/no/end", &json!({})).await.status, 404);
    let used = site.hospital.store.api_tokens().await.unwrap();
    assert!(used[0].used.is_some());
}

#[tokio::test]
async fn a_program_joins_and_parts() {
    let site = Site::open(None).await;
    let token = site.token("Bridge", Scope::Write).await;
    let ours = post(&site, &token, "/incidents", &down()).await.json()["incident"].as_str().unwrap().to_owned();
    let theirs = incident("rw1", "Synthetic: fibre cut", "critical", None, ["a", "b"]);
    site.hospital.says("ringway", page(&["Trunks"], json!([theirs]), json!([])));
    site.hospital.look(site.now()).await;
    let all = site.ask("GET", "/api/v1/incidents?vendor=ringway", &[], "").await.json();
    let all = all["incidents"].as_array().unwrap();
    let report = all.iter().find(|i| i["id"] != ours).unwrap()["id"].clone();
    let missing = post(&site, &token, &format!("/incidents/{ours}/join"), &json!({})).await;
    assert_eq!((missing.status, &missing.json()["error"]["field"]), (422, &json!("report")));
    for act in ["join", "join", "part", "part"] {
        let answer = post(&site, &token, &format!("/incidents/{ours}/{act}"), &json!({"report": report})).await;
        assert_eq!((answer.status, &answer.json()["told"]), (200, &json!([])), "{act}: {}", answer.body);
    }
}

#[tokio::test]
async fn what_is_wrong_is_answered_with_the_field_that_it_is_in() {
    let site = Site::open(None).await;
    let token = site.token("Bridge", Scope::Write).await;
    for (change, field) in [
        (json!({"vendor": "nobody"}), "vendor"),
        (json!({"vendor": null}), "vendor"),
        (json!({"title": ""}), "title"),
        (json!({"title": 7}), "title"),
        (json!({"impact": "awful"}), "impact"),
        (json!({"since": "noon"}), "since"),
        (json!({"since": "2030-01-01T00:00:00Z"}), "since"),
        (json!({"components": "x".repeat(200)}), "components"),
        (json!({"components": [1]}), "components"),
        (json!({"regions": {"a": "b"}}), "regions"),
        (json!({"author": "the boss"}), "author"),
        (json!({"is_admin": "true"}), "is_admin"),
    ] {
        let mut body = down();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = post(&site, &token, "/incidents", &body).await;
        assert_eq!(answer.status, 422, "{change}: {}", answer.body);
        let error = &answer.json()["error"];
        assert_eq!((&error["field"], &error["fields"][0]["field"]), (&json!(field), &json!(field)), "{change}");
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
    for body in ["", "[]", "{", "\"x\""] {
        assert_eq!(site.json("POST", "/api/v1/incidents", &token, body).await.status, 422, "{body:?}");
    }
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "text/plain")];
    assert_eq!(site.ask("POST", "/api/v1/incidents", &headers, &down().to_string()).await.status, 415);
    assert_eq!(site.hospital.store.deliveries(None, 10).await.unwrap().0.len(), 0);
}

#[tokio::test]
async fn a_token_is_made_and_removed_by_an_admin_and_shown_once() {
    let site = Site::open(None).await;
    let admin = site.signed_in("boss", Role::Admin).await;
    let fields = [("token", "Bridge"), ("scope", "write"), ("days", "30")];
    let made = admin.fill("/accounts", "/tokens", &fields).await;
    let at = made.body.find("bw_").unwrap();
    let token = &made.body[at..at + 59];
    assert_eq!(post(&site, token, "/incidents", &down()).await.status, 201);
    let page = admin.get("/accounts").await;
    assert!(page.body.contains("Bridge") && !page.body.contains("bw_"));
    let id = page.hidden("id");
    site.clock.move_to(site.now() + jiff::SignedDuration::from_hours(1));
    assert_eq!(admin.fill("/accounts", "/tokens/remove", &[("id", &id)]).await.status, 303);
    assert_eq!(post(&site, token, "/incidents", &down()).await.status, 401);
    let other = admin.fill("/accounts", "/tokens", &fields).await;
    let at = other.body.find("bw_").unwrap();
    let token = &other.body[at..at + 59];
    site.clock.move_to(site.now() + jiff::SignedDuration::from_hours(31 * 24));
    assert_eq!(site.json("GET", "/api/v1/feed", token, "").await.status, 401, "it was for thirty days");
    for (days, scope, field) in [("0", "read", "days-why"), ("x", "read", "days-why"), ("1", "all", "scope-why")] {
        let admin = site.signed_in(&format!("boss {days} {scope}"), Role::Admin).await;
        let answer = admin.fill("/accounts", "/tokens", &[("token", "B"), ("scope", scope), ("days", days)]).await;
        assert!(answer.status == 422 && answer.body.contains(field), "{days} {scope}");
    }
}
