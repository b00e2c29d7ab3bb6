//! The simulated network, as client and cluster take one.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ottla_client::connect::{Connect, Connecting, Stream};
use ottla_client::error::{ConnectFault, Peer};
use ottla_embedded::{Listener, Network};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use turmoil::net::{TcpListener, TcpStream};

use super::PORT;
use super::recorder::Recorder;
use super::slow::{self, Slow};

/// Where brokers listen: all on one host, each on a port of its own.
#[derive(Clone, Debug)]
pub(super) struct Simulated(pub(super) Slow);

/// What a broker listens with.
pub(super) struct Listening {
    listener: TcpListener,
    slow: Slow,
    broker: usize,
}

impl Network for Simulated {
    type Listener = Listening;

    async fn bind(&self, address: SocketAddr) -> io::Result<Listening> {
        Ok(Listening {
            listener: TcpListener::bind(address).await?,
            slow: self.0.clone(),
            broker: usize::from(address.port().saturating_sub(PORT)),
        })
    }
}

impl Listener for Listening {
    type Stream = slow::Stream;

    async fn accept(&mut self) -> io::Result<(slow::Stream, SocketAddr)> {
        let (stream, from) = self.listener.accept().await?;
        Ok((self.slow.over(stream, self.broker), from))
    }

    fn local_address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A client's way to brokers; connections are counted.
#[derive(Debug)]
pub(super) struct Connector(pub(super) Recorder);

impl Connect for Connector {
    fn connect<'a>(&'a self, peer: &'a Peer) -> Connecting<'a> {
        Box::pin(async move {
            let stream = TcpStream::connect((&*peer.host, peer.port)).await;
            let stream = stream.map_err(|error| ConnectFault::Refused(Arc::new(error)))?;
            self.0.connected();
            Ok(Box::new(Counted(stream, self.0.clone())) as Box<dyn Stream>)
        })
    }
}

struct Counted(TcpStream, Recorder);

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.disconnected();
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
