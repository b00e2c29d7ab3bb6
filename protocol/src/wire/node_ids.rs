//! Arrays of brokers, such as a partition's replicas.

use std::fmt;
use std::ops::Deref;

use super::array::check_count;
use super::bytes::{not_null, read_length};
use super::{Cx, Input, Out, Parsed, Rest, Wire, read_new};
use crate::error::EncodeError;
use crate::schema::Kind;

/// Ids of brokers: a slice of `i32` that takes no memory of its own while there are no more than three, as there are
/// for nearly every partition.
#[derive(Clone)]
pub struct NodeIds(Place);

/// Two words, where a vector takes three: what a partition takes in memory decides how fast many of them are read.
#[derive(Clone)]
enum Place {
    Here {
        count: Count,
        ids: [i32; HERE],
    },
    #[expect(clippy::box_collection, reason = "a pointer alone fits beside the tag")]
    Elsewhere(Box<Vec<i32>>),
}

/// How many there are here. As wide as an id, so that nothing lies between them and an empty list is all zeros: made
/// in one piece, where one with gaps would be put together and copied.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Count {
    None,
    One,
    Two,
    Three,
}

impl Count {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn new(count: u32) -> Option<Self> {
        match count {
            0 => Some(Self::None),
            1 => Some(Self::One),
            2 => Some(Self::Two),
            3 => Some(Self::Three),
            _ => None,
        }
    }
}

const HERE: usize = Count::Three as usize;
/// An id's bytes, and those of all that are kept here.
const ID: usize = size_of::<i32>();
const ALL: usize = HERE * ID;

impl NodeIds {
    /// No ids.
    #[must_use]
    pub const fn new() -> Self {
        Self(Place::Here {
            count: Count::None,
            ids: [0; HERE],
        })
    }

    #[inline]
    fn as_slice(&self) -> &[i32] {
        match &self.0 {
            Place::Here { count, ids } => ids.get(..*count as usize).unwrap_or_default(),
            Place::Elsewhere(ids) => ids,
        }
    }
}

impl Default for NodeIds {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for NodeIds {
    type Target = [i32];

