//! When a row and the cluster disagree: what is wrong, and where a policy would go on.
//!
//! | anomaly | default | other policies |
//! | --- | --- | --- |
//! | no row, no anomaly: first start | the start policy | |
//! | a new partition of a known topic | [`Oldest`](Policy::Oldest), whatever the start policy | |
//! | the topic was made anew | [`Fail`](Policy::Fail) | `Oldest`, under the new id |
//! | the topic's id is one that the row has left behind | `Fail` | none: stale metadata |
//! | rows under another cluster's id only | `Fail` | `Oldest` |
//! | offset below the log start: retention | `Fail` | [`Nearest`](Policy::Nearest), `Oldest` |
//! | offset above the log end, truncation | `Fail` | `Nearest`, `Oldest` |
//!
//! Defaults lose nothing. What is skipped by policy is handed to [`Wanted::restart`](crate::Wanted::restart) or
//! [`Claim::skip`](crate::Claim::skip), which write it down. A row without topic id (an older broker) adopts the one
//! that appears, provided that its offset is within the log.
#![deny(clippy::disallowed_methods)]

use std::sync::Arc;

use ottla_protocol::types::TopicId;
use thiserror::Error;

use crate::model::{Key, Row};

/// What the cluster tells of a partition now. What is not known is not checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// The topic's id.
    pub topic_id: TopicId,
    /// The first offset that exists.
    pub log_start: Option<i64>,
    /// The offset after the last that exists.
    pub log_end: Option<i64>,
    /// Where the partition's log and the row's leader epoch part (OffsetForLeaderEpoch, KIP-320).
    pub epoch_end: Option<i64>,
    /// How many partitions the topic had when the group began with it: [`partitions_seen`].
    pub partitions_seen: Option<i32>,
}

/// A row that the cluster contradicts.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Anomaly {
    /// The partition was added to a topic that the group knows.
    #[error("is new: the topic had {seen} partitions")]
    NewPartition {
        /// How many there were.
        seen: i32,
    },
    /// The topic was deleted and made anew under its name.
    #[error("topic was made anew: its id is {now}, the row's {row}")]
    TopicRecreated {
        /// The row's topic id.
        row: TopicId,
        /// The cluster's.
        now: TopicId,
    },
    /// The cluster tells an id that the row has left behind.
    #[error("topic id {now} belongs to an earlier topic of this name")]
    FormerTopic {
        /// The cluster's topic id.
        now: TopicId,
    },
    /// The group's rows belong to another cluster.
    #[error("offsets belong to cluster {row}, not {now}")]
    OtherCluster {
        /// The row's cluster.
        row: Arc<str>,
        /// This one.
        now: Arc<str>,
    },
    /// Retention or a deletion of records passed the offset.
    #[error("offset {next} is gone: the log starts at {log_start}")]
    BeforeLogStart {
        /// The row's offset.
        next: i64,
        /// The first that exists.
        log_start: i64,
    },
    /// The offset never was, or no longer is, in this log.
    #[error("offset {next} is beyond the log's end, {log_end}")]
    AfterLogEnd {
        /// The row's offset.
        next: i64,
        /// The end.
        log_end: i64,
    },
    /// The log was truncated below the offset: records that were processed no longer exist.
    #[error("log was truncated to {end}, below offset {next}")]
    Truncated {
        /// The row's offset.
        next: i64,
        /// Where the logs part.
        end: i64,
    },
}

/// What to do about an anomaly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Policy {
    /// Stop and say so.
    Fail,
    /// Go on at the log start.
    Oldest,
    /// Go on at the nearest offset that exists.
    Nearest,
}

/// Compares what was read with what the cluster tells. The worst comes first.
#[must_use]
pub fn anomaly(key: &Key, row: Option<&Row>, known: &Known) -> Option<Anomaly> {
    let Some((row, next)) = row.and_then(|row| Some((row, row.next_offset?))) else {
        return new_partition(key, known);
    };
    another_topic(row, known.topic_id).or_else(|| out_of_log(next, known))
}

