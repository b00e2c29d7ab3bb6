//! What goes in, and what comes back: a record to be written, and where it was written.

use ottla_protocol::records::Header;
use ottla_protocol::types::TopicPartition;

/// A record to be written. It borrows everything: the producer copies it into the batch under construction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerRecord<'a> {
    /// The topic.
    pub topic: &'a str,
    /// The partition; `None`: by the key as Java's client does (murmur2), or without one, one partition for a batch's worth of records,
    /// then another.
    pub partition: Option<i32>,
    /// The key. `None` is not the empty key.
    pub key: Option<&'a [u8]>,
    /// The value. `None` deletes the key in a compacted topic.
    pub value: Option<&'a [u8]>,
    /// The headers. Names may repeat; the order is kept.
    pub headers: &'a [Header<'a>],
    /// In ms since 1970; `None`: now.
    pub timestamp: Option<i64>,
}

impl<'a> ProducerRecord<'a> {
    /// A record with this value, and nothing else.
    #[must_use]
    pub fn new(topic: &'a str, value: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self {
            value: Some(value.as_ref()),
            ..Self::tombstone(topic)
        }
    }

    /// A record without a value: with a key, and in a compacted topic, it deletes.
    #[must_use]
    pub fn tombstone(topic: &'a str) -> Self {
        Self {
            topic,
            partition: None,
            key: None,
            value: None,
            headers: &[],
            timestamp: None,
        }
    }

    /// The key.
    #[must_use]
    pub fn key(mut self, key: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.key = Some(key.as_ref());
        self
    }

    /// The partition.
    #[must_use]
    pub fn partition(mut self, partition: i32) -> Self {
        self.partition = Some(partition);
        self
    }

    /// The headers.
    #[must_use]
    pub fn headers(mut self, headers: &'a [Header<'a>]) -> Self {
        self.headers = headers;
        self
    }

    /// The timestamp, in ms since 1970.
    #[must_use]
    pub fn timestamp(mut self, timestamp: i64) -> Self {
        self.timestamp = Some(timestamp);
        self
    }
}

/// Where a record was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordMetadata {
    /// The partition.
    pub partition: TopicPartition,
    /// Its offset; `None` where the broker did not tell: with `acks` 0, or for a batch sent again so late that the broker only knows that it
    /// has it.
    pub offset: Option<i64>,
    /// Its timestamp in ms since 1970: the record's own, or the broker's clock if the topic stamps with that.
    pub timestamp: i64,
}
