//! Tagged fields (KIP-482): the end of each struct of a flexible message.
//!
//! A count, then of each field its tag, its length and its value, tags ascending. Whoever doesn't know a tag skips
//! it.

use super::array::check_count;
use super::bytes::take_exactly;
use super::{Cx, Fault, Input, Wire, varint};
use crate::error::{EncodeError, EncodeWhy, Place, Why};

/// The fewest bytes of a tagged field: its tag and its length.
const MIN: usize = 2;

/// Reads the tagged fields of a struct; `known` takes those it knows.
#[doc(hidden)]
pub fn read<'a>(
    input: Input<'a>,
    mut known: impl FnMut(u32, Input<'a>) -> Result<(), nom::Err<Fault>>,
) -> Result<Input<'a>, nom::Err<Fault>> {
    let (mut rest, count) = varint::read_u32(input)?;
    check_count(input, rest, count as usize, MIN)?;
    let mut last = None;
    for _ in 0..count {
        let (after, tag) = varint::read_u32(rest)?;
        if let Some(last) = last.filter(|last| tag <= *last) {
            return Err(Fault::error(rest, Why::TagOrder { tag, last }));
        }
        let (after, length) = varint::read_u32(after)?;
        let (after, value) = take_exactly(length as usize, after)?;
        known(tag, value).map_err(|e| e.map(|fault| fault.followed_by(after.len())))?;
        last = Some(tag);
        rest = after;
    }
    Ok(rest)
}

/// Skips the tagged fields of a struct that knows none.
#[doc(hidden)]
#[inline]
pub fn skip(input: Input<'_>) -> Result<Input<'_>, nom::Err<Fault>> {
    match input {
        [0, rest @ ..] => Ok(rest),
        _ => read(input, |_, _| Ok(())),
    }
}

/// Reads a tagged field's value, which has to fill its length.
#[doc(hidden)]
pub fn value<'a, T: Wire<'a>>(
    name: &'static str,
    input: Input<'a>,
    cx: Cx,
) -> Result<T, nom::Err<Fault>> {
    match super::field(name, input, cx)? {
        ([], value) => Ok(value),
        (rest, _) => {
            let fault = Fault::new(rest, Why::Trailing { left: rest.len() });
            Err(nom::Err::Error(fault.in_field(name)))
        }
    }
}

/// Appends the count of tagged fields.
#[doc(hidden)]
#[inline]
pub fn count(count: u32, out: &mut Vec<u8>) {
    varint::write_u32(count, out);
}

/// Appends that there are no tagged fields.
#[doc(hidden)]
#[inline]
pub fn none(out: &mut Vec<u8>) {
    out.push(0);
}

/// Appends a tagged field.
#[doc(hidden)]
pub fn put<'a, T: Wire<'a>>(
    tag: u32,
    value: &T,
    out: &mut Vec<u8>,
    cx: Cx,
    place: Place,
) -> Result<(), EncodeError> {
    varint::write_u32(tag, out);
    let start = out.len();
    super::put(value, out, cx, place)?;
    // The length goes in front, and is known only now: it is appended, then slid there.
    let end = out.len();
    let length = end - start;
    let length = u32::try_from(length)
        .map_err(|_| EncodeError::new(cx, EncodeWhy::TooLong { length }).at(place))?;
    varint::write_u32(length, out);
    let prefix = out.len() - end;
    out[start..].rotate_right(prefix);
    Ok(())
}
