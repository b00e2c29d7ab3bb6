//! What a partition's error code in a fetch response asks for. Pure.

#![deny(clippy::disallowed_methods)]

use ottla_protocol::error_code::ErrorCode;

/// How to go on with a partition after a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Triage {
    /// Here are its records.
    Served,
    /// Refresh the metadata, pause, and ask whoever leads then. Also for codes that nobody knows: no code may end a
    /// stream that could go on (S19).
    Relocate,
    /// As above, and find out whether the topic still exists.
    Confirm,
    /// Find out where the log begins and ends, and apply the policy.
    OutOfRange,
    /// A batch on the broker's disk is bad; asking a few times more is all that can be done.
    Damaged,
    /// Asking again changes nothing.
    Denied,
}

impl Triage {
    pub(crate) fn of(code: ErrorCode) -> Self {
        match code {
            ErrorCode::NONE => Self::Served,
            ErrorCode::OFFSET_OUT_OF_RANGE => Self::OutOfRange,
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
            | ErrorCode::UNKNOWN_TOPIC_ID
            | ErrorCode::INCONSISTENT_TOPIC_ID => Self::Confirm,
            ErrorCode::CORRUPT_MESSAGE => Self::Damaged,
            ErrorCode::TOPIC_AUTHORIZATION_FAILED
            | ErrorCode::CLUSTER_AUTHORIZATION_FAILED
            | ErrorCode::UNSUPPORTED_COMPRESSION_TYPE
            | ErrorCode::UNSUPPORTED_VERSION
            | ErrorCode::INVALID_REQUEST => Self::Denied,
            _ => Self::Relocate,
        }
    }
}

/// What to do about a position that a leader called out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RangeCheck {
    /// It is in range after all: a follower that lagged, or a log that moved meanwhile (T21). Ask again.
    InRange,
    /// It is not.
    Below,
    /// It is not.
    Above,
}

/// Compares a position with the log's bounds. The end itself is in range: that is where new records come.
pub(crate) fn check_range(position: i64, oldest: i64, newest: i64) -> RangeCheck {
    if position < oldest {
        RangeCheck::Below
    } else if position > newest {
        RangeCheck::Above
    } else {
        RangeCheck::InRange
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_log_is_in_range() {
        assert_eq!(check_range(5, 5, 9), RangeCheck::InRange);
        assert_eq!(check_range(9, 5, 9), RangeCheck::InRange);
        assert_eq!(check_range(4, 5, 9), RangeCheck::Below);
        assert_eq!(check_range(10, 5, 9), RangeCheck::Above);
    }

    #[test]
    fn what_speaks_of_leaders_relocates_and_so_does_the_unknown() {
        for code in [
            ErrorCode::NOT_LEADER_OR_FOLLOWER,
            ErrorCode::FENCED_LEADER_EPOCH,
            ErrorCode::UNKNOWN_LEADER_EPOCH,
            ErrorCode::OFFSET_NOT_AVAILABLE,
            ErrorCode::KAFKA_STORAGE_ERROR,
            ErrorCode::LEADER_NOT_AVAILABLE,
            ErrorCode::from(31_999),
        ] {
            assert_eq!(Triage::of(code), Triage::Relocate, "{code}");
        }
    }

    #[test]
    fn an_unknown_topic_is_confirmed_before_it_is_believed() {
        assert_eq!(Triage::of(ErrorCode::UNKNOWN_TOPIC_ID), Triage::Confirm);
        assert_eq!(
            Triage::of(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
            Triage::Confirm
        );
    }
}
