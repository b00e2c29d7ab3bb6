//! Which field of a record is at fault: found by reading the record once more, slowly, so that the walk need not keep
//! count.

use super::error::{Field, Malformed};
use super::varint::{natural, varlong};

/// The field of the record in front of `record` that reading failed at, for this reason.
#[cold]
pub(super) fn locate(record: &[u8], why: Malformed) -> Field {
    match why {
        Malformed::OffsetDelta => Field::Offset,
        Malformed::Timestamp => Field::Timestamp,
        Malformed::RecordLength => Field::Length,
        Malformed::BatchNotEmpty => Field::Whole,
        _ => first_unreadable(record).unwrap_or(Field::Whole),
    }
}

/// `None`: all can be read.
fn first_unreadable(i: &[u8]) -> Option<Field> {
    let Ok((i, _)) = natural(i) else {
        return Some(Field::Length);
    };
    let Some((_, i)) = i.split_first() else {
        return Some(Field::Attributes);
    };
    let Ok((i, _)) = varlong(i) else {
        return Some(Field::Timestamp);
    };
    let Ok((i, _)) = natural(i) else {
        return Some(Field::Offset);
    };
    let Some(i) = nullable(i) else {
        return Some(Field::Key);
    };
    let Some(i) = nullable(i) else {
        return Some(Field::Value);
    };
    let Ok((mut i, Some(count))) = natural(i) else {
        return Some(Field::HeaderCount);
    };
    for at in 0..count as u32 {
        match natural(i) {
            Ok((_, Some(_))) => {}
            _ => return Some(Field::HeaderName(at)),
        }
        let Some(after) = nullable(i) else {
            return Some(Field::HeaderName(at));
        };
        let Some(after) = nullable(after) else {
            return Some(Field::HeaderValue(at));
        };
        i = after;
    }
    None
}

/// What follows bytes behind their length.
fn nullable(i: &[u8]) -> Option<&[u8]> {
    let (i, length) = natural(i).ok()?;
    i.get(length.unwrap_or(0)..)
}
