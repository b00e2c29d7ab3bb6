//! Asking a group's coordinator what the group has committed.

use std::collections::{BTreeMap, HashMap};

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
    OffsetFetchResponse,
};
use ottla_protocol::types::TopicPartition;

use super::by_topic::{TopicIds, by_topic};
use super::{CommittedOffset, GroupOffsets, speaks_of_coordinator};
use crate::brokers::Lane;
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
type Fetched = (TopicPartition, Result<Option<CommittedOffset>, ErrorCode>);

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
        let mut answer = |partition: &TopicPartition| {
            // Silence must not pass for "nothing committed": the group would start anew.
            let silent = Err(ErrorCode::UNKNOWN_SERVER_ERROR);
            let answer = found.remove(partition).unwrap_or(silent);
            (partition.clone(), answer)
        };
        Ok(partitions.iter().map(&mut answer).collect())
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
                    self.look_again_after(&error);
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
        let coordinator = self.client.coordinator_once(&self.group).await?;
        let topics = partitions.map(|partitions| by_topic(partitions.iter().map(|one| (one, ()))));
        let cluster = self.client.cluster();
        let names = topics.iter().flatten().map(|(name, _)| *name);
        // Else an id that is known from elsewhere would stay what it was, and be refused for ever.
        names.clone().for_each(|name| self.client.keep_fresh(name));
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
            ..OffsetFetchRequestTopics::default()
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
            ..OffsetFetchRequestTopic::default()
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
        let first = response.groups.first();
        let code = first.map_or(response.error_code, |group| group.error_code);
        reply.check(code, group)?;
        let found = found(&response, ids);
        let codes = found.iter().filter_map(|(_, answer)| answer.as_ref().err());
        let passing = codes.copied().find(|code| passes(*code));
        reply.check(passing.map_or(0, ErrorCode::code), group)?;
        Ok(found)
    }
}

/// These speak of the coordinator, of a transaction about to end, or of an id that our metadata has from a topic that is
/// gone: the whole question is put again.
fn passes(code: ErrorCode) -> bool {
    let waits = [
        ErrorCode::UNSTABLE_OFFSET_COMMIT,
        ErrorCode::UNKNOWN_TOPIC_ID,
    ];
    speaks_of_coordinator(code) || waits.contains(&code)
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
