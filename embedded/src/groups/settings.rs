//! The broker's settings for groups, with Kafka 4.3's defaults where nothing else is said.

use std::time::Duration;

use super::assignor::Assignor;

/// What the group coordinator is set up with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSettings {
    /// `group.min.session.timeout.ms`: 6 s.
    pub min_session_timeout: Duration,
    /// `group.max.session.timeout.ms`: 30 min.
    pub max_session_timeout: Duration,
    /// `group.initial.rebalance.delay.ms`. Kafka waits 3 s for further members of a new group; here it is 0, as a test
    /// would rather see a second rebalance than wait.
    pub initial_rebalance_delay: Duration,
    /// How long a new member may stay in the join phase without an answer: 5 min, and not to be set in Kafka either.
    pub new_member_join_timeout: Duration,
    /// `group.max.size`: no limit.
    pub max_size: usize,
    /// `group.consumer.session.timeout.ms`: 45 s.
    pub consumer_session_timeout: Duration,
    /// `group.consumer.heartbeat.interval.ms`: 5 s.
    pub consumer_heartbeat_interval: Duration,
    /// `group.consumer.max.size`: no limit.
    pub consumer_max_size: usize,
    /// `group.consumer.assignors`: uniform, range. The first is the default.
    pub consumer_assignors: Vec<Assignor>,
    /// `group.consumer.assignment.interval.ms`: how far apart two target assignments of a group are at least. Kafka has
    /// 1 s since 4.3; here it is 0, so that a join is answered with its partitions.
    pub consumer_assignment_interval: Duration,
    /// `group.consumer.migration.policy`: bidirectional.
    pub migration: MigrationPolicy,
    /// `offset.metadata.max.bytes`: 4096, which Kafka counts in UTF-16 units.
    pub offset_metadata_max: usize,
    /// `offsets.retention.minutes`: 7 days.
    pub offsets_retention: Duration,
    /// `offsets.retention.check.interval.ms`: 10 min.
    pub offsets_retention_check: Duration,
}

impl Default for GroupSettings {
    fn default() -> Self {
        Self {
            min_session_timeout: Duration::from_secs(6),
            max_session_timeout: Duration::from_secs(30 * 60),
            initial_rebalance_delay: Duration::ZERO,
            new_member_join_timeout: Duration::from_secs(5 * 60),
            max_size: usize::MAX,
            consumer_session_timeout: Duration::from_secs(45),
            consumer_heartbeat_interval: Duration::from_secs(5),
            consumer_max_size: usize::MAX,
            consumer_assignors: vec![Assignor::Uniform, Assignor::Range],
            consumer_assignment_interval: Duration::ZERO,
            migration: MigrationPolicy::Bidirectional,
            offset_metadata_max: 4096,
            offsets_retention: Duration::from_secs(7 * 24 * 3600),
            offsets_retention_check: Duration::from_secs(600),
        }
    }
}

/// Whether a group with members may change from one protocol to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationPolicy {
    /// Both ways.
    Bidirectional,
    /// From classic to consumer only.
    Upgrade,
    /// From consumer to classic only.
    Downgrade,
    /// Not at all.
    Disabled,
}

impl MigrationPolicy {
    pub(super) fn upgrades(self) -> bool {
        matches!(self, Self::Bidirectional | Self::Upgrade)
    }

    pub(super) fn downgrades(self) -> bool {
        matches!(self, Self::Bidirectional | Self::Downgrade)
    }
}
