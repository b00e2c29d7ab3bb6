//! The floor: how each kind of value is read and written, get and put side by side.
//!
//! Reading is nom's (`complete`: frames are whole); above the floor the derive calls one parser after the other, so
//! that a fault knows its field. Nothing is generic over buffers: bytes come from `&[u8]` and go to an
//! [`Out`]. Nothing here recurses, and no memory is taken for elements that the bytes left can't hold.
//!
//! What is inlined by force is so where all is optimized: elsewhere it would only take longer to compile.

use std::ops::RangeInclusive;

use crate::error::{DecodeError, EncodeError, EncodeWhy, Place, Why};
use crate::schema::Kind;

pub mod array;
pub mod bytes;
pub mod fault;
pub mod int;
mod node_ids;
pub mod optional;
mod out;
pub mod run;
pub mod secret;
pub mod tagged;
pub mod text;
pub mod varint;

pub use fault::Fault;
pub use node_ids::NodeIds;
pub use out::Out;

/// What parsers read from.
pub type Input<'a> = &'a [u8];

/// What parsers return: the bytes left and the value, or a fault.
pub type Parsed<'a, T> = nom::IResult<Input<'a>, T, Fault>;

/// What reading into a value returns: the bytes left, or a fault.
pub type Rest<'a> = Result<Input<'a>, nom::Err<Fault>>;

/// What decides how a value looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cx {
    /// The message's version.
    pub version: i16,
    /// Whether lengths are compact and structs end in tagged fields (KIP-482).
    pub flexible: bool,
}

/// A value that can be read and written.
pub trait Wire<'a>: Sized + Default {
    /// The fewest bytes that a value takes in any version; never 0, since it bounds the count of arrays.
    const MIN: usize;

    /// What it is in a [`Schema`](crate::schema::Schema).
    const KIND: Kind;

    /// Reads a value from the front of `input`.
    ///
    /// # Errors
    ///
    /// A fault whose path leads from the value inwards.
    fn read(input: Input<'a>, cx: Cx) -> Parsed<'a, Self>;

    /// As [`read`](Self::read), but into a value that is there, and is the default so far. A struct is read field by
    /// field into its place in an array: made elsewhere, a large one would have to be copied twice.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read). The value may be read in part then.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn read_into(&mut self, input: Input<'a>, cx: Cx) -> Rest<'a> {
        let (rest, value) = Self::read(input, cx)?;
        *self = value;
        Ok(rest)
    }

    /// Appends the value: what others define.
    ///
    /// # Errors
    ///
    /// A value that the version can't express. `out` may end in a part of it then.
    fn append(&self, out: &mut Out, cx: Cx) -> Result<(), EncodeError>;

    /// Appends the value: what others call.
    ///
    /// # Errors
    ///
    /// A value that the version can't express. `out` may end in a part of it then.
    fn write(&self, out: &mut Vec<u8>, cx: Cx) -> Result<(), EncodeError> {
        Out::onto(out, |out| self.append(out, cx))
    }
}

/// A value whose kind has a null: strings, bytes, arrays and structs.
pub trait Nullable<'a>: Wire<'a> {
    /// Reads a value or null.
    ///
    /// # Errors
    ///
    /// As [`Wire::read`].
    fn read_nullable(input: Input<'a>, cx: Cx) -> Parsed<'a, Option<Self>>;

    /// Appends a value or null.
    ///
    /// # Errors
    ///
    /// As [`Wire::append`].
    fn append_nullable(this: Option<&Self>, out: &mut Out, cx: Cx) -> Result<(), EncodeError>;
}

impl<'a, T: Nullable<'a>> Wire<'a> for Option<T> {
    const MIN: usize = 1;
    const KIND: Kind = T::KIND;

