//! What a fetch brought: each partition gets its part.

use std::time::Duration;

use bytes::Bytes;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::fetch::{FetchResponse, PartitionData};
use ottla_protocol::records::{RecordBatch, RecordError};
use tokio::time::Instant;

use super::Fetcher;
use super::request::Asked;
use crate::config::IsolationLevel;
use crate::consumer::aborted::Aborted;
use crate::consumer::batch::Bounds;
use crate::consumer::error::ConsumeError;
use crate::consumer::feed::Fetched;
use crate::consumer::position::Position;
use crate::consumer::resettle::{DAMAGED_TRIES, Reason};
use crate::consumer::triage::Triage;

/// A piece that takes less than this share of its response is copied out of it, so that one quiet partition's
/// unread records never keep a large response of others in memory.
const SMALL_SHARE: usize = 8;

/// What became of a partition that was asked for.
#[derive(Clone, Copy)]
pub(super) enum Outcome {
    /// No news.
    Nothing,
    /// Records came.
    Served,
    /// Another loop, or this one later, has to take it.
    Leaves(Reason),
}

impl Fetcher {
    /// Hands each partition its part.
    pub(super) fn deal(
        &mut self,
        asked: &[Asked],
        response: &FetchResponse<'_>,
        body: &Bytes,
    ) -> Vec<Outcome> {
        let throttle =
            Duration::from_millis(response.throttle_time_ms.max(0).unsigned_abs().into());
        let whole = ErrorCode::from(response.error_code);
        if !whole.is_ok() {
            self.plan.answered(false, throttle, Instant::now());
            return asked
                .iter()
                .map(|asked| asked.refused(self.broker, whole))
                .collect();
        }
        let mut outcomes = vec![Outcome::Nothing; asked.len()];
        let mut due = 0;
        for topic in &response.responses {
            for data in &topic.partitions {
                let is_it =
                    |asked: &Asked| asked.is(topic.topic, topic.topic_id, data.partition_index);
                // Answers come in the order of the request: the next one is nearly always the one meant.
                let found = asked.iter().skip(due).position(is_it).map(|at| at + due);
                let Some(at) = found.or_else(|| asked.iter().position(is_it)) else {
                    continue;
                };
                due = at + 1;
                outcomes[at] = self.deal_one(&asked[at], data, body);
            }
        }
        let records = outcomes
            .iter()
            .any(|outcome| matches!(outcome, Outcome::Served));
        self.plan.answered(records, throttle, Instant::now());
        outcomes
    }

    fn deal_one(&self, asked: &Asked, data: &PartitionData<'_>, body: &Bytes) -> Outcome {
        let code = ErrorCode::from(data.error_code);
        let feed = &asked.seat.feed;
        match Triage::of(code) {
            Triage::Served => self.serve(asked, data, body),
            Triage::Relocate => {
                self.learn_leader(asked, data);
                asked.refused(self.broker, code)
            }
            Triage::Damaged if feed.damages() < DAMAGED_TRIES => asked.refused(self.broker, code),
            Triage::Confirm => {
                asked.refused(self.broker, code);
                Outcome::Leaves(Reason::MayBeGone)
            }
            Triage::OutOfRange => Outcome::Leaves(Reason::OutOfRange(asked.ask)),
            Triage::Damaged | Triage::Denied => {
                let (partition, broker) = (feed.partition.clone(), self.broker);
                feed.fail(ConsumeError::Denied {
                    partition,
                    broker,
                    code,
                });
                Outcome::Nothing
            }
        }
    }

    /// Since version 12 a broker says who leads instead, if it knows (KIP-951).
    fn learn_leader(&self, asked: &Asked, data: &PartitionData<'_>) {
        let leader = &data.current_leader;
        if leader.leader_id >= 0 {
            let client = &self.fetchers.client;
            client.leader_hint(
                &asked.seat.feed.partition,
                leader.leader_id,
                leader.leader_epoch,
            );
        }
    }

