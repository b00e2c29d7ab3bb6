//! The walk over the messages of one batch: a message set, from a wrapper or of one plain message.

use super::super::compress::Compression;
use super::super::error::{Field, Malformed, RecordError};
use super::super::fault::Fault;
use super::super::header::{BatchHeader, TimestampType};
use super::super::record::{Headers, Record};
use super::CODEC;
use super::message::{Message, entry_start, nested, read_message, split_entry};

/// What the messages of a set count from. Copied into each step, so that the walk over magic 2 keeps its registers.
#[derive(Clone, Copy, Debug)]
pub(in crate::records) struct Walk {
    offset: i64,
    /// What is added to a message's offset; `None`: the wrapper's offset is below the last one in it.
    base: Option<i64>,
    append_time: Option<i64>,
    wrapped: bool,
}

impl Walk {
    /// For `body`, the message set of the batch with this header, if it is of magic 0 or 1.
    #[inline]
    pub(in crate::records) fn over(header: &BatchHeader, body: &[u8]) -> Option<Self> {
        (header.magic < 2).then(|| Self::new(header, body))
    }

    #[cold]
    fn new(header: &BatchHeader, body: &[u8]) -> Self {
        let wrapped = header.compression != Compression::None;
        let base = match header.magic {
            1 if wrapped => base(header.base_offset, body),
            _ => Some(0),
        };
        Self {
            offset: header.base_offset,
            base,
            append_time: (header.timestamp_type() == TimestampType::LogAppendTime)
                .then_some(header.max_timestamp),
            wrapped,
        }
    }

    /// Reads the message in front of `rest`, the `index`th of a set of `bytes` bytes; gives what is left too. `None`
    /// where there is no whole message: Kafka's own reader drops a cut one.
    #[cold]
    #[inline(never)]
    pub(in crate::records) fn step<'a>(
        self,
        rest: &'a [u8],
        index: i32,
        bytes: usize,
    ) -> (&'a [u8], Option<Result<Record<'a>, RecordError>>) {
        let fault = match split_entry(rest) {
            Ok(Some((entry, after))) => match self.record(entry) {
                Ok(record) => return (after, Some(Ok(record))),
                Err(fault) => fault.followed_by(after),
            },
            Ok(None) if index == 0 => Fault::at(rest, Field::Whole, Malformed::NoRecords),
            Ok(None) => return (&[], None),
            Err(fault) => fault,
        };
        (&[], Some(Err(fault.into_error(self.offset, index, bytes))))
    }

    /// As in Kafka's own reader, the wrapper's magic says what offsets are, the message's own how it is laid out.
    fn record<'a>(&self, entry: &'a [u8]) -> Result<Record<'a>, Fault> {
        let message = read_message(entry)?;
        if self.wrapped && message.attributes & CODEC != 0 {
            return Err(nested(entry));
        }
        let offset = self.base.and_then(|base| base.checked_add(message.offset));
        let Some(offset) = offset.filter(|&offset| (0..i64::MAX).contains(&offset)) else {
            return Err(Fault::at(entry, Field::Offset, Malformed::OffsetDelta));
        };
        Ok(Record {
            offset,
            timestamp: self.timestamp(&message),
            key: message.key,
            value: message.value,
            headers: Headers::default(),
        })
    }

    fn timestamp(&self, message: &Message<'_>) -> i64 {
        match self.append_time {
            Some(time) if message.magic != 0 => time,
            _ => message.timestamp,
        }
    }
}

/// Magic 1's wrapper has the offset of the last message in it, and those count from 0 (KIP-31).
fn base(wrapper: i64, set: &[u8]) -> Option<i64> {
    // Some versions of librdkafka leave 0 in what they produce.
    if wrapper == 0 {
        return Some(0);
    }
    let mut last = 0;
    let mut rest = set;
    while let Ok(Some((entry, after))) = split_entry(rest) {
        last = entry_start(entry).map_or(last, |(_, (offset, _))| offset);
        rest = after;
    }
    wrapper.checked_sub(last).filter(|&base| base >= 0)
}
