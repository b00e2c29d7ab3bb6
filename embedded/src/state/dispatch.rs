//! A frame to its handler: the header, whether the API is served, whether the peer has logged in.

use ottla_protocol::{ApiKey, frame};

use super::State;
use super::call::{Call, Handled, Refused};
use super::peer::Peer;
use crate::api;
use crate::time::Now;

impl State {
    /// Handles one request; an error means that the connection is to be closed.
    pub(crate) fn handle(&mut self, now: Now, peer: &mut Peer, frame: &[u8]) -> Handled {
        if peer.login.takes_bare_token() {
            return api::bare_token(self, peer, frame);
        }
        let (header, body) = frame::request_header(frame)?;
        let unserved = Refused::Unserved {
            api_key: header.api_key,
            version: header.api_version,
        };
        let Some(api) = ApiKey::from_code(header.api_key) else {
            return Err(unserved);
        };
        let host = peer.host.clone();
        let call = Call {
            now,
            node: peer.node,
            api,
            version: header.api_version,
            correlation_id: header.correlation_id,
            client_id: header.client_id.unwrap_or_default(),
            host: &host,
        };
        if let Some(answer) = api::at_login(self, &call, peer, body) {
            return answer;
        }
        if !peer.login.may_pass(self.settings.wants_login()) {
            return Err(Refused::Unauthenticated { api });
        }
        let served = api::served(api).filter(|served| served.versions.contains(&call.version));
        match served {
            Some(served) => (served.handle)(self, &call, body),
            None => Err(unserved),
        }
    }
}
