//! Sources behind credentials, against a server that plays Microsoft: tokens are got, reused, renewed and never shown.

mod canary;
mod files;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bellwether::fetch::{Fetcher, Settings};
use bellwether::model::credentials::{Access, Cloud};
use bellwether::model::effect::World;
use bellwether::model::format::Format;
use bellwether::model::id::{CredentialsId, SourceId};
use bellwether::model::incident::Health;
use bellwether::model::secret::Secret;
use bellwether::model::snapshot::Unreadable;
use bellwether::model::vendor::{Source, Vendor};
use bellwether::normalize::entra;
use bellwether::pipeline::look::Memory;
use bellwether::pipeline::poll_once;
use bellwether::scheduler::keyring::{App, Keyring};
use bellwether::scheduler::network::Network;
use bellwether::store::Store;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::looked::{good, once, unreadable};
use crate::support::microsoft::{Asked, Microsoft, Reply, json as reply};
use crate::support::model::organisation_of;

const SECRET: &str = "canary~Secret.1234";

fn credentials() -> CredentialsId {
    CredentialsId::parse("microsoft").unwrap()
}

fn source(format: Format, url: &url::Url) -> Source {
    Source {
        access: Access::Signed(credentials()),
        ..Source::at(SourceId::parse("microsoft-365/service-health").unwrap(), format, Some(url.clone()))
    }
}

fn app(url: &url::Url) -> App {
    App {
        token_url: entra::token_url(Cloud::Public, Some(url), "tenant.example").unwrap(),
        client_id: "00000000-0000-4000-8000-00000000000a".into(),
        secret: Secret::new(SECRET.into()),
    }
}

fn network(microsoft: &Microsoft) -> Network {
    rustls::crypto::ring::default_provider().install_default().ok();
    let allow_private = vec!["127.0.0.0/8".parse().unwrap()];
    let settings = Settings { allow_private, total_deadline: Duration::from_secs(20), ..Settings::default() };
    let apps = BTreeMap::from([(credentials(), Ok(app(&microsoft.url)))]);
    Network::new(Fetcher::new(settings).unwrap()).signing_with(Keyring::new(apps))
}

fn page(collection: &str, value: &Value) -> Value {
    let context = format!("https://graph.microsoft.com/v1.0/$metadata#admin/serviceAnnouncement/{collection}");
    json!({"@odata.context": context, "value": value})
}

fn issue(id: &str) -> Value {
    json!({
        "id": id, "title": "Synthetic", "service": "Exchange Online", "classification": "incident",
        "status": "serviceDegradation", "isResolved": false, "startDateTime": "2026-11-22T10:00:00Z", "posts": [],
    })
}

/// A token for whoever comes, numbered; it lasts for so many seconds.
fn token(before: usize, lasts: u64) -> Reply {
    reply(200, &json!({"token_type": "Bearer", "expires_in": lasts, "access_token": format!("canary-token-{before}")}))
}

/// Graph on a day without trouble.
fn quiet(asked: &Asked) -> Reply {
    let is_issues = asked.target.contains("/issues");
    let services = json!([{"service": "Exchange Online", "status": "serviceOperational", "id": "Exchange"}]);
    reply(200, &if is_issues { page("issues", &json!([])) } else { page("healthOverviews", &services) })
}

fn denied() -> Reply {
    reply(401, &json!({"error": {"code": "InvalidAuthenticationToken", "message": "Lifetime validation failed"}}))
}

