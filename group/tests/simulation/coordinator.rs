//! The coordinator of the one group there is: the classic protocol, kindly.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use ottla_protocol::api::ApiKey;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};
use ottla_protocol::messages::join_group::{
    JoinGroupRequest, JoinGroupResponse, JoinGroupResponseMember,
};
use ottla_protocol::messages::leave_group::{LeaveGroupRequest, LeaveGroupResponse};
use ottla_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitResponse, OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
};
use ottla_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchResponse, OffsetFetchResponsePartition, OffsetFetchResponseTopic,
};
use ottla_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupResponse};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::broker::{encode, read};

#[derive(Default)]
pub(crate) struct Group {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    generation: i32,
    named: u32,
    /// Of this generation, with their subscriptions.
    members: BTreeMap<String, Vec<u8>>,
    assignments: BTreeMap<String, Vec<u8>>,
    /// A rebalance goes on: who has joined again, and until when others may.
    joining: BTreeMap<String, Vec<u8>>,
    until: Option<Instant>,
    rebalances: bool,
    committed: BTreeMap<(String, i32), i64>,
}

/// How long the first who joins waits for others.
const PATIENCE: Duration = Duration::from_secs(1);

impl Group {
    /// The latest committed offsets, by partition.
    pub(crate) fn committed(&self) -> BTreeMap<(String, i32), i64> {
        self.state().committed.clone()
    }

    pub(crate) async fn answer(&self, api: ApiKey, at: (i16, i32), body: &[u8]) -> Vec<u8> {
        match api {
            ApiKey::JoinGroup => self.join(&read(body, at), at).await,
            ApiKey::SyncGroup => self.sync(&read(body, at), at).await,
            ApiKey::Heartbeat => encode(&self.heartbeat(&read(body, at)), at),
            ApiKey::LeaveGroup => encode(&self.leave(&read(body, at)), at),
            ApiKey::OffsetFetch => encode(&self.fetch(&read(body, at)), at),
            ApiKey::OffsetCommit => encode(&self.commit(&read(body, at)), at),
            other => panic!("{other} is not served"),
        }
    }

