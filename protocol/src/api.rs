//! What makes a message a request or a response.

use std::ops::RangeInclusive;

mod key;

pub use key::ApiKey;

use crate::error::{DecodeError, EncodeError, EncodeWhy, Place, Why};
use crate::wire::{self, Cx, Fault, Wire};

/// A message that a client sends.
///
/// Derived ([`Message`](macro@crate::Message)), never written by hand.
pub trait Request {
    /// The API.
    const API: ApiKey;
    /// The message's name, as Kafka has it.
    const NAME: &'static str;
    /// The versions that the definition serves.
    const VERSIONS: RangeInclusive<i16>;
    /// The first flexible version; `i16::MAX` if there is none.
    const FLEXIBLE: i16;
    /// The message that answers it.
    type Response<'r>: Response<'r>;

    /// Appends the body, without header.
    ///
    /// # Errors
    ///
    /// A version out of [`VERSIONS`](Self::VERSIONS), or a value that it can't express. `out` may end in a part of
    /// the body then.
    fn write_body(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError>;
}

/// A message that a broker answers with. It borrows its strings and bytes from the frame it was read from.
///
/// Derived ([`Message`](macro@crate::Message)), never written by hand.
pub trait Response<'r>: Wire<'r> {
    /// The API.
    const API: ApiKey;
    /// The message's name, as Kafka has it.
    const NAME: &'static str;
    /// The versions that the definition serves.
    const VERSIONS: RangeInclusive<i16>;
    /// The first flexible version; `i16::MAX` if there is none.
    const FLEXIBLE: i16;

    /// Reads a body, without header ([`response_body`](crate::frame::response_body) takes that off). `version` is the
    /// request's.
    ///
    /// A broker that doesn't know the version of an ApiVersions request answers with a body of v0 and error 35,
    /// UNSUPPORTED_VERSION (KIP-511); what is no body of `version` is tried as such.
    ///
    /// # Errors
    ///
    /// Bytes that are not the message, bytes after it, or a version out of [`VERSIONS`](Self::VERSIONS).
    fn read_body(body: &'r [u8], version: i16) -> Result<Self, DecodeError> {
        let read = |version| read_body(body, Self::NAME, Self::VERSIONS, Self::FLEXIBLE, version);
        read(version).or_else(|error| match Self::API {
            ApiKey::ApiVersions if error.why != Why::Version && refuses_version(body) => read(0),
            _ => Err(error),
        })
    }

    /// Appends the body, without header: a server's side.
    ///
    /// # Errors
    ///
    /// A version out of [`VERSIONS`](Self::VERSIONS), or a value that it can't express. `out` may end in a part of
    /// the body then.
    fn write_body(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        write_body(
            self,
            Self::NAME,
            Self::VERSIONS,
            Self::FLEXIBLE,
            out,
            version,
        )
    }
}

/// Whether a response begins with UNSUPPORTED_VERSION.
fn refuses_version(body: &[u8]) -> bool {
    const UNSUPPORTED_VERSION: i16 = 35;
    body.starts_with(&UNSUPPORTED_VERSION.to_be_bytes())
}

/// A request as a server sees it: all of them have this, by [`Request`] and [`Wire`].
pub trait ReadRequest<'a>: Request + Wire<'a> {
    /// Reads a body, without header ([`RequestHeader`](crate::header::RequestHeader) takes that off).
    ///
    /// # Errors
    ///
    /// Bytes that are not the message, bytes after it, or a version out of [`VERSIONS`](Request::VERSIONS).
    fn read_body(body: &'a [u8], version: i16) -> Result<Self, DecodeError> {
        read_body(body, Self::NAME, Self::VERSIONS, Self::FLEXIBLE, version)
    }

    /// Reads a body as Kafka's brokers do: bytes after it are passed over. librdkafka leaves three behind its Metadata
    /// request for all topics.
    ///
    /// # Errors
    ///
    /// Bytes that are not the message, or a version out of [`VERSIONS`](Request::VERSIONS).
    fn read_front(body: &'a [u8], version: i16) -> Result<Self, DecodeError> {
        match wire::context(version, Self::VERSIONS, Self::FLEXIBLE) {
            Some(cx) => wire::read_front(body, cx, Self::NAME),
            None => Err(unknown_version(body, Self::NAME, version)),
        }
    }
}

impl<'a, R: Request + Wire<'a>> ReadRequest<'a> for R {}

/// What the derive calls for [`Request::write_body`].
#[doc(hidden)]
pub fn write_request<'a, R: Request + Wire<'a>>(
    request: &R,
    out: &mut Vec<u8>,
    version: i16,
) -> Result<(), EncodeError> {
    write_body(request, R::NAME, R::VERSIONS, R::FLEXIBLE, out, version)
}

fn read_body<'a, T: Wire<'a>>(
    body: &'a [u8],
    name: &'static str,
    versions: RangeInclusive<i16>,
    flexible_from: i16,
    version: i16,
) -> Result<T, DecodeError> {
    match wire::context(version, versions, flexible_from) {
        Some(cx) => wire::read_whole(body, cx, name),
        None => Err(unknown_version(body, name, version)),
    }
}

fn unknown_version(body: &[u8], name: &'static str, version: i16) -> DecodeError {
    wire::decode_error(Fault::error(body, Why::Version), name, version, body)
}

fn write_body<'a, T: Wire<'a>>(
    message: &T,
    name: &'static str,
    versions: RangeInclusive<i16>,
    flexible_from: i16,
    out: &mut Vec<u8>,
    version: i16,
) -> Result<(), EncodeError> {
    if let Some(cx) = wire::context(version, versions, flexible_from) {
        return message.write(out, cx);
    }
    let cx = Cx {
        version,
        flexible: false,
    };
    Err(EncodeError::new(cx, EncodeWhy::Version).at(Place {
        message: name,
        field: "",
    }))
}