/// Whether the group's offsets of this partition are those of another cluster: there are some, and none is under this
/// cluster's id. Rows of an unknown cluster count for nothing.
#[must_use]
pub fn other_cluster<'a>(key: &Key, rows: impl IntoIterator<Item = &'a Row>) -> Option<Anomaly> {
    let mut other = None;
    for row in rows {
        let same_partition = row.key.group_id == key.group_id
            && row.key.topic == key.topic
            && row.key.partition == key.partition;
        if !same_partition || row.key.cluster_id.is_empty() {
            continue;
        }
        if row.key.cluster_id == key.cluster_id {
            return None;
        }
        other = Some(Arc::clone(&row.key.cluster_id));
    }
    other.map(|row| Anomaly::OtherCluster {
        row,
        now: Arc::clone(&key.cluster_id),
    })
}

/// How many partitions of its topic the group's rows began with, for [`Known::partitions_seen`]; `None` if they don't tell.
///
/// 0 for a partition without a row where the group followed the topic from a former one of its name: all that is in the new one came after
/// the group began.
#[must_use]
pub fn partitions_seen(key: &Key, topic_id: TopicId, rows: &[Row]) -> Option<i32> {
    let is_same = |id: TopicId| id == topic_id || id.is_unknown() || topic_id.is_unknown();
    let of_topic = || {
        let named = |row: &&Row| {
            row.key.group_id == key.group_id
                && row.key.cluster_id == key.cluster_id
                && row.key.topic == key.topic
        };
        rows.iter()
            .filter(named)
            .filter(|row| is_same(row.topic_id))
    };
    let has_row = of_topic().any(|row| row.key.partition == key.partition);
    if !has_row && of_topic().any(|row| !row.former_topic_ids.is_empty()) {
        return Some(0);
    }
    let seen = of_topic().map(|row| row.partitions_seen);
    seen.filter(|seen| *seen > 0).min()
}

fn new_partition(key: &Key, known: &Known) -> Option<Anomaly> {
    let seen = known.partitions_seen?;
    (key.partition >= seen).then_some(Anomaly::NewPartition { seen })
}

fn another_topic(row: &Row, now: TopicId) -> Option<Anomaly> {
    if now.is_unknown() || now == row.topic_id {
        return None;
    }
    if row.former_topic_ids.contains(&now) {
        return Some(Anomaly::FormerTopic { now });
    }
    (!row.topic_id.is_unknown()).then_some(Anomaly::TopicRecreated {
        row: row.topic_id,
        now,
    })
}

fn out_of_log(next: i64, known: &Known) -> Option<Anomaly> {
    match (known.log_start, known.log_end, known.epoch_end) {
        (Some(log_start), ..) if next < log_start => {
            Some(Anomaly::BeforeLogStart { next, log_start })
        }
        (_, Some(log_end), _) if next > log_end => Some(Anomaly::AfterLogEnd { next, log_end }),
        (_, _, Some(end)) if next > end => Some(Anomaly::Truncated { next, end }),
        _ => None,
    }
}

impl Anomaly {
    /// The policy that loses nothing.
    #[must_use]
    pub fn default_policy(&self) -> Policy {
        match self {
            Self::NewPartition { .. } => Policy::Oldest,
            _ => Policy::Fail,
        }
    }

    /// Where `policy` goes on; `None`: it does not. `log_start` is the first offset that exists.
    #[must_use]
    pub fn go_on_at(&self, policy: Policy, log_start: i64) -> Option<i64> {
        match (policy, self) {
            (Policy::Fail, _) | (_, Self::FormerTopic { .. }) => None,
            (Policy::Nearest, Self::AfterLogEnd { log_end, .. }) => Some(*log_end),
            (Policy::Nearest, Self::Truncated { end, .. }) => Some(*end),
            (Policy::Oldest | Policy::Nearest, _) => Some(log_start),
        }
    }
}

#[cfg(test)]
mod tests;
