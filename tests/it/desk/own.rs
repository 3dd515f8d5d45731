//! Subscriptions that people make themselves, the whole way: asked for on the page, confirmed by the link of a mail that a
//! real mail server took, told of an incident, left by one click. And everything that must not happen on that way.

use std::collections::BTreeMap;
use std::sync::Arc;

use bellwether::delivery::mailer::Mailer;
use bellwether::delivery::webhook::{DEADLINE, Hooks};
use bellwether::model::account::{Role, Scope};
use bellwether::model::id::ServiceId;
use bellwether::model::own::{Choice, Own, Standing};
use bellwether::outgoing::client::Options;
use bellwether::pipeline::compiled::Compiled;
use bellwether::pipeline::deliver::{self, Relay, Ways};
use bellwether::pipeline::look::Memory;
use bellwether::pipeline::own::link::{self, Confirmed};
use bellwether::pipeline::own::{self, Act, Actor};
use bellwether::pipeline::{accounts, poll_once};
use bellwether::store::Store;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Browser, Site};
use crate::support::hospital::{Hospital, incident, noon, page, well};
use crate::support::smtp::{Script, SmtpServer, sender};

const PAGE: &str = "https://bellwether.northfield.example";
const WORDS: [&str; 2] = ["VENDOR-CANARY looks", "VENDOR-CANARY works on it"];
const URL: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
pub(super) const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

/// A hospital whose pages are served, with a real mail server.
pub(super) struct Ward {
    pub(super) site: Site,
    pub(super) mail: SmtpServer,
}

impl Ward {
    pub(super) async fn open() -> Self {
        Self::of(Hospital::open(false).await).await
    }

    pub(super) async fn of(mut hospital: Hospital) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        Arc::make_mut(&mut hospital.compiled).page = Some(PAGE.to_owned());
        hospital.says("ringway", well(&["Trunks"]));
        hospital.look(noon() - SignedDuration::from_mins(60)).await;
        Self { site: Site::of(hospital, None).await, mail: SmtpServer::start(Script::default()).await }
    }

    pub(super) fn store(&self) -> &Store {
        &self.site.hospital.store
    }

    /// What is in force once the running program has taken up what people want.
    pub(super) async fn compiled(&self) -> Compiled {
        let owns = self.store().owns_that_tell().await.unwrap();
        Compiled::clone(&self.site.hospital.compiled).with_owns(&owns)
    }

    pub(super) fn ways(&self) -> Ways {
        let options = Options {
            user_agent: "Bellwether/test".into(),
            connect_deadline: std::time::Duration::from_secs(5),
            allow_private: Vec::new(),
            proxy: None,
            extra_roots_pem: Vec::new(),
        };
        let mailer = Mailer::new(self.mail.settings()).unwrap();
        Ways {
            receivers: self.site.hospital.compiled.rules.receivers().clone(),
            relay: Some(Relay { mailer, from: sender(), domain: "northfield.example".into() }),
            hooks: Hooks::new(options, DEADLINE).unwrap(),
            endpoints: BTreeMap::new(),
            parties: BTreeMap::new(),
            process: "test".into(),
        }
    }

    /// Delivers what is due. The mails that the server took by it.
    pub(super) async fn deliver(&self, now: Timestamp) -> Vec<Mail> {
        let before = self.mail.taken().len();
        let ways = self.ways();
        for row in deliver::claim(self.store(), &ways, 100, &[], &|| now).await.unwrap() {
            deliver::deliver_once(self.store(), &ways, row, &|| now).await.unwrap();
        }
        self.mail.taken().split_off(before).into_iter().map(|taken| Mail::of(taken.to, &taken.raw)).collect()
    }

    /// The telephony's vendor says this, and somebody looks.
    pub(super) async fn look(&self, compiled: &Compiled, incidents: serde_json::Value, now: Timestamp) {
        self.site.hospital.says("ringway", page(&["Trunks"], incidents, json!([])));
        for source in compiled.sources.values() {
            let mut memory = Memory::default();
            poll_once(self.store(), compiled, source, &mut memory, &self.site.hospital.servers, now).await.unwrap();
        }
    }

    /// The same, and what follows is delivered.
    async fn ringway(&self, compiled: &Compiled, incidents: serde_json::Value, now: Timestamp) -> Vec<Mail> {
        self.look(compiled, incidents, now).await;
        self.deliver(now).await
    }

    pub(super) async fn own(&self) -> Own {
        self.store().owns().await.unwrap().remove(0)
    }

    async fn audit(&self) -> Vec<String> {
        self.site.audit().await
    }

    /// Somebody with an account asks for alerts about all clinical services.
    pub(super) async fn ask(&self, browser: &Browser<'_>, address: &str) -> super::Answer {
        let fields = [("address", address), ("tiers", "clinical"), ("step", "do")];
        browser.fill("/subscriptions", "/subscriptions", &fields).await
    }

    /// One that was asked for and confirmed; who asked for it is signed in.
    pub(super) async fn confirmed(&self, name: &str, address: &str) -> Browser<'_> {
        let browser = self.site.signed_in(name, Role::Operator).await;
        assert_eq!(self.ask(&browser, address).await.status, 303);
        let key = self.deliver(self.site.now()).await.remove(0).link("confirm");
        assert_eq!(self.post(&key, "act=confirm").await.status, 200);
        browser
    }

    /// Somebody without any cookie.
    pub(super) async fn post(&self, path: &str, body: &str) -> super::Answer {
        self.site.ask("POST", path, &[URL], body).await
    }

    async fn get(&self, path: &str) -> super::Answer {
        self.site.ask("GET", path, &[], "").await
    }
}

