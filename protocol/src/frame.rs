//! Whole frames: a length, a header and a body.
//!
//! Functions that write put the four length bytes in front; functions that read get the frame without them, since
//! whoever read it from a socket had to read them first.

use crate::api::{ApiKey, Request, Response};
use crate::error::{DecodeError, EncodeError, EncodeWhy};
use crate::header::{RequestHeader, ResponseHeader};
use crate::wire::Cx;

/// Appends a request's frame to `out`, with its length in front.
///
/// # Errors
///
/// The message can't be written in this version; `out` is then as it was.
pub fn encode_request<R: Request>(
    request: &R,
    version: i16,
    correlation_id: i32,
    client_id: Option<&str>,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let header = RequestHeader {
        api_key: R::API.code(),
        api_version: version,
        correlation_id,
        client_id,
        ..RequestHeader::default()
    };
    framed(R::NAME, version, out, |out| {
        header.write(out, R::API.request_header_version(version))?;
        request.write_body(out, version)
    })
}

/// Appends a response's frame to `out`, with its length in front: a server's side.
///
/// # Errors
///
/// The message can't be written in this version; `out` is then as it was.
pub fn encode_response<'a, R: Response<'a>>(
    response: &R,
    version: i16,
    correlation_id: i32,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let header = ResponseHeader {
        correlation_id,
        ..ResponseHeader::default()
    };
    framed(R::NAME, version, out, |out| {
        header.write(out, R::API.response_header_version(version))?;
        response.write_body(out, version)
    })
}

/// The correlation id of a response's frame: which request it answers.
///
/// # Errors
///
/// Fewer than four bytes.
pub fn correlation_id(frame: &[u8]) -> Result<i32, DecodeError> {
    // Version 0 is all that each version begins with.
    Ok(ResponseHeader::read(frame, 0)?.0.correlation_id)
}

/// The body of the frame that answers an `R` of this version. Its bytes are a part of `frame`.
///
/// # Errors
///
/// The header is not one.
pub fn response_body<R: Request>(frame: &[u8], version: i16) -> Result<&[u8], DecodeError> {
    let header_version = R::API.response_header_version(version);
    Ok(ResponseHeader::read(frame, header_version)?.1)
}

/// The header of a request's frame, and the body behind it: a server's side.
///
/// Of an API that this crate doesn't know, header v1 is read, and tags may be left in front of the body: enough to
/// refuse the request.
///
/// # Errors
///
/// The header is not one.
pub fn request_header(frame: &[u8]) -> Result<(RequestHeader<'_>, &[u8]), DecodeError> {
    let read = RequestHeader::read(frame, 1)?;
    let version = read.0.api_version;
    match ApiKey::from_code(read.0.api_key).map(|api| api.request_header_version(version)) {
        Some(2) => RequestHeader::read(frame, 2),
        _ => Ok(read),
    }
}

/// Writes a frame's contents, then its length in front of them.
fn framed(
    name: &'static str,
    version: i16,
    out: &mut Vec<u8>,
    contents: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    let written = contents(out).and_then(|()| {
        let length = out.len() - start - 4;
        let too_long = |_| {
            let cx = Cx {
                version,
                flexible: false,
            };
            EncodeError::new(cx, EncodeWhy::TooLong { length })
        };
        let length = i32::try_from(length).map_err(too_long)?;
        out[start..start + 4].copy_from_slice(&length.to_be_bytes());
        Ok(())
    });
    written.map_err(|error| {
        out.truncate(start);
        error.at(crate::error::Place {
            message: name,
            field: "",
        })
    })
}

#[cfg(test)]
mod tests;
