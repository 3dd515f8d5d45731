//! A page that is on another platform, and one that nobody knows how to read: what asking them came to, for people and for
//! programs.

use bellwether::model::format::Format;
use bellwether::model::id::SourceId;
use bellwether::model::inquiry::{Came, Inquiry, Proposal};

use super::*;

/// Keyring's page moved to another host and platform, Skyward's is something that no format reads.
pub async fn moved() -> Hospital {
    let hospital = Hospital::open(true).await;
    hospital.says("keyring", well(&["Single sign-on US", "Workflows"]));
    hospital.says("skyward", well(&["SQL Database", "Object storage"]));
    hospital.says("ringway", well(&["Voice", "Messaging"]));
    hospital.look(ago(60)).await;
    for vendor in ["keyring", "skyward"] {
        hospital.says(vendor, json!({"synthetic": "no status page at all"}));
    }
    for minutes in [45, 30, 15, 0] {
        hospital.look(ago(minutes)).await;
    }
    let proposal = Proposal {
        format: Format::Instatus,
        url: "https://keyring.instatus.example/".parse().unwrap(),
        roles: Vec::new(),
        titled: None,
        sign: "page.url and one of Instatus’s words as page.status".into(),
        is_taken_up: false,
    };
    let came = [("keyring", Came::Other(proposal)), ("skyward", Came::Nothing { tried: 43, why: None })];
    let mut tx = hospital.store.write().await.unwrap();
    for (vendor, came) in came {
        let url = format!("https://status.{vendor}.example/");
        let (at, about) = (ago(12), format!("statuspage {url}"));
        let inquiry = Inquiry { at, about, page: url.parse().unwrap(), came };
        tx.put_inquiry(&SourceId::parse(&format!("{vendor}/status-page")).unwrap(), &inquiry).await.unwrap();
    }
    tx.commit().await.unwrap();
    hospital
}

const LINES: &str = "<code>format = &#34;instatus&#34;<br>url = &#34;https://keyring.instatus.example/&#34;</code>";

#[tokio::test]
async fn what_to_write_stands_under_the_source_and_on_the_page_of_its_vendor() {
    let served = serve(&moved().await, None).await;
    let said = [
        "keyring/status-page",
        "Cannot be read",
        "Asked how it publishes",
        "12 min ago",
        "its page reads as instatus now, at https://keyring.instatus.example/, on another host (keyring.instatus.example)",
        "href=\"https://keyring.instatus.example/\"",
        "sources/keyring/vendor.toml, where id is “status-page”, in place of its format and url",
        LINES,
    ];
    let page = served.get("/sources").await.body;
    in_order(&page, &said);
    in_order(&page, &["skyward/status-page", "in no way that Bellwether knows; 43 addresses were tried", "ringway/"]);
    in_order(&served.get("/vendors/keyring").await.body, &said);
    let skyward = served.get("/vendors/skyward").await.body;
    assert!(skyward.contains("43 addresses were tried") && !skyward.contains("<code>format"), "{skyward}");
}

#[tokio::test]
async fn programs_read_what_to_write() {
    let served = serve(&moved().await, None).await;
    let sources = served.get("/api/v1/sources").await.json();
    let asked = |n: usize| &sources["sources"][n]["asked_anew"];
    assert_eq!((&asked(0)["came"], &asked(0)["format"]), (&json!("other"), &json!("instatus")));
    assert_eq!(asked(0)["write"][0], "format = \"instatus\"");
    assert_eq!(asked(1), &Value::Null, "ringway is read");
    assert_eq!((&asked(2)["came"], &asked(2)["write"]), (&json!("nothing"), &json!([])));
}

#[tokio::test]
async fn of_a_source_that_is_read_otherwise_by_now_it_says_nothing() {
    let mut hospital = moved().await;
    let keyring = SourceId::parse("keyring/status-page").unwrap();
    let compiled = Arc::make_mut(&mut hospital.compiled);
    compiled.sources.get_mut(&keyring).unwrap().format = Format::Instatus;
    let served = serve(&hospital, None).await;
    let page = served.get("/sources").await.body;
    assert!(!page.contains("keyring.instatus.example"), "{page}");
    assert_eq!(served.get("/api/v1/sources").await.json()["sources"][0]["asked_anew"], Value::Null);
}
