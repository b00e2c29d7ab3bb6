//! Message sets made by Kafka's own code (`golden/MessageSets.java`) are read, and ours are read by it.
//!
//! For the way back a JVM is needed: `OTTLA_JAVA_CLASSPATH` names the jars that the head of that file lists.

#![cfg(all(feature = "gzip", feature = "snappy", feature = "lz4"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ottla_protocol::records::legacy::{Magic, MessageSetBuilder, MessageSetOptions};
use ottla_protocol::records::{Compression, Compressor, Decompressor, RecordBatch, Records};

const BASE_OFFSET: i64 = 1000;
const TIME: i64 = 1_700_000_000_000;
const COUNT: usize = 20;
const LIMIT: usize = 1 << 20;

const CODECS: [Compression; 4] = [
    Compression::None,
    Compression::Gzip,
    Compression::Snappy,
    Compression::Lz4,
];

/// Offset, timestamp, key, value.
type Owned = (i64, i64, Option<Vec<u8>>, Option<Vec<u8>>);

/// The twins of `key` and `value` in the Java file.
fn key(i: usize) -> Option<Vec<u8>> {
    (!i.is_multiple_of(5)).then(|| format!("key-{i}").into_bytes())
}

fn value(i: usize) -> Option<Vec<u8>> {
    (i % 7 != 3).then(|| format!("value-{i} ").repeat(i * 13 % 50).into_bytes())
}

/// All fixtures: each name with what its set is like.
fn fixtures() -> Vec<(String, MessageSetOptions)> {
    let mut fixtures = Vec::new();
    for compression in CODECS {
        let options = MessageSetOptions {
            magic: Magic::V0,
            compression,
            base_offset: BASE_OFFSET,
            append_time: None,
        };
        let v1 = MessageSetOptions {
            magic: Magic::V1,
            ..options
        };
        let append = MessageSetOptions {
            append_time: Some(TIME + 999),
            ..v1
        };
        fixtures.push((format!("magic-0-{compression}.bin"), options));
        fixtures.push((format!("magic-1-{compression}.bin"), v1));
        fixtures.push((format!("magic-1-{compression}-append.bin"), append));
    }
    fixtures
}

fn golden(name: &str) -> Vec<u8> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/records");
    fs::read(folder.join(name)).unwrap()
}

fn ours(options: MessageSetOptions) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut set = MessageSetBuilder::new(&mut bytes, options);
    for i in 0..COUNT {
        let timestamp = TIME + i as i64 * 10;
        set.append(timestamp, key(i).as_deref(), value(i).as_deref())
            .unwrap();
    }
    set.finish(&mut Compressor::new()).unwrap();
    bytes
}

fn read(bytes: &[u8]) -> Vec<Owned> {
    let (mut decompressor, mut buffer) = (Decompressor::new(), Vec::new());
    let mut records = Vec::new();
    for batch in Records::new(bytes) {
        let batch = batch.unwrap();
        batch.check_crc().unwrap();
        let walk = batch
            .records(&mut decompressor, LIMIT, &mut buffer)
            .unwrap();
        records.extend(walk.map(|record| {
            let record = record.unwrap();
            let owned = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
            let (key, value) = (owned(record.key), owned(record.value));
            (record.offset, record.timestamp, key, value)
        }));
    }
    records
}

/// The one batch of a compressed set: what stands around the records, and the records.
fn unwrapped(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (batch, rest) = RecordBatch::split_first(bytes).unwrap().unwrap();
    assert!(rest.is_empty());
    let mut plain = Vec::new();
    batch
        .plain_body(&mut Decompressor::new(), LIMIT, &mut plain)
        .unwrap();
    let around = bytes.len() - batch.body().len() - 4;
    let mut front = bytes[..around].to_vec();
    // Length and checksum follow from the codec's output.
    front[8..16].fill(0);
    (front, plain)
}

#[test]
fn all_old_sets_of_java_are_read() {
    for (name, options) in fixtures() {
        let expected: Vec<Owned> = (0..COUNT)
            .map(|i| {
                let timestamp = match options.magic {
                    Magic::V0 => -1,
                    Magic::V1 => options.append_time.unwrap_or(TIME + i as i64 * 10),
                };
                (BASE_OFFSET + i as i64, timestamp, key(i), value(i))
            })
            .collect();
        assert_eq!(read(&golden(&name)), expected, "{name}");
    }
}

#[test]
fn ours_are_javas_byte_for_byte_but_for_the_codecs() {
    for (name, options) in fixtures() {
        let (ours, java) = (ours(options), golden(&name));
        if options.compression == Compression::None {
            assert!(ours == java, "{name}");
        } else {
            assert!(unwrapped(&ours) == unwrapped(&java), "{name}");
        }
        if options.compression == Compression::Lz4 {
            let (frame, descriptor) = if options.magic == Magic::V0 {
                (26, 0x1a)
            } else {
                (34, 0x82)
            };
            let checksum = frame + 6;
            assert_eq!((ours[checksum], java[checksum]), (descriptor, descriptor));
        }
    }
}

#[test]
fn java_reads_ours() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("message-sets");
    fs::create_dir_all(&folder).unwrap();
    for (name, options) in fixtures() {
        fs::write(folder.join(name), ours(options)).unwrap();
    }
    let Some(classpath) = std::env::var_os("OTTLA_JAVA_CLASSPATH") else {
        println!("skipped: no Java (OTTLA_JAVA_CLASSPATH is not set)");
        return;
    };
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/MessageSets.java");
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
    assert_eq!(String::from_utf8_lossy(&java.stdout).lines().count(), 12);
}