    fn deref(&self) -> &[i32] {
        self.as_slice()
    }
}

impl PartialEq for NodeIds {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for NodeIds {}

impl fmt::Debug for NodeIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}

impl From<&[i32]> for NodeIds {
    #[inline]
    fn from(ids: &[i32]) -> Self {
        ids.iter().copied().collect()
    }
}

impl From<Vec<i32>> for NodeIds {
    fn from(ids: Vec<i32>) -> Self {
        Self(Place::Elsewhere(Box::new(ids)))
    }
}

impl<const N: usize> From<[i32; N]> for NodeIds {
    fn from(ids: [i32; N]) -> Self {
        Self::from(&ids[..])
    }
}

impl FromIterator<i32> for NodeIds {
    #[inline]
    fn from_iter<I: IntoIterator<Item = i32>>(all: I) -> Self {
        let mut all = all.into_iter();
        let (mut count, mut ids) = (0, [0; HERE]);
        for (place, id) in ids.iter_mut().zip(&mut all) {
            *place = id;
            count += 1;
        }
        match (Count::new(count), all.next()) {
            (Some(count), None) => Self(Place::Here { count, ids }),
            (_, next) => Self::from(Vec::from_iter(ids.into_iter().chain(next).chain(all))),
        }
    }
}

impl<'a> Wire<'a> for NodeIds {
    const MIN: usize = 1;
    const KIND: Kind = Kind::Array(&<i32 as Wire<'static>>::KIND);

    fn read(input: Input<'a>, cx: Cx) -> Parsed<'a, Self> {
        read_new(input, cx)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn read_into(&mut self, input: Input<'a>, cx: Cx) -> Rest<'a> {
        if let Place::Here { count, ids } = &mut self.0
            && let Some(rest) = read_few(count, ids, input, cx)
        {
            return Ok(rest);
        }
        let (rest, ids) = read_any(input, cx)?;
        *self = ids;
        Ok(rest)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn append(&self, out: &mut Out, cx: Cx) -> Result<(), EncodeError> {
        match &self.0 {
            Place::Here { count, ids } => append_few(*count, ids, out, cx),
            Place::Elsewhere(ids) => return ids.append(out, cx),
        }
        Ok(())
    }
}

/// Writes all places at once, used or not; what follows is written over those that are not.
#[cfg_attr(not(debug_assertions), inline(always))]
fn append_few(count: Count, ids: &[i32; HERE], out: &mut Out, cx: Cx) {
    let (length, used) = (count as u32, count as usize * ID);
    match count {
        _ if !cx.flexible => {
            out.put(length.to_be_bytes());
            out.put_front::<ALL>(used, |places| put_places(ids, places));
        }
        // Nobody offline, as nearly always.
        Count::None => out.put([1]),
        _ => out.put_front::<{ 1 + ALL }>(1 + used, |[raised, places @ ..]| {
            *raised = length as u8 + 1;
            put_places(ids, places);
        }),
    }
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn put_places(ids: &[i32; HERE], places: &mut [u8; ALL]) {
    // Two in one piece: writing is what takes the time.
    let [a, b, c] = ids.map(|id| id as u32);
    let (ab, rest) = places.split_at_mut(2 * ID);
    ab.copy_from_slice(&(u64::from(a) << 32 | u64::from(b)).to_be_bytes());
    rest.copy_from_slice(&c.to_be_bytes());
}

/// Reads all places at once, used or not, if the bytes go on for so long: as nearly all do.
#[cfg_attr(not(debug_assertions), inline(always))]
fn read_few<'a>(
    few: &mut Count,
    ids: &mut [i32; HERE],
    input: Input<'a>,
    cx: Cx,
) -> Option<Input<'a>> {
    let (rest, count) = if cx.flexible {
        let (&[raised], rest) = input.split_first_chunk()?;
        (rest, u32::from(raised).wrapping_sub(1))
    } else {
        let (&count, rest) = input.split_first_chunk()?;
        (rest, u32::from_be_bytes(count))
    };
    let (places, _) = rest.split_first_chunk::<ALL>()?;
    // Null is more than any count.
    *few = Count::new(count)?;
    let (places, _) = places.as_chunks();
    for (id, &bytes) in ids.iter_mut().zip(places) {
        *id = i32::from_be_bytes(bytes);
    }
    rest.get(count as usize * ID..)
}

#[inline(never)]
fn read_any(input: Input<'_>, cx: Cx) -> Parsed<'_, NodeIds> {
    let (rest, count) = not_null(input, read_length(input, cx))?;
    check_count(input, rest, count, ID)?;
    let (ids, rest) = rest.split_at(count * ID);
    let (ids, _) = ids.as_chunks();
    Ok((rest, ids.iter().map(|&id| i32::from_be_bytes(id)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_smaller_than_a_vector() {
        assert_eq!(size_of::<NodeIds>(), size_of::<[usize; 2]>());
    }

    #[test]
    fn few_and_many_are_written_as_a_vector_and_read_back() {
        for flexible in [false, true] {
            let cx = Cx {
                version: 0,
                flexible,
            };
            for count in 0..7 {
                let all: Vec<i32> = (0..count).collect();
                let ids = NodeIds::from(&all[..]);
                assert_eq!(ids, NodeIds::from(all.clone()));
                let (mut out, mut expected) = (Vec::new(), Vec::new());
                ids.write(&mut out, cx).unwrap();
                all.write(&mut expected, cx).unwrap();
                assert_eq!(out, expected);
                assert_eq!(NodeIds::read(&out, cx), Ok((&[][..], ids)));
                if let Some((_, cut)) = out.split_last() {
                    assert_eq!(
                        NodeIds::read(&out[..cut.len()], cx).is_err(),
                        Vec::<i32>::read(&out[..cut.len()], cx).is_err()
                    );
                }
            }
        }
    }
}
