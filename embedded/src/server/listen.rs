//! Where connections come from: TCP, or a network of your own, such as a simulated one.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Core, Tls, connection};
use crate::sasl::Login;
use crate::state::peer::Peer;

/// A network that brokers can listen on.
pub trait Network: Send + Sync + 'static {
    /// What a broker listens with.
    type Listener: Listener;

    /// Begins to listen.
    ///
    /// # Errors
    /// The address is taken, or none of this machine's.
    fn bind(&self, address: SocketAddr) -> impl Future<Output = io::Result<Self::Listener>> + Send;
}

/// What a broker listens with.
pub trait Listener: Send + 'static {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;

    /// The next connection, and where it comes from. Must be cancel safe.
    ///
    /// # Errors
    /// No connection could be taken; the broker tries again.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>> + Send;

    /// Where it listens, with the port that was chosen.
    ///
    /// # Errors
    /// The operating system's.
    fn local_address(&self) -> io::Result<SocketAddr>;
}

/// Real TCP.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tcp;

impl Network for Tcp {
    type Listener = TcpListener;

    async fn bind(&self, address: SocketAddr) -> io::Result<TcpListener> {
        TcpListener::bind(address).await
    }
}

impl Listener for TcpListener {
    type Stream = TcpStream;

    async fn accept(&mut self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, from) = TcpListener::accept(self).await?;
        // Answers are written whole: waiting for more would only delay them.
        stream.set_nodelay(true)?;
        Ok((stream, from))
    }

    fn local_address(&self) -> io::Result<SocketAddr> {
        self.local_addr()
    }
}

/// After a connection that could not be taken: most often there are too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// More connections than this a broker does not take.
const MOST_CONNECTIONS: usize = 10_000;

/// What the listener of one broker needs to know.
#[derive(Clone, Debug)]
pub(crate) struct Serving {
    pub(crate) core: Core,
    pub(crate) node: i32,
    pub(crate) tls: Option<Tls>,
    pub(crate) stop: CancellationToken,
    /// The largest request.
    pub(crate) largest: usize,
}

/// Takes connections for one broker until it is stopped; returns once all of them are closed.
pub(crate) async fn serve<L: Listener>(serving: Serving, mut listener: L) {
    let connections = TaskTracker::new();
    let node = serving.node;
    loop {
        let accepted = tokio::select! {
            biased;
            () = serving.stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(why) => {
                tracing::warn!(node, %why, "no connection could be taken");
                sleep(PAUSE).await;
                continue;
            }
        };
        if connections.len() >= MOST_CONNECTIONS {
            tracing::warn!(node, %from, "too many connections");
            continue;
        }
        let peer = Peer {
            node,
            connection: serving.core.new_connection(),
            host: format!("/{}", from.ip()).into(),
            login: Login::default(),
        };
        let stop = serving.stop.clone();
        let one = serve_one(serving.clone(), stream, peer);
        connections.spawn(async move { stop.run_until_cancelled(Box::pin(one)).await });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn serve_one<S>(serving: Serving, stream: S, peer: Peer)
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    let Some(tls) = serving.tls else {
        return connection::serve(serving.core, stream, peer, serving.largest).await;
    };
    match timeout(HANDSHAKE, tls.acceptor.accept(stream)).await {
        Ok(Ok(stream)) => connection::serve(serving.core, stream, peer, serving.largest).await,
        Ok(Err(why)) => tracing::warn!(peer = &*peer.host, %why, "no TLS handshake"),
        Err(_) => tracing::warn!(peer = &*peer.host, "no TLS handshake in time"),
    }
}

/// How long a client may take for the TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
