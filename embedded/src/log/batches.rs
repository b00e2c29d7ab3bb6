//! The batches that a log holds, as they go over the wire, found by offset.

use std::collections::VecDeque;

use bytes::Bytes;
use ottla_protocol::records::{BatchHeader, RecordBatch};

/// A batch and its header, read once.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stored {
    pub(super) header: BatchHeader,
    pub(super) bytes: Bytes,
}

impl Stored {
    /// Takes bytes that have been checked.
    pub(super) fn new(header: BatchHeader, bytes: Bytes) -> Self {
        Self { header, bytes }
    }

    /// The first batch of `bytes`, a part of the same memory; `None` where no whole and sound one is.
    pub(super) fn first_of(bytes: &Bytes) -> Option<Self> {
        let (batch, _) = RecordBatch::split_first(bytes).ok()??;
        if batch.magic() != 2 || batch.check_crc().is_err() {
            return None;
        }
        Some(Self::new(batch.header(), bytes.slice_ref(batch.bytes())))
    }

    /// The view of it. `None` never comes of bytes that were checked.
    pub(super) fn view(&self) -> Option<RecordBatch<'_>> {
        let (batch, _) = RecordBatch::split_first(&self.bytes).ok()??;
        Some(batch)
    }
}

/// All batches in ascending order. Offsets may be missing between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Batches {
    list: VecDeque<Stored>,
    bytes: u64,
}

impl Batches {
    pub(super) fn push(&mut self, batch: Stored) {
        self.bytes += batch.bytes.len() as u64;
        self.list.push_back(batch);
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn first(&self) -> Option<&Stored> {
        self.list.front()
    }

    pub(super) fn last(&self) -> Option<&Stored> {
        self.list.back()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Stored> {
        self.list.iter()
    }

    /// From the one that holds the offset on, or the next above it.
    pub(super) fn from(&self, offset: i64) -> impl Iterator<Item = &Stored> {
        let at = self
            .list
            .partition_point(|batch| batch.header.last_offset() < offset);
        self.list.range(at..)
    }

    /// Drops what lies wholly below the offset; says whether anything did.
    pub(super) fn drop_below(&mut self, offset: i64) -> bool {
        let before = self.list.len();
        while let Some(batch) = self.list.front()
            && batch.header.last_offset() < offset
        {
            self.bytes -= batch.bytes.len() as u64;
            self.list.pop_front();
        }
        self.list.len() < before
    }

    /// Drops what reaches the offset or lies above it; says whether anything did.
    pub(super) fn drop_from(&mut self, offset: i64) -> bool {
        let before = self.list.len();
        while let Some(batch) = self.list.back()
            && batch.header.last_offset() >= offset
        {
            self.bytes -= batch.bytes.len() as u64;
            self.list.pop_back();
        }
        self.list.len() < before
    }

    /// Others in the place of those below the offset.
    pub(super) fn replace_below(&mut self, offset: i64, others: Vec<Stored>) {
        let mut list = VecDeque::from(others);
        list.extend(self.from(offset).cloned());
        self.bytes = list.iter().map(|batch| batch.bytes.len() as u64).sum();
        self.list = list;
    }
}
