//! The keys of a sled target: topic, byte 0, partition (4 bytes, big-endian), offset (8 bytes, big-endian).

/// One entry a record: its value.
pub(crate) const RECORDS_TREE: &str = "records";

/// One entry a partition: how many records were written, 8 bytes, big-endian.
pub(crate) const COUNTS_TREE: &str = "counts";

/// The key of a record.
pub(crate) fn record_key(topic: &str, partition: i32, offset: i64) -> Vec<u8> {
    let mut key = partition_key(topic, partition);
    key.extend(offset.to_be_bytes());
    key
}

/// The key of a partition's count.
pub(crate) fn partition_key(topic: &str, partition: i32) -> Vec<u8> {
    let mut key = Vec::with_capacity(topic.len() + 13);
    key.extend(topic.as_bytes());
    key.push(0);
    key.extend(partition.to_be_bytes());
    key
}

/// A record's key, taken apart. `None` for what a sink has not written. Topic names hold no byte 0.
pub(crate) fn read_record_key(key: &[u8]) -> Option<(&str, i32, i64)> {
    let end = key.iter().position(|&byte| byte == 0)?;
    let (partition, offset) = key.get(end + 1..)?.split_first_chunk::<4>()?;
    let offset: [u8; 8] = offset.try_into().ok()?;
    let topic = str::from_utf8(key.get(..end)?).ok()?;
    Some((
        topic,
        i32::from_be_bytes(*partition),
        i64::from_be_bytes(offset),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back() {
        let key = record_key("orders", 3, 1 << 40);
        assert_eq!(read_record_key(&key), Some(("orders", 3, 1 << 40)));
        assert!(key.starts_with(&partition_key("orders", 3)));
        assert_eq!(read_record_key(b"orders"), None);
        assert_eq!(read_record_key(b"orders\0\0\0\0\x03"), None);
    }
}
