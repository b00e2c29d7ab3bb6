//! What Kafka's own Java classes keep in records and tell each other, we read as the same values and write as the same
//! bytes; and no bytes make us panic.
//!
//! `golden/Payloads.java` makes the file, and says how. A line is `what number hex value`, the value as `{:?}` prints
//! it without the structs' names.

#![cfg(feature = "messages")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::LazyLock;

use ottla_protocol::payload::control::ControlRecord;
use ottla_protocol::payload::{
    self, CooperativeStickyUserData, DefaultPrincipalData, StickyUserData, offsets_log,
    share_state_log, transaction_log,
};
use ottla_protocol::{DecodeError, EncodeError};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// One line.
struct Sample {
    what: &'static str,
    number: i16,
    bytes: Vec<u8>,
    shown: &'static str,
}

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let lines = include_str!("golden/payloads.txt").lines();
    lines.map(sample).collect()
});

fn sample(line: &'static str) -> Sample {
    let mut parts = line.splitn(4, ' ');
    let mut part = || parts.next().unwrap();
    Sample {
        what: part(),
        number: part().parse().unwrap(),
        bytes: bytes(part()),
        shown: part(),
    }
}

// What Kafka writes.

#[test]
fn records_are_kafkas() {
    for sample in &*SAMPLES {
        let what = format!("{} {}", sample.what, sample.number);
        let copy = copy(sample.what, sample.number, &sample.bytes).unwrap();
        assert_eq!(copy.shown, sample.shown, "{what}");
        assert_eq!(hex(&copy.bytes), hex(&sample.bytes), "{what}");
    }
}

#[test]
fn all_types_and_versions_are_in_the_file() {
    let is_record = |it: &&Sample| it.what.ends_with("-key") || it.what.ends_with("-value");
    let records = SAMPLES.iter().filter(is_record);
    let types: BTreeSet<_> = records.map(|it| (it.what, it.number)).collect();
    let ours = payload::definitions().filter(|it| it.record_type.is_some());
    assert_eq!(types.len(), ours.count());

    for (what, number) in types {
        let of_type = SAMPLES
            .iter()
            .filter(|it| (it.what, it.number) == (what, number));
        let copies = of_type.map(|it| copy(what, number, &it.bytes).unwrap());
        let copies: Vec<_> = copies.collect();
        let Some(versions) = copies[0].versions else {
            continue;
        };
        let in_file: BTreeSet<_> = copies
            .iter()
            .map(|it| payload::version(&it.bytes).unwrap())
            .collect();
        assert!(
            in_file.into_iter().eq(versions.min..=versions.max),
            "{what} {number}"
        );
    }
}

#[test]
fn names_are_those_of_the_record_types() {
    let names: BTreeSet<_> = payload::definitions().map(|it| it.name).collect();
    assert_eq!(names.len(), payload::definitions().count());
    for definition in payload::definitions().filter(|it| it.record_type.is_some()) {
        let shared_or_same = definition.schema.name == definition.name;
        assert!(
            shared_or_same || definition.name.ends_with("Key"),
            "{definition:?}"
        );
    }
}

// What no Kafka known here writes.

#[test]
fn types_of_the_future_are_kept() {
    let bytes = b"\0\x63of the future";
    let key = offsets_log::Key::read(bytes).unwrap();
    assert_eq!(key.record_type(), 0x63);
    let value = key.read_value(Some(b"value")).unwrap().unwrap();
    assert_eq!((value.record_type(), value.versions()), (0x63, None));

    let mut out = Vec::new();
    key.write(&mut out).unwrap();
    value.write(&mut out, 0).unwrap();
    assert_eq!(out, b"\0\x63of the futurevalue");

    let control = ControlRecord::read(Some(&[0, 0, 0, 9]), None).unwrap();
    assert_eq!((control.record_type(), control.key()), (9, [0, 0, 0, 9]));
}

#[test]
fn a_tombstone_has_no_value() {
    let key = offsets_log::Key::read(b"\0\x02\0\x07billing").unwrap();
    assert_eq!(key.read_value(None), Ok(None));
}

