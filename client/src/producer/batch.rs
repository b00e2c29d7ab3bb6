//! A batch from its first record to its fate.

use std::sync::Arc;

use ottla_protocol::records::{
    BatchBuilder, BatchOptions, BuildError, Compression, Compressor, restamp,
};
use tokio::time::Instant;

use super::delivery::{Fate, Written};
use super::error::ProduceError;
use super::sequence::Stamp;

/// A batch, under construction or on its way. Dropped without a fate, it is abandoned: whoever waits for it is told.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) fate: Arc<Fate>,
    pub(super) contents: Contents,
    /// When its first record came.
    pub(super) born: Instant,
    /// What it takes of the memory for records, in bytes.
    pub(super) charged: usize,
    /// Which flushes wait for it.
    pub(super) generation: u64,
    /// Whether one of its records has nobody who waits for it.
    pub(super) forgotten: bool,
    pub(super) attempts: u32,
}

/// A batch's bytes.
#[derive(Debug)]
pub(super) enum Contents {
    Open(BatchBuilder),
    /// Ready for the wire, under this stamp.
    Sealed(Arc<Vec<u8>>, Option<Stamp>),
    /// Handed out for good.
    Gone,
}

impl Batch {
    /// The bytes for the wire, under this stamp. The builder comes back, if there was one, for the next batch.
    pub(super) fn seal(
        &mut self,
        compression: Compression,
        stamp: Option<Stamp>,
        compressor: &mut Compressor,
        spare: Option<Vec<u8>>,
    ) -> Result<(Arc<Vec<u8>>, Option<BatchBuilder>), BuildError> {
        match std::mem::replace(&mut self.contents, Contents::Gone) {
            Contents::Open(mut builder) => {
                spare.into_iter().for_each(|spare| builder.recycle(spare));
                let bytes = Arc::new(builder.finish(&options(compression, stamp), compressor)?);
                self.contents = Contents::Sealed(Arc::clone(&bytes), stamp);
                Ok((bytes, Some(builder)))
            }
            Contents::Sealed(mut bytes, sealed_under) => {
                if let Some(stamp) = stamp.filter(|stamp| sealed_under != Some(*stamp)) {
                    let batch = Arc::make_mut(&mut bytes);
                    // It was built here, so it is a batch.
                    let _ = restamp(batch, stamp.producer_id, stamp.epoch, stamp.base);
                }
                self.contents = Contents::Sealed(Arc::clone(&bytes), stamp);
                Ok((bytes, None))
            }
            Contents::Gone => Err(BuildError::Empty),
        }
    }

    /// What it takes in a request, at most.
    pub(super) fn len(&self) -> usize {
        match &self.contents {
            Contents::Open(builder) => builder.len(),
            Contents::Sealed(bytes, _) => bytes.len(),
            Contents::Gone => 0,
        }
    }

    pub(super) fn record_count(&self) -> i32 {
        match &self.contents {
            Contents::Open(builder) => builder.record_count(),
            _ => 0,
        }
    }

    /// Tells those who wait for it. Its memory comes back, if nobody else holds it.
    pub(super) fn decide(mut self, outcome: Result<Written, ProduceError>) -> Option<Vec<u8>> {
        self.fate.decide(outcome);
        match std::mem::replace(&mut self.contents, Contents::Gone) {
            Contents::Sealed(bytes, _) => Arc::into_inner(bytes),
            _ => None,
        }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        let partition = self.fate.partition().clone();
        let possibly_written = self.attempts > 0;
        self.fate.decide(Err(ProduceError::Abandoned {
            partition,
            possibly_written,
        }));
    }
}

fn options(compression: Compression, stamp: Option<Stamp>) -> BatchOptions {
    let plain = BatchOptions {
        compression,
        ..BatchOptions::default()
    };
    match stamp {
        Some(stamp) => BatchOptions {
            producer_id: stamp.producer_id,
            producer_epoch: stamp.epoch,
            base_sequence: stamp.base,
            ..plain
        },
        None => plain,
    }
}
