//! BrokerHeartbeat (63): says that a broker is alive, and asks to enter or leave service.
//!
//! Sent by brokers to the controller (KIP-631), which fences (puts out of service) those it hasn't
//! heard from for `broker.session.timeout.ms`. Versions: 1 tells failed log directories (KIP-858),
//! 2 cordoned ones (KIP-1066). STALE_BROKER_EPOCH: register again.

use crate::types::Uuid;
use crate::{Message, UnknownTaggedFields};

/// Tells the controller how a broker is.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 63, versions = 0..=2, flexible = 0.., response_owned)]
pub struct BrokerHeartbeatRequest {
    /// The broker.
    pub broker_id: i32,
    /// Its broker epoch from the registration; -1 unknown.
    #[field(default = -1)]
    pub broker_epoch: i64,
    /// How far it has read the metadata log: the last offset.
    pub current_metadata_offset: i64,
    /// Whether it wants to be or stay fenced: it then neither leads nor is in sync.
    pub want_fence: bool,
    /// Whether it wants to stop: its leaderships move away first.
    pub want_shut_down: bool,
    /// Its log directories that failed since it started; the replicas there count as offline.
    #[field(versions = 1.., tag = 0)]
    pub offline_log_dirs: Vec<Uuid>,
    /// Its log directories that get no new replicas; null: not known yet, as it starts.
    #[field(versions = 2.., nullable = 2.., tag = 1)]
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What the controller made of it.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 63, versions = 0..=2, flexible = 0..)]
pub struct BrokerHeartbeatResponse {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why the heartbeat doesn't count.
    pub error_code: i16,
    /// Whether it has read the metadata log as far as its own registration.
    pub is_caught_up: bool,
    /// Whether it is fenced.
    #[field(default = true)]
    pub is_fenced: bool,
    /// Whether it may stop now: it leads nothing more.
    pub should_shut_down: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