#[tokio::test]
async fn a_token_is_got_once_and_shown_with_every_request() {
    let microsoft =
        Microsoft::new(|asked, before| if asked.is_sign_in() { token(before, 3599) } else { quiet(asked) }).await;
    let (network, source) = (network(&microsoft), source(Format::Microsoft365, &microsoft.url));
    for _ in 0..3 {
        let looked = once(&network, &source).await;
        assert_eq!((good(&looked).blind.len(), good(&looked).components.len()), (0, 1));
    }
    assert_eq!((microsoft.sign_ins(), microsoft.asked().len()), (1, 6));
    assert!(microsoft.asked().iter().all(|asked| asked.token() == Some("canary-token-0")));
    let form = &microsoft.forms()[0];
    assert_eq!((form.method.as_str(), form.target.as_str()), ("POST", "/tenant.example/oauth2/v2.0/token"));
    assert_eq!(form.field("scope"), format!("{}/.default", microsoft.url.origin().ascii_serialization()));
    assert_eq!(
        (form.field("grant_type").as_str(), form.field("client_secret").as_str()),
        ("client_credentials", SECRET)
    );
}

#[tokio::test]
async fn a_token_past_its_end_is_never_shown() {
    let microsoft = Microsoft::new(|asked, before| match asked.is_sign_in() {
        true => token(before, if before < 2 { 0 } else { 3599 }),
        false => quiet(asked),
    })
    .await;
    let (network, source) = (network(&microsoft), source(Format::Microsoft365, &microsoft.url));
    once(&network, &source).await;
    once(&network, &source).await;
    let shown: Vec<_> = microsoft.asked().iter().map(|asked| asked.token().unwrap().to_owned()).collect();
    assert_eq!(shown, ["canary-token-0", "canary-token-1", "canary-token-2", "canary-token-2"]);
}

#[tokio::test]
async fn a_token_that_is_not_accepted_any_more_is_renewed_once() {
    let good_from = Arc::new(AtomicUsize::new(0));
    let script = {
        let good_from = Arc::clone(&good_from);
        move |asked: &Asked, before: usize| {
            let number = |token: &str| token.rsplit('-').next().unwrap().parse::<usize>().unwrap();
            match asked.token() {
                None => token(before, 3599),
                Some(token) if number(token) < good_from.load(Ordering::SeqCst) => denied(),
                Some(_) => quiet(asked),
            }
        }
    };
    let microsoft = Microsoft::new(script).await;
    let (network, source) = (network(&microsoft), source(Format::Microsoft365, &microsoft.url));
    good(&once(&network, &source).await);
    good_from.store(1, Ordering::SeqCst);
    let looked = once(&network, &source).await;
    assert_eq!(good(&looked).blind, []);
    // The first request found it out; the second had the new token already.
    assert_eq!((microsoft.sign_ins(), microsoft.asked().len()), (2, 5));
    good(&once(&network, &source).await);
    assert_eq!(microsoft.sign_ins(), 2);
}

#[tokio::test]
async fn tokens_that_never_help_are_not_asked_for_again_and_again() {
    let microsoft = Microsoft::new(|asked, before| match (asked.is_sign_in(), before) {
        (true, before) => token(before, 3599),
        (false, 0..2) => quiet(asked),
        (false, _) => denied(),
    })
    .await;
    let (network, source) = (network(&microsoft), source(Format::Microsoft365, &microsoft.url));
    good(&once(&network, &source).await);
    for _ in 0..5 {
        let looked = once(&network, &source).await;
        let why = unreadable(&looked);
        assert!(matches!(why, Unreadable::Refused(_)), "{why}");
        assert!(why.to_string().contains("HTTP 401 (InvalidAuthenticationToken)"), "{why}");
    }
    // One token at first, one renewal in vain, and then the answer is believed for a while.
    assert_eq!(microsoft.sign_ins(), 2);
}

#[tokio::test]
async fn a_wrong_secret_is_named_by_its_number_and_not_by_itself() {
    let said = format!("AADSTS7000215: Invalid client secret provided: {SECRET}. Trace ID: 1");
    let microsoft = Microsoft::new(move |asked, _| match asked.is_sign_in() {
        true => reply(401, &json!({"error": "invalid_client", "error_description": said})),
        false => quiet(asked),
    })
    .await;
    let (network, source) = (network(&microsoft), source(Format::Microsoft365, &microsoft.url));
    let looked = once(&network, &source).await;
    let why = unreadable(&looked).to_string();
    assert!(why.contains("AADSTS7000215: the client secret is wrong") && why.contains("`microsoft`"), "{why}");
    assert!(!format!("{looked:?}").contains("canary"));
    once(&network, &source).await;
    assert_eq!((microsoft.sign_ins(), microsoft.asked().len()), (1, 0), "a refusal is believed for a while");
}

