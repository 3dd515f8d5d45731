//! The stream of events.

use super::*;

#[tokio::test]
async fn a_change_reaches_the_stream_once_and_in_order() {
    let hospital = quiet().await;
    let served = serve(&hospital, None).await;
    let mut stream = served.stream("").await;
    let hello = read_until(&mut stream, "event: hello").await;
    assert!(hello.contains("text/event-stream") && hello.contains("retry: 3000"), "{hello}");
    let down = incident("kr9", "Synthetic: it fails", "critical", Some(("Single sign-on US", "major_outage")), WORDS);
    hospital.says("keyring", page(&["Single sign-on US"], json!([down]), json!([])));
    hospital.look(ago(-1)).await;
    served.beat.send(Beat::Change).unwrap();
    let came = read_until(&mut stream, "\"what\":\"change\"").await;
    in_order(&came, &["event: change", "Synthetic: it fails", "event: beat"]);
    let last = served.get("/api/v1/feed").await.json()["next"].as_i64().unwrap();
    assert!(came.contains(&format!("id: {last}")), "{came}");
    // Somebody who was away is told what he missed.
    let mut again = served.stream(&format!("last-event-id: {}\r\n", last - 1)).await;
    let came = read_until(&mut again, &format!("id: {last}\n")).await;
    assert_eq!(came.matches("event: change").count(), 1, "{came}");
}
