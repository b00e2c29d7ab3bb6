//! Records lent from a batch's bytes.

use std::borrow::Cow;
use std::iter::FusedIterator;

use super::error::{Field, Malformed, RecordError};
use super::fault::{Failure, Fault, fault};
use super::header::{BatchHeader, TimestampType};
use super::legacy::Walk;
use super::varint::{Step, natural, varlong};

/// One record, lent by its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its place in the partition.
    pub offset: i64,
    /// In ms since the epoch; the broker's time of appending if the batch says so. -1: none.
    pub timestamp: i64,
    /// The key. `None` is not the empty key.
    pub key: Option<&'a [u8]>,
    /// The value. `None` deletes the key in a compacted topic.
    pub value: Option<&'a [u8]>,
    /// The headers, in the order they were written.
    pub headers: Headers<'a>,
}

/// A header of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The name: UTF-8 by convention, which nobody checks. Names may repeat.
    pub name: &'a [u8],
    /// The value. `None` is not the empty value.
    pub value: Option<&'a [u8]>,
}

impl<'a> Header<'a> {
    /// Names a header and its value.
    #[must_use]
    pub fn new(name: &'a str, value: Option<&'a [u8]>) -> Self {
        Self {
            name: name.as_bytes(),
            value,
        }
    }

    /// The name as text; what is not UTF-8 is replaced.
    #[must_use]
    pub fn name_lossy(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.name)
    }
}

/// The headers of a record: an iterator, cheap to clone. They have been checked when the record was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headers<'a> {
    count: usize,
    bytes: &'a [u8],
}

impl<'a> Headers<'a> {
    /// The value of the last header of this name, as Kafka's own clients choose. The outer `None`: no such header.
    #[must_use]
    pub fn last(self, name: &str) -> Option<Option<&'a [u8]>> {
        self.filter(|header| header.name == name.as_bytes())
            .map(|header| header.value)
            .fold(None, |_, value| Some(value))
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        self.count = self.count.checked_sub(1)?;
        let (rest, header) = header::<()>(self.bytes, 0).ok()?;
        self.bytes = rest;
        Some(header)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count, Some(self.count))
    }
}

impl ExactSizeIterator for Headers<'_> {}

/// Walks the records of one batch: each is found when it is asked for, none is copied.
///
/// After an error it ends. Offsets are those of the batch; the first ones may lie below what was asked for.
#[derive(Clone, Debug)]
pub struct RecordIter<'a> {
    rest: &'a [u8],
    bytes: usize,
    basis: Basis,
    index: i32,
    /// 0 for messages of magic 0 and 1: they have a walk of their own, out of the way of this one.
    record_count: i32,
    legacy: Option<Walk>,
}

/// What of the header the records count from.
#[derive(Clone, Copy, Debug)]
struct Basis {
    base_offset: i64,
    last_offset_delta: usize,
    base_timestamp: i64,
    append_time: Option<i64>,
}

impl<'a> RecordIter<'a> {
    /// Walks `body`, the batch's records without compression.
    #[must_use]
    #[inline]
    pub fn new(header: &BatchHeader, body: &'a [u8]) -> Self {
        Self {
            rest: body,
            bytes: body.len(),
            basis: Basis {
                base_offset: header.base_offset,
                last_offset_delta: header.last_offset_delta as usize,
                base_timestamp: header.base_timestamp,
                append_time: (header.timestamp_type() == TimestampType::LogAppendTime)
                    .then_some(header.max_timestamp),
            },
            index: 0,
            record_count: if header.magic < 2 {
                0
            } else {
                header.record_count
            },
            legacy: Walk::over(header, body),
        }
    }

    /// Ends the walk. Inlined, and what is cold of it a plain function: an iterator whose address nobody takes is kept
    /// in registers.
    #[inline(always)]
    fn fail(&mut self, fault: Fault) -> RecordError {
        let index = self.index;
        self.index = self.record_count;
        self.rest = &[];
        malformed(fault, self.basis.base_offset, index, self.bytes)
    }
}

#[cold]
#[inline(never)]
fn malformed(fault: Fault, base_offset: i64, index: i32, bytes: usize) -> RecordError {
    fault.into_error(base_offset, index, bytes)
}

impl<'a> Iterator for RecordIter<'a> {
    type Item = Result<Record<'a>, RecordError>;

