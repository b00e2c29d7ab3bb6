//! The coordinator as its clients see it. Each test is a transcript: what is asked, what is answered, what time does.

#![allow(clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::consumer_group_heartbeat::{
    ConsumerGroupHeartbeatRequest, TopicPartitions,
};
use ottla_protocol::messages::heartbeat::HeartbeatRequest;
use ottla_protocol::messages::join_group::{JoinGroupRequest, JoinGroupRequestProtocol};
use ottla_protocol::messages::leave_group::{LeaveGroupRequest, MemberIdentity};
use ottla_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use ottla_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment};
use ottla_protocol::payload::ConsumerProtocolSubscription;
use ottla_protocol::types::{TopicId, Uuid};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::time::Now;

mod admin;
mod classic;
mod consumer;
mod durable;
mod encoding;
mod mixed;
mod offsets;
mod random;
mod statics;

const GROUP: &str = "billing";
const SESSION: Duration = Duration::from_secs(10);
const REBALANCE: Duration = Duration::from_secs(60);

pub(super) fn id(n: u8) -> TopicId {
    Uuid([n; 16])
}

pub(super) fn target(of: &[(u8, &[i32])]) -> Target {
    of.iter()
        .map(|&(topic, partitions)| (id(topic), partitions.iter().copied().collect()))
        .collect()
}

/// A coordinator, its topics (`orders`, id 1, and `payments`, id 2), and the time.
pub(super) struct World {
    pub(super) groups: Groups,
    pub(super) topics: Topics,
    pub(super) rng: StdRng,
    pub(super) at: Duration,
    pub(super) tickets: u64,
    pub(super) answers: BTreeMap<Ticket, Answer>,
}

/// A JoinGroup.
#[derive(Clone)]
pub(super) struct Join<'a> {
    pub(super) version: i16,
    pub(super) member_id: &'a str,
    pub(super) instance_id: Option<&'a str>,
    pub(super) protocol_type: &'a str,
    pub(super) protocols: &'a [(&'a str, &'a [u8])],
    pub(super) session: Duration,
}

impl Default for Join<'_> {
    fn default() -> Self {
        Self {
            version: 9,
            member_id: "",
            instance_id: None,
            protocol_type: "consumer",
            protocols: &[("range", b"")],
            session: SESSION,
        }
    }
}

