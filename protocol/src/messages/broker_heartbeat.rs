//! BrokerHeartbeat (63): DOC
//!
//! DOC versions

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 63, versions = 0..=2, flexible = 0.., response_owned)]
pub struct BrokerHeartbeatRequest {
    /// DOC
    pub broker_id: i32,
    /// DOC
    #[field(default = -1)]
    pub broker_epoch: i64,
    /// DOC
    pub current_metadata_offset: i64,
    /// DOC
    pub want_fence: bool,
    /// DOC
    pub want_shut_down: bool,
    /// DOC
    #[field(versions = 1.., tag = 0)]
    pub offline_log_dirs: Vec<Uuid>,
    /// DOC
    #[field(versions = 2.., nullable = 2.., tag = 1)]
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 63, versions = 0..=2, flexible = 0..)]
pub struct BrokerHeartbeatResponse {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    pub is_caught_up: bool,
    /// DOC
    #[field(default = true)]
    pub is_fenced: bool,
    /// DOC
    pub should_shut_down: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
