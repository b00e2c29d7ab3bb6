//! Where partitions begin and end.

use std::collections::BTreeMap;

use ottla_client::config::IsolationLevel;
use ottla_client::{Client, ClientError, OffsetSpec};
use ottla_protocol::types::TopicPartition;

use crate::failure::Failure;

/// The first offset and the one after the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) log_start: Option<i64>,
    pub(crate) log_end: Option<i64>,
}

impl Bounds {
    /// The offset, or the nearest that the log has.
    pub(crate) fn clamp(&self, offset: i64) -> i64 {
        let floor = self.log_start.unwrap_or(0);
        let ceiling = self.log_end.unwrap_or(i64::MAX).max(floor);
        offset.clamp(floor, ceiling)
    }

    /// How far `committed` is behind.
    pub(crate) fn lag(&self, committed: Option<i64>) -> Option<i64> {
        Some((self.log_end? - committed?).max(0))
    }
}

/// All partitions of a topic.
pub(crate) async fn partitions(
    client: &Client,
    topic: &str,
) -> Result<Vec<TopicPartition>, Failure> {
    let count = client.partitions(topic).await?;
    let topic: std::sync::Arc<str> = topic.into();
    Ok((0..count)
        .map(|partition| TopicPartition::new(topic.clone(), partition))
        .collect())
}

/// The bounds of partitions as Kafka's own tools show them: the end is the high watermark. A partition whose topic
/// is gone has none.
pub(crate) async fn of(
    client: &Client,
    partitions: &[TopicPartition],
) -> Result<BTreeMap<TopicPartition, Bounds>, Failure> {
    let starts = ends_of(
        client,
        partitions,
        OffsetSpec::Oldest,
        IsolationLevel::ReadUncommitted,
    )
    .await?;
    let ends = ends_of(
        client,
        partitions,
        OffsetSpec::Newest,
        IsolationLevel::ReadUncommitted,
    )
    .await?;
    let both = starts.into_iter().zip(ends);
    Ok(both
        .map(|((partition, log_start), (_, log_end))| (partition, Bounds { log_start, log_end }))
        .collect())
}

/// The ends that a reader of committed records can reach now.
pub(crate) async fn stable_ends(
    client: &Client,
    partitions: &[TopicPartition],
    isolation: IsolationLevel,
) -> Result<BTreeMap<TopicPartition, i64>, Failure> {
    let ends = ends_of(client, partitions, OffsetSpec::Newest, isolation).await?;
    Ok(ends
        .into_iter()
        .filter_map(|(partition, end)| Some((partition, end?)))
        .collect())
}

async fn ends_of(
    client: &Client,
    partitions: &[TopicPartition],
    spec: OffsetSpec,
    isolation: IsolationLevel,
) -> Result<Vec<(TopicPartition, Option<i64>)>, Failure> {
    let wanted: Vec<_> = partitions
        .iter()
        .map(|partition| (partition.clone(), spec))
        .collect();
    let listed = client.offsets().list(&wanted, isolation).await;
    let mut found = Vec::with_capacity(listed.len());
    for (partition, answer) in listed {
        match answer {
            Ok(offset) => found.push((partition, offset.map(|listed| listed.offset))),
            Err(ClientError::UnknownTopic { .. } | ClientError::UnknownPartition { .. }) => {
                found.push((partition, None));
            }
            Err(error) => {
                return Err(Failure::job(
                    format!("ask for the bounds of {partition}"),
                    error,
                ));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_out_of_range_go_to_the_nearest_end() {
        let bounds = Bounds {
            log_start: Some(3),
            log_end: Some(10),
        };
        assert_eq!(
            [-5, 3, 7, 10, 99].map(|offset| bounds.clamp(offset)),
            [3, 3, 7, 10, 10]
        );
    }

    #[test]
    fn no_offset_is_no_lag_and_not_a_lag_of_0() {
        let bounds = Bounds {
            log_start: Some(0),
            log_end: Some(10),
        };
        assert_eq!(bounds.lag(None), None);
        assert_eq!(bounds.lag(Some(4)), Some(6));
        assert_eq!(bounds.lag(Some(11)), Some(0));
    }
}
