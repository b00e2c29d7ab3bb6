//! Bytes inside a message: record batches as a script writes and reads them, and what classic members hand each other.
//!
//! `batch{ records: ["a", "key=b"], time: 1000, producer: $pid, epoch: 0, sequence: 0 }`. Behind the first record's time each has one
//! ms more; `time: now` is that of markers, behind which Kafka would begin a segment, and end a Fetch. `crc: false` spoils the checksum; `magic`, `count` and `attributes` say what is to stand in the header instead.

use std::time::{SystemTime, UNIX_EPOCH};

use ottla_protocol::payload::{
    ConsumerProtocolAssignment, ConsumerProtocolSubscription, TopicPartitions,
};
use ottla_protocol::records::{
    BatchBuilder, BatchOptions, Compression, Compressor, ControlType, DEFAULT_DECOMPRESSED_LIMIT,
    Decompressor, RecordBatch, Records, TimestampType,
};

use crate::value::{Fields, Value};

/// The bytes of a value.
pub(crate) fn bytes(value: &Value) -> Result<Vec<u8>, String> {
    match value {
        Value::Bytes(bytes) => Ok(bytes.clone()),
        Value::Text(text) => Ok(text.clone().into_bytes()),
        Value::List(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(bytes).collect();
            Ok(items?.concat())
        }
        Value::Made(name, fields) if name == "batch" => batch(fields),
        Value::Made(name, fields) if name == "subscription" => subscription(fields),
        Value::Made(name, fields) if name == "assignment" => assignment(fields),
        other => Err(format!("no bytes: {other:?}")),
    }
}

fn subscription(fields: &Fields) -> Result<Vec<u8>, String> {
    let Some(Value::List(topics)) = Value::field(fields, "topics") else {
        return Err("no topics".to_owned());
    };
    let topics = topics.iter().filter_map(text).collect();
    let subscription = ConsumerProtocolSubscription {
        topics,
        ..Default::default()
    };
    subscription.encode(0).map_err(|error| error.to_string())
}

fn assignment(fields: &Fields) -> Result<Vec<u8>, String> {
    let topic = Value::field(fields, "topic").and_then(text);
    let Some(Value::List(partitions)) = Value::field(fields, "partitions") else {
        return Err("no partitions".to_owned());
    };
    let number = |value: &Value| match value {
        Value::Int(number) => Some(*number as i32),
        _ => None,
    };
    let assignment = ConsumerProtocolAssignment {
        assigned_partitions: vec![TopicPartitions {
            topic: topic.unwrap_or_default(),
            partitions: partitions.iter().filter_map(number).collect(),
        }],
        ..Default::default()
    };
    assignment.encode(0).map_err(|error| error.to_string())
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn batch(fields: &Fields) -> Result<Vec<u8>, String> {
    let int = |name, or| match Value::field(fields, name) {
        Some(Value::Int(value)) => *value,
        Some(Value::Word(word)) if word == "now" => now(),
        _ => or,
    };
    let is = |name, or| match Value::field(fields, name) {
        Some(Value::Bool(value)) => *value,
        _ => or,
    };
    let compression = Value::field(fields, "compression").and_then(text);
    let compression = compression.map_or(Ok(Compression::None), str::parse);
    let options = BatchOptions {
        compression: compression.map_err(|_| "no such compression")?,
        producer_id: int("producer", -1),
        producer_epoch: int("epoch", -1) as i16,
        base_sequence: int("sequence", -1) as i32,
        transactional: is("transactional", false),
        control: is("control", false),
        base_offset: int("offset", 0),
        ..BatchOptions::default()
    };
    let mut builder = BatchBuilder::new();
    let large = "x".repeat(int("size", 0) as usize);
    let mut records = match Value::field(fields, "records") {
        Some(Value::List(records)) => records.iter().filter_map(text).collect(),
        _ => Vec::new(),
    };
    if !large.is_empty() {
        records.push(&large);
    }
    for (at, record) in (0..).zip(records) {
        let (key, value) = match record.split_once('=') {
            Some((key, "")) => (Some(key), None),
            Some((key, value)) => (Some(key), Some(value)),
            None => (None, Some(record)),
        };
        let (key, value) = (key.map(str::as_bytes), value.map(str::as_bytes));
        let added = builder.append(int("time", 1000) + at, key, value, &[]);
        added.map_err(|error| error.to_string())?;
    }
    let finished = builder.finish(&options, &mut Compressor::new());
    let mut bytes = finished.map_err(|error| error.to_string())?;
    if Value::field(fields, "count").is_some() {
        bytes[57..61].copy_from_slice(&(int("count", 0) as i32).to_be_bytes());
    }
    if Value::field(fields, "last_delta").is_some() {
        bytes[23..27].copy_from_slice(&(int("last_delta", 0) as i32).to_be_bytes());
    }
    if Value::field(fields, "attributes").is_some() {
        bytes[21..23].copy_from_slice(&(int("attributes", 0) as i16).to_be_bytes());
    }
    let crc = crc32c(&bytes[21..]) ^ u32::from(!is("crc", true));
    bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    bytes[16] = int("magic", 2) as u8;
    Ok(bytes)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("after 1970").as_millis() as i64
}

fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| crc >> 1 ^ (0x82f6_3b78 & (crc & 1).wrapping_neg());
    let byte = |crc, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), step);
    !bytes.iter().fold(u32::MAX, byte)
}

