//! Frames off a stream: a length, then as many bytes. What was read survives a read that is cancelled.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

/// The reading end of a connection.
#[derive(Debug)]
pub(super) struct Frames<R> {
    stream: R,
    buffer: BytesMut,
    largest: usize,
}

/// Why no frame came.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoFrame {
    #[error("the client closed the connection")]
    Closed,
    #[error("a frame of {length} bytes, where {largest} are allowed")]
    TooLarge { length: i64, largest: usize },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// While a request is handled, no more than this is read ahead.
const READ_AHEAD: usize = 64 * 1024;

impl<R: AsyncRead + Unpin> Frames<R> {
    pub(super) fn new(stream: R, largest: usize) -> Self {
        Self {
            stream,
            buffer: BytesMut::new(),
            largest,
        }
    }

    /// The next frame, without its length.
    ///
    /// Cancel safe: nothing that was read is lost.
    pub(super) async fn next(&mut self) -> Result<Bytes, NoFrame> {
        loop {
            if let Some(frame) = self.take()? {
                return Ok(frame);
            }
            self.fill().await?;
        }
    }

    /// Returns once the client is gone; reads ahead meanwhile, up to a limit.
    ///
    /// Cancel safe.
    pub(super) async fn gone(&mut self) -> NoFrame {
        while self.buffer.len() < READ_AHEAD {
            if let Err(gone) = self.fill().await {
                return gone;
            }
        }
        std::future::pending().await
    }

    /// Reads and forgets until the client closes.
    pub(super) async fn drain(&mut self) -> NoFrame {
        loop {
            self.buffer.clear();
            if let Err(gone) = self.fill().await {
                return gone;
            }
        }
    }

    async fn fill(&mut self) -> Result<(), NoFrame> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(NoFrame::Closed),
            _ => Ok(()),
        }
    }

    fn take(&mut self) -> Result<Option<Bytes>, NoFrame> {
        let Some(length) = self.buffer.first_chunk::<4>() else {
            return Ok(None);
        };
        let length = i32::from_be_bytes(*length);
        let within = usize::try_from(length)
            .ok()
            .filter(|length| *length <= self.largest);
        let Some(length) = within else {
            return Err(NoFrame::TooLarge {
                length: length.into(),
                largest: self.largest,
            });
        };
        if self.buffer.len() < 4 + length {
            self.buffer.reserve(4 + length - self.buffer.len());
            return Ok(None);
        }
        self.buffer.advance(4);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }
}
