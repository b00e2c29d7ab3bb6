//! From the machine's requests to Kafka's messages, and back.

use std::sync::Arc;
use std::time::Duration;

use ottla_client::{CallOptions, Client, ClientError, Lane, Reply};
use ottla_protocol::api::Request as Message;
use ottla_protocol::error::DecodeError;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::find_coordinator::FindCoordinatorRequest;
use ottla_protocol::messages::heartbeat::HeartbeatRequest;
use ottla_protocol::messages::join_group::{
    JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse,
};
use ottla_protocol::messages::leave_group::{LeaveGroupRequest, MemberIdentity};
use ottla_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment};
use ottla_protocol::payload::ConsumerProtocolSubscription;
use ottla_protocol::types::TopicPartition;

use crate::assignor::{Assignments, PartitionCounts, Subscriber};
use crate::membership::{Joined, MembershipConfig, Request, RequestError, Response, SharedError};

use super::{assignment, patient};

/// What members of one group must all say.
const PROTOCOL_TYPE: &str = "consumer";
/// Subscriptions and assignments are written in this version, which every consumer since 2016 reads; what later ones
/// add serves the cooperative and the rack-aware assignors.
pub(super) const PAYLOAD_VERSION: i16 = 0;

pub(super) struct Wire {
    client: Client,
    group_id: Arc<str>,
    topics: Vec<Arc<str>>,
    assignors: Vec<&'static str>,
    instance_id: Option<Arc<str>>,
    session_timeout: Duration,
    rebalance_timeout: Duration,
}

impl Wire {
    pub(super) fn new(client: Client, config: &MembershipConfig) -> Self {
        Self {
            client,
            group_id: Arc::clone(&config.group_id),
            topics: config.topics.clone(),
            assignors: config.assignors.iter().map(|a| a.name()).collect(),
            instance_id: config.instance_id.clone(),
            session_timeout: config.session_timeout,
            rebalance_timeout: config.rebalance_timeout,
        }
    }

    pub(super) async fn ask(
        &self,
        to: Option<i32>,
        request: &Request,
    ) -> Result<Response, RequestError> {
        // The machine sends all but the first to the coordinator.
        let to = to.unwrap_or(-1);
        match request {
            Request::FindCoordinator => self.find().await,
            Request::Join { member_id, reason } => self.join(to, member_id, reason).await,
            Request::Sync {
                member_id,
                generation,
                assignor,
                assignments,
                counts,
            } => {
                let payloads = payloads(member_id, assignments, counts.as_ref())?;
                self.sync(to, member_id, *generation, assignor, &payloads)
                    .await
            }
            Request::Heartbeat {
                member_id,
                generation,
            } => self.heartbeat(to, member_id, *generation).await,
            Request::Leave { member_id } => self.leave(to, member_id).await,
        }
    }

    pub(super) async fn partition_counts(
        &self,
        topics: &[Arc<str>],
    ) -> Result<PartitionCounts, SharedError> {
        let mut counts = PartitionCounts::new();
        for topic in topics {
            // Asked anew, not from what is known: partitions may have been added.
            match self.client.topics(Some(&[&**topic])).await {
                Ok(found) => {
                    let count = found.first().map_or(0, |found| found.partition_count());
                    counts.insert(Arc::clone(topic), count);
                }
                Err(ClientError::UnknownTopic { .. }) => {}
                Err(error) => return Err(Arc::new(error)),
            }
        }
        Ok(counts)
    }

    pub(super) fn warn(&self, request: &'static str, error: &dyn std::error::Error) {
        tracing::warn!(
            "group {:?}: {request} fails, trying again: {error}",
            self.group_id
        );
    }

    pub(super) fn recovered(&self, elapsed: Duration, attempts: u32) {
        tracing::warn!(
            "group {:?}: the coordinator answers again after {attempts} attempts in {:.1} s",
            self.group_id,
            elapsed.as_secs_f32()
        );
    }