/// Batches as they were fetched.
pub(crate) fn shown(bytes: &[u8]) -> Value {
    let mut records = Records::new(bytes);
    let batches = records.by_ref().map(|batch| match batch {
        Ok(batch) => show(&batch),
        Err(error) => Value::Text(error.to_string()),
    });
    let mut batches: Vec<Value> = batches.collect();
    if !records.rest().is_empty() {
        batches.push(Value::Word("cut".to_owned()));
    }
    Value::List(batches)
}

fn show(batch: &RecordBatch<'_>) -> Value {
    let mut fields = vec![("offset".to_owned(), Value::Int(batch.base_offset()))];
    let mut field = |name: &str, value| fields.push((name.to_owned(), value));
    let mut buffer = Vec::new();
    let mut decompressor = Decompressor::new();
    let records = batch.records(&mut decompressor, DEFAULT_DECOMPRESSED_LIMIT, &mut buffer);
    let mut next = batch.base_offset();
    let mut texts = Vec::new();
    for record in records.into_iter().flatten().flatten() {
        let gap = if record.offset == next { "" } else { "gap " };
        next = record.offset + 1;
        let text =
            |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
        texts.push(match (batch.is_control(), record.key) {
            (true, _) => Value::Word(match ControlType::of(&record) {
                Ok(kind) => format!("{gap}{kind:?}"),
                Err(error) => error.to_string(),
            }),
            (false, Some(_)) => {
                Value::Text(format!("{gap}{}={}", text(record.key), text(record.value)))
            }
            (false, None) => Value::Text(format!("{gap}{}", text(record.value))),
        });
    }
    field("records", Value::List(texts));
    field("timestamp", Value::Int(batch.base_timestamp()));
    if batch.timestamp_type() == TimestampType::LogAppendTime {
        field("append_time", Value::Bool(true));
    }
    if batch.max_timestamp() != batch.base_timestamp() {
        field("max_timestamp", Value::Int(batch.max_timestamp()));
    }
    if batch.compression() != Compression::None {
        field(
            "compression",
            Value::Word(batch.compression().name().to_owned()),
        );
    }
    if batch.last_offset() + 1 != next {
        field("last_offset", Value::Int(batch.last_offset()));
    }
    if batch.producer_id() >= 0 {
        field("producer_id", Value::Int(batch.producer_id()));
        field("epoch", Value::Int(batch.producer_epoch().into()));
        field("sequence", Value::Int(batch.base_sequence().into()));
    }
    if batch.is_transactional() {
        field("transactional", Value::Bool(true));
    }
    if batch.partition_leader_epoch() != Some(0) {
        let epoch = batch.partition_leader_epoch().unwrap_or(-1);
        field("leader_epoch", Value::Int(epoch.into()));
    }
    Value::Made("batch".to_owned(), fields)
}
