//! What a fetch loop and the reader of a partition share: the bounded queue between them, and where to fetch next.
//!
//! A feed is at home with one broker's fetch loop at a time, or on its way between two. Each side holds the lock for a
//! few instructions; the reader is woken only when it sleeps, the loop only when a full queue gets room.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use ottla_protocol::types::{TopicId, TopicPartition};
use tokio::time::Instant;

use super::aborted::Aborted;
use super::batch::Bounds;
use super::error::ConsumeError;
use super::fetch_plan::Want;
use super::fetcher::Inbox;
use super::position::Position;

/// A piece of a partition's log as it came: whole batches, unchecked.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) records: Bytes,
    pub(crate) aborted: Vec<Aborted>,
    pub(crate) bounds: Bounds,
    /// The leadership of the last batch.
    pub(crate) leader_epoch: Option<i32>,
}

/// One partition between its fetch loop and its reader.
#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) partition: TopicPartition,
    pub(crate) topic_id: TopicId,
    /// Nothing is fetched while so many bytes wait.
    limit: usize,
    state: Mutex<State>,
    reader: AtomicWaker,
}

#[derive(Debug)]
struct State {
    queue: VecDeque<Item>,
    buffered: usize,
    position: Position,
    /// The leadership under which what lies before the position was appended (KIP-320), where known.
    leader_epoch: Option<i32>,
    /// Raised with each seek: an answer to an earlier question is dropped.
    era: u64,
    /// The log holds more than was fetched, as far as known.
    behind: bool,
    paused: bool,
    closed: bool,
    bounds: Bounds,
    outage: Outage,
    trouble: Option<ConsumeError>,
    end: End,
    home: Weak<Inbox>,
}

#[derive(Debug)]
enum Item {
    Fetched(Fetched),
    Moved { to: i64, error: ConsumeError },
}

/// Failures since records or an empty answer last came.
#[derive(Debug, Default)]
struct Outage {
    failures: u32,
    /// Those of them in which bytes came damaged.
    damages: u32,
    since: Option<Instant>,
    told: bool,
}

#[derive(Debug)]
enum End {
    Open,
    Failed(ConsumeError),
    Told,
}

/// What to ask for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    pub(crate) offset: i64,
    pub(crate) leader_epoch: Option<i32>,
    pub(crate) era: u64,
}

/// What the reader gets next.
#[derive(Debug)]
pub(crate) enum Taken {
    Fetched(Fetched),
    /// The position was moved by policy, after everything that was taken before.
    Moved {
        to: i64,
        error: ConsumeError,
    },
    /// An outage began; data goes on.
    Trouble(ConsumeError),
    /// The last item.
    End(ConsumeError),
    /// There was a last item.
    Ended,
}

/// For the loop.
impl Feed {
    pub(crate) fn new(
        partition: TopicPartition,
        topic_id: TopicId,
        offset: i64,
        limit: usize,
    ) -> Self {
        Self {
            partition,
            topic_id,
            limit: limit.max(1),
            state: Mutex::new(State {
                queue: VecDeque::new(),
                buffered: 0,
                position: Position::at(offset),
                leader_epoch: None,
                era: 0,
                behind: true,
                paused: false,
                closed: false,
                bounds: Bounds::UNKNOWN,
                outage: Outage::default(),
                trouble: None,
                end: End::Open,
                home: Weak::new(),
            }),
            reader: AtomicWaker::new(),
        }
    }

    /// The leadership of what lies before the start.
    pub(crate) fn start_after(&self, leader_epoch: Option<i32>) {
        self.state().leader_epoch = leader_epoch;
    }

    /// The broker does not know the leadership of what lies before the position: nothing can be compared.
    pub(crate) fn forget_epoch(&self) {
        self.state().leader_epoch = None;
    }

    pub(crate) fn move_in(&self, home: &Arc<Inbox>) {
        self.state().home = Arc::downgrade(home);
    }

    /// Whether nobody reads it any more, or it has failed for good.
    pub(crate) fn is_over(&self) -> bool {
        let state = self.state();
        state.closed || !matches!(state.end, End::Open)
    }

    pub(crate) fn want(&self) -> Want {
        let state = self.state();
        if state.paused || state.closed || !matches!(state.end, End::Open) {
            Want::Nothing
        } else if state.buffered >= self.limit {
            Want::Room
        } else if state.behind {
            Want::More
        } else {
            Want::News
        }
    }

    pub(crate) fn ask(&self) -> Ask {
        let state = self.state();
        Ask {
            offset: state.position.next(),
            leader_epoch: state.leader_epoch,
            era: state.era,
        }
    }

