//! Faults, where they meet requests: what a request is about, the verdict on it, what is told against the truth, and what became of it.

use std::sync::Arc;

use super::{Core, Inner, Reply};
use crate::api::Named;
use crate::faults::{Answering, Facts, Outcome, Refusal, SeenRequest, TopicFacts, Verdict};
use crate::state::asked::{Asked, Request};
use crate::state::call::Answer;
use crate::state::peer::Peer;
use crate::state::refusing::may_be_belied;
use crate::time::Now;

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

/// A request that is to take effect and be answered with an error all the same, once more, and the error.
pub(super) fn belied<'a>(
    asked: &Asked<'a>,
    verdict: Option<&Verdict>,
) -> Option<(Asked<'a>, Refusal)> {
    let Answering::Error(error) = verdict?.answering else {
        return None;
    };
    let refusal = Refusal {
        error,
        topic: None,
        partition: None,
    };
    let is_possible = matches!(asked, Asked::Request(request) if may_be_belied(request.api));
    is_possible.then(|| (asked.clone(), refusal))
}

impl Inner {
    /// Puts an error in the place of the true answer: what the handler says where it refuses the request.
    pub(super) fn belie(
        &mut self,
        reply: &mut Reply,
        now: Now,
        peer: &mut Peer,
        asked: Asked<'_>,
        refusal: Refusal,
    ) {
        if !matches!(reply, Reply::Now(_) | Reply::Later(_)) {
            return;
        }
        self.state.refusing = Some(refusal);
        let told = self.state.handle(now, peer, asked);
        self.state.refusing = None;
        let Ok(Answer::Now(told)) = told else {
            return;
        };
        match reply {
            Reply::Now(answer) => *answer = told,
            Reply::Later(later) => later.instead = Some(told),
            Reply::Nothing | Reply::Close(_) => {}
        }
    }
}
