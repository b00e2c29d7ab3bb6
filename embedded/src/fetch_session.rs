//! Fetch sessions (KIP-227): a consumer names its partitions once, then only what changes, and is told only what is new. Pure.
//!
//! A request [begins](FetchSessions::begin) with a [`FetchContext`]: the partitions to serve, in order. When they are served,
//! which may be later, it [ends](FetchSessions::finish): who is in the answer, under which session. Sessions are in slots of
//! a bounded cache; an old or smaller one gives way.

#![deny(clippy::disallowed_methods)]

mod cache;
mod session;

use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::TopicId;
use rand::Rng;

use crate::time::Now;
use cache::Cache;
use session::Session;

/// The epoch of a request that opens a session.
pub const INITIAL_EPOCH: i32 = 0;
/// The epoch of a request that goes without one, and closes the one that it names.
pub const FINAL_EPOCH: i32 = -1;
/// No session.
pub const NO_SESSION: i32 = 0;
/// `max.incremental.fetch.session.cache.slots`.
pub const DEFAULT_SLOTS: usize = 1000;
/// For so long a session is safe from others of its kind.
const EVICTION: Duration = Duration::from_secs(120);

/// A topic as the request names it: by id from Fetch v13 on, by name before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FetchTopic {
    /// By name.
    Name(Arc<str>),
    /// By id.
    Id(TopicId),
}

/// A partition as the request names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FetchKey {
    /// The topic.
    pub topic: FetchTopic,
    /// The partition's number.
    pub partition: i32,
}

/// What the request wants of a partition, as the message has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The first offset wanted.
    pub fetch_offset: i64,
    /// At most this much.
    pub max_bytes: i32,
    /// The leader epoch that the asker knows; -1: none.
    pub current_leader_epoch: i32,
    /// The epoch of the last record that the asker has; -1: none.
    pub last_fetched_epoch: i32,
    /// The log start of a follower; -1: a consumer.
    pub log_start_offset: i64,
}

/// A request, as far as sessions are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRequest {
    /// The session that it names.
    pub session_id: i32,
    /// Its number in the session.
    pub session_epoch: i32,
    /// Whether its version names topics by id.
    pub uses_topic_ids: bool,
    /// Whether a broker asks: it may take a slot from consumers.
    pub from_follower: bool,
    /// The partitions that it names, in order.
    pub partitions: Vec<(FetchKey, Wanted)>,
    /// The partitions that it lets go.
    pub forgotten: Vec<FetchKey>,
}

/// A request that is being served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchContext {
    partitions: Vec<(FetchKey, Wanted)>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sessionless,
    Full {
        uses_topic_ids: bool,
        from_follower: bool,
    },
    Incremental {
        session_id: i32,
        next_epoch: i32,
    },
}

impl FetchContext {
    /// The partitions to serve, in this order.
    #[must_use]
    pub fn partitions(&self) -> &[(FetchKey, Wanted)] {
        &self.partitions
    }
}

/// What a partition's part of the answer would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The error, or none.
    pub error: ErrorCode,
    /// How many bytes of records there are.
    pub record_bytes: usize,
    /// The high watermark; -1 with an error.
    pub high_watermark: i64,
    /// The log start; -1 unknown.
    pub log_start_offset: i64,
    /// Whether something else has to be told: a replica to read from, or where the logs diverge.
    pub notable: bool,
}

/// How a request ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The error of the answer as a whole. With one there are no partitions in it.
    pub error: ErrorCode,
    /// The session to name in the answer.
    pub session_id: i32,
    /// For each partition of the context whether it is in the answer.
    pub included: Vec<bool>,
}

/// All sessions of a broker.
#[derive(Debug)]
pub struct FetchSessions {
    cache: Cache,
}

impl Default for FetchSessions {
    fn default() -> Self {
        Self::new(DEFAULT_SLOTS)
    }
}

