//! Overrides from the page and from programs: seen before they are put, shown beside what they are about while they hold,
//! ended by who may act.

use bellwether::model::account::{Role, Scope};
use serde_json::json;

use super::silences::cut;
use super::{Browser, Site};

const WISH: [(&str, &str); 4] =
    [("vendor", "ringway"), ("impact", "degraded"), ("lasts", "4h"), ("reason", "a <i>crew</i> is there")];

async fn put(ada: &Browser<'_>) {
    let answer = ada.confirm("/overrides/new", &WISH).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(answer.header("location").unwrap().starts_with("/overrides#override-"));
}

async fn ids(site: &Site) -> Vec<String> {
    site.hospital.store.overrides(site.now()).await.unwrap().into_iter().map(|one| one.id).collect()
}

#[tokio::test]
async fn an_override_shows_what_it_changes_before_it_is_put_and_stands_beside_it_while_it_holds() {
    let site = cut().await;
    let ada = site.signed_in("Ada L.", Role::Operator).await;
    let form = ada.get("/overrides/new?vendor=ringway").await.body;
    assert!(form.contains("Set something by hand") && form.contains("until the vendor’s next word"), "{form}");
    let mut fields = vec![("step", "check")];
    fields.extend(WISH);
    let foreseen = ada.fill("/overrides/new?vendor=ringway", "/overrides/new", &fields).await.body;
    for words in [
        "vendor ringway",
        "Synthetic: fibre &#60;b&#62;cut&#60;/b&#62;",
        "Telephony, because Ringway: major outage → degraded",
        "&#60;i&#62;crew",
        "Yes, set it",
    ] {
        assert!(foreseen.contains(words), "{words}: {foreseen}");
    }
    assert_eq!(ids(&site).await.len(), 0, "nothing is set yet");
    put(&ada).await;
    let first = ada.get("/").await.body;
    for words in ["1 thing is set by hand", "vendor ringway", "By hand: degraded by Ada L. until"] {
        assert!(first.contains(words), "{words}: {first}");
    }
    assert!(!first.contains("Telephony is down"), "{first}");
    let vendor = ada.get("/vendors/ringway").await.body;
    assert!(vendor.contains("&#60;i&#62;crew") && vendor.contains("degraded by Ada L."), "{vendor}");
    let all = ada.get("/overrides").await.body;
    let incident = all.split("href=\"/incidents/ringway").nth(1).unwrap().split('"').next().unwrap();
    let incident = ada.get(&format!("/incidents/ringway{incident}")).await.body;
    for words in ["Set by hand:", "degraded by Ada L.", "/overrides/new?vendor=ringway&amp;incident="] {
        assert!(incident.contains(words), "{words}: {incident}");
    }
    for words in ["1 override holds", "Ada L.", "&#60;i&#62;crew", "was major outage", "End it now"] {
        assert!(all.contains(words), "{words}: {all}");
    }
    assert!(site.audit().await[0].starts_with("overridden override-"));
}

#[tokio::test]
async fn an_override_is_ended_by_who_may_act_and_is_kept_as_over() {
    let site = cut().await;
    let ada = site.signed_in("ada", Role::Operator).await;
    put(&ada).await;
    let id = ids(&site).await.remove(0);
    let viewer = site.signed_in("vera", Role::Viewer).await;
    let seen = viewer.get("/overrides").await;
    assert!(seen.status == 200 && !seen.body.contains("End it now"));
    let form = viewer.get("/account").await.hidden("form");
    assert_eq!(viewer.post(&format!("/overrides/{id}/end"), &[("form", &form)]).await.status, 403);
    assert_eq!(ada.fill("/overrides", &format!("/overrides/{id}/end"), &[]).await.status, 303);
    let after = ada.get("/overrides").await.body;
    assert!(after.contains("Nothing is set by hand") && after.contains("it was ended by hand"), "{after}");
    let first = ada.get("/").await.body;
    assert!(first.contains("Telephony is down") && !first.contains("By hand:"), "{first}");
    assert_eq!(ada.fill("/account", &format!("/overrides/{id}/end"), &[]).await.status, 409, "it is over");
    assert!(site.audit().await.iter().any(|line| line.starts_with("override_ended override-")));
}

