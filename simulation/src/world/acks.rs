//! In which order a handler works on a batch, and how it says that a record is done: all marks in the order of the partition, or key by key, where
//! each record is acknowledged by itself.

use futures_util::FutureExt;
use ottla_client::protocol::records::Record;
use ottla_group::{Batch, PartitionClaim};

use super::member::{One, payload};
use super::recorder::place_of;
use crate::check::Order;

/// So many batches are worked on together, key by key, if they are there.
const TOGETHER: usize = 3;

/// What is worked on next.
pub(super) async fn next(claim: &mut PartitionClaim, order: Order) -> Option<Vec<Batch>> {
    let mut batches = vec![claim.next().await?];
    while order == Order::Key && batches.len() < TOGETHER {
        match claim.next().now_or_never().flatten() {
            Some(batch) => batches.push(batch),
            None => break,
        }
    }
    Some(batches)
}

/// The records of batches as they are worked on.
pub(super) fn records(batches: &[Batch], order: Order) -> Vec<One> {
    let mut records = Vec::new();
    for batch in batches {
        let place = place_of(batch.partition());
        let key = |record: &Record<'_>| record.key.map(<[u8]>::to_vec);
        let one = |record: Record<'_>| (key(&record), (place, record.offset, payload(&record)));
        records.extend(batch.into_iter().map(one));
    }
    if order == Order::Key {
        records.sort_by(|(one, _), (other, _)| one.cmp(other));
    }
    records.into_iter().map(|(_, one)| one).collect()
}

/// A record is done.
pub(super) fn done(claim: &mut PartitionClaim, order: Order, offset: i64) {
    match order {
        Order::Partition => claim.mark(offset),
        Order::Key => drop(claim.ack(offset)),
    }
}
