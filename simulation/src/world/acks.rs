//! How a handler says that a record is done: by a mark in partitions with an even number, by an acknowledgement in the others, where every other
//! one comes at the end of its batch only, so that what is done has holes.

use ottla_group::PartitionClaim;

/// Acknowledgements of one claim that are held back.
#[derive(Debug)]
pub(super) struct Acks {
    acknowledges: bool,
    held: Vec<i64>,
}

impl Acks {
    pub(super) fn of(claim: &PartitionClaim) -> Self {
        Self {
            acknowledges: claim.partition().partition % 2 == 1,
            held: Vec::new(),
        }
    }

    pub(super) fn done(&mut self, claim: &mut PartitionClaim, offset: i64) {
        if !self.acknowledges {
            claim.mark(offset);
        } else if offset % 2 == 1 {
            self.held.push(offset);
        } else {
            claim.ack(offset);
        }
    }

    pub(super) fn batch_ends(&mut self, claim: &mut PartitionClaim) {
        while let Some(offset) = self.held.pop() {
            claim.ack(offset);
        }
    }
}
