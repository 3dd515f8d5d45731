//! Silences from the page and from programs: seen before they are put, shown while they hold, ended by who may act.

use bellwether::model::account::{Role, Scope};
use serde_json::json;

use super::{Browser, Site};
use crate::support::hospital::{Hospital, incident, noon, page};

/// Telephony is hurt, since nobody at Ringway can be called.
pub(super) async fn cut() -> Site {
    let hospital = Hospital::open(true).await;
    let trouble = incident("rw1", "Synthetic: fibre <b>cut</b>", "critical", None, ["a", "b"]);
    hospital.says("ringway", page(&["Trunks"], json!([trouble]), json!([])));
    hospital.look(noon()).await;
    Site::of(hospital, None).await
}

const WISH: [(&str, &str); 3] = [("vendors", "ringway"), ("lasts", "4h"), ("reason", "a <i>crew</i> is there")];

async fn put(ada: &Browser<'_>) {
    let answer = ada.confirm("/silences/new", &WISH).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(answer.header("location").unwrap().starts_with("/silences#silence-"));
}

#[tokio::test]
async fn a_silence_shows_what_it_keeps_silent_before_it_is_put_and_stands_beside_it_while_it_holds() {
    let site = cut().await;
    let ada = site.signed_in("Ada L.", Role::Operator).await;
    let mut fields = vec![("step", "check")];
    fields.extend(WISH);
    let foreseen = ada.fill("/silences/new?vendor=ringway", "/silences/new", &fields).await;
    for words in ["vendor ringway", "Telephony, because Ringway", "&#60;i&#62;crew", "Yes, silence it"] {
        assert!(foreseen.body.contains(words), "{words}: {}", foreseen.body);
    }
    assert_eq!(site.hospital.store.silences(site.now()).await.unwrap().len(), 0, "nothing is silenced yet");
    put(&ada).await;
    let first = ada.get("/").await.body;
    for words in ["1 silence holds", "vendor ringway", "Silenced by Ada L. until"] {
        assert!(first.contains(words), "{words}: {first}");
    }
    assert!(ada.get("/vendors/ringway").await.body.contains("&#60;i&#62;crew"));
    let all = ada.get("/silences").await.body;
    for words in ["1 silence holds", "Ada L.", "&#60;i&#62;crew", "Telephony is down", "End it now"] {
        assert!(all.contains(words), "{words}: {all}");
    }
    assert!(site.audit().await[0].starts_with("silenced silence-"));
}

#[tokio::test]
async fn a_silence_ends_by_itself_or_by_who_may_act_and_is_kept_as_over() {
    let site = cut().await;
    let ada = site.signed_in("ada", Role::Operator).await;
    put(&ada).await;
    let id = site.hospital.store.silences(site.now()).await.unwrap()[0].id.clone();
    let viewer = site.signed_in("vera", Role::Viewer).await;
    let seen = viewer.get("/silences").await;
    assert!(seen.status == 200 && !seen.body.contains("End it now"));
    let form = viewer.get("/account").await.hidden("form");
    assert_eq!(viewer.post(&format!("/silences/{id}/end"), &[("form", &form)]).await.status, 403);
    assert_eq!(ada.fill("/silences", &format!("/silences/{id}/end"), &[]).await.status, 303);
    let after = ada.get("/silences").await.body;
    assert!(after.contains("No silence holds") && after.contains("the newest 1"), "{after}");
    assert!(!ada.get("/").await.body.contains("silence holds"));
    assert_eq!(ada.fill("/account", &format!("/silences/{id}/end"), &[]).await.status, 409, "it is over");
    put(&ada).await;
    site.clock.move_to(site.now() + jiff::SignedDuration::from_hours(4));
    let ada = site.signed_in("ada again", Role::Operator).await;
    assert!(ada.get("/silences").await.body.contains("No silence holds"), "its time is over");
}

#[tokio::test]
async fn what_is_wrong_is_named_beside_its_field_and_nothing_typed_is_lost() {
    let site = cut().await;
    let ada = site.signed_in("ada", Role::Operator).await;
    for (field, value, named) in [
        ("reason", "", "reason"),
        ("vendors", "", "vendors"),
        ("vendors", "nobody", "vendors"),
        ("services", "nothing", "services"),
        ("until", "yesterday", "lasts"),
        ("until", "2026-07-17T01:00", "lasts"),
        ("until", "2026-12-24T18:00", "lasts"),
        ("lasts", "soon", "lasts"),
    ] {
        let mut fields: Vec<(&str, &str)> = WISH.into_iter().filter(|(name, _)| *name != field).collect();
        fields.extend([(field, value), ("step", "do")]);
        let answer = ada.fill("/silences/new", "/silences/new", &fields).await;
        assert_eq!(answer.status, 422, "{field}={value}");
        assert!(answer.body.contains(&format!("id=\"{named}-why\"")), "{field}={value}: {}", answer.body);
    }
    assert_eq!(site.hospital.store.silences(site.now()).await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_program_silences_lists_and_ends_under_its_own_name() {
    let site = cut().await;
    let token = site.token("Change calendar", Scope::Write).await;
    let wish =
        json!({"vendors": ["ringway"], "components": "Trunks", "lasts": "2h", "reason": "CHG0041", "key": "c41"});
    let made = site.json("POST", "/api/v1/silences", &token, &wish.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    assert_eq!(made["silence"]["author"], "Change calendar");
    assert_eq!(made["silence"]["until"], "2026-07-18T00:41:00Z");
    let again = site.json("POST", "/api/v1/silences", &token, &wish.to_string()).await.json();
    assert_eq!(again["silence"]["id"], made["silence"]["id"], "the same key: once");
    let listed = site.ask("GET", "/api/v1/silences", &[], "").await.json();
    assert_eq!((listed["silences"].as_array().unwrap().len(), &listed["silences"][0]["holds"]), (1, &json!(true)));
    assert_eq!(listed["silences"][0]["about"], json!({"vendors": ["ringway"], "components": ["Trunks"]}));
    let one = format!("/api/v1/silences/{}", made["silence"]["id"].as_str().unwrap());
    assert_eq!(site.json("DELETE", &one, &token, "").await.json()["silence"]["holds"], json!(false));
    assert_eq!(site.json("DELETE", &one, &token, "").await.status, 409);
    assert_eq!(site.json("DELETE", "/api/v1/silences/no", &token, "").await.status, 404);
    assert_eq!(site.ask("GET", "/api/v1/silences", &[], "").await.json()["silences"], json!([]));
    let all = site.ask("GET", "/api/v1/silences?state=all", &[], "").await.json();
    assert_eq!(all["silences"].as_array().unwrap().len(), 1);
    for (change, field) in [
        (json!({"reason": ""}), "reason"),
        (json!({"lasts": null}), "until"),
        (json!({"lasts": "31d"}), "until"),
        (json!({"until": "2026-07-01T00:00:00Z"}), "until"),
        (json!({"vendors": []}), "vendors"),
        (json!({"tiers": ["vital"]}), "tiers"),
        (json!({"author": "the boss"}), "author"),
    ] {
        let mut body = wish.clone();
        body["components"] = json!(null);
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = site.json("POST", "/api/v1/silences", &token, &body.to_string()).await;
        assert_eq!((answer.status, &answer.json()["error"]["field"]), (422, &json!(field)), "{change}");
    }
}
