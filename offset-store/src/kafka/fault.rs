//! What the client's errors mean for whoever asked the store.

use std::sync::Arc;

use ottla_client::admin::AdminError;
use ottla_client::protocol::error_code::ErrorCode;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{ClientError, OffsetCommitError};

use super::NAME;
use crate::error::{BoxError, StoreError};

/// A question failed.
pub(super) fn reading(doing: &'static str, error: ClientError) -> StoreError {
    match error {
        ClientError::Closed => StoreError::Closed { store: NAME },
        error if may_pass(&error) => unavailable(doing, error.into()),
        error => denied(doing, error.into()),
    }
}

/// A request failed that may have changed something.
pub(super) fn writing(doing: &'static str, error: ClientError) -> StoreError {
    if may_have_happened(&error) {
        return unknown(doing, error.into());
    }
    reading(doing, error)
}

/// An administrative request for a group failed.
pub(super) fn administering(
    doing: &'static str,
    group: &Arc<str>,
    error: AdminError,
) -> StoreError {
    match error {
        AdminError::GroupNotEmpty { .. } | AdminError::Subscribed { .. } => has_members(group),
        AdminError::NotAsked { source, .. } => writing(doing, source),
        error if error.is_retriable() => unavailable(doing, error.into()),
        error => denied(doing, error.into()),
    }
}

/// The coordinator said nothing of a partition's offset but a code.
pub(super) fn unread(
    doing: &'static str,
    group: &Arc<str>,
    partition: TopicPartition,
    code: ErrorCode,
) -> StoreError {
    let error = OffsetCommitError::Refused {
        group: Arc::clone(group),
        partition,
        code,
    };
    match code.is_retriable() {
        true => unavailable(doing, error.into()),
        false => denied(doing, error.into()),
    }
}

pub(super) fn has_members(group: &Arc<str>) -> StoreError {
    StoreError::GroupHasMembers {
        store: NAME,
        group: Arc::clone(group),
    }
}

pub(super) fn unknown(doing: &'static str, source: BoxError) -> StoreError {
    StoreError::Unknown {
        store: NAME,
        doing,
        source,
    }
}

/// What the codes of a commit say of whoever sent it: it is not, or no longer, the one who may.
pub(super) fn speaks_of_membership(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::UNKNOWN_MEMBER_ID
            | ErrorCode::ILLEGAL_GENERATION
            | ErrorCode::FENCED_INSTANCE_ID
            | ErrorCode::FENCED_MEMBER_EPOCH
            | ErrorCode::STALE_MEMBER_EPOCH
            // The next generation's members are known, their assignment is not: nobody's claim holds now.
            | ErrorCode::REBALANCE_IN_PROGRESS
            // Told to members of a group that was deleted (OffsetCommit version 9).
            | ErrorCode::GROUP_ID_NOT_FOUND
    )
}

/// The client gives up after a while. Whoever owns a claim may have more patience.
fn may_pass(error: &ClientError) -> bool {
    match error {
        ClientError::GaveUp { source, .. } => may_pass(source),
        error => error.is_retriable(),
    }
}

/// Of several attempts only the last error is known, and an earlier one may have arrived.
fn may_have_happened(error: &ClientError) -> bool {
    matches!(error, ClientError::GaveUp { attempts: 2.., .. }) || error.outcome_unknown()
}

fn unavailable(doing: &'static str, source: BoxError) -> StoreError {
    StoreError::Unavailable {
        store: NAME,
        doing,
        source,
    }
}

fn denied(doing: &'static str, source: BoxError) -> StoreError {
    StoreError::Denied {
        store: NAME,
        doing,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gave_up(attempts: u32) -> ClientError {
        ClientError::GaveUp {
            what: "commit offsets",
            attempts,
            elapsed: std::time::Duration::from_secs(60),
            source: Arc::new(ClientError::UnknownBroker { broker: 1 }),
        }
    }

    #[test]
    fn a_commit_that_was_tried_twice_may_have_happened() {
        assert!(writing("commit", gave_up(2)).outcome_unknown());
        assert!(!writing("commit", gave_up(1)).outcome_unknown());
        assert!(writing("commit", gave_up(1)).is_retriable());
    }

    #[test]
    fn a_question_never_happened() {
        let error = reading("fetch", gave_up(2));
        assert!(error.is_retriable() && !error.outcome_unknown(), "{error}");
        let error = reading("fetch", ClientError::Closed);
        assert!(matches!(error, StoreError::Closed { .. }), "{error}");
    }

    #[test]
    fn what_the_cluster_forbids_is_not_tried_again() {
        let (group, partition) = (Arc::from("billing"), TopicPartition::new("orders", 3));
        let code = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
        let error = unread("fetch", &group, partition, code);
        assert!(matches!(error, StoreError::Denied { .. }) && !error.is_retriable());
    }
}
