//! Damage inside of an answer that can be read all the same: a partition that comes twice, records that are not what they were.

use std::ops::Range;

use ottla_protocol::{AnyResponse, ApiKey};

/// The bytes of a frame's length. They stay as they are, or the client would wait for bytes that never come: that is what truncating is
/// for.
const LENGTH: usize = 4;
/// Behind a batch's own checksum begins what it covers.
const CHECKED: usize = 21;

/// Whether answers of an API tell of partitions one by one.
pub(crate) fn has_partitions(api: ApiKey) -> bool {
    use ApiKey as Of;
    matches!(
        api,
        Of::Produce
            | Of::Fetch
            | Of::ListOffsets
            | Of::Metadata
            | Of::OffsetCommit
            | Of::OffsetFetch
            | Of::OffsetForLeaderEpoch
            | Of::TxnOffsetCommit
            | Of::DeleteRecords
    )
}

/// Flips one bit behind the length: this number, modulo the bits there are.
pub(super) fn flip_any(frame: &mut [u8], bit: u64) {
    flip(frame.get_mut(LENGTH..).unwrap_or_default(), bit);
}

/// The frame with its last partition twice.
pub(super) fn repeated(frame: &[u8], api: ApiKey, version: i16) -> Option<Vec<u8>> {
    let (head, body) = frame.split_at_checked(body_at(api, version))?;
    let mut response = AnyResponse::read(api, body, version).ok()?;
    repeat(&mut response)?;
    written(head, &response, version)
}

fn repeat(response: &mut AnyResponse<'_>) -> Option<()> {
    use AnyResponse as Of;
    match response {
        Of::Produce(it) => repeat_last(&mut it.responses.last_mut()?.partition_responses),
        Of::Fetch(it) => repeat_last(&mut it.responses.last_mut()?.partitions),
        Of::ListOffsets(it) => repeat_last(&mut it.topics.last_mut()?.partitions),
        Of::Metadata(it) => repeat_last(&mut it.topics.last_mut()?.partitions),
        Of::OffsetCommit(it) => repeat_last(&mut it.topics.last_mut()?.partitions),
        Of::OffsetForLeaderEpoch(it) => repeat_last(&mut it.topics.last_mut()?.partitions),
        Of::TxnOffsetCommit(it) => repeat_last(&mut it.topics.last_mut()?.partitions),
        Of::DeleteRecords(it) => repeat_last(&mut it.topics.last_mut()?.partitions),
        Of::OffsetFetch(it) => match it.groups.last_mut() {
            Some(group) => repeat_last(&mut group.topics.last_mut()?.partitions),
            None => repeat_last(&mut it.topics.last_mut()?.partitions),
        },
        _ => None,
    }
}

fn repeat_last<T: Clone>(parts: &mut Vec<T>) -> Option<()> {
    let last = parts.last()?.clone();
    parts.push(last);
    Some(())
}

/// A Fetch's frame with one bit flipped in one batch.
pub(super) fn records_flipped(frame: &[u8], version: i16, bit: u64) -> Option<Vec<u8>> {
    with_records(frame, version, bit, |records, bit| {
        let batches = batches(records);
        let (at, bit) = choose(batches.len(), bit)?;
        let Range { start, end } = batches.get(at)?.clone();
        flip(records.get_mut(start + CHECKED..end)?, bit);
        Some(())
    })
}

/// A Fetch's frame in which one partition's records end early.
pub(super) fn records_cut(frame: &[u8], version: i16, cut: u64) -> Option<Vec<u8>> {
    with_records(frame, version, cut, |records, cut| {
        let (length, _) = choose(records.len(), cut)?;
        records.truncate(length);
        Some(())
    })
}

/// Changes the records of one partition, chosen by chance; what is left of that is handed on.
fn with_records(
    frame: &[u8],
    version: i16,
    chance: u64,
    change: impl FnOnce(&mut Vec<u8>, u64) -> Option<()>,
) -> Option<Vec<u8>> {
    let mut records: Vec<u8>;
    let (head, body) = frame.split_at_checked(body_at(ApiKey::Fetch, version))?;
    let AnyResponse::Fetch(mut response) = AnyResponse::read(ApiKey::Fetch, body, version).ok()?
    else {
        return None;
    };
    let topics = response.responses.iter_mut();
    let partitions = topics.flat_map(|topic| &mut topic.partitions);
    let mut full: Vec<_> = partitions
        .filter(|one| one.records.is_some_and(|records| !records.is_empty()))
        .collect();
    let (at, chance) = choose(full.len(), chance)?;
    let partition = full.get_mut(at)?;
    records = partition.records?.to_vec();
    change(&mut records, chance)?;
    partition.records = Some(&records);
    written(head, &AnyResponse::Fetch(response), version)
}

/// One of so many, and what is left of chance.
fn choose(count: usize, chance: u64) -> Option<(usize, u64)> {
    let count = u64::try_from(count).ok()?;
    let at = usize::try_from(chance.checked_rem(count)?).ok()?;
    Some((at, chance / count))
}

/// Where the whole batches are.
fn batches(records: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(length) = records.get(at + 8..).and_then(<[u8]>::first_chunk::<4>) {
        let end = at + 12 + u32::from_be_bytes(*length) as usize;
        if end > records.len() {
            break;
        }
        found.push(at..end);
        at = end;
    }
    found
}

fn flip(bytes: &mut [u8], bit: u64) {
    let Some((at, _)) = choose(bytes.len() * 8, bit) else {
        return;
    };
    if let Some(byte) = bytes.get_mut(at / 8) {
        *byte ^= 1 << (at % 8);
    }
}

/// Behind length, correlation id, and a byte of tags if the header is flexible.
fn body_at(api: ApiKey, version: i16) -> usize {
    8 + usize::from(api.response_header_version(version) > 0)
}

fn written(head: &[u8], response: &AnyResponse<'_>, version: i16) -> Option<Vec<u8>> {
    let mut frame = head.to_vec();
    response.write(&mut frame, version).ok()?;
    let length = u32::try_from(frame.len().checked_sub(LENGTH)?).ok()?;
    *frame.first_chunk_mut()? = length.to_be_bytes();
    Some(frame)
}
