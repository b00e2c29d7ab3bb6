//! From start policies to offsets: asks leaders and coordinator as often as the policies need, for all partitions at
//! once.

use std::sync::Arc;

use ottla_protocol::types::TopicPartition;

use super::error::ConsumeError;
use super::fetcher::Fetchers;
use super::start::{Question, Start};
use crate::client::Client;
use crate::cluster::Leader;
use crate::error::ClientError;
use crate::offsets::{OffsetSpec, PartitionOffsetManager};

/// The leader of each partition.
pub(super) async fn leaders(
    client: &Client,
    wanted: &[(TopicPartition, Start)],
) -> Result<Vec<Leader>, ConsumeError> {
    let mut leaders = Vec::with_capacity(wanted.len());
    let mut backoff = client.backoff("find leaders", client.config().default_api_timeout);
    for (partition, _) in wanted {
        let leader = loop {
            match client.leader(partition).await {
                Ok(leader) => break leader,
                Err(error) => backoff
                    .pause(error)
                    .await
                    .map_err(|error| failed(partition, error))?,
            }
        };
        leaders.push(leader);
    }
    Ok(leaders)
}

/// An offset, and the leadership of what lies before it.
type Found = (i64, Option<i32>);

/// The offset at which each partition starts. `managers` know what is committed, in the order of `wanted`.
pub(super) async fn starts(
    fetchers: &Fetchers,
    managers: Option<&[PartitionOffsetManager]>,
    wanted: &[(TopicPartition, Start)],
) -> Result<Vec<Found>, ConsumeError> {
    let now_ms = fetchers.client.config().ambient.now_ms();
    let mut offsets = vec![(0, None); wanted.len()];
    let mut ask = Vec::new();
    for (at, (partition, start)) in wanted.iter().enumerate() {
        match known(
            partition,
            start,
            managers.map(|managers| &managers[at]),
            now_ms,
        )? {
            Ok(offset) => offsets[at] = offset,
            Err(spec) => ask.push((at, spec)),
        }
    }
    // What has no record so young starts at the end, in a second round.
    while !ask.is_empty() {
        let questions: Vec<_> = ask
            .iter()
            .map(|(at, spec)| (wanted[*at].0.clone(), *spec))
            .collect();
        let listed = fetchers
            .client
            .offsets()
            .list(&questions, fetchers.settings.isolation)
            .await;
        let mut again = Vec::new();
        for ((at, spec), (partition, answer)) in ask.into_iter().zip(listed) {
            match answer.map_err(|error| failed(&partition, error))? {
                Some(listed) => offsets[at] = (listed.offset, None),
                None if spec == OffsetSpec::Newest => {
                    return Err(ConsumeError::UnknownTopic { partition });
                }
                None => again.push((at, OffsetSpec::Newest)),
            }
        }
        ask = again;
    }
    Ok(offsets)
}

/// The offset where it is known without asking a leader, or else what to ask.
fn known(
    partition: &TopicPartition,
    start: &Start,
    manager: Option<&PartitionOffsetManager>,
    now_ms: i64,
) -> Result<Result<Found, OffsetSpec>, ConsumeError> {
    let partition = || partition.clone();
    let mut start = start;
    loop {
        match start.question(now_ms) {
            Question::Known(offset, epoch) => return Ok(Ok((offset, epoch))),
            Question::List(spec) => return Ok(Err(spec)),
            Question::Invalid(offset) => {
                let partition = partition();
                return Err(ConsumeError::InvalidOffset { partition, offset });
            }
            Question::Committed(otherwise) => {
                let manager = manager.ok_or_else(|| ConsumeError::NoGroup {
                    partition: partition(),
                })?;
                if let Some(committed) = manager.next_offset() {
                    return Ok(Ok((committed.next, committed.leader_epoch)));
                }
                let nothing = || ConsumeError::NothingCommitted {
                    partition: partition(),
                };
                start = otherwise.ok_or_else(nothing)?;
            }
        }
    }
}

fn failed(partition: &TopicPartition, error: ClientError) -> ConsumeError {
    let partition = partition.clone();
    match error {
        ClientError::UnknownTopic { .. } | ClientError::UnknownPartition { .. } => {
            ConsumeError::UnknownTopic { partition }
        }
        error => ConsumeError::Start {
            partition,
            source: Arc::new(error),
        },
    }
}
