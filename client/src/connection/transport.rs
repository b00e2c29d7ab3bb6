//! The stream below a connection: plain TCP, with room for TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};

use crate::error::{ConnectFault, Peer};
use crate::race::race;

/// A stream of bytes in both directions.
pub(super) trait Transport: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Transport for T {}

/// Connects to the first address of the peer's name that takes the connection. The caller sets the time limit.
pub(super) async fn connect(peer: &Peer) -> Result<Box<dyn Transport>, ConnectFault> {
    let found = lookup_host((&*peer.host, peer.port)).await;
    let addresses = found.map_err(|e| ConnectFault::Lookup(Arc::new(e)))?;
    let stream = race(addresses.map(tcp), HEAD_START).await.map_err(last)?;
    Ok(Box::new(stream))
}

async fn tcp(address: SocketAddr) -> Result<TcpStream, ConnectFault> {
    let connected = async {
        let stream = TcpStream::connect(address).await?;
        // Requests are written whole: waiting for more would only delay them.
        stream.set_nodelay(true)?;
        Ok(stream)
    };
    connected
        .await
        .map_err(|e: std::io::Error| ConnectFault::Refused(Arc::new(e)))
}

fn last(mut faults: Vec<ConnectFault>) -> ConnectFault {
    faults.pop().unwrap_or_else(|| {
        let nothing = std::io::Error::new(std::io::ErrorKind::NotFound, "the name has no address");
        ConnectFault::Lookup(Arc::new(nothing))
    })
}

/// A name may have an address that nobody answers at: the next one is tried before the first has used up the time (RFC 8305).
const HEAD_START: Duration = Duration::from_millis(250);
