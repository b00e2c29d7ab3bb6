//! What can be done with a batch that was read: splitting it, and changing it where it lies.

use ottla_protocol::records::{
    BatchMut, Compressor, Decompressor, Record, RecordBatch, RecordError, Records, restamp, split,
};

use crate::budget::PLAIN_LIMIT;

/// Batches larger than this, or plain records larger than [`MOST_PLAIN`], are left alone: it is for their contents that
/// small ones differ.
const MOST_BYTES: usize = 4096;
const MOST_PLAIN: usize = 16 << 10;
/// How small the pieces are that a batch is split into.
const PIECE: usize = 200;

/// Memory for it.
#[derive(Debug, Default)]
pub(crate) struct Rewriter {
    decompressor: Decompressor,
    compressor: Compressor,
}

impl Rewriter {
    /// Splits and changes all batches that can be read.
    ///
    /// # Errors
    /// The rule that is broken.
    pub(crate) fn check(&mut self, bytes: &[u8]) -> Result<(), String> {
        for batch in Records::new(bytes).map_while(Result::ok) {
            if batch.bytes().len() > MOST_BYTES {
                continue;
            }
            let mut plain = Vec::new();
            let body = batch.plain_body(&mut self.decompressor, PLAIN_LIMIT, &mut plain);
            if body.is_ok_and(|body| body.len() <= MOST_PLAIN) {
                self.split(&batch)?;
            }
            change(batch.bytes()).map_err(|why| format!("can't be changed: {why}"))?;
        }
        Ok(())
    }

    /// The pieces hold the batch's records, all and nothing else.
    fn split(&mut self, batch: &RecordBatch<'_>) -> Result<(), String> {
        let (decompressor, compressor) = (&mut self.decompressor, &mut self.compressor);
        let Ok(pieces) = split(batch, PIECE, PLAIN_LIMIT, decompressor, compressor) else {
            return Ok(());
        };
        let in_words = |why: RecordError| format!("a piece can't be read: {why}");
        let (mut whole, mut plain) = (Vec::new(), Vec::new());
        let mut records = batch
            .records(&mut self.decompressor, PLAIN_LIMIT, &mut whole)
            .map_err(in_words)?;
        let mut decompressor = Decompressor::new();
        for piece in &pieces {
            for batch in Records::new(piece) {
                let batch = batch.map_err(in_words)?;
                batch.check_crc().map_err(in_words)?;
                let copies = batch.records(&mut decompressor, PLAIN_LIMIT, &mut plain);
                for copy in copies.map_err(in_words)? {
                    let copy = copy.map_err(in_words)?;
                    match records.next() {
                        Some(Ok(record)) if same(&record, &copy) => {}
                        other => return Err(format!("{other:?} is {copy:?} in its piece")),
                    }
                }
            }
        }
        match records.next() {
            None => Ok(()),
            Some(left) => Err(format!("the pieces lack {left:?}")),
        }
    }
}

/// The same but for the offset, which pieces count anew.
fn same(one: &Record<'_>, other: &Record<'_>) -> bool {
    one.timestamp == other.timestamp
        && one.key == other.key
        && one.value == other.value
        && one.headers.eq(other.headers)
}

/// Changes a copy of a batch: what can be read can be changed, unless it is of magic 0 or 1.
fn change(bytes: &[u8]) -> Result<(), RecordError> {
    let mut copy = bytes.to_vec();
    if RecordBatch::split_first(bytes)?.is_none_or(|(batch, _)| batch.magic() < 2) {
        return Ok(());
    }
    restamp(&mut copy, 1, 2, 3)?;
    if let Some((mut batch, _)) = BatchMut::split_first(&mut copy)? {
        batch.set_partition_leader_epoch(Some(7));
        batch.set_append_time(5);
        batch.set_producer(-1, -1, -1);
        // Refused where the last offset would be too large.
        let _ = batch.set_base_offset(i64::MAX - 100);
        batch.set_base_offset(0)?;
    }
    match RecordBatch::split_first(&copy)? {
        Some((batch, _)) => batch.check_crc(),
        None => Ok(()),
    }
}