#[tokio::test]
async fn whoever_asks_to_be_left_alone_is_be_it_graph_or_the_place_of_tokens() {
    let slow_down = |after: u32| (429, vec![format!("retry-after: {after}")], "{}".to_owned());
    let at_sign_in = Microsoft::new(move |_, _| slow_down(700)).await;
    let looked = once(&network(&at_sign_in), &source(Format::Microsoft365, &at_sign_in.url)).await;
    assert!(matches!(unreadable(&looked), Unreadable::Failing(_)));
    assert!(looked.leave_alone.is_some_and(|wait| (690..=700).contains(&wait.as_secs())), "{:?}", looked.leave_alone);
    assert_eq!(at_sign_in.sign_ins(), 1, "the second request of the look did not ask again");

    // Also where it is said on a later page.
    let at_graph = Microsoft::new(move |asked, before| match (asked.is_sign_in(), asked.target.contains("$skip")) {
        (true, _) => token(before, 3599),
        (false, true) => slow_down(120),
        (false, false) if asked.target.contains("/issues") => {
            let mut first = page("issues", &json!([]));
            first["@odata.nextLink"] = json!(format!("http://{}/x?$skip=100", asked.headers["host"]));
            reply(200, &first)
        }
        (false, false) => quiet(asked),
    })
    .await;
    let looked = once(&network(&at_graph), &source(Format::Microsoft365, &at_graph.url)).await;
    assert_eq!(looked.leave_alone, Some(Duration::from_secs(120)));
    assert!(matches!(&good(&looked).blind[..], [("issues", Unreadable::Failing(_))]));
}

/// Graph with three pages of one issue each; the second changes from look to look while the first stays.
fn paged(asked: &Asked, round: &AtomicUsize) -> Reply {
    let host = &asked.headers["host"];
    let next = |n: usize| json!(format!("http://{host}/v1.0/admin/serviceAnnouncement/issues?$skip={n}"));
    let (id, further) = match asked.target.split("$skip=").nth(1) {
        None if asked.target.contains("/issues") => ("EX1".to_owned(), Some(next(1))),
        None => return quiet(asked),
        Some("1") => (format!("EX2{}", round.load(Ordering::SeqCst)), Some(next(2))),
        Some(_) => ("EX3".to_owned(), None),
    };
    let mut document = page("issues", &json!([issue(&id)]));
    if let Some(further) = further {
        document["@odata.nextLink"] = further;
    }
    reply(200, &document)
}

#[tokio::test]
async fn all_pages_are_read_and_a_look_is_not_known_by_the_first_of_them() {
    let round = Arc::new(AtomicUsize::new(0));
    let script = {
        let round = Arc::clone(&round);
        move |asked: &Asked, before: usize| if asked.is_sign_in() { token(before, 3599) } else { paged(asked, &round) }
    };
    let microsoft = Microsoft::new(script).await;
    let (network, source) = (network(&microsoft), source(Format::Microsoft365, &microsoft.url));
    let needs = "[[service]]\nid = \"mail\"\nname = \"Mail\"\ntier = \"clinical\"\nneeds = [{ vendor = \"microsoft-365\", without = \"stops\" }]\n";
    let compiled = organisation_of(vec![vendor(vec![source.clone()])], &[needs.to_owned()], &[]);
    let (store, mut memory) = (Store::in_memory().await.unwrap(), Memory::default());
    let at: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    let first = poll_once(&store, &compiled, &source, &mut memory, &network, at).await.unwrap();
    assert_eq!(first.open.keys().collect::<Vec<_>>(), ["EX1", "EX20", "EX3"]);
    round.store(1, Ordering::SeqCst);
    let second =
        poll_once(&store, &compiled, &source, &mut memory, &network, at + SignedDuration::from_mins(1)).await.unwrap();
    assert!(second.open.contains_key("EX21"), "{:?}", second.open);
    assert!(microsoft.asked().iter().any(|asked| asked.target.ends_with("/issues/EX20")), "what left it is looked up");
}

