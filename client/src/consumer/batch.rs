//! A batch of records as the user gets it: one owner of the bytes, lending its records one by one.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use ottla_protocol::records::{BatchHeader, Record, RecordError, RecordIter};
use ottla_protocol::types::{TopicId, TopicPartition};

/// Records of one partition, in order.
///
/// It holds the bytes that came from the broker (or their decompressed form) and lends records out of them, so that a
/// record costs no allocation and no copy. It may be sent to another task and kept; while it is kept, it keeps the
/// whole response that it came in.
///
/// A batch may be **empty**: then there was nothing for the user at this place of the log (markers of transactions,
/// aborted records, records that compaction removed), but [`next_offset`](Self::next_offset) still moves on. Commit it
/// like any other, or the group's lag never reaches 0.
#[derive(Clone)]
pub struct Batch {
    pub(super) partition: TopicPartition,
    pub(super) topic_id: TopicId,
    pub(super) leader_epoch: Option<i32>,
    pub(super) bounds: Bounds,
    pub(super) next_offset: i64,
    pub(super) records: Option<Checked>,
}

/// What the broker said of a partition's log; -1 where it did not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) log_start: i64,
    pub(crate) high_watermark: i64,
    pub(crate) last_stable_offset: i64,
}

impl Bounds {
    pub(crate) const UNKNOWN: Self = Self {
        log_start: -1,
        high_watermark: -1,
        last_stable_offset: -1,
    };
}

/// Records that were walked once to the end, so that walking them again can't fail.
#[derive(Clone)]
pub(super) struct Checked {
    header: BatchHeader,
    body: Body,
    /// Records below this were handed out before (a batch may begin below the position).
    from: i64,
    count: usize,
    first: i64,
    last: i64,
}

#[derive(Clone)]
pub(super) enum Body {
    /// As it came from the socket.
    Wire(Bytes),
    /// Decompressed, in a buffer that is used again once nobody holds it.
    Unpacked(Arc<Vec<u8>>),
}

impl Batch {
    /// The partition that the records are from.
    #[must_use]
    pub fn partition(&self) -> &TopicPartition {
        &self.partition
    }

    /// The topic's id; unknown (all zero) where the cluster has none.
    #[must_use]
    pub fn topic_id(&self) -> TopicId {
        self.topic_id
    }

    /// The leadership under which the records were appended, to be committed with them.
    #[must_use]
    pub fn leader_epoch(&self) -> Option<i32> {
        self.leader_epoch
    }

    /// The records, in the order of their offsets.
    #[must_use]
    pub fn records(&self) -> BatchRecords<'_> {
        BatchRecords {
            walk: self.records.as_ref().map(Checked::walk),
            from: self.records.as_ref().map_or(0, |records| records.from),
            left: self.record_count(),
        }
    }

    /// How many records there are.
    #[must_use]
    pub fn record_count(&self) -> usize {
        self.records.as_ref().map_or(0, |records| records.count)
    }

    /// Whether there are no records, only a move of the position.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.record_count() == 0
    }

    /// The first record's offset.
    #[must_use]
    pub fn first_offset(&self) -> Option<i64> {
        self.records.as_ref().map(|records| records.first)
    }

    /// The last record's offset.
    #[must_use]
    pub fn last_offset(&self) -> Option<i64> {
        self.records.as_ref().map(|records| records.last)
    }

    /// The position after this batch, which is the offset to commit once all of it is done. It may be more than one
    /// after the last record.
    #[must_use]
    pub fn next_offset(&self) -> i64 {
        self.next_offset
    }

    /// The first offset that was not yet on all in-sync replicas when the batch was fetched.
    #[must_use]
    pub fn high_watermark(&self) -> Option<i64> {
        known(self.bounds.high_watermark)
    }

    /// The first offset of a transaction that was open when the batch was fetched, or else the high watermark: as far
    /// as a reader of committed records gets.
    #[must_use]
    pub fn last_stable_offset(&self) -> Option<i64> {
        known(self.bounds.last_stable_offset)
    }

    /// The oldest offset in the log when the batch was fetched.
    #[must_use]
    pub fn log_start(&self) -> Option<i64> {
        known(self.bounds.log_start)
    }
}

pub(super) fn known(offset: i64) -> Option<i64> {
    (offset >= 0).then_some(offset)
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("partition", &self.partition)
            .field("first_offset", &self.first_offset())
            .field("next_offset", &self.next_offset)
            .field("record_count", &self.record_count())
            .finish_non_exhaustive()
    }
}

impl<'a> IntoIterator for &'a Batch {
    type Item = Record<'a>;
    type IntoIter = BatchRecords<'a>;

    fn into_iter(self) -> BatchRecords<'a> {
        self.records()
    }
}

/// The records of a [`Batch`], each lent where it lies.
#[derive(Clone, Debug)]
pub struct BatchRecords<'a> {
    walk: Option<RecordIter<'a>>,
    from: i64,
    left: usize,
}

impl<'a> Iterator for BatchRecords<'a> {
    type Item = Record<'a>;

    #[inline]
    fn next(&mut self) -> Option<Record<'a>> {
        let walk = self.walk.as_mut()?;
        loop {
            // The walk went through once without a fault, before the batch was handed out.
            let record = walk.next()?.ok()?;
            if record.offset >= self.from {
                self.left = self.left.saturating_sub(1);
                return Some(record);
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for BatchRecords<'_> {}

impl std::iter::FusedIterator for BatchRecords<'_> {}

impl Checked {
    /// Walks all records once; `None` if none is at or above `from`.
    pub(super) fn check(
        header: BatchHeader,
        body: Body,
        from: i64,
    ) -> Result<Option<Self>, RecordError> {
        let (mut count, mut first, mut last) = (0, 0, 0);
        for record in RecordIter::new(&header, body.bytes()) {
            let offset = record?.offset;
            if offset < from {
                continue;
            }
            if count == 0 {
                first = offset;
            }
            count += 1;
            last = offset;
        }
        Ok((count > 0).then_some(Self {
            header,
            body,
            from,
            count,
            first,
            last,
        }))
    }

    fn walk(&self) -> RecordIter<'_> {
        RecordIter::new(&self.header, self.body.bytes())
    }
}

impl Body {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Wire(bytes) => bytes,
            Self::Unpacked(bytes) => bytes,
        }
    }
}