    async fn join(&self, request: &JoinGroupRequest<'_>, at: (i16, i32)) -> Vec<u8> {
        let (member_id, before, until) = self.state().enter(request);
        self.changed.notify_waiters();
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            if self.state().generation != before {
                return self.state().joined(&member_id, at);
            }
            if timeout_at(until, changed).await.is_err() && self.state().begin(before) {
                self.changed.notify_waiters();
            }
        }
    }

    async fn sync(&self, request: &SyncGroupRequest<'_>, at: (i16, i32)) -> Vec<u8> {
        let given = request.assignments.iter();
        let given = given.map(|one| (one.member_id.to_owned(), one.assignment.to_vec()));
        self.state().assignments.extend(given);
        self.changed.notify_waiters();
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let code = self
                .state()
                .standing(request.member_id, request.generation_id);
            let assignment = self.state().assignments.get(request.member_id).cloned();
            if !code.is_ok() || assignment.is_some() {
                let response = SyncGroupResponse {
                    error_code: code.code(),
                    protocol_type: Some("consumer"),
                    protocol_name: request.protocol_name,
                    assignment: assignment.as_deref().unwrap_or_default(),
                    ..SyncGroupResponse::default()
                };
                return encode(&response, at);
            }
            changed.await;
        }
    }

    fn heartbeat(&self, request: &HeartbeatRequest<'_>) -> HeartbeatResponse {
        let code = self
            .state()
            .standing(request.member_id, request.generation_id);
        HeartbeatResponse {
            error_code: code.code(),
            ..HeartbeatResponse::default()
        }
    }

    fn leave(&self, request: &LeaveGroupRequest<'_>) -> LeaveGroupResponse<'static> {
        let mut state = self.state();
        for member in &request.members {
            state.members.remove(member.member_id);
            state.joining.remove(member.member_id);
            state.rebalances = true;
        }
        LeaveGroupResponse::default()
    }

    fn commit<'a>(&self, request: &OffsetCommitRequest<'a>) -> OffsetCommitResponse<'a> {
        let mut state = self.state();
        let generation = request.generation_id_or_member_epoch;
        let code = state.standing(request.member_id, generation);
        let topics = request.topics.iter().map(|topic| {
            let partitions = topic.partitions.iter().map(|one| {
                if code.is_ok() {
                    let at = (topic.name.to_owned(), one.partition_index);
                    state.committed.insert(at, one.committed_offset);
                }
                OffsetCommitResponsePartition {
                    partition_index: one.partition_index,
                    error_code: code.code(),
                    ..OffsetCommitResponsePartition::default()
                }
            });
            OffsetCommitResponseTopic {
                name: topic.name,
                partitions: partitions.collect(),
                ..OffsetCommitResponseTopic::default()
            }
        });
        OffsetCommitResponse {
            topics: topics.collect(),
            ..OffsetCommitResponse::default()
        }
    }

    fn fetch<'a>(&self, request: &OffsetFetchRequest<'a>) -> OffsetFetchResponse<'a> {
        let state = self.state();
        let topics = request.topics.iter().flatten().map(|topic| {
            let partitions = topic.partition_indexes.iter().map(|partition| {
                let at = (topic.name.to_owned(), *partition);
                OffsetFetchResponsePartition {
                    partition_index: *partition,
                    committed_offset: state.committed.get(&at).copied().unwrap_or(-1),
                    metadata: Some(""),
                    ..OffsetFetchResponsePartition::default()
                }
            });
            OffsetFetchResponseTopic {
                name: topic.name,
                partitions: partitions.collect(),
                ..OffsetFetchResponseTopic::default()
            }
        });
        OffsetFetchResponse {
            topics: topics.collect(),
            ..OffsetFetchResponse::default()
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    /// Takes a member in; gives its id, the generation that ends, and when the next begins at the latest.
    fn enter(&mut self, request: &JoinGroupRequest<'_>) -> (String, i32, Instant) {
        self.named += u32::from(request.member_id.is_empty());
        let member_id = match request.member_id {
            "" => format!("member-{}", self.named),
            id => id.to_owned(),
        };
        let subscription = request.protocols[0].metadata.to_vec();
        self.joining.insert(member_id.clone(), subscription);
        self.rebalances = true;
        let until = *self.until.get_or_insert(Instant::now() + PATIENCE);
        (member_id, self.generation, until)
    }

    /// Begins the next generation, unless somebody has done so.
    fn begin(&mut self, after: i32) -> bool {
        if self.generation != after {
            return false;
        }
        self.generation += 1;
        self.members = std::mem::take(&mut self.joining);
        self.assignments.clear();
        (self.until, self.rebalances) = (None, false);
        true
    }

    fn joined(&self, member_id: &str, at: (i16, i32)) -> Vec<u8> {
        let leader = self.members.keys().next().map_or("", |leader| leader);
        let leads = leader == member_id;
        let members = self.members.iter().filter(|_| leads);
        let response = JoinGroupResponse {
            generation_id: self.generation,
            protocol_type: Some("consumer"),
            protocol_name: Some("range"),
            leader,
            member_id,
            members: members
                .map(|(member_id, metadata)| JoinGroupResponseMember {
                    member_id,
                    metadata,
                    ..JoinGroupResponseMember::default()
                })
                .collect(),
            ..JoinGroupResponse::default()
        };
        encode(&response, at)
    }

    fn standing(&self, member_id: &str, generation: i32) -> ErrorCode {
        if !self.members.contains_key(member_id) && !self.joining.contains_key(member_id) {
            ErrorCode::UNKNOWN_MEMBER_ID
        } else if generation != self.generation {
            ErrorCode::ILLEGAL_GENERATION
        } else if self.rebalances {
            ErrorCode::REBALANCE_IN_PROGRESS
        } else {
            ErrorCode::NONE
        }
    }
}
