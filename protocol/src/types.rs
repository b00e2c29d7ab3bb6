//! Plain names for things that Kafka names: no wire format here, so that crates which only store offsets
//! can use them without compiling the codec.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// One partition of one topic.
///
/// Cloning is cheap: the topic's name is shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicPartition {
    /// The topic's name.
    pub topic: Arc<str>,
    /// The partition's number, from 0.
    pub partition: i32,
}

impl TopicPartition {
    /// Names a partition.
    pub fn new(topic: impl Into<Arc<str>>, partition: i32) -> Self {
        Self {
            topic: topic.into(),
            partition,
        }
    }
}

/// `topic-partition`, as Kafka's own logs write it.
impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// An id that Kafka drew by chance: of a topic, a log directory, a telemetry client. All zero: unknown.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uuid(pub [u8; 16]);

/// A topic's identity (KIP-516): a topic that is deleted and made again under its name has another.
pub use self::Uuid as TopicId;

impl Uuid {
    /// The id of what has none, or none that is known.
    pub const UNKNOWN: Self = Self([0; 16]);

    /// Whether this is [`Uuid::UNKNOWN`].
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == Self::UNKNOWN
    }
}

const BASE64_URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The 22 characters of unpadded URL-safe base64 that Kafka's tools print.
impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = u128::from_be_bytes(self.0);
        let mut text = [0u8; 22];
        for (at, letter) in text.iter_mut().enumerate() {
            let shift = 122_i32 - 6 * at as i32;
            let six = if shift >= 0 {
                bits >> shift
            } else {
                bits << -shift
            };
            *letter = BASE64_URL[(six & 0x3f) as usize];
        }
        f.write_str(str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uuid({self})")
    }
}

/// A text that is not an id as Kafka's tools print it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAUuid;

impl fmt::Display for NotAUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is 22 characters of URL-safe base64")
    }
}

impl std::error::Error for NotAUuid {}

impl FromStr for Uuid {
    type Err = NotAUuid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 22 {
            return Err(NotAUuid);
        }
        let mut bits = 0u128;
        for (at, letter) in text.bytes().enumerate() {
            let six = BASE64_URL
                .iter()
                .position(|&b| b == letter)
                .ok_or(NotAUuid)? as u128;
            // 22 letters hold 132 bits: the last letter's lower four are padding.
            bits = if at < 21 {
                bits << 6 | six
            } else {
                bits << 2 | six >> 4
            };
        }
        Ok(Self(bits.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_is_written_as_kafka_writes_it() {
        assert_eq!(TopicPartition::new("orders", 3).to_string(), "orders-3");
    }

    #[test]
    fn an_id_reads_back_what_it_writes() {
        for id in [Uuid::UNKNOWN, Uuid([0xff; 16]), Uuid(*b"0123456789abcdef")] {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        assert_eq!(Uuid::UNKNOWN.to_string(), "AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!("short".parse::<Uuid>(), Err(NotAUuid));
    }
}
