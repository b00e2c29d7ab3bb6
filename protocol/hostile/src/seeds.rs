//! Valid inputs of every kind: what mutation starts from.

use ottla_protocol::ApiKey;
use ottla_protocol::header::{RequestHeader, ResponseHeader};
use ottla_protocol::payload::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use ottla_protocol::records::legacy::{Magic, MessageSetBuilder, MessageSetOptions};
use ottla_protocol::records::{
    BatchBuilder, BatchOptions, BuildError, Compression, Compressor, ControlType, Header,
};
use ottla_protocol::schema::Schema;
use ottla_protocol::wire::Cx;

use crate::input::{Input, Kind};
use crate::maker::Maker;
use crate::payloads::PAYLOADS;
use crate::random::Random;

/// How many different messages there are for each API, version and direction.
const EACH: usize = 4;

/// All of them, made anew from a seed.
#[must_use]
pub fn all(seed: u64) -> Vec<Input> {
    let mut random = Random::new(seed, 0);
    let mut all = messages(&mut random);
    all.extend(headers());
    all.extend(payloads(&mut random));
    all.extend(records(&mut random));
    all.extend(compressed());
    all
}

/// Requests and responses in every version.
#[must_use]
pub fn messages(random: &mut Random) -> Vec<Input> {
    let mut all = Vec::new();
    for (kind, schema, cx) in every_message() {
        for round in 0..EACH {
            all.push(Input {
                kind,
                bytes: message(schema, cx, round == EACH - 1, random),
            });
        }
    }
    all
}

/// Every message in every version.
pub fn every_message() -> impl Iterator<Item = (Kind, &'static Schema, Cx)> {
    ApiKey::ALL.iter().copied().flat_map(|api| {
        let request = move |version| Kind::Request(api, version);
        let response = move |version| Kind::Response(api, version);
        let requests =
            versions(api.request_schema()).map(move |(s, cx)| (request(cx.version), s, cx));
        let responses =
            versions(api.response_schema()).map(move |(s, cx)| (response(cx.version), s, cx));
        requests.chain(responses)
    })
}

fn versions(schema: Option<&'static Schema>) -> impl Iterator<Item = (&'static Schema, Cx)> {
    schema.into_iter().flat_map(|schema| {
        (schema.versions.min..=schema.versions.max).map(move |version| {
            let flexible = schema.flexible.is_some_and(|from| version >= from);
            (schema, Cx { version, flexible })
        })
    })
}

fn message(schema: &Schema, cx: Cx, strange_tags: bool, random: &mut Random) -> Vec<u8> {
    let entropy = random.bytes(200);
    let mut maker = Maker {
        entropy: &entropy,
        cx,
        strange_tags,
    };
    maker.bytes(schema)
}

/// Headers of both versions, and frames.
#[must_use]
pub fn headers() -> Vec<Input> {
    let mut all = Vec::new();
    for version in [4, 9] {
        let api = ApiKey::Metadata;
        let mut request = RequestHeader {
            api_key: api.code(),
            api_version: version,
            correlation_id: 7,
            client_id: Some("console"),
            ..RequestHeader::default()
        };
        let mut response = ResponseHeader {
            correlation_id: 7,
            ..ResponseHeader::default()
        };
        let (mut front, mut answer) = (Vec::new(), Vec::new());
        if version == 9 {
            request.unknown_tagged_fields.insert(3, b"three");
            response.unknown_tagged_fields.insert(300, b"");
        }
        let _ = request.write(&mut front, api.request_header_version(version));
        let _ = response.write(&mut answer, api.response_header_version(version));
        let kinds = [Kind::RequestHeader(api, version), Kind::Frame];
        all.extend(kinds.map(|kind| Input {
            kind,
            bytes: front.clone(),
        }));
        all.push(Input {
            kind: Kind::ResponseHeader(api, version),
            bytes: answer,
        });
    }
    all
}

