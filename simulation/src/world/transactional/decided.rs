//! Which records of a log were aborted: a transaction's records are followed by its producer's marker, and the log holds both. What who
//! produced was told does not count here.

use std::collections::BTreeMap;

use ottla_embedded::protocol::records::{ControlType, RecordBatch, RecordIter};

/// The ends of a log's transactions.
#[derive(Debug, Default)]
pub(in crate::world) struct Decided {
    /// By producer and the marker's offset: whether it was an abort.
    markers: BTreeMap<(i64, i64), bool>,
}

impl Decided {
    /// The markers among a log's batches. What is no batch has none.
    pub(in crate::world) fn of<'b>(batches: impl IntoIterator<Item = &'b [u8]>) -> Self {
        let mut markers = BTreeMap::new();
        for bytes in batches {
            let Ok(Some((batch, _))) = RecordBatch::split_first(bytes) else {
                continue;
            };
            if let Some(is_abort) = marker(&batch) {
                markers.insert((batch.producer_id(), batch.base_offset()), is_abort);
            }
        }
        Self { markers }
    }

    /// Whether a batch is of a transaction that was aborted; one that is open is not.
    pub(in crate::world) fn is_aborted(&self, batch: &RecordBatch<'_>) -> bool {
        let (producer, offset) = (batch.producer_id(), batch.base_offset());
        let mut ends = self
            .markers
            .range((producer, offset)..=(producer, i64::MAX));
        batch.is_transactional() && ends.next().is_some_and(|(_, is_abort)| *is_abort)
    }
}

fn marker(batch: &RecordBatch<'_>) -> Option<bool> {
    if !batch.header().is_control() {
        return None;
    }
    let record = RecordIter::new(batch, batch.body()).next()?.ok()?;
    match ControlType::of(&record).ok()? {
        ControlType::Abort => Some(true),
        ControlType::Commit => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use ottla_embedded::protocol::records::{BatchBuilder, BatchOptions, Compressor};

    use super::*;

    fn batch(producer_id: i64, base_offset: i64, control: Option<ControlType>) -> Vec<u8> {
        let mut batch = BatchBuilder::new();
        let key = control.map(ControlType::key);
        let key = key.as_ref().map(<[u8; 4]>::as_slice);
        batch.append(0, key, Some(&[0; 6]), &[]).unwrap();
        let options = BatchOptions {
            producer_id,
            base_offset,
            transactional: producer_id >= 0,
            control: control.is_some(),
            ..BatchOptions::default()
        };
        batch.finish(&options, &mut Compressor::new()).unwrap()
    }

    #[test]
    fn the_next_marker_of_the_same_producer_decides() {
        let log = [
            batch(1, 0, None),
            batch(2, 1, None),
            batch(-1, 2, None),
            batch(1, 3, Some(ControlType::Abort)),
            batch(1, 4, None),
            batch(2, 5, Some(ControlType::Commit)),
            batch(1, 6, Some(ControlType::Commit)),
            batch(2, 7, None),
        ];
        let decided = Decided::of(log.iter().map(Vec::as_slice));
        let aborted = log.iter().filter_map(|bytes| {
            let (batch, _) = RecordBatch::split_first(bytes).unwrap()?;
            let is_record = !batch.header().is_control();
            (is_record && decided.is_aborted(&batch)).then(|| batch.base_offset())
        });
        assert_eq!(
            aborted.collect::<Vec<_>>(),
            [0],
            "all others stand, or are open"
        );
    }
}
