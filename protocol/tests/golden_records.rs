//! Batches made by Kafka's own code (`golden/RecordBatches.java`) are read, and ours are read by it.
//!
//! For the way back a JVM is needed: `OTTLA_JAVA_CLASSPATH` names the jars that the head of that file lists.

#![cfg(all(
    feature = "gzip",
    feature = "snappy",
    feature = "lz4",
    feature = "zstd"
))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ottla_protocol::records::{
    BatchBuilder, BatchHeader, BatchOptions, Compression, Compressor, ControlType, Decompressor,
    Header, Record, Records, TimestampType,
};

const BASE_OFFSET: i64 = 1000;
const TIME: i64 = 1_700_000_000_000;
const PRODUCER_ID: i64 = 4242;
const PRODUCER_EPOCH: i16 = 5;
const LIMIT: usize = 1 << 20;

#[derive(Debug, PartialEq)]
struct Owned {
    offset: i64,
    timestamp: i64,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(String, Option<Vec<u8>>)>,
}

/// The twin of `twenty()` in the Java file.
fn twenty() -> Vec<Owned> {
    (0..20usize)
        .map(|i| Owned {
            offset: BASE_OFFSET + i as i64,
            timestamp: TIME + i as i64 * 10,
            key: (i % 5 != 0).then(|| format!("key-{i}").into_bytes()),
            value: (i % 7 != 3).then(|| format!("value-{i} ").repeat(i * 13 % 50).into_bytes()),
            headers: if i % 4 == 1 { headers(i) } else { Vec::new() },
        })
        .collect()
}

fn headers(i: usize) -> Vec<(String, Option<Vec<u8>>)> {
    vec![
        ("trace".into(), Some(format!("t-{i}").into_bytes())),
        ("null".into(), None),
        ("empty".into(), Some(Vec::new())),
    ]
}

/// The twin of `large()`.
fn large() -> Vec<Owned> {
    vec![Owned {
        offset: BASE_OFFSET,
        timestamp: TIME,
        key: Some(b"large".to_vec()),
        value: Some(
            (0..150_000usize)
                .map(|j| ((j * 7 + j / 1000) % 251) as u8)
                .collect(),
        ),
        headers: Vec::new(),
    }]
}

fn owned(record: Record<'_>) -> Owned {
    Owned {
        offset: record.offset,
        timestamp: record.timestamp,
        key: record.key.map(<[u8]>::to_vec),
        value: record.value.map(<[u8]>::to_vec),
        headers: record
            .headers
            .map(|h| (h.name_lossy().into_owned(), h.value.map(<[u8]>::to_vec)))
            .collect(),
    }
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/records/{name}.bin"))
}

/// The batches of a fixture: each header with its records.
fn fixture(name: &str) -> Vec<(BatchHeader, Vec<Owned>)> {
    let bytes = fs::read(golden(name)).unwrap();
    let (mut decompressor, mut buffer) = (Decompressor::new(), Vec::new());
    Records::new(&bytes)
        .map(|batch| {
            let batch = batch.unwrap();
            batch.check_crc().unwrap();
            let records = batch
                .records(&mut decompressor, LIMIT, &mut buffer)
                .unwrap();
            (
                batch.header(),
                records.map(|record| owned(record.unwrap())).collect(),
            )
        })
        .collect()
}

fn only(name: &str) -> (BatchHeader, Vec<Owned>) {
    let mut batches = fixture(name);
    assert_eq!(batches.len(), 1, "{name}");
    batches.remove(0)
}

#[test]
fn every_codec_of_java_is_read() {
    for codec in Compression::ALL {
        let (header, records) = only(codec.name());
        assert_eq!(records, twenty(), "{codec}");
        assert_eq!(header.compression(), codec);
        assert_eq!(header.base_offset(), BASE_OFFSET);
        assert_eq!(header.next_offset(), BASE_OFFSET + 20);
        assert_eq!(header.partition_leader_epoch(), Some(7));
        assert_eq!(header.producer_id(), -1);
        assert_eq!(
            (header.base_timestamp(), header.max_timestamp()),
            (TIME, TIME + 190)
        );
        assert!(!header.is_transactional() && !header.is_control());
    }
}

#[test]
fn batches_of_several_blocks_are_read() {
    for codec in Compression::ALL.into_iter().skip(1) {
        let (header, records) = only(&format!("{codec}-large"));
        assert!(records == large(), "{codec}");
        assert_eq!(header.compression(), codec);
    }
}

