//! The part of groups that outlives a broker, as the records of `__consumer_offsets` that Kafka writes.

#![deny(clippy::disallowed_methods)]

use ottla_protocol::payload::offsets_log::consumer_group::{
    ConsumerGroupMetadataValue, ConsumerGroupTargetAssignmentMemberValue,
    ConsumerGroupTargetAssignmentMetadataValue, CurrentPartitions, TargetPartitions,
};
use ottla_protocol::payload::offsets_log::offset::{OffsetCommitKey, OffsetCommitValue};
use ottla_protocol::payload::offsets_log::{GroupKey, Key, MemberKey, Value};
use ottla_protocol::{DecodeError, EncodeError};

use super::assignor::Target;
use super::classic::ClassicGroup;
use super::consumer::{ConsumerGroup, Owned};
use super::context::Context;
use super::offsets::{Committed, GroupOffsets};
use super::settings::GroupSettings;
use super::{Groups, Kind};

mod classic;
mod consumer;

/// A record of `__consumer_offsets`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// The producer whose transaction the record waits for.
    pub producer_id: Option<i64>,
    /// The key.
    pub key: Vec<u8>,
    /// The value.
    pub value: Vec<u8>,
}

impl LogRecord {
    /// Whether it can be read.
    pub(crate) fn check(&self) -> Result<(), DecodeError> {
        let key = Key::read(&self.key)?;
        key.read_value(Some(&self.value)).map(drop)
    }
}

/// Kafka's choice where it knows leader epochs: 3; 4 can also tell the topic's id.
const OFFSET_VERSION: i16 = 4;

impl Groups {
    /// All that has to be kept of one group; nothing if there is no such group.
    ///
    /// # Errors
    /// A text is too long for its field.
    pub fn encode(&self, group_id: &str) -> Result<Vec<LogRecord>, EncodeError> {
        let mut out = Log::default();
        match self.groups.get(group_id) {
            None => {}
            Some(Kind::Classic(group)) => classic::write(&mut out, group_id, group)?,
            Some(Kind::Consumer(group)) => consumer::write(&mut out, group_id, group)?,
        }
        let pending = self.offsets.pending.iter();
        let pending =
            pending.filter_map(|(&producer, groups)| Some((Some(producer), groups.get(group_id)?)));
        let committed = self
            .offsets
            .committed
            .get(group_id)
            .map(|offsets| (None, offsets));
        let mut offsets: Vec<Written<'_>> = committed
            .into_iter()
            .chain(pending)
            .flat_map(written)
            .collect();
        // As they were committed: that decides between one in a transaction and one that is not.
        offsets.sort_by_key(|(_, _, _, committed)| committed.order);
        for offset in offsets {
            out.offset(group_id, offset)?;
        }
        Ok(out.records)
    }

    /// The ids of all groups.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(String::as_str)
    }

    /// Groups as they were written; sessions begin anew.
    ///
    /// # Errors
    /// A record can't be read.
    pub fn decode(
        settings: GroupSettings,
        cx: &Context<'_>,
        records: &[LogRecord],
    ) -> Result<Self, DecodeError> {
        let mut groups = Self::new(settings);
        groups.next_check = cx
            .now
            .at
            .saturating_add(groups.settings.offsets_retention_check);
        for record in records {
            groups.replay(cx, record)?;
        }
        let ids: Vec<String> = groups.groups.keys().cloned().collect();
        for id in ids {
            if let (Some(Kind::Consumer(group)), turn) = groups.turn(cx, &id) {
                group.moved(&turn);
            }
        }
        groups.changed.clear();
        Ok(groups)
    }

    fn replay(&mut self, cx: &Context<'_>, record: &LogRecord) -> Result<(), DecodeError> {
        let key = Key::read(&record.key)?;
        match (&key, key.read_value(Some(&record.value))?) {
            (Key::OffsetCommit(key), Some(Value::OffsetCommit(value))) => {
                self.replay_offset(cx, record.producer_id, key, &value);
            }
            (Key::GroupMetadata(key), Some(Value::GroupMetadata(value))) => {
                let (_, turn) = self.turn(cx, key.group);
                let group = ClassicGroup::load(&turn, classic::read(&value));
                self.groups
                    .insert(key.group.to_owned(), Kind::Classic(group));
            }
            (_, Some(value)) => consumer::replay(self, &key, &value),
            (_, None) => {}
        }
        Ok(())
    }

    fn replay_offset(
        &mut self,
        cx: &Context<'_>,
        producer: Option<i64>,
        key: &OffsetCommitKey<'_>,
        value: &OffsetCommitValue<'_>,
    ) {
        self.groups
            .entry(key.group.to_owned())
            .or_insert_with(|| Kind::Classic(ClassicGroup::new(cx.now)));
        let committed = Committed {
            offset: value.offset,
            leader_epoch: value.leader_epoch,
            metadata: value.metadata.to_owned(),
            commit_ms: value.commit_timestamp,
            expire_ms: (value.expire_timestamp >= 0).then_some(value.expire_timestamp),
            topic_id: value.topic_id,
            order: self.offsets.next_order(),
        };
        match producer {
            None => self
                .offsets
                .put(key.group, key.topic, key.partition, committed),
            Some(producer) => {
                self.offsets
                    .put_pending(producer, key.group, key.topic, key.partition, committed)
            }
        }
    }

    fn loaded_consumer(&mut self, group_id: &str) -> Option<&mut ConsumerGroup> {
        let group = self
            .groups
            .entry(group_id.to_owned())
            .or_insert_with(|| Kind::Consumer(ConsumerGroup::default()));
        match group {
            Kind::Consumer(group) => Some(group),
            Kind::Classic(_) => None,
        }
    }
}

