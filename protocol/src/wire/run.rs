//! Runs: values of fixed width in a row, which are read and written in one piece, with one look at the bytes left.
//!
//! What a version lacks, and bytes that end among them, are for [`read_parts`] and [`put_parts`]: one by one.

use super::int::Fixed;
use super::{Cx, Fault, Input, Out, Rest};

/// One value of a run.
#[doc(hidden)]
pub struct Part {
    pub name: &'static str,
    pub width: usize,
    /// The first version that has it.
    pub since: i16,
}

/// Takes the value at a place out of a run.
#[doc(hidden)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn get<const WIDTH: usize, T: Fixed<WIDTH>>(run: &[u8], at: usize, value: &mut T) {
    if let Some(bytes) = run.get(at..).and_then(<[u8]>::first_chunk) {
        *value = T::from_bytes(*bytes);
    }
}

/// Puts a value to its place in a run.
#[doc(hidden)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn set<const WIDTH: usize, T: Fixed<WIDTH>>(run: &mut [u8], at: usize, value: T) {
    if let Some(room) = run.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *room = value.to_bytes();
    }
}

/// Reads those that the version has, each to its place.
#[doc(hidden)]
#[inline(never)]
pub fn read_parts<'a>(run: &mut [u8], parts: &[Part], input: Input<'a>, cx: Cx) -> Rest<'a> {
    let (mut places, mut rest) = (run, input);
    for part in parts {
        let (place, behind) = places.split_at_mut(part.width);
        places = behind;
        if cx.version >= part.since {
            let Some((bytes, after)) = rest.split_at_checked(part.width) else {
                return Err(Fault::short(rest, part.width).map(|it| it.in_field(part.name)));
            };
            place.copy_from_slice(bytes);
            rest = after;
        }
    }
    Ok(rest)
}

/// Writes those that the version has. By value, there and back: see [`Out`].
#[doc(hidden)]
#[inline(never)]
#[must_use]
pub fn put_parts(mut out: Out, run: &[u8], parts: &[Part], cx: Cx) -> Out {
    let mut places = run;
    for part in parts {
        let (place, behind) = places.split_at(part.width);
        places = behind;
        if cx.version >= part.since {
            out.put_slice(place);
        }
    }
    out
}
