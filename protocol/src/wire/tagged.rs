//! Tagged fields (KIP-482): the end of each struct of a flexible message.
//!
//! A count, then of each field its tag, its length and its value, tags ascending. Those that a definition doesn't know
//! are kept as they came ([`UnknownTaggedFields`]), so that what passes a message on loses nothing.

use std::{fmt, mem};

use super::array::check_count;
use super::bytes::take_exactly;
use super::{Cx, Fault, Input, Out, Parsed, Rest, Wire, varint};
use crate::error::{EncodeError, EncodeWhy, Place, Why};

/// The fewest bytes of a tagged field: its tag and its length.
const MIN: usize = 2;

/// What faults call them; a known one whose value is at fault has its own name.
const NAME: &str = "tagged_fields";

/// Tagged fields that a struct's definition doesn't know: those of versions to come.
///
/// Each struct of a flexible message keeps them when it is read and writes them again. Empty, which they nearly always
/// are, they take no memory beside a pointer; else as much as they take on the wire.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct UnknownTaggedFields(Option<Box<Raw>>);

/// Fields as on the wire, without their count; tags ascend.
#[derive(Clone, Default, PartialEq, Eq)]
struct Raw {
    count: u32,
    bytes: Vec<u8>,
}

/// What a struct has that keeps none.
#[doc(hidden)]
pub const NONE: &UnknownTaggedFields = &UnknownTaggedFields::new();

impl UnknownTaggedFields {
    /// No fields.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |raw| raw.count as usize)
    }

    /// Tags and values, tags ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[u8])> {
        self.fields()
    }

    /// The value of a tag.
    #[must_use]
    pub fn get(&self, tag: u32) -> Option<&[u8]> {
        self.iter().find(|it| it.0 == tag).map(|it| it.1)
    }

    /// Puts a field in its place; a value that the tag had is replaced.
    ///
    /// Whether the definition knows the tag turns out when the struct is written
    /// ([`EncodeWhy::KnownTag`]).
    pub fn insert(&mut self, tag: u32, value: &[u8]) {
        let others = self.without(tag);
        let (before, after): (Vec<_>, Vec<_>) = others.iter().partition(|it| it.0 < tag);
        let all = before.into_iter().chain([(tag, value)]).chain(after);
        *self = all.collect();
    }

    /// Takes a field out, if it is there.
    pub fn remove(&mut self, tag: u32) {
        *self = self.without(tag);
    }

    fn without(&self, tag: u32) -> Self {
        self.iter().filter(|it| it.0 != tag).collect()
    }

    fn fields(&self) -> Fields<'_> {
        Fields(self.0.as_ref().map_or(&[], |raw| &raw.bytes))
    }

    fn push(&mut self, tag: u32, value: &[u8]) {
        let raw = self.0.get_or_insert_default();
        raw.count += 1;
        // The length fits: the value came with one, or `insert` is about to fail in writing.
        Out::onto(&mut raw.bytes, |out| put_raw(tag, value, out));
    }
}

/// Tags that ascend.
impl<'a> FromIterator<(u32, &'a [u8])> for UnknownTaggedFields {
    fn from_iter<I: IntoIterator<Item = (u32, &'a [u8])>>(fields: I) -> Self {
        let mut unknown = Self::new();
        for (tag, value) in fields {
            unknown.push(tag, value);
        }
        unknown
    }
}

impl fmt::Debug for UnknownTaggedFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.fields()).finish()
    }
}

/// Fields as on the wire, one by one.
#[derive(Clone)]
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        // Nearly always so; reading on would make a fault of it, only to be dropped.
        if self.0.is_empty() {
            return None;
        }
        let (rest, (tag, value)) = field(self.0).ok()?;
        self.0 = rest;
        Some((tag, value))
    }
}

// Reading.

/// Reads the tagged fields of a struct; `known` takes those it knows, and says whether it did. The others go to `unknown`.
#[doc(hidden)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn read<'a>(
    input: Input<'a>,
    unknown: &mut UnknownTaggedFields,
    known: impl FnMut(u32, Input<'a>) -> Result<bool, nom::Err<Fault>>,
) -> Rest<'a> {
    match input {
        // Nearly always so.
        [0, rest @ ..] => Ok(rest),
        _ => read_some(input, unknown, known),
    }
}

#[inline(never)]
fn read_some<'a>(
    input: Input<'a>,
    unknown: &mut UnknownTaggedFields,
    mut known: impl FnMut(u32, Input<'a>) -> Result<bool, nom::Err<Fault>>,
) -> Rest<'a> {
    let (mut rest, count) = named(varint::read_u32(input))?;
    named(check_count(input, rest, count as usize, MIN))?;
    let mut last = None;
    for index in 0..count as usize {
        let (after, (tag, value)) = named(field(rest).map_err(|e| e.map(|f| f.in_element(index))))?;
        if let Some(last) = last.filter(|last| tag <= *last) {
            return named(Err(Fault::error(rest, Why::TagOrder { tag, last })));
        }
        if !known(tag, value).map_err(|e| e.map(|fault| fault.followed_by(after.len())))? {
            unknown.push(tag, value);
        }
        last = Some(tag);
        rest = after;
    }
    Ok(rest)
}

/// Reads the tagged fields of a struct that knows none.
#[doc(hidden)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn read_unknown<'a>(input: Input<'a>, unknown: &mut UnknownTaggedFields) -> Rest<'a> {
    match input {
        [0, rest @ ..] => Ok(rest),
        _ => read_only_unknown(input, unknown),
    }
}

