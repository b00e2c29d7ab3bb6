//! Variable-length integers: seven bits a byte, the lowest first, the top bit set on all bytes but the last.
//! Messages have unsigned ones (lengths, counts, tags); record batches have signed ones in zigzag.

use nom::number::complete::be_u8;

use super::{Fault, Input, Parsed};
use crate::error::Why;

/// Reads an unsigned integer of 32 bits: five bytes at most.
///
/// # Errors
///
/// Too few bytes, or too many bits.
#[inline]
pub fn read_u32(input: Input<'_>) -> Parsed<'_, u32> {
    match input {
        // Almost all lengths and all counts of tags.
        [byte, rest @ ..] if *byte < 0x80 => Ok((rest, u32::from(*byte))),
        _ => {
            let (rest, value) = read(input, 32)?;
            // Not more than 32 bits, as just checked.
            Ok((rest, value as u32))
        }
    }
}

/// Reads an unsigned integer of 64 bits: ten bytes at most.
///
/// # Errors
///
/// Too few bytes, or too many bits.
#[inline]
pub fn read_u64(input: Input<'_>) -> Parsed<'_, u64> {
    read(input, 64)
}

/// Reads a signed integer of 32 bits, in zigzag.
///
/// # Errors
///
/// Too few bytes, or too many bits.
#[inline]
pub fn read_i32(input: Input<'_>) -> Parsed<'_, i32> {
    let (rest, zigzag) = read_u32(input)?;
    Ok((rest, (zigzag >> 1) as i32 ^ -((zigzag & 1) as i32)))
}

/// Reads a signed integer of 64 bits, in zigzag.
///
/// # Errors
///
/// Too few bytes, or too many bits.
#[inline]
pub fn read_i64(input: Input<'_>) -> Parsed<'_, i64> {
    let (rest, zigzag) = read_u64(input)?;
    Ok((rest, (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64)))
}

/// Appends an unsigned integer.
#[inline]
pub fn write_u32(value: u32, out: &mut Vec<u8>) {
    write_u64(u64::from(value), out);
}

/// Appends an unsigned integer.
#[inline]
pub fn write_u64(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed integer in zigzag. One of 32 bits looks the same as one of 64.
#[inline]
pub fn write_i64(value: i64, out: &mut Vec<u8>) {
    write_u64((value << 1 ^ value >> 63) as u64, out);
}

fn read(input: Input<'_>, bits: u8) -> Parsed<'_, u64> {
    let (mut rest, mut value, mut shift) = (input, 0, 0);
    loop {
        let (after, byte) = be_u8(rest).map_err(|e: nom::Err<Fault>| e.map(|f| f.needs(1)))?;
        let low = u64::from(byte & 0x7f);
        // Bits that would be shifted out at the top.
        if shift >= bits || low >> (bits - shift).min(63) != 0 {
            return Err(Fault::error(input, Why::Varint { bits }));
        }
        value |= low << shift;
        rest = after;
        shift += 7;
        if byte < 0x80 {
            return Ok((rest, value));
        }
    }
}
