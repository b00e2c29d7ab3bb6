//! A request to its handler.

use super::State;
use super::asked::Asked;
use super::call::{Call, Handled};
use super::peer::Peer;
use crate::api;
use crate::time::Now;

impl State {
    /// Handles one request; an error means that the connection is to be closed.
    pub(crate) fn handle(&mut self, now: Now, peer: &mut Peer, asked: Asked<'_>) -> Handled {
        let request = match asked {
            Asked::Token(token) => return api::bare_token(self, peer, token),
            Asked::Request(request) => *request,
        };
        let host = peer.host.clone();
        let call = Call {
            now,
            node: peer.node,
            api: request.api,
            version: request.version,
            correlation_id: request.correlation_id,
            client_id: request.client_id.unwrap_or_default(),
            host: &host,
        };
        api::handle(self, &call, peer, request.body)
    }
}
