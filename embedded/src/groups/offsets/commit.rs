//! OffsetCommit and TxnOffsetCommit: partition by partition what comes of it.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitResponse, OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
};
use ottla_protocol::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitResponse, TxnOffsetCommitResponsePartition,
    TxnOffsetCommitResponseTopic,
};
use ottla_protocol::types::TopicId;

use super::check::CommitCheck;
use super::{CommitWatcher, Committed, WrittenOffset};
use crate::groups::classic::{ClassicGroup, ClassicState};
use crate::groups::context::{Caller, Context};
use crate::groups::topics::TopicView;
use crate::groups::{Groups, Kind};

impl Groups {
    /// OffsetCommit.
    pub fn offset_commit<'r>(
        &mut self,
        cx: &Context<'_>,
        caller: Caller<'_>,
        request: &OffsetCommitRequest<'r>,
    ) -> OffsetCommitResponse<'r> {
        let check = CommitCheck {
            member_id: request.member_id,
            instance_id: request.group_instance_id,
            generation: request.generation_id_or_member_epoch,
            transactional: false,
            version: caller.version,
        };
        let named: Vec<Named> = request
            .topics
            .iter()
            .map(|topic| Named::find(cx.topics, topic.name, topic.topic_id, caller.version >= 10))
            .collect();
        let checked = self.checked_partitions(request, &named);
        let refused = self
            .check_commit(cx, request.group_id, &check, &checked)
            .err();
        let expire_ms = (request.retention_time_ms >= 0)
            .then(|| cx.now.wall_ms.saturating_add(request.retention_time_ms));
        let topics =
            request
                .topics
                .iter()
                .zip(&named)
                .map(|(topic, named)| OffsetCommitResponseTopic {
                    name: topic.name,
                    topic_id: topic.topic_id,
                    partitions: topic
                        .partitions
                        .iter()
                        .map(|of| {
                            let new = NewOffset {
                                member_id: request.member_id,
                                partition: of.partition_index,
                                offset: of.committed_offset,
                                leader_epoch: of.committed_leader_epoch,
                                metadata: of.committed_metadata,
                                expire_ms,
                            };
                            OffsetCommitResponsePartition {
                                partition_index: of.partition_index,
                                error_code: self
                                    .commit_one(cx, None, request.group_id, refused, named, &new)
                                    .code(),
                                ..OffsetCommitResponsePartition::default()
                            }
                        })
                        .collect(),
                    ..OffsetCommitResponseTopic::default()
                });
        OffsetCommitResponse {
            topics: topics.collect(),
            ..OffsetCommitResponse::default()
        }
    }

    /// Kafka looks at a member's partitions only where their metadata is short enough.
    fn checked_partitions(
        &self,
        request: &OffsetCommitRequest<'_>,
        named: &[Named],
    ) -> Vec<(TopicId, i32)> {
        let max = self.settings.offset_metadata_max;
        let mut checked = Vec::new();
        for (topic, named) in request.topics.iter().zip(named) {
            if named.exists {
                let fitting = topic
                    .partitions
                    .iter()
                    .filter(|of| fits(of.committed_metadata, max));
                checked.extend(fitting.map(|of| (named.id, of.partition_index)));
            }
        }
        checked
    }

    /// TxnOffsetCommit: the offsets wait for [`Groups::complete_transaction`]. That the producer and its epoch may write is
    /// the transaction coordinator's to say, before this.
    pub fn txn_offset_commit<'r>(
        &mut self,
        cx: &Context<'_>,
        caller: Caller<'_>,
        request: &TxnOffsetCommitRequest<'r>,
    ) -> TxnOffsetCommitResponse<'r> {
        let check = CommitCheck {
            member_id: request.member_id,
            instance_id: request.group_instance_id,
            generation: request.generation_id,
            transactional: true,
            version: caller.version,
        };
        let find = |name: &str| Named::find(cx.topics, name, TopicId::UNKNOWN, false);
        let checked: Vec<(TopicId, i32)> = request
            .topics
            .iter()
            .flat_map(|topic| {
                topic
                    .partitions
                    .iter()
                    .map(move |of| (find(topic.name).id, of.partition_index))
            })
            .collect();
        let refused = self
            .check_commit(cx, request.group_id, &check, &checked)
            .err();
        let topics = request
            .topics
            .iter()
            .map(|topic| TxnOffsetCommitResponseTopic {
                name: topic.name,
                partitions: topic
                    .partitions
                    .iter()
                    .map(|of| {
                        let new = NewOffset {
                            member_id: request.member_id,
                            partition: of.partition_index,
                            offset: of.committed_offset,
                            leader_epoch: of.committed_leader_epoch,
                            metadata: of.committed_metadata,
                            expire_ms: None,
                        };
                        let (producer, named) = (Some(request.producer_id), find(topic.name));
                        TxnOffsetCommitResponsePartition {
                            partition_index: of.partition_index,
                            error_code: self
                                .commit_one(cx, producer, request.group_id, refused, &named, &new)
                                .code(),
                            ..TxnOffsetCommitResponsePartition::default()
                        }
                    })
                    .collect(),
                ..TxnOffsetCommitResponseTopic::default()
            });
        TxnOffsetCommitResponse {
            topics: topics.collect(),
            ..TxnOffsetCommitResponse::default()
        }
    }

    /// Ends a producer's transaction: its offsets count from now on, or never.
    pub fn complete_transaction(&mut self, producer_id: i64, commit: bool) {
        for group in self.offsets.complete(producer_id, commit) {
            self.touch(&group);
        }
    }

    fn check_commit(
        &mut self,
        cx: &Context<'_>,
        group_id: &str,
        check: &CommitCheck<'_>,
        partitions: &[(TopicId, i32)],
    ) -> Result<(), ErrorCode> {
        if check.generation < 0 && !self.groups.contains_key(group_id) {
            // A simple group: one that has no members and keeps offsets.
            self.groups.insert(
                group_id.to_owned(),
                Kind::Classic(ClassicGroup::new(cx.now)),
            );
        }
        let (group, turn) = self.turn(cx, group_id);
        match group {
            None if check.transactional || check.version < 9 => Err(ErrorCode::ILLEGAL_GENERATION),
            None => Err(ErrorCode::GROUP_ID_NOT_FOUND),
            Some(Kind::Consumer(group)) => check.in_consumer(group, partitions.iter().copied()),
            Some(Kind::Classic(group)) => {
                check.in_classic(group)?;
                // A commit is as good as a heartbeat, except while assignments are awaited.
                if !check.transactional && group.state != ClassicState::CompletingRebalance {
                    group.heard_of(&turn, check.member_id);
                }
                Ok(())
            }
        }
    }

    fn commit_one(
        &mut self,
        cx: &Context<'_>,
        producer: Option<i64>,
        group_id: &str,
        refused: Option<ErrorCode>,
        named: &Named,
        new: &NewOffset<'_>,
    ) -> ErrorCode {
        let Some(name) = &named.name else {
            return ErrorCode::UNKNOWN_TOPIC_ID;
        };
        if !named.has(new.partition) {
            return ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
        }
        if let Some(error) = refused {
            return error;
        }
        if !fits(new.metadata, self.settings.offset_metadata_max) {
            return ErrorCode::OFFSET_METADATA_TOO_LARGE;
        }
        let committed = Committed {
            offset: new.offset,
            leader_epoch: new.leader_epoch,
            metadata: new.metadata.unwrap_or_default().to_owned(),
            commit_ms: cx.now.wall_ms,
            expire_ms: new.expire_ms,
            topic_id: named.id,
            order: self.offsets.next_order(),
        };
        match producer {
            None => {
                self.tell_watcher(group_id, name, new);
                self.offsets.put(group_id, name, new.partition, committed);
            }
            Some(producer) => {
                self.offsets
                    .put_pending(producer, group_id, name, new.partition, committed)
            }
        }
        self.touch(group_id);
        ErrorCode::NONE
    }
}

