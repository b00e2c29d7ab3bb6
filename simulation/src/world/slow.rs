//! A network that brings a broker's answers a byte a second.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};
use turmoil::net::TcpStream;

use super::Shared;
use crate::plan::Fault;

/// Brokers at most.
const BROKERS: usize = 8;
const EACH_BYTE: Duration = Duration::from_secs(1);

/// Which brokers are slow. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Slow(Arc<[Trickle; BROKERS]>);

#[derive(Debug, Default)]
struct Trickle {
    by: AtomicU32,
    bytes: AtomicU32,
}

/// A connection, as its broker has it.
pub(super) struct Stream {
    stream: TcpStream,
    slow: Slow,
    /// Which broker, from 0.
    broker: usize,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Slow {
    pub(super) fn over(&self, stream: TcpStream, broker: usize) -> Stream {
        Stream {
            stream,
            slow: self.clone(),
            broker: broker % BROKERS,
            pause: None,
        }
    }

    fn is(&self, broker: usize) -> bool {
        self.0[broker].by.load(Ordering::Relaxed) > 0
    }
}

impl Shared {
    /// How many bytes trickled.
    pub(super) async fn trickle(&self, fault: &Fault) -> u32 {
        let broker = usize::from(fault.target.broker.saturating_sub(1)) % BROKERS;
        let Trickle { by, bytes } = &self.slow.0[broker];
        let before = bytes.load(Ordering::Relaxed);
        by.fetch_add(1, Ordering::Relaxed);
        sleep(fault.lasts).await;
        by.fetch_sub(1, Ordering::Relaxed);
        bytes.load(Ordering::Relaxed) - before
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !self.slow.is(self.broker) {
            self.pause = None;
            return Pin::new(&mut self.stream).poll_write(cx, bytes);
        }
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
        }
        let first = bytes.get(..1).unwrap_or_default();
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, first));
        self.pause = Some(Box::pin(sleep(EACH_BYTE)));
        self.slow.0[self.broker]
            .bytes
            .fetch_add(1, Ordering::Relaxed);
        Poll::Ready(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
