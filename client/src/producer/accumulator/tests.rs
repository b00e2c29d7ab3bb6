//! Records in, batches out: nothing lost, order kept, bounds held.
#![allow(clippy::disallowed_methods, reason = "tests may look at the clock")]

use std::collections::BTreeMap;

use ottla_protocol::records::{Compression, Compressor, Decompressor, RecordBatch};
use proptest::prelude::*;

use super::*;

fn accumulator(batch_size: usize, memory: usize) -> Accumulator {
    let mut accumulator = Accumulator::new(Bounds {
        batch_size,
        linger: Duration::from_millis(5),
        memory,
        record: 1000,
    });
    accumulator.learn("t", 3);
    accumulator
}

fn record(value: &[u8], partition: i32) -> ProducerRecord<'_> {
    ProducerRecord::new("t", value).partition(partition)
}

fn values(batch: &mut Batch) -> Vec<Vec<u8>> {
    let (bytes, _) = batch
        .seal(Compression::None, None, &mut Compressor::new(), None)
        .unwrap();
    let (batch, _) = RecordBatch::split_first(&bytes).unwrap().unwrap();
    let mut buffer = Vec::new();
    let records = batch
        .records(&mut Decompressor::new(), 1 << 20, &mut buffer)
        .unwrap();
    records
        .map(|record| record.unwrap().value.unwrap().to_vec())
        .collect()
}

#[derive(Clone, Debug)]
enum Step {
    Append(i32, usize),
    Take,
    Wait(u64),
    Settle,
    Flush,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..3, 4..90_usize).prop_map(|(partition, bytes)| Step::Append(partition, bytes)),
        3 => Just(Step::Take),
        2 => (0..9_u64).prop_map(Step::Wait),
        2 => Just(Step::Settle),
        1 => Just(Step::Flush),
    ]
}

proptest! {
    #[test]
    fn each_record_taken_is_in_one_batch_in_order_and_memory_is_bounded(steps in proptest::collection::vec(step(), 0..200)) {
        let mut accumulator = accumulator(200, 900);
        let mut now = Instant::now();
        let (mut sent, mut got) = (BTreeMap::<i32, Vec<Vec<u8>>>::new(), BTreeMap::<i32, Vec<Vec<u8>>>::new());
        let mut taken: Vec<(usize, u64)> = Vec::new();
        let mut number = 0_u32;
        let mut flushed = None;
        let mut drain = |accumulator: &mut Accumulator, now, taken: &mut Vec<_>| {
            while let Some((place, mut batch)) = accumulator.take(now) {
                assert!(batch.len() <= 200, "{}", batch.len());
                got.entry(place.partition).or_default().extend(values(&mut batch));
                taken.push((batch.charged, batch.generation));
            }
        };
        for step in steps {
            match step {
                Step::Append(partition, bytes) => {
                    let mut value = number.to_be_bytes().to_vec();
                    value.resize(bytes, 0);
                    number += 1;
                    match accumulator.append(&record(&value, partition), 1, true, || now, || 0) {
                        Ok(_) => sent.entry(partition).or_default().push(value),
                        Err(Refusal::Full) => prop_assert!(accumulator.used > 900 - 200),
                        Err(other) => prop_assert!(false, "{other:?}"),
                    }
                }
                Step::Take => drain(&mut accumulator, now, &mut taken),
                Step::Wait(ms) => now += Duration::from_millis(ms),
                Step::Settle => taken.drain(..).for_each(|(bytes, generation)| accumulator.settle(generation, bytes)),
                Step::Flush => flushed = Some(accumulator.flush()),
            }
            prop_assert!(accumulator.used <= 900);
        }
        let last = accumulator.flush();
        drain(&mut accumulator, now, &mut taken);
        prop_assert_eq!(accumulator.is_settled(last), taken.is_empty());
        taken.drain(..).for_each(|(bytes, generation)| accumulator.settle(generation, bytes));
        prop_assert!(accumulator.is_settled(last) && flushed.is_none_or(|flushed| accumulator.is_settled(flushed)));
        prop_assert_eq!(accumulator.used, 0);
        prop_assert_eq!(sent, got);
    }
}

