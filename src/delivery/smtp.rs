//! One conversation with a mail server, step by step, so that a failure says at which step it was: before the last
//! step nothing was sent; in it nobody knows; and only a refusal of the recipient or of the mail itself is final.

use std::io;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, response::Response};

use super::Attempt;
use super::by_line::ByLine;
use super::gate::Gate;
use crate::model::text;

/// How far a conversation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A connection and a greeting.
    Greeting,
    /// A connection that nobody can listen to.
    Tls,
    /// Our login.
    Login,
    /// Our own address.
    Sender,
    /// The receiver's address.
    Recipient,
    /// Leave to send.
    Data,
    /// The mail itself, and the answer to its end.
    Content,
}

impl Step {
    const fn words(self) -> &'static str {
        match self {
            Self::Greeting => "greeting us",
            Self::Tls => "setting up TLS",
            Self::Login => "our login",
            Self::Sender => "our sender address",
            Self::Recipient => "the recipient",
            Self::Data => "leave to send",
            Self::Content => "the mail",
        }
    }
}

/// What a conversation needs to begin.
pub struct Opening<'a> {
    /// Host and port.
    pub server: (&'a str, u16),
    /// For a connection to one of its addresses.
    pub connect_deadline: Duration,
    /// Our own name.
    pub hello: &'a ClientId,
    /// TLS from the first octet.
    pub implicit: Option<&'a TlsParameters>,
    /// TLS by STARTTLS, without which nothing is said.
    pub starttls: Option<&'a TlsParameters>,
    /// Our login, and what keeps it from being tried too often.
    pub login: Option<(&'a Credentials, &'a Gate)>,
}

/// A failure, and where it was.
pub struct Failed {
    step: Step,
    error: Trouble,
}

enum Trouble {
    Said(Error),
    Unreachable(io::Error),
    NoStarttls,
    /// The login was refused a short while ago and is not tried again so soon.
    Barred(String),
}

/// Connects, sets up TLS and logs in.
pub async fn open(opening: &Opening<'_>, step: &mut Step) -> Result<AsyncSmtpConnection, Failed> {
    *step = Step::Greeting;
    let mut connection = connect(opening, *step).await?;
    if let Some(tls) = opening.starttls {
        *step = Step::Tls;
        if !connection.can_starttls() {
            return Err(Failed { step: *step, error: Trouble::NoStarttls });
        }
        connection.starttls(tls.clone(), opening.hello).await.map_err(|error| failed(*step, error))?;
    }
    if let Some((login, gate)) = opening.login {
        *step = Step::Login;
        let mut turn = gate.turn().await;
        if let Some(why) = turn.closed() {
            return Err(Failed { step: *step, error: Trouble::Barred(why) });
        }
        let said = connection.auth(&[Mechanism::Plain, Mechanism::Login], login).await;
        if let Err(error) = &said
            && error.is_permanent()
        {
            turn.close(said_of(error));
        }
        said.map_err(|error| failed(*step, error))?;
    }
    Ok(connection)
}

/// A connection and its greeting. The deadline is for the connection alone, for each address of the server: one that
/// is dead must not use up the deadline that the caller puts round everything.
async fn connect(opening: &Opening<'_>, step: Step) -> Result<AsyncSmtpConnection, Failed> {
    let (wait, hello) = (opening.connect_deadline, opening.hello);
    let connected = match opening.implicit.cloned() {
        Some(tls) => AsyncSmtpConnection::connect_tokio1(opening.server, Some(wait), hello, Some(tls), None).await,
        None => match ByLine::connect(opening.server, wait).await {
            Ok(stream) => AsyncSmtpConnection::connect_with_transport(Box::new(stream), hello).await,
            Err(error) => return Err(Failed { step, error: Trouble::Unreachable(error) }),
        },
    };
    connected.map_err(|error| failed(step, error))
}

