//! Variable-length integers: seven bits a byte, the lowest first, the top bit set on all bytes but the last. In
//! flexible messages they are
//! lengths, counts and tags: unsigned, of 32 bits. (Record batches have signed ones of their own.)

use super::bytes::take_array;
use super::{Fault, Input, Parsed};
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
#[inline]
pub fn write_u32(value: u32, out: &mut Vec<u8>) {
    if value < 0x80 {
        out.push(value as u8);
    } else {
        write_long(value, out);
    }
}

fn write_long(mut value: u32, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
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
