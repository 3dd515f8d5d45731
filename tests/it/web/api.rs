//! The JSON under `/api/v1`.

use super::*;

#[tokio::test]
async fn the_feed_is_read_in_pages_to_its_end() {
    let hospital = storm(true).await;
    let served = serve(&hospital, None).await;
    let whole = served.get("/api/v1/feed?limit=500").await.json();
    assert_eq!(whole["more"], false);
    let (mut after, mut seqs) = (0, Vec::new());
    loop {
        let part = served.get(&format!("/api/v1/feed?after={after}&limit=1")).await.json();
        seqs.extend(part["changes"].as_array().unwrap().iter().map(|c| c["seq"].as_i64().unwrap()));
        after = part["next"].as_i64().unwrap();
        if part["changes"].as_array().unwrap().is_empty() {
            break;
        }
    }
    let all: Vec<i64> = whole["changes"].as_array().unwrap().iter().map(|c| c["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, all);
    assert!(all.len() >= 3 && all.windows(2).all(|w| w[0] < w[1]), "{all:?}");
}

#[tokio::test]
async fn what_the_api_does_not_understand_it_refuses_with_a_message() {
    let hospital = quiet().await;
    let served = serve(&hospital, None).await;
    for path in [
        "/api/v1/feed?afetr=1",
        "/api/v1/feed?limit=0",
        "/api/v1/feed?limit=501",
        "/api/v1/feed?after=x",
        "/api/v1/incidents?state=closed",
        "/api/v1/services?x=1",
        "/api/v1/sources?x",
        "/api/v1/deliveries?state=lost",
    ] {
        let answer = served.get(path).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.body);
        assert!(!answer.json()["error"]["message"].as_str().unwrap().is_empty(), "{path}");
    }
    let answer = served.ask("DELETE", "/api/v1/feed", &[], "").await;
    assert_eq!((answer.status, answer.json()["error"]["status"].as_i64()), (405, Some(405)));
    let endless = "x".repeat(100_000);
    assert_eq!(served.ask("POST", "/sign-in", &[], &endless).await.status, 413);
}

#[tokio::test]
async fn the_api_tells_open_incidents_and_what_they_hurt() {
    let hospital = storm(true).await;
    let served = serve(&hospital, None).await;
    let titles = |answer: &Value| -> Vec<String> {
        let all = answer["incidents"].as_array().unwrap().iter();
        let mut titles: Vec<String> = all.map(|i| i["title"].as_str().unwrap().to_owned()).collect();
        titles.sort();
        titles
    };
    let (queues, sign_ins, disks) = ("Synthetic: queues are slow", "Synthetic: sign-ins fail", "Synthetic: new disks");
    assert_eq!(titles(&served.get("/api/v1/incidents").await.json()), [disks, queues, sign_ins]);
    assert_eq!(titles(&served.get("/api/v1/incidents?service=ehr").await.json()), [sign_ins]);
    assert_eq!(titles(&served.get("/api/v1/incidents?vendor=skyward&state=all").await.json()), [disks, queues]);
    let one = served.get("/api/v1/incidents?vendor=keyring").await.json()["incidents"][0].clone();
    assert_eq!((one["impact"].as_str(), one["vendor_impact"].as_str()), (Some("major_outage"), Some("critical")));
    assert_eq!(one["hurts"][0]["path"], json!(["EHR", "Sign-in", "Keyring Single sign-on US"]));
    let whole = served.get(&format!("/api/v1/incidents/{}", one["id"].as_str().unwrap())).await.json();
    assert_eq!(whole["changes"].as_array().unwrap().len(), 1);
    assert_eq!(whole["said"].as_array().unwrap().len(), 2);
    assert_eq!(whole["deliveries"][0]["state"], "pending");
    assert_eq!(whole["deliveries"][0]["address"], "webhook at hooks.northfield.example");
    assert_eq!(served.get("/api/v1/incidents/none").await.status, 404);
}
