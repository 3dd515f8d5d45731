//! A mailbox: a small mail server on this machine that takes every mail and keeps it. It speaks as much SMTP as a relay
//! of our own needs, takes from nobody but this machine, and never sends anything on.

use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The largest mail that is taken, in octets.
const LARGEST: usize = 4 * 1024 * 1024;
/// The longest line that is heard, in octets.
const LONGEST_LINE: u64 = 64 * 1024;
/// The longest silence of a client.
const SILENCE: Duration = Duration::from_secs(60);

/// A mail, as it came.
#[derive(Debug, Clone)]
pub struct Mail {
    /// To whom, by the envelope.
    pub to: String,
    /// All of it.
    pub raw: Vec<u8>,
}

/// Takes mails until `stop`, and hands each on before it says that it was taken.
pub async fn serve(listener: TcpListener, taken: mpsc::Sender<Mail>, stop: CancellationToken) {
    let mut talks = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let taken = taken.clone();
                    talks.spawn(async move {
                        // How a talk breaks off is told to nobody: the sender sees it and tries again.
                        let _ = talk(BufReader::new(stream), &taken).await;
                    });
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            },
            Some(_) = talks.join_next() => {}
        }
    }
}

async fn talk(mut client: BufReader<TcpStream>, taken: &mpsc::Sender<Mail>) -> Result<()> {
    client.get_ref().set_nodelay(true)?;
    say(&mut client, "220 mailbox of a Bellwether drill").await?;
    let mut to = String::new();
    while let Some(line) = hear(&mut client).await? {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                say(&mut client, "250 2.1.5 Ok").await?;
            }
            "DATA" => {
                say(&mut client, "354 go on").await?;
                let Some(raw) = mail(&mut client).await? else {
                    say(&mut client, "552 5.3.4 too large").await?;
                    continue;
                };
                taken.send(Mail { to: std::mem::take(&mut to), raw }).await?;
                say(&mut client, "250 2.0.0 Ok: in the mailbox").await?;
            }
            "QUIT" => return say(&mut client, "221 2.0.0 bye").await,
            _ => say(&mut client, "250 Ok").await?,
        }
    }
    Ok(())
}

async fn say(client: &mut BufReader<TcpStream>, line: &str) -> Result<()> {
    client.write_all(format!("{line}\r\n").as_bytes()).await?;
    Ok(client.flush().await?)
}

async fn hear(client: &mut BufReader<TcpStream>) -> Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let read = tokio::time::timeout(SILENCE, client.take(LONGEST_LINE).read_until(b'\n', &mut line)).await??;
    Ok((read > 0).then_some(line))
}

/// A mail up to its final dot; `None` for one that is too large.
async fn mail(client: &mut BufReader<TcpStream>) -> Result<Option<Vec<u8>>> {
    let mut raw = Vec::new();
    let mut is_small = true;
    while let Some(line) = hear(client).await? {
        match line.as_slice() {
            b".\r\n" => return Ok(is_small.then_some(raw)),
            [b'.', rest @ ..] => raw.extend_from_slice(rest),
            whole => raw.extend_from_slice(whole),
        }
        is_small &= raw.len() <= LARGEST;
        raw.truncate(LARGEST + 1);
    }
    anyhow::bail!("the mail broke off")
}
