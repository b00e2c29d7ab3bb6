//! The fencing rule, as pure functions: what may be written over what was read, and what an answer means.
//!
//! A Kafka generation or member epoch can't be the token of an outside store: generations start anew when a group is
//! deleted, say nothing about one partition, and the broker itself does not check ownership. So the store keeps the
//! token, one a row, and **one guard serves all: write only where `fence` is the one I hold.** Whoever writes draws a
//! new one, with each claim, commit, reset and deletion; so two tasks of one process, a repeated commit, an empty batch
//! and a topic made anew all fail the same check.
//!
//! Nothing here reads, writes, waits or draws: rows, fences and the time of day are handed in, [`Write`]s come out.
#![deny(clippy::disallowed_methods)]

use ottla_protocol::types::TopicId;

use crate::confirm::Witness;
use crate::error::Refused;
#[cfg(feature = "kafka")]
use crate::model::{Committed, MemberIdentity};
use crate::model::{Fence, Gap, Key, Owner, Row};
use crate::table::{Expect, Write};

mod held;
mod lost;
mod reset;
#[cfg(test)]
mod tests;

pub use held::{Advance, Claim, Wanted};
pub use lost::{Fate, Lost};
pub use reset::Reset;
pub(crate) use reset::{forget, release, reset};

/// How many former topic ids a row keeps: more than stale metadata can bring back, and a bound on the row's size.
const FORMER_TOPIC_IDS: usize = 64;

/// A claim on its way to the table.
#[derive(Debug)]
pub(crate) struct Claiming {
    expect: Expect,
    gap: Option<Gap>,
    then: Claim,
}

/// A commit on its way to the table.
#[derive(Debug)]
pub(crate) struct Committing {
    before: Claim,
    gap: Option<Gap>,
    then: Claim,
}

/// Decides a claim: the row as it was read, `fence` if it is still so.
///
/// # Errors
/// [`Refused::DualOwner`], [`Refused::TopicRecreated`], [`Refused::FormerTopic`], [`Refused::NotAnOffset`].
pub(crate) fn claim(
    owner: &Owner,
    wanted: Wanted,
    fence: Fence,
    now_ms: i64,
) -> Result<Claiming, Refused> {
    let (seen, witness) = wanted.confirmed.into_parts();
    let (key, row) = seen.into_parts();
    refuse_dual_owner(owner, wanted.lost.as_ref(), row.as_ref())?;

    let stored = row.as_ref().and_then(Row::committed);
    let may_change = wanted.restart.is_some() || stored.is_none();
    let topic = follow_topic(&key, row.as_ref(), wanted.topic_id, may_change)?;
    let gap = match (&wanted.restart, &stored) {
        (Some(restart), Some(stored)) if restart.at.next != stored.next => Some(Gap {
            key: key.clone(),
            from: stored.next,
            to: restart.at.next,
            reason: restart.reason.clone(),
            at: now_ms,
        }),
        _ => None,
    };
    let at = match (wanted.restart, stored) {
        (Some(restart), _) => restart.at,
        (None, Some(stored)) => stored,
        (None, None) => wanted.start,
    };
    let replaced = row.as_ref().map_or(Fence::NONE, |row| row.fence);
    let partitions_seen = partitions_seen(row.as_ref(), topic.id, wanted.partitions_seen);
    let then = Claim {
        row: Row {
            next_offset: Some(concrete(&key, at.next)?),
            leader_epoch: at.leader_epoch.unwrap_or(-1),
            metadata: at.metadata.clone(),
            topic_id: topic.id,
            former_topic_ids: topic.former,
            fence,
            replaced,
            owner: Some(owner.name.clone()),
            partitions_seen,
            updated_at: now_ms,
            key,
        },
        at,
        witness,
        member: owner.member.clone(),
    };
    let expect = row.map_or(Expect::Absent, |row| Expect::Fence(row.fence));
    Ok(Claiming { expect, gap, then })
}

/// The count that the row was made with, as long as it speaks of the same topic: where one row followed the topic, the partitions that it grew by would
/// pass for old ones with all who have yet to claim them.
fn partitions_seen(row: Option<&Row>, topic_id: TopicId, now: i32) -> i32 {
    let before = row.map_or(0, |row| row.partitions_seen);
    let is_same = row.is_some_and(|row| row.topic_id == topic_id);
    match (is_same && before > 0) || now <= 0 {
        true => before,
        false => now,
    }
}

/// Decides a commit: the new offset and `fence`, if the row still holds ours.
pub(crate) fn advance(advance: Advance, fence: Fence, now_ms: i64) -> Committing {
    let Advance { claim, to, skipped } = advance;
    let gap = skipped.map(|reason| Gap {
        key: claim.key().clone(),
        from: claim.at.next,
        to: to.next,
        reason,
        at: now_ms,
    });
    let then = Claim {
        row: Row {
            next_offset: Some(to.next),
            leader_epoch: to.leader_epoch.unwrap_or(-1),
            metadata: to.metadata.clone(),
            fence,
            updated_at: now_ms,
            ..claim.row.clone()
        },
        at: to,
        witness: claim.witness,
        member: claim.member.clone(),
    };
    Committing {
        before: claim,
        gap,
        then,
    }
}

