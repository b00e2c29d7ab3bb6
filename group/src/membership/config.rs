//! What a member is told once.

#![deny(clippy::disallowed_methods)]

use std::sync::Arc;
use std::time::Duration;

use crate::assignor::Assignor;
use crate::patience::GiveUp;

/// What the machine needs to know of its group. Made by [`GroupBuilder`](crate::GroupBuilder), which documents and
/// checks the values.
#[derive(Clone, Debug)]
pub struct MembershipConfig {
    /// The group.
    pub group_id: Arc<str>,
    /// What to consume.
    pub topics: Vec<Arc<str>>,
    /// By preference.
    pub assignors: Vec<Arc<dyn Assignor>>,
    /// `group.instance.id`: makes the member static, so that a restart within the session time-out moves nothing.
    pub instance_id: Option<Arc<str>>,
    /// Without a heartbeat for this long the coordinator takes the member for dead, and the member itself too.
    pub session_timeout: Duration,
    /// How long the coordinator waits for members to rejoin.
    pub rebalance_timeout: Duration,
    /// How long revoked partitions may take to be given up; shorter than `rebalance_timeout`.
    pub revoke_within: Duration,
    /// The same at the end, when nobody waits but the user.
    pub stop_within: Duration,
    /// How long the good-bye may take.
    pub leave_within: Duration,
    /// Time between heartbeats.
    pub heartbeat_interval: Duration,
    /// How often a leader looks for partitions that were added.
    pub metadata_max_age: Duration,
    /// The first pause before something is tried again; it doubles.
    pub retry_backoff: Duration,
    /// The longest.
    pub retry_backoff_max: Duration,
    /// How long trouble is put up with.
    pub give_up: GiveUp,
}