impl FetchSessions {
    /// At most so many sessions at a time; who finds no slot goes without one.
    #[must_use]
    pub fn new(slots: usize) -> Self {
        Self {
            cache: Cache::new(slots),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cache.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets a session, as a fault: its next request is answered `FETCH_SESSION_ID_NOT_FOUND`. Says whether it was there.
    pub fn expire(&mut self, session_id: i32) -> bool {
        self.cache.remove(session_id).is_some()
    }

    /// Forgets all sessions, as a broker does that starts anew.
    pub fn clear(&mut self) {
        self.cache.clear();
    }

    /// The ids of all sessions, ascending.
    pub fn ids(&self) -> impl Iterator<Item = i32> {
        self.cache.ids()
    }

    /// The partitions of a session, topic by topic; none if there is no such session.
    pub fn partitions(&self, session_id: i32) -> impl Iterator<Item = &FetchKey> {
        let session = self.cache.get(session_id);
        session.into_iter().flat_map(Session::keys)
    }

    /// Finds out what a request asks for.
    ///
    /// # Errors
    /// `FETCH_SESSION_ID_NOT_FOUND`, `INVALID_FETCH_SESSION_EPOCH`, `FETCH_SESSION_TOPIC_ID_ERROR`: the whole answer, with
    /// [`NO_SESSION`].
    pub fn begin(&mut self, request: SessionRequest, now: Now) -> Result<FetchContext, ErrorCode> {
        let is_full = matches!(request.session_epoch, INITIAL_EPOCH | FINAL_EPOCH);
        if is_full {
            self.cache.remove(request.session_id);
            return Ok(FetchContext {
                kind: match request.session_epoch {
                    FINAL_EPOCH => Kind::Sessionless,
                    _ => Kind::Full {
                        uses_topic_ids: request.uses_topic_ids,
                        from_follower: request.from_follower,
                    },
                },
                partitions: once_each(request.partitions),
            });
        }
        self.go_on(request, now)
    }

    /// Ends a request whose partitions, in the context's order, came out like this.
    pub fn finish(
        &mut self,
        context: FetchContext,
        outcomes: &[Outcome],
        now: Now,
        rng: &mut impl Rng,
    ) -> Finished {
        let all = |session_id| Finished {
            error: ErrorCode::NONE,
            session_id,
            included: vec![true; context.partitions.len()],
        };
        match context.kind {
            Kind::Sessionless => all(NO_SESSION),
            Kind::Full {
                uses_topic_ids,
                from_follower,
            } => {
                let mut session = Session::new(uses_topic_ids, from_follower, now);
                for ((key, wanted), outcome) in context.partitions.iter().zip(outcomes) {
                    session.want(key.clone(), *wanted);
                    session.answer(key, outcome);
                }
                all(self.cache.insert(session, now, rng))
            }
            Kind::Incremental {
                session_id,
                next_epoch,
            } => match self.cache.get_mut(session_id) {
                Some(session) if session.epoch != next_epoch => Finished {
                    error: ErrorCode::INVALID_FETCH_SESSION_EPOCH,
                    session_id,
                    included: vec![false; context.partitions.len()],
                },
                Some(session) => Finished {
                    error: ErrorCode::NONE,
                    session_id,
                    included: answer_all(session, &context.partitions, outcomes),
                },
                // It lost its slot meanwhile, which the next request will hear.
                None => all(session_id),
            },
        }
    }

    fn go_on(&mut self, request: SessionRequest, now: Now) -> Result<FetchContext, ErrorCode> {
        let session_id = request.session_id;
        let session = self.cache.get_mut(session_id);
        let session = session.ok_or(ErrorCode::FETCH_SESSION_ID_NOT_FOUND)?;
        if session.epoch != request.session_epoch {
            return Err(ErrorCode::INVALID_FETCH_SESSION_EPOCH);
        }
        if session.uses_topic_ids != request.uses_topic_ids {
            return Err(ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR);
        }
        for (key, wanted) in &request.partitions {
            session.want(key.clone(), *wanted);
        }
        for key in &request.forgotten {
            session.forget(key);
        }
        if session.is_empty() {
            self.cache.remove(session_id);
            return Ok(FetchContext {
                partitions: once_each(request.partitions),
                kind: Kind::Sessionless,
            });
        }
        session.epoch = next_epoch(session.epoch);
        let context = FetchContext {
            partitions: session.wanted(),
            kind: Kind::Incremental {
                session_id,
                next_epoch: session.epoch,
            },
        };
        self.cache.touch(session_id, now);
        Ok(context)
    }
}

/// A partition that is named twice is read once, as it was named last.
fn once_each(partitions: Vec<(FetchKey, Wanted)>) -> Vec<(FetchKey, Wanted)> {
    let mut session = Session::default();
    for (key, wanted) in partitions {
        session.want(key, wanted);
    }
    session.wanted()
}

fn answer_all(
    session: &mut Session,
    partitions: &[(FetchKey, Wanted)],
    outcomes: &[Outcome],
) -> Vec<bool> {
    let each = partitions.iter().zip(outcomes);
    each.map(|((key, _), outcome)| session.answer(key, outcome))
        .collect()
}

/// Wraps around to 1: 0 opens a session.
fn next_epoch(epoch: i32) -> i32 {
    match epoch {
        FINAL_EPOCH => FINAL_EPOCH,
        i32::MAX => 1,
        epoch => epoch + 1,
    }
}

#[cfg(test)]
mod tests;