/// A mail as a person reads it.
#[derive(Debug)]
pub(super) struct Mail {
    pub(super) to: String,
    pub(super) head: String,
    pub(super) body: String,
}

impl Mail {
    pub(super) fn of(to: String, raw: &[u8]) -> Self {
        let text = String::from_utf8_lossy(raw).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let body = body.replace("=\r\n", "").replace("=3D", "=");
        let to = to.split(['<', '>']).nth(1).unwrap_or(&to).to_owned();
        Self { to, head: head.replace("\r\n ", " "), body }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.split("\r\n").filter_map(|line| line.split_once(": "));
        lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    /// The path of the link to `confirm` or `leave`.
    pub(super) fn link(&self, word: &str) -> String {
        let from = format!("{PAGE}/subscriptions/{word}/");
        let at = self.body.find(&from).unwrap_or_else(|| panic!("no link: {}", self.body)) + from.len();
        let key: String = self.body[at..].chars().take_while(char::is_ascii_hexdigit).collect();
        assert_eq!(key.len(), 64, "{}", self.body);
        format!("/subscriptions/{word}/{key}")
    }
}

pub(super) fn down(id: &str, impact: &str) -> serde_json::Value {
    incident(id, "VENDOR-CANARY trunks fail", impact, None, WORDS)
}

pub(super) fn later(minutes: i64) -> Timestamp {
    noon() + SignedDuration::from_mins(minutes)
}

#[tokio::test]
async fn from_asking_to_silence_with_one_question_and_one_click() {
    let ward = Ward::open().await;
    let ada = ward.site.signed_in("ada", Role::Operator).await;
    assert_eq!(ward.ask(&ada, "Ada@Northfield.example").await.status, 303);
    assert!(ada.get("/subscriptions").await.body.contains("waits to be confirmed"));

    let question = ward.deliver(noon()).await;
    assert_eq!(question.len(), 1);
    assert_eq!(question[0].to, "ada@northfield.example");
    assert_eq!(question[0].header("List-Unsubscribe"), None, "there is nothing to leave yet");
    assert!(question[0].body.contains("ada asked that Bellwether"), "{}", question[0].body);
    let confirm = question[0].link("confirm");

    // Scanners look at every link, and an incident happens meanwhile: nothing is sent.
    for method in ["GET", "HEAD", "GET"] {
        assert_eq!(ward.site.ask(method, &confirm, &[], "").await.status, 200);
    }
    assert_eq!(ward.own().await.standing(noon()), Standing::Unconfirmed);
    let sent = ward.ringway(&ward.compiled().await, json!([down("r1", "major")]), later(1)).await;
    assert!(sent.is_empty(), "{sent:?}");

    assert_eq!(ward.post(&confirm, "act=confirm").await.status, 200);
    assert_eq!(ward.post(&confirm, "act=confirm").await.status, 200, "twice is fine");
    assert_eq!(ward.own().await.standing(noon()), Standing::Holds);

    let sent = ward.ringway(&ward.compiled().await, json!([down("r1", "major"), down("r2", "major")]), later(2)).await;
    assert_eq!(sent.len(), 2, "what had begun before too: {sent:?}");
    let leave = sent[0].link("leave");
    assert_ne!(leave, sent[1].link("leave"), "each mail has a key of its own");
    assert_eq!(sent[0].header("List-Unsubscribe"), Some(format!("<{PAGE}{leave}>").as_str()));
    assert_eq!(sent[0].header("List-Unsubscribe-Post"), Some(ONE_CLICK));
    assert!(sent[0].header("List-Id").is_some());

    // Looking changes nothing; the click of a mail program comes from wherever it likes.
    assert_eq!(ward.get(&leave).await.status, 200);
    assert_eq!(ward.own().await.left, None);
    let elsewhere = [URL, ("sec-fetch-site", "cross-site"), ("origin", "https://webmail.example")];
    let answer = ward.site.ask("POST", &leave, &elsewhere, ONE_CLICK).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("You have left") && answer.body.contains("Take it back"));
    assert_eq!(ward.post(&leave, ONE_CLICK).await.status, 200, "leaving twice is fine");
    assert!(ward.own().await.left.is_some());

