//! Where connections come from: TCP, or a network of your own, such as a simulated one.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Core, connection};
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

/// Takes connections for one broker until it is stopped; returns once all of them are closed.
pub(crate) async fn serve<L: Listener>(
    core: Core,
    node: i32,
    mut listener: L,
    stop: CancellationToken,
    largest: usize,
) {
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(why) => {
                tracing::warn!(node, %why, "no connection could be taken");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        if connections.len() >= MOST_CONNECTIONS {
            tracing::warn!(node, %from, "too many connections");
            continue;
        }
        let peer = Peer {
            node,
            connection: core.new_connection(),
            host: format!("/{}", from.ip()),
            login: Login::default(),
        };
        let serving = connection::serve(core.clone(), stream, peer, largest);
        let stop = stop.clone();
        connections.spawn(async move { stop.run_until_cancelled(Box::pin(serving)).await });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}
