//! A connection that hands out one line at a time.
//!
//! The mail library reads ahead and keeps what it has read when TLS begins. Somebody on the way could slip answers in
//! behind the one to STARTTLS, and they would pass for the server's own, said within TLS: "queued", for a mail that
//! was refused. Handing out no more than a line leaves such answers to the TLS handshake, which fails of them.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// The most that is looked at, at once.
const AHEAD: usize = 1024;

/// A connection that hands out one line at a time.
#[derive(Debug)]
pub struct ByLine(TcpStream);

impl ByLine {
    /// Connects to the first address of `server` that answers within `wait`.
    pub async fn connect(server: (&str, u16), wait: Duration) -> io::Result<Self> {
        let mut last = io::Error::other("the name has no address");
        for address in lookup_host(server).await? {
            match timeout(wait, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(Self(stream)),
                Ok(Err(error)) => last = error,
                Err(_) => last = io::Error::new(io::ErrorKind::TimedOut, format!("no connection to {address} in time")),
            }
        }
        Err(last)
    }
}

impl AsyncRead for ByLine {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream = &mut self.get_mut().0;
        let mut ahead = [0; AHEAD];
        let room = buf.remaining().min(AHEAD);
        let mut seen = ReadBuf::new(&mut ahead[..room]);
        ready!(stream.poll_peek(cx, &mut seen))?;
        let seen = seen.filled();
        let line = seen.iter().position(|octet| *octet == b'\n').map_or(seen.len(), |end| end + 1);
        let mut part = ReadBuf::new(&mut ahead[..line]);
        ready!(Pin::new(stream).poll_read(cx, &mut part))?;
        buf.put_slice(part.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ByLine {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for ByLine {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}
