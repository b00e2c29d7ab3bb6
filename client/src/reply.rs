//! What a broker answered.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use bytes::Bytes;
use ottla_protocol::api::{Request, Response};
use ottla_protocol::error::DecodeError;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::frame;

use crate::connection::Connection;
use crate::error::{About, ClientError, Peer};

/// The answer to an `R`: bytes, until [`parse`](Self::parse) reads them where they lie.
pub struct Reply<R> {
    body: Bytes,
    version: i16,
    connection: Arc<Connection>,
    request: PhantomData<fn() -> R>,
}

impl<R: Request> Reply<R> {
    pub(crate) fn new(
        frame: Bytes,
        version: i16,
        connection: Arc<Connection>,
    ) -> Result<Self, DecodeError> {
        let body = frame::response_body::<R>(&frame, version)?;
        let body = frame.slice_ref(body);
        Ok(Self {
            body,
            version,
            connection,
            request: PhantomData,
        })
    }

    /// Reads the answer. What it holds borrows from the reply.
    ///
    /// # Errors
    ///
    /// [`ClientError::Malformed`]; the connection it came over is not used again.
    pub fn parse(&self) -> Result<R::Response<'_>, ClientError> {
        let read = <R::Response<'_> as Response<'_>>::read_body(&self.body, self.version);
        read.map_err(|error| self.connection.malformed(R::API, error))
    }

    /// The error for a code other than 0 in this answer.
    ///
    /// # Errors
    ///
    /// [`ClientError::Answered`], unless the code is 0.
    pub fn check(&self, code: i16, about: impl FnOnce() -> About) -> Result<(), ClientError> {
        match ErrorCode::from(code) {
            ErrorCode::NONE => Ok(()),
            code => Err(ClientError::Answered {
                peer: self.peer().clone(),
                api: R::API,
                about: about(),
                code,
            }),
        }
    }
}

impl<R> Reply<R> {
    /// The answer's bytes, without header. Slices that the parsed answer holds can be had as [`Bytes`] by
    /// [`Bytes::slice_ref`].
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The version in which was asked and answered.
    #[must_use]
    pub fn version(&self) -> i16 {
        self.version
    }

    /// The broker that answered.
    #[must_use]
    pub fn peer(&self) -> &Peer {
        self.connection.peer()
    }
}

impl<R> fmt::Debug for Reply<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (peer, version, bytes) = (self.peer(), self.version, self.body.len());
        f.debug_struct("Reply")
            .field("peer", peer)
            .field("version", &version)
            .field("bytes", &bytes)
            .finish()
    }
}
