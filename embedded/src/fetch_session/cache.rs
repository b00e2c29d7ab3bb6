//! The slots that sessions are kept in, and who gives way to whom.
//!
//! A session that nobody used for two minutes goes first. Else the least valuable one that is two minutes old, or a
//! consumer's if a follower asks: small ones are worth less, for they gain less by being incremental.

use std::collections::BTreeMap;

use rand::{Rng, RngExt};

use super::session::Session;
use super::{EVICTION, NO_SESSION};
use crate::time::Now;

#[derive(Debug)]
pub(super) struct Cache {
    slots: usize,
    sessions: BTreeMap<i32, Session>,
}

/// What a session is worth: followers' more than consumers', large ones more than small.
type Worth = (bool, usize, i32);

impl Cache {
    pub(super) fn new(slots: usize) -> Self {
        Self {
            slots,
            sessions: BTreeMap::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.sessions.len()
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = i32> {
        self.sessions.keys().copied()
    }

    pub(super) fn get(&self, id: i32) -> Option<&Session> {
        self.sessions.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: i32) -> Option<&mut Session> {
        self.sessions.get_mut(&id)
    }

    pub(super) fn remove(&mut self, id: i32) -> Option<Session> {
        self.sessions.remove(&id)
    }

    pub(super) fn clear(&mut self) {
        self.sessions.clear();
    }

    pub(super) fn touch(&mut self, id: i32, now: Now) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.last_used = now.at;
        }
    }

    /// Gives the session's id; [`NO_SESSION`] if no slot is to be had.
    pub(super) fn insert(&mut self, session: Session, now: Now, rng: &mut impl Rng) -> i32 {
        if self.sessions.len() >= self.slots {
            let Some(evicted) = self.evictable(&session, now) else {
                return NO_SESSION;
            };
            self.sessions.remove(&evicted);
        }
        let id = self.free_id(rng);
        self.sessions.insert(id, session);
        id
    }

    fn free_id(&self, rng: &mut impl Rng) -> i32 {
        loop {
            let id = rng.random_range(1..=i32::MAX);
            if !self.sessions.contains_key(&id) {
                return id;
            }
        }
    }

    fn evictable(&self, newcomer: &Session, now: Now) -> Option<i32> {
        let oldest = self
            .sessions
            .iter()
            .min_by_key(|(id, it)| (it.last_used, **id));
        let (oldest, session) = oldest?;
        if now.at.saturating_sub(session.last_used) > EVICTION {
            return Some(*oldest);
        }
        let evictable = |session: &Session| {
            let old = now.at.saturating_sub(session.created) > EVICTION;
            old || (newcomer.from_follower && !session.from_follower)
        };
        let candidates = self.sessions.iter().filter(|(_, it)| evictable(it));
        let least = candidates.map(|(id, it)| worth(it, *id)).min()?;
        (worth(newcomer, 0) >= least).then_some(least.2)
    }
}

fn worth(session: &Session, id: i32) -> Worth {
    (session.from_follower, session.len(), id)
}
