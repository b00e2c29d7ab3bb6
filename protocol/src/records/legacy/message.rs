//! One message of magic 0 or 1 where it lies.

use nom::IResult;
use nom::number::complete::{be_i8, be_i32, be_i64, be_u32};

use super::super::error::{Field, Malformed, RecordError};
use super::super::header::LENGTH_END;
use super::{ATTRIBUTES_AT, MAGIC_AT, least_bytes};

/// A message with its place in the set.
pub(super) struct Message<'a> {
    pub(super) offset: i64,
    pub(super) length: i32,
    pub(super) crc: u32,
    pub(super) magic: i8,
    pub(super) attributes: i8,
    /// -1 in magic 0, which has none.
    pub(super) timestamp: i64,
    pub(super) key: Option<&'a [u8]>,
    pub(super) value: Option<&'a [u8]>,
}

/// What reading a message failed at, and how many bytes were left there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) field: Field,
    pub(super) left: usize,
    pub(super) why: Malformed,
}

impl Fault {
    pub(super) fn at(i: &[u8], field: Field, why: Malformed) -> Self {
        let left = i.len();
        Self { field, left, why }
    }

    /// In the record of this index, in records that take `bytes` bytes.
    pub(super) fn into_error(self, base_offset: i64, index: i32, bytes: usize) -> RecordError {
        RecordError::Record {
            base_offset,
            index,
            field: self.field,
            at: bytes.saturating_sub(self.left),
            why: self.why,
        }
    }
}

/// Offset and length: what stands in front of a message.
pub(super) fn entry_start(i: &[u8]) -> IResult<&[u8], (i64, i32), ()> {
    let (i, offset) = be_i64(i)?;
    let (i, length) = be_i32(i)?;
    Ok((i, (offset, length)))
}

/// The first entry of a message set, if it is whole, and what follows it.
pub(super) fn split_entry(set: &[u8]) -> Result<Option<(&[u8], &[u8])>, Fault> {
    let Ok((after, (_, length))) = entry_start(set) else {
        return Ok(None);
    };
    let end = LENGTH_END + usize::try_from(length).unwrap_or(0);
    if end < least_bytes(0) {
        return Err(Fault {
            field: Field::Length,
            left: after.len() + size_of::<i32>(),
            why: Malformed::RecordLength,
        });
    }
    Ok(set.split_at_checked(end))
}

/// Reads an entry that is whole, to its last byte.
pub(super) fn read_message(entry: &[u8]) -> Result<Message<'_>, Fault> {
    let (i, (offset, length, crc, magic, attributes)) =
        fixed(entry).map_err(|_| Fault::at(&[], Field::Whole, Malformed::Ends))?;
    if !matches!(magic, 0 | 1) {
        return Err(Fault::at(
            from(entry, MAGIC_AT),
            Field::Magic,
            Malformed::Magic,
        ));
    }
    let (i, timestamp) = match magic {
        0 => (i, -1),
        _ => {
            be_i64(i).map_err(|_: nom::Err<()>| Fault::at(i, Field::Timestamp, Malformed::Ends))?
        }
    };
    let (i, key) = nullable(i, Field::Key)?;
    let (i, value) = nullable(i, Field::Value)?;
    if !i.is_empty() {
        return Err(Fault::at(i, Field::Whole, Malformed::RecordLength));
    }
    Ok(Message {
        offset,
        length,
        crc,
        magic,
        attributes,
        timestamp,
        key,
        value,
    })
}

/// A message in a wrapper must not be one.
pub(super) fn nested(entry: &[u8]) -> Fault {
    Fault::at(
        from(entry, ATTRIBUTES_AT),
        Field::Attributes,
        Malformed::Nested,
    )
}

fn from(entry: &[u8], at: usize) -> &[u8] {
    entry.get(at..).unwrap_or_default()
}

fn fixed(i: &[u8]) -> IResult<&[u8], (i64, i32, u32, i8, i8), ()> {
    let (i, (offset, length)) = entry_start(i)?;
    let (i, crc) = be_u32(i)?;
    let (i, magic) = be_i8(i)?;
    let (i, attributes) = be_i8(i)?;
    Ok((i, (offset, length, crc, magic, attributes)))
}

/// Bytes behind their length; below zero is null.
fn nullable(i: &[u8], field: Field) -> Result<(&[u8], Option<&[u8]>), Fault> {
    let ends = || Fault::at(i, field, Malformed::Ends);
    let (after, length) = be_i32::<_, ()>(i).map_err(|_| ends())?;
    let Ok(length) = usize::try_from(length) else {
        return Ok((after, None));
    };
    let (bytes, i) = after.split_at_checked(length).ok_or_else(ends)?;
    Ok((i, Some(bytes)))
}