    let worse = json!([down("r1", "critical"), down("r2", "critical"), down("r3", "critical")]);
    assert!(ward.ringway(&ward.compiled().await, worse, later(3)).await.is_empty());
    let audit = ward.audit().await;
    for deed in ["subscription_asked", "subscription_confirmed", "subscription_left"] {
        assert_eq!(audit.iter().filter(|line| line.starts_with(deed)).count(), 1, "{audit:?}");
    }

    assert_eq!(ward.post(&leave, "act=return").await.status, 200);
    assert!(ward.own().await.tells(), "a way back, within a day");
}

#[tokio::test]
async fn what_is_under_way_when_somebody_leaves_is_not_sent() {
    let ward = Ward::open().await;
    ward.confirmed("ada", "ada@northfield.example").await;
    let before = ward.compiled().await;
    let sent = ward.ringway(&before, json!([down("r1", "major")]), later(1)).await;
    let leave = sent[0].link("leave");
    // The mail server is busy, so that a second mail is frozen and waits; a third was never tried.
    ward.mail.follow(Script { sender: Some("451 4.3.0 later"), ..Script::default() });
    assert!(ward.ringway(&before, json!([down("r1", "major"), down("r2", "major")]), later(2)).await.is_empty());
    assert_eq!(ward.post(&leave, ONE_CLICK).await.status, 200);
    ward.mail.follow(Script::default());
    // The running program has not noticed yet, and decides by what it knew.
    let three = json!([down("r1", "major"), down("r2", "major"), down("r3", "critical")]);
    assert!(ward.ringway(&before, three, later(3)).await.is_empty());
    assert!(ward.deliver(later(60 * 24)).await.is_empty(), "and never");
    assert_eq!(ward.store().next_due().await.unwrap(), None, "nothing waits");
}

