//! One request on its way through the cluster: who asks what of which broker, and how it is answered.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::frame;
use ottla_protocol::{ApiKey, DecodeError, EncodeError, Response};

use crate::api::FirstError;
use crate::groups::Caller;
use crate::ticket::Ticket;
use crate::time::Now;

/// Who asks, and when: what a handler needs beside the body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) now: Now,
    /// The broker that is asked.
    pub(crate) node: i32,
    pub(crate) api: ApiKey,
    pub(crate) version: i16,
    pub(crate) correlation_id: i32,
    pub(crate) client_id: &'a str,
    /// Where the client is, as groups tell it: `/127.0.0.1`.
    pub(crate) host: &'a str,
}

impl Call<'_> {
    /// An answer at once.
    pub(crate) fn answer<'r, R: Response<'r> + FirstError>(&self, response: &R) -> Handled {
        Ok(Answer::Now(self.reply_to().frame(response)?))
    }

    /// Who asks, as groups want to know it.
    pub(crate) fn caller(&self) -> Caller<'_> {
        Caller {
            client_id: self.client_id,
            client_host: self.host,
            version: self.version,
        }
    }

    /// What it takes to answer later.
    pub(crate) fn reply_to(&self) -> ReplyTo {
        ReplyTo {
            version: self.version,
            correlation_id: self.correlation_id,
        }
    }
}

/// What an answer must repeat of its request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReplyTo {
    pub(crate) version: i16,
    pub(crate) correlation_id: i32,
}

impl ReplyTo {
    /// The whole frame of an answer.
    pub(crate) fn frame<'r, R: Response<'r> + FirstError>(
        self,
        response: &R,
    ) -> Result<Frame, EncodeError> {
        let mut bytes = Vec::new();
        frame::encode_response(response, self.version, self.correlation_id, &mut bytes)?;
        let error = response.first_error();
        Ok(Frame { bytes, error })
    }
}

/// An answer as it goes over the wire, the length in front.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) bytes: Vec<u8>,
    /// The first error in it.
    pub(crate) error: ErrorCode,
}

/// What became of a request.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The frame to send.
    Now(Frame),
    /// The frame comes later, under this number.
    Later(Ticket),
    /// No answer is wanted: Produce with `acks` 0.
    Nothing,
}

/// What a handler gives: an answer, or the reason to close the connection.
pub(crate) type Handled = Result<Answer, Refused>;

/// Why a connection is closed instead of a request answered, as a real broker does it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
    #[error("API {api_key} is not served in version {version}")]
    Unserved { api_key: i16, version: i16 },
    #[error("{api} before authentication")]
    Unauthenticated { api: ApiKey },
    #[error("authentication failed")]
    AuthenticationFailed(Option<Frame>),
    #[error("Produce with acks 0 failed for a partition")]
    FailedWithoutAcks,
}

impl Refused {
    pub(crate) fn unserved(api: ApiKey, version: i16) -> Self {
        Self::Unserved {
            api_key: api.code(),
            version,
        }
    }
}
