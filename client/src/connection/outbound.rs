//! Frames that wait for the socket: as many as it takes are written at once, without gluing them together first.

use std::collections::VecDeque;
use std::io::IoSlice;

use bytes::{Buf, Bytes};

#[derive(Debug, Default)]
pub(super) struct Outbound {
    frames: VecDeque<Bytes>,
    bytes: usize,
}

impl Outbound {
    pub(super) fn push(&mut self, frame: Bytes) {
        self.bytes += frame.len();
        self.frames.push_back(frame);
    }
}

impl Buf for Outbound {
    fn remaining(&self) -> usize {
        self.bytes
    }

    fn chunk(&self) -> &[u8] {
        self.frames.front().map_or(&[], |frame| frame)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let pairs = slices.iter_mut().zip(&self.frames);
        pairs
            .map(|(slice, frame)| *slice = IoSlice::new(frame))
            .count()
    }

    fn advance(&mut self, written: usize) {
        self.bytes -= written;
        let mut left = written;
        while let Some(frame) = self.frames.front_mut() {
            if frame.len() > left {
                return frame.advance(left);
            }
            left -= frame.len();
            self.frames.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_goes_in_comes_out_however_it_is_taken(
            frames in proptest::collection::vec("[a-z]{1,9}", 0..9),
            takes in proptest::collection::vec(1_usize..20, 1..90),
        ) {
            let mut outbound = Outbound::default();
            frames.iter().for_each(|frame| outbound.push(frame.clone().into()));
            let mut out = Vec::new();
            for take in takes {
                let mut slices = [IoSlice::new(&[]); 3];
                let count = outbound.chunks_vectored(&mut slices);
                let seen = slices[..count].iter().flat_map(|slice| slice.iter().copied());
                let taken: Vec<u8> = seen.take(take).collect();
                outbound.advance(taken.len());
                out.extend(taken);
                prop_assert_eq!(out.len() + outbound.remaining(), frames.concat().len());
            }
            let all = frames.concat().into_bytes();
            prop_assert_eq!(&out[..], &all[..out.len()]);
        }
    }
}
