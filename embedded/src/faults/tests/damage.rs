//! Answers that can be read and are wrong inside.

use std::collections::BTreeSet;

use ottla_protocol::messages::fetch::{FetchResponse, FetchableTopicResponse, PartitionData};
use ottla_protocol::records::{BatchBuilder, BatchOptions, Compressor, RecordBatch};
use ottla_protocol::{Response, frame};

use super::*;

#[test]
fn an_action_that_an_api_has_no_place_for_does_not_fire() {
    for action in [Action::CorruptBatch, Action::CutRecords] {
        assert!(Script::with(all(action)).ask(&produce()).rules.is_empty());
        assert!(!Script::with(all(action)).ask(&fetch()).rules.is_empty());
    }
    let repeat = || Script::with(all(Action::RepeatPartition));
    assert!(repeat().ask(&heartbeat()).rules.is_empty());
    assert!(!repeat().ask(&produce()).rules.is_empty());
}

fn fetch() -> Facts<'static> {
    Facts::new(1, 7, ApiKey::Fetch, 13)
}

fn batch(value: &[u8]) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    builder.append(0, None, Some(value), &[]).unwrap();
    let options = BatchOptions::default();
    builder.finish(&options, &mut Compressor::new()).unwrap()
}

/// What was fetched of two partitions, of which only the second has records: two batches.
fn fetched(records: &[u8]) -> Vec<u8> {
    let partition = |partition_index, records| PartitionData {
        partition_index,
        records,
        ..Default::default()
    };
    let response = FetchResponse {
        responses: vec![FetchableTopicResponse {
            partitions: vec![partition(0, Some(&[][..])), partition(1, Some(records))],
            ..Default::default()
        }],
        ..Default::default()
    };
    let mut frame = Vec::new();
    frame::encode_response(&response, 13, 7, &mut frame).unwrap();
    frame
}

/// What a rule makes of that, for many seeds: the partitions' numbers and their records.
fn spoiled(action: Action, records: &[u8]) -> Vec<Vec<(i32, Vec<u8>)>> {
    let spoil = |seed| {
        let mut script = Script::with(all(action));
        script.rng = StdRng::seed_from_u64(seed);
        let frame = script.ask(&fetch()).spoil(fetched(records)).unwrap();
        assert_eq!(frame[..4], (frame.len() as u32 - 4).to_be_bytes());
        let response = FetchResponse::read_body(&frame[9..], 13).unwrap();
        let partitions = response.responses[0].partitions.iter();
        let told = partitions.map(|one| (one.partition_index, one.records.unwrap().to_vec()));
        told.collect()
    };
    (0..200).map(spoil).collect()
}

#[test]
fn a_partition_can_come_twice() {
    let records = batch(b"value");
    let expected = [(0, Vec::new()), (1, records.clone()), (1, records.clone())];
    for told in spoiled(Action::RepeatPartition, &records) {
        assert_eq!(told, expected);
    }
}

#[test]
fn a_batch_is_corrupt_where_only_its_checksum_can_tell() {
    let records = [batch(b"one"), batch(b"another")].concat();
    let first = batch(b"one").len();
    let mut spoiled_first = 0;
    for told in spoiled(Action::CorruptBatch, &records) {
        let (_, corrupt) = &told[1];
        assert_eq!(bits_between(corrupt, &records), 1);
        let (one, another) = corrupt.split_at(first);
        let fine = [is_fine(one), is_fine(another)];
        assert!(fine == [true, false] || fine == [false, true], "{fine:?}");
        spoiled_first += usize::from(fine[1]);
        assert_eq!(corrupt[..21], records[..21]);
        assert_eq!(corrupt[first..first + 21], records[first..first + 21]);
    }
    assert!((50..150).contains(&spoiled_first), "{spoiled_first}");
}

/// A header that says what can't be is damaged as well.
fn is_fine(batch: &[u8]) -> bool {
    let split = RecordBatch::split_first(batch).ok().flatten();
    split.is_some_and(|(batch, _)| batch.check_crc().is_ok())
}

#[test]
fn records_can_end_early() {
    let records = [batch(b"one"), batch(b"another")].concat();
    let mut lengths = BTreeSet::new();
    for told in spoiled(Action::CutRecords, &records) {
        assert!(records.starts_with(&told[1].1));
        lengths.insert(told[1].1.len());
    }
    assert!(lengths.iter().all(|length| *length < records.len()));
    assert!(lengths.len() > 50, "{lengths:?}");
}