/// Sends one mail to one recipient and gives back what the server said to its end.
pub async fn send(
    connection: &mut AsyncSmtpConnection,
    (from, to): (&Address, &Address),
    mail: &[u8],
    step: &mut Step,
) -> Result<String, Failed> {
    *step = Step::Sender;
    let sender = Mail::new(Some(from.clone()), vec![]);
    connection.command(sender).await.map_err(|error| failed(*step, error))?;
    *step = Step::Recipient;
    connection.command(Rcpt::new(to.clone(), vec![])).await.map_err(|error| failed(*step, error))?;
    *step = Step::Data;
    connection.command(Data).await.map_err(|error| failed(*step, error))?;
    *step = Step::Content;
    let response = connection.message(mail).await.map_err(|error| failed(*step, error))?;
    Ok(answer(&response))
}

const fn failed(step: Step, error: Error) -> Failed {
    Failed { step, error: Trouble::Said(error) }
}

fn answer(response: &Response) -> String {
    let words: Vec<&str> = response.message().collect();
    text::line(&format!("{} {}", response.code(), words.join(" ")), 300)
}

impl Failed {
    /// Whether a kept connection had only gone stale: nothing was sent, and the server said no more than good-bye.
    pub fn is_stale(&self) -> bool {
        let Trouble::Said(error) = &self.error else { return false };
        self.step != Step::Content && error.status().is_none_or(|code| u16::from(code) == 421)
    }

    /// What this failure means for the notification.
    pub fn attempt(&self) -> Attempt {
        let step = self.step.words();
        let error = match &self.error {
            Trouble::Barred(why) => return Attempt::broken(why.clone()),
            Trouble::Said(error) => error,
            Trouble::Unreachable(error) => {
                return Attempt::later(format!(
                    "the mail server cannot be reached: {}",
                    text::line(&error.to_string(), 300)
                ));
            }
            Trouble::NoStarttls => {
                return Attempt::broken("the mail server offers no STARTTLS, and nothing is sent in the clear");
            }
        };
        match error.status().map(u16::from) {
            Some(code) => refused(self.step, code, &said(error)),
            None if error.is_tls() => Attempt::broken(format!("TLS with the mail server failed: {}", deepest(error))),
            None => Attempt::Retry {
                reason: format!("the conversation with the mail server broke at {step}: {}", deepest(error)),
                after: None,
                ambiguous: self.step == Step::Content,
                broken: false,
            },
        }
    }
}

/// What a refusal in words means. Only of the recipient and of the mail is a 5xx final; refusing our login or our
/// sender is a fault of ours, and every notification would die of it.
fn refused(step: Step, code: u16, said: &str) -> Attempt {
    let reason = format!("the mail server refused {}: {said}", step.words());
    match (step, code) {
        (_, 530 | 534 | 535 | 538) | (Step::Login | Step::Tls, _) => Attempt::broken(reason),
        (Step::Greeting | Step::Sender, 500..) => Attempt::broken(reason),
        (Step::Content, 552 | 554) => Attempt::TooMuch { reason },
        (Step::Recipient | Step::Data | Step::Content, 500..) => Attempt::Permanent { reason, receiver_gone: false },
        (_, _) => Attempt::later(reason),
    }
}

/// What a deadline that passed means.
pub fn late(step: Step, seconds: u64) -> Attempt {
    Attempt::Retry {
        reason: format!("the mail server was silent at {} until our deadline of {seconds} s passed", step.words()),
        after: None,
        ambiguous: step == Step::Content,
        broken: false,
    }
}

fn said_of(error: &Error) -> String {
    format!("the mail server refused {}: {}", Step::Login.words(), said(error))
}

fn said(error: &Error) -> String {
    let code = error.status().map(|code| code.to_string()).unwrap_or_default();
    text::line(&format!("{code} {}", deepest(error)), 300)
}

fn deepest(error: &Error) -> String {
    let chain = std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |link| link.source());
    text::line(&chain.last().map(ToString::to_string).unwrap_or_default(), 300)
}
