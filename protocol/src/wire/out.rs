//! What values are appended to.

use std::mem;

/// A vector with room behind it, which values are written into.
///
/// A vector alone keeps its length in memory, where each value has to wait for the one before it: half of the time
/// that a large message takes. Here the end is a number of its own, the room behind it has been filled with zeros, and
/// what is cold takes the whole by value: so that loops over elements keep it in registers.
#[derive(Debug, Default)]
pub struct Out {
    /// Written up to `end`, room from there on.
    bytes: Vec<u8>,
    end: usize,
}

/// Room is made in steps four times as large as what is there, between these: neither often nor for nothing.
const LEAST_ROOM: usize = 128;
const MOST_ROOM: usize = 16 * 1024;

impl Out {
    /// Runs `write`, which appends to `vec`.
    pub(crate) fn onto<T>(vec: &mut Vec<u8>, write: impl FnOnce(&mut Self) -> T) -> T {
        let bytes = mem::take(vec);
        let end = bytes.len();
        let mut out = Self { bytes, end };
        let result = write(&mut out);
        out.bytes.truncate(out.end);
        *vec = out.bytes;
        result
    }

    /// How many bytes there are.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.end
    }

    /// Appends a value of fixed width.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn put<const N: usize>(&mut self, value: [u8; N]) {
        self.put_run(|room| *room = value);
    }

    /// Appends so many bytes, which are filled in where they are.
    #[doc(hidden)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn put_run<const N: usize>(&mut self, fill: impl FnOnce(&mut [u8; N])) {
        self.put_front(N, fill);
    }

    /// Appends the first `used` of `N` bytes, which are filled in where they are.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn put_front<const N: usize>(
        &mut self,
        used: usize,
        fill: impl FnOnce(&mut [u8; N]),
    ) {
        let room = self.bytes.get_mut(self.end..);
        if let Some(room) = room.and_then(<[u8]>::first_chunk_mut) {
            fill(room);
            self.end += used;
        } else {
            let mut bytes = [0; N];
            fill(&mut bytes);
            *self = mem::take(self).followed_by(bytes.get(..used).unwrap_or_default());
        }
    }

    /// Appends bytes.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn put_slice(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let end = self.end + bytes.len();
        match self.bytes.get_mut(self.end..end) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.end = end;
            }
            None => *self = mem::take(self).followed_by(bytes),
        }
    }

    /// Moves the last `count` bytes to `start`, in front of the others from there on.
    pub(crate) fn move_to(&mut self, start: usize, count: usize) {
        if let Some(moved) = self.bytes.get_mut(start..self.end) {
            moved.rotate_right(count.min(moved.len()));
        }
    }

    /// Makes room, too, so that it is not for each value to do.
    #[cold]
    #[inline(never)]
    fn followed_by(mut self, bytes: &[u8]) -> Self {
        self.bytes.truncate(self.end);
        self.bytes.extend_from_slice(bytes);
        self.end = self.bytes.len();
        let room = (4 * self.end).clamp(LEAST_ROOM, MOST_ROOM);
        self.bytes.resize(self.end + room, 0);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_follows_what_was_there() {
        let mut vec = b"there".to_vec();
        let value = Out::onto(&mut vec, |out| {
            out.put(7u16.to_be_bytes());
            out.put_slice(&[1; 1000]);
            out.put([2]);
            out.move_to(5, 1);
            out.len()
        });
        assert_eq!(value, 5 + 2 + 1000 + 1);
        assert_eq!(vec, [b"there\x02\0\x07", &[1; 1000][..]].concat());
    }

    #[test]
    fn many_small_values_make_no_more_room_than_a_vector_would() {
        let mut vec = Vec::new();
        Out::onto(&mut vec, |out| {
            (0..100_000u32).for_each(|n| out.put(n.to_be_bytes()));
        });
        assert_eq!(vec.len(), 400_000);
        assert!(vec.capacity() < 2 * 400_000);
        assert_eq!(vec[399_996..], 99_999u32.to_be_bytes());
    }
}
