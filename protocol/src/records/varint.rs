//! Zigzag varints, as records have them. Written by hand, in nom's shape: see `record.rs` for what that is worth.

use nom::IResult;

use super::error::{Field, Malformed};
use super::fault::{Failure, fault};

/// A step of the record walk.
pub(super) type Step<'a, T, E> = IResult<&'a [u8], T, E>;

/// A signed number of 64 bits in 1 to 10 bytes.
#[inline(always)]
pub(super) fn varlong<E: Failure>(i: &[u8], field: Field) -> Step<'_, i64, E> {
    let (i, raw) = match short(i) {
        Some((i, raw)) => (i, u64::from(raw)),
        None => long(i, 64, field)?,
    };
    Ok((i, (raw >> 1) as i64 ^ -((raw & 1) as i64)))
}

/// A number of 32 bits that is below zero only as a sign for null or as a fault: `None`. Spares undoing the zigzag,
/// on which the place of all that follows would have to wait.
#[inline(always)]
pub(super) fn natural<E: Failure>(i: &[u8], field: Field) -> Step<'_, Option<usize>, E> {
    let (i, raw) = raw32(i, field)?;
    Ok((i, (raw & 1 == 0).then_some((raw >> 1) as usize)))
}

#[inline(always)]
fn raw32<E: Failure>(i: &[u8], field: Field) -> Step<'_, u32, E> {
    match short(i) {
        Some(read) => Ok(read),
        None => long(i, 32, field).map(|(i, raw)| (i, raw as u32)),
    }
}

/// One or two bytes, if another byte follows the first: one look at the length serves both.
#[inline(always)]
fn short(i: &[u8]) -> Option<(&[u8], u32)> {
    let (&[a, b], behind_b) = i.split_first_chunk()?;
    if a < 0x80 {
        let (_, behind_a) = i.split_first()?;
        return Some((behind_a, u32::from(a)));
    }
    (b < 0x80).then(|| (behind_b, u32::from(a & 0x7f) | u32::from(b) << 7))
}

// Cold although timestamps a minute apart come here: taking it for likely slows the others by a tenth.
#[cold]
#[inline(never)]
fn long<E: Failure>(i: &[u8], bits: u32, field: Field) -> Step<'_, u64, E> {
    let (mut raw, mut shift) = (0u64, 0);
    for (at, &byte) in i.iter().enumerate() {
        let seven = u64::from(byte & 0x7f);
        // The last byte of a type holds fewer than seven bits.
        if shift + 7 > bits && seven >> (bits - shift) != 0 {
            return fault(i, field, Malformed::VarintTooLong);
        }
        raw |= seven << shift;
        if byte < 0x80 {
            return Ok((i.get(at + 1..).unwrap_or_default(), raw));
        }
        shift += 7;
        if shift >= bits {
            return fault(i, field, Malformed::VarintTooLong);
        }
    }
    fault(i, field, Malformed::Ends)
}

/// A number as it is written. 32-bit numbers have the same bytes as 64-bit ones of the same value.
#[derive(Clone, Copy)]
pub(super) struct Varint {
    raw: u64,
    /// The first eight bytes, the first one lowest.
    first: u64,
    len: usize,
}

impl Varint {
    #[inline(always)]
    pub(super) fn new(value: i64) -> Self {
        let raw = (value << 1 ^ value >> 63) as u64;
        let (first, len) = if raw < 0x80 {
            (raw, 1)
        } else if raw < 0x4000 {
            (raw & 0x7f | 0x80 | raw >> 7 << 8, 2)
        } else {
            spread(raw)
        };
        Self { raw, first, len }
    }

    /// How many bytes it takes.
    #[inline(always)]
    pub(super) fn len(self) -> usize {
        self.len
    }

    /// Writes it in front of `room`. Where it is short, and there are eight bytes, all eight are written: a store of
    /// fixed size takes no time, and what follows writes over what is too much.
    #[inline(always)]
    pub(super) fn put(self, room: &mut [u8]) {
        match room.first_chunk_mut() {
            Some(first) if self.len <= 8 => *first = self.first.to_le_bytes(),
            _ => self.put_bytewise(room),
        }
    }

    #[cold]
    #[inline(never)]
    fn put_bytewise(self, room: &mut [u8]) {
        for (at, byte) in room.iter_mut().take(self.len).enumerate() {
            let more = if at + 1 < self.len { 0x80 } else { 0 };
            *byte = (self.raw >> (7 * at)) as u8 & 0x7f | more;
        }
    }
}

/// The first eight bytes of three and more, and how many there are.
#[inline(never)]
fn spread(raw: u64) -> (u64, usize) {
    let bits = 64 - raw.leading_zeros() as usize;
    // A seventh, rounded up, without dividing: right for 1 to 64.
    let len = (bits * 9 + 64) / 64;
    let first = (0..len.min(8)).fold(0, |first, at| {
        let more = if at + 1 < len { 0x80 } else { 0 };
        first | (raw >> (7 * at) & 0x7f | more) << (8 * at)
    });
    (first, len)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::records::fault::Fault;

    fn written(value: i64) -> Vec<u8> {
        let varint = Varint::new(value);
        let [mut exact, mut roomy] = [vec![0; varint.len()], vec![0; 20]];
        varint.put(&mut exact);
        varint.put(&mut roomy);
        assert_eq!(exact, roomy[..varint.len()]);
        exact
    }

    proptest! {
        #[test]
        fn numbers_read_back(value in any::<i64>(), shift in 0..64u32) {
            let value = value >> shift;
            let bytes = written(value);
            prop_assert_eq!(varlong::<Fault>(&bytes, Field::Timestamp), Ok((&[][..], value)));
            if i32::try_from(value).is_ok() {
                let natural_or_none = usize::try_from(value).ok();
                prop_assert_eq!(natural::<Fault>(&bytes, Field::Key), Ok((&[][..], natural_or_none)));
            } else {
                prop_assert!(natural::<Fault>(&bytes, Field::Key).is_err());
            }
        }
    }

    #[test]
    fn the_edges_read_back() {
        for value in [
            0,
            -1,
            63,
            64,
            -64,
            -65,
            i32::MIN.into(),
            i32::MAX.into(),
            i64::MIN,
            i64::MAX,
        ] {
            assert_eq!(
                varlong::<Fault>(&written(value), Field::Timestamp),
                Ok((&[][..], value))
            );
        }
    }

    #[test]
    fn too_long_and_cut_are_told_apart() {
        let why = |bytes: &[u8]| match natural::<Fault>(bytes, Field::Key) {
            Err(nom::Err::Error(fault)) => Some(fault.why),
            _ => None,
        };
        assert_eq!(why(&[]), Some(Malformed::Ends));
        assert_eq!(why(&[0xff, 0xff]), Some(Malformed::Ends));
        assert_eq!(why(&[0xff; 5]), Some(Malformed::VarintTooLong));
        assert_eq!(
            why(&[0xff, 0xff, 0xff, 0xff, 0x1f]),
            Some(Malformed::VarintTooLong)
        );
        assert_eq!(why(&[0xff, 0xff, 0xff, 0xff, 0x0f]), None);
        assert!(varlong::<Fault>(&[0xff; 11], Field::Timestamp).is_err());
    }
}
