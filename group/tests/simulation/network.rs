//! The way to brokers that are hosts of a simulation; all that goes over it is written down.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use ottla_client::ClientConfig;
use ottla_client::connect::{Connect, Connecting, Stream};
use ottla_client::error::{ConnectFault, Peer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use turmoil::net::TcpStream;

/// What happened, in order: the time, the host, and what it was.
#[derive(Clone, Debug, Default)]
pub(crate) struct History(Arc<Mutex<Vec<String>>>);

impl History {
    pub(crate) fn note(&self, host: &str, what: impl fmt::Display) {
        let at = turmoil::sim_elapsed().unwrap_or_default();
        self.0.lock().unwrap().push(format!("{at:?} {host} {what}"));
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// The settings of a client on a simulated host: nothing in it comes from this machine.
pub(crate) fn config(host: &'static str, seed: u64, history: &History) -> ClientConfig {
    let network = Network {
        host,
        history: history.clone(),
        connections: AtomicU64::new(0),
    };
    ClientConfig::new("b0:9092,b1:9092")
        .client_id(host)
        .connector(Arc::new(network))
        .clock(|| SystemTime::UNIX_EPOCH + START + turmoil::sim_elapsed().unwrap_or_default())
        .seed(seed)
        .process_id(1)
        .socket_connection_setup_timeout(Duration::from_millis(700))
        .request_timeout(Duration::from_secs(2))
        .default_api_timeout(Duration::from_secs(10))
}

/// When the world began, since 1970.
const START: Duration = Duration::from_secs(1_700_000_000);

#[derive(Debug)]
struct Network {
    host: &'static str,
    history: History,
    connections: AtomicU64,
}

impl Connect for Network {
    fn connect<'a>(&'a self, peer: &'a Peer) -> Connecting<'a> {
        Box::pin(async move {
            let number = self.connections.fetch_add(1, Ordering::Relaxed);
            self.history
                .note(self.host, format_args!("{number} connects to {peer}"));
            let stream = TcpStream::connect((&*peer.host, peer.port)).await;
            let stream = stream.map_err(|error| ConnectFault::Refused(Arc::new(error)))?;
            Ok(Box::new(Recorded {
                stream,
                name: format!("{} {number}", self.host),
                history: self.history.clone(),
            }) as Box<dyn Stream>)
        })
    }
}

struct Recorded {
    stream: TcpStream,
    name: String,
    history: History,
}

impl AsyncRead for Recorded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if let Poll::Ready(read) = &read {
            let bytes = buffer.filled()[before..].escape_ascii();
            self.history
                .note(&self.name, format_args!("reads {read:?} {bytes}"));
        }
        read
    }
}

impl AsyncWrite for Recorded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(written) = &written {
            let bytes = bytes[..*written.as_ref().unwrap_or(&0)].escape_ascii();
            self.history
                .note(&self.name, format_args!("writes {written:?} {bytes}"));
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        self.history.note(&self.name, "closes");
    }
}
