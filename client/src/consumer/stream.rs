//! A `PartitionConsumer` is a stream, for those who combine streams.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::stream::{FusedStream, Stream};

use super::batch::Batch;
use super::error::ConsumeError;
use super::partition::PartitionConsumer;

impl Stream for PartitionConsumer {
    type Item = Result<Batch, ConsumeError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(cx)
    }
}

impl FusedStream for PartitionConsumer {
    fn is_terminated(&self) -> bool {
        self.has_ended()
    }
}