#[tokio::test]
async fn no_token_is_shown_to_another_host_whoever_leads_there() {
    let elsewhere = Microsoft::new(|_, _| (200, Vec::new(), "{}".to_owned())).await;
    let by = |how: &str| {
        let (how, there) = (how.to_owned(), elsewhere.url.to_string());
        move |asked: &Asked, before: usize| match (asked.is_sign_in(), how.as_str()) {
            (true, "sign-in") => (307, vec![format!("location: {there}")], String::new()),
            (true, _) => token(before, 3599),
            (false, "redirect") => (302, vec![format!("location: {there}")], String::new()),
            (false, _) => {
                let mut first =
                    page(if asked.target.contains("/issues") { "issues" } else { "healthOverviews" }, &json!([]));
                first["@odata.nextLink"] = json!(there);
                reply(200, &first)
            }
        }
    };
    for how in ["redirect", "page", "sign-in"] {
        let microsoft = Microsoft::new(by(how)).await;
        let looked = once(&network(&microsoft), &source(Format::Microsoft365, &microsoft.url)).await;
        assert!(matches!(unreadable(&looked), Unreadable::NotAllowed(_)), "{how}: {looked:?}");
        assert!(!format!("{looked:?}").contains("canary"), "{how}");
    }
    assert_eq!((elsewhere.asked().len(), elsewhere.sign_ins()), (0, 0));
}

#[tokio::test]
async fn an_answer_that_repeats_the_token_is_not_kept() {
    for status in [200, 401, 500] {
        let microsoft = Microsoft::new(move |asked, before| match asked.token() {
            None => token(before, 3599),
            Some(token) => reply(status, &json!({"you sent": token})),
        })
        .await;
        let looked = once(&network(&microsoft), &source(Format::Microsoft365, &microsoft.url)).await;
        assert!(unreadable(&looked).to_string().contains("repeats our token"), "{looked:?}");
        assert!(looked.bodies.is_empty() && !format!("{looked:?}").contains("canary"));
    }
}

#[tokio::test]
async fn azure_s_status_is_read_with_a_token_of_its_own_host() {
    let microsoft = Microsoft::new(|asked, before| match asked.is_sign_in() {
        true => token(before, 3599),
        false => reply(
            200,
            &json!({"type": "/providers/Microsoft.ResourceHealth/emergingissues", "properties": {
                "refreshTimestamp": "2026-11-22T11:59:00Z", "statusActiveEvents": [], "statusBanners": [],
            }}),
        ),
    })
    .await;
    let looked = once(&network(&microsoft), &source(Format::AzureEmerging, &microsoft.url)).await;
    assert_eq!(good(&looked).incidents.len(), 0);
    let target = &microsoft.asked()[0].target;
    assert!(target.starts_with("/providers/Microsoft.ResourceHealth/emergingIssues/default?api-version="), "{target}");
}

