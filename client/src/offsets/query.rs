//! Asking the leaders of partitions for offsets.

use std::collections::{BTreeMap, HashMap};

use futures_util::future::join_all;
use ottla_protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsTopic,
};
use ottla_protocol::types::TopicPartition;

use super::by_topic::by_topic;
use super::{ListedOffset, OffsetSpec, Offsets};
use crate::brokers::Lane;
use crate::cluster::Leader;
use crate::config::IsolationLevel;
use crate::error::{About, ClientError};
use crate::reply::Reply;

type Listed = Result<Option<ListedOffset>, ClientError>;

impl Offsets {
    /// Finds offsets, each partition's by its leader; leaders that moved are looked up again, until
    /// `default.api.timeout.ms` has passed.
    ///
    /// The answers come in the order of the questions. `None`: no record has this timestamp or a later one.
    ///
    /// # Errors
    ///
    /// Each partition has its own: [`ClientError::UnknownTopic`], [`ClientError::GaveUp`] and others.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: it only reads.
    pub async fn list(
        &self,
        wanted: &[(TopicPartition, OffsetSpec)],
        isolation: IsolationLevel,
    ) -> Vec<(TopicPartition, Listed)> {
        let mut answers: Vec<Option<Listed>> = wanted.iter().map(|_| None).collect();
        let mut open: Vec<usize> = (0..wanted.len()).collect();
        let timeout = self.client.config().default_api_timeout;
        let mut backoff = self.client.backoff("list offsets", timeout);
        while !open.is_empty() {
            let mut again = None;
            for (at, answer) in self.list_once(wanted, &open, isolation).await {
                match answer {
                    Err(error) if error.is_retriable() => again = Some(error),
                    answer => answers[at] = Some(answer),
                }
            }
            open.retain(|at| answers[*at].is_none());
            if let Some(error) = again {
                if error.is_stale_metadata() {
                    self.client.stale_metadata();
                }
                if let Err(gave_up) = backoff.pause(error).await {
                    open.drain(..)
                        .for_each(|at| answers[at] = Some(Err(gave_up.clone())));
                }
            }
        }
        let answers = answers.into_iter().map(|answer| answer.unwrap_or(Ok(None)));
        wanted
            .iter()
            .map(|(partition, _)| partition.clone())
            .zip(answers)
            .collect()
    }

    /// Finds one offset.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: it only reads.
    pub async fn list_one(
        &self,
        partition: &TopicPartition,
        spec: OffsetSpec,
        isolation: IsolationLevel,
    ) -> Listed {
        let answers = self.list(&[(partition.clone(), spec)], isolation).await;
        answers
            .into_iter()
            .next()
            .map_or(Ok(None), |(_, answer)| answer)
    }

    /// One attempt for all that is open.
    async fn list_once(
        &self,
        wanted: &[(TopicPartition, OffsetSpec)],
        open: &[usize],
        isolation: IsolationLevel,
    ) -> Vec<(usize, Listed)> {
        // A request may name a partition once only, so its second question goes into another one.
        let mut requests: BTreeMap<(i32, usize), Vec<(usize, Leader)>> = BTreeMap::new();
        let mut asked: HashMap<&TopicPartition, usize> = HashMap::new();
        let mut answers = Vec::new();
        for at in open.iter().copied() {
            let partition = &wanted[at].0;
            match self.client.leader(partition).await {
                Ok(leader) => {
                    let turn = asked.entry(partition).or_default();
                    requests
                        .entry((leader.broker, *turn))
                        .or_default()
                        .push((at, leader));
                    *turn += 1;
                }
                Err(error) => answers.push((at, Err(error))),
            }
        }
        let calls = requests
            .iter()
            .map(|((broker, _), batch)| self.ask_leader(*broker, wanted, batch, isolation));
        answers.extend(join_all(calls).await.into_iter().flatten());
        answers
    }

    async fn ask_leader(
        &self,
        broker: i32,
        wanted: &[(TopicPartition, OffsetSpec)],
        batch: &[(usize, Leader)],
        isolation: IsolationLevel,
    ) -> Vec<(usize, Listed)> {
        let questions = batch
            .iter()
            .map(|(at, leader)| (&wanted[*at].0, (wanted[*at].1, leader.epoch)));
        let topics = by_topic(questions)
            .into_iter()
            .map(|(name, partitions)| ListOffsetsTopic {
                name,
                partitions: partitions.into_iter().map(question).collect(),
                ..ListOffsetsTopic::default()
            });
        let request = ListOffsetsRequest {
            replica_id: -1,
            isolation_level: isolation.code(),
            topics: topics.collect(),
            timeout_ms: i32::try_from(self.client.config().request_timeout.as_millis())
                .unwrap_or(i32::MAX),
            ..ListOffsetsRequest::default()
        };
        let reply = self.client.call(broker, Lane::General, &request).await;
        let answers = reply.and_then(|reply| read_listed(&reply));
        let mut answers = match answers {
            Ok(answers) => answers,
            Err(error) => {
                return batch
                    .iter()
                    .map(|(at, _)| (*at, Err(error.clone())))
                    .collect();
            }
        };
        let answer = |at: usize| {
            let silent = || {
                Err(ClientError::NoLeader {
                    partition: wanted[at].0.clone(),
                })
            };
            (at, answers.remove(&wanted[at].0).unwrap_or_else(silent))
        };
        batch.iter().map(|(at, _)| *at).map(answer).collect()
    }
}

fn question(
    (partition_index, (spec, leader_epoch)): (i32, (OffsetSpec, Option<i32>)),
) -> ListOffsetsPartition {
    ListOffsetsPartition {
        partition_index,
        current_leader_epoch: leader_epoch.unwrap_or(-1),
        timestamp: match spec {
            OffsetSpec::Newest => -1,
            OffsetSpec::Oldest => -2,
            OffsetSpec::MaxTimestamp => -3,
            // Below 0 it would mean something else (T19).
            OffsetSpec::Timestamp(ms) => ms.max(0),
        },
        ..ListOffsetsPartition::default()
    }
}

fn read_listed(
    reply: &Reply<ListOffsetsRequest<'_>>,
) -> Result<HashMap<TopicPartition, Listed>, ClientError> {
    let response = reply.parse()?;
    let partitions = response
        .topics
        .iter()
        .flat_map(|topic| topic.partitions.iter().map(|one| (topic.name, one)));
    let answer = |(topic, one): (&str, &ListOffsetsPartitionResponse)| {
        let partition = TopicPartition::new(topic, one.partition_index);
        let answered = reply.check(one.error_code, || About::Partition(partition.clone()));
        (partition, answered.map(|()| listed(one)))
    };
    Ok(partitions.map(answer).collect())
}

/// Offset -1 without an error: no record is so young.
fn listed(one: &ListOffsetsPartitionResponse) -> Option<ListedOffset> {
    (one.offset >= 0).then_some(ListedOffset {
        offset: one.offset,
        timestamp: (one.timestamp >= 0).then_some(one.timestamp),
        leader_epoch: (one.leader_epoch >= 0).then_some(one.leader_epoch),
    })
}
