//! Variable-length integers: seven bits a byte, the lowest first, the top bit set on all bytes but the last. In
//! flexible messages they are
//! lengths, counts and tags: unsigned, of 32 bits. (Record batches have signed ones of their own.)

use super::bytes::take_array;
use super::{Fault, Input, Out, Parsed};
use crate::error::Why;

/// Reads an integer: five bytes at most.
///
/// # Errors
///
/// Too few bytes, or more than 32 bits.
#[inline]
pub fn read_u32(input: Input<'_>) -> Parsed<'_, u32> {
    match input {
        // Almost all lengths and all counts of tags.
        [byte, rest @ ..] if *byte < 0x80 => Ok((rest, u32::from(*byte))),
        _ => read_long(input),
    }
}

/// Appends an integer.
pub fn write_u32(value: u32, out: &mut Vec<u8>) {
    Out::onto(out, |out| append_u32(value, out));
}

#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn append_u32(value: u32, out: &mut Out) {
    if value < 0x80 {
        out.put([value as u8]);
    } else if value < 0x4000 {
        out.put([value as u8 | 0x80, (value >> 7) as u8]);
    } else {
        let (bytes, length) = long(value);
        out.put_slice(bytes.get(..length).unwrap_or_default());
    }
}

#[cold]
fn long(mut value: u32) -> ([u8; 5], usize) {
    let mut bytes = [0; 5];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = value as u8 & 0x7f;
        value >>= 7;
        if value == 0 {
            return (bytes, at + 1);
        }
        *byte |= 0x80;
    }
    (bytes, 5)
}

fn read_long(input: Input<'_>) -> Parsed<'_, u32> {
    let (mut rest, mut value) = (input, 0);
    for shift in [0, 7, 14, 21, 28] {
        let (after, [byte]) = take_array(rest)?;
        let low = u32::from(byte & 0x7f);
        if shift == 28 && byte > 0x0f {
            break;
        }
        value |= low << shift;
        rest = after;
        if byte < 0x80 {
            return Ok((rest, value));
        }
    }
    Err(Fault::error(input, Why::Varint))
}
