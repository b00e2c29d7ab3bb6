//! What Kafka's own Java classes write, we read as the same values and write as the same bytes.
//!
//! `golden/Golden.java` makes the files, and says how. A line is `version hex value`, the value as `{:?}` prints it.

#![cfg(feature = "messages")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fmt::Debug;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::*;
use ottla_protocol::payload::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use ottla_protocol::schema::{Kind, Schema};
use ottla_protocol::wire::{Cx, Wire};

macro_rules! golden {
    ($($module:ident: $request:ident, $response:ident;)*) => {$(
        #[test]
        fn $module() {
            check::<$module::$request>();
            check::<$module::$response>();
        }
    )*};
}

golden! {
    produce: ProduceRequest, ProduceResponse;
    fetch: FetchRequest, FetchResponse;
    list_offsets: ListOffsetsRequest, ListOffsetsResponse;
    metadata: MetadataRequest, MetadataResponse;
    offset_commit: OffsetCommitRequest, OffsetCommitResponse;
    offset_fetch: OffsetFetchRequest, OffsetFetchResponse;
    find_coordinator: FindCoordinatorRequest, FindCoordinatorResponse;
    join_group: JoinGroupRequest, JoinGroupResponse;
    heartbeat: HeartbeatRequest, HeartbeatResponse;
    leave_group: LeaveGroupRequest, LeaveGroupResponse;
    sync_group: SyncGroupRequest, SyncGroupResponse;
    describe_groups: DescribeGroupsRequest, DescribeGroupsResponse;
    list_groups: ListGroupsRequest, ListGroupsResponse;
    api_versions: ApiVersionsRequest, ApiVersionsResponse;
    create_topics: CreateTopicsRequest, CreateTopicsResponse;
    delete_topics: DeleteTopicsRequest, DeleteTopicsResponse;
    init_producer_id: InitProducerIdRequest, InitProducerIdResponse;
    delete_groups: DeleteGroupsRequest, DeleteGroupsResponse;
    offset_delete: OffsetDeleteRequest, OffsetDeleteResponse;
}

#[test]
fn subscription() {
    for sample in samples("ConsumerProtocolSubscription") {
        let read = ConsumerProtocolSubscription::decode(sample.bytes).unwrap();
        assert_eq!(shown(&read), sample.value, "version {}", sample.version);
        assert_eq!(
            hex(&read.encode(sample.version).unwrap()),
            hex(sample.bytes)
        );
    }
}

#[test]
fn assignment() {
    for sample in samples("ConsumerProtocolAssignment") {
        let read = ConsumerProtocolAssignment::decode(sample.bytes).unwrap();
        assert_eq!(shown(&read), sample.value, "version {}", sample.version);
        assert_eq!(
            hex(&read.encode(sample.version).unwrap()),
            hex(sample.bytes)
        );
    }
}

#[test]
fn errors() {
    for (code, line) in (-1..).zip(file("errors").lines()) {
        let error = ErrorCode(code);
        let ours = format!("{code} {} {}", error.name(), error.is_retriable());
        assert_eq!(ours, line);
    }
}

/// Reads and writes each sample of a message.
fn check<T: Wire<'static> + Debug>() {
    let Kind::Struct(schema) = T::KIND else {
        panic!("a message is a struct");
    };
    let samples: Vec<_> = samples(schema.name).collect();
    check_versions(schema, &samples);
    for sample in samples {
        let version = sample.version;
        let flexible = schema.flexible.is_some_and(|from| version >= from);
        let cx = Cx { version, flexible };
        check_sample::<T>(&sample, cx, &format!("{} v{version}", schema.name));
    }
}

fn check_sample<T: Wire<'static> + Debug>(sample: &Sample, cx: Cx, what: &str) {
    let (rest, read) =
        T::read(sample.bytes, cx).unwrap_or_else(|fault| panic!("{what}: {fault:?}"));
    assert_eq!(rest, [0u8; 0], "{what}: bytes left");
    assert_eq!(shown(&read), sample.value, "{what}");

    let mut written = Vec::new();
    read.write(&mut written, cx).unwrap();
    assert_eq!(hex(&written), hex(sample.bytes), "{what}");

    for end in 0..sample.bytes.len() {
        let cut = T::read(&sample.bytes[..end], cx);
        assert!(cut.is_err(), "{what}: read from {end} bytes");
    }
}

/// The samples cover all versions served, so that a new version isn't forgotten here.
fn check_versions(schema: &Schema, samples: &[Sample]) {
    let of = |sample: Option<&Sample>| sample.map(|sample| sample.version);
    assert_eq!(
        of(samples.first()),
        Some(schema.versions.min),
        "{}",
        schema.name
    );
    assert_eq!(
        of(samples.last()),
        Some(schema.versions.max),
        "{}",
        schema.name
    );
}

struct Sample {
    version: i16,
    bytes: &'static [u8],
    value: String,
}

fn samples(message: &str) -> impl Iterator<Item = Sample> {
    let lines: Vec<_> = file(&snake(message)).lines().map(sample).collect();
    assert!(!lines.is_empty(), "no samples of {message}");
    lines.into_iter()
}

fn sample(line: &str) -> Sample {
    let mut parts = line.splitn(3, ' ');
    let mut part = || parts.next().unwrap();
    Sample {
        version: part().parse().unwrap(),
        bytes: bytes(part()).leak(),
        value: part().to_owned(),
    }
}

fn file(name: &str) -> String {
    let path = format!("{}/tests/golden/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digits).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As `{:?}` prints it, without the unknown tagged fields, of which Java's samples have none.
fn shown(message: &impl Debug) -> String {
    format!("{message:?}").replace(", unknown_tagged_fields: {}", "")
}
