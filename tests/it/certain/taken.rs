//! What somebody of ours takes care of, at services that keep that.

use std::sync::atomic::{AtomicBool, Ordering};

use bellwether::model::audit::By;
use bellwether::model::change::Change;
use bellwether::model::id::ReceiverId;
use bellwether::pipeline::acknowledge::acknowledge;
use serde_json::{Value, json};

use super::stand::*;
use crate::support::far::{FarSide, reply};
use crate::support::model::*;
use crate::support::ways;

async fn stand(far: &FarSide) -> Stand {
    let at = format!("url = \"{}\"", far.url.as_str().trim_end_matches('/'));
    let receivers = [
        format!(
            "[[receiver]]\nid = \"duty\"\npagerduty = {{ key = {{ env = \"DUTY\" }}, {at} }}\nallow_private = true\n"
        ),
        format!(
            "[[receiver]]\nid = \"genie\"\nopsgenie = {{ key = {{ env = \"GENIE\" }}, {at} }}\nallow_private = true\n"
        ),
        "[[receiver]]\nid = \"chat\"\nteams = { hook = { env = \"CHAT\" } }\nallow_private = true\n".to_owned(),
        subscription("all", "\"duty\", \"genie\", \"chat\"", ""),
    ];
    let mut stand = Stand::new(&[service("ehr", "EHR", OKTA)], &receivers, closed_port()).await;
    let chat = format!("{}chat", far.url);
    let secrets = [("DUTY", "0123456789abcdef0123456789abcdef"), ("GENIE", "genie-key"), ("CHAT", chat.as_str())];
    let all = stand.desk.compiled.rules.receivers();
    stand.ways.parties = all.values().filter_map(|r| Some((r.id.clone(), ways::party(r, &secrets)?))).collect();
    stand
}

/// What one of them was sent, by its path.
fn sent(far: &FarSide, path: &str) -> Vec<Value> {
    far.asked().iter().filter(|asked| asked.path.starts_with(path)).map(|asked| asked.json()).collect()
}

fn actions(far: &FarSide) -> Vec<String> {
    sent(far, "/v2/enqueue").iter().map(|event| event["event_action"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn who_takes_care_of_what_is_told_once_where_it_is_kept_and_only_after_what_it_is_about() {
    let is_busy = AtomicBool::new(true);
    let far = FarSide::new(move |asked, _| match asked.path.as_str() {
        "/v2/enqueue" if is_busy.swap(false, Ordering::SeqCst) => reply(503, "not now"),
        _ => reply(202, "{\"status\":\"success\",\"result\":\"Request will be processed\",\"requestId\":\"1\"}"),
    })
    .await;
    let stand = stand(&far).await;
    let opened = stand.desk.open("okta/status", vec![incident("a")], 1).await;
    let mut incidents = opened.happened.changes.iter().filter_map(|change| match change {
        Change::Incident(one) => Some(one.report.incident.clone()),
        Change::Component(_) | Change::Source(_) => None,
    });
    let id = incidents.next().unwrap();
    stand.turn(60).await;
    let ada = By::terminal("Ada <!channel>");
    acknowledge(&stand.desk.store, &id, true, &ada, minute(2)).await.unwrap();
    let first = stand.turn(61).await;
    assert!(
        !first.iter().any(|d| d.receiver == ReceiverId::parse("duty").unwrap()),
        "the alarm itself has not come yet"
    );
    stand.turn(600).await;
    stand.turn(601).await;
    assert_eq!(actions(&far), ["trigger", "trigger", "acknowledge"], "the first was not taken");
    let duty = sent(&far, "/v2/enqueue");
    assert_eq!(duty[2]["dedup_key"], duty[1]["dedup_key"]);
    let genie: Vec<_> = far.asked().into_iter().filter(|asked| asked.path.contains("/acknowledge")).collect();
    assert_eq!(genie.len(), 1);
    assert!(genie[0].json()["note"].as_str().unwrap().contains("Ada"), "{}", genie[0].body);
    assert_eq!(sent(&far, "/chat").len(), 1, "a chat keeps no such thing");
    stand.turn(700).await;
    assert_eq!(actions(&far).len(), 3, "once");
    acknowledge(&stand.desk.store, &id, false, &ada, minute(12)).await.unwrap();
    stand.turn(730).await;
    acknowledge(&stand.desk.store, &id, true, &By::terminal("Grace"), minute(13)).await.unwrap();
    stand.turn(800).await;
    stand.desk.open("okta/status", vec![ended(20, incident("a"))], 20).await;
    stand.turn(1_200).await;
    assert_eq!(actions(&far)[3..], ["acknowledge", "resolve"]);
    assert_eq!(sent(&far, "/v2/enqueue")[4]["routing_key"], json!("0123456789abcdef0123456789abcdef"));
}
