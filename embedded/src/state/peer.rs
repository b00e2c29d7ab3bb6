//! One client's end of one connection, as the cluster knows it.

use std::sync::Arc;

use crate::sasl::Login;

/// Who is at the other end.
#[derive(Debug)]
pub(crate) struct Peer {
    /// The broker that it is connected to.
    pub(crate) node: i32,
    /// The connection's number, unique in the cluster.
    pub(crate) connection: u64,
    /// Where it is, as groups tell it: `/127.0.0.1`.
    pub(crate) host: Arc<str>,
    /// How far it has come in logging in.
    pub(crate) login: Login,
}
