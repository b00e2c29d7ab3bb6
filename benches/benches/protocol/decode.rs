//! Reading batches: checksum, codec, and every value touched.

use std::cell::RefCell;
use std::hint::black_box;

use bytes::{Buf, Bytes};
use kafka_protocol::records::{Compression as KpCompression, RecordBatchDecoder, RecordSet};
use krafka::__private::protocol::RecordBatch as KrafkaBatch;
use ottla_protocol::records::{Compression, Decompressor, Records};
use zstd::zstd_safe::DCtx;

use crate::batches::{BATCHES, LARGE, SMALL, Shape};
use crate::case::{Case, Limit, Who};
use crate::floor;

const LIMIT: usize = 16 << 20;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(SMALL, Compression::None, 1.25),
        case(SMALL, Compression::Lz4, 1.15),
        case(SMALL, Compression::Zstd, 1.1),
        case(LARGE, Compression::None, 1.1),
        case(LARGE, Compression::Lz4, 1.1),
        case(LARGE, Compression::Zstd, 1.1),
        without_floor(SMALL, Compression::Snappy),
        without_floor(SMALL, Compression::Gzip),
    ]
}

fn case(shape: Shape, codec: Compression, times_floor: f64) -> Case {
    let stored = shape.stored(codec);
    let mut case = named(shape, codec);
    for (who, checksum) in floor::BOTH {
        let (stored, mut floor) = (stored.clone(), floor::Reader::new(checksum));
        case = case.run(who, move || floor.read(black_box(&stored), codec));
    }
    with_peers(case, shape, codec).limits(&[Limit::TimesFloor(times_floor), Limit::NoAllocation])
}

fn without_floor(shape: Shape, codec: Compression) -> Case {
    with_peers(named(shape, codec), shape, codec).limits(&[Limit::NoAllocation])
}

fn named(shape: Shape, codec: Compression) -> Case {
    let name = format!("decode {} B {codec}", shape.bytes);
    Case::new(name, "record", BATCHES * shape.records)
}

fn with_peers(case: Case, shape: Shape, codec: Compression) -> Case {
    let stored = shape.stored(codec);
    let shared = Bytes::from(stored.clone());
    let (mut decompressor, mut buffer) = (Decompressor::new(), Vec::new());
    let case = case.run(Who::Ottla, move || {
        ours(black_box(&stored), &mut decompressor, &mut buffer)
    });
    let bytes = shared.clone();
    let codecs = Codecs::default();
    let case = case.run(Who::KafkaProtocol, move || {
        kafka_protocol(black_box(bytes.clone()), &codecs)
    });
    case.run(Who::Krafka, move || krafka(black_box(shared.clone())))
}

fn ours(stored: &[u8], decompressor: &mut Decompressor, buffer: &mut Vec<u8>) -> u64 {
    let mut sum = 0;
    for batch in Records::new(stored) {
        let batch = batch.unwrap();
        batch.check_crc().unwrap();
        for record in batch.records(decompressor, LIMIT, buffer).unwrap() {
            sum += first_byte(record.unwrap().value);
        }
    }
    sum
}

fn kafka_protocol(mut bytes: Bytes, codecs: &Codecs) -> u64 {
    let mut sum = 0;
    while bytes.has_remaining() {
        let set: RecordSet =
            RecordBatchDecoder::decode_with_custom_compression(&mut bytes, codecs.hook()).unwrap();
        for record in &set.records {
            sum += first_byte(record.value.as_deref());
        }
    }
    sum
}

fn krafka(mut bytes: Bytes) -> u64 {
    let mut sum = 0;
    while bytes.has_remaining() {
        let batch = KrafkaBatch::decode(&mut bytes).unwrap();
        for record in &batch.records {
            sum += first_byte(record.value.as_deref());
        }
    }
    sum
}

fn first_byte(value: Option<&[u8]>) -> u64 {
    value
        .and_then(<[u8]>::first)
        .map_or(0, |&byte| u64::from(byte))
}

/// What somebody who wants kafka-protocol fast gives it in place of its own codecs, which make a context and grow a
/// buffer for each batch: a zstd context that is kept, lz4 by block. The output has to be new each time, as records keep
/// slices of it.
struct Codecs {
    zstd: RefCell<DCtx<'static>>,
}

impl Default for Codecs {
    fn default() -> Self {
        Self {
            zstd: RefCell::new(DCtx::create()),
        }
    }
}

impl Codecs {
    fn hook(&self) -> Option<impl Fn(&mut Bytes, KpCompression) -> anyhow::Result<Bytes>> {
        Some(|body: &mut Bytes, codec| match codec {
            KpCompression::None => Ok(body.clone()),
            KpCompression::Zstd => {
                let mut plain = Vec::with_capacity(64 * 1024);
                let done = self.zstd.borrow_mut().decompress(&mut plain, body);
                done.map_err(|_| anyhow::anyhow!("zstd"))?;
                Ok(plain.into())
            }
            other => {
                let codec = match other {
                    KpCompression::Lz4 => Compression::Lz4,
                    KpCompression::Snappy => Compression::Snappy,
                    _ => Compression::Gzip,
                };
                let mut plain = Vec::with_capacity(64 * 1024);
                Decompressor::new().decompress(codec, body, LIMIT, &mut plain)?;
                Ok(plain.into())
            }
        })
    }
}
