//! A handler that works on keys side by side, and on the records of one key one after the other: what is done is acknowledged in whatever
//! order it gets done.

use std::collections::{BTreeMap, VecDeque};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use ottla_client::protocol::records::Record;
use ottla_group::PartitionClaim;
use ottla_offset_store::BoxError;

use super::member::{Hand, Held, One, one_of};
use crate::history::Key;

/// So many keys are worked on at a time.
const MOST: usize = 8;

/// Keys that are worked on, each with the records that wait for it.
type Lines = BTreeMap<Key, VecDeque<One>>;

pub(super) async fn consume(
    hand: &Hand,
    mut held: Held,
    claim: &mut PartitionClaim,
) -> Result<(), BoxError> {
    let recorder = &hand.living.recorder;
    let done = claim.acknowledger();
    let mut lines = Lines::new();
    let mut working = FuturesUnordered::new();
    let mut has_more = true;
    loop {
        tokio::select! {
            biased;
            Some(Worked { key, one, result }) = working.next(), if !working.is_empty() => {
                result?;
                let (_, offset, _) = one;
                done.ack(offset);
                match lines.get_mut(&key).and_then(VecDeque::pop_front) {
                    Some(next) => working.push(work(hand, key, next)),
                    None => drop(lines.remove(&key)),
                }
            }
            batch = claim.next(), if has_more && working.len() < MOST => match batch {
                Some(batch) => for record in &batch {
                    let (key, one) = (key(&record), one_of(recorder, &batch, &record));
                    held.delivered(&hand.living, one);
                    match lines.get_mut(&key) {
                        Some(line) => line.push_back(one),
                        None => {
                            lines.insert(key, VecDeque::new());
                            working.push(work(hand, key, one));
                        }
                    }
                },
                None => {
                    has_more = false;
                    lines.values_mut().for_each(VecDeque::clear);
                }
            },
            else => return Ok(()),
        }
    }
}

/// What became of a record.
struct Worked {
    key: Key,
    one: One,
    result: Result<(), BoxError>,
}

async fn work(hand: &Hand, key: Key, one: One) -> Worked {
    let result = hand.work(one).await;
    Worked { key, one, result }
}

fn key(record: &Record<'_>) -> Key {
    let key = record.key.and_then(|key| key.first_chunk::<2>());
    Key(key.map_or(u16::MAX, |key| u16::from_be_bytes(*key)))
}