impl Groups {
    /// Lets somebody see what members commit from now on; not what is committed in transactions.
    pub fn watch_commits(&mut self) -> CommitWatcher {
        self.offsets.watcher.get_or_insert_default().clone()
    }

    fn tell_watcher(&self, group_id: &str, topic: &str, new: &NewOffset<'_>) {
        if let Some(watcher) = &self.offsets.watcher {
            watcher.note(WrittenOffset {
                group: group_id.to_owned(),
                member_id: new.member_id.to_owned(),
                topic: topic.to_owned(),
                partition: new.partition,
                offset: new.offset,
            });
        }
    }
}

/// A topic of a request, by name or by id.
struct Named {
    name: Option<String>,
    id: TopicId,
    exists: bool,
    partitions: i32,
}

impl Named {
    fn find(topics: &dyn TopicView, name: &str, id: TopicId, by_id: bool) -> Self {
        let name = if by_id {
            topics.name_of(id)
        } else {
            Some(name)
        };
        let found = name.and_then(|name| topics.topic(name));
        Self {
            name: name.map(str::to_owned),
            id: found.map_or(id, |(id, _)| id),
            exists: found.is_some(),
            partitions: found.map_or(0, |(_, partitions)| partitions),
        }
    }

    fn has(&self, partition: i32) -> bool {
        (0..self.partitions).contains(&partition)
    }
}

struct NewOffset<'r> {
    member_id: &'r str,
    partition: i32,
    offset: i64,
    leader_epoch: i32,
    metadata: Option<&'r str>,
    expire_ms: Option<i64>,
}

/// Kafka counts Java's characters.
fn fits(metadata: Option<&str>, max: usize) -> bool {
    metadata.is_none_or(|text| text.encode_utf16().count() <= max)
}
