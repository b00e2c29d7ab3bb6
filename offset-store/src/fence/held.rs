//! What a member holds: a partition that it wants, the claim that it got, the advance that it asks for.
#![deny(clippy::disallowed_methods)]

use ottla_protocol::types::TopicId;

use super::Lost;
use crate::confirm::{Confirmed, Witness};
use crate::model::{Committed, Fence, Gap, Key, MemberIdentity, Row};
use crate::table::{Expect, Write};

/// A partition that is to be claimed: read, then confirmed, and what is needed for a row that is new.
#[derive(Debug)]
pub struct Wanted {
    pub(super) confirmed: Confirmed,
    pub(super) start: Committed,
    pub(super) topic_id: TopicId,
    pub(super) partitions_seen: i32,
    pub(super) lost: Option<Lost>,
    pub(super) restart: Option<Restart>,
}

/// A place that a policy puts instead of the row's: a topic made anew, records that retention took, a truncation.
#[derive(Debug)]
pub(super) struct Restart {
    pub(super) at: Committed,
    pub(super) reason: String,
}

impl Wanted {
    /// Wants a confirmed partition. `start` is the start policy's answer, already resolved to an offset (a row that
    /// is new stores it at once; a row with an offset ignores it). `topic_id` and `partitions_seen` are what the
    /// cluster tells now; [`TopicId::UNKNOWN`] and 0 if it does not.
    #[must_use]
    pub fn new(
        confirmed: Confirmed,
        start: Committed,
        topic_id: TopicId,
        partitions_seen: i32,
    ) -> Self {
        Self {
            confirmed,
            start,
            topic_id,
            partitions_seen,
            lost: None,
            restart: None,
        }
    }

    /// Claims again after a claim was lost, **if the partition was held without a break since**: same membership,
    /// never revoked. Another owner's claim over the lost one is then [`Refused::DualOwner`](crate::Refused::DualOwner).
    #[must_use]
    pub fn after(mut self, lost: Lost) -> Self {
        self.lost = Some(lost);
        self
    }

    /// Starts at `at` whatever the row says, as a policy decided (see [`anomaly`](mod@crate::anomaly)). What is skipped
    /// becomes a [`Gap`], written with the claim.
    #[must_use]
    pub fn restart(mut self, at: Committed, reason: impl Into<String>) -> Self {
        self.restart = Some(Restart {
            at,
            reason: reason.into(),
        });
        self
    }

    /// Which row.
    #[must_use]
    pub fn key(&self) -> &Key {
        self.confirmed.key()
    }
}

/// The right to write one partition's offset. Not `Clone` and made by claims and commits alone: no claim, no commit.
#[derive(Debug)]
pub struct Claim {
    pub(super) row: Row,
    pub(super) at: Committed,
    pub(super) witness: Witness,
    /// Whom the group's coordinator knows the owner as, for the store whose fence that is.
    pub(super) member: Option<MemberIdentity>,
}

impl Claim {
    /// Which row.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.row.key
    }

    /// Where the claim stands: processing starts, or goes on, here.
    #[must_use]
    pub fn start(&self) -> &Committed {
        &self.at
    }

    /// The token of our last write.
    #[must_use]
    pub fn fence(&self) -> Fence {
        self.row.fence
    }

    /// The id of the topic that is claimed; all zero when unknown.
    #[must_use]
    pub fn topic_id(&self) -> TopicId {
        self.row.topic_id
    }

    /// Whether a row just read is the one that this claim wrote. If not, the claim is lost already.
    #[must_use]
    pub fn stands_in(&self, row: Option<&Row>) -> bool {
        row.is_some_and(|row| row.fence == self.row.fence)
    }

    /// Moves on to `to`. Uses the claim up: the commit gives it back.
    #[must_use]
    pub fn advance(self, to: Committed) -> Advance {
        Advance {
            claim: self,
            to,
            skipped: None,
        }
    }

    /// Moves on to `to` without having processed what lies between, and notes the [`Gap`] in the same transaction.
    #[must_use]
    pub fn skip(self, to: Committed, reason: impl Into<String>) -> Advance {
        Advance {
            claim: self,
            to,
            skipped: Some(reason.into()),
        }
    }

    /// Gives up a claim that no longer stands.
    #[must_use]
    pub fn lose(self) -> Lost {
        Lost {
            held: self.row.fence,
            meant: None,
            owner: self.row.owner.unwrap_or_default(),
            key: self.row.key,
        }
    }
}

/// One partition's way from where its claim stands to a new offset. Made by [`Claim::advance`] alone.
#[derive(Debug)]
pub struct Advance {
    pub(super) claim: Claim,
    pub(super) to: Committed,
    pub(super) skipped: Option<String>,
}

impl Advance {
    /// Which row.
    #[must_use]
    pub fn key(&self) -> &Key {
        self.claim.key()
    }

    /// The id of the topic that is claimed; all zero when unknown.
    #[must_use]
    pub fn topic_id(&self) -> TopicId {
        self.claim.topic_id()
    }

    /// Where the claim stands.
    #[must_use]
    pub fn from(&self) -> &Committed {
        self.claim.start()
    }

    /// Where it will stand.
    #[must_use]
    pub fn to(&self) -> &Committed {
        &self.to
    }

    /// Takes the claim back, as if nothing had been said.
    #[must_use]
    pub fn withdraw(self) -> Claim {
        self.claim
    }
}

impl Claim {
    pub(super) fn write(&self, expect: Expect, gap: Option<Gap>) -> Write {
        Write {
            key: self.row.key.clone(),
            expect,
            row: Some(self.row.clone()),
            gap,
        }
    }
}
