//! How a connection to a broker is opened: over TCP, unless [`ClientConfig::connector`](crate::ClientConfig::connector) names another way.
//!
//! A connector is told whom to reach and hands back a stream of bytes; names are looked up by it as well. One that needs another one below (a tunnel, encryption)
//! holds it as a field, calls it first, and wraps what it gives: the peer's name stays at hand for it.

mod tcp;

use std::fmt;
use std::pin::Pin;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::error::{ConnectFault, Peer};

pub use tcp::Tcp;

/// A stream of bytes in both directions. Every type that can read and write is one.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection that is being opened.
pub type Connecting<'a> =
    Pin<Box<dyn Future<Output = Result<Box<dyn Stream>, ConnectFault>> + Send + 'a>>;

/// A way to reach brokers.
///
/// ```
/// use std::sync::Arc;
///
/// use ottla_client::connect::{Connect, Connecting, Tcp};
/// use ottla_client::error::Peer;
///
/// /// Brokers advertise names that mean nothing here; all are forwarded to this machine.
/// #[derive(Debug)]
/// struct Forwarded(Tcp);
///
/// impl Connect for Forwarded {
///     fn connect<'a>(&'a self, peer: &'a Peer) -> Connecting<'a> {
///         let here = Peer { host: "127.0.0.1".into(), ..peer.clone() };
///         Box::pin(async move { self.0.connect(&here).await })
///     }
/// }
///
/// let config = ottla_client::ClientConfig::new("kafka:9092").connector(Arc::new(Forwarded(Tcp)));
/// ```
pub trait Connect: fmt::Debug + Send + Sync + 'static {
    /// Opens a connection, as far as bytes can be sent; what is spoken over it is not the connector's business. The caller sets the time limit, and drops what takes
    /// longer.
    ///
    /// # Errors
    ///
    /// [`ConnectFault::Lookup`] where the name has no address, [`ConnectFault::Refused`] for all else.
    fn connect<'a>(&'a self, peer: &'a Peer) -> Connecting<'a>;
}
