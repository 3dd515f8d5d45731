//! Mails to a mail server: one transaction for each recipient, a deadline round everything, TLS unless told otherwise.
//!
//! A connection is kept for the next mail. One that went stale meanwhile is replaced without a word; a server that
//! does not offer the TLS that we want is never talked to in the clear.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::{Instant, timeout};

use super::Attempt;
use super::gate::Gate;
use super::mail::{Mailbox, NotComposed, address};
use super::smtp::{self, Failed, Opening, Step};
use crate::model::secret::Secret;
use crate::model::subscription::Email;

/// How long an idle connection is kept; servers close theirs after some minutes at the most.
const IDLE: Duration = Duration::from_secs(30);
/// How many idle connections are kept.
const KEPT: usize = 2;

/// How the way to the mail server is kept from listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// STARTTLS, and nothing without it.
    Required,
    /// TLS from the first octet.
    Implicit,
    /// None.
    None,
}

/// Which mail server, and as whom.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// Its name.
    pub host: String,
    /// Its port: 587, 465, 25.
    pub port: u16,
    /// How the way is kept from listeners.
    pub tls: Tls,
    /// Certificates, in PEM, of authorities to trust beside those of the system.
    pub extra_roots_pem: Vec<Vec<u8>>,
    /// Our login.
    pub login: Option<(String, Secret)>,
    /// From whom.
    pub from: Mailbox,
    /// Our own name, as the server is greeted.
    pub hello: String,
    /// For one mail, all told.
    pub deadline: Duration,
}

/// Why no mailer can be made: an error of the configuration or the machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailerError {
    /// A login would be shown to everybody on the way.
    #[error("a password would go to {0} in the clear; set tls = \"required\" or \"implicit\"")]
    PasswordInTheClear(String),
    /// No TLS can be set up on this machine.
    #[error("TLS cannot be set up for the mail server: {0}")]
    Tls(String),
    /// The sender cannot be written.
    #[error(transparent)]
    From(#[from] NotComposed),
}

/// The way to one mail server.
pub struct Mailer {
    settings: MailSettings,
    from: Address,
    hello: ClientId,
    tls: Option<TlsParameters>,
    login: Option<Credentials>,
    gate: Gate,
    idle: Mutex<Vec<(Instant, AsyncSmtpConnection)>>,
}

impl Mailer {
    /// A mailer. Nothing is connected to yet.
    ///
    /// # Errors
    /// [`MailerError`] for what the settings or the machine lack.
    pub fn new(settings: MailSettings) -> Result<Self, MailerError> {
        if settings.tls == Tls::None && settings.login.is_some() && !is_here(&settings.host) {
            return Err(MailerError::PasswordInTheClear(settings.host));
        }
        let login = settings.login.as_ref();
        Ok(Self {
            from: address(&settings.from.email)?,
            hello: ClientId::Domain(settings.hello.chars().filter(char::is_ascii_graphic).collect()),
            tls: tls(&settings)?,
            login: login.map(|(user, password)| Credentials::new(user.clone(), password.reveal().to_owned())),
            gate: Gate::default(),
            idle: Mutex::new(Vec::new()),
            settings,
        })
    }

    /// From whom its mails come.
    #[must_use]
    pub const fn from(&self) -> &Mailbox {
        &self.settings.from
    }

    /// Sends a frozen mail to one recipient.
    pub async fn send_raw(&self, to: &Email, mail: &[u8]) -> Attempt {
        let to = match address(to) {
            Ok(to) => to,
            Err(error) => return Attempt::Permanent { reason: error.to_string(), receiver_gone: false },
        };
        let mut step = Step::Greeting;
        let sent = timeout(self.settings.deadline, self.transact(&to, mail, &mut step)).await;
        match sent {
            Ok(Ok(answer)) => Attempt::Delivered { answer },
            Ok(Err(failed)) => failed.attempt(),
            Err(_) => smtp::late(step, self.settings.deadline.as_secs()),
        }
    }

    async fn transact(&self, to: &Address, mail: &[u8], step: &mut Step) -> Result<String, Failed> {
        if let Some(kept) = self.take() {
            match self.over(kept, to, mail, step).await {
                Err(failed) if failed.is_stale() => {}
                sent => return sent,
            }
        }
        let fresh = smtp::open(&self.opening(), step).await?;
        self.over(fresh, to, mail, step).await
    }

    async fn over(
        &self,
        mut connection: AsyncSmtpConnection,
        to: &Address,
        mail: &[u8],
        step: &mut Step,
    ) -> Result<String, Failed> {
        // A connection on which anything went wrong is dropped: closing it ends the transaction on the other side.
        let answer = smtp::send(&mut connection, (&self.from, to), mail, step).await?;
        self.keep(connection);
        Ok(answer)
    }

    fn opening(&self) -> Opening<'_> {
        Opening {
            server: (&self.settings.host, self.settings.port),
            connect_deadline: self.settings.deadline / 3,
            hello: &self.hello,
            implicit: self.tls.as_ref().filter(|_| self.settings.tls == Tls::Implicit),
            starttls: self.tls.as_ref().filter(|_| self.settings.tls == Tls::Required),
            login: self.login.as_ref().map(|login| (login, &self.gate)),
        }
    }

    fn take(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(since, _)| since.elapsed() < IDLE);
        idle.pop().map(|(_, connection)| connection)
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push((Instant::now(), connection));
        }
    }
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn tls(settings: &MailSettings) -> Result<Option<TlsParameters>, MailerError> {
    if settings.tls == Tls::None {
        return Ok(None);
    }
    let wrong = |error: lettre::transport::smtp::Error| MailerError::Tls(error.to_string());
    let mut builder = TlsParameters::builder(settings.host.clone());
    for pem in &settings.extra_roots_pem {
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(wrong)?);
    }
    builder.build_rustls().map(Some).map_err(wrong)
}
