//! What brokers do to logs in the background, on demand: retention, compaction, replicas that lag.

use bytes::Bytes;

use super::EmbeddedCluster;
use crate::error::{EmbeddedError, Refusal};
use crate::server::Network;
use crate::state::topics::TopicRef;

/// A partition's log at one moment.
#[derive(Clone, Debug)]
pub struct LogContents {
    /// The first offset.
    pub start: i64,
    /// The last stable offset: all before it is replicated and decided.
    pub stable: i64,
    /// The offset of the next record.
    pub end: i64,
    /// The batches as they go over the wire. The first may begin before `start`.
    pub batches: Vec<Bytes>,
}

impl<N: Network> EmbeddedCluster<N> {
    /// Deletes what a topic's `retention.ms` and `retention.bytes` no longer keep, by the cluster's wall clock. It happens at no other
    /// time.
    ///
    /// # Errors
    /// [`EmbeddedError::Refused`]: there is no such topic.
    pub fn retain(&self, topic: &str) -> Result<(), EmbeddedError> {
        let retained = self.core.with(|state, now| state.retain(topic, now));
        retained.map_err(|refusal| refusal.asked(format!("apply retention to {topic}")))
    }

    /// Compacts a topic: of each key the last record stays, so that offsets have gaps. It happens at no other time.
    ///
    /// # Errors
    /// [`EmbeddedError::Refused`]: there is no such topic, or `cleanup.policy` does not hold `compact`.
    pub fn compact(&self, topic: &str) -> Result<(), EmbeddedError> {
        let compacted = self.core.with(|state, now| state.compact(topic, now));
        compacted.map_err(|refusal| refusal.asked(format!("compact {topic}")))
    }

    /// Deletes a partition's records before an offset.
    ///
    /// # Errors
    /// [`EmbeddedError::Refused`]: there is no such partition, or its end is before that offset.
    pub fn delete_records(
        &self,
        topic: &str,
        partition: i32,
        before: i64,
    ) -> Result<(), EmbeddedError> {
        self.change_log(topic, partition, |log| log.delete_records(before).map(drop))
    }

    /// Keeps a partition's high watermark from passing an offset, as replicas do that lag; none: it follows the log's end again. Consumers read no
    /// further, and what is produced for all replicas waits.
    ///
    /// # Errors
    /// [`EmbeddedError::Refused`]: there is no such partition.
    pub fn hold_high_watermark(
        &self,
        topic: &str,
        partition: i32,
        offset: Option<i64>,
    ) -> Result<(), EmbeddedError> {
        self.change_log(topic, partition, |log| {
            log.hold_high_watermark(offset);
            Ok(())
        })
    }

    /// Cuts a partition's log off at an offset and begins a new leadership, as an unclean election does: records are lost.
    ///
    /// # Errors
    /// [`EmbeddedError::Refused`]: there is no such partition.
    pub fn truncate(&self, topic: &str, partition: i32, to: i64) -> Result<(), EmbeddedError> {
        self.change_log(topic, partition, |log| {
            log.truncate_to(to);
            log.lead(log.leader_epoch() + 1);
            Ok(())
        })
    }

    /// What a partition's log holds; none if there is no such partition.
    #[must_use]
    pub fn log(&self, topic: &str, partition: i32) -> Option<LogContents> {
        self.core.with(|state, _| {
            let by = TopicRef::Name(topic);
            let log = &state.topics.partition_mut(by, partition).ok()?.log;
            Some(LogContents {
                start: log.log_start(),
                stable: log.last_stable_offset(),
                end: log.log_end(),
                batches: log.batches_from(log.log_start()).cloned().collect(),
            })
        })
    }

    fn change_log(
        &self,
        topic: &str,
        partition: i32,
        change: impl FnOnce(
            &mut crate::log::PartitionLog,
        ) -> Result<(), ottla_protocol::error_code::ErrorCode>,
    ) -> Result<(), EmbeddedError> {
        let changed = self.core.with(|state, _| {
            state.metadata_changed = true;
            let by = TopicRef::Name(topic);
            let found = state.topics.partition_mut(by, partition)?;
            change(&mut found.log)
        });
        changed.map_err(|code| Refusal::from(code).asked(format!("change {topic}-{partition}")))
    }
}