#[test]
fn a_batch_lingers_and_then_goes() {
    let mut accumulator = accumulator(200, 900);
    let now = Instant::now();
    assert!(
        accumulator
            .append(&record(b"a", 1), 1, true, || now, || 0)
            .unwrap()
            .wakes
    );
    assert!(
        !accumulator
            .append(&record(b"b", 1), 1, true, || now, || 0)
            .unwrap()
            .wakes
    );
    assert!(accumulator.take(now).is_none());
    let due = accumulator.due().unwrap();
    assert_eq!(due - now, Duration::from_millis(5));
    let (_, mut batch) = accumulator.take(due).unwrap();
    assert_eq!(values(&mut batch), [b"a", b"b"]);
    assert_eq!(accumulator.due(), None);
}

#[test]
fn what_can_never_fit_is_refused_at_once_and_leaves_no_trace() {
    let mut accumulator = accumulator(200, 2000);
    let now = Instant::now();
    let large = [0; 1001];
    let refused = accumulator.append(&record(&large, 1), 1, true, || now, || 0);
    assert!(
        matches!(refused, Err(Refusal::TooLarge { limit: 1000, .. })),
        "{refused:?}"
    );
    let refused = accumulator.append(&record(b"a", 3), 1, true, || now, || 0);
    assert!(matches!(
        refused,
        Err(Refusal::UnknownPartition {
            partition: 3,
            count: 3
        })
    ));
    let elsewhere = ProducerRecord::new("u", b"a");
    let refused = accumulator.append(&elsewhere, 1, true, || now, || 0);
    assert!(matches!(refused, Err(Refusal::UnknownTopic)));
    let generation = accumulator.flush();
    assert!(accumulator.is_settled(generation) && accumulator.used == 0);
}

#[test]
fn a_record_larger_than_a_batch_has_one_of_its_own() {
    let mut accumulator = accumulator(200, 2000);
    let now = Instant::now();
    for value in [&[1; 50][..], &[2; 500], &[3; 50]] {
        accumulator
            .append(&record(value, 0), 1, true, || now, || 0)
            .unwrap();
    }
    accumulator.flush();
    let batches: Vec<_> = std::iter::from_fn(|| accumulator.take(now)).collect();
    let lengths: Vec<_> = batches
        .into_iter()
        .map(|(_, mut batch)| values(&mut batch).len())
        .collect();
    assert_eq!(lengths, [1, 1, 1]);
}

#[test]
fn after_the_end_nothing_is_taken() {
    let mut accumulator = accumulator(200, 900);
    let now = Instant::now();
    accumulator
        .append(&record(b"a", 1), 1, true, || now, || 0)
        .unwrap();
    assert_eq!(accumulator.end().len(), 1);
    let refused = accumulator.append(&record(b"b", 1), 1, true, || now, || 0);
    assert!(matches!(refused, Err(Refusal::Closed)));
}

#[test]
fn who_finds_no_room_sends_off_what_lingers() {
    let mut accumulator = accumulator(2000, 900);
    let now = Instant::now();
    let large = [0; 600];
    assert!(
        accumulator
            .append(&record(&large, 0), 1, true, || now, || 0)
            .is_ok()
    );
    let refused = accumulator.append(&record(&large, 1), 1, true, || now, || 0);
    assert!(matches!(refused, Err(Refusal::Full)));
    let (_, batch) = accumulator.take(now).expect("no lingering");
    accumulator.settle(batch.generation, batch.charged);
    assert!(accumulator.has_room());
    assert!(
        accumulator
            .append(&record(&large, 1), 1, true, || now, || 0)
            .is_ok()
    );
}