    async fn find(&self) -> Result<Response, RequestError> {
        // Version 4 asks for several groups at once, and has no other way to ask for one.
        let request = |version| match version {
            ..=3 => FindCoordinatorRequest {
                key: &self.group_id,
                ..Default::default()
            },
            _ => FindCoordinatorRequest {
                coordinator_keys: vec![&*self.group_id],
                ..Default::default()
            },
        };
        let reply = self.client.call_any_with(CallOptions::new(), request).await;
        let reply = reply.map_err(failed)?;
        let answer = reply.parse().map_err(failed)?;
        let (code, broker) = match answer.coordinators.first() {
            Some(found) => (found.error_code, found.node_id),
            None => (answer.error_code, answer.node_id),
        };
        checked(code)?;
        Ok(Response::Coordinator(broker))
    }

    async fn join(&self, to: i32, member_id: &str, reason: &str) -> Result<Response, RequestError> {
        let metadata = self.subscription()?;
        let protocols = self.assignors.iter().map(|name| JoinGroupRequestProtocol {
            name,
            metadata: &metadata,
            ..JoinGroupRequestProtocol::default()
        });
        let request = JoinGroupRequest {
            group_id: &self.group_id,
            session_timeout_ms: ms(self.session_timeout),
            rebalance_timeout_ms: ms(self.rebalance_timeout),
            member_id,
            group_instance_id: self.instance_id.as_deref(),
            protocol_type: PROTOCOL_TYPE,
            protocols: protocols.collect(),
            reason: Some(reason),
            ..JoinGroupRequest::default()
        };
        let patient = patient(self.rebalance_timeout);
        let reply = self.call(to, &request, patient).await?;
        let answer = reply.parse().map_err(failed)?;
        match ErrorCode::from(answer.error_code) {
            ErrorCode::MEMBER_ID_REQUIRED => {
                Err(RequestError::MemberIdRequired(answer.member_id.into()))
            }
            code => checked(code.code()).and_then(|()| joined(&answer)),
        }
    }

    async fn sync(
        &self,
        to: i32,
        member_id: &str,
        generation: i32,
        assignor: &str,
        payloads: &[(&str, Vec<u8>)],
    ) -> Result<Response, RequestError> {
        let assignments = payloads
            .iter()
            .map(|(member, payload)| SyncGroupRequestAssignment {
                member_id: member,
                assignment: payload,
                ..SyncGroupRequestAssignment::default()
            });
        let request = SyncGroupRequest {
            group_id: &self.group_id,
            generation_id: generation,
            member_id,
            group_instance_id: self.instance_id.as_deref(),
            protocol_type: Some(PROTOCOL_TYPE),
            protocol_name: Some(assignor),
            assignments: assignments.collect(),
            ..SyncGroupRequest::default()
        };
        let patient = patient(self.rebalance_timeout);
        let reply = self.call(to, &request, patient).await?;
        let answer = reply.parse().map_err(failed)?;
        checked(answer.error_code)?;
        let synced = assignment::read(answer.assignment).map_err(unreadable)?;
        Ok(Response::Synced(synced))
    }

    async fn heartbeat(
        &self,
        to: i32,
        member_id: &str,
        generation_id: i32,
    ) -> Result<Response, RequestError> {
        let request = HeartbeatRequest {
            group_id: &self.group_id,
            generation_id,
            member_id,
            group_instance_id: self.instance_id.as_deref(),
            ..HeartbeatRequest::default()
        };
        // One that is answered later than this is of no use: the session is nearly over.
        let patient = self.session_timeout / 2;
        let reply = self.call(to, &request, patient).await?;
        checked(reply.parse().map_err(failed)?.error_code)?;
        Ok(Response::Alive)
    }

