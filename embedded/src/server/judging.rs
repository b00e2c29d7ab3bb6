//! Faults, where they meet requests: what a request is about, the verdict on it, and what became of it.

use std::sync::Arc;

use super::{Core, Inner};
use crate::api::Named;
use crate::faults::{Facts, Outcome, SeenRequest, TopicFacts, Verdict};
use crate::state::asked::Request;
use crate::state::peer::Peer;

impl Core {
    /// Notes a request and asks the rules about it.
    pub(super) fn judge(&self, peer: &Peer, request: &Request<'_>) -> Verdict {
        let mut inner = self.lock();
        let now = inner.clock.now();
        let Inner {
            state,
            faults,
            chance,
            ..
        } = &mut *inner;
        let sessions = state.sessions.get(&peer.node);
        let named = request.body.as_ref().ok();
        let named = named.map(|body| Named::of(body, &state.topics, sessions));
        let named = named.unwrap_or_default();
        let topics: Vec<TopicFacts<'_>> = named
            .topics
            .iter()
            .map(|(name, partitions)| TopicFacts { name, partitions })
            .collect();
        let facts = Facts {
            correlation_id: request.correlation_id,
            client_id: request.client_id,
            principal: peer.login.user(),
            groups: &named.groups,
            transactional_id: named.transactional_id,
            topics: &topics,
            ..Facts::new(peer.node, peer.connection, request.api, request.version)
        };
        faults.request(&facts, now, chance)
    }

    /// Notes what became of a request, and tells observers.
    pub(super) fn finished(&self, verdict: Option<&Verdict>, outcome: Outcome) {
        let Some(verdict) = verdict else {
            return;
        };
        let mut inner = self.lock();
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