#[test]
fn versions_of_the_future_are_named() {
    let error = offsets_log::Value::read(1, &[0, 5, 0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "OffsetCommitValue v5: unknown version (at byte 0)"
    );
    let error = ControlRecord::read(Some(&[0, 0, 0, 2]), Some(&[0, 2, 0])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "LeaderChangeMessage v2: unknown version (at byte 0)"
    );
    let value = offsets_log::Value::read(3, &[0, 0, 0, 0, 0, 1, 0]).unwrap();
    let error = value.write(&mut Vec::new(), 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "ConsumerGroupMetadataValue v1: unknown version"
    );
}

#[test]
fn the_end_of_a_transaction_may_grow() {
    let key = [0, 1, 0, 1, 9];
    let value = [0, 1, 0, 0, 0, 7, 9, 9];
    let commit = ControlRecord::read(Some(&key), Some(&value)).unwrap();
    assert_eq!(stripped(&commit), "{ coordinator_epoch: 7 }");
}

#[test]
fn errors_name_record_field_and_byte() {
    let error = offsets_log::Key::read(b"\0\x03\0\x07bill").unwrap_err();
    assert_eq!(
        error.to_string(),
        "ConsumerGroupMetadataKey v0: group_id: needs 7 bytes, 4 left (at byte 4)"
    );
    let error = offsets_log::Key::read(&[0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "CoordinatorRecordType v0: needs 2 bytes, 1 left (at byte 0)"
    );
    let error = ControlRecord::read(None, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "ControlRecordTypeSchema v0: needs 2 bytes, 0 left (at byte 0)"
    );
    let error = StickyUserData::decode(&[0, 0, 0, 9]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "StickyUserData v0: previous_assignment: 9 elements can't be in 0 bytes (at byte 0)"
    );
}

// What nobody writes.

/// Bytes that are put over others: lengths, counts and varints at their limits.
const BAD: &[&[u8]] = &[
    &[0x7f, 0xff, 0xff, 0xff],
    &[0x80, 0, 0, 0],
    &[0xff, 0xff, 0xff, 0xff, 0x07],
    &[0xff, 0xfe],
    &[0x7f, 0xff],
    &[0],
];

#[test]
fn a_record_cut_short_is_an_error() {
    // The older form of the sticky assignor's data is the newer one, cut short.
    for sample in SAMPLES.iter().filter(|it| it.what != "sticky") {
        for end in 0..sample.bytes.len() {
            let copy = copy(sample.what, sample.number, &sample.bytes[..end]);
            assert!(copy.is_err(), "{} {}", sample.what, sample.number);
        }
    }
}

#[test]
fn a_byte_too_many_is_an_error() {
    for sample in SAMPLES.iter().filter(|it| !may_grow(it)) {
        let mut bytes = sample.bytes.clone();
        bytes.push(0);
        let copy = copy(sample.what, sample.number, &bytes);
        assert!(copy.is_err(), "{} {}", sample.what, sample.number);
    }
}

fn may_grow(sample: &Sample) -> bool {
    match sample.what {
        "sticky" | "cooperative" => true,
        "control" => sample.number < 2,
        _ => false,
    }
}

proptest! {
    #[test]
    fn changed_bytes_are_an_error_or_a_record(
        sample: Index,
        changes in vec((any::<Index>(), any::<u8>()), 1..4),
        bad in proptest::option::of((any::<Index>(), 0..BAD.len())),
    ) {
        let sample = &SAMPLES[sample.index(SAMPLES.len())];
        let mut bytes = sample.bytes.clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some((at, which)) = bad {
            let at = at.index(bytes.len());
            let end = bytes.len().min(at + BAD[which].len());
            bytes.splice(at..end, BAD[which].iter().copied());
        }
        is_harmless(sample.what, sample.number, &bytes);
    }

    #[test]
    fn any_bytes_are_an_error_or_a_record(sample: Index, bytes in vec(any::<u8>(), 0..100)) {
        let sample = &SAMPLES[sample.index(SAMPLES.len())];
        is_harmless(sample.what, sample.number, &bytes);
    }
}

/// Reads the bytes. If they are a record, what is written is the same record.
fn is_harmless(what: &str, number: i16, bytes: &[u8]) {
    if let Ok(first) = copy(what, number, bytes) {
        let second = copy(what, number, &first.bytes).unwrap();
        assert_eq!(second, first);
    }
}

// Reading and writing.

/// What was read, and what was written of it.
#[derive(Debug, PartialEq)]
struct Copy {
    shown: String,
    bytes: Vec<u8>,
    versions: Option<ottla_protocol::schema::Versions>,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Read(#[from] DecodeError),
    #[error(transparent)]
    Write(#[from] EncodeError),
}

macro_rules! copy_of_log {
    ($log:ident, $what:expr, $number:expr, $bytes:expr, $out:expr) => {
        if $what.ends_with("-key") {
            let key = $log::Key::read($bytes)?;
            key.write($out)?;
            (stripped(&key), None)
        } else {
            let value = $log::Value::read($number, $bytes)?;
            value.write($out, payload::version($bytes).unwrap())?;
            (stripped(&value), value.versions())
        }
    };
}

fn copy(what: &str, number: i16, bytes: &[u8]) -> Result<Copy, Failure> {
    let mut out = Vec::new();
    let (shown, versions) = match what.split('-').next().unwrap() {
        "group" => copy_of_log!(offsets_log, what, number, bytes, &mut out),
        "transaction" => copy_of_log!(transaction_log, what, number, bytes, &mut out),
        "share" => copy_of_log!(share_state_log, what, number, bytes, &mut out),
        _ => (copy_of_other(what, bytes, &mut out)?, None),
    };
    Ok(Copy {
        shown,
        bytes: out,
        versions,
    })
}

fn copy_of_other(what: &str, bytes: &[u8], out: &mut Vec<u8>) -> Result<String, Failure> {
    Ok(match what {
        "control" => {
            let (key, value) = bytes.split_at(bytes.len().min(4));
            let record = ControlRecord::read(Some(key), Some(value))?;
            out.extend(record.key());
            record.write_value(out)?;
            stripped(&record)
        }
        "principal" => {
            let principal = DefaultPrincipalData::decode(bytes)?;
            out.extend(principal.encode(DefaultPrincipalData::NEWEST)?);
            stripped(&principal)
        }
        "sticky" => {
            let data = StickyUserData::decode(bytes)?;
            out.extend(data.encode()?);
            stripped(&data)
        }
        "cooperative" => {
            let data = CooperativeStickyUserData::decode(bytes)?;
            out.extend(data.encode());
            stripped(&data)
        }
        other => panic!("{other}?"),
    })
}

/// As `{:?}` prints it, without the variant around it and the structs' names.
fn stripped(value: &impl Debug) -> String {
    let shown = format!("{value:?}");
    let inside = match shown.split_once('(') {
        Some((variant, inside)) if variant.chars().all(char::is_alphanumeric) => {
            inside.strip_suffix(')').unwrap()
        }
        _ => &shown,
    };
    let parts: Vec<_> = inside.split(" {").collect();
    let (last, parts) = parts.split_last().unwrap();
    let without_name = |part: &&str| match part.strip_suffix(':') {
        Some(field) => format!("{field}: {{"),
        None => part.trim_end_matches(char::is_alphanumeric).to_owned() + "{",
    };
    parts.iter().map(without_name).collect::<String>() + last
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digits).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