#[tokio::test]
async fn what_is_wrong_is_named_beside_its_field_and_nothing_typed_is_lost() {
    let site = cut().await;
    let ada = site.signed_in("ada", Role::Operator).await;
    for (field, value, named) in [
        ("reason", "", "reason"),
        ("vendor", "", "vendor"),
        ("vendor", "nobody", "vendor"),
        ("impact", "", "impact"),
        ("impact", "unknown", "impact"),
        ("until", "yesterday", "lasts"),
        ("until", "2026-07-17T01:00", "lasts"),
        ("until", "2026-12-24T18:00", "lasts"),
        ("lasts", "soon", "lasts"),
    ] {
        let mut fields: Vec<(&str, &str)> = WISH.into_iter().filter(|(name, _)| *name != field).collect();
        fields.extend([(field, value), ("step", "do")]);
        let answer = ada.fill("/overrides/new", "/overrides/new", &fields).await;
        assert_eq!(answer.status, 422, "{field}={value}");
        assert!(answer.body.contains(&format!("id=\"{named}-why\"")), "{field}={value}: {}", answer.body);
    }
    let mut fields = vec![("component", "Fax"), ("step", "check")];
    fields.extend(WISH);
    let refused = ada.fill("/overrides/new", "/overrides/new", &fields).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused.body.contains("incident open ringway") && refused.body.contains("value=\"Fax\""),
        "{}",
        refused.body
    );
    assert_eq!(ids(&site).await.len(), 0);
}

#[tokio::test]
async fn a_program_sets_lists_and_ends_under_its_own_name() {
    let site = cut().await;
    let token = site.token("Phone desk", Scope::Write).await;
    let wish = json!({"vendor": "ringway", "impact": "operational", "until": "next_change", "lasts": "2h", "reason": "second line", "key": "c41"});
    let made = site.json("POST", "/api/v1/overrides", &token, &wish.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    let one = &made["override"];
    assert_eq!((&one["author"], &one["holds"]), (&json!("Phone desk"), &json!(true)));
    assert_eq!((&one["until"], &one["until_next_change"]), (&json!("2026-07-18T00:41:00Z"), &json!(true)));
    assert_eq!(made["changes_now"], json!(["Telephony, because Ringway: major outage → operational"]));
    assert_eq!(
        (&one["known"][0]["impact_then"], &one["known"][0]["component"]),
        (&json!("major_outage"), &json!(null))
    );
    let again = site.json("POST", "/api/v1/overrides", &token, &wish.to_string()).await.json();
    assert_eq!(again["override"]["id"], one["id"], "the same key: once");
    let services = site.ask("GET", "/api/v1/services", &[], "").await.body;
    assert!(!services.contains("major_outage"), "{services}");
    let listed = site.ask("GET", "/api/v1/overrides", &[], "").await.json();
    assert_eq!(listed["overrides"], json!([one]));
    let this = format!("/api/v1/overrides/{}", one["id"].as_str().unwrap());
    let ended = site.json("DELETE", &this, &token, "").await.json();
    assert_eq!((&ended["override"]["holds"], &ended["override"]["ended"]["how"]), (&json!(false), &json!("by_hand")));
    assert_eq!(site.json("DELETE", &this, &token, "").await.status, 409);
    assert_eq!(site.json("DELETE", "/api/v1/overrides/no", &token, "").await.status, 404);
    assert_eq!(site.ask("GET", "/api/v1/overrides", &[], "").await.json()["overrides"], json!([]));
    let all = site.ask("GET", "/api/v1/overrides?state=all", &[], "").await.json();
    assert_eq!(all["overrides"].as_array().unwrap().len(), 1);
    for (change, field) in [
        (json!({"reason": ""}), "reason"),
        (json!({"lasts": null, "until": null}), "until"),
        (json!({"lasts": "31d"}), "until"),
        (json!({"until": "2026-07-01T00:00:00Z"}), "until"),
        (json!({"vendor": null}), "vendor"),
        (json!({"impact": "fine"}), "impact"),
        (json!({"incident": "x", "component": "y"}), "component"),
        (json!({"author": "the boss"}), "author"),
    ] {
        let mut body = wish.clone();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = site.json("POST", "/api/v1/overrides", &token, &body.to_string()).await;
        assert_eq!((answer.status, &answer.json()["error"]["field"]), (422, &json!(field)), "{change}");
    }
}