impl Claiming {
    /// Takes a fence that follows from where the claim starts, for a store that can't keep a random one.
    #[cfg(feature = "kafka")]
    pub(crate) fn marked(mut self, mark: impl FnOnce(&Committed) -> Fence) -> Self {
        self.then.row.fence = mark(&self.then.at);
        self
    }

    /// Whether there was no row.
    #[cfg(feature = "kafka")]
    pub(crate) fn is_new(&self) -> bool {
        self.expect == Expect::Absent
    }

    /// What to ask the table for.
    pub(crate) fn write(&self) -> Write {
        self.then.write(self.expect, self.gap.clone())
    }

    /// The table did it.
    pub(crate) fn done(self) -> Claim {
        self.then
    }

    /// The table refused, and then the row read so. A row with the very fence that was to be written is ours after
    /// all: some layer below sent the write twice.
    ///
    /// # Errors
    /// [`Refused::Overtaken`].
    pub(crate) fn refused(self, row: Option<&Row>) -> Result<Claim, Refused> {
        if self.then.stands_in(row) {
            return Ok(self.then);
        }
        Err(Refused::Overtaken {
            key: self.then.row.key,
        })
    }
}

impl Committing {
    /// The commit itself, unless the table need not even be asked.
    ///
    /// # Errors
    /// [`Refused::NotAnOffset`].
    pub(crate) fn checked(self) -> Result<Self, Refused> {
        concrete(self.then.key(), self.then.at.next)?;
        Ok(self)
    }

    /// Whether the table is to be asked.
    pub(crate) fn is_sound(&self) -> bool {
        self.then.at.next >= 0
    }

    /// What to ask the table for.
    pub(crate) fn write(&self) -> Write {
        let expect = Expect::Fence(self.before.fence());
        self.then.write(expect, self.gap.clone())
    }

    /// Which row.
    pub(crate) fn key(&self) -> &Key {
        self.then.key()
    }

    /// Whom the group's coordinator knows the owner as.
    #[cfg(feature = "kafka")]
    pub(crate) fn member(&self) -> Option<&MemberIdentity> {
        self.then.member.as_ref()
    }

    /// The table did it.
    pub(crate) fn done(self) -> Claim {
        self.then
    }

    /// The table refused, and then the row read so (`None` also if it could not be read). A row with the very fence
    /// that was to be written is ours after all: some layer below sent the write twice.
    ///
    /// # Errors
    /// [`Refused::Fenced`]; with manual assignment [`Refused::DualOwner`] if another owner claimed straight from us.
    pub(crate) fn refused(self, row: Option<&Row>) -> Result<Claim, Refused> {
        if self.then.stands_in(row) {
            return Ok(self.then);
        }
        let witness = self.before.witness;
        let lost = self.before.lose();
        match lost.fate(row) {
            Fate::Taken(theirs) if witness == Witness::Nobody => Err(Refused::DualOwner {
                key: lost.key,
                ours: lost.owner,
                theirs,
            }),
            _ => Err(Refused::Fenced {
                lost: Box::new(lost),
                by: row.and_then(|row| row.owner.clone()),
            }),
        }
    }

    /// The table certainly wrote nothing: the claim stands where it stood.
    pub(crate) fn not_written(self) -> Claim {
        self.before
    }

    /// The answer was lost.
    pub(crate) fn unknown(self) -> Lost {
        Lost {
            meant: Some(self.then.fence()),
            ..self.before.lose()
        }
    }
}

fn refuse_dual_owner(owner: &Owner, lost: Option<&Lost>, row: Option<&Row>) -> Result<(), Refused> {
    match lost.map(|lost| (lost, lost.fate(row))) {
        Some((lost, Fate::Taken(theirs))) if theirs != owner.name => Err(Refused::DualOwner {
            key: lost.key.clone(),
            ours: owner.name.clone(),
            theirs,
        }),
        _ => Ok(()),
    }
}

struct Topic {
    id: TopicId,
    former: Vec<TopicId>,
}

/// The topic ids of a row after it heard that the topic's id is `now`.
fn follow_topic(
    key: &Key,
    row: Option<&Row>,
    now: TopicId,
    may_change: bool,
) -> Result<Topic, Refused> {
    let Some(row) = row else {
        return Ok(Topic {
            id: now,
            former: Vec::new(),
        });
    };
    let mut former = row.former_topic_ids.clone();
    if now.is_unknown() || now == row.topic_id {
        return Ok(Topic {
            id: row.topic_id,
            former,
        });
    }
    if former.contains(&now) {
        return Err(Refused::FormerTopic {
            key: key.clone(),
            now,
        });
    }
    if !row.topic_id.is_unknown() {
        if !may_change {
            return Err(Refused::TopicRecreated {
                key: key.clone(),
                row: row.topic_id,
                now,
            });
        }
        former.push(row.topic_id);
        let too_many = former.len().saturating_sub(FORMER_TOPIC_IDS);
        former.drain(..too_many);
    }
    Ok(Topic { id: now, former })
}

fn concrete(key: &Key, next: i64) -> Result<i64, Refused> {
    if next < 0 {
        return Err(Refused::NotAnOffset {
            key: key.clone(),
            next,
        });
    }
    Ok(next)
}
