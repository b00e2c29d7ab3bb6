//! The bytes in tree `offsets` and tree `offset_gaps`. Integers are big-endian, texts are UTF-8 behind their length
//! in 4 bytes.
//!
//! | | |
//! | --- | --- |
//! | key | cluster id, group id, topic (texts), partition (4 bytes, sign flipped so that keys sort) |
//! | row | version 1 (1 byte), fence (16), replaced (16), topic id (16), next offset (1 + 8), leader epoch (4), partitions seen (4), updated at (8), owner (1 + text), metadata (text), former topic ids (16 each, to the end) |
//! | gap's key | row key, at (8), from (8) |
//! | gap | version 1 (1 byte), to (8), reason (text) |
//!
//! What may be absent is led by a byte, 0 or 1. The fence stands first, so that a guard reads 17 bytes.

use ottla_protocol::types::TopicId;

use crate::error::StoreError;
use crate::model::{Fence, Gap, Key, Row};

const VERSION: u8 = 1;

pub(super) fn encode_key(key: &Key) -> Vec<u8> {
    let mut out =
        Vec::with_capacity(16 + key.cluster_id.len() + key.group_id.len() + key.topic.len());
    put_text(&mut out, &key.cluster_id);
    put_text(&mut out, &key.group_id);
    put_text(&mut out, &key.topic);
    out.extend(((key.partition as u32) ^ SIGN).to_be_bytes());
    out
}

const SIGN: u32 = 1 << 31;

pub(super) fn decode_key(bytes: &[u8]) -> Result<Key, StoreError> {
    let mut reader = Reader(bytes);
    reader
        .key()
        .filter(|_| reader.0.is_empty())
        .ok_or_else(|| damaged("a key", bytes))
}

pub(super) fn encode_row(row: &Row) -> Vec<u8> {
    let mut out = Vec::with_capacity(96 + row.metadata.len());
    out.push(VERSION);
    out.extend(row.fence.0);
    out.extend(row.replaced.0);
    out.extend(row.topic_id.0);
    out.push(u8::from(row.next_offset.is_some()));
    out.extend(row.next_offset.unwrap_or(0).to_be_bytes());
    out.extend(row.leader_epoch.to_be_bytes());
    out.extend(row.partitions_seen.to_be_bytes());
    out.extend(row.updated_at.to_be_bytes());
    out.push(u8::from(row.owner.is_some()));
    put_text(&mut out, row.owner.as_deref().unwrap_or(""));
    put_text(&mut out, &row.metadata);
    for id in &row.former_topic_ids {
        out.extend(id.0);
    }
    out
}

/// The fence alone: all that a guard needs.
pub(super) fn decode_fence(key: &Key, bytes: &[u8]) -> Result<Fence, StoreError> {
    let mut reader = Reader(bytes);
    let fence = reader.version().and_then(|()| reader.array());
    fence
        .map(Fence)
        .ok_or_else(|| damaged(&key.to_string(), bytes))
}

pub(super) fn decode_row(key: Key, bytes: &[u8]) -> Result<Row, StoreError> {
    let name = key.to_string();
    Reader(bytes).row(key).ok_or_else(|| damaged(&name, bytes))
}

pub(super) fn encode_gap(gap: &Gap) -> (Vec<u8>, Vec<u8>) {
    let mut key = encode_key(&gap.key);
    key.extend(gap.at.to_be_bytes());
    key.extend(gap.from.to_be_bytes());
    let mut value = vec![VERSION];
    value.extend(gap.to.to_be_bytes());
    put_text(&mut value, &gap.reason);
    (key, value)
}

pub(super) fn decode_gap(key: &[u8], value: &[u8]) -> Result<Gap, StoreError> {
    let decode = || {
        let (mut key, mut value) = (Reader(key), Reader(value));
        value.version()?;
        Some(Gap {
            key: key.key()?,
            at: i64::from_be_bytes(key.array()?),
            from: i64::from_be_bytes(key.array()?),
            to: i64::from_be_bytes(value.array()?),
            reason: value.text()?.to_owned(),
        })
    };
    decode().ok_or_else(|| damaged("a gap", value))
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    out.extend(length.to_be_bytes());
    out.extend(text.as_bytes());
}

