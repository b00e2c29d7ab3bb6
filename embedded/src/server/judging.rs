//! Faults, where they meet requests: what a request is about, the verdict on it, and what became of it.

use std::sync::{Arc, PoisonError};

use ottla_protocol::{ApiKey, frame};

use super::{Core, Inner};
use crate::api::Named;
use crate::faults::{Facts, Outcome, SeenRequest, TopicFacts, Verdict};
use crate::state::peer::Peer;

impl Core {
    /// Notes a request and asks the rules about it. None: it is no request, and goes its way.
    pub(super) fn judge(&self, peer: &Peer, frame: &[u8]) -> Option<Verdict> {
        if peer.login.takes_bare_token() {
            return None;
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let now = inner.clock.now();
        let (header, body) = frame::request_header(frame).ok()?;
        let api = ApiKey::from_code(header.api_key)?;
        let Inner {
            state,
            faults,
            chance,
            ..
        } = &mut *inner;
        let sessions = state.sessions.get(&peer.node);
        let named = Named::read(api, header.api_version, body, &state.topics, sessions);
        let topics: Vec<TopicFacts<'_>> = named
            .topics
            .iter()
            .map(|(name, partitions)| TopicFacts { name, partitions })
            .collect();
        let facts = Facts {
            correlation_id: header.correlation_id,
            client_id: header.client_id,
            principal: peer.login.user(),
            groups: &named.groups,
            transactional_id: named.transactional_id,
            topics: &topics,
            ..Facts::new(peer.node, peer.connection, api, header.api_version)
        };
        Some(faults.request(&facts, now, chance))
    }

    /// Notes what became of a request, and tells observers.
    pub(super) fn finished(&self, verdict: Option<&Verdict>, outcome: Outcome) {
        let Some(verdict) = verdict else {
            return;
        };
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let now = inner.clock.now();
        inner.faults.finished(verdict, outcome, now);
        if self.observers.receiver_count() > 0 {
            let seen: Option<&SeenRequest> = inner.faults.seen().get(verdict.seen);
            if let Some(seen) = seen {
                // The last observer may just have gone.
                let _ = self.observers.send(Arc::new(seen.clone()));
            }
        }
    }
}
