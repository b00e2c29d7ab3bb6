//! Committing: one at a time a group handle, each partition with a result of its own.

use std::collections::BTreeMap;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use ottla_protocol::types::TopicPartition;

use super::by_topic::{TopicIds, by_topic};
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
        offsets: &[(TopicPartition, CommittedOffset)],
    ) -> Result<CommitResults, ClientError> {
        let coordinator = self.client.coordinator(&self.group).await?;
        let topics = by_topic(
            offsets
                .iter()
                .map(|(partition, offset)| (partition, offset)),
        );
        let cluster = self.client.cluster();
        let ids = TopicIds::of(&cluster, topics.keys().copied());
        let version = if ids.are_complete() {
            i16::MAX
        } else {
            LAST_BY_NAME
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
                .map(|(name, partitions)| to_store(name, &ids, partitions))
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
        ids: &TopicIds<'_>,
        offsets: &[(TopicPartition, CommittedOffset)],
    ) -> Result<CommitResults, ClientError> {
        let response = reply.parse()?;
        let mut codes = BTreeMap::new();
        for topic in &response.topics {
            let name = ids.name(topic.name, topic.topic_id);
            for one in &topic.partitions {
                codes.insert((name, one.partition_index), ErrorCode::from(one.error_code));
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
        let result = |partition: &TopicPartition| {
            let code = codes.get(&(&*partition.topic, partition.partition));
            code.copied()
                .unwrap_or(ErrorCode::UNKNOWN_SERVER_ERROR)
                .into_result()
        };
        Ok(offsets
            .iter()
            .map(|(partition, _)| (partition.clone(), result(partition)))
            .collect())
    }
}

fn to_store<'a>(
    name: &'a str,
    ids: &TopicIds<'_>,
    partitions: &[(i32, &'a CommittedOffset)],
) -> OffsetCommitRequestTopic<'a> {
    let partition =
        |(partition_index, offset): &(i32, &'a CommittedOffset)| OffsetCommitRequestPartition {
            partition_index: *partition_index,
            committed_offset: offset.next,
            committed_leader_epoch: offset.leader_epoch.unwrap_or(-1),
            committed_metadata: Some(&offset.metadata),
            ..OffsetCommitRequestPartition::default()
        };
    OffsetCommitRequestTopic {
        name,
        topic_id: ids.id(name),
        partitions: partitions.iter().map(partition).collect(),
        ..OffsetCommitRequestTopic::default()
    }
}
