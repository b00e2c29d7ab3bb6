//! Request and response headers.
//!
//! Which version of the header goes with a message is decided by the message: flexible messages have flexible
//! headers. One exception: the
//! response to ApiVersions always has header v0, since the client that reads it doesn't know yet what the broker
//! speaks.

use crate::api::ApiKey;
use crate::error::{EncodeError, Place};
use crate::wire::{self, Cx, Input, Parsed, Wire, field, tagged};

/// What stands before a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestHeader<'a> {
    /// The API's number. A number here, since a server must be able to refuse what it doesn't know.
    pub api_key: i16,
    /// The version of the body.
    pub api_version: i16,
    /// Comes back with the response.
    pub correlation_id: i32,
    /// A name for logs, metrics and quotas.
    pub client_id: Option<&'a str>,
}

impl<'a> RequestHeader<'a> {
    /// Reads header v1. The tags of v2 come after it; whether there are any, the message knows.
    pub(crate) fn read(input: Input<'a>) -> Parsed<'a, Self> {
        let (input, api_key) = field("api_key", input, PLAIN)?;
        let (input, api_version) = field("api_version", input, PLAIN)?;
        let (input, correlation_id) = field("correlation_id", input, PLAIN)?;
        let (input, client_id) = field("client_id", input, PLAIN)?;
        let header = Self {
            api_key,
            api_version,
            correlation_id,
            client_id,
        };
        Ok((input, header))
    }

    /// Writes header v1, or v2 of a `flexible` message.
    pub(crate) fn write(&self, out: &mut Vec<u8>, flexible: bool) -> Result<(), EncodeError> {
        self.api_key.write(out, PLAIN)?;
        self.api_version.write(out, PLAIN)?;
        self.correlation_id.write(out, PLAIN)?;
        let place = Place {
            message: "RequestHeader",
            field: "client_id",
        };
        wire::put(&self.client_id, out, PLAIN, place)?;
        if flexible {
            tagged::none(out);
        }
        Ok(())
    }
}

/// Headers keep the plain lengths even where they have tags: an old broker must be able to read the header of a
/// request that is newer than itself.
pub(crate) const PLAIN: Cx = Cx {
    version: 1,
    flexible: false,
};

/// Whether responses of this API in this version have header v1, which has tags.
pub(crate) fn response_is_flexible(api: ApiKey, version: i16, flexible_from: i16) -> bool {
    version >= flexible_from && api != ApiKey::ApiVersions
}

/// Reads a response header: the correlation id.
pub(crate) fn read_response(input: Input<'_>, flexible: bool) -> Parsed<'_, i32> {
    let (input, correlation_id) = field("correlation_id", input, PLAIN)?;
    let input = if flexible {
        tagged::skip(input)?
    } else {
        input
    };
    Ok((input, correlation_id))
}
