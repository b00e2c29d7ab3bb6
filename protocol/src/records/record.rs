//! Records lent from a batch's bytes.

use std::borrow::Cow;
use std::iter::FusedIterator;

use super::error::{Malformed, RecordError};
use super::header::{BatchHeader, TimestampType};
use super::varint::{Fault, Step, fault, varint, varlong};

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
        let (rest, header) = header(self.bytes).ok()?;
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
    header: Basis,
    index: i32,
    record_count: i32,
}

/// What of the header the records count from.
#[derive(Clone, Copy, Debug)]
struct Basis {
    base_offset: i64,
    last_offset_delta: i32,
    base_timestamp: i64,
    append_time: Option<i64>,
}

impl<'a> RecordIter<'a> {
    /// Walks `body`, the batch's records without compression.
    #[must_use]
    pub fn new(header: &BatchHeader, body: &'a [u8]) -> Self {
        Self {
            rest: body,
            bytes: body.len(),
            header: Basis {
                base_offset: header.base_offset,
                last_offset_delta: header.last_offset_delta,
                base_timestamp: header.base_timestamp,
                append_time: (header.timestamp_type() == TimestampType::LogAppendTime)
                    .then_some(header.max_timestamp),
            },
            index: 0,
            record_count: header.record_count,
        }
    }

    #[cold]
    #[inline(never)]
    fn failed(&mut self, fault: nom::Err<Fault>) -> RecordError {
        let (left, why) = match fault {
            nom::Err::Error(fault) | nom::Err::Failure(fault) => (fault.left, fault.why),
            nom::Err::Incomplete(_) => (0, Malformed::Ends),
        };
        let index = self.index;
        self.index = self.record_count;
        self.rest = &[];
        RecordError::Record {
            base_offset: self.header.base_offset,
            index,
            at: self.bytes.saturating_sub(left),
            why,
        }
    }

    fn end(&mut self) -> Option<Result<Record<'a>, RecordError>> {
        if self.rest.is_empty() {
            return None;
        }
        let fault = nom::Err::Error(Fault {
            left: self.rest.len(),
            why: Malformed::BatchNotEmpty,
        });
        Some(Err(self.failed(fault)))
    }
}

impl<'a> Iterator for RecordIter<'a> {
    type Item = Result<Record<'a>, RecordError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.index >= self.record_count {
            return self.end();
        }
        match record(self.rest, &self.header) {
            Ok((rest, record)) => {
                self.rest = rest;
                self.index += 1;
                Some(Ok(record))
            }
            Err(fault) => Some(Err(self.failed(fault))),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let most = (self.record_count - self.index) as usize;
        // One more than the records: bytes left over are an error after the last.
        (0, Some(most.saturating_add(1)))
    }
}

impl FusedIterator for RecordIter<'_> {}

// The walk is nom's in shape, but its two hot primitives are written by hand: a varint (`varint.rs`) and the split of a
// length-prefixed field.
#[inline(always)]
fn record<'a>(i: &'a [u8], basis: &Basis) -> Step<'a, Record<'a>> {
    let (i, length) = varint(i)?;
    let (rest, inside) = take(i, length)?;
    match fields(inside, basis) {
        Ok((_, record)) => Ok((rest, record)),
        Err(fault) => Err(count_rest(fault, rest.len())),
    }
}

#[inline(always)]
fn fields<'a>(i: &'a [u8], basis: &Basis) -> Step<'a, Record<'a>> {
    let (i, _attributes) = take(i, 1)?;
    let (i, timestamp_delta) = varlong(i)?;
    let Some(timestamp) = basis.timestamp(timestamp_delta) else {
        return fault(i, Malformed::Timestamp);
    };
    let (i, offset_delta) = varint(i)?;
    if offset_delta < 0 || offset_delta > basis.last_offset_delta {
        return fault(i, Malformed::OffsetDelta);
    }
    let (i, key) = nullable(i)?;
    let (i, value) = nullable(i)?;
    let (i, headers) = headers(i)?;
    if !i.is_empty() {
        return fault(i, Malformed::RecordNotEmpty);
    }
    let record = Record {
        offset: basis.base_offset + i64::from(offset_delta),
        timestamp,
        key,
        value,
        headers,
    };
    Ok((i, record))
}

impl Basis {
    #[inline(always)]
    fn timestamp(&self, delta: i64) -> Option<i64> {
        match self.append_time {
            Some(time) => Some(time),
            None => self.base_timestamp.checked_add(delta),
        }
    }
}

/// Finds the end of the headers; most records have none.
#[inline(always)]
fn headers(i: &[u8]) -> Step<'_, Headers<'_>> {
    let (i, count) = varint(i)?;
    if count == 0 {
        return Ok((i, Headers::default()));
    }
    some_headers(i, count)
}

#[inline(never)]
fn some_headers(i: &[u8], count: i32) -> Step<'_, Headers<'_>> {
    let Ok(count) = usize::try_from(count) else {
        return fault(i, Malformed::Negative);
    };
    let mut rest = i;
    for _ in 0..count {
        (rest, _) = header(rest)?;
    }
    Ok((rest, Headers { count, bytes: i }))
}

#[inline]
fn header(i: &[u8]) -> Step<'_, Header<'_>> {
    let (i, length) = varint(i)?;
    let (i, name) = take(i, length)?;
    let (i, value) = nullable(i)?;
    Ok((i, Header { name, value }))
}

#[inline(always)]
fn nullable(i: &[u8]) -> Step<'_, Option<&[u8]>> {
    let (i, length) = varint(i)?;
    // Kafka's clients write -1; what else is below zero is read as null by Java too.
    if length < 0 {
        return Ok((i, None));
    }
    let (i, bytes) = take(i, length)?;
    Ok((i, Some(bytes)))
}

#[inline(always)]
fn take(i: &[u8], length: i32) -> Step<'_, &[u8]> {
    if length < 0 {
        return fault(i, Malformed::Negative);
    }
    match i.split_at_checked(length as usize) {
        Some((taken, rest)) => Ok((rest, taken)),
        None => fault(i, Malformed::Ends),
    }
}

/// A fault inside of a record also has the later records in front of the end.
#[cold]
fn count_rest(error: nom::Err<Fault>, rest: usize) -> nom::Err<Fault> {
    error.map(|fault| Fault {
        left: fault.left + rest,
        ..fault
    })
}
