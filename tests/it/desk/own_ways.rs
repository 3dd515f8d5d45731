//! People's own subscriptions beside all that makes it certain that messages arrive: storms, second ways, what is refused,
//! tried once more or given up, the daily trial, and an address that the configuration knows too.

use bellwether::alerting::rules::Rules;
use bellwether::model::audit::By;
use bellwether::model::id::ReceiverId;
use bellwether::model::own::Standing;
use bellwether::pipeline::assure::assure_once;
use bellwether::pipeline::compiled::Compiled;
use bellwether::pipeline::deliver;
use bellwether::pipeline::replay::replay;
use bellwether::store::sent::Chosen;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::own::{Mail, ONE_CLICK, Ward, down, later};
use crate::support::hospital::noon;
use crate::support::smtp::Script;

const ADA: &str = "ada@northfield.example";

/// The same with these subscriptions of its files, and those of people.
async fn configured(ward: &Ward, text: &str) -> Compiled {
    let mut compiled = Compiled::clone(&ward.site.hospital.compiled);
    let parsed = bellwether::config::subscriptions::parse("subscriptions.toml", text);
    let parsed = parsed.value.unwrap_or_else(|| panic!("{:?}", parsed.problems));
    let vendors: Vec<_> = compiled.vendors.values().cloned().collect();
    compiled.rules = Rules::compile(&parsed.subscriptions, &parsed.receivers, &compiled.graph, &vendors);
    compiled.with_owns(&ward.store().owns_that_tell().await.unwrap())
}

/// One turn of a running program with this configuration: second ways and our own, then what is due.
async fn turn(ward: &Ward, compiled: &Compiled, now: Timestamp) -> Vec<Mail> {
    let before = ward.mail.taken().len();
    let mut ways = ward.ways();
    ways.receivers = compiled.rules.receivers().clone();
    loop {
        assure_once(ward.store(), compiled, now).await.unwrap();
        let claimed = deliver::claim(ward.store(), &ways, 100, &[], &|| now).await.unwrap();
        if claimed.is_empty() {
            break;
        }
        for row in claimed {
            deliver::deliver_once(ward.store(), &ways, row, &|| now).await.unwrap();
        }
    }
    ward.mail.taken().split_off(before).into_iter().map(|taken| Mail::of(taken.to, &taken.raw)).collect()
}

/// The receivers of the rows in that state.
async fn states(ward: &Ward, state: &str) -> Vec<String> {
    let chosen = Chosen { state: Some(state), limit: 50, ..Chosen::default() };
    let rows = ward.store().sent(&chosen).await.unwrap().rows;
    rows.into_iter().map(|row| row.delivery.receiver).collect()
}

#[tokio::test]
async fn what_a_storm_gathers_is_left_by_one_click_and_is_not_sent_to_who_left_meanwhile() {
    let ward = Ward::open().await;
    ward.confirmed("ada", ADA).await;
    let mut compiled = configured(&ward, "").await;
    compiled.arriving.gather = SignedDuration::from_mins(5);
    let one = json!([down("r1", "major")]);
    ward.look(&compiled, one, later(1)).await;
    assert_eq!(turn(&ward, &compiled, later(1)).await.len(), 1);
    let more = json!([down("r1", "major"), down("r2", "major"), down("r3", "major")]);
    ward.look(&compiled, more, later(1) + SignedDuration::from_secs(20)).await;
    assert!(turn(&ward, &compiled, later(2)).await.is_empty(), "it is gathered");
    let together = turn(&ward, &compiled, later(7)).await;
    assert_eq!(together.len(), 1);
    let leave = together[0].link("leave");
    assert_eq!(together[0].header("List-Unsubscribe-Post"), Some(ONE_CLICK));
    assert!(!together[0].body.contains("/acknowledge/"), "a yes to mails is no right to act");

    let all: Vec<_> = (1..6).map(|n| down(&format!("r{n}"), "major")).collect();
    ward.look(&compiled, json!(all), later(7) + SignedDuration::from_secs(10)).await;
    assert!(turn(&ward, &compiled, later(8)).await.is_empty());
    assert_eq!(ward.post(&leave, ONE_CLICK).await.status, 200);
    assert!(turn(&ward, &compiled, later(30)).await.is_empty());
    assert_eq!(ward.store().next_due().await.unwrap(), None, "nothing waits");
}