#[tokio::test]
async fn a_key_is_for_one_address_one_purpose_and_one_time_span() {
    let ward = Ward::open().await;
    let ada = ward.site.signed_in("ada", Role::Operator).await;
    let eve = ward.site.signed_in("eve", Role::Operator).await;
    ward.ask(&ada, "ada@northfield.example").await;
    let hers = ward.deliver(noon()).await.remove(0).link("confirm");
    ward.ask(&eve, "eve@northfield.example").await;
    let eves = ward.deliver(noon()).await.remove(0).link("confirm");
    assert_eq!(ward.post(&eves, "act=confirm").await.status, 200);
    let owns = ward.store().owns().await.unwrap();
    let at = |name: &str| owns.iter().find(|own| own.address.as_str().starts_with(name)).unwrap().clone();
    assert!(at("eve").confirmed.is_some() && at("ada").confirmed.is_none());

    // A key to confirm leaves nothing, and what is guessed or cut off opens nothing.
    let swapped = eves.replace("confirm", "leave");
    for path in [
        swapped.as_str(),
        "/subscriptions/leave/x",
        &format!("/subscriptions/leave/{}", "0".repeat(64)),
        &hers[..hers.len() - 1],
    ] {
        assert_eq!(ward.get(path).await.status, 404, "{path}");
        let act = if path.contains("leave") { ONE_CLICK } else { "act=confirm" };
        assert_eq!(ward.post(path, act).await.status, 404, "{path}");
    }
    // Without the button's word nothing happens.
    assert_eq!(ward.post(&hers, "").await.status, 422);

    // The link of one mail leaves for nobody else.
    let compiled = ward.compiled().await;
    let sent = ward.ringway(&compiled, json!([down("r1", "major")]), later(1)).await;
    assert_eq!(sent.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["eve@northfield.example"]);
    assert_eq!(ward.post(&hers, "act=confirm").await.status, 200);
    assert_eq!(ward.post(&sent[0].link("leave"), ONE_CLICK).await.status, 200);
    let telling = ward.store().owns_that_tell().await.unwrap();
    assert_eq!(telling.iter().map(|own| own.address.as_str()).collect::<Vec<_>>(), ["ada@northfield.example"]);
    // Its hash alone is kept.
    let key = hers.rsplit('/').next().unwrap();
    assert!(link::look_at(ward.store(), key, bellwether::store::own::Purpose::Confirm).await.unwrap().is_some());
    assert!(ward.store().look_at_own_key(key, bellwether::store::own::Purpose::Confirm).await.unwrap().is_none());
}

#[tokio::test]
async fn a_link_to_confirm_is_good_for_three_days() {
    let ward = Ward::open().await;
    let ada = ward.site.signed_in("ada", Role::Operator).await;
    ward.ask(&ada, "ada@northfield.example").await;
    let confirm = ward.deliver(noon()).await.remove(0).link("confirm");
    let key = confirm.rsplit('/').next().unwrap();
    let late = noon() + SignedDuration::from_hours(72);
    let came = link::answer(ward.store(), key, true, "10.0.0.1", late).await.unwrap();
    assert!(matches!(came, Confirmed::Late(_)), "{came:?}");
    assert!(ward.store().owns_that_tell().await.unwrap().is_empty());
    let just = link::answer(ward.store(), key, true, "10.0.0.1", late - SignedDuration::from_secs(1)).await.unwrap();
    assert!(matches!(just, Confirmed::Done(_)), "{just:?}");
}

#[tokio::test]
async fn nobody_is_written_to_often_because_somebody_asks() {
    let ward = Ward::open().await;
    let ada = ward.site.signed_in("ada", Role::Operator).await;
    let eve = ward.site.signed_in("eve", Role::Operator).await;
    assert_eq!(ward.ask(&ada, "victim@northfield.example").await.status, 303);
    for browser in [&ada, &eve] {
        let again = ward.ask(browser, "VICTIM@northfield.example").await;
        assert_eq!(again.status, 422);
        assert!(again.body.contains("within the last hour"), "{}", again.body);
    }
    // Withdrawing it opens no second one.
    let id = ward.own().await.id;
    let withdrawn = format!("/subscriptions/{id}/leave");
    assert_eq!(ada.fill("/subscriptions", &withdrawn, &[]).await.status, 303);
    assert_eq!(ward.ask(&ada, "victim@northfield.example").await.status, 422);
    assert!(ward.deliver(noon()).await.is_empty(), "withdrawn before it was sent: nothing goes out at all");
    for n in 0..4 {
        assert_eq!(ward.ask(&ada, &format!("a{n}@northfield.example")).await.status, 303, "{n}");
    }
    let sixth = ward.ask(&ada, "a5@northfield.example").await;
    assert_eq!(sixth.status, 422);
    assert!(sixth.body.contains("So many") || sixth.body.contains("so many"), "{}", sixth.body);
    for bad in ["", "nobody", "a b@c", "x@y\r\nBcc: z@y", "å@northfield.example"] {
        assert_eq!(ward.ask(&eve, bad).await.status, 422, "{bad:?}");
    }
}

