//! The writes of those who hold no claim, or give one back: reset, deletion, release. Each leaves a row without owner
//! under a new fence, so whoever owned it is fenced, confirms, claims and goes on from there.
#![deny(clippy::disallowed_methods)]

use ottla_protocol::types::TopicId;

use super::{Claim, concrete, follow_topic, partitions_seen};
use crate::error::Refused;
use crate::model::{Committed, Fence, Key, Row};
use crate::table::{Expect, Write};

/// An operator's word on where a partition goes on.
#[derive(Clone, Debug)]
pub struct Reset {
    /// Which row.
    pub key: Key,
    /// Where the next owner goes on.
    pub to: Committed,
    /// The topic's id as the cluster tells it now; [`TopicId::UNKNOWN`] keeps the row's.
    pub topic_id: TopicId,
    /// How many partitions the topic has now, for a row that is new or knows only a former topic; a row of this topic keeps
    /// the number that it was made with. 0 if unknown.
    pub partitions_seen: i32,
}

impl Reset {
    /// Sets a partition's offset and leaves what else the row knows of its topic.
    #[must_use]
    pub fn new(key: Key, to: Committed) -> Self {
        Self {
            key,
            to,
            topic_id: TopicId::UNKNOWN,
            partitions_seen: 0,
        }
    }
}

/// Decides a reset over the row as it was read.
///
/// # Errors
/// [`Refused::NotAnOffset`], [`Refused::FormerTopic`].
pub(crate) fn reset(
    row: Option<&Row>,
    to: &Reset,
    fence: Fence,
    now_ms: i64,
) -> Result<Write, Refused> {
    let next = concrete(&to.key, to.to.next)?;
    let topic = follow_topic(&to.key, row, to.topic_id, true)?;
    let partitions_seen = partitions_seen(row, topic.id, to.partitions_seen);
    Ok(Write {
        key: to.key.clone(),
        expect: row.map_or(Expect::Absent, |row| Expect::Fence(row.fence)),
        row: Some(Row {
            key: to.key.clone(),
            topic_id: topic.id,
            former_topic_ids: topic.former,
            next_offset: Some(next),
            leader_epoch: to.to.leader_epoch.unwrap_or(-1),
            metadata: to.to.metadata.clone(),
            fence,
            replaced: Fence::NONE,
            owner: None,
            partitions_seen,
            updated_at: now_ms,
        }),
        gap: None,
    })
}

/// Decides a deletion over the row as it was read: the offset goes, the row stays, because a row that is gone can't
/// tell a late claim that somebody else came before it. `None` if there is nothing to forget.
pub(crate) fn forget(row: Option<&Row>, fence: Fence, now_ms: i64) -> Option<Write> {
    let row = row.filter(|row| row.next_offset.is_some() || row.owner.is_some())?;
    Some(Write {
        key: row.key.clone(),
        expect: Expect::Fence(row.fence),
        row: Some(Row {
            next_offset: None,
            leader_epoch: -1,
            metadata: String::new(),
            ..without_owner(row, fence, now_ms)
        }),
        gap: None,
    })
}

/// Gives a claim back. If the row is no longer ours, refusing it is right.
pub(crate) fn release(claim: Claim, fence: Fence, now_ms: i64) -> Write {
    Write {
        key: claim.row.key.clone(),
        expect: Expect::Fence(claim.row.fence),
        row: Some(without_owner(&claim.row, fence, now_ms)),
        gap: None,
    }
}

fn without_owner(row: &Row, fence: Fence, now_ms: i64) -> Row {
    Row {
        fence,
        replaced: Fence::NONE,
        owner: None,
        updated_at: now_ms,
        ..row.clone()
    }
}
