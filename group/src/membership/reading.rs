//! What the coordinator's error codes mean to a member of a classic group: one table.

#![deny(clippy::disallowed_methods)]

use ottla_protocol::error_code::ErrorCode;

use super::{MembershipConfig, MembershipError};

#[derive(Debug)]
pub(super) enum Reading {
    /// The coordinator is there and can't answer now.
    Later,
    /// Another broker coordinates the group now.
    Moved,
    /// It doesn't know this member: join as a new one.
    Forgotten,
    /// It knows the member, the generation is over.
    Outdated,
    /// The group is rebalancing.
    Rebalancing,
    Fatal(MembershipError),
}

impl Reading {
    pub(super) fn of(code: ErrorCode, request: &'static str, config: &MembershipConfig) -> Self {
        match code {
            ErrorCode::COORDINATOR_NOT_AVAILABLE | ErrorCode::NOT_COORDINATOR => Self::Moved,
            ErrorCode::UNKNOWN_MEMBER_ID => Self::Forgotten,
            ErrorCode::ILLEGAL_GENERATION => Self::Outdated,
            ErrorCode::REBALANCE_IN_PROGRESS => Self::Rebalancing,
            code if code.is_retriable() => Self::Later,
            code => Self::Fatal(fatal(code, request, config)),
        }
    }
}

fn fatal(code: ErrorCode, request: &'static str, config: &MembershipConfig) -> MembershipError {
    match code {
        ErrorCode::FENCED_INSTANCE_ID => MembershipError::InstanceFenced {
            instance_id: config.instance_id.clone().unwrap_or_default(),
        },
        ErrorCode::INCONSISTENT_GROUP_PROTOCOL => MembershipError::InconsistentProtocol {
            assignors: config.assignors.iter().map(|a| a.name()).collect(),
        },
        ErrorCode::INVALID_SESSION_TIMEOUT => MembershipError::InvalidSessionTimeout {
            session_timeout: config.session_timeout,
        },
        ErrorCode::GROUP_MAX_SIZE_REACHED => MembershipError::GroupMaxSizeReached,
        code => MembershipError::Refused { request, code },
    }
}