#[test]
fn transactions_and_their_ends_are_read() {
    let [aborted, abort, committed, commit] = fixture("transactions").try_into().unwrap();
    for (header, _) in [&aborted, &abort, &committed, &commit] {
        assert!(header.is_transactional());
        assert_eq!(
            (header.producer_id(), header.producer_epoch()),
            (PRODUCER_ID, PRODUCER_EPOCH)
        );
    }
    assert_eq!(aborted.1, &twenty()[..3]);
    assert_eq!(
        (aborted.0.base_sequence(), committed.0.base_sequence()),
        (0, 3)
    );
    assert_eq!(committed.0.base_offset(), BASE_OFFSET + 4);

    for ((header, records), kind, offset) in [
        (abort, ControlType::Abort, BASE_OFFSET + 3),
        (commit, ControlType::Commit, BASE_OFFSET + 7),
    ] {
        assert!(header.is_control());
        assert_eq!(
            (header.base_offset(), header.next_offset()),
            (offset, offset + 1)
        );
        let [marker] = records.try_into().unwrap();
        assert_eq!(control_type(&marker), kind);
    }
}

fn control_type(marker: &Owned) -> ControlType {
    let record = Record {
        offset: marker.offset,
        timestamp: marker.timestamp,
        key: marker.key.as_deref(),
        value: marker.value.as_deref(),
        headers: Default::default(),
    };
    ControlType::of(&record).unwrap()
}

#[test]
fn compaction_leaves_gaps_but_not_in_the_position() {
    let (header, records) = only("compacted");
    let kept: Vec<_> = twenty().into_iter().skip(1).step_by(3).collect();
    assert_eq!(records, kept);
    assert_eq!(records.last().unwrap().offset, BASE_OFFSET + 19);
    assert_eq!(header.base_offset(), BASE_OFFSET);
    assert_eq!(header.next_offset(), BASE_OFFSET + 20);
    assert_eq!(header.record_count(), 7);
}

#[test]
fn a_batch_that_compaction_emptied_still_moves_the_position() {
    let (header, records) = only("emptied");
    assert_eq!(records, []);
    assert_eq!(header.record_count(), 0);
    assert_eq!(
        (header.base_offset(), header.next_offset()),
        (BASE_OFFSET, BASE_OFFSET + 20)
    );
    assert_eq!(header.producer_id(), PRODUCER_ID);
}

#[test]
fn the_brokers_time_of_appending_is_read() {
    let (header, records) = only("append-time");
    assert_eq!(header.timestamp_type(), TimestampType::LogAppendTime);
    assert_eq!(header.max_timestamp(), TIME + 999);
    assert_eq!(records.len(), 3);
    assert!(records.iter().all(|record| record.timestamp == TIME + 999));
}

#[test]
fn without_compression_ours_is_javas_byte_for_byte() {
    let java = fs::read(golden("none")).unwrap();
    let ours = ours(&twenty(), &BatchOptions::default());
    // In front are the fields that the checksum leaves out: base offset, length, leader epoch, magic.
    assert_eq!(ours.len(), java.len());
    assert!(ours[17..] == java[17..]);
}

#[test]
fn java_reads_ours() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("records");
    fs::create_dir_all(&folder).unwrap();
    for codec in Compression::ALL {
        let options = BatchOptions {
            compression: codec,
            producer_id: PRODUCER_ID,
            producer_epoch: PRODUCER_EPOCH,
            base_sequence: 11,
            transactional: true,
            ..BatchOptions::default()
        };
        fs::write(
            folder.join(format!("{codec}.bin")),
            ours(&twenty(), &options),
        )
        .unwrap();
        fs::write(
            folder.join(format!("{codec}-large.bin")),
            ours(&large(), &options),
        )
        .unwrap();
    }
    let Some(classpath) = std::env::var_os("OTTLA_JAVA_CLASSPATH") else {
        println!("skipped: no Java (OTTLA_JAVA_CLASSPATH is not set)");
        return;
    };
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/RecordBatches.java");
    let java = Command::new("java")
        .arg("-cp")
        .arg(classpath)
        .arg(program)
        .arg("read")
        .arg(folder)
        .output()
        .unwrap();
    assert!(
        java.status.success(),
        "{}",
        String::from_utf8_lossy(&java.stderr)
    );
    assert_eq!(String::from_utf8_lossy(&java.stdout).lines().count(), 10);
}

fn ours(records: &[Owned], options: &BatchOptions) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    for record in records {
        let headers: Vec<_> = record
            .headers
            .iter()
            .map(|(name, value)| Header::new(name, value.as_deref()))
            .collect();
        builder
            .append(
                record.timestamp,
                record.key.as_deref(),
                record.value.as_deref(),
                &headers,
            )
            .unwrap();
    }
    builder.finish(options, &mut Compressor::new()).unwrap()
}
