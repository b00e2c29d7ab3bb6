//! Where to start reading a partition, and what has to be asked to know the offset. Pure.

#![deny(clippy::disallowed_methods)]

use std::time::Duration;

use crate::offsets::OffsetSpec;

/// Where to start reading a partition.
///
/// | start | first record |
/// | --- | --- |
/// | [`Oldest`](Self::Oldest) | the oldest that the log still holds (Kafka's `earliest`) |
/// | [`Newest`](Self::Newest) | the first appended from now on (Kafka's `latest`); reading committed records, the first after the last stable offset |
/// | [`At`](Self::At) | the one with this offset, or the next that exists |
/// | [`GoOn`](Self::GoOn) | the same, if the log is still the one that was read before |
/// | [`Timestamp`](Self::Timestamp) | the first that is not older; the newest if all are |
/// | [`Before`](Self::Before) | the first that is at most this old by this machine's clock |
/// | [`Committed`](Self::Committed) | the first that the group has not committed |
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// The oldest record in the log.
    Oldest,
    /// The end of the log.
    Newest,
    /// This offset, 0 or more. One that the log doesn't hold is out of range: see
    /// [`OutOfRange`](super::OutOfRange).
    At(i64),
    /// Where somebody left off. If the log was cut off since, below this offset, that is out of range: see
    /// [`ConsumeError::Truncated`](super::ConsumeError::Truncated).
    GoOn {
        /// The offset, as with [`At`](Self::At).
        at: i64,
        /// The leadership under which the record before it was appended, where known; brokers since Kafka 2.7 compare it.
        leader_epoch: Option<i32>,
    },
    /// The first record with this timestamp or a later one, in milliseconds since 1970. Producers set
    /// timestamps, and they need not be in order.
    Timestamp(i64),
    /// The first record not older than this, reckoned back from now.
    Before(Duration),
    /// The group's committed offset. Needs a consumer with a [`group`](super::ConsumerBuilder::group).
    Committed {
        /// Where to start when the group has committed nothing for the partition; without it that is
        /// [`ConsumeError::NothingCommitted`](super::ConsumeError::NothingCommitted).
        otherwise: Option<Box<Start>>,
    },
}

impl Start {
    /// The group's committed offset, or `otherwise` if there is none.
    #[must_use]
    pub fn committed_or(otherwise: Start) -> Self {
        Self::Committed {
            otherwise: Some(Box::new(otherwise)),
        }
    }

    /// What has to be known to turn this into an offset, at `now_ms` (milliseconds since 1970).
    pub(crate) fn question(&self, now_ms: i64) -> Question<'_> {
        match self {
            Self::Oldest => Question::List(OffsetSpec::Oldest),
            Self::Newest => Question::List(OffsetSpec::Newest),
            Self::At(at) | Self::GoOn { at, .. } if *at < 0 => Question::Invalid(*at),
            Self::At(at) => Question::Known(*at, None),
            Self::GoOn { at, leader_epoch } => Question::Known(*at, *leader_epoch),
            Self::Timestamp(ms) => Question::List(OffsetSpec::Timestamp((*ms).max(0))),
            Self::Before(age) => Question::List(OffsetSpec::Timestamp(reckon_back(now_ms, *age))),
            Self::Committed { otherwise } => Question::Committed(otherwise.as_deref()),
        }
    }
}

/// What stands between a [`Start`] and an offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question<'a> {
    /// The offset, and the leadership of what lies before it.
    Known(i64, Option<i32>),
    /// Ask the leader. If it finds nothing (no record is so young): the newest.
    List(OffsetSpec),
    /// Ask the group's coordinator; if nothing is committed, ask on with this.
    Committed(Option<&'a Start>),
    Invalid(i64),
}

/// A timestamp below 0 would be taken for one of the special values of ListOffsets (T19).
fn reckon_back(now_ms: i64, age: Duration) -> i64 {
    let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    now_ms.saturating_sub(age).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_needs_no_question_and_a_negative_one_is_refused() {
        assert_eq!(Start::At(0).question(0), Question::Known(0, None));
        assert_eq!(Start::At(-1).question(0), Question::Invalid(-1));
    }

    #[test]
    fn an_age_is_reckoned_back_from_now_and_never_becomes_a_special_timestamp() {
        let hour = Start::Before(Duration::from_secs(3600));
        let found = |now_ms| Question::List(OffsetSpec::Timestamp(now_ms));
        assert_eq!(hour.question(5_000_000), found(1_400_000));
        assert_eq!(hour.question(2), found(0));
        assert_eq!(Start::Before(Duration::MAX).question(7), found(0));
        assert_eq!(Start::Timestamp(-2).question(7), found(0));
    }

    #[test]
    fn nothing_committed_falls_back() {
        let start = Start::committed_or(Start::Oldest);
        assert_eq!(start.question(0), Question::Committed(Some(&Start::Oldest)));
    }
}
