//! Whose word on offsets is taken: members of the present generation or epoch, and anybody while a group is empty.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::TopicId;

use crate::groups::classic::{ClassicGroup, ClassicState};
use crate::groups::consumer::ConsumerGroup;

/// A commit as one who may or may not be a member makes it.
pub(super) struct CommitCheck<'r> {
    pub(super) member_id: &'r str,
    pub(super) instance_id: Option<&'r str>,
    pub(super) generation: i32,
    pub(super) transactional: bool,
    pub(super) version: i16,
}

impl CommitCheck<'_> {
    fn is_anonymous(&self) -> bool {
        self.generation < 0 && self.member_id.is_empty() && self.instance_id.is_none()
    }

    pub(super) fn in_classic(&self, group: &ClassicGroup) -> Result<(), ErrorCode> {
        if self.generation < 0 && group.is_empty() {
            return Ok(());
        }
        if !self.is_anonymous() {
            group.check_member(self.member_id, self.instance_id)?;
            if self.generation != group.generation {
                return Err(ErrorCode::ILLEGAL_GENERATION);
            }
        } else if !self.transactional {
            return Err(ErrorCode::UNKNOWN_MEMBER_ID);
        }
        // The member has not seen its assignment yet: what it consumed was of the one before.
        if !self.transactional && group.state == ClassicState::CompletingRebalance {
            return Err(ErrorCode::REBALANCE_IN_PROGRESS);
        }
        Ok(())
    }

    /// KIP-1251: an older epoch is good enough for partitions that the member has had since then.
    pub(super) fn in_consumer(
        &self,
        group: &ConsumerGroup,
        partitions: impl Iterator<Item = (TopicId, i32)>,
    ) -> Result<(), ErrorCode> {
        if self.generation < 0 && group.members.is_empty()
            || self.transactional && self.is_anonymous()
        {
            return Ok(());
        }
        let member = group
            .members
            .get(self.member_id)
            .ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
        let is_classic = member.classic.is_some();
        if !self.transactional && !is_classic && self.version < 9 {
            return Err(ErrorCode::UNSUPPORTED_VERSION);
        }
        let stale = if is_classic || self.transactional {
            ErrorCode::ILLEGAL_GENERATION
        } else {
            ErrorCode::STALE_MEMBER_EPOCH
        };
        if self.generation == member.epoch {
            return Ok(());
        }
        if self.generation > member.epoch || is_classic {
            return Err(stale);
        }
        let mut partitions = partitions;
        let covered = partitions.all(|(topic, partition)| {
            member
                .given_at(topic, partition)
                .is_some_and(|epoch| epoch <= self.generation)
        });
        if covered { Ok(()) } else { Err(stale) }
    }
}
