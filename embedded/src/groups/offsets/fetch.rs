//! OffsetFetch: of one group or of many, of some partitions or of all.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics, OffsetFetchResponse,
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic, OffsetFetchResponseTopics,
};
use ottla_protocol::types::TopicId;

use crate::groups::topics::TopicView;
use crate::groups::{Groups, Kind};

/// One group's question, whatever the version.
struct Question<'r> {
    group_id: &'r str,
    member_id: Option<&'r str>,
    member_epoch: i32,
    /// None: all.
    topics: Option<Vec<OffsetFetchRequestTopics<'r>>>,
    stable: bool,
    by_id: bool,
}

impl Groups {
    /// OffsetFetch. What is answered borrows from the groups and the request.
    #[must_use]
    pub fn offset_fetch<'a>(
        &'a self,
        topics: &'a dyn TopicView,
        version: i16,
        request: &OffsetFetchRequest<'a>,
    ) -> OffsetFetchResponse<'a> {
        if version < 8 {
            return self.fetch_of_one(topics, version, request);
        }
        let groups = request
            .groups
            .iter()
            .map(|group: &OffsetFetchRequestGroup<'a>| {
                self.fetch_group(
                    topics,
                    &Question {
                        group_id: group.group_id,
                        member_id: group.member_id,
                        member_epoch: group.member_epoch,
                        topics: group.topics.clone(),
                        stable: request.require_stable,
                        by_id: version >= 10,
                    },
                )
            });
        OffsetFetchResponse {
            groups: groups.collect(),
            ..OffsetFetchResponse::default()
        }
    }

    fn fetch_of_one<'a>(
        &'a self,
        topics: &'a dyn TopicView,
        version: i16,
        request: &OffsetFetchRequest<'a>,
    ) -> OffsetFetchResponse<'a> {
        let asked = request.topics.as_ref().map(|asked| {
            let topics = asked.iter().map(|topic| OffsetFetchRequestTopics {
                name: topic.name,
                partition_indexes: topic.partition_indexes.clone(),
                ..OffsetFetchRequestTopics::default()
            });
            topics.collect::<Vec<_>>()
        });
        let group = self.fetch_group(
            topics,
            &Question {
                group_id: request.group_id,
                member_id: None,
                member_epoch: -1,
                topics: asked.clone(),
                stable: request.require_stable,
                by_id: false,
            },
        );
        let error = group.error_code;
        let found = if error != 0 && version < 2 {
            // Version 1 has no place for an error but the partitions.
            refused_partitions(asked.as_deref().unwrap_or_default(), error)
        } else {
            group.topics
        };
        OffsetFetchResponse {
            error_code: error,
            topics: found.into_iter().map(older_topic).collect(),
            ..OffsetFetchResponse::default()
        }
    }

    fn fetch_group<'a>(
        &'a self,
        topics: &'a dyn TopicView,
        question: &Question<'a>,
    ) -> OffsetFetchResponseGroup<'a> {
        let found = match self.may_fetch(question) {
            Ok(()) => match &question.topics {
                Some(asked) => asked
                    .iter()
                    .map(|topic| self.fetch_topic(topics, question, topic))
                    .collect(),
                None => self.fetch_all(topics, question),
            },
            Err(error) => {
                return OffsetFetchResponseGroup {
                    group_id: question.group_id,
                    error_code: error.code(),
                    ..OffsetFetchResponseGroup::default()
                };
            }
        };
        OffsetFetchResponseGroup {
            group_id: question.group_id,
            topics: found,
            ..OffsetFetchResponseGroup::default()
        }
    }

    /// Members of the consumer protocol may only read while they are up to date; a group that isn't there has no
    /// offsets, which is no error.
    fn may_fetch(&self, question: &Question<'_>) -> Result<(), ErrorCode> {
        let Some(Kind::Consumer(group)) = self.groups.get(question.group_id) else {
            return Ok(());
        };
        if question.member_id.is_none() && question.member_epoch < 0 {
            return Ok(());
        }
        let member = group.members.get(question.member_id.unwrap_or_default());
        let member = member.ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
        if member.epoch == question.member_epoch {
            Ok(())
        } else if member.classic.is_some() {
            Err(ErrorCode::ILLEGAL_GENERATION)
        } else {
            Err(ErrorCode::STALE_MEMBER_EPOCH)
        }
    }

    fn fetch_topic<'a>(
        &'a self,
        topics: &'a dyn TopicView,
        question: &Question<'a>,
        asked: &OffsetFetchRequestTopics<'a>,
    ) -> OffsetFetchResponseTopics<'a> {
        let name = if question.by_id {
            topics.name_of(asked.topic_id)
        } else {
            Some(asked.name)
        };
        let partitions = asked.partition_indexes.iter().map(|&partition| match name {
            Some(name) => self.fetch_partition(question, name, asked.topic_id, partition),
            None => nothing(partition, ErrorCode::UNKNOWN_TOPIC_ID),
        });
        OffsetFetchResponseTopics {
            name: name.unwrap_or_default(),
            topic_id: asked.topic_id,
            partitions: partitions.collect(),
            ..OffsetFetchResponseTopics::default()
        }
    }

    fn fetch_all<'a>(
        &'a self,
        topics: &'a dyn TopicView,
        question: &Question<'a>,
    ) -> Vec<OffsetFetchResponseTopics<'a>> {
        let Some(offsets) = self.offsets.committed.get(question.group_id) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (name, partitions) in offsets {
            let topic_id = topics.topic(name).map(|(id, _)| id);
            if question.by_id && topic_id.is_none() {
                continue;
            }
            let topic_id = topic_id.unwrap_or_default();
            let of = partitions
                .keys()
                .map(|&partition| self.fetch_partition(question, name, topic_id, partition));
            found.push(OffsetFetchResponseTopics {
                name,
                topic_id,
                partitions: of.collect(),
                ..OffsetFetchResponseTopics::default()
            });
        }
        found
    }

    fn fetch_partition<'a>(
        &'a self,
        question: &Question<'a>,
        topic: &str,
        topic_id: TopicId,
        partition: i32,
    ) -> OffsetFetchResponsePartitions<'a> {
        if question.stable && self.offsets.is_pending(question.group_id, topic, partition) {
            return nothing(partition, ErrorCode::UNSTABLE_OFFSET_COMMIT);
        }
        let Some(committed) = self.offsets.get(question.group_id, topic, partition) else {
            return nothing(partition, ErrorCode::NONE);
        };
        let other =
            question.by_id && !committed.topic_id.is_unknown() && committed.topic_id != topic_id;
        if other {
            // The topic was made anew under its name: an offset of the old one says nothing.
            return nothing(partition, ErrorCode::NONE);
        }
        OffsetFetchResponsePartitions {
            partition_index: partition,
            committed_offset: committed.offset,
            committed_leader_epoch: committed.leader_epoch,
            metadata: Some(&committed.metadata),
            ..OffsetFetchResponsePartitions::default()
        }
    }
}