#[tokio::test]
async fn the_question_says_nothing_that_others_wrote() {
    let ward = Ward::open().await;
    let ada = ward.site.signed_in("ada", Role::Operator).await;
    let fields = [
        ("address", "ada@northfield.example"),
        ("services", "telephony"),
        ("vendors", "ringway"),
        ("words", "http://evil.example CANARY"),
        ("components", "CANARY"),
        ("step", "do"),
    ];
    assert_eq!(ada.fill("/subscriptions", "/subscriptions", &fields).await.status, 303);
    let question = ward.deliver(noon()).await.remove(0);
    assert!(question.body.contains("Telephony"));
    assert!(!question.body.contains("CANARY") && !question.body.contains("Ringway"), "{}", question.body);
    assert!(ada.get("/subscriptions").await.body.contains("http://evil.example CANARY"), "the page shows it, as text");
}

#[tokio::test]
async fn what_is_locked_is_not_left_silently() {
    let ward = Ward::open().await;
    let ada = ward.confirmed("ada", "ada@northfield.example").await;
    let boss = ward.site.signed_in("boss", Role::Admin).await;
    let id = ward.own().await.id.to_string();
    assert_eq!(ada.fill("/subscriptions", &format!("/subscriptions/{id}/lock"), &[]).await.status, 403);
    assert_eq!(boss.fill("/subscriptions", &format!("/subscriptions/{id}/lock"), &[]).await.status, 303);
    let sent = ward.ringway(&ward.compiled().await, json!([down("r1", "major")]), later(1)).await;
    let leave = sent[0].link("leave");
    assert!(ward.get(&leave).await.body.contains("boss has locked it"));
    for _ in 0..3 {
        let answer = ward.post(&leave, ONE_CLICK).await;
        assert_eq!(answer.status, 403);
        assert!(answer.body.contains("boss has locked it") && answer.body.contains("Ask boss"), "{}", answer.body);
    }
    assert!(ward.own().await.tells());
    let audit = ward.audit().await;
    assert_eq!(audit.iter().filter(|line| line.starts_with("subscription_not_left")).count(), 1, "{audit:?}");
    assert!(boss.get("/subscriptions").await.body.contains("wants to leave since"));
    for act in ["pause", "leave"] {
        let answer = ada.fill("/subscriptions", &format!("/subscriptions/{id}/{act}"), &[]).await;
        assert_eq!(answer.status, 409, "{act}");
    }
    assert!(ada.get("/subscriptions").await.body.contains("has locked it"));
    let more = json!([down("r1", "major"), down("r2", "major")]);
    assert_eq!(ward.ringway(&ward.compiled().await, more, later(2)).await.len(), 1, "it goes on");
    assert_eq!(boss.fill("/subscriptions", &format!("/subscriptions/{id}/unlock"), &[]).await.status, 303);
    assert_eq!(ward.post(&leave, ONE_CLICK).await.status, 200, "the old link leaves now");
    assert!(!ward.own().await.tells());
}

#[tokio::test]
async fn nobody_touches_what_is_somebody_elses() {
    let ward = Ward::open().await;
    let _ada = ward.confirmed("ada", "ada@northfield.example").await;
    let eve = ward.site.signed_in("eve", Role::Operator).await;
    let id = ward.own().await.id.to_string();
    assert_eq!(eve.get(&format!("/subscriptions/{id}")).await.status, 404);
    assert!(!eve.get("/subscriptions").await.body.contains("ada@northfield.example"));
    for act in ["", "/pause", "/resume", "/leave"] {
        let answer = eve.fill("/subscriptions", &format!("/subscriptions/{id}{act}"), &[("step", "do")]).await;
        assert_eq!(answer.status, 409, "{act}");
    }
    let token = ward.site.token("probe", Scope::Write).await;
    assert_eq!(ward.site.json("DELETE", &format!("/api/v1/subscriptions/{id}"), &token, "").await.status, 404);
    assert!(ward.own().await.tells());
    let boss = ward.site.signed_in("boss", Role::Admin).await;
    assert!(boss.get("/subscriptions").await.body.contains("ada@northfield.example"));
    assert!(boss.get("/api/v1/subscriptions").await.body.contains("ada@northfield.example"));
}

