//! Arrays of brokers, such as a partition's replicas.

use std::fmt;
use std::ops::Deref;

use super::array::check_count;
use super::bytes::{not_null, read_length, write_length};
use super::{Cx, Input, Out, Parsed, Wire};
use crate::error::EncodeError;
use crate::schema::Kind;

/// Ids of brokers: a slice of `i32` that takes no memory of its own while there are no more than three, as there are
/// for nearly every partition.
#[derive(Clone)]
pub struct NodeIds(Place);

/// As large as a vector.
#[derive(Clone)]
enum Place {
    Here { count: u8, ids: [i32; HERE] },
    Elsewhere(Vec<i32>),
}

const HERE: usize = 3;
/// An id's bytes, and those of all that are kept here.
const ID: usize = size_of::<i32>();
const ALL: usize = HERE * ID;

impl NodeIds {
    /// No ids.
    #[must_use]
    pub const fn new() -> Self {
        Self(Place::Here {
            count: 0,
            ids: [0; HERE],
        })
    }

    #[inline]
    fn as_slice(&self) -> &[i32] {
        match &self.0 {
            Place::Here { count, ids } => ids.get(..usize::from(*count)).unwrap_or_default(),
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
        Self(Place::Elsewhere(ids))
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
        match all.next() {
            None => Self(Place::Here { count, ids }),
            Some(id) => Self(Place::Elsewhere(
                ids.into_iter().chain([id]).chain(all).collect(),
            )),
        }
    }
}

impl<'a> Wire<'a> for NodeIds {
    const MIN: usize = 1;
    const KIND: Kind = Kind::Array(&<i32 as Wire<'static>>::KIND);

    #[inline(always)]
    fn read(input: Input<'a>, cx: Cx) -> Parsed<'a, Self> {
        match read_few(input, cx) {
            Some((few, behind)) => Ok((behind, few)),
            None => read_any(input, cx),
        }
    }

    #[inline(always)]
    fn append(&self, out: &mut Out, cx: Cx) -> Result<(), EncodeError> {
        let ids = self.as_slice();
        write_length(Some(ids.len()), out, cx)?;
        for id in ids {
            out.put(id.to_be_bytes());
        }
        Ok(())
    }
}

/// Reads all places at once, used or not, if the bytes go on for so long: as nearly all do.
#[inline(always)]
fn read_few(input: Input<'_>, cx: Cx) -> Option<(NodeIds, Input<'_>)> {
    let (rest, count) = if cx.flexible {
        let (&[raised], rest) = input.split_first_chunk()?;
        (rest, u32::from(raised).wrapping_sub(1))
    } else {
        let (&count, rest) = input.split_first_chunk()?;
        (rest, u32::from_be_bytes(count))
    };
    let (places, _) = rest.split_first_chunk::<ALL>()?;
    // Null is more than any count.
    let count = u8::try_from(count)
        .ok()
        .filter(|&it| usize::from(it) <= HERE)?;
    let behind = rest.get(usize::from(count) * ID..)?;
    let (chunks, _) = places.as_chunks();
    let mut ids = [0; HERE];
    for (id, &bytes) in ids.iter_mut().zip(chunks) {
        *id = i32::from_be_bytes(bytes);
    }
    Some((NodeIds(Place::Here { count, ids }), behind))
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
    fn they_are_as_large_as_a_vector() {
        assert_eq!(size_of::<NodeIds>(), size_of::<Vec<i32>>());
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
