//! Producer ids, unique in the cluster: each broker hands them out of blocks that the controller gave it.

use std::collections::BTreeMap;
use std::ops::Range;

/// How many ids a block has.
const BLOCK: i64 = 1000;

/// The blocks in use, and where the next one begins.
#[derive(Debug, Default)]
pub(super) struct ProducerIds {
    next_block: i64,
    blocks: BTreeMap<i32, Range<i64>>,
}

impl ProducerIds {
    /// The next id of a broker.
    pub(super) fn next(&mut self, node: i32) -> i64 {
        if let Some(id) = self.blocks.get_mut(&node).and_then(Iterator::next) {
            return id;
        }
        let id = self.next_block;
        self.next_block += BLOCK;
        self.blocks.insert(node, id + 1..self.next_block);
        id
    }

    /// Where the next block begins.
    pub(super) fn next_block(&self) -> i64 {
        self.next_block
    }

    /// An id is in use, as a record says: no later block has it.
    pub(super) fn seen(&mut self, id: i64) {
        if id >= self.next_block {
            self.next_block = (id / BLOCK + 1) * BLOCK;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_take_from_blocks_of_their_own() {
        let mut ids = ProducerIds::default();
        assert_eq!((ids.next(1), ids.next(2), ids.next(1)), (0, 1000, 1));
        for expected in 2..BLOCK {
            assert_eq!(ids.next(1), expected);
        }
        assert_eq!(ids.next(1), 2000, "the block is used up");
        ids.seen(4500);
        assert_eq!(ids.next(3), 5000);
        ids.seen(17);
        ids.seen(-1);
        ids.seen(ids.next_block() - 1);
        assert_eq!(ids.next(4), 6000);
    }
}
