//! Whole frames: a length, a header and a body.
//!
//! Functions that write put the four length bytes in front; functions that read get the frame without them, since
//! whoever read it from a socket had to read them first.

use crate::api::{self, Request, Response};
use crate::error::{DecodeError, EncodeError, EncodeWhy};
use crate::header::{self, PLAIN, RequestHeader};
use crate::wire::{self, Cx, Input, Parsed, Wire};

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
    };
    framed(R::NAME, version, out, |out| {
        header.write(out, version >= R::FLEXIBLE)?;
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
    framed(R::NAME, version, out, |out| {
        correlation_id.write(out, PLAIN)?;
        if header::response_is_flexible(R::API, version, R::FLEXIBLE) {
            wire::tagged::none(out);
        }
        response.write_body(out, version)
    })
}

/// The correlation id of a response's frame: which request it answers.
///
/// # Errors
///
/// Fewer than four bytes.
pub fn correlation_id(frame: &[u8]) -> Result<i32, DecodeError> {
    let (_, correlation_id) = read_header(frame, false)?;
    Ok(correlation_id)
}

/// The body of the frame that answers an `R` of this version. Its bytes are a part of `frame`.
///
/// # Errors
///
/// The header is not one.
pub fn response_body<R: Request>(frame: &[u8], version: i16) -> Result<&[u8], DecodeError> {
    let flexible = header::response_is_flexible(R::API, version, R::FLEXIBLE);
    Ok(read_header(frame, flexible)?.0)
}

/// The header of a request's frame, and what follows it: a server's side.
///
/// # Errors
///
/// The header is not one.
pub fn request_header(frame: &[u8]) -> Result<(RequestHeader<'_>, &[u8]), DecodeError> {
    let parsed = RequestHeader::read(frame);
    let (rest, header) = parsed.map_err(|e| wire::decode_error(e, "RequestHeader", 1, frame))?;
    Ok((header, rest))
}

/// Reads the request from what follows its header: a server's side.
///
/// # Errors
///
/// Bytes that are not the message, or a version that the definition doesn't serve.
pub fn read_request<'a, R: Request + Wire<'a>>(
    rest: &'a [u8],
    version: i16,
) -> Result<R, DecodeError> {
    let mut body = rest;
    if version >= R::FLEXIBLE {
        // The tags of header v2.
        body = wire::tagged::skip(rest)
            .map_err(|e| wire::decode_error(e, "RequestHeader", 2, rest))?;
    }
    api::read_body(body, R::NAME, R::VERSIONS, R::FLEXIBLE, version)
}

fn read_header(frame: &[u8], flexible: bool) -> Result<(Input<'_>, i32), DecodeError> {
    let parsed: Parsed<'_, i32> = header::read_response(frame, flexible);
    parsed.map_err(|e| wire::decode_error(e, "ResponseHeader", i16::from(flexible), frame))
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
