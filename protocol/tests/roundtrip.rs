//! The example `roundtrip`: what it answers, to whatever is asked.
//!
//! `golden/every.txt` has a message of each API in each version as Kafka's own classes wrote it, and headers:
//!
//! ```text
//! cargo xtask kafka tool protocol/tests/golden/RandomMessages.java 1 1 > protocol/tests/golden/every.txt
//! ```

#![cfg(all(feature = "messages", feature = "records"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../examples/roundtrip/answer.rs"]
mod answer;
#[path = "../examples/roundtrip/hex.rs"]
mod hex;
#[path = "../examples/roundtrip/lines.rs"]
mod lines;
#[path = "../examples/roundtrip/records.rs"]
mod records;

use std::collections::BTreeSet;
use std::io::BufReader;

use answer::Answerer;
use lines::{LONGEST, Line, read_line};
use ottla_protocol::records::{BatchBuilder, BatchOptions, Compression, Compressor, Header};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

const EVERY: &str = include_str!("golden/every.txt");

fn ask(line: impl AsRef<[u8]>) -> String {
    let mut answerer = Answerer::default();
    String::from_utf8(answerer.answer(line.as_ref()).clone()).unwrap()
}

#[test]
fn every_version_of_every_message_comes_back_as_it_was() {
    for line in EVERY.lines() {
        let (_, bytes) = line.rsplit_once(' ').unwrap();
        assert_eq!(ask(line), bytes, "{line}");
        assert_eq!(ask(line.replace(bytes, &bytes.to_uppercase())), bytes);
    }
}

#[test]
fn a_byte_too_few_or_too_many_is_an_error() {
    for line in EVERY.lines() {
        let longer = format!("{line}00");
        assert!(ask(&longer).starts_with("error: "), "{longer}");
        if !line.ends_with(' ') {
            let shorter = &line[..line.len() - 2];
            assert!(ask(shorter).starts_with("error: "), "{shorter}");
        }
    }
}

/// What is in the file is what is defined, and each request and response has a header.
#[test]
fn no_version_is_forgotten() {
    let in_file: BTreeSet<String> = EVERY
        .lines()
        .map(|line| line.rsplit_once(' ').unwrap().0.to_owned())
        .collect();
    let mut defined = BTreeSet::new();
    for schema in ottla_protocol::ApiKey::ALL
        .iter()
        .filter_map(|api| api.request_schema())
    {
        for version in schema.versions.min..=schema.versions.max {
            for what in ["request", "response"] {
                let key = schema.key.unwrap();
                defined.insert(format!("{what} {key} {version}"));
                defined.insert(format!("header-{what} {key} {version}"));
            }
        }
    }
    assert_eq!(in_file, defined);
}

#[test]
fn an_empty_body_is_an_empty_answer() {
    assert_eq!(ask("request 18 0 "), "");
    assert_eq!(ask("request 18 0"), "error: the hex is missing");
}

#[test]
fn what_can_not_be_answered_says_why() {
    let cases = [
        (
            "",
            "neither `request`, `response`, `header-request`, `header-response` nor `records`",
        ),
        (
            "request",
            "`` is no number: cannot parse integer from empty string",
        ),
        ("request 3", "the version is missing"),
        ("request 999 0 ", "unknown API: 999"),
        (
            "request 70000 0 ",
            "`70000` is no number: number too large to fit in target type",
        ),
        (
            "request 3 99 ",
            "MetadataRequest v99: unknown version (at byte 0)",
        ),
        (
            "request 3 -1 ",
            "MetadataRequest v-1: unknown version (at byte 0)",
        ),
        // Gone with ZooKeeper.
        (
            "request 4 0 ",
            "LeaderAndIsr v0: unknown version (at byte 0)",
        ),
        ("header-request 4 0 ", "LeaderAndIsr v0: unknown version"),
        (
            "header-response 3 99 00000000",
            "Metadata v99: unknown version",
        ),
        ("header-response 3 0 0000000001", "1 bytes are left"),
        ("request 18 0 0", "an odd number of hex digits: 1"),
        ("request 18 0 0g", "`g` is no hex digit (at digit 1)"),
        ("request 18 0 00 ", "an odd number of hex digits: 3"),
        ("records xx", "`x` is no hex digit (at digit 0)"),
    ];
    for (question, why) in cases {
        assert_eq!(ask(question), format!("error: {why}"), "{question}");
    }
}

