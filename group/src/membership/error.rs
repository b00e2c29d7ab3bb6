//! Why a member can't be one. All of these end the group's run.

#![deny(clippy::disallowed_methods)]

use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;

use super::SharedError;

/// What waiting can't help, or was waited for long enough.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MembershipError {
    /// Another member has taken over this `group.instance.id`: two processes were given the same one.
    #[error("another member of the group uses the instance id {instance_id:?}")]
    InstanceFenced {
        /// The contested id.
        instance_id: Arc<str>,
    },
    /// The members have no assignor in common, or the group is of another kind.
    #[error("the group's members know none of the assignors {assignors:?}")]
    InconsistentProtocol {
        /// What this member offered.
        assignors: Vec<&'static str>,
    },
    /// The broker's `group.min.session.timeout.ms` and `group.max.session.timeout.ms` do not allow it.
    #[error("the broker does not allow a session time-out of {session_timeout:?}")]
    InvalidSessionTimeout {
        /// What was asked for.
        session_timeout: Duration,
    },
    /// The broker's `group.max.size` is reached.
    #[error("the group has as many members as the broker allows")]
    GroupMaxSizeReached,
    /// Anything else that trying again can't cure, such as missing authorization.
    #[error("{request} refused: {code}: {}", .code.description())]
    Refused {
        /// Kafka's name of the request.
        request: &'static str,
        /// Why.
        code: ErrorCode,
    },
    /// The request can't be made or its answer not understood.
    #[error("{request} failed")]
    Failed {
        /// Kafka's name of the request.
        request: &'static str,
        /// Why.
        source: SharedError,
    },
    /// Trouble that lasted too long.
    #[error("gave up on {request} after {attempts} attempts in {:.0} s", elapsed.as_secs_f32())]
    GaveUp {
        /// Kafka's name of the request.
        request: &'static str,
        /// Since the first failure.
        elapsed: Duration,
        /// How often was tried.
        attempts: u32,
        /// The latest error.
        source: SharedError,
    },
}
