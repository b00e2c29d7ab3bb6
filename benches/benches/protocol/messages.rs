//! Large messages, decoded and encoded: the same bytes for all, which each writes again byte for byte.

use std::hint::black_box;

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages as kp;
use kafka_protocol::protocol::{Decodable, Encodable};
use krafka::__private::protocol as krafka;
use ottla_protocol::api::{ReadRequest, Request, Response};
use ottla_protocol::messages::{fetch, metadata, offset_commit, offset_fetch};

use crate::case::{Case, Limit, Who};

mod sample;

const LIMITS: [Limit; 2] = [Limit::TimesFaster(3.0), Limit::FewerAllocations];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(metadata());
    cases.extend(offset_commit());
    cases.extend(offset_fetch());
    cases.extend(fetch());
    cases
}

fn metadata() -> [Case; 2] {
    const VERSION: i16 = 13;
    let bytes = sample::metadata(VERSION);
    let read = |bytes| metadata::MetadataResponse::read_body(bytes, VERSION).unwrap();
    let decode = named("decode Metadata response, 1,000 partitions")
        .run(
            Who::Ottla,
            decoding(bytes, move |bytes| drop(black_box(read(bytes)))),
        )
        .run(
            Who::KafkaProtocol,
            kafka_protocol_decoding::<kp::MetadataResponse>(bytes, VERSION),
        )
        .run(
            Who::Krafka,
            sharing(bytes, |mut bytes| {
                drop(black_box(
                    krafka::MetadataResponse::decode_v13(&mut bytes).unwrap(),
                ));
            }),
        );
    let message = read(bytes);
    let encode = named("encode Metadata response, 1,000 partitions")
        .run(
            Who::Ottla,
            encoding(move |out| message.write_body(out, VERSION).unwrap()),
        )
        .run(
            Who::KafkaProtocol,
            kafka_protocol_encoding::<kp::MetadataResponse>(bytes, VERSION),
        );
    [decode.limits(&LIMITS), encode.limits(&LIMITS)]
}

fn offset_commit() -> [Case; 2] {
    const VERSION: i16 = 9;
    let bytes = sample::offset_commit(VERSION);
    let read = |bytes| offset_commit::OffsetCommitRequest::read_body(bytes, VERSION).unwrap();
    let decode = named("decode OffsetCommit request, 10,000 partitions")
        .run(
            Who::Ottla,
            decoding(bytes, move |bytes| drop(black_box(read(bytes)))),
        )
        .run(
            Who::KafkaProtocol,
            kafka_protocol_decoding::<kp::OffsetCommitRequest>(bytes, VERSION),
        );
    let (message, theirs) = (read(bytes), sample::krafka_offset_commit(&read(bytes)));
    let encode = named("encode OffsetCommit request, 10,000 partitions")
        .run(
            Who::Ottla,
            encoding(move |out| message.write_body(out, VERSION).unwrap()),
        )
        .run(
            Who::KafkaProtocol,
            kafka_protocol_encoding::<kp::OffsetCommitRequest>(bytes, VERSION),
        )
        .run(
            Who::Krafka,
            encoding(move |out| theirs.encode_v8(out).unwrap()),
        );
    [decode.limits(&LIMITS), encode.limits(&LIMITS)]
}

fn offset_fetch() -> [Case; 2] {
    const VERSION: i16 = 9;
    let bytes = sample::offset_fetch(VERSION);
    let read = |bytes| offset_fetch::OffsetFetchResponse::read_body(bytes, VERSION).unwrap();
    let decode = named("decode OffsetFetch response, 10,000 partitions")
        .run(
            Who::Ottla,
            decoding(bytes, move |bytes| drop(black_box(read(bytes)))),
        )
        .run(
            Who::KafkaProtocol,
            kafka_protocol_decoding::<kp::OffsetFetchResponse>(bytes, VERSION),
        )
        .run(
            Who::Krafka,
            sharing(bytes, |mut bytes| {
                drop(black_box(
                    krafka::OffsetFetchResponse::decode_v8(&mut bytes).unwrap(),
                ));
            }),
        );
    let message = read(bytes);
    let encode = named("encode OffsetFetch response, 10,000 partitions")
        .run(
            Who::Ottla,
            encoding(move |out| message.write_body(out, VERSION).unwrap()),
        )
        .run(
            Who::KafkaProtocol,
            kafka_protocol_encoding::<kp::OffsetFetchResponse>(bytes, VERSION),
        );
    [decode.limits(&LIMITS), encode.limits(&LIMITS)]
}

fn fetch() -> [Case; 2] {
    const VERSION: i16 = 17;
    let bytes = sample::fetch(VERSION);
    let read = |bytes| fetch::FetchResponse::read_body(bytes, VERSION).unwrap();
    let decode = named("decode Fetch response, 1,000 partitions")
        .run(
            Who::Ottla,
            decoding(bytes, move |bytes| drop(black_box(read(bytes)))),
        )
        .run(
            Who::KafkaProtocol,
            kafka_protocol_decoding::<kp::FetchResponse>(bytes, VERSION),
        )
        .run(
            Who::Krafka,
            sharing(bytes, |mut bytes| {
                drop(black_box(
                    krafka::FetchResponse::decode_v13(&mut bytes).unwrap(),
                ));
            }),
        );
    let message = read(bytes);
    let encode = named("encode Fetch response, 1,000 partitions")
        .run(
            Who::Ottla,
            encoding(move |out| message.write_body(out, VERSION).unwrap()),
        )
        .run(
            Who::KafkaProtocol,
            kafka_protocol_encoding::<kp::FetchResponse>(bytes, VERSION),
        );
    [decode.limits(&LIMITS), encode.limits(&LIMITS)]
}

fn named(name: &str) -> Case {
    Case::new(name.to_owned(), "message", 1)
}

/// Reads and drops; the message never leaves.
fn decoding(bytes: &'static [u8], read: impl Fn(&'static [u8])) -> impl FnMut() -> u64 {
    move || {
        read(black_box(bytes));
        bytes.len() as u64
    }
}

/// The same for those that want bytes with a count of their owners.
fn sharing(bytes: &'static [u8], read: impl Fn(Bytes)) -> impl FnMut() -> u64 {
    // Copied: `from_static` would spare them the counting that bytes off the network need.
    let shared = Bytes::copy_from_slice(bytes);
    move || {
        read(black_box(shared.clone()));
        shared.len() as u64
    }
}

fn kafka_protocol_decoding<M: Decodable>(
    bytes: &'static [u8],
    version: i16,
) -> impl FnMut() -> u64 {
    sharing(bytes, move |mut bytes| {
        drop(black_box(M::decode(&mut bytes, version).unwrap()));
        assert!(bytes.is_empty());
    })
}

/// Appends to a vector that is kept; the sum is a checksum, so all have to write the same.
fn encoding(write: impl Fn(&mut Vec<u8>)) -> impl FnMut() -> u64 {
    let (mut out, mut expected) = (Vec::new(), None);
    move || {
        out.clear();
        write(&mut out);
        *expected.get_or_insert_with(|| crc32c::crc32c(&out)) as u64
    }
}

fn kafka_protocol_encoding<M: Decodable + Encodable>(
    bytes: &'static [u8],
    version: i16,
) -> impl FnMut() -> u64 {
    let message = M::decode(&mut Bytes::from_static(bytes), version).unwrap();
    let (mut out, mut expected) = (BytesMut::new(), None);
    move || {
        out.clear();
        black_box(&message).encode(&mut out, version).unwrap();
        *expected.get_or_insert_with(|| crc32c::crc32c(&out)) as u64
    }
}
