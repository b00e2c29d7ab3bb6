//! One message of magic 0 or 1 where it lies.

use nom::IResult;
use nom::number::complete::{be_i8, be_i32, be_i64, be_u32};

use super::super::error::{Field, Malformed};
use super::super::fault::Fault;
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

/// What nom says where bytes end.
type Ends = nom::Err<()>;
/// An entry and what follows it.
type Split<'a> = (&'a [u8], &'a [u8]);

/// Offset and length: what stands in front of a message.
pub(super) fn entry_start(i: &[u8]) -> IResult<&[u8], (i64, i32), ()> {
    let (i, offset) = be_i64(i)?;
    let (i, length) = be_i32(i)?;
    Ok((i, (offset, length)))
}

/// The first entry of a message set, if it is whole, and what follows it.
pub(super) fn split_entry(set: &[u8]) -> Result<Option<Split<'_>>, Fault> {
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
    let (i, mut message) =
        start(entry).map_err(|_| Fault::at(&[], Field::Whole, Malformed::Ends))?;
    let (i, timestamp) = match message.magic {
        0 => (i, -1),
        1 => be_i64(i).map_err(|_: Ends| Fault::at(i, Field::Timestamp, Malformed::Ends))?,
        _ => {
            return Err(Fault::at(
                from(entry, MAGIC_AT),
                Field::Magic,
                Malformed::Magic,
            ));
        }
    };
    message.timestamp = timestamp;
    let i = nullable(i, Field::Key, &mut message.key)?;
    let i = nullable(i, Field::Value, &mut message.value)?;
    if !i.is_empty() {
        return Err(Fault::at(i, Field::Whole, Malformed::RecordLength));
    }
    Ok(message)
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

/// What all magics have in common.
fn start(i: &[u8]) -> IResult<&[u8], Message<'_>, ()> {
    let (i, (offset, length)) = entry_start(i)?;
    let (i, crc) = be_u32(i)?;
    let (i, magic) = be_i8(i)?;
    let (i, attributes) = be_i8(i)?;
    let message = Message {
        offset,
        length,
        crc,
        magic,
        attributes,
        timestamp: -1,
        key: None,
        value: None,
    };
    Ok((i, message))
}

/// Reads bytes behind their length; below zero is null. Gives what follows.
fn nullable<'a>(i: &'a [u8], field: Field, to: &mut Option<&'a [u8]>) -> Result<&'a [u8], Fault> {
    let ends = || Fault::at(i, field, Malformed::Ends);
    let (after, length) = be_i32(i).map_err(|_: Ends| ends())?;
    let Ok(length) = usize::try_from(length) else {
        return Ok(after);
    };
    let (bytes, i) = after.split_at_checked(length).ok_or_else(ends)?;
    *to = Some(bytes);
    Ok(i)
}