fn read_only_unknown<'a>(input: Input<'a>, unknown: &mut UnknownTaggedFields) -> Rest<'a> {
    read_some(input, unknown, |_, _| Ok(false))
}

/// Reads a tagged field's value, which has to fill its length.
#[doc(hidden)]
pub fn field_into<'a, T: Wire<'a>>(
    field: &mut T,
    name: &'static str,
    input: Input<'a>,
    cx: Cx,
) -> Result<(), nom::Err<Fault>> {
    match super::field_into(field, name, input, cx)? {
        [] => Ok(()),
        rest => {
            let fault = Fault::new(rest, Why::Trailing { left: rest.len() });
            Err(nom::Err::Error(fault.in_field(name)))
        }
    }
}

/// Reads a tagged field's value that is to be in an `Option`, in a version that has no null.
#[doc(hidden)]
pub fn some_into<'a, T: Wire<'a>>(
    field: &mut Option<T>,
    name: &'static str,
    input: Input<'a>,
    cx: Cx,
) -> Result<(), nom::Err<Fault>> {
    field_into(field.insert(T::default()), name, input, cx)
}

fn field(input: Input<'_>) -> Parsed<'_, (u32, Input<'_>)> {
    let part = |name| move |e: nom::Err<Fault>| e.map(|fault| fault.in_field(name));
    let (rest, tag) = varint::read_u32(input).map_err(part("tag"))?;
    let (rest, length) = varint::read_u32(rest).map_err(part("length"))?;
    let (rest, value) = take_exactly(length as usize, rest).map_err(part("value"))?;
    Ok((rest, (tag, value)))
}

fn named<T>(read: Result<T, nom::Err<Fault>>) -> Result<T, nom::Err<Fault>> {
    read.map_err(|e| e.map(|fault| fault.in_field(NAME)))
}

// Writing.

/// Appends the tagged fields of a struct that knows none.
#[doc(hidden)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn write_unknown(unknown: &UnknownTaggedFields, out: &mut Out) {
    match &unknown.0 {
        None => out.put([0]),
        Some(raw) => *out = with_raw(mem::take(out), raw),
    }
}

#[cold]
#[inline(never)]
fn with_raw(mut out: Out, raw: &Raw) -> Out {
    varint::append_u32(raw.count, &mut out);
    out.put_slice(&raw.bytes);
    out
}

/// Refuses to lose unknown tagged fields in a version that has no tagged fields.
#[doc(hidden)]
#[inline]
pub fn refuse(unknown: &UnknownTaggedFields, cx: Cx, place: Place) -> Result<(), EncodeError> {
    if unknown.is_empty() {
        return Ok(());
    }
    Err(EncodeError::absent(cx, place))
}

/// Appends the tagged fields of a struct that knows some: known and unknown ones in one row, by tag.
#[doc(hidden)]
pub struct Writer<'u, 'o> {
    unknown: std::iter::Peekable<Fields<'u>>,
    out: &'o mut Out,
    cx: Cx,
}

/// Appends the tagged fields of a struct that knows some. `write` puts the known ones, `known` of them; it is not called
/// if there are none, which is nearly always so.
#[doc(hidden)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn write(
    known: u32,
    unknown: &UnknownTaggedFields,
    out: &mut Out,
    cx: Cx,
    write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    if known == 0 && unknown.is_empty() {
        out.put([0]);
        return Ok(());
    }
    let (after, written) = write_some(known, unknown, mem::take(out), cx, write);
    *out = after;
    written
}

#[inline(never)]
fn write_some(
    known: u32,
    unknown: &UnknownTaggedFields,
    mut out: Out,
    cx: Cx,
    write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), EncodeError>,
) -> (Out, Result<(), EncodeError>) {
    varint::append_u32(known + unknown.len() as u32, &mut out);
    let mut writer = Writer {
        unknown: unknown.fields().peekable(),
        out: &mut out,
        cx,
    };
    let written = write(&mut writer).map(|()| writer.finish());
    (out, written)
}

impl Writer<'_, '_> {
    /// Appends a known field.
    pub fn put<'a, T: Wire<'a>>(
        &mut self,
        tag: u32,
        value: &T,
        place: Place,
    ) -> Result<(), EncodeError> {
        while let Some((unknown, value)) = self.unknown.next_if(|it| it.0 < tag) {
            put_raw(unknown, value, self.out);
        }
        if self.unknown.peek().is_some_and(|it| it.0 == tag) {
            return Err(EncodeError::new(self.cx, EncodeWhy::KnownTag { tag }).at(place));
        }
        put(tag, value, self.out, self.cx, place)
    }

    /// Appends the unknown fields that come after all known ones.
    fn finish(self) {
        for (tag, value) in self.unknown {
            put_raw(tag, value, self.out);
        }
    }
}

fn put<'a, T: Wire<'a>>(
    tag: u32,
    value: &T,
    out: &mut Out,
    cx: Cx,
    place: Place,
) -> Result<(), EncodeError> {
    varint::append_u32(tag, out);
    let start = out.len();
    super::put(value, out, cx, place)?;
    // The length goes in front, and is known only now: it is appended, then slid there.
    let end = out.len();
    let length = end - start;
    let length = u32::try_from(length)
        .map_err(|_| EncodeError::new(cx, EncodeWhy::TooLong { length }).at(place))?;
    varint::append_u32(length, out);
    let prefix = out.len() - end;
    out.move_to(start, prefix);
    Ok(())
}

fn put_raw(tag: u32, value: &[u8], out: &mut Out) {
    varint::append_u32(tag, out);
    varint::append_u32(value.len() as u32, out);
    out.put_slice(value);
}

#[cfg(test)]
mod tests;
