//! Answers to requests that may have to wait: JoinGroup and SyncGroup. Owned, and turned into Kafka's messages when
//! they are sent.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::join_group::{JoinGroupResponse, JoinGroupResponseMember};
use ottla_protocol::messages::sync_group::SyncGroupResponse;

/// The answer to a parked request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To JoinGroup.
    Join(JoinOutcome),
    /// To SyncGroup.
    Sync(SyncOutcome),
}

impl From<JoinOutcome> for Answer {
    fn from(outcome: JoinOutcome) -> Self {
        Self::Join(outcome)
    }
}

impl From<SyncOutcome> for Answer {
    fn from(outcome: SyncOutcome) -> Self {
        Self::Sync(outcome)
    }
}

/// What came of a JoinGroup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinOutcome {
    /// Why the member isn't in, or [`ErrorCode::NONE`].
    pub error: ErrorCode,
    /// The generation; -1 with an error.
    pub generation: i32,
    /// The kind of group.
    pub protocol_type: Option<String>,
    /// The assignor chosen.
    pub protocol: Option<String>,
    /// Who makes the assignment.
    pub leader: String,
    /// Whether the leader shall make none (KIP-814).
    pub skip_assignment: bool,
    /// The member.
    pub member_id: String,
    /// All members; told to the leader only.
    pub members: Vec<JoinedMember>,
}

/// One member, as told to the leader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedMember {
    /// The member.
    pub member_id: String,
    /// The static member's name.
    pub instance_id: Option<String>,
    /// Its subscription for the assignor chosen.
    pub metadata: Vec<u8>,
}

impl JoinOutcome {
    pub(super) fn refused(error: ErrorCode, member_id: &str) -> Self {
        Self {
            error,
            generation: -1,
            protocol_type: None,
            protocol: None,
            leader: String::new(),
            skip_assignment: false,
            member_id: member_id.to_owned(),
            members: Vec::new(),
        }
    }

    /// As a message of this version.
    #[must_use]
    pub fn response(&self, version: i16) -> JoinGroupResponse<'_> {
        let protocol = self.protocol.as_deref();
        JoinGroupResponse {
            error_code: self.error.code(),
            generation_id: self.generation,
            protocol_type: self.protocol_type.as_deref(),
            // Before version 7 there was no null.
            protocol_name: protocol.or((version < 7).then_some("")),
            leader: &self.leader,
            skip_assignment: version >= 9 && self.skip_assignment,
            member_id: &self.member_id,
            members: self.members.iter().map(JoinedMember::entry).collect(),
            ..JoinGroupResponse::default()
        }
    }
}

impl JoinedMember {
    fn entry(&self) -> JoinGroupResponseMember<'_> {
        JoinGroupResponseMember {
            member_id: &self.member_id,
            group_instance_id: self.instance_id.as_deref(),
            metadata: &self.metadata,
            ..JoinGroupResponseMember::default()
        }
    }
}

/// What came of a SyncGroup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncOutcome {
    /// Why there is no assignment, or [`ErrorCode::NONE`].
    pub error: ErrorCode,
    /// The kind of group.
    pub protocol_type: Option<String>,
    /// The assignor.
    pub protocol: Option<String>,
    /// What the leader gave this member.
    pub assignment: Vec<u8>,
}

impl SyncOutcome {
    pub(super) fn refused(error: ErrorCode) -> Self {
        Self {
            error,
            protocol_type: None,
            protocol: None,
            assignment: Vec::new(),
        }
    }

    /// As a message.
    #[must_use]
    pub fn response(&self) -> SyncGroupResponse<'_> {
        SyncGroupResponse {
            error_code: self.error.code(),
            protocol_type: self.protocol_type.as_deref(),
            protocol_name: self.protocol.as_deref(),
            assignment: &self.assignment,
            ..SyncGroupResponse::default()
        }
    }
}
