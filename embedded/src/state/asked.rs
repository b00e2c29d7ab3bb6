//! A request as it came in, read once: rules of faults look at it, then its handler takes it.

use ottla_protocol::error::Why;
use ottla_protocol::{AnyRequest, ApiKey, DecodeError, frame};

use super::call::Refused;
use super::peer::Peer;

/// What is in a frame.
#[derive(Clone, Debug)]
pub(crate) enum Asked<'a> {
    /// A token without header, as it follows SaslHandshake v0.
    Token(&'a [u8]),
    Request(Box<Request<'a>>),
}

/// A request of an API that there is.
#[derive(Clone, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) api: ApiKey,
    pub(crate) version: i16,
    pub(crate) correlation_id: i32,
    pub(crate) client_id: Option<&'a str>,
    /// Rules may be for it even where its body can't be read.
    pub(crate) body: Result<AnyRequest<'a>, DecodeError>,
}

impl<'a> Asked<'a> {
    /// An error means that the connection is to be closed.
    pub(crate) fn read(peer: &Peer, frame: &'a [u8]) -> Result<Self, Refused> {
        if peer.login.takes_bare_token() {
            return Ok(Self::Token(frame));
        }
        let (header, body) = frame::request_header(frame)?;
        let version = header.api_version;
        let Some(api) = ApiKey::from_code(header.api_key) else {
            return Err(Refused::Unserved {
                api_key: header.api_key,
                version,
            });
        };
        Ok(Self::Request(Box::new(Request {
            api,
            version,
            correlation_id: header.correlation_id,
            client_id: header.client_id,
            body: read(api, body, version),
        })))
    }
}

/// As Kafka's brokers do: bytes behind a request are passed over. librdkafka leaves three behind its Metadata request for all topics.
fn read(api: ApiKey, body: &[u8], version: i16) -> Result<AnyRequest<'_>, DecodeError> {
    AnyRequest::read(api, body, version).or_else(|error| match error.why {
        Why::Trailing { .. } => {
            AnyRequest::read(api, body.get(..error.at).unwrap_or(body), version)
        }
        _ => Err(error),
    })
}