/// Payloads that Kafka's own classes have written, and what members of groups tell each other, in every version.
#[must_use]
pub fn payloads(random: &mut Random) -> Vec<Input> {
    let lines = include_str!("../../tests/golden/payloads.txt").lines();
    let mut all: Vec<Input> = lines.filter_map(golden_payload).collect();
    for (name, schema) in [
        ("subscription", &ConsumerProtocolSubscription::SCHEMA),
        ("assignment", &ConsumerProtocolAssignment::SCHEMA),
    ] {
        for (schema, cx) in versions(Some(schema)) {
            for _ in 0..EACH {
                let body = message(schema, cx, false, random);
                let bytes = [cx.version.to_be_bytes().to_vec(), body].concat();
                all.extend(payload(name, bytes));
            }
        }
    }
    all
}

/// A line `what number hex value`.
fn golden_payload(line: &str) -> Option<Input> {
    let mut words = line.split(' ');
    let (name, number) = (words.next()?, words.next()?.parse::<i16>().ok()?);
    let hex = words.next()?;
    let line = match PAYLOADS.iter().find(|it| it.name == name)?.typed {
        true => format!("payload {name} {number:04x}{hex}"),
        false => format!("payload {name} {hex}"),
    };
    line.parse().ok()
}

fn payload(name: &str, bytes: Vec<u8>) -> Option<Input> {
    let kind = Kind::Payload(PAYLOADS.iter().find(|it| it.name == name)?);
    Some(Input { kind, bytes })
}

/// Batches and message sets of every magic and codec: alone, and several in a row.
#[must_use]
pub fn records(random: &mut Random) -> Vec<Input> {
    let mut sets = Vec::new();
    for codec in Compression::ALL {
        for (count, control) in [(1, true), (3, false), (40, false)] {
            sets.extend(batch(codec, count, control, random).ok());
            for magic in [Magic::V0, Magic::V1] {
                sets.extend(message_set(magic, codec, count, random).ok());
            }
        }
    }
    let row = sets.iter().step_by(7).flatten().copied().collect();
    sets.push(row);
    let input = |bytes| Input {
        kind: Kind::Records,
        bytes,
    };
    sets.into_iter().map(input).collect()
}

fn batch(
    compression: Compression,
    count: i64,
    control: bool,
    random: &mut Random,
) -> Result<Vec<u8>, BuildError> {
    let mut builder = BatchBuilder::new();
    for n in 0..count {
        let value = random.bytes(1 + n as usize % 20);
        let headers = [Header::new("trace", Some(&value)), Header::new("", None)];
        let headers = &headers[..n as usize % 3];
        let key = control.then(|| ControlType::Commit.key());
        let key = key.as_ref().map(|key| &key[..]);
        builder.append(n * 70, key.or(Some(b"key")), Some(&value), headers)?;
    }
    let options = BatchOptions {
        compression,
        control,
        producer_id: 9,
        producer_epoch: 1,
        base_sequence: 3,
        base_offset: 1 << 33,
        ..BatchOptions::default()
    };
    builder.finish(&options, &mut Compressor::new())
}

fn message_set(
    magic: Magic,
    compression: Compression,
    count: i64,
    random: &mut Random,
) -> Result<Vec<u8>, BuildError> {
    let mut bytes = Vec::new();
    let options = MessageSetOptions {
        magic,
        compression,
        base_offset: 1 << 33,
        append_time: (count == 3).then_some(77),
    };
    let mut set = MessageSetBuilder::new(&mut bytes, options);
    for n in 0..count {
        let value = random.bytes(n as usize % 20);
        set.append(n, (n % 2 == 0).then_some(&b"key"[..]), Some(&value))?;
    }
    set.finish(&mut Compressor::new())?;
    Ok(bytes)
}

/// What each codec makes of a text that is worth compressing.
#[must_use]
pub fn compressed() -> Vec<Input> {
    let plain: Vec<u8> = (0..3000_u32)
        .flat_map(|n| (n / 7 % 64).to_be_bytes())
        .collect();
    let packed = |codec| {
        let mut bytes = Vec::new();
        let packed = Compressor::new().compress(codec, &plain, &mut bytes);
        packed.ok().map(|()| Input {
            kind: Kind::Compressed(codec),
            bytes,
        })
    };
    let codecs = Compression::ALL.into_iter().skip(1);
    codecs.filter_map(packed).collect()
}
