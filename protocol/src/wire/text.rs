//! Strings: UTF-8, borrowed.

use super::bytes::{not_null, read_short_length, take_exactly, write_short_length};
use super::{Cx, Fault, Input, Nullable, Out, Parsed, Wire};
use crate::error::{EncodeError, Why};
use crate::schema::Kind;

impl<'a> Wire<'a> for &'a str {
    const MIN: usize = 1;
    const KIND: Kind = Kind::String;

    #[inline]
    fn read(input: Input<'a>, cx: Cx) -> Parsed<'a, Self> {
        not_null(input, Self::read_nullable(input, cx))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn append(&self, out: &mut Out, cx: Cx) -> Result<(), EncodeError> {
        write_short_length(Some(self.len()), out, cx)?;
        out.put_slice(self.as_bytes());
        Ok(())
    }
}

impl<'a> Nullable<'a> for &'a str {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn read_nullable(input: Input<'a>, cx: Cx) -> Parsed<'a, Option<Self>> {
        match read_short_length(input, cx)? {
            // Looked for, as most texts kept with an offset are empty.
            (rest, Some(0)) => Ok((rest, Some(""))),
            (rest, Some(length)) => {
                let (after, bytes) = take_exactly(length, rest)?;
                let text = str::from_utf8(bytes).map_err(|error| not_utf8(rest, length, error))?;
                Ok((after, Some(text)))
            }
            (rest, None) => Ok((rest, None)),
        }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn append_nullable(this: Option<&Self>, out: &mut Out, cx: Cx) -> Result<(), EncodeError> {
        match this {
            Some(text) => text.append(out, cx),
            None => write_short_length(None, out, cx),
        }
    }
}

#[cold]
fn not_utf8(input: Input<'_>, length: usize, error: std::str::Utf8Error) -> nom::Err<Fault> {
    let valid = error.valid_up_to();
    Fault::error(&input[valid..], Why::Utf8 { valid, length })
}