    fn read(input: Input<'a>, cx: Cx) -> Parsed<'a, Self> {
        T::read_nullable(input, cx)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn append(&self, out: &mut Out, cx: Cx) -> Result<(), EncodeError> {
        T::append_nullable(self.as_ref(), out, cx)
    }
}

/// Reads a whole message: nothing may follow it.
pub(crate) fn read_whole<'a, T: Wire<'a>>(
    bytes: Input<'a>,
    cx: Cx,
    name: &'static str,
) -> Result<T, DecodeError> {
    let error = |e| decode_error(e, name, cx.version, bytes);
    match T::read(bytes, cx) {
        Ok(([], value)) => Ok(value),
        Ok((rest, _)) => Err(error(Fault::error(
            rest,
            Why::Trailing { left: rest.len() },
        ))),
        Err(e) => Err(error(e)),
    }
}

/// As [`read_whole`], but for what may follow.
pub(crate) fn read_front<'a, T: Wire<'a>>(
    bytes: Input<'a>,
    cx: Cx,
    name: &'static str,
) -> Result<T, DecodeError> {
    match T::read(bytes, cx) {
        Ok((_, value)) => Ok(value),
        Err(e) => Err(decode_error(e, name, cx.version, bytes)),
    }
}

/// A fault, given the message and the bytes that it happened in.
#[cold]
pub(crate) fn decode_error(
    fault: nom::Err<Fault>,
    message: &'static str,
    version: i16,
    bytes: &[u8],
) -> DecodeError {
    let (left, why, path) = Fault::of(fault).into_parts();
    DecodeError {
        message,
        version,
        path,
        at: bytes.len().saturating_sub(left),
        why,
    }
}

/// Checks a version and makes the context of it.
pub(crate) fn context(
    version: i16,
    versions: RangeInclusive<i16>,
    flexible_from: i16,
) -> Option<Cx> {
    versions.contains(&version).then_some(Cx {
        version,
        flexible: version >= flexible_from,
    })
}

// What derived code calls beside the values' own methods.

/// Reads a value that is read into one.
#[doc(hidden)]
pub fn read_new<'a, T: Wire<'a>>(input: Input<'a>, cx: Cx) -> Parsed<'a, T> {
    let mut value = T::default();
    let rest = value.read_into(input, cx)?;
    Ok((rest, value))
}

/// Reads a field, and names it in a fault.
///
/// # Errors
///
/// As [`Wire::read`].
#[inline]
pub fn field<'a, T: Wire<'a>>(name: &'static str, input: Input<'a>, cx: Cx) -> Parsed<'a, T> {
    T::read(input, cx).map_err(|e| e.map(|fault| fault.in_field(name)))
}

/// The same into a field that is there, and is the default so far.
#[doc(hidden)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn field_into<'a, T: Wire<'a>>(
    field: &mut T,
    name: &'static str,
    input: Input<'a>,
    cx: Cx,
) -> Rest<'a> {
    field
        .read_into(input, cx)
        .map_err(|e| e.map(|fault| fault.in_field(name)))
}

/// Reads what is to be in an `Option`, in a version that has no null.
#[doc(hidden)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn some_into<'a, T: Wire<'a>>(
    field: &mut Option<T>,
    name: &'static str,
    input: Input<'a>,
    cx: Cx,
) -> Rest<'a> {
    field_into(field.insert(T::default()), name, input, cx)
}

/// Writes a field, and names it in an error.
#[doc(hidden)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn put<'a, T: Wire<'a>>(
    value: &T,
    out: &mut Out,
    cx: Cx,
    place: Place,
) -> Result<(), EncodeError> {
    value.append(out, cx).map_err(|error| error.at(place))
}

/// Writes what an `Option` holds, in a version that has no null.
#[doc(hidden)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn put_some<'a, T: Wire<'a>>(
    value: Option<&T>,
    out: &mut Out,
    cx: Cx,
    place: Place,
) -> Result<(), EncodeError> {
    match value {
        Some(value) => put(value, out, cx, place),
        None => Err(EncodeError::new(cx, EncodeWhy::Null).at(place)),
    }
}

/// Whether a field's value is not its default.
#[doc(hidden)]
#[inline]
pub fn differs<T: PartialEq>(value: &T, default: &T) -> bool {
    value != default
}

/// A struct without fields that all versions have still takes a byte, as far as counts go.
#[doc(hidden)]
#[must_use]
pub const fn at_least_one(min: usize) -> usize {
    if min == 0 { 1 } else { min }
}

#[cfg(test)]
mod tests;
