//! The byte stream, cut into frames, without copying them.

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::error::Broken;

/// Reads into one buffer and hands out what lies in it: the copy from the kernel is the only one, except for the start of a frame
/// that is longer than what was read at once.
#[derive(Debug)]
pub(super) struct Frames {
    buffer: BytesMut,
    limit: usize,
}

impl Frames {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            buffer: BytesMut::with_capacity(READ_AT_ONCE),
            limit,
        }
    }

    /// Reads once; `false` at the stream's end.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped read has taken nothing.
    pub(super) async fn fill(
        &mut self,
        from: &mut (impl AsyncRead + Unpin),
    ) -> Result<bool, Broken> {
        self.make_room();
        let read = from
            .read_buf(&mut self.buffer)
            .await
            .map_err(|e| Broken::Io(e.into()))?;
        if read == 0 && !self.buffer.is_empty() {
            return Err(self.truncated());
        }
        Ok(read > 0)
    }

    /// The next frame that has come in full, without its length.
    pub(super) fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        let Some(length) = self.announced() else {
            return Ok(None);
        };
        let length = self.checked(length)?;
        if self.buffer.len() < LENGTH + length {
            return Ok(None);
        }
        self.buffer.advance(LENGTH);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }

    /// The first bytes of what is not a frame, to show to the user.
    pub(super) fn first_bytes(&self) -> Vec<u8> {
        self.buffer
            .iter()
            .take(SHOWN)
            .copied()
            .take_while(|b| !matches!(b, b'\r' | b'\n'))
            .collect()
    }

    fn announced(&self) -> Option<i32> {
        self.buffer
            .first_chunk()
            .map(|length| i32::from_be_bytes(*length))
    }

    fn checked(&self, length: i32) -> Result<usize, Broken> {
        let fits = usize::try_from(length)
            .ok()
            .filter(|n| (CORRELATION_ID..=self.limit).contains(n));
        fits.ok_or(Broken::Length {
            length,
            limit: self.limit,
        })
    }

    /// Room for the rest of a frame that has begun, so that it lands in one piece; else for a good read.
    fn make_room(&mut self) {
        let length = self
            .announced()
            .and_then(|length| self.checked(length).ok());
        let missing = length.map_or(0, |length| {
            (LENGTH + length).saturating_sub(self.buffer.len())
        });
        let room = self.buffer.capacity() - self.buffer.len();
        if room < missing.max(LEAST_READ) {
            self.buffer.reserve(missing.max(READ_AT_ONCE));
        }
    }

    fn truncated(&self) -> Broken {
        let length = self
            .announced()
            .and_then(|length| self.checked(length).ok());
        Broken::Truncated {
            got: self.buffer.len(),
            want: LENGTH + length.unwrap_or(0),
        }
    }
}

const LENGTH: usize = 4;
const CORRELATION_ID: usize = 4;
const SHOWN: usize = 40;

/// Many small answers a read, and little to copy when a long one begins in it.
const READ_AT_ONCE: usize = 64 << 10;

/// Less room than this is not worth a system call.
const LEAST_READ: usize = 4 << 10;

#[cfg(test)]
mod tests;
