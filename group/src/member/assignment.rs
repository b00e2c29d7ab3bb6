//! One member's assignment as bytes, and what a leader writes beside its own: how many partitions the topics had.
//!
//! A static leader that comes back finds the group as it left it, and is told not to assign (KIP-814). Nothing else tells it whether a topic
//! grew while it was away; the new partitions would be nobody's until somebody else has the group rebalance.

use std::sync::Arc;

use bytes::{Buf, BufMut};
use ottla_protocol::error::{DecodeError, EncodeError};
use ottla_protocol::payload::{ConsumerProtocolAssignment, TopicPartitions};
use ottla_protocol::types::TopicPartition;

use super::wire::PAYLOAD_VERSION;
use crate::assignor::PartitionCounts;
use crate::membership::Synced;

/// What counts begin with: other clients' user data does not.
const COUNTS: &[u8] = b"ottla counts 0\n";

pub(super) fn write(
    partitions: &[TopicPartition],
    counts: Option<&PartitionCounts>,
) -> Result<Vec<u8>, EncodeError> {
    let mut topics: Vec<TopicPartitions<'_>> = Vec::new();
    for partition in partitions {
        match topics.iter_mut().find(|t| *t.topic == *partition.topic) {
            Some(topic) => topic.partitions.push(partition.partition),
            None => topics.push(TopicPartitions {
                topic: &partition.topic,
                partitions: vec![partition.partition],
            }),
        }
    }
    let counts = counts.map(written);
    let assignment = ConsumerProtocolAssignment {
        assigned_partitions: topics,
        user_data: counts.as_deref(),
    };
    assignment.encode(PAYLOAD_VERSION)
}

/// No bytes at all mean no partitions: a leader need not mention a member that gets none.
pub(super) fn read(payload: &[u8]) -> Result<Synced, DecodeError> {
    if payload.is_empty() {
        return Ok(Synced::default());
    }
    let assignment = ConsumerProtocolAssignment::decode(payload)?;
    let topics = assignment.assigned_partitions.into_iter();
    let partitions = topics.flat_map(|topic| {
        let name: Arc<str> = topic.topic.into();
        let partitions = topic.partitions.into_iter();
        partitions.map(move |partition| TopicPartition::new(Arc::clone(&name), partition))
    });
    Ok(Synced {
        partitions: partitions.collect(),
        counts: assignment.user_data.and_then(counts),
    })
}

fn written(counts: &PartitionCounts) -> Vec<u8> {
    let mut bytes = COUNTS.to_vec();
    for (topic, count) in counts {
        // Kafka's names have 249 letters at most.
        let Ok(length) = u8::try_from(topic.len()) else {
            continue;
        };
        bytes.put_u8(length);
        bytes.put_slice(topic.as_bytes());
        bytes.put_i32(*count);
    }
    bytes
}

/// None: it is another client's, or it was cut short.
fn counts(user_data: &[u8]) -> Option<PartitionCounts> {
    let mut bytes = user_data.strip_prefix(COUNTS)?;
    let mut counts = PartitionCounts::new();
    while bytes.has_remaining() {
        let length = usize::from(bytes.try_get_u8().ok()?);
        let (topic, behind) = bytes.split_at_checked(length)?;
        let topic = std::str::from_utf8(topic).ok()?;
        bytes = behind;
        counts.insert(topic.into(), bytes.try_get_i32().ok()?);
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> (Vec<TopicPartition>, PartitionCounts) {
        let partitions = [("a", 0), ("a", 2), ("b", 1)];
        (
            partitions
                .map(|(topic, partition)| TopicPartition::new(topic, partition))
                .into(),
            [("a".into(), 3), ("b".into(), 2)].into(),
        )
    }

    #[test]
    fn what_is_written_is_read() {
        let (partitions, counts) = some();
        let without = read(&write(&partitions, None).unwrap()).unwrap();
        assert_eq!(without.partitions, partitions);
        assert_eq!(without.counts, None);
        let with = read(&write(&partitions, Some(&counts)).unwrap()).unwrap();
        assert_eq!(with.partitions, partitions);
        assert_eq!(with.counts, Some(counts));
        assert_eq!(read(&[]).unwrap(), Synced::default());
    }

    #[test]
    fn counts_that_are_cut_short_or_not_ours_are_none() {
        let (_, known) = some();
        let bytes = written(&known);
        // At the end of the first topic it is whole again.
        let whole = [COUNTS.len(), COUNTS.len() + 1 + 1 + 4, bytes.len()];
        for end in 0..=bytes.len() {
            let is_read = counts(&bytes[..end]).is_some();
            assert_eq!(is_read, whole.contains(&end), "{end}");
        }
        assert_eq!(counts(b"another client's"), None);
    }
}
