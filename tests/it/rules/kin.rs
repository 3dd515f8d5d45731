//! One trouble on several pages of a vendor is one incident.

use bellwether::model::snapshot::SeenIncident;

use crate::support::model::*;

const LAB: &str = r#"{ vendor = "lab", without = "stops" }"#;
const TITLE: &str = "Elevated error rates for all sign-ins";

async fn desk() -> Desk {
    let desk = Desk::new(&[service("ehr", "EHR", LAB)], &[receiver("noc", "")]).await;
    desk.all_quiet().await;
    desk
}

fn titled(title: &str, key: &str) -> SeenIncident {
    SeenIncident { title: title.into(), ..incident(key) }
}

#[tokio::test]
async fn the_same_trouble_on_two_pages_of_a_vendor_is_told_once_and_over_when_both_say_so() {
    let desk = desk().await;
    assert_eq!(desk.open("lab/page", vec![titled(TITLE, "a")], 1).await.sent.len(), 1);
    let second = desk.open("lab/api", vec![titled("Elevated error rates, for all Sign-Ins.", "77")], 2).await;
    assert_eq!((second.sent.len(), second.changes()), (0, vec!["updated 77".to_owned()]));
    let half = desk.open("lab/page", vec![ended(9, titled(TITLE, "a"))], 9).await;
    assert_eq!(half.sent.len(), 0, "the other page still says that it is open");
    let end = desk.open("lab/api", vec![ended(12, titled(TITLE, "77"))], 12).await;
    assert_eq!(end.subjects(), ["noc: [Over] EHR at all sites: Lab"]);
}

#[tokio::test]
async fn what_is_titled_like_many_troubles_or_began_at_another_time_stays_two() {
    for (title, started) in [("Service disruption", 0), (TITLE, -120)] {
        let desk = desk().await;
        desk.open("lab/page", vec![titled(title, "a")], 1).await;
        let other = SeenIncident { started: Some(stated(started)), ..titled(title, "b") };
        assert_eq!(desk.open("lab/api", vec![other], 2).await.sent.len(), 1, "{title} {started}");
    }
}

#[tokio::test]
async fn what_one_page_posts_twice_stays_two() {
    let desk = desk().await;
    let both = vec![titled(TITLE, "a"), titled(TITLE, "b")];
    assert_eq!(desk.open("lab/page", both, 1).await.sent.len(), 2);
}
