//! Arrays: a count and so many elements.

use std::mem;

use super::bytes::{not_null, read_length, write_length};
use super::{Cx, Fault, Input, Nullable, Out, Parsed, Wire};
use crate::error::{EncodeError, Why};
use crate::schema::Kind;

/// Memory that is taken at once even if fewer bytes are left. Elements in memory are larger than on the wire (a
/// string of three bytes is a slice of sixteen), so small arrays need more than their bytes.
const AT_ONCE: usize = 16 * 1024;

/// So many elements are made at a time, to be read into: few enough to be in the cache still.
const BLOCK: usize = 16;

impl<'a, T: Wire<'a>> Wire<'a> for Vec<T> {
    const MIN: usize = 1;
    const KIND: Kind = Kind::Array(&T::KIND);

    fn read(input: Input<'a>, cx: Cx) -> Parsed<'a, Self> {
        not_null(input, Self::read_nullable(input, cx))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn append(&self, out: &mut Out, cx: Cx) -> Result<(), EncodeError> {
        write_length(Some(self.len()), out, cx)?;
        let (after, written) = append_all(self, mem::take(out), cx);
        *out = after;
        written
    }
}

impl<'a, T: Wire<'a>> Nullable<'a> for Vec<T> {
    fn read_nullable(input: Input<'a>, cx: Cx) -> Parsed<'a, Option<Self>> {
        match read_length(input, cx)? {
            (rest, Some(count)) => {
                check_count(input, rest, count, T::MIN)?;
                let (rest, elements) = read_elements(rest, count, cx)?;
                Ok((rest, Some(elements)))
            }
            (rest, None) => Ok((rest, None)),
        }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn append_nullable(this: Option<&Self>, out: &mut Out, cx: Cx) -> Result<(), EncodeError> {
        match this {
            Some(elements) => elements.append(out, cx),
            None => write_length(None, out, cx),
        }
    }
}

/// By value, there and back: an `Out` whose place nobody else knows is kept in registers.
fn append_all<'a, T: Wire<'a>>(elements: &[T], out: Out, cx: Cx) -> (Out, Result<(), EncodeError>) {
    let mut out = out;
    let written = elements
        .iter()
        .try_for_each(|element| element.append(&mut out, cx));
    (out, written)
}

/// Refuses a count of elements that the bytes left can't hold, before any memory is taken for them.
#[inline]
pub(crate) fn check_count<'a>(
    input: Input<'a>,
    rest: Input<'a>,
    count: usize,
    min: usize,
) -> Result<(), nom::Err<Fault>> {
    let left = rest.len();
    if count > left / min {
        return Err(Fault::error(input, Why::Count { count, left }));
    }
    Ok(())
}

fn read_elements<'a, T: Wire<'a>>(input: Input<'a>, count: usize, cx: Cx) -> Parsed<'a, Vec<T>> {
    // A count may still lie, within the bytes left: at first no more memory than these, and the rest as it is needed.
    let at_once = input.len().max(AT_ONCE) / size_of::<T>().max(1);
    let mut elements = Vec::with_capacity(count.min(at_once));
    let mut rest = input;
    while elements.len() < count {
        let start = elements.len();
        if start == elements.capacity() {
            let likely = likely(start, input.len() - rest.len(), rest.len());
            elements.reserve_exact(likely.min(count - start));
        }
        elements.resize_with(
            (start + BLOCK).min(elements.capacity()).min(count),
            T::default,
        );
        let block = elements.get_mut(start..).unwrap_or_default();
        for (at, element) in block.iter_mut().enumerate() {
            let read = element.read_into(rest, cx);
            rest = read.map_err(|e| e.map(|fault| fault.in_element(start + at)))?;
        }
    }
    Ok((rest, elements))
}

/// How many more elements the bytes left are good for, if they are like those before; and no fewer than doubling gives.
/// Mostly that is all of them, so that memory is taken once more instead of again and again, each time to be copied.
#[cold]
fn likely(elements: usize, bytes: usize, left: usize) -> usize {
    let each = bytes.checked_div(elements).unwrap_or(left);
    (left / each.max(1)).max(elements).max(1)
}
