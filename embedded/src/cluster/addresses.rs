//! Brokers that move to other addresses.

use std::net::SocketAddr;

use super::EmbeddedCluster;
use crate::error::EmbeddedError;
use crate::server::Network;

impl<N: Network> EmbeddedCluster<N> {
    /// Stops a broker and starts it where another port is: clients that know its old address alone don't find it any more. What
    /// [`bootstrap_servers`](Self::bootstrap_servers) says stays what it was at the start.
    ///
    /// # Errors
    /// [`EmbeddedError::UnknownBroker`]; [`EmbeddedError::Listen`]: the port is taken, and the broker is down.
    ///
    /// # Cancel safety
    /// A dropped call may leave the broker down.
    pub async fn move_broker(&self, node: i32, port: u16) -> Result<(), EmbeddedError> {
        self.stop_broker(node).await?;
        let address = SocketAddr::new(self.known(node)?.ip(), port);
        self.addresses().insert(node, address);
        self.core.with(|state, _| state.readdress(node, port));
        self.start_broker(node).await
    }
}
