//! A desk whose messages go to real servers on loopback.

use std::collections::BTreeMap;
use std::time::Duration;

use bellwether::delivery::mail::Mailbox;
use bellwether::delivery::mailer::{MailSettings, Mailer, Tls};
use bellwether::delivery::webhook::{Endpoint, Hooks, SigningKey};
use bellwether::model::id::ReceiverId;
use bellwether::model::secret::Secret;
use bellwether::model::subscription::{Email, Way, WebhookUrl};
use bellwether::outgoing::client::Options;
use bellwether::pipeline::assure::assure_once;
use bellwether::pipeline::deliver::{self, Delivery, Relay, Ways};
use bellwether::store::outbox::Tried;
use jiff::{SignedDuration, Timestamp};

use crate::support::model::*;
use crate::support::smtp::SmtpServer;

pub const OKTA: &str = r#"{ vendor = "okta", without = "stops" }"#;

/// A service on which lives hang.
pub fn vital(id: &str, name: &str, needs: &str) -> String {
    service(id, name, needs).replace("clinical", "life-safety")
}

/// A receiver by webhook at this address.
pub fn hook(id: &str, url: &url::Url) -> String {
    format!("[[receiver]]\nid = {id:?}\nwebhook = \"{url}\"\nallow_private = true\nsecrets = [{{ env = \"NONE\" }}]\n")
}

/// A receiver by mail.
pub fn mail(id: &str, more: &str) -> String {
    format!("[[receiver]]\nid = {id:?}\nemail = \"{id}@example.org\"\n{more}\n")
}

pub fn subscription(id: &str, receivers: &str, more: &str) -> String {
    format!("[[subscription]]\nid = {id:?}\nreceivers = [{receivers}]\n{more}\n")
}

/// So many seconds after the test began.
pub fn second(seconds: i64) -> Timestamp {
    minute(0) + SignedDuration::from_secs(seconds)
}

pub struct Stand {
    pub desk: Desk,
    pub ways: Ways,
}

impl Stand {
    /// Mail goes to that port of this machine.
    pub async fn new(inventory: &[String], subscriptions: &[String], mail_port: u16) -> Self {
        Self::with_login(inventory, subscriptions, mail_port, None).await
    }

    pub async fn with_login(
        inventory: &[String],
        subscriptions: &[String],
        mail_port: u16,
        login: Option<(String, Secret)>,
    ) -> Self {
        let mut desk = Desk::new(inventory, subscriptions).await;
        desk.all_quiet().await;
        desk.holds_mail = true;
        let ways = ways(&desk, mail_port, login);
        Self { desk, ways }
    }

    /// One turn of the deliveries at that second: what is to go by a second way, then what is due, until nothing is.
    pub async fn turn(&self, at: i64) -> Vec<Delivery> {
        let now = second(at);
        let time = move || now;
        let mut all = Vec::new();
        loop {
            assure_once(&self.desk.store, &self.desk.compiled, now).await.unwrap();
            let claimed = deliver::claim(&self.desk.store, &self.ways, 100, &[], &time).await.unwrap();
            if claimed.is_empty() {
                return all;
            }
            for row in claimed {
                all.push(deliver::deliver_once(&self.desk.store, &self.ways, row, &time).await.unwrap());
            }
        }
    }
}

/// To whom and what came of it: `noc-mail delivered`.
pub fn outcomes(deliveries: &[Delivery]) -> Vec<String> {
    let word = |tried: &Tried| match tried {
        Tried::Delivered { .. } => "delivered",
        Tried::Again { .. } => "again",
        Tried::Broken { .. } => "broken",
        Tried::Shorter { .. } => "shorter",
        Tried::Dead { .. } | Tried::Gone { .. } => "dead",
    };
    deliveries.iter().map(|d| format!("{} {}", d.receiver, word(&d.tried))).collect()
}

pub fn ways(desk: &Desk, mail_port: u16, login: Option<(String, Secret)>) -> Ways {
    rustls::crypto::ring::default_provider().install_default().ok();
    let from = Mailbox { name: None, email: Email::parse("bellwether@northfield.example").unwrap() };
    let settings = MailSettings {
        host: "localhost".into(),
        port: mail_port,
        tls: Tls::None,
        extra_roots_pem: Vec::new(),
        login,
        from: from.clone(),
        hello: "northfield.example".into(),
        deadline: Duration::from_secs(20),
    };
    let options = Options {
        user_agent: "Bellwether/test".into(),
        connect_deadline: Duration::from_secs(5),
        allow_private: vec![],
        proxy: None,
        extra_roots_pem: vec![],
    };
    let receivers = desk.compiled.rules.receivers().clone();
    let key = || SigningKey::parse(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into())).unwrap();
    let endpoint = |way: &Way| match way {
        Way::Webhook { url: WebhookUrl::Plain(url), .. } => {
            Some(Ok(Endpoint { url: url.clone(), keys: vec![key()], allow_private: true }))
        }
        _ => None,
    };
    let endpoints: BTreeMap<ReceiverId, _> =
        receivers.values().filter_map(|r| Some((r.id.clone(), endpoint(&r.way)?))).collect();
    Ways {
        receivers,
        relay: Some(Relay { mailer: Mailer::new(settings).unwrap(), from, domain: "northfield.example".into() }),
        hooks: Hooks::new(options, Duration::from_secs(15)).unwrap(),
        endpoints,
        parties: BTreeMap::new(),
        wording: Default::default(),
        process: "stand".into(),
    }
}

/// A port at which nobody listens.
pub fn closed_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The mails that a server has taken, as text with its soft breaks undone.
pub fn mails(server: &SmtpServer) -> Vec<String> {
    let text =
        |raw: &[u8]| String::from_utf8_lossy(raw).replace("=\r\n", "").split_whitespace().collect::<Vec<_>>().join(" ");
    server.taken().iter().map(|taken| text(&taken.raw)).collect()
}
