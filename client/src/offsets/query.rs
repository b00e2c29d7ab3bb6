//! Asking for offsets: of partitions their leaders, of groups their coordinator.

use std::collections::{BTreeMap, HashMap};

use futures_util::future::join_all;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsTopic,
};
use ottla_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
    OffsetFetchResponse,
};
use ottla_protocol::types::TopicPartition;

use super::by_topic::{TopicIds, by_topic};
use super::{CommittedOffset, GroupOffsets, ListedOffset, OffsetSpec, Offsets};
use crate::brokers::Lane;
use crate::cluster::Leader;
use crate::config::IsolationLevel;
use crate::error::{About, ClientError};
use crate::options::CallOptions;
use crate::reply::Reply;

/// The last version of OffsetFetch that names topics.
const LAST_BY_NAME: i16 = 9;

/// The first version that asks for several groups at once, and has no other way to ask for one.
const FIRST_WITH_GROUPS: i16 = 8;

/// The first version that can wait for open transactions.
const FIRST_WITH_STABLE: i16 = 7;

type ByTopic<'a> = BTreeMap<&'a str, Vec<(i32, ())>>;
type Listed = Result<Option<ListedOffset>, ClientError>;
type Fetched = (TopicPartition, Result<Option<CommittedOffset>, ErrorCode>);

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
        let mut requests: HashMap<(i32, usize), Vec<(usize, Leader)>> = HashMap::new();
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
            });
        let request = ListOffsetsRequest {
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

impl GroupOffsets {
    /// Reads the group's committed offsets. The answers come in the order of the questions; `None`: nothing is
    /// committed.
    ///
    /// With `require_stable` an offset that an open transaction may still change is waited for.
    ///
    /// # Errors
    ///
    /// When the coordinator can't be found or asked within `default.api.timeout.ms`. Codes that speak of one partition
    /// come with it.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: it only reads.
    pub async fn fetch(
        &self,
        partitions: &[TopicPartition],
        require_stable: bool,
    ) -> Result<Vec<Fetched>, ClientError> {
        if partitions.is_empty() {
            return Ok(Vec::new());
        }
        let mut found: HashMap<_, _> = self
            .fetch_some(Some(partitions), require_stable)
            .await?
            .into_iter()
            .collect();
        let answer = |partition: &TopicPartition| {
            (
                partition.clone(),
                found.remove(partition).unwrap_or(Ok(None)),
            )
        };
        Ok(partitions.iter().map(answer).collect())
    }

    /// Reads all that the group has committed.
    ///
    /// # Errors
    ///
    /// As [`fetch`](Self::fetch).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: it only reads.
    pub async fn fetch_all(&self, require_stable: bool) -> Result<Vec<Fetched>, ClientError> {
        let mut all = self.fetch_some(None, require_stable).await?;
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(all)
    }

    async fn fetch_some(
        &self,
        partitions: Option<&[TopicPartition]>,
        require_stable: bool,
    ) -> Result<Vec<Fetched>, ClientError> {
        let timeout = self.client.config().default_api_timeout;
        let mut backoff = self.client.backoff("fetch committed offsets", timeout);
        loop {
            match self.fetch_once(partitions, require_stable).await {
                Ok(found) => return Ok(found),
                Err(error) => {
                    self.coordinator_failed(&error);
                    backoff.pause(error).await?;
                }
            }
        }
    }

    async fn fetch_once(
        &self,
        partitions: Option<&[TopicPartition]>,
        require_stable: bool,
    ) -> Result<Vec<Fetched>, ClientError> {
        let coordinator = self.client.coordinator(&self.group).await?;
        let topics = partitions.map(|partitions| by_topic(partitions.iter().map(|one| (one, ()))));
        let cluster = self.client.cluster();
        let names = topics.iter().flatten().map(|(name, _)| *name);
        let ids = TopicIds::of(&cluster, names);
        // All of a group's topics are only known once the answer is here: so by name.
        let by_id = partitions.is_some() && ids.are_complete();
        let version = if by_id { i16::MAX } else { LAST_BY_NAME };
        let request = |version| match version {
            ..FIRST_WITH_GROUPS => self.before_groups(topics.as_ref(), require_stable, version),
            _ => self.for_group(topics.as_ref(), require_stable, &ids),
        };
        let options = CallOptions::new().up_to_version(version);
        let reply = self
            .client
            .call_with(coordinator, Lane::Group, options, request)
            .await?;
        self.read_fetched(&reply, &ids)
    }

    fn for_group<'a>(
        &'a self,
        topics: Option<&ByTopic<'a>>,
        require_stable: bool,
        ids: &TopicIds<'_>,
    ) -> OffsetFetchRequest<'a> {
        let topic = |(name, partitions): (&&'a str, &Vec<(i32, ())>)| OffsetFetchRequestTopics {
            name,
            topic_id: ids.id(name),
            partition_indexes: numbers(partitions),
        };
        OffsetFetchRequest {
            groups: vec![OffsetFetchRequestGroup {
                group_id: &self.group,
                topics: topics.map(|topics| topics.iter().map(topic).collect()),
                ..OffsetFetchRequestGroup::default()
            }],
            require_stable,
            ..OffsetFetchRequest::default()
        }
    }

    fn before_groups<'a>(
        &'a self,
        topics: Option<&ByTopic<'a>>,
        require_stable: bool,
        version: i16,
    ) -> OffsetFetchRequest<'a> {
        let topic = |(name, partitions): (&&'a str, &Vec<(i32, ())>)| OffsetFetchRequestTopic {
            name,
            partition_indexes: numbers(partitions),
        };
        OffsetFetchRequest {
            group_id: &self.group,
            topics: topics.map(|topics| topics.iter().map(topic).collect()),
            require_stable: require_stable && version >= FIRST_WITH_STABLE,
            ..OffsetFetchRequest::default()
        }
    }

    fn read_fetched(
        &self,
        reply: &Reply<OffsetFetchRequest<'_>>,
        ids: &TopicIds<'_>,
    ) -> Result<Vec<Fetched>, ClientError> {
        let response = reply.parse()?;
        let group = || About::Group(self.group.clone());
        reply.check(
            response
                .groups
                .first()
                .map_or(response.error_code, |group| group.error_code),
            group,
        )?;
        let found = found(&response, ids);
        // These speak of the coordinator or of a transaction about to end, whatever partition they stand beside.
        let waits = found
            .iter()
            .find_map(|(_, answer)| answer.as_ref().err().filter(|code| code.is_retriable()));
        reply.check(waits.map_or(0, |code| code.code()), group)?;
        Ok(found)
    }

    /// After a failure that says so, the coordinator is looked up again.
    pub(super) fn coordinator_failed(&self, error: &ClientError) {
        let moved = matches!(
            error.error_code(),
            Some(ErrorCode::NOT_COORDINATOR | ErrorCode::COORDINATOR_NOT_AVAILABLE)
        );
        if moved || error.is_stale_metadata() {
            self.client.forget_coordinator(&self.group);
        }
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

fn numbers<T>(partitions: &[(i32, T)]) -> Vec<i32> {
    partitions.iter().map(|(partition, _)| *partition).collect()
}

/// Both forms of the answer.
fn found(response: &OffsetFetchResponse<'_>, ids: &TopicIds<'_>) -> Vec<Fetched> {
    let grouped = response
        .groups
        .iter()
        .flat_map(|group| &group.topics)
        .flat_map(|topic| {
            let name = ids.name(topic.name, topic.topic_id);
            topic.partitions.iter().map(move |one| {
                let answer = answer(
                    one.error_code,
                    one.committed_offset,
                    one.committed_leader_epoch,
                    one.metadata,
                );
                (TopicPartition::new(name, one.partition_index), answer)
            })
        });
    let single = response.topics.iter().flat_map(|topic| {
        topic.partitions.iter().map(|one| {
            let answer = answer(
                one.error_code,
                one.committed_offset,
                one.committed_leader_epoch,
                one.metadata,
            );
            (TopicPartition::new(topic.name, one.partition_index), answer)
        })
    });
    grouped.chain(single).collect()
}

/// Offset -1 without an error: nothing is committed (T2).
fn answer(
    code: i16,
    next: i64,
    leader_epoch: i32,
    metadata: Option<&str>,
) -> Result<Option<CommittedOffset>, ErrorCode> {
    ErrorCode::from(code).into_result()?;
    Ok((next >= 0).then(|| CommittedOffset {
        next,
        leader_epoch: (leader_epoch >= 0).then_some(leader_epoch),
        metadata: metadata.unwrap_or_default().to_owned(),
    }))
}