fn nothing<'a>(partition: i32, error: ErrorCode) -> OffsetFetchResponsePartitions<'a> {
    OffsetFetchResponsePartitions {
        partition_index: partition,
        committed_offset: -1,
        committed_leader_epoch: -1,
        metadata: Some(""),
        error_code: error.code(),
        ..OffsetFetchResponsePartitions::default()
    }
}

fn refused_partitions<'a>(
    asked: &[OffsetFetchRequestTopics<'a>],
    error: i16,
) -> Vec<OffsetFetchResponseTopics<'a>> {
    let topics = asked.iter().map(|topic| OffsetFetchResponseTopics {
        name: topic.name,
        partitions: topic
            .partition_indexes
            .iter()
            .map(|&at| nothing(at, ErrorCode(error)))
            .collect(),
        ..OffsetFetchResponseTopics::default()
    });
    topics.collect()
}

fn older_topic(topic: OffsetFetchResponseTopics<'_>) -> OffsetFetchResponseTopic<'_> {
    let partitions = topic
        .partitions
        .into_iter()
        .map(|of| OffsetFetchResponsePartition {
            partition_index: of.partition_index,
            committed_offset: of.committed_offset,
            committed_leader_epoch: of.committed_leader_epoch,
            metadata: of.metadata,
            error_code: of.error_code,
            ..OffsetFetchResponsePartition::default()
        });
    OffsetFetchResponseTopic {
        name: topic.name,
        partitions: partitions.collect(),
        ..OffsetFetchResponseTopic::default()
    }
}
