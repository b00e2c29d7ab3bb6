//! Stamps change what they say, and nothing else.

use super::super::{BatchBuilder, BatchOptions, Compressor, Records, TimestampType};
use super::*;

fn built(values: &[&[u8]]) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    for value in values {
        builder.append(5, None, Some(value), &[]).unwrap();
    }
    let options = BatchOptions {
        producer_id: 7,
        producer_epoch: 0,
        base_sequence: 30,
        ..BatchOptions::default()
    };
    builder.finish(&options, &mut Compressor::new()).unwrap()
}

fn first(bytes: &mut [u8]) -> BatchMut<'_> {
    BatchMut::split_first(bytes).unwrap().unwrap().0
}

#[test]
fn another_producer_leaves_the_records_and_a_checksum_that_fits() {
    let mut bytes = built(&[b"value"]);
    let before = bytes.clone();
    restamp(&mut bytes, 8, 1, 0).unwrap();
    let (batch, _) = RecordBatch::split_first(&bytes).unwrap().unwrap();
    batch.check_crc().unwrap();
    let stamp = (
        batch.producer_id(),
        batch.producer_epoch(),
        batch.base_sequence(),
    );
    assert_eq!(stamp, (8, 1, 0));
    restamp(&mut bytes, 7, 0, 30).unwrap();
    assert_eq!(bytes, before);
    assert!(matches!(
        restamp(&mut [0; 9], 1, 1, 1),
        Err(RecordError::Cut { bytes: 9 })
    ));
}

#[test]
fn a_row_of_batches_gets_its_place_in_the_log() {
    let parts = [built(&[b"a", b"b"]), built(&[b"c"]), built(&[b"d", b"e"])];
    let mut log = parts.concat();
    let (mut next_offset, mut rest) = (40, &mut log[..]);
    while let Some((mut batch, behind)) = BatchMut::split_first(rest).unwrap() {
        let crc = batch.crc();
        batch.set_base_offset(next_offset).unwrap();
        batch.set_partition_leader_epoch(Some(3));
        next_offset = batch.next_offset();
        assert_eq!(batch.crc(), crc);
        rest = behind;
    }
    let mut offsets = Vec::new();
    for batch in Records::new(&log) {
        let batch = batch.unwrap();
        batch.check_crc().unwrap();
        assert_eq!(batch.partition_leader_epoch(), Some(3));
        offsets.extend(batch.base_offset()..batch.next_offset());
    }
    assert_eq!(offsets, (40..45).collect::<Vec<_>>());
    for (part, batch) in parts.iter().zip(Records::new(&log)) {
        let bytes = batch.unwrap().bytes();
        assert_eq!(part[16..], bytes[16..], "no more than that is changed");
    }
}

#[test]
fn the_time_of_appending_comes_and_goes() {
    let mut bytes = built(&[b"a", b"b"]);
    let before = bytes.clone();
    first(&mut bytes).set_append_time(99);
    {
        let (batch, _) = RecordBatch::split_first(&bytes).unwrap().unwrap();
        batch.check_crc().unwrap();
        assert_eq!(batch.timestamp_type(), TimestampType::LogAppendTime);
        assert_eq!(batch.max_timestamp(), 99);
    }
    first(&mut bytes).set_create_time(5);
    assert_eq!(bytes, before);
}

#[test]
fn the_checksum_is_not_computed_where_nothing_changed() {
    let mut bytes = built(&[b"a"]);
    bytes[17] ^= 1;
    let before = bytes.clone();
    {
        let mut batch = first(&mut bytes);
        batch.set_create_time(5);
        batch.set_producer(7, 0, 30);
        batch.set_base_offset(0).unwrap();
    }
    assert_eq!(bytes, before);
}

#[test]
fn an_offset_that_can_not_be_is_refused() {
    let mut bytes = built(&[b"a", b"b"]);
    let before = bytes.clone();
    for offset in [-1, i64::MAX - 1, i64::MAX] {
        let refused = first(&mut bytes).set_base_offset(offset);
        assert!(matches!(refused, Err(RecordError::Header { .. })));
    }
    assert_eq!(bytes, before);
    first(&mut bytes).set_base_offset(i64::MAX - 2).unwrap();
}

#[test]
fn old_messages_are_not_stamped() {
    use super::super::legacy::{MessageSetBuilder, MessageSetOptions};
    let mut bytes = Vec::new();
    let mut set = MessageSetBuilder::new(&mut bytes, MessageSetOptions::default());
    set.append(5, None, Some(b"v")).unwrap();
    set.finish(&mut Compressor::new()).unwrap();
    let refused = BatchMut::split_first(&mut bytes).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "batch at offset 0: magic (at byte 16): 1 is not changed in place, only 2 is"
    );
}