#[tokio::test]
async fn a_program_has_what_it_made_and_an_address_it_made_must_say_yes() {
    let ward = Ward::open().await;
    let token = ward.site.token("Bridge", Scope::Write).await;
    let other = ward.site.token("Other", Scope::Read).await;
    let body = json!({"address": "team@northfield.example", "services": ["telephony"], "when": "daily", "hour": "07:00",
        "quiet_from": "22:00", "quiet_until": "06:00", "time_zone": "Europe/Berlin"});
    let made = ward.site.json("POST", "/api/v1/subscriptions", &token, &body.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json()["subscription"].clone();
    assert_eq!((&made["state"], &made["owner"]), (&json!("unconfirmed"), &json!("Bridge")));
    assert!(made["means"][2].as_str().unwrap().contains("07:00 (Europe/Berlin)"), "{made}");
    let mine = ward.site.json("GET", "/api/v1/subscriptions", &token, "").await.json();
    assert_eq!(mine["subscriptions"].as_array().unwrap().len(), 1);
    let theirs = ward.site.json("GET", "/api/v1/subscriptions", &other, "").await.json();
    assert_eq!(theirs["subscriptions"], json!([]));
    assert!(ward.deliver(noon()).await[0].body.contains("Bridge asked"));
    for (field, value) in [
        ("services", json!(["none"])),
        ("least", json!("awful")),
        ("time_zone", json!("Mars")),
        ("when", json!("never")),
        ("quiet_until", json!("")),
        ("colour", json!("red")),
    ] {
        let mut bad = body.clone();
        bad[field] = value;
        let answer = ward.site.json("POST", "/api/v1/subscriptions", &token, &bad.to_string()).await;
        assert_eq!(answer.status, 422, "{field}: {}", answer.body);
    }
    let path = format!("/api/v1/subscriptions/{}", made["id"].as_str().unwrap());
    assert_eq!(ward.site.json("DELETE", &path, &token, "").await.json()["subscription"]["state"], "left");
}

#[tokio::test]
async fn a_restart_and_another_configuration_forget_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let mut hospital = Hospital::open(false).await;
    hospital.store = store;
    let ward = Ward::of(hospital).await;
    let ada = ward.site.signed_in("ada", Role::Operator).await;
    ward.ask(&ada, "ada@northfield.example").await;
    let confirm = ward.deliver(noon()).await.remove(0).link("confirm");
    drop(ada);
    ward.store().close().await;
    drop(ward);

    let store = Store::open_beside(folder.path()).await.unwrap();
    let mut hospital = Hospital::open(false).await;
    hospital.store = store;
    let ward = Ward::of(hospital).await;
    assert_eq!(ward.post(&confirm, "act=confirm").await.status, 200);
    // The files are read once more: what people want is in force as before, once.
    let owns = ward.store().owns_that_tell().await.unwrap();
    let again = ward.compiled().await.with_owns(&owns).with_owns(&owns);
    assert_eq!(again.rules.subscriptions().len(), 1);
    let sent = ward.ringway(&again, json!([down("r1", "major")]), later(1)).await;
    assert_eq!(sent.len(), 1);
    assert_eq!(ward.post(&sent[0].link("leave"), ONE_CLICK).await.status, 200);
    let none = again.with_owns(&ward.store().owns_that_tell().await.unwrap());
    assert!(none.rules.subscriptions().is_empty() && none.owns.is_empty());
}

