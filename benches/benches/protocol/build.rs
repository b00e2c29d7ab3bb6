//! Building a batch of 500 records of 100 B.
//!
//! The peers are spared the making of their lists of records: only the encoding of a list that is ready counts, where
//! ours begins with the values. (For kafka-protocol the batch's bytes go into a buffer that is kept; krafka's are new.)

use std::hint::black_box;

use bytes::{Bytes, BytesMut};
use kafka_protocol::records::{
    Compression as KpCompression, Record as KpRecord, RecordBatchEncoder, RecordEncodeOptions,
    TimestampType,
};
use krafka::__private::protocol::{Record as KrafkaRecord, RecordBatch as KrafkaBatch};
use ottla_protocol::records::{BatchBuilder, Compression, Compressor};

use crate::batches::{SMALL, batch, timestamp};
use crate::case::{Case, Limit, Who};
use crate::floor;

pub(crate) fn cases() -> Vec<Case> {
    let values = SMALL.values();
    let (mut builder, mut compressor) = (BatchBuilder::new(), Compressor::new());
    let finished = batch(&values, Compression::None, &mut builder, &mut compressor);
    let mut case = Case::new("build 100 B none".to_owned(), "record", SMALL.records);
    for (who, checksum) in floor::BOTH {
        let (finished, mut out) = (finished.clone(), Vec::new());
        case = case.run(who, move || {
            black_box(floor::build(black_box(&finished), checksum, &mut out));
            out.len() as u64
        });
    }
    let case = case.run(Who::Ottla, {
        let values = values.clone();
        move || {
            let batch = batch(
                black_box(&values),
                Compression::None,
                &mut builder,
                &mut compressor,
            );
            let length = batch.len();
            builder.recycle(black_box(batch));
            length as u64
        }
    });
    let case = kafka_protocol(case, &values);
    let limits = [Limit::TimesFloor(1.5), Limit::NoAllocation];
    vec![krafka(case, &values).limits(&limits)]
}

fn kafka_protocol(case: Case, values: &[Vec<u8>]) -> Case {
    let records: Vec<KpRecord> = values
        .iter()
        .enumerate()
        .map(kafka_protocol_record)
        .collect();
    let options = RecordEncodeOptions {
        version: 2,
        compression: KpCompression::None,
    };
    let mut out = BytesMut::new();
    case.run(Who::KafkaProtocol, move || {
        out.clear();
        RecordBatchEncoder::encode(&mut out, black_box(&records), &options).unwrap();
        out.len() as u64
    })
}

fn kafka_protocol_record((n, value): (usize, &Vec<u8>)) -> KpRecord {
    KpRecord {
        transactional: false,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: -1,
        producer_id: -1,
        producer_epoch: -1,
        timestamp_type: TimestampType::Creation,
        offset: n as i64,
        sequence: n as i32,
        timestamp: timestamp(n),
        key: None,
        value: Some(Bytes::copy_from_slice(value)),
        headers: Default::default(),
    }
}

fn krafka(case: Case, values: &[Vec<u8>]) -> Case {
    let mut batch = KrafkaBatch::new();
    for (n, value) in values.iter().enumerate() {
        let record = KrafkaRecord::new(None, Some(Bytes::copy_from_slice(value)))
            .with_timestamp_delta(timestamp(n) - timestamp(0))
            .with_offset_delta(n as i32);
        batch.add_record(record);
    }
    case.run(Who::Krafka, move || {
        black_box(&batch).encode().unwrap().len() as u64
    })
}