fn damaged(what: &str, bytes: &[u8]) -> StoreError {
    StoreError::Corrupt {
        store: "sled",
        what: what.to_owned(),
        why: format!(
            "{} bytes that are not version {VERSION} of a row",
            bytes.len()
        ),
    }
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn row(&mut self, key: Key) -> Option<Row> {
        self.version()?;
        let fence = Fence(self.array()?);
        let replaced = Fence(self.array()?);
        let topic_id = TopicId(self.array()?);
        let has_offset = self.flag()?;
        let next_offset = i64::from_be_bytes(self.array()?);
        let leader_epoch = i32::from_be_bytes(self.array()?);
        let partitions_seen = i32::from_be_bytes(self.array()?);
        let updated_at = i64::from_be_bytes(self.array()?);
        let has_owner = self.flag()?;
        let owner = self.text()?.to_owned();
        let metadata = self.text()?.to_owned();
        let (former, rest) = self.0.as_chunks::<16>();
        rest.is_empty().then(|| Row {
            key,
            topic_id,
            former_topic_ids: former.iter().copied().map(TopicId).collect(),
            next_offset: has_offset.then_some(next_offset),
            leader_epoch,
            metadata,
            fence,
            replaced,
            owner: has_owner.then_some(owner),
            partitions_seen,
            updated_at,
        })
    }

    fn key(&mut self) -> Option<Key> {
        let (cluster, group, topic) = (self.text()?, self.text()?, self.text()?);
        let partition = u32::from_be_bytes(self.array()?) ^ SIGN;
        Some(Key::new(cluster, group, topic, partition as i32))
    }

    fn version(&mut self) -> Option<()> {
        (self.array()? == [VERSION]).then_some(())
    }

    fn flag(&mut self) -> Option<bool> {
        match self.array()? {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = u32::from_be_bytes(self.array()?);
        let (text, rest) = self.0.split_at_checked(length as usize)?;
        self.0 = rest;
        str::from_utf8(text).ok()
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        fn rows()(
            names in (".{0,9}", ".{0,9}", ".{0,9}", any::<i32>()),
            ids in (any::<[u8; 16]>(), prop::collection::vec(any::<[u8; 16]>(), 0..4)),
            next_offset in any::<Option<i64>>(),
            numbers in (any::<i32>(), any::<i32>(), any::<i64>()),
            texts in (".{0,20}", prop::option::of(".{0,20}")),
            fences in (any::<[u8; 16]>(), any::<[u8; 16]>()),
        ) -> Row {
            Row {
                key: Key::new(names.0, names.1, names.2, names.3),
                topic_id: TopicId(ids.0),
                former_topic_ids: ids.1.into_iter().map(TopicId).collect(),
                next_offset,
                leader_epoch: numbers.0,
                metadata: texts.0,
                fence: Fence(fences.0),
                replaced: Fence(fences.1),
                owner: texts.1,
                partitions_seen: numbers.1,
                updated_at: numbers.2,
            }
        }
    }

    proptest! {
        #[test]
        fn a_row_reads_back_as_it_was_written(row in rows()) {
            let bytes = encode_row(&row);
            prop_assert_eq!(decode_fence(&row.key, &bytes).expect("a row"), row.fence);
            let key = decode_key(&encode_key(&row.key)).expect("a key");
            prop_assert_eq!(decode_row(key, &bytes).expect("a row"), row);
        }

        #[test]
        fn a_row_that_was_cut_or_scribbled_on_never_panics(row in rows(), cut in 0usize..200, at in 0usize..200) {
            let mut bytes = encode_row(&row);
            bytes.truncate(cut);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 0x55;
            }
            let _ = decode_row(row.key.clone(), &bytes);
            let _ = decode_key(&bytes);
        }

        #[test]
        fn two_keys_are_two_keys(a in rows(), b in rows()) {
            prop_assert_eq!(a.key == b.key, encode_key(&a.key) == encode_key(&b.key));
        }
    }
}