#[tokio::test]
async fn what_rests_or_whose_account_is_gone_tells_nothing() {
    let ward = Ward::open().await;
    let ada = ward.confirmed("ada", "ada@northfield.example").await;
    let id = ward.own().await.id.to_string();
    assert_eq!(ada.fill("/subscriptions", &format!("/subscriptions/{id}/pause"), &[]).await.status, 303);
    assert!(ward.ringway(&ward.compiled().await, json!([down("r1", "major")]), later(1)).await.is_empty());
    assert_eq!(ada.fill("/subscriptions", &format!("/subscriptions/{id}/resume"), &[]).await.status, 303);
    let more = json!([down("r1", "major"), down("r2", "major")]);
    let sent = ward.ringway(&ward.compiled().await, more, later(2)).await;
    let name = bellwether::model::account::Name::parse("ada").unwrap();
    accounts::remove(ward.store(), &name, &bellwether::model::audit::By::terminal("test"), noon()).await.unwrap();
    assert!(ward.store().owns_that_tell().await.unwrap().is_empty());
    assert_eq!(ward.post(&sent[0].link("leave"), "act=return").await.status, 404, "what was ended stays so");
    assert!(ward.store().owns_that_tell().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_service_that_left_the_inventory_is_said_on_the_page() {
    let ward = Ward::open().await;
    let ada = ward.confirmed("ada", "ada@northfield.example").await;
    let own = ward.own().await;
    let choice = Choice { services: vec![ServiceId::parse("old-lab").unwrap()], ..Choice::default() };
    let actor = Actor { by: bellwether::model::audit::By::terminal("t"), owner: own.owner.clone(), is_admin: false };
    own::act(ward.store(), own.id.as_str(), Act::Change(Box::new(choice)), &actor, noon()).await.unwrap();
    let shown = ada.get("/subscriptions").await.body;
    assert!(shown.contains("the service old-lab, which is not in the inventory any more"), "{shown}");
    let sent = ward.ringway(&ward.compiled().await, json!([down("r1", "critical")]), later(1)).await;
    assert!(sent.is_empty(), "a list of nothing that is there is not a list of everything");
}

#[tokio::test]
async fn the_page_says_what_it_means_before_anything_is_done() {
    let ward = Ward::open().await;
    let ada = ward.site.signed_in("ada", Role::Operator).await;
    ward.ringway(&ward.compiled().await, json!([down("r1", "major")]), noon()).await;
    let fields = [
        ("services", "ehr"),
        ("services", "telephony"),
        ("quiet_from", "22:00"),
        ("quiet_until", "06:30"),
        ("step", "see"),
    ];
    let seen = ada.fill("/subscriptions", "/subscriptions", &fields).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    assert!(
        seen.body.contains("You will be woken for EHR at any hour. Of the rest, what comes between 22:00 and 06:30"),
        "{}",
        seen.body
    );
    assert!(seen.body.contains("it would have told 1 message at the most"), "{}", seen.body);
    assert!(ward.store().owns().await.unwrap().is_empty());
    let both = ada.fill("/subscriptions", "/subscriptions", &[("services", "ehr"), ("tiers", "clinical")]).await;
    assert_eq!(both.status, 422);
    let odd = [("address", "<script>alert(1)</script>"), ("words", "<script>alert(2)</script>"), ("step", "do")];
    let odd = ada.fill("/subscriptions", "/subscriptions", &odd).await;
    assert!(odd.status == 422 && !odd.body.contains("<script>alert"), "{}", odd.body);
}

#[tokio::test]
async fn a_mail_of_the_configuration_has_no_way_out_and_says_whom_to_ask() {
    let ward = Ward::open().await;
    let mut compiled = ward.compiled().await;
    let text = "[[receiver]]\nid = \"noc\"\nemail = \"noc@northfield.example\"\n[[subscription]]\nid = \"all\"\nreceivers = [\"noc\"]\n";
    let parsed = bellwether::config::subscriptions::parse("subscriptions.toml", text).value.unwrap();
    let vendors: Vec<_> = compiled.vendors.values().cloned().collect();
    compiled.rules = bellwether::alerting::rules::Rules::compile(
        &parsed.subscriptions,
        &parsed.receivers,
        &compiled.graph,
        &vendors,
    );
    ward.site.hospital.says("ringway", page(&["Trunks"], json!([down("r1", "major")]), json!([])));
    for source in compiled.sources.values() {
        poll_once(ward.store(), &compiled, source, &mut Memory::default(), &ward.site.hospital.servers, later(1))
            .await
            .unwrap();
    }
    let mut ways = ward.ways();
    ways.receivers = compiled.rules.receivers().clone();
    for row in deliver::claim(ward.store(), &ways, 10, &[], &|| later(1)).await.unwrap() {
        deliver::deliver_once(ward.store(), &ways, row, &|| later(1)).await.unwrap();
    }
    let taken = ward.mail.taken().remove(0);
    let mail = Mail::of(taken.to, &taken.raw);
    assert_eq!((mail.header("List-Unsubscribe"), mail.header("List-Unsubscribe-Post")), (None, None));
    assert!(mail.body.contains("ask whoever looks after Bellwether"), "{}", mail.body);
}
