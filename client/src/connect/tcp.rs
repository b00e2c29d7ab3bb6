//! Plain TCP, and the system's way to look up names.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};

use super::{Connect, Connecting, Stream};
use crate::error::{ConnectFault, Peer};
use crate::race::race;

/// Connects to the first address of the peer's name that takes the connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tcp;

impl Connect for Tcp {
    fn connect<'a>(&'a self, peer: &'a Peer) -> Connecting<'a> {
        Box::pin(async move {
            let found = lookup_host((&*peer.host, peer.port)).await;
            let addresses = found.map_err(|e| ConnectFault::Lookup(Arc::new(e)))?;
            let stream = race(addresses.map(tcp), HEAD_START).await.map_err(last)?;
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }
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