/// Streams groups' newest versions and others are not served without being asked for; see `latestVersionUnstable`.
#[test]
fn an_unstable_version_is_unknown() {
    let newest = ottla_protocol::ApiKey::Fetch
        .request_schema()
        .unwrap()
        .versions
        .max;
    let answer = ask(format!("request 1 {} ", newest + 1));
    assert_eq!(
        answer,
        format!(
            "error: FetchRequest v{}: unknown version (at byte 0)",
            newest + 1
        )
    );
}

fn batch(compression: Compression, records: usize) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    for i in 0..records {
        let headers = [Header::new("h", Some(b"1")), Header::new("h", None)];
        builder
            .append(1000 + i as i64, Some(b"k"), None, &headers)
            .unwrap();
    }
    let options = BatchOptions {
        compression,
        ..BatchOptions::default()
    };
    builder
        .finish(&options, &mut Compressor::new())
        .unwrap()
        .to_vec()
}

fn ask_records(bytes: &[u8]) -> String {
    let mut line = b"records ".to_vec();
    hex::write(bytes, &mut line);
    ask(line)
}

#[test]
fn records_are_json() {
    assert_eq!(ask("records "), "[]");
    let all = [batch(Compression::None, 1), batch(Compression::Lz4, 2)].concat();
    let read: Value = serde_json::from_str(&ask_records(&all)).unwrap();
    let headers = json!([["h", "31"], ["h", null]]);
    let record = |offset, timestamp| json!([offset, timestamp, "6b", null, headers]);
    assert_eq!(
        read,
        json!([record(0, 1000), record(0, 1000), record(1, 1001)])
    );
}

#[test]
fn names_of_headers_are_text() {
    let mut builder = BatchBuilder::new();
    let name = "\"\\\n é🦀\u{2028}";
    builder
        .append(0, None, None, &[Header::new(name, None)])
        .unwrap();
    let options = BatchOptions::default();
    let bytes = builder.finish(&options, &mut Compressor::new()).unwrap();
    let answer = ask_records(&bytes);
    assert!(answer.is_ascii());
    let read: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(read, json!([[0, 0, null, null, [[name, null]]]]));
}

#[test]
fn a_last_batch_cut_short_is_left_out() {
    let whole = batch(Compression::None, 1);
    let one = ask_records(&whole);
    for cut in [1, 12, 17, whole.len() - 1] {
        let both = [&whole[..], &whole[..cut]].concat();
        assert_eq!(ask_records(&both), one);
    }
}

#[test]
fn a_wrong_checksum_is_an_error() {
    let mut bytes = batch(Compression::None, 1);
    *bytes.last_mut().unwrap() ^= 1;
    assert!(ask_records(&bytes).starts_with("error: batch at offset 0: crc "));
}

/// The library bounds a batch; the example bounds all batches of a line.
#[test]
fn many_small_bombs_are_a_large_one() {
    let small = batch(Compression::Lz4, 1);
    assert!(ask_records(&small.repeat(8_000)).starts_with("[[0, 1000, "));
    let answer = ask_records(&small.repeat(9_000));
    assert!(answer.contains("the data grows beyond"), "{answer:.100}");
}

#[test]
fn lines_end_where_they_should_and_are_not_too_long() {
    let long = vec![b'x'; LONGEST + 7];
    let input = [b"one\n\r\ntwo\xff\n", &long[..], b"\nlast"].concat();
    let mut input = BufReader::new(&input[..]);
    let mut line = Vec::new();
    for expected in [&b"one"[..], b"", b"two\xff"] {
        assert_eq!(read_line(&mut input, &mut line).unwrap(), Line::Whole);
        assert_eq!(line, expected);
    }
    assert_eq!(read_line(&mut input, &mut line).unwrap(), Line::TooLong);
    assert_eq!(read_line(&mut input, &mut line).unwrap(), Line::Whole);
    assert_eq!(line, b"last");
    assert_eq!(read_line(&mut input, &mut line).unwrap(), Line::None);
}

proptest! {
    #[test]
    fn any_line_has_an_answer_of_one_line(line in vec(any::<u8>(), 0..100)) {
        prop_assert!(!ask(line).contains('\n'));
    }

    #[test]
    fn a_changed_question_has_an_answer_of_one_line(
        which in any::<proptest::sample::Index>(),
        at in any::<proptest::sample::Index>(),
        letter in proptest::sample::select(b"0123456789abcdef gG\r\xff".to_vec()),
    ) {
        let lines: Vec<&str> = EVERY.lines().collect();
        let mut line = which.get(&lines).as_bytes().to_vec();
        let at = at.index(line.len());
        line[at] = letter;
        prop_assert!(!ask(line).contains('\n'));
    }
}