    // Always inlined: a record that is returned through memory takes as long as finding it.
    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.index < self.record_count {
            return Some(match record::<()>(self.rest, &self.basis) {
                Ok((rest, record)) => {
                    self.rest = rest;
                    self.index += 1;
                    Ok(record)
                }
                Err(_) => Err(self.fail(reason(self.rest, self.basis))),
            });
        }
        if let Some(walk) = self.legacy {
            let step = walk.step(self.rest, self.index, self.bytes);
            self.rest = step.0;
            self.index = self.index.saturating_add(1);
            return step.1;
        }
        if self.rest.is_empty() {
            return None;
        }
        let fault = Fault::at(self.rest, Field::Whole, Malformed::BatchNotEmpty);
        Some(Err(self.fail(fault)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.legacy.is_some() {
            return (0, None);
        }
        let most = (self.record_count - self.index) as usize;
        // One more than the records: bytes left over are an error after the last.
        (0, Some(most.saturating_add(1)))
    }
}

impl FusedIterator for RecordIter<'_> {}

/// Reads once more what failed, to say where and why.
#[cold]
#[inline(never)]
fn reason(rest: &[u8], basis: Basis) -> Fault {
    let read = extent(rest).and_then(|(behind, bytes)| {
        fields(bytes, &basis).map_err(|error| error.map(|fault: Fault| fault.followed_by(behind)))
    });
    match read {
        Err(nom::Err::Error(fault) | nom::Err::Failure(fault)) => fault,
        // Neither comes: it has failed, and never for want of more.
        Ok(_) | Err(nom::Err::Incomplete(_)) => Fault::at(rest, Field::Whole, Malformed::Ends),
    }
}

// The walk is nom's in shape. Its two primitives, a varint (`varint.rs`) and a field behind its length, are written by
// hand, as nom has none of the kind. What makes it fast, by `benches/protocol.rs`: the next record is found by this
// one's length, so that the processor begins it before this one's fields are read; no step carries a reason for
// failing (`reason` reads again); and a record that ends in the byte 0 has no headers and ends where it should.
#[inline(always)]
fn record<'a, E: Failure>(i: &'a [u8], basis: &Basis) -> Step<'a, Record<'a>, E> {
    let (behind, bytes) = extent(i)?;
    Ok((behind, fields(bytes, basis)?))
}

/// The bytes of one record, without its length.
#[inline(always)]
fn extent<E: Failure>(i: &[u8]) -> Step<'_, &[u8], E> {
    match nullable(i, Field::Length)? {
        (behind, Some(bytes)) => Ok((behind, bytes)),
        (_, None) => fault(i, Field::Length, Malformed::Negative),
    }
}

#[inline(always)]
fn fields<'a, E: Failure>(i: &'a [u8], basis: &Basis) -> Result<Record<'a>, nom::Err<E>> {
    let [_attributes, i @ ..] = i else {
        return fault(i, Field::Attributes, Malformed::Ends);
    };
    let (i, timestamp_delta) = varlong(i, Field::Timestamp)?;
    let (i, offset_delta) = natural(i, Field::Offset)?;
    let Some(offset_delta) = offset_delta.filter(|&delta| delta <= basis.last_offset_delta) else {
        return fault(i, Field::Offset, Malformed::OffsetDelta);
    };
    let (i, key) = nullable(i, Field::Key)?;
    let (i, value) = nullable(i, Field::Value)?;
    Ok(Record {
        offset: basis.base_offset + offset_delta as i64,
        timestamp: basis.timestamp(timestamp_delta),
        key,
        value,
        headers: headers(i)?,
    })
}

impl Basis {
    /// Wraps around: so do those who write, if two timestamps of a batch are further apart than a delta can tell.
    #[inline(always)]
    fn timestamp(&self, delta: i64) -> i64 {
        match self.append_time {
            Some(time) => time,
            None => self.base_timestamp.wrapping_add(delta),
        }
    }
}

/// The headers, which end the record; most records have none.
#[inline(always)]
fn headers<E: Failure>(i: &[u8]) -> Result<Headers<'_>, nom::Err<E>> {
    match i {
        [0] => Ok(Headers::default()),
        _ => some_headers(i),
    }
}

#[cold]
#[inline(never)]
fn some_headers<E: Failure>(i: &[u8]) -> Result<Headers<'_>, nom::Err<E>> {
    let (bytes, count) = natural(i, Field::HeaderCount)?;
    let Some(count) = count else {
        return fault(bytes, Field::HeaderCount, Malformed::Negative);
    };
    let mut rest = bytes;
    for at in 0..count {
        (rest, _) = header(rest, at as u32)?;
    }
    match rest {
        [] => Ok(Headers { count, bytes }),
        _ => fault(rest, Field::Length, Malformed::RecordLength),
    }
}

#[inline]
fn header<E: Failure>(i: &[u8], at: u32) -> Step<'_, Header<'_>, E> {
    match nullable(i, Field::HeaderName(at))? {
        (i, Some(name)) => {
            let (i, value) = nullable(i, Field::HeaderValue(at))?;
            Ok((i, Header { name, value }))
        }
        (i, None) => fault(i, Field::HeaderName(at), Malformed::Negative),
    }
}

/// Bytes behind their length; below zero is null (Kafka's clients write -1, Java reads any).
#[inline(always)]
fn nullable<E: Failure>(i: &[u8], field: Field) -> Step<'_, Option<&[u8]>, E> {
    let (i, length) = natural(i, field)?;
    let Some(length) = length else {
        return Ok((i, None));
    };
    match i.split_at_checked(length) {
        Some((bytes, i)) => Ok((i, Some(bytes))),
        None => fault(i, field, Malformed::Ends),
    }
}
