//! Structs that may be null: a byte in front says which.

use super::{Cx, Input, Out, Parsed, Wire};
use crate::error::EncodeError;

/// Reads a struct or null.
///
/// # Errors
///
/// As [`Wire::read`].
pub fn read<'a, T: Wire<'a>>(input: Input<'a>, cx: Cx) -> Parsed<'a, Option<T>> {
    let (rest, present) = i8::read(input, cx)?;
    // As Kafka does: it writes -1 and 1, and reads whatever is negative as null.
    if present < 0 {
        return Ok((rest, None));
    }
    let (rest, value) = T::read(rest, cx)?;
    Ok((rest, Some(value)))
}

/// Appends a struct or null.
///
/// # Errors
///
/// As [`Wire::append`].
pub fn write<'a, T: Wire<'a>>(value: Option<&T>, out: &mut Out, cx: Cx) -> Result<(), EncodeError> {
    match value {
        Some(value) => {
            out.put([1]);
            value.append(out, cx)
        }
        None => {
            out.put([-1_i8 as u8]);
            Ok(())
        }
    }
}
