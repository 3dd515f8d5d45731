//! The rules that are this format's own.

use serde_json::{Value, json};

use super::*;

fn read_post(post: &Value) -> Result<Snapshot, Unreadable> {
    let url: Url = "https://status.cloud.microsoft/api/posts/ppac".parse().unwrap();
    read(&Body::saved(post.to_string().into_bytes()), Some(&url))
}

fn post(status: &str) -> Value {
    json!({
        "Id": "synthetic-1", "AuthoredDateTime": "2026-11-20T10:00:00+00:00", "Title": "",
        "InternalDateTime": "2026-11-22T11:55:00+00:00", "LastUpdatedTime": "2026-11-22T12:00:00.1+00:00",
        "Message": "<div>Synthetic: people cannot <b>sign in</b>.</div>", "Status": status,
    })
}

#[test]
fn all_well_is_one_admin_center_and_no_incident() {
    let snapshot = read_post(&post("Available")).unwrap();
    assert_eq!((snapshot.incidents.len(), snapshot.warnings.len()), (0, 0));
    let center = &snapshot.components[0];
    assert_eq!((center.component.name.as_str(), center.status), ("Power Platform admin center", Impact::Operational));
    assert_eq!(snapshot.refreshed.unwrap().to_string(), "2026-11-22T11:55:00Z");
}

#[test]
fn trouble_is_an_incident_with_what_is_written() {
    let snapshot = read_post(&post("Service degradation")).unwrap();
    let one = &snapshot.incidents[0];
    assert_eq!((one.impact, one.phase), (Impact::Degraded, Phase::Investigating));
    assert_eq!(one.title, "Power Platform admin center: Service degradation");
    assert_eq!(one.updates[0].text, "Synthetic: people cannot sign in.");
    let over = read_post(&post("Service restored")).unwrap();
    assert_eq!(over.incidents[0].phase, Phase::Resolved);
    assert_eq!(over.components[0].status, Impact::Operational);
}

#[test]
fn their_own_unknown_and_words_never_seen_are_not_well() {
    assert_eq!(read_post(&post("Unknown")).unwrap().components[0].status, Impact::Unknown);
    let odd = read_post(&post("Splendid")).unwrap();
    assert_eq!((odd.components[0].status, odd.warnings.len()), (Impact::Unknown, 1));
}

#[test]
fn the_empty_frame_of_the_page_is_unreadable() {
    let frame = Body::saved(b"<!doctype html><html><head><title>Service health</title></head></html>".to_vec());
    assert!(matches!(read(&frame, None), Err(Unreadable::Unexpected(why)) if why.contains("Service health")));
    for lacking in ["Id", "Status", "Message", "InternalDateTime"] {
        let mut post = post("Available");
        post.as_object_mut().unwrap().remove(lacking);
        assert!(matches!(read_post(&post), Err(Unreadable::Unexpected(_))), "{lacking}");
    }
}

#[test]
fn a_post_that_nobody_wrote_has_no_time() {
    let mut post = post("Service degradation");
    post["AuthoredDateTime"] = json!("0001-01-01T00:00:00+00:00");
    assert_eq!(read_post(&post).unwrap().incidents[0].started, None);
}