#[tokio::test]
async fn who_leaves_an_address_that_the_configuration_tells_too_leaves_only_what_is_his() {
    let ward = Ward::open().await;
    ward.confirmed("ada", ADA).await;
    let text = format!(
        "[[receiver]]\nid = \"noc\"\nemail = \"{ADA}\"\n[[subscription]]\nid = \"worst\"\nreceivers = [\"noc\"]\nleast = \"major_outage\"\n"
    );
    let compiled = configured(&ward, &text).await;
    ward.look(&compiled, json!([down("r1", "major")]), later(1)).await;
    let sent = turn(&ward, &compiled, later(1)).await;
    let leave = sent[0].link("leave");
    // What is hers alone waits, and then it is bad enough for the others.
    ward.look(&compiled, json!([down("r1", "major"), down("r2", "major")]), later(2)).await;
    assert_eq!(states(&ward, "pending").await.len(), 1);
    ward.look(&compiled, json!([down("r1", "major"), down("r2", "critical")]), later(3)).await;
    assert_eq!(states(&ward, "pending").await, ["noc"], "with the second way of that receiver, if it has one");
    assert_eq!(ward.post(&leave, ONE_CLICK).await.status, 200);
    let sent = turn(&ward, &compiled, later(4)).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0].header("List-Unsubscribe"), None);
    assert!(sent[0].body.contains("ask whoever looks after Bellwether"), "{}", sent[0].body);
    assert!(sent[0].body.contains("/acknowledge/"), "{}", sent[0].body);
}

#[tokio::test]
async fn what_is_told_by_a_person_s_wish_alone_is_left_by_whatever_receiver_it_goes() {
    let ward = Ward::open().await;
    ward.confirmed("ada", ADA).await;
    let text = format!(
        "[[receiver]]\nid = \"noc\"\nemail = \"{ADA}\"\n[[subscription]]\nid = \"awake\"\nreceivers = [\"noc\"]\nquiet = {{ from = \"20:00\", until = \"23:59\", time_zone = \"UTC\" }}\n"
    );
    let compiled = configured(&ward, &text).await;
    ward.look(&compiled, json!([down("r1", "major")]), later(1)).await;
    let sent = turn(&ward, &compiled, later(1)).await;
    assert_eq!(states(&ward, "delivered").await[0], "noc", "the configuration knows the address, but it sleeps");
    let leave = sent[0].link("leave");
    ward.mail.follow(Script { sender: Some("451 4.3.0 later"), ..Script::default() });
    ward.look(&compiled, json!([down("r1", "major"), down("r2", "major")]), later(2)).await;
    assert!(turn(&ward, &compiled, later(2)).await.is_empty());
    ward.mail.follow(Script::default());
    assert_eq!(ward.post(&leave, ONE_CLICK).await.status, 200);
    assert!(turn(&ward, &compiled, later(30)).await.is_empty());
    assert_eq!(ward.store().next_due().await.unwrap(), None);
}

#[tokio::test]
async fn a_second_way_to_the_address_of_somebody_who_left_is_gone_all_the_same() {
    let ward = Ward::open().await;
    ward.confirmed("ada", ADA).await;
    let text = format!(
        "[[receiver]]\nid = \"line\"\nwebhook = \"https://hooks.northfield.example/x\"\nsecrets = [{{ env = \"NONE\" }}]\nfallback = \"boss\"\n[[receiver]]\nid = \"boss\"\nemail = \"{ADA}\"\n[[subscription]]\nid = \"all\"\nreceivers = [\"line\"]\n"
    );
    let compiled = configured(&ward, &text).await;
    ward.look(&compiled, json!([down("r1", "major")]), later(1)).await;
    let leave = turn(&ward, &compiled, later(1)).await.remove(0).link("leave");
    // Both are told of the worst in the same moment; she has left, and the line takes nothing.
    ward.look(&compiled, json!([down("r1", "major"), down("r2", "critical")]), later(2)).await;
    assert_eq!(ward.post(&leave, ONE_CLICK).await.status, 200);
    assert!(turn(&ward, &compiled, later(2)).await.is_empty());
    let second = turn(&ward, &compiled, later(5)).await;
    assert_eq!(second.len(), 1);
    assert!(second[0].body.contains("It comes to you by a second way"), "{}", second[0].body);
    assert_eq!(second[0].header("List-Unsubscribe"), None);
}

