//! A group's settings: Kafka's names, defaults and limits.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ottla_client::ClientConfig;

use crate::assignor::Assignor;
use crate::change::Watcher;
use crate::error::GroupError;
use crate::membership::MembershipConfig;
use crate::patience::GiveUp;
use crate::voice::Voice;

/// At a stop: how long handlers may take to finish. With the flush, the release and the good-bye below it stays under
/// 15 s, whatever is away.
const STOP_WITHIN: Duration = Duration::from_secs(7);
/// How long the good-bye to the coordinator may take.
const LEAVE_WITHIN: Duration = Duration::from_secs(3);

/// Where a partition starts for which the group has no committed offset.
///
/// It is resolved at once, and the offset that comes out is committed before the first record is read (in Kafka unless it
/// is the oldest, which stays the oldest): a member that dies before its first commit skips nothing.
///
/// Partitions that a topic gets later start at their oldest record whatever the policy, where a store keeps the offsets: its rows tell how many there
/// were. Kafka's offsets don't, so there the policy counts for them too, as in Kafka's own clients: what comes before such a partition is first
/// assigned is left out by [`Newest`](Self::Newest). The same goes for offsets that are forgotten: expired, or deleted with their group or topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartPolicy {
    /// The oldest record there is. Kafka's `earliest`.
    #[default]
    Oldest,
    /// What comes from now on. Kafka's `latest`.
    Newest,
    /// The first record with this timestamp (milliseconds since 1970) or a later one; the end if there is none.
    Timestamp(i64),
    /// The first record not older than this, by this machine's clock at the time of the claim.
    Before(Duration),
    /// End the run with [`GroupError::NothingCommitted`].
    Fail,
}

/// What [`GroupBuilder`](crate::GroupBuilder) collects.
#[derive(Clone, Debug)]
pub(crate) struct GroupConfig {
    pub(crate) group_id: Arc<str>,
    pub(crate) topics: Vec<Arc<str>>,
    pub(crate) assignors: Vec<Arc<dyn Assignor>>,
    pub(crate) instance_id: Option<Arc<str>>,
    pub(crate) session_timeout: Duration,
    pub(crate) rebalance_timeout: Duration,
    pub(crate) heartbeat_interval: Duration,
    pub(crate) auto_commit: Option<Duration>,
    pub(crate) start: StartPolicy,
    pub(crate) give_up: GiveUp,
    pub(crate) batch_records: usize,
    pub(crate) max_in_flight_records: usize,
    pub(crate) accept_plain_store: bool,
    pub(crate) voice: Voice,
    pub(crate) watcher: Watcher,
}

impl GroupConfig {
    /// What cannot work is said before anything is sent.
    pub(crate) fn check(&self) -> Result<(), GroupError> {
        let wrong = |setting, why| Err(GroupError::Setting { setting, why });
        if self.group_id.is_empty() {
            return wrong("group.id", "is empty");
        }
        if self.topics.is_empty() {
            return wrong("topics", "none is named");
        }
        if self.assignors.is_empty() {
            return wrong("partition.assignment.strategy", "none is named");
        }
        if self.heartbeat_interval.is_zero() || self.heartbeat_interval >= self.session_timeout {
            return wrong(
                "heartbeat.interval.ms",
                "must be above 0 and below session.timeout.ms",
            );
        }
        if self.rebalance_timeout < Duration::from_secs(1) {
            return wrong("max.poll.interval.ms", "must be at least 1 s");
        }
        if i32::try_from(self.session_timeout.max(self.rebalance_timeout).as_millis()).is_err() {
            return wrong("session.timeout.ms", "is longer than the protocol can say");
        }
        if self.auto_commit.is_some_and(|every| every.is_zero()) {
            return wrong("auto.commit.interval.ms", "must be above 0");
        }
        Ok(())
    }

    /// How long handlers may take to finish when the run ends.
    pub(crate) fn stop_within(&self) -> Duration {
        STOP_WITHIN.min(self.rebalance_timeout / 2)
    }

    pub(crate) fn membership(&self, client: &ClientConfig) -> MembershipConfig {
        MembershipConfig {
            group_id: Arc::clone(&self.group_id),
            topics: self.topics.clone(),
            assignors: self.assignors.clone(),
            instance_id: self.instance_id.clone(),
            session_timeout: self.session_timeout,
            rebalance_timeout: self.rebalance_timeout,
            revoke_within: self.rebalance_timeout / 2,
            stop_within: self.stop_within(),
            leave_within: LEAVE_WITHIN,
            heartbeat_interval: self.heartbeat_interval,
            metadata_max_age: client.metadata_max_age,
            retry_backoff: client.retry_backoff,
            retry_backoff_max: client.retry_backoff_max,
            give_up: self.give_up,
        }
    }
}

/// Kafka's names for the two that everybody knows, else a description.
impl fmt::Display for StartPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Oldest => f.write_str("oldest"),
            Self::Newest => f.write_str("newest"),
            Self::Timestamp(ms) => write!(f, "at timestamp {ms}"),
            Self::Before(age) => write!(f, "{age:?} ago"),
            Self::Fail => f.write_str("fail"),
        }
    }
}
