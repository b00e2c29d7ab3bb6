//! Committing: one at a time a group handle, each partition with a result of its own.

use std::collections::BTreeMap;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use ottla_protocol::types::{TopicId, TopicPartition};

use super::{CommitResults, CommittedOffset, GroupMember, GroupOffsets, speaks_of_coordinator};
use crate::brokers::Lane;
use crate::error::{About, ClientError};
use crate::options::CallOptions;
use crate::reply::Reply;

/// The last version of OffsetCommit that names topics.
const LAST_BY_NAME: i16 = 9;

/// The first version that knows static members.
const FIRST_WITH_INSTANCE: i16 = 7;

impl GroupOffsets {
    /// Stores offsets for the group, as a member of it or, without one, from outside; from outside the coordinator takes
    /// them only while the group has no members.
    ///
    /// Commits of one handle and its clones leave one after the other. While the coordinator moves or loads, the commit
    /// is tried again, until `default.api.timeout.ms` has passed. The results come in the order of the offsets.
    ///
    /// # Errors
    ///
    /// When the coordinator can't be found or asked in time: then the offsets may be stored or not, see
    /// [`ClientError::outcome_unknown`]. What the coordinator refuses comes as the partition's result.
    ///
    /// # Cancel safety
    ///
    /// A dropped commit may have been stored or not. It keeps its place: later ones are stored after it.
    pub async fn commit(
        &self,
        member: Option<&GroupMember>,
        offsets: &[(TopicPartition, CommittedOffset)],
    ) -> Result<CommitResults, ClientError> {
        let by_name = offsets.iter().map(|(partition, offset)| ToCommit {
            partition,
            topic_id: TopicId::UNKNOWN,
            offset,
        });
        self.commit_all(member, &by_name.collect::<Vec<_>>()).await
    }

    /// As [`commit`](Self::commit), for topics by their ids: an offset of a topic that was made anew since is refused with
    /// `UNKNOWN_TOPIC_ID`, and not taken for one of the new topic. A topic whose id is unknown (all zero) goes by its name, and so do all
    /// with brokers before Kafka 4.1.
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit).
    ///
    /// # Cancel safety
    ///
    /// As [`commit`](Self::commit).
    pub async fn commit_by_id(
        &self,
        member: Option<&GroupMember>,
        offsets: &[(TopicPartition, TopicId, CommittedOffset)],
    ) -> Result<CommitResults, ClientError> {
        let by_id = offsets
            .iter()
            .map(|(partition, topic_id, offset)| ToCommit {
                partition,
                topic_id: *topic_id,
                offset,
            });
        self.commit_all(member, &by_id.collect::<Vec<_>>()).await
    }

    async fn commit_all(
        &self,
        member: Option<&GroupMember>,
        offsets: &[ToCommit<'_>],
    ) -> Result<CommitResults, ClientError> {
        if offsets.is_empty() {
            return Ok(Vec::new());
        }
        let _turn = self.turn.acquire().await.map_err(|_| ClientError::Closed)?;
        let timeout = self.client.config().default_api_timeout;
        let mut backoff = self.client.backoff("commit offsets", timeout);
        loop {
            match self.commit_once(member, offsets).await {
                Ok(results) => return Ok(results),
                Err(error) => {
                    self.look_again_after(&error);
                    backoff.pause(error).await?;
                }
            }
        }
    }

    async fn commit_once(
        &self,
        member: Option<&GroupMember>,
        offsets: &[ToCommit<'_>],
    ) -> Result<CommitResults, ClientError> {
        let coordinator = self.client.coordinator(&self.group).await?;
        let cluster = self.client.cluster();
        let known = |one: &ToCommit<'_>| match cluster.topic(&one.partition.topic) {
            Some(topic) if one.topic_id.is_unknown() => topic.id,
            _ => one.topic_id,
        };
        let ids: Vec<TopicId> = offsets.iter().map(known).collect();
        let mut topics: BTreeMap<Topic<'_>, Vec<&ToCommit<'_>>> = BTreeMap::new();
        for (one, id) in offsets.iter().zip(&ids) {
            self.client.keep_fresh(&one.partition.topic);
            topics
                .entry((&one.partition.topic, *id))
                .or_default()
                .push(one);
        }
        let version = match ids.iter().any(TopicId::is_unknown) {
            true => LAST_BY_NAME,
            false => i16::MAX,
        };
        let request = |version| OffsetCommitRequest {
            group_id: &self.group,
            generation_id_or_member_epoch: member.map_or(-1, |member| member.generation),
            member_id: member.map_or("", |member| &member.member_id),
            group_instance_id: member
                .filter(|_| version >= FIRST_WITH_INSTANCE)
                .and_then(|member| member.instance_id.as_deref()),
            topics: topics
                .iter()
                .map(|(topic, offsets)| to_store(*topic, offsets))
                .collect(),
            ..OffsetCommitRequest::default()
        };
        let options = CallOptions::new().up_to_version(version);
        let reply = self
            .client
            .call_with(coordinator, Lane::Group, options, request)
            .await?;
        self.read_results(&reply, &ids, offsets)
    }

    fn read_results(
        &self,
        reply: &Reply<OffsetCommitRequest<'_>>,
        ids: &[TopicId],
        offsets: &[ToCommit<'_>],
    ) -> Result<CommitResults, ClientError> {
        let response = reply.parse()?;
        let mut codes = BTreeMap::new();
        for topic in &response.topics {
            for one in &topic.partitions {
                let place = (topic.name, topic.topic_id, one.partition_index);
                codes.insert(place, ErrorCode::from(one.error_code));
            }
        }
        if let Some(code) = codes.values().find(|code| speaks_of_coordinator(**code)) {
            reply.check(code.code(), || About::Group(self.group.clone()))?;
        }
        if codes
            .values()
            .any(|code| *code == ErrorCode::UNKNOWN_TOPIC_ID)
        {
            self.client.stale_metadata();
        }
        // An answer has either the names or the ids.
        let result = |partition: &TopicPartition, id: TopicId| {
            let by_name = (&*partition.topic, TopicId::UNKNOWN, partition.partition);
            let code = codes.get(&("", id, partition.partition));
            let code = code.or_else(|| codes.get(&by_name));
            code.copied()
                .unwrap_or(ErrorCode::UNKNOWN_SERVER_ERROR)
                .into_result()
        };
        let each = offsets.iter().map(|one| one.partition).zip(ids);
        Ok(each
            .map(|(partition, id)| (partition.clone(), result(partition, *id)))
            .collect())
    }
}

/// A name and the id that is meant by it.
type Topic<'a> = (&'a str, TopicId);

/// One offset on its way.
#[derive(Clone, Copy, Debug)]
struct ToCommit<'a> {
    partition: &'a TopicPartition,
    topic_id: TopicId,
    offset: &'a CommittedOffset,
}

fn to_store<'a>(
    (name, topic_id): Topic<'a>,
    offsets: &[&ToCommit<'a>],
) -> OffsetCommitRequestTopic<'a> {
    let partition = |one: &&ToCommit<'a>| OffsetCommitRequestPartition {
        partition_index: one.partition.partition,
        committed_offset: one.offset.next,
        committed_leader_epoch: one.offset.leader_epoch.unwrap_or(-1),
        committed_metadata: Some(&one.offset.metadata),
        ..OffsetCommitRequestPartition::default()
    };
    OffsetCommitRequestTopic {
        name,
        topic_id,
        partitions: offsets.iter().map(partition).collect(),
        ..OffsetCommitRequestTopic::default()
    }
}
