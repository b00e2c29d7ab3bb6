//! Message sets under construction. Producers need none: Produce takes magic 2 alone since version 3. Brokers that
//! answer old clients do, and tests.

use super::super::build::BuildError;
use super::super::compress::{Compression, Compressor};
use super::{ATTRIBUTES_AT, CRC_AT, LOG_APPEND_TIME, MAGIC_AT, checksum, least_bytes};
use crate::records::header::LENGTH_END;

/// The largest message that its length field can tell.
const MESSAGE_MOST: usize = i32::MAX as usize;
/// Where the LZ4 frame's descriptor has its checksum.
const LZ4_CHECKSUM_AT: usize = 6;
/// That checksum as clients before Kafka 0.10 computed it, over the frame's magic too, and as they check it.
const LZ4_BROKEN_CHECKSUM: u8 = 0x1a;

/// Which of the old formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Magic {
    /// Without timestamps; before Kafka 0.10.
    V0,
    /// With timestamps; before Kafka 0.11.
    #[default]
    V1,
}

/// What a message set is like. The default: magic 1, not compressed, from offset 0, with the producers' times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageSetOptions {
    /// The format.
    pub magic: Magic,
    /// With a codec, all messages lie in one wrapper.
    pub compression: Compression,
    /// The first message's offset.
    pub base_offset: i64,
    /// The broker's time of appending for all of them, in ms since the epoch; `None`: each has its own. Nothing to magic 0.
    pub append_time: Option<i64>,
}

/// Appends a message set of magic 0 or 1 to a vector.
///
/// Dropped without [`finish`](Self::finish), it takes back what it has appended.
///
/// ```
/// use ottla_protocol::records::legacy::{Magic, MessageSetBuilder, MessageSetOptions};
/// use ottla_protocol::records::{Compressor, Records};
///
/// let options = MessageSetOptions { magic: Magic::V0, ..MessageSetOptions::default() };
/// let mut bytes = Vec::new();
/// let mut set = MessageSetBuilder::new(&mut bytes, options);
/// set.append(-1, Some(b"key"), Some(b"value"))?;
/// set.finish(&mut Compressor::new())?;
/// assert_eq!(Records::new(&bytes).count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MessageSetBuilder<'v> {
    out: &'v mut Vec<u8>,
    start: usize,
    options: MessageSetOptions,
    next_offset: i64,
    max_timestamp: i64,
    finished: bool,
}

impl<'v> MessageSetBuilder<'v> {
    /// Begins a set behind what `out` holds.
    #[must_use]
    pub fn new(out: &'v mut Vec<u8>, options: MessageSetOptions) -> Self {
        Self {
            start: out.len(),
            out,
            options,
            next_offset: options.base_offset,
            max_timestamp: -1,
            finished: false,
        }
    }

    /// Appends a message and gives its offset. `timestamp` is in ms since the epoch, and nothing to magic 0.
    ///
    /// # Errors
    /// The message would pass 2 GiB. The set is as it was.
    pub fn append(
        &mut self,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
    ) -> Result<i64, BuildError> {
        let offset = self.next_offset;
        let timestamp = self.options.append_time.unwrap_or(timestamp);
        let relative = match self.options {
            MessageSetOptions {
                magic: Magic::V1,
                compression,
                base_offset,
                ..
            } if compression != Compression::None => offset - base_offset,
            _ => offset,
        };
        let message = Message {
            offset: relative,
            codec: Compression::None,
            timestamp,
        };
        self.put(message, key, value)?;
        self.max_timestamp = self.max_timestamp.max(timestamp);
        self.next_offset += 1;
        Ok(offset)
    }

    /// The set's bytes so far, before compression.
    #[must_use]
    pub fn len(&self) -> usize {
        self.out.len() - self.start
    }

    /// Whether there is no message yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Ends the set: with a codec, wraps all messages in one.
    ///
    /// # Errors
    /// There is no message; or the codec is not compiled in, fails, or is zstd, which these formats don't know. What was
    /// appended is taken back.
    pub fn finish(mut self, compressor: &mut Compressor) -> Result<(), BuildError> {
        if self.is_empty() {
            return Err(BuildError::Empty);
        }
        match self.options.compression {
            Compression::None => {}
            Compression::Zstd => return Err(BuildError::ZstdInOldMagic),
            codec => self.wrap(codec, compressor)?,
        }
        self.finished = true;
        Ok(())
    }

    fn wrap(&mut self, codec: Compression, compressor: &mut Compressor) -> Result<(), BuildError> {
        let plain = self.out.split_off(self.start);
        let mut packed = Vec::new();
        compressor.compress(codec, &plain, &mut packed)?;
        if let (Compression::Lz4, Magic::V0) = (codec, self.options.magic)
            && let Some(checksum) = packed.get_mut(LZ4_CHECKSUM_AT)
        {
            *checksum = LZ4_BROKEN_CHECKSUM;
        }
        let wrapper = Message {
            offset: self.next_offset - 1,
            codec,
            timestamp: self.max_timestamp,
        };
        self.put(wrapper, None, Some(&packed))
    }

    fn put(
        &mut self,
        message: Message,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
    ) -> Result<(), BuildError> {
        let magic = self.options.magic as i8;
        let fields = |bytes: Option<&[u8]>| bytes.map_or(0, <[u8]>::len);
        let bytes = least_bytes(magic) + fields(key) + fields(value);
        if bytes > MESSAGE_MOST {
            return Err(BuildError::TooLarge { bytes });
        }
        let out = &mut *self.out;
        let start = out.len();
        out.reserve(bytes);
        out.extend_from_slice(&message.offset.to_be_bytes());
        out.extend_from_slice(&((bytes - LENGTH_END) as i32).to_be_bytes());
        // The checksum, once all it covers is there.
        out.extend_from_slice(&[0; MAGIC_AT - CRC_AT]);
        out.push(magic as u8);
        debug_assert_eq!(out.len() - start, ATTRIBUTES_AT);
        let appended = magic > 0 && self.options.append_time.is_some();
        let flags = if appended { LOG_APPEND_TIME as u8 } else { 0 };
        out.push(message.codec.code() | flags);
        if magic > 0 {
            out.extend_from_slice(&message.timestamp.to_be_bytes());
        }
        put_nullable(key, out);
        put_nullable(value, out);
        let entry = out.get_mut(start..).unwrap_or_default();
        let crc = checksum(entry).to_be_bytes();
        if let Some(room) = entry.get_mut(CRC_AT..MAGIC_AT) {
            room.copy_from_slice(&crc);
        }
        Ok(())
    }
}

impl Drop for MessageSetBuilder<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.out.truncate(self.start);
        }
    }
}

/// What of a message is not its contents.
struct Message {
    offset: i64,
    codec: Compression,
    timestamp: i64,
}

fn put_nullable(bytes: Option<&[u8]>, out: &mut Vec<u8>) {
    let length = bytes.map_or(-1, |bytes| bytes.len() as i32);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes.unwrap_or_default());
}