#[derive(Default)]
struct Log {
    producer_id: Option<i64>,
    records: Vec<LogRecord>,
}

impl Log {
    fn push(&mut self, key: Key<'_>, value: &Value<'_>, version: i16) -> Result<(), EncodeError> {
        let mut record = LogRecord {
            producer_id: self.producer_id,
            key: Vec::new(),
            value: Vec::new(),
        };
        key.write(&mut record.key)?;
        value.write(&mut record.value, version)?;
        self.records.push(record);
        Ok(())
    }

    fn offset(
        &mut self,
        group: &str,
        (producer_id, topic, partition, committed): Written<'_>,
    ) -> Result<(), EncodeError> {
        let key = Key::OffsetCommit(OffsetCommitKey {
            group,
            topic,
            partition,
        });
        let expire_timestamp = committed.expire_ms.unwrap_or(-1);
        let value = Value::OffsetCommit(OffsetCommitValue {
            offset: committed.offset,
            leader_epoch: committed.leader_epoch,
            metadata: &committed.metadata,
            commit_timestamp: committed.commit_ms,
            expire_timestamp,
            topic_id: committed.topic_id,
            ..OffsetCommitValue::default()
        });
        // Only version 1 can say when an offset expires.
        let version = if expire_timestamp < 0 {
            OFFSET_VERSION
        } else {
            1
        };
        self.producer_id = producer_id;
        self.push(key, &value, version)
    }
}

/// Producer, topic, partition, and what is committed.
type Written<'a> = (Option<i64>, &'a str, i32, &'a Committed);

fn written<'a>(
    (producer, offsets): (Option<i64>, &'a GroupOffsets),
) -> impl Iterator<Item = Written<'a>> {
    offsets.iter().flat_map(move |(topic, partitions)| {
        partitions
            .iter()
            .map(move |(&partition, committed)| (producer, topic.as_str(), partition, committed))
    })
}

fn target_partitions(target: &Target) -> Vec<TargetPartitions> {
    let topics = target
        .iter()
        .map(|(&topic_id, partitions)| TargetPartitions {
            topic_id,
            partitions: partitions.iter().copied().collect(),
            ..TargetPartitions::default()
        });
    topics.collect()
}

fn current_partitions(owned: &Owned) -> Vec<CurrentPartitions> {
    let topics = owned
        .iter()
        .map(|(&topic_id, partitions)| CurrentPartitions {
            topic_id,
            partitions: partitions.keys().copied().collect(),
            assignment_epochs: Some(partitions.values().copied().collect()),
            ..CurrentPartitions::default()
        });
    topics.collect()
}

fn owned(current: &[CurrentPartitions], epoch: i32) -> Owned {
    let mut owned = Owned::new();
    for of in current {
        let epochs = of.assignment_epochs.as_deref().unwrap_or_default();
        let pairs = of.partitions.iter().enumerate();
        let pairs =
            pairs.map(|(at, &partition)| (partition, epochs.get(at).copied().unwrap_or(epoch)));
        owned.entry(of.topic_id).or_default().extend(pairs);
    }
    owned
}