    fn serve(&self, asked: &Asked, data: &PartitionData<'_>, body: &Bytes) -> Outcome {
        let parted = data.diverging_epoch.end_offset;
        if parted >= 0 {
            return Outcome::Leaves(Reason::Parted(asked.ask, parted));
        }
        let records = data.records.unwrap_or_default();
        let walked = match walk(records, asked.ask.offset, data.high_watermark) {
            Ok(walked) => walked,
            Err(source) => return asked.damaged(source),
        };
        let whole = records.get(..walked.bytes).unwrap_or_default();
        let end = match self.fetchers.settings.isolation {
            IsolationLevel::ReadCommitted => data.last_stable_offset,
            IsolationLevel::ReadUncommitted => data.high_watermark,
        };
        let fetched = Fetched {
            records: keep(body, whole),
            aborted: aborted(data),
            bounds: Bounds {
                log_start: data.log_start_offset,
                high_watermark: data.high_watermark,
                last_stable_offset: data.last_stable_offset,
            },
            leader_epoch: walked.leader_epoch,
        };
        let behind = !whole.is_empty() && walked.next < end;
        asked
            .seat
            .feed
            .deliver(asked.ask, fetched, walked.next, behind);
        if whole.is_empty() {
            Outcome::Nothing
        } else {
            Outcome::Served
        }
    }
}

fn aborted(data: &PartitionData<'_>) -> Vec<Aborted> {
    let listed = data.aborted_transactions.iter().flatten();
    listed
        .map(|aborted| Aborted {
            producer_id: aborted.producer_id,
            first_offset: aborted.first_offset,
        })
        .collect()
}

/// Keeps a piece of a response: a view of it, or a copy where it is a small share of the whole.
fn keep(body: &Bytes, piece: &[u8]) -> Bytes {
    if piece.is_empty() {
        Bytes::new()
    } else if piece.len() < body.len() / SMALL_SHARE {
        Bytes::copy_from_slice(piece)
    } else {
        body.slice_ref(piece)
    }
}

/// How far whole batches reach.
struct Walked {
    bytes: usize,
    next: i64,
    leader_epoch: Option<i32>,
}

/// Reads the headers only. A bad batch behind good ones is left for the next fetch, which will begin with it.
fn walk(records: &[u8], offset: i64, high_watermark: i64) -> Result<Walked, RecordError> {
    let mut position = Position::at(offset);
    let mut rest = records;
    let mut leader_epoch = None;
    loop {
        match split_plausible(rest, high_watermark) {
            Ok(Some((batch, after))) => {
                position.pass(batch.last_offset());
                leader_epoch = batch.partition_leader_epoch();
                rest = after;
            }
            Err(error) if rest.len() == records.len() => return Err(error),
            Ok(None) if rest.len() == records.len() && !rest.is_empty() => {
                // The first batch comes whole since Fetch v3 (KIP-74): this one never will.
                let length = i32::try_from(rest.len()).unwrap_or(i32::MAX);
                return Err(RecordError::Length {
                    base_offset: offset,
                    length,
                });
            }
            Ok(None) | Err(_) => break,
        }
    }
    Ok(Walked {
        bytes: records.len() - rest.len(),
        next: position.next(),
        leader_epoch,
    })
}

/// No batch reaches behind the high watermark. One that says so may be damaged there, and a fetch from where it says it ends would be told
/// that this is out of range, before its reader finds the damage.
fn split_plausible(
    records: &[u8],
    high_watermark: i64,
) -> Result<Option<(RecordBatch<'_>, &[u8])>, RecordError> {
    let split = RecordBatch::split_first(records)?;
    if let Some((batch, _)) = &split
        && batch.last_offset() >= high_watermark
    {
        batch.check_crc()?;
    }
    Ok(split)
}

#[cfg(test)]
mod tests {
    use ottla_protocol::records::{BatchBuilder, BatchOptions, Compressor};

    use super::*;

    /// Where a batch says how far its last offset is from its first.
    const LAST_OFFSET_DELTA: usize = 23;

    fn batch(base_offset: i64) -> Vec<u8> {
        let mut builder = BatchBuilder::new();
        for _ in 0..2 {
            builder.append(0, None, Some(b"value"), &[]).unwrap();
        }
        let options = BatchOptions {
            base_offset,
            ..BatchOptions::default()
        };
        builder.finish(&options, &mut Compressor::new()).unwrap()
    }

    #[test]
    fn the_position_follows_no_offset_that_the_log_cannot_hold() {
        let mut records = [batch(10), batch(12)].concat();
        let first = batch(10).len();
        let walked = walk(&records, 10, 14).unwrap();
        assert_eq!((walked.bytes, walked.next), (records.len(), 14));
        let behind = walk(&records, 10, 11).unwrap();
        assert_eq!(behind.next, 14, "the checksum is right, the mark is late");

        records[first + LAST_OFFSET_DELTA] ^= 1;
        let walked = walk(&records, 10, 14).unwrap();
        assert_eq!((walked.bytes, walked.next), (first, 12));
        records[LAST_OFFSET_DELTA] ^= 1;
        let refused = walk(&records, 10, 14);
        assert!(matches!(refused, Err(RecordError::Crc { .. })));
    }
}