#[tokio::test]
async fn what_is_refused_whole_goes_short_and_still_leads_to_a_yes_and_out() {
    let ward = Ward::open().await;
    let ada = ward.site.signed_in("ada", bellwether::model::account::Role::Operator).await;
    assert_eq!(ward.ask(&ada, ADA).await.status, 303);
    let too_big = || Script { end: Some("552 5.3.4 too big"), ..Script::default() };
    ward.mail.follow(too_big());
    assert!(ward.deliver(noon()).await.is_empty());
    ward.mail.follow(Script::default());
    let question = ward.deliver(noon()).await.remove(0);
    assert!(!question.head.contains("multipart") && question.header("List-Unsubscribe").is_none());
    assert_eq!(ward.post(&question.link("confirm"), "act=confirm").await.status, 200);

    let compiled = ward.compiled().await;
    ward.look(&compiled, json!([down("r1", "major")]), later(1)).await;
    ward.mail.follow(too_big());
    assert!(ward.deliver(later(1)).await.is_empty());
    ward.mail.follow(Script::default());
    let short = ward.deliver(later(1)).await.remove(0);
    let leave = short.link("leave");
    assert!(!short.head.contains("multipart") && short.header("List-Unsubscribe").unwrap().contains(&leave));
    assert_eq!(ward.post(&leave, ONE_CLICK).await.status, 200);
    assert_eq!(ward.own().await.standing(noon()), Standing::Left);
}

#[tokio::test]
async fn operators_are_told_of_an_address_that_fails_but_of_no_question_and_nothing_is_tried_again_for_who_left() {
    let ward = Ward::open().await;
    let browser = ward.confirmed("ada", ADA).await;
    let mut compiled = configured(&ward, "[[receiver]]\nid = \"noc\"\nemail = \"noc@northfield.example\"\n").await;
    compiled.arriving.operators = vec![ReceiverId::parse("noc").unwrap()];
    ward.mail.follow(Script { recipient: Some(("typo", "550 5.1.1 no such user")), ..Script::default() });
    assert_eq!(ward.ask(&browser, "typo@northfield.example").await.status, 303);
    assert!(turn(&ward, &compiled, noon()).await.is_empty());
    assert_eq!(ward.store().troubles().await.unwrap(), [], "whoever types any address tells operators nothing");

    ward.mail.follow(Script::default());
    ward.look(&compiled, json!([down("r1", "major")]), later(1)).await;
    let leave = turn(&ward, &compiled, later(1)).await.remove(0).link("leave");
    ward.mail.follow(Script { recipient: Some(("ada", "550 5.1.1 no such user")), ..Script::default() });
    ward.look(&compiled, json!([down("r1", "major"), down("r2", "major")]), later(2)).await;
    let mut told = turn(&ward, &compiled, later(2)).await;
    told.extend(turn(&ward, &compiled, later(3)).await);
    assert_eq!(told.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["noc@northfield.example"]);
    assert!(told[0].body.contains(&format!("A message to {ADA} was given up")), "{}", told[0].body);
    assert!(!told[0].body.contains("own-"), "{}", told[0].body);

    ward.mail.follow(Script::default());
    assert_eq!(ward.post(&leave, ONE_CLICK).await.status, 200);
    let by = By::terminal("Ada");
    let tried = replay(ward.store(), &[], Some(noon() - SignedDuration::from_mins(1)), &by, later(4)).await;
    assert_eq!(tried.unwrap(), 2, "the question too");
    let after = turn(&ward, &compiled, later(4)).await;
    let to: Vec<&str> = after.iter().map(|mail| mail.to.as_str()).filter(|to| to.starts_with("ada")).collect();
    assert!(to.is_empty(), "{after:?}");
    let without = configured(&ward, "").await;
    assert!(turn(&ward, &without, later(60)).await.iter().all(|mail| !mail.to.starts_with("ada")));
}

#[tokio::test]
async fn the_daily_trial_is_for_the_ways_of_the_configuration() {
    let ward = Ward::open().await;
    let browser = ward.confirmed("ada", ADA).await;
    assert_eq!(ward.ask(&browser, "eve@northfield.example").await.status, 303);
    assert_eq!(ward.deliver(noon()).await.len(), 1, "the question");
    let text = "[[receiver]]\nid = \"noc\"\nemail = \"noc@northfield.example\"\n";
    let mut compiled = configured(&ward, text).await;
    compiled.arriving.canary = "12:00:00".parse().ok();
    let mut tried = Vec::new();
    for day in 0..3 {
        tried.extend(turn(&ward, &compiled, later(day * 24 * 60)).await);
        tried.extend(turn(&ward, &compiled, later(day * 24 * 60 + 20)).await);
    }
    let to: Vec<&str> = tried.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["noc@northfield.example"; 2], "the first hour is waited for");
    assert!(ward.store().troubles().await.unwrap().is_empty());
}
