//! Trying a receiver from the page: the real way, the far side's own words, not too often, and never a secret.

use bellwether::model::account::Role;

use super::{receivers, secrets};
use crate::desk::Site;
use crate::support::far::{FarSide, reply};
use crate::support::hospital::Hospital;
use crate::support::ways;

async fn site(far: &FarSide) -> Site {
    let environment = secrets(far.url.as_str());
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Site::with(Hospital::open(true).await, None, ways::to(receivers(far.url.as_str()), &environment)).await
}

#[tokio::test]
async fn an_operator_tries_a_receiver_and_reads_what_the_far_side_said() {
    let far = FarSide::new(|asked, before| match before {
        0 => reply(200, r#"{"ok":true,"channel":"C0123456789","ts":"7.1"}"#),
        _ => {
            reply(200, format!(r#"{{"ok":false,"error":"not_in_channel","saw":"{}"}}"#, asked.header("authorization")))
        }
    })
    .await;
    let site = site(&far).await;
    let ada = site.signed_in("ada", Role::Operator).await;
    let page = ada.get("/deliveries").await;
    assert!(page.body.contains("action=\"/receivers/test\""), "{}", page.body);
    let answer = ada.fill("/deliveries", "/receivers/test", &[("receiver", "slack-bot")]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("The far side took it.") && answer.body.contains("ts 7.1"), "{}", answer.body);
    assert!(far.asked()[0].body.contains("This is a test"), "{}", far.asked()[0].body);
    let answer = ada.fill("/deliveries", "/receivers/test", &[("receiver", "slack-bot")]).await;
    assert!(answer.body.contains("not_in_channel") && answer.body.contains("would be tried again"), "{}", answer.body);
    assert!(!answer.body.contains("canary"), "a secret is shown: {}", answer.body);
    assert!(site.audit().await.iter().any(|line| format!("{line:?}").contains("receiver_tried")));
}

#[tokio::test]
async fn nobody_else_may_and_nobody_may_often() {
    let far = FarSide::new(|_, _| reply(200, "ok")).await;
    let site = site(&far).await;
    let eve = site.signed_in("eve", Role::Viewer).await;
    assert!(!eve.get("/deliveries").await.body.contains("/receivers/test"));
    let answer = eve.fill("/account", "/receivers/test", &[("receiver", "slack-hook")]).await;
    assert_eq!((answer.status, far.asked().len()), (403, 0));
    let ada = site.signed_in("ada", Role::Operator).await;
    for _ in 0..10 {
        let answer = ada.fill("/deliveries", "/receivers/test", &[("receiver", "slack-hook")]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let answer = ada.fill("/deliveries", "/receivers/test", &[("receiver", "slack-hook")]).await;
    assert_eq!((answer.status, far.asked().len()), (429, 10), "{}", answer.body);
    assert_eq!(ada.fill("/deliveries", "/receivers/test", &[("receiver", "nobody")]).await.status, 404);
    assert_eq!(ada.fill("/deliveries", "/receivers/test", &[]).await.status, 422);
}