    /// Takes in an answer. `next` is the position after it; `behind`: there is more where it came from.
    pub(crate) fn deliver(&self, ask: Ask, fetched: Fetched, next: i64, behind: bool) {
        let mut state = self.state();
        state.outage = Outage::default();
        state.bounds = fetched.bounds;
        if state.era != ask.era || state.closed {
            return;
        }
        state.behind = behind;
        if fetched.records.is_empty() {
            return;
        }
        state.position = Position::at(next);
        state.leader_epoch = fetched.leader_epoch.or(state.leader_epoch);
        state.buffered += fetched.records.len();
        state.queue.push_back(Item::Fetched(fetched));
        drop(state);
        self.reader.wake();
    }

    /// An attempt failed; the reader is told once an outage, with the latest reason.
    pub(crate) fn stumble(&self, error: ConsumeError, now: Instant) {
        let mut state = self.state();
        state.outage.failures = state.outage.failures.saturating_add(1);
        let damages = u32::from(error.is_damage());
        state.outage.damages = state.outage.damages.saturating_add(damages);
        state.outage.since.get_or_insert(now);
        state.behind = true;
        if state.outage.told || state.closed {
            return;
        }
        tracing::info!(partition = %self.partition, %error, "partition not served for now");
        state.trouble = Some(error);
        drop(state);
        self.reader.wake();
    }

    /// Failures since the last success.
    pub(crate) fn failures(&self) -> u32 {
        self.state().outage.failures
    }

    /// How often bytes came damaged since the last success.
    pub(crate) fn damages(&self) -> u32 {
        self.state().outage.damages
    }

    /// The policy moves the position, unless the reader has done so itself.
    pub(crate) fn relocate(&self, ask: Ask, to: i64, error: ConsumeError) {
        let mut state = self.state();
        if state.era != ask.era {
            return;
        }
        tracing::warn!(partition = %self.partition, %error, "position moved by policy");
        state.era += 1;
        state.position = Position::at(to);
        state.leader_epoch = None;
        state.behind = true;
        state.queue.push_back(Item::Moved { to, error });
        drop(state);
        self.reader.wake();
    }

    /// Whether the question has been overtaken by a seek.
    pub(crate) fn is_stale(&self, ask: Ask) -> bool {
        self.state().era != ask.era
    }

    /// The end, after all that is still in the queue.
    pub(crate) fn fail(&self, error: ConsumeError) {
        let mut state = self.state();
        // The reader is given it: whoever reads has the word.
        tracing::debug!(partition = %self.partition, %error, "partition failed");
        if matches!(state.end, End::Open) {
            state.end = End::Failed(error);
        }
        drop(state);
        self.reader.wake();
    }
}

/// For the reader.
impl Feed {
    pub(crate) fn poll_take(&self, cx: &mut Context<'_>) -> Poll<Taken> {
        if let Some(taken) = self.try_take() {
            return Poll::Ready(taken);
        }
        self.reader.register(cx.waker());
        // What came between the look and the registration has woken nobody.
        self.try_take().map_or(Poll::Pending, Poll::Ready)
    }

    fn try_take(&self) -> Option<Taken> {
        let mut state = self.state();
        if let Some(error) = state.trouble.take() {
            state.outage.told = true;
            return Some(Taken::Trouble(error));
        }
        match state.queue.pop_front() {
            Some(Item::Fetched(fetched)) => {
                let was_full = state.buffered >= self.limit;
                state.buffered -= fetched.records.len();
                if was_full && state.buffered < self.limit {
                    wake(state, false);
                }
                Some(Taken::Fetched(fetched))
            }
            Some(Item::Moved { to, error }) => Some(Taken::Moved { to, error }),
            None => match std::mem::replace(&mut state.end, End::Told) {
                End::Open => {
                    state.end = End::Open;
                    None
                }
                End::Failed(error) => Some(Taken::End(error)),
                End::Told => Some(Taken::Ended),
            },
        }
    }

    /// Goes on at `offset` and drops what waits.
    pub(crate) fn seek(&self, offset: i64) {
        let mut state = self.state();
        state.era += 1;
        state.position = Position::at(offset);
        state.leader_epoch = None;
        state.behind = true;
        state.queue.clear();
        state.buffered = 0;
        wake(state, true);
    }

    pub(crate) fn set_paused(&self, paused: bool) {
        let mut state = self.state();
        state.paused = paused;
        wake(state, true);
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.state().paused
    }

    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.queue.clear();
        state.buffered = 0;
        wake(state, false);
    }

    pub(crate) fn bounds(&self) -> Bounds {
        self.state().bounds
    }

    pub(crate) fn failing_since(&self) -> Option<Instant> {
        self.state().outage.since
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes the loop, without the lock.
fn wake(state: MutexGuard<'_, State>, stirred: bool) {
    let home = state.home.clone();
    drop(state);
    if let Some(home) = home.upgrade() {
        home.wake(stirred);
    }
}

#[cfg(test)]
mod tests;
