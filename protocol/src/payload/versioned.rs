//! Two bytes in front, and what they are the version or the type of.

use crate::error::{DecodeError, EncodeError, EncodeWhy, Place, Why};
use crate::schema::Schema;
use crate::wire::{self, Cx, Fault, Input, Wire};

/// What has no version yet: the bytes in front, and keys of records.
const OLDEST: Cx = Cx {
    version: 0,
    flexible: false,
};

/// The version in front of a payload, for those who write it back as it was; none if the bytes are too few.
#[must_use]
pub fn version(payload: &[u8]) -> Option<i16> {
    payload.first_chunk().copied().map(i16::from_be_bytes)
}

// Reading.

/// Reads the two bytes in front.
pub(super) fn front(bytes: &[u8], name: &'static str) -> Result<i16, DecodeError> {
    i16::read(bytes, OLDEST)
        .map(|(_, number)| number)
        .map_err(|fault| wire::decode_error(fault, name, OLDEST.version, bytes))
}

/// Reads a version and its payload, to the last byte.
pub(super) fn decode<'a, T: Wire<'a>>(bytes: &'a [u8], schema: &Schema) -> Result<T, DecodeError> {
    let cx = known(bytes, schema)?;
    whole(behind(bytes), bytes, cx, schema.name)
}

/// Reads a payload whose first field is its version, to the last byte.
pub(super) fn decode_own<'a, T: Wire<'a>>(
    bytes: &'a [u8],
    schema: &Schema,
) -> Result<T, DecodeError> {
    let cx = known(bytes, schema)?;
    whole(bytes, bytes, cx, schema.name)
}

/// Reads a version and its payload. A newer version than is known only adds fields at the end, so what follows is left
/// alone.
pub(super) fn decode_or_newer<'a, T: Wire<'a>>(
    bytes: &'a [u8],
    schema: &Schema,
) -> Result<T, DecodeError> {
    let version = front(bytes, schema.name)?;
    let error = |fault| wire::decode_error(fault, schema.name, version, bytes);
    if version < schema.versions.min {
        return Err(error(Fault::error(bytes, Why::Version)));
    }
    let cx = context(schema, version.min(schema.versions.max));
    let read = T::read(behind(bytes), cx);
    read.map(|(_, payload)| payload).map_err(error)
}

/// Reads a record's key, which has the record's type in front.
pub(super) fn decode_key<'a, T: Wire<'a>>(
    bytes: &'a [u8],
    name: &'static str,
) -> Result<T, DecodeError> {
    whole(behind(bytes), bytes, OLDEST, name)
}

/// The context of the version in front, which has to be known.
fn known(bytes: &[u8], schema: &Schema) -> Result<Cx, DecodeError> {
    let version = front(bytes, schema.name)?;
    if schema.versions.contains(version) {
        return Ok(context(schema, version));
    }
    let fault = Fault::error(bytes, Why::Version);
    Err(wire::decode_error(fault, schema.name, version, bytes))
}

/// Reads `input`, the end of `bytes`, to the last byte.
fn whole<'a, T: Wire<'a>>(
    input: Input<'a>,
    bytes: &'a [u8],
    cx: Cx,
    name: &'static str,
) -> Result<T, DecodeError> {
    let fault = match T::read(input, cx) {
        Ok(([], value)) => return Ok(value),
        Ok((rest, _)) => Fault::error(rest, Why::Trailing { left: rest.len() }),
        Err(fault) => fault,
    };
    Err(wire::decode_error(fault, name, cx.version, bytes))
}

/// What is behind the two bytes in front.
pub(super) fn behind(bytes: &[u8]) -> &[u8] {
    bytes.get(2..).unwrap_or_default()
}

// Writing.

/// The version and the payload.
pub(super) fn encode<'a, T: Wire<'a>>(
    payload: &T,
    schema: &Schema,
    version: i16,
) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    write(payload, schema, version, &mut out)?;
    Ok(out)
}

/// Appends the version and the payload.
pub(super) fn write<'a, T: Wire<'a>>(
    payload: &T,
    schema: &Schema,
    version: i16,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let cx = writable(schema, version)?;
    out.extend_from_slice(&version.to_be_bytes());
    payload.write(out, cx)
}

/// Appends a payload whose first field is its version.
pub(super) fn write_own<'a, T: Wire<'a>>(
    payload: &T,
    schema: &Schema,
    version: i16,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    payload.write(out, writable(schema, version)?)
}

/// Appends a record's type and its key.
pub(super) fn write_key<'a, T: Wire<'a>>(
    record_type: i16,
    key: &T,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    out.extend_from_slice(&record_type.to_be_bytes());
    key.write(out, OLDEST)
}

fn writable(schema: &Schema, version: i16) -> Result<Cx, EncodeError> {
    let cx = context(schema, version);
    if schema.versions.contains(version) {
        return Ok(cx);
    }
    let place = Place {
        message: schema.name,
        field: "",
    };
    Err(EncodeError::new(cx, EncodeWhy::Version).at(place))
}

fn context(schema: &Schema, version: i16) -> Cx {
    Cx {
        version,
        flexible: schema.flexible.is_some_and(|from| version >= from),
    }
}
