//! A group's only member, as bare as the protocol allows: it joins, owns everything, rejoins, leaves. Its heartbeats are
//! missing, because no test lasts as long as its session.

use std::time::Duration;

use ottla_client::error::About;
use ottla_client::protocol::error_code::ErrorCode;
use ottla_client::protocol::messages::join_group::{JoinGroupRequest, JoinGroupRequestProtocol};
use ottla_client::protocol::messages::leave_group::{LeaveGroupRequest, MemberIdentity as Leaving};
use ottla_client::protocol::messages::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment};
use ottla_client::protocol::payload::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use ottla_client::{CallOptions, Client, ClientError, Lane};
use ottla_offset_store::MemberIdentity;

const PROTOCOL_TYPE: &str = "consumer";
const ASSIGNOR: &str = "range";

pub(crate) struct Member {
    client: Client,
    group: String,
    topic: String,
    coordinator: i32,
    member_id: String,
    generation: i32,
}

impl Member {
    pub(crate) async fn join(client: &Client, group: &str, topic: &str) -> Self {
        let mut member = Self {
            client: client.clone(),
            group: group.to_owned(),
            topic: topic.to_owned(),
            coordinator: -1,
            member_id: String::new(),
            generation: -1,
        };
        member.rejoin().await;
        member
    }

    pub(crate) fn identity(&self) -> MemberIdentity {
        MemberIdentity {
            member_id: self.member_id.clone(),
            generation: self.generation,
            instance_id: None,
        }
    }

    /// Makes a generation of its own, whose leader it is.
    pub(crate) async fn rejoin(&mut self) {
        let mut backoff = self.client.backoff("join", Duration::from_secs(20));
        while let Err(error) = self.join_once().await {
            self.client.forget_coordinator(&self.group);
            // With the id that came with this answer, it is welcome.
            if error.error_code() != Some(ErrorCode::MEMBER_ID_REQUIRED) {
                backoff.pause(error).await.unwrap();
            }
        }
        let assignment = ConsumerProtocolAssignment::default().encode(0).unwrap();
        let request = SyncGroupRequest {
            group_id: &self.group,
            generation_id: self.generation,
            member_id: &self.member_id,
            protocol_type: Some(PROTOCOL_TYPE),
            protocol_name: Some(ASSIGNOR),
            assignments: vec![SyncGroupRequestAssignment {
                member_id: &self.member_id,
                assignment: &assignment,
                ..SyncGroupRequestAssignment::default()
            }],
            ..SyncGroupRequest::default()
        };
        let reply = self.client.call(self.coordinator, Lane::Group, &request);
        let reply = reply.await.unwrap();
        assert_eq!(reply.parse().unwrap().error_code, 0);
    }

    pub(crate) async fn leave(&self) {
        let leaving = Leaving {
            member_id: &self.member_id,
            ..Leaving::default()
        };
        let request = |_version| LeaveGroupRequest {
            group_id: &self.group,
            members: vec![leaving.clone()],
            ..LeaveGroupRequest::default()
        };
        let options = CallOptions::new();
        let reply = self
            .client
            .call_with(self.coordinator, Lane::Group, options, request);
        let reply = reply.await.unwrap();
        assert_eq!(reply.parse().unwrap().error_code, 0);
    }

    async fn join_once(&mut self) -> Result<(), ClientError> {
        self.coordinator = self.client.coordinator(&self.group).await?;
        let subscription = ConsumerProtocolSubscription {
            topics: vec![&self.topic],
            ..ConsumerProtocolSubscription::default()
        };
        let subscription = subscription.encode(0).unwrap();
        let request = JoinGroupRequest {
            group_id: &self.group,
            session_timeout_ms: 60_000,
            rebalance_timeout_ms: 60_000,
            member_id: &self.member_id,
            protocol_type: PROTOCOL_TYPE,
            protocols: vec![JoinGroupRequestProtocol {
                name: ASSIGNOR,
                metadata: &subscription,
                ..JoinGroupRequestProtocol::default()
            }],
            ..JoinGroupRequest::default()
        };
        let reply = self.client.call(self.coordinator, Lane::Group, &request);
        let reply = reply.await?;
        let answer = reply.parse()?;
        let member_id = answer.member_id.to_owned();
        let generation = answer.generation_id;
        let group = || About::Group(self.group.as_str().into());
        let joined = reply.check(answer.error_code, group);
        self.member_id = member_id;
        self.generation = generation;
        joined
    }
}
