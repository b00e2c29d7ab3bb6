//! Bytes, and the lengths in front of bytes, strings and arrays.

use super::{Cx, Fault, Input, Nullable, Out, Parsed, Wire, varint};
use crate::error::{EncodeError, EncodeWhy, Why};
use crate::schema::Kind;

/// The length that says null, where lengths are not compact.
const NULL: i64 = -1;

impl<'a> Wire<'a> for &'a [u8] {
    const MIN: usize = 1;
    const KIND: Kind = Kind::Bytes;

    #[inline]
    fn read(input: Input<'a>, cx: Cx) -> Parsed<'a, Self> {
        not_null(input, Self::read_nullable(input, cx))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn append(&self, out: &mut Out, cx: Cx) -> Result<(), EncodeError> {
        write_length(Some(self.len()), out, cx)?;
        out.put_slice(self);
        Ok(())
    }
}

impl<'a> Nullable<'a> for &'a [u8] {
    #[inline]
    fn read_nullable(input: Input<'a>, cx: Cx) -> Parsed<'a, Option<Self>> {
        match read_length(input, cx)? {
            (rest, Some(length)) => {
                let (rest, bytes) = take_exactly(length, rest)?;
                Ok((rest, Some(bytes)))
            }
            (rest, None) => Ok((rest, None)),
        }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn append_nullable(this: Option<&Self>, out: &mut Out, cx: Cx) -> Result<(), EncodeError> {
        match this {
            Some(bytes) => bytes.append(out, cx),
            None => write_length(None, out, cx),
        }
    }
}

/// Takes so many bytes.
#[inline]
pub(crate) fn take_exactly(length: usize, input: Input<'_>) -> Parsed<'_, Input<'_>> {
    match input.split_at_checked(length) {
        Some((bytes, rest)) => Ok((rest, bytes)),
        None => Err(Fault::short(input, length)),
    }
}

/// Takes as many bytes as an array has.
#[inline]
pub(crate) fn take_array<const N: usize>(input: Input<'_>) -> Parsed<'_, [u8; N]> {
    match input.split_first_chunk() {
        Some((bytes, rest)) => Ok((rest, *bytes)),
        None => Err(Fault::short(input, N)),
    }
}

/// Makes a fault of null.
#[inline]
pub(crate) fn not_null<'a, T>(input: Input<'a>, read: Parsed<'a, Option<T>>) -> Parsed<'a, T> {
    match read? {
        (rest, Some(value)) => Ok((rest, value)),
        (_, None) => Err(Fault::error(input, Why::Null)),
    }
}

/// Reads the length of bytes or the count of an array. None: null.
#[inline]
pub(crate) fn read_length(input: Input<'_>, cx: Cx) -> Parsed<'_, Option<usize>> {
    if cx.flexible {
        return read_compact(input, i32::MAX as u32);
    }
    let (rest, length) = take_array(input)?;
    Ok((rest, plain(input, i32::from_be_bytes(length).into())?))
}

/// Reads the length of a string, which has two bytes where it isn't compact. None: null.
#[inline]
pub(crate) fn read_short_length(input: Input<'_>, cx: Cx) -> Parsed<'_, Option<usize>> {
    if cx.flexible {
        // A compact length could say more, but Kafka's generated readers refuse it, and what is read here could not be written again.
        return read_compact(input, i16::MAX as u32);
    }
    let (rest, length) = take_array(input)?;
    Ok((rest, plain(input, i16::from_be_bytes(length).into())?))
}

/// Appends the length of bytes or the count of an array. None: null.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn write_length(
    length: Option<usize>,
    out: &mut Out,
    cx: Cx,
) -> Result<(), EncodeError> {
    let length = checked(length, i32::MAX, cx)?;
    if cx.flexible {
        varint::append_u32((length + 1) as u32, out);
    } else {
        out.put(length.to_be_bytes());
    }
    Ok(())
}

/// Appends the length of a string. None: null.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn write_short_length(
    length: Option<usize>,
    out: &mut Out,
    cx: Cx,
) -> Result<(), EncodeError> {
    // The limit holds for compact lengths, too: brokers refuse longer strings.
    let length = checked(length, i32::from(i16::MAX), cx)?;
    if cx.flexible {
        varint::append_u32((length + 1) as u32, out);
    } else {
        out.put((length as i16).to_be_bytes());
    }
    Ok(())
}

/// A compact length: one more than it says, and 0 is null.
#[inline]
fn read_compact(input: Input<'_>, most: u32) -> Parsed<'_, Option<usize>> {
    let (rest, raised) = varint::read_u32(input)?;
    let Some(length) = raised.checked_sub(1) else {
        return Ok((rest, None));
    };
    if length <= most {
        return Ok((rest, Some(length as usize)));
    }
    let length = i64::from(length);
    Err(Fault::error(input, Why::Length { length }))
}

#[inline]
fn plain(input: Input<'_>, length: i64) -> Result<Option<usize>, nom::Err<Fault>> {
    match usize::try_from(length) {
        Ok(length) => Ok(Some(length)),
        Err(_) if length == NULL => Ok(None),
        Err(_) => Err(Fault::error(input, Why::Length { length })),
    }
}

/// A length as the wire has it, -1 being null.
#[inline]
fn checked(length: Option<usize>, max: i32, cx: Cx) -> Result<i32, EncodeError> {
    let Some(length) = length else {
        return Ok(NULL as i32);
    };
    match i32::try_from(length) {
        Ok(fits) if fits <= max => Ok(fits),
        _ => Err(too_long(length, cx)),
    }
}

#[cold]
fn too_long(length: usize, cx: Cx) -> EncodeError {
    EncodeError::new(cx, EncodeWhy::TooLong { length })
}