#[tokio::test]
async fn a_look_of_many_requests_has_one_deadline_and_keeps_what_came_before_it() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let held = Arc::clone(&gate);
    let microsoft = crate::support::hostile::Hostile::new(move |asked| {
        if asked.target.contains("/issues") {
            let body = page("issues", &json!([])).to_string();
            return crate::support::hostile::answer("200 OK", &["content-type: application/json"], body);
        }
        vec![crate::support::hostile::Act::Until(Arc::clone(&held))]
    })
    .await;
    let allow_private = vec!["127.0.0.0/8".parse().unwrap()];
    let settings = Settings { allow_private, total_deadline: Duration::from_millis(400), ..Settings::default() };
    let network = Network::new(Fetcher::new(settings).unwrap());
    let source = Source { access: Access::Open, ..source(Format::Microsoft365, &microsoft.url("/")) };
    let looked = tokio::time::timeout(Duration::from_secs(20), once(&network, &source)).await.unwrap();
    assert!(matches!(&good(&looked).blind[..], [("overviews", Unreadable::Unreachable(_))]), "{looked:?}");
    drop(gate);
}

fn vendor(sources: Vec<Source>) -> Vendor {
    Vendor::named(bellwether::model::id::VendorId::parse("microsoft-365").unwrap(), "Microsoft 365", sources)
}

/// What is shown of a service that needs Exchange, with these sources, all that is polled being read and quiet.
fn shown(sources: Vec<Source>, needs: &str) -> (bellwether::model::impact::Impact, Vec<String>) {
    let needs = format!("[[service]]\nid = \"mail\"\nname = \"Mail\"\ntier = \"clinical\"\nneeds = [{needs}]\n");
    let compiled = organisation_of(vec![vendor(sources)], &[needs], &[]);
    let well = Health::readable();
    let world =
        World { sources: compiled.sources.keys().map(|id| (id.clone(), well.clone())).collect(), ..World::default() };
    let at = "2026-11-22T12:00:00Z".parse().unwrap();
    let effects = bellwether::alerting::effects::effects(&compiled.graph, &world, compiled.effect_rules, at);
    assert!(effects.hurts.is_empty(), "nothing is told: {:?}", effects.hurts);
    let state = effects.states.values().next().unwrap();
    (state.shown(), state.unseen.clone())
}

#[test]
fn without_credentials_nobody_looks_nothing_is_green_and_nobody_is_told() {
    use bellwether::model::impact::Impact;
    let url: url::Url = "https://graph.microsoft.com".parse().unwrap();
    let signed = source(Format::Microsoft365, &url);
    let lacking = Source { access: Access::Lacking(credentials()), ..signed.clone() };
    let aside = Source {
        id: SourceId::parse("microsoft-365/admin-center").unwrap(),
        access: Access::Open,
        ..source(Format::MicrosoftPublic, &url)
    };
    let any = "{ vendor = \"microsoft-365\", without = \"stops\" }";
    let (impact, unseen) = shown(vec![lacking.clone(), aside.clone()], any);
    assert_eq!(impact, Impact::Unknown);
    assert_eq!(unseen.len(), 1);
    assert!(unseen[0].contains("add [credentials.microsoft] to bellwether.toml"), "{unseen:?}");
    // What speaks of the admin center alone proves no service well.
    assert_eq!(shown(vec![aside.clone()], any).0, Impact::Unknown);
    let of_center = "{ vendor = \"microsoft-365\", source = \"admin-center\", without = \"stops\" }";
    assert_eq!(shown(vec![lacking, aside.clone()], of_center).0, Impact::Operational);
    assert_eq!(shown(vec![signed, aside], any), (Impact::Operational, Vec::new()));
}

#[test]
fn an_optional_source_that_lacks_its_credentials_takes_nothing_from_the_other() {
    use bellwether::model::impact::Impact;
    let url: url::Url = "https://management.azure.com".parse().unwrap();
    let api = Source { access: Access::Lacking(credentials()), ..source(Format::AzureEmerging, &url) };
    let feed = Source {
        id: SourceId::parse("microsoft-365/feed").unwrap(),
        access: Access::Open,
        ..source(Format::AzureRss, &url)
    };
    let any = "{ vendor = \"microsoft-365\", without = \"stops\" }";
    assert_eq!(shown(vec![feed, api], any), (Impact::Operational, Vec::new()));
}