    /// On another connection than a join, behind which it would wait: a broker answers each connection in order.
    async fn leave(&self, to: i32, member_id: &str) -> Result<Response, RequestError> {
        let request = |version| match version {
            ..=2 => LeaveGroupRequest {
                group_id: &self.group_id,
                member_id,
                ..Default::default()
            },
            _ => LeaveGroupRequest {
                group_id: &self.group_id,
                members: vec![self.leaving(member_id)],
                ..Default::default()
            },
        };
        let reply = self
            .client
            .call_with(to, Lane::General, CallOptions::new(), request)
            .await;
        let reply = reply.map_err(failed)?;
        let answer = reply.parse().map_err(failed)?;
        checked(answer.error_code)?;
        if let Some(member) = answer.members.first() {
            checked(member.error_code)?;
        }
        Ok(Response::Left)
    }

    fn leaving<'a>(&'a self, member_id: &'a str) -> MemberIdentity<'a> {
        MemberIdentity {
            member_id,
            group_instance_id: self.instance_id.as_deref(),
            reason: Some("the consumer is being closed"),
            ..MemberIdentity::default()
        }
    }

    async fn call<R: Message + Clone>(
        &self,
        to: i32,
        request: &R,
        within: Duration,
    ) -> Result<Reply<R>, RequestError> {
        let options = CallOptions::new().timeout(within);
        let made = self
            .client
            .call_with(to, Lane::Group, options, |_| request.clone());
        made.await.map_err(failed)
    }

    fn subscription(&self) -> Result<Vec<u8>, RequestError> {
        let subscription = ConsumerProtocolSubscription {
            topics: self.topics.iter().map(|topic| &**topic).collect(),
            ..Default::default()
        };
        subscription.encode(PAYLOAD_VERSION).map_err(hopeless)
    }
}

fn joined(answer: &JoinGroupResponse<'_>) -> Result<Response, RequestError> {
    let members: Result<Vec<Subscriber>, RequestError> = answer
        .members
        .iter()
        .map(|member| {
            let wants =
                ConsumerProtocolSubscription::decode(member.metadata).map_err(unreadable)?;
            Ok(Subscriber {
                member_id: member.member_id.into(),
                instance_id: member.group_instance_id.map(Into::into),
                topics: wants.topics.into_iter().map(Into::into).collect(),
            })
        })
        .collect();
    Ok(Response::Joined(Joined {
        generation: answer.generation_id,
        member_id: answer.member_id.into(),
        leader: answer.leader.into(),
        assignor: answer.protocol_name.unwrap_or_default().into(),
        members: members?,
        skip_assignment: answer.skip_assignment,
    }))
}

/// What each member is to be told; the leader tells itself what it counted.
fn payloads<'a>(
    leader: &str,
    assignments: &'a Assignments,
    counts: Option<&PartitionCounts>,
) -> Result<Vec<(&'a str, Vec<u8>)>, RequestError> {
    let payload = |(member, partitions): (&'a Arc<str>, &Vec<TopicPartition>)| {
        let counts = counts.filter(|_| **member == *leader);
        let payload = assignment::write(partitions, counts).map_err(hopeless)?;
        Ok((&**member, payload))
    };
    assignments.iter().map(payload).collect()
}

fn checked(code: i16) -> Result<(), RequestError> {
    ErrorCode::from(code)
        .into_result()
        .map_err(RequestError::Refused)
}

fn failed(error: ClientError) -> RequestError {
    RequestError::Failed {
        retriable: error.is_retriable(),
        error: Arc::new(error),
    }
}

/// Another member wrote what cannot be read. It may leave, so trying again is worth it.
fn unreadable(error: DecodeError) -> RequestError {
    RequestError::Failed {
        retriable: true,
        error: Arc::new(error),
    }
}

fn hopeless(error: impl std::error::Error + Send + Sync + 'static) -> RequestError {
    RequestError::Failed {
        retriable: false,
        error: Arc::new(error),
    }
}

/// Checked to fit when the group was built.
fn ms(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX)
}
