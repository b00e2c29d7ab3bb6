//! Records into the trees `records` and `counts` of a sled folder.

use ottla_group::{Batch, Processor};
use ottla_offset_store::BoxError;
use ottla_offset_store::sled::{SledStore, SledTransaction};

use super::sled_keys::{COUNTS_TREE, RECORDS_TREE, partition_key, record_key};

/// Writes each record under its key, and raises the partition's count by as many.
pub(crate) struct IntoSled;

impl Processor<SledStore> for IntoSled {
    type Error = BoxError;

    async fn process(&self, batch: &Batch, results: &mut SledTransaction) -> Result<(), BoxError> {
        let (topic, partition) = (&batch.partition().topic, batch.partition().partition);
        for record in batch {
            results.insert(
                RECORDS_TREE,
                record_key(topic, partition, record.offset),
                record.value.unwrap_or_default(),
            );
        }
        let more = batch.record_count() as u64;
        results.update(COUNTS_TREE, partition_key(topic, partition), move |count| {
            Some(raised(count, more))
        });
        Ok(())
    }
}

fn raised(count: Option<&[u8]>, more: u64) -> Vec<u8> {
    let so_far = count
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u64::from_be_bytes);
    so_far.wrapping_add(more).to_be_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_starts_at_0_and_is_big_endian() {
        assert_eq!(raised(None, 3), [0, 0, 0, 0, 0, 0, 0, 3]);
        assert_eq!(
            raised(Some(&[0, 0, 0, 0, 0, 0, 0, 255]), 2),
            [0, 0, 0, 0, 0, 0, 1, 1]
        );
    }
}