/// A ConsumerGroupHeartbeat.
#[derive(Clone, Default)]
pub(super) struct BeatOf<'a> {
    pub(super) instance_id: Option<&'a str>,
    pub(super) topics: Option<&'a [&'a str]>,
    pub(super) regex: Option<&'a str>,
    pub(super) assignor: Option<&'a str>,
    pub(super) held: Option<&'a Target>,
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(GroupSettings::default())
    }

    pub(super) fn with(settings: GroupSettings) -> Self {
        let mut topics = Topics::default();
        topics.set("orders", id(1), 4);
        topics.set("payments", id(2), 2);
        Self {
            groups: Groups::new(settings),
            topics,
            rng: StdRng::seed_from_u64(7),
            at: Duration::ZERO,
            tickets: 0,
            answers: BTreeMap::new(),
        }
    }

    pub(super) fn call<T>(&mut self, of: impl FnOnce(&mut Groups, &mut Context<'_>) -> T) -> T {
        let now = Now {
            at: self.at,
            wall_ms: 1_700_000_000_000 + i64::try_from(self.at.as_millis()).unwrap(),
        };
        let mut cx = Context {
            now,
            topics: &self.topics,
            rng: &mut self.rng,
        };
        let done = of(&mut self.groups, &mut cx);
        self.answers.extend(self.groups.take_answers());
        done
    }

    /// Lets time pass, deadline by deadline.
    pub(super) fn wait(&mut self, by: Duration) {
        let end = self.at + by;
        while let Some(due) = self.groups.next_deadline().filter(|&due| due <= end) {
            self.at = self.at.max(due);
            self.call(|groups, cx| groups.tick(cx));
        }
        self.at = end;
    }

    fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    pub(super) fn join(&mut self, join: &Join<'_>) -> Ticket {
        let ticket = self.ticket();
        let protocols = join
            .protocols
            .iter()
            .map(|&(name, metadata)| JoinGroupRequestProtocol {
                name,
                metadata,
                ..JoinGroupRequestProtocol::default()
            });
        let request = JoinGroupRequest {
            group_id: GROUP,
            session_timeout_ms: join.session.as_millis().try_into().unwrap(),
            rebalance_timeout_ms: REBALANCE.as_millis().try_into().unwrap(),
            member_id: join.member_id,
            group_instance_id: join.instance_id,
            protocol_type: join.protocol_type,
            protocols: protocols.collect(),
            ..JoinGroupRequest::default()
        };
        self.call(|groups, cx| groups.join_group(cx, caller(join.version), ticket, &request));
        ticket
    }

    /// The answer to a join that has one.
    pub(super) fn joined(&mut self, ticket: Ticket) -> JoinOutcome {
        match self.answers.remove(&ticket) {
            Some(Answer::Join(outcome)) => outcome,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn is_parked(&self, ticket: Ticket) -> bool {
        !self.answers.contains_key(&ticket)
    }

    /// A new id by the two steps of KIP-394.
    pub(super) fn new_id(&mut self) -> String {
        let ticket = self.join(&Join::default());
        let outcome = self.joined(ticket);
        assert_eq!(outcome.error, ErrorCode::MEMBER_ID_REQUIRED);
        outcome.member_id
    }

    /// Two new members that have joined, the leader first.
    pub(super) fn two_joined(&mut self) -> [String; 2] {
        let ids = [self.new_id(), self.new_id()];
        let joins = ids.each_ref().map(|member_id| {
            self.join(&Join {
                member_id,
                ..Join::default()
            })
        });
        self.wait(Duration::ZERO);
        let leader = self.joined(joins[0]).leader;
        let [one, other] = ids;
        match one == leader {
            true => [one, other],
            false => [other, one],
        }
    }

    pub(super) fn sync(
        &mut self,
        member_id: &str,
        generation: i32,
        given: &[(&str, &[u8])],
    ) -> Ticket {
        let ticket = self.ticket();
        let assignments = given
            .iter()
            .map(|&(member_id, assignment)| SyncGroupRequestAssignment {
                member_id,
                assignment,
                ..SyncGroupRequestAssignment::default()
            });
        let request = SyncGroupRequest {
            group_id: GROUP,
            generation_id: generation,
            member_id,
            assignments: assignments.collect(),
            ..SyncGroupRequest::default()
        };
        self.call(|groups, cx| groups.sync_group(cx, ticket, &request));
        ticket
    }

    pub(super) fn synced(&mut self, ticket: Ticket) -> Result<Vec<u8>, ErrorCode> {
        match self.answers.remove(&ticket) {
            Some(Answer::Sync(outcome)) if outcome.error.is_ok() => Ok(outcome.assignment),
            Some(Answer::Sync(outcome)) => Err(outcome.error),
            other => panic!("{other:?}"),
        }
    }

    /// A stable group of this many dynamic members; the first leads. Their ids.
    pub(super) fn stable(&mut self, members: usize) -> (i32, Vec<String>) {
        let ids: Vec<String> = (0..members).map(|_| self.new_id()).collect();
        let joins: Vec<Ticket> = ids
            .iter()
            .map(|member_id| {
                self.join(&Join {
                    member_id,
                    ..Join::default()
                })
            })
            .collect();
        self.wait(Duration::ZERO);
        let joined: Vec<JoinOutcome> = joins
            .into_iter()
            .map(|ticket| self.joined(ticket))
            .collect();
        let generation = joined[0].generation;
        let leader = joined[0].leader.clone();
        let given: Vec<(&str, &[u8])> = ids
            .iter()
            .map(|member| (member.as_str(), member.as_bytes()))
            .collect();
        let mut followers: Vec<&String> = ids.iter().filter(|&member| *member != leader).collect();
        let syncs: Vec<Ticket> = followers
            .iter()
            .map(|member| self.sync(member, generation, &[]))
            .collect();
        let last = self.sync(&leader, generation, &given);
        for (member, ticket) in followers.iter().zip(syncs) {
            assert_eq!(self.synced(ticket), Ok(member.as_bytes().to_vec()));
        }
        assert_eq!(self.synced(last), Ok(leader.as_bytes().to_vec()));
        followers.insert(0, &leader);
        (generation, followers.into_iter().cloned().collect())
    }

    pub(super) fn heartbeat(&mut self, member_id: &str, generation: i32) -> ErrorCode {
        let request = HeartbeatRequest {
            group_id: GROUP,
            generation_id: generation,
            member_id,
            ..HeartbeatRequest::default()
        };
        self.call(|groups, cx| ErrorCode(groups.heartbeat(cx, &request).error_code))
    }

    pub(super) fn leave(&mut self, members: &[(&str, Option<&str>)]) -> Vec<ErrorCode> {
        let members = members
            .iter()
            .map(|&(member_id, group_instance_id)| MemberIdentity {
                member_id,
                group_instance_id,
                ..MemberIdentity::default()
            });
        let request = LeaveGroupRequest {
            group_id: GROUP,
            members: members.collect(),
            ..LeaveGroupRequest::default()
        };
        self.call(|groups, cx| {
            let response = groups.leave_group(cx, caller(5), &request);
            response
                .members
                .iter()
                .map(|member| ErrorCode(member.error_code))
                .collect()
        })
    }

    pub(super) fn beat(
        &mut self,
        member_id: &str,
        epoch: i32,
        of: &BeatOf<'_>,
    ) -> HeartbeatOutcome {
        let request = ConsumerGroupHeartbeatRequest {
            group_id: GROUP,
            member_id,
            member_epoch: epoch,
            instance_id: of.instance_id,
            rebalance_timeout_ms: if epoch == 0 {
                REBALANCE.as_millis().try_into().unwrap()
            } else {
                -1
            },
            subscribed_topic_names: of.topics.map(<[&str]>::to_vec),
            subscribed_topic_regex: of.regex,
            server_assignor: of.assignor,
            topic_partitions: of.held.map(partitions).or((epoch == 0).then(Vec::new)),
            ..ConsumerGroupHeartbeatRequest::default()
        };
        self.call(|groups, cx| groups.consumer_group_heartbeat(cx, caller(1), &request))
    }

    /// A member of the consumer protocol that wants `orders`.
    pub(super) fn enter(&mut self, member_id: &str) -> HeartbeatOutcome {
        self.beat(
            member_id,
            0,
            &BeatOf {
                topics: Some(&["orders"]),
                ..BeatOf::default()
            },
        )
    }

    pub(super) fn holding(
        &mut self,
        member_id: &str,
        epoch: i32,
        held: &Target,
    ) -> HeartbeatOutcome {
        self.beat(
            member_id,
            epoch,
            &BeatOf {
                held: Some(held),
                ..BeatOf::default()
            },
        )
    }

    pub(super) fn holding_as(
        &mut self,
        member_id: &str,
        name: &str,
        epoch: i32,
        held: &Target,
    ) -> HeartbeatOutcome {
        self.beat(
            member_id,
            epoch,
            &BeatOf {
                instance_id: Some(name),
                held: Some(held),
                ..BeatOf::default()
            },
        )
    }

    pub(super) fn commit(
        &mut self,
        member_id: &str,
        generation: i32,
        partition: i32,
        offset: i64,
    ) -> ErrorCode {
        self.commit_at(9, member_id, generation, &[(partition, offset, None)])[0]
    }

    pub(super) fn commit_at(
        &mut self,
        version: i16,
        member_id: &str,
        generation: i32,
        offsets: &[(i32, i64, Option<&str>)],
    ) -> Vec<ErrorCode> {
        let partitions =
            offsets
                .iter()
                .map(|&(partition_index, committed_offset, committed_metadata)| {
                    OffsetCommitRequestPartition {
                        partition_index,
                        committed_offset,
                        committed_metadata,
                        ..OffsetCommitRequestPartition::default()
                    }
                });
        let request = OffsetCommitRequest {
            group_id: GROUP,
            generation_id_or_member_epoch: generation,
            member_id,
            topics: vec![OffsetCommitRequestTopic {
                name: "orders",
                partitions: partitions.collect(),
                ..OffsetCommitRequestTopic::default()
            }],
            ..OffsetCommitRequest::default()
        };
        self.call(|groups, cx| {
            let response = groups.offset_commit(cx, caller(version), &request);
            let partitions = response.topics.iter().flat_map(|topic| &topic.partitions);
            partitions
                .map(|partition| ErrorCode(partition.error_code))
                .collect()
        })
    }

    pub(super) fn offset(&self, partition: i32) -> Option<i64> {
        self.groups
            .committed(GROUP, "orders", partition)
            .map(|committed| committed.offset)
    }

    pub(super) fn state(&self) -> String {
        let request = ottla_protocol::messages::list_groups::ListGroupsRequest::default();
        let response = self.groups.list_groups(&request, |_| true);
        let found = response.groups.iter().find(|group| group.group_id == GROUP);
        found.map_or("Dead".to_owned(), |group| group.group_state.to_owned())
    }
}

pub(super) fn caller(version: i16) -> Caller<'static> {
    Caller {
        client_id: "worker",
        client_host: "/127.0.0.1",
        version,
    }
}

fn partitions(target: &Target) -> Vec<TopicPartitions> {
    let topics = target
        .iter()
        .map(|(&topic_id, partitions)| TopicPartitions {
            topic_id,
            partitions: partitions.iter().copied().collect(),
            ..TopicPartitions::default()
        });
    topics.collect()
}

pub(super) fn subscription(topics: &[&str]) -> Vec<u8> {
    let subscription = ConsumerProtocolSubscription {
        topics: topics.to_vec(),
        ..ConsumerProtocolSubscription::default()
    };
    subscription.encode(3).unwrap()
}
