//! The targets of cargo-fuzz: which of them reads an input, and what its bytes look like there.
//!
//! A fuzzer has nothing but bytes, so the first ones choose what the others are read as.

use std::cell::RefCell;

use ottla_protocol::ApiKey;
use ottla_protocol::records::Compression;

use crate::check::Checker;
use crate::input::{Input, Kind};
use crate::payloads::PAYLOADS;

/// Checks the input of a target, if its bytes are one.
///
/// # Panics
/// Where a rule is broken: that is what fuzzers see.
#[expect(clippy::panic, reason = "that is what fuzzers see")]
pub fn run(input: Option<Input>) {
    thread_local! {
        static CHECKER: RefCell<Checker> = RefCell::default();
    }
    if let Some(input) = input
        && let Err(rule) = CHECKER.with_borrow_mut(|checker| checker.check(&input))
    {
        panic!("{rule}\n{input}");
    }
}

/// The target's name.
#[must_use]
pub fn target_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Request(..) => "requests",
        Kind::Response(..) => "responses",
        Kind::RequestHeader(..) | Kind::ResponseHeader(..) | Kind::Frame => "headers",
        Kind::Records => "records",
        Kind::Payload(_) => "payloads",
        Kind::Compressed(_) => "codecs",
    }
}

/// The bytes that the target reads this input from.
#[must_use]
pub fn bytes_of(input: &Input) -> Vec<u8> {
    let front = match input.kind {
        Kind::Request(api, version) | Kind::Response(api, version) => {
            vec![api.code() as u8, version as u8]
        }
        Kind::RequestHeader(_, version) => vec![0, u8::from(version > 4)],
        Kind::ResponseHeader(_, version) => vec![1, u8::from(version > 4)],
        Kind::Frame => vec![2, 0],
        Kind::Records => vec![],
        Kind::Payload(payload) => {
            let at = PAYLOADS.iter().position(|it| it.name == payload.name);
            vec![at.unwrap_or(0) as u8]
        }
        Kind::Compressed(codec) => vec![codec.code()],
    };
    [front, input.bytes.clone()].concat()
}

/// A request's body behind its API and version.
#[must_use]
pub fn request(bytes: &[u8]) -> Option<Input> {
    let (api, version, bytes) = message(bytes)?;
    let kind = Kind::Request(api, version);
    Some(Input { kind, bytes })
}

/// A response's body behind its API and version.
#[must_use]
pub fn response(bytes: &[u8]) -> Option<Input> {
    let (api, version, bytes) = message(bytes)?;
    let kind = Kind::Response(api, version);
    Some(Input { kind, bytes })
}

fn message(bytes: &[u8]) -> Option<(ApiKey, i16, Vec<u8>)> {
    let ([api, version], bytes) = bytes.split_first_chunk()?;
    let api = ApiKey::from_code(i16::from(*api))?;
    Some((api, i16::from(*version), bytes.to_vec()))
}

/// A header behind a byte for request, response or frame, and one that is odd where it has tags.
#[must_use]
pub fn header(bytes: &[u8]) -> Option<Input> {
    let ([what, flexible], bytes) = bytes.split_first_chunk()?;
    let version = if flexible & 1 == 1 { 9 } else { 4 };
    let kind = match what % 3 {
        0 => Kind::RequestHeader(ApiKey::Metadata, version),
        1 => Kind::ResponseHeader(ApiKey::Metadata, version),
        _ => Kind::Frame,
    };
    let bytes = bytes.to_vec();
    Some(Input { kind, bytes })
}

/// The records of a partition.
#[must_use]
pub fn records(bytes: &[u8]) -> Option<Input> {
    Some(Input {
        kind: Kind::Records,
        bytes: bytes.to_vec(),
    })
}

/// A payload behind its place in the table.
#[must_use]
pub fn payload(bytes: &[u8]) -> Option<Input> {
    let (at, bytes) = bytes.split_first()?;
    let kind = Kind::Payload(PAYLOADS.get(usize::from(*at))?);
    let bytes = bytes.to_vec();
    Some(Input { kind, bytes })
}

/// Compressed bytes behind their codec's code.
#[must_use]
pub fn compressed(bytes: &[u8]) -> Option<Input> {
    let (code, bytes) = bytes.split_first()?;
    let kind = Kind::Compressed(Compression::from_code(*code)?);
    let bytes = bytes.to_vec();
    Some(Input { kind, bytes })
}
