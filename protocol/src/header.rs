//! Request and response headers: what stands in a frame before the body.
//!
//! Which version of the header goes with a message is decided by the message: flexible messages have flexible headers
//! ([`ApiKey::request_header_version`], [`ApiKey::response_header_version`]). One exception: the response to
//! ApiVersions always has header v0, since the client that reads it doesn't know yet what the broker speaks.

use crate::error::{DecodeError, EncodeError, EncodeWhy, Place, Why};
use crate::wire::tagged::{self, UnknownTaggedFields};
use crate::wire::{self, Cx, Fault, Input, Out, Parsed, Wire, field};

#[cfg(doc)]
use crate::ApiKey;

/// What stands before a request's body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestHeader<'a> {
    /// The API's number. A number here, since a server must be able to refuse what it doesn't know.
    pub api_key: i16,
    /// The version of the body.
    pub api_version: i16,
    /// Comes back with the response.
    pub correlation_id: i32,
    /// A name for logs, metrics and quotas.
    pub client_id: Option<&'a str>,
    /// Tagged fields of versions to come; header v2 has them.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What stands before a response's body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseHeader {
    /// The request's.
    pub correlation_id: i32,
    /// Tagged fields of versions to come; header v1 has them.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

impl<'a> RequestHeader<'a> {
    /// Kafka's name of it.
    const NAME: &'static str = "RequestHeader";

    /// Reads a header of version 1 or 2 ([`ApiKey::request_header_version`]); gives it and the body behind it.
    ///
    /// # Errors
    ///
    /// The bytes are no such header, or there is no such version.
    pub fn read(frame: &'a [u8], header_version: i16) -> Result<(Self, &'a [u8]), DecodeError> {
        let parsed = match header_version {
            1 | 2 => Self::parse(frame, header_version == 2),
            _ => Err(Fault::error(frame, Why::Version)),
        };
        parsed
            .map(|(body, header)| (header, body))
            .map_err(|fault| wire::decode_error(fault, Self::NAME, header_version, frame))
    }

    fn parse(input: Input<'a>, flexible: bool) -> Parsed<'a, Self> {
        let (input, api_key) = field("api_key", input, PLAIN)?;
        let (input, api_version) = field("api_version", input, PLAIN)?;
        let (input, correlation_id) = field("correlation_id", input, PLAIN)?;
        let (input, client_id) = field("client_id", input, PLAIN)?;
        let (input, unknown_tagged_fields) = read_tags(input, flexible)?;
        let header = Self {
            api_key,
            api_version,
            correlation_id,
            client_id,
            unknown_tagged_fields,
        };
        Ok((input, header))
    }

    /// Appends the header in version 1 or 2.
    ///
    /// # Errors
    ///
    /// The client id is too long, version 1 would lose tagged fields, or there is no such version. `out` may end in a
    /// part of the header then.
    pub fn write(&self, out: &mut Vec<u8>, header_version: i16) -> Result<(), EncodeError> {
        let place = |field| Place {
            message: Self::NAME,
            field,
        };
        let flexible = version_has_tags(header_version, 1, place(""))?;
        self.api_key.write(out, PLAIN)?;
        self.api_version.write(out, PLAIN)?;
        self.correlation_id.write(out, PLAIN)?;
        self.client_id
            .write(out, PLAIN)
            .map_err(|error| error.at(place("client_id")))?;
        let place = place("unknown_tagged_fields");
        write_tags(&self.unknown_tagged_fields, out, flexible, place)
    }
}

impl ResponseHeader {
    /// Kafka's name of it.
    const NAME: &'static str = "ResponseHeader";

    /// Reads a header of version 0 or 1 ([`ApiKey::response_header_version`]); gives it and the body behind it.
    ///
    /// # Errors
    ///
    /// The bytes are no such header, or there is no such version.
    pub fn read(frame: &[u8], header_version: i16) -> Result<(Self, &[u8]), DecodeError> {
        let parsed = match header_version {
            0 | 1 => Self::parse(frame, header_version == 1),
            _ => Err(Fault::error(frame, Why::Version)),
        };
        parsed
            .map(|(body, header)| (header, body))
            .map_err(|fault| wire::decode_error(fault, Self::NAME, header_version, frame))
    }

    fn parse(input: Input<'_>, flexible: bool) -> Parsed<'_, Self> {
        let (input, correlation_id) = field("correlation_id", input, PLAIN)?;
        let (input, unknown_tagged_fields) = read_tags(input, flexible)?;
        let header = Self {
            correlation_id,
            unknown_tagged_fields,
        };
        Ok((input, header))
    }

    /// Appends the header in version 0 or 1.
    ///
    /// # Errors
    ///
    /// Version 0 would lose tagged fields, or there is no such version. `out` may end in a part of the header then.
    pub fn write(&self, out: &mut Vec<u8>, header_version: i16) -> Result<(), EncodeError> {
        let place = |field| Place {
            message: Self::NAME,
            field,
        };
        let flexible = version_has_tags(header_version, 0, place(""))?;
        self.correlation_id.write(out, PLAIN)?;
        let place = place("unknown_tagged_fields");
        write_tags(&self.unknown_tagged_fields, out, flexible, place)
    }
}

/// Headers keep the plain lengths even where they have tags: an old broker must be able to read the header of a
/// request that is newer than itself.
const PLAIN: Cx = Cx {
    version: 1,
    flexible: false,
};

/// Of the two versions that a header has, the second has tags.
fn version_has_tags(version: i16, first: i16, place: Place) -> Result<bool, EncodeError> {
    let cx = Cx { version, ..PLAIN };
    match version.wrapping_sub(first) {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(EncodeError::new(cx, EncodeWhy::Version).at(place)),
    }
}

fn read_tags(input: Input<'_>, flexible: bool) -> Parsed<'_, UnknownTaggedFields> {
    let mut unknown = UnknownTaggedFields::new();
    let rest = match flexible {
        true => tagged::read_unknown(input, &mut unknown)?,
        false => input,
    };
    Ok((rest, unknown))
}

fn write_tags(
    unknown: &UnknownTaggedFields,
    out: &mut Vec<u8>,
    flexible: bool,
    place: Place,
) -> Result<(), EncodeError> {
    if flexible {
        Out::onto(out, |out| tagged::write_unknown(unknown, out));
        return Ok(());
    }
    tagged::refuse(unknown, PLAIN, place)
}
