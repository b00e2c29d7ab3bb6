//! ◇ Which partition a record goes to: by its key as Java's client does, so that programs in both languages agree; without a key, one
//! partition for a while, then another (KIP-794), so that batches fill.
#![deny(clippy::disallowed_methods)]

/// The partition for a key.
pub(crate) fn for_key(key: &[u8], partitions: i32) -> i32 {
    let positive = murmur2(key) & 0x7fff_ffff;
    i32::try_from(positive).unwrap_or_default() % partitions.max(1)
}

/// The partition for records without a key.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sticky {
    partition: Option<i32>,
    bytes: usize,
}

impl Sticky {
    /// Where the next record goes. `random` is asked when it is time for another partition.
    pub(crate) fn partition(&mut self, partitions: i32, random: impl FnOnce() -> u32) -> i32 {
        if let Some(partition) = self.partition.filter(|partition| *partition < partitions) {
            return partition;
        }
        let span = u32::try_from(partitions).unwrap_or_default().max(1);
        let chosen = i32::try_from(random() % span).unwrap_or_default();
        self.partition = Some(chosen);
        self.bytes = 0;
        chosen
    }

    /// Notes that a record went there. After a batch's worth of bytes it is another partition's turn: counted in bytes, not batches,
    /// or a slow partition, whose batches are larger, would get more than its share.
    pub(crate) fn wrote(&mut self, bytes: usize, batch_size: usize) {
        self.bytes += bytes;
        if self.bytes >= batch_size {
            self.partition = None;
        }
    }
}

/// MurmurHash2, 32 bits, with the seed and the reading of the last bytes that Kafka's `Utils.murmur2` has.
fn murmur2(data: &[u8]) -> u32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let (words, tail) = data.as_chunks::<4>();
    let mut h = words.iter().fold(SEED ^ length, |h, word| {
        let k = u32::from_le_bytes(*word).wrapping_mul(M);
        let k = (k ^ (k >> 24)).wrapping_mul(M);
        h.wrapping_mul(M) ^ k
    });
    if !tail.is_empty() {
        let rest = tail
            .iter()
            .rev()
            .fold(0, |rest, byte| rest << 8 | u32::from(*byte));
        h = (h ^ rest).wrapping_mul(M);
    }
    h = (h ^ (h >> 13)).wrapping_mul(M);
    h ^ (h >> 15)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// From Kafka's own `UtilsTest.testMurmur2`.
    #[test]
    fn hashes_as_kafkas_own_tests_say() {
        let cases: [(&[u8], i32); 7] = [
            (b"21", -973_932_308),
            (b"foobar", -790_332_482),
            (b"a-little-bit-long-string", -985_981_536),
            (b"a-little-bit-longer-string", -1_486_304_829),
            (
                b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8",
                -58_897_971,
            ),
            (b"abc", 479_470_107),
            (b"", 275_646_681),
        ];
        for (key, hash) in cases {
            assert_eq!(murmur2(key).cast_signed(), hash, "{}", key.escape_ascii());
        }
    }

    #[test]
    fn a_batchs_worth_of_records_stays_together() {
        let mut sticky = Sticky::default();
        let mut randoms = [5, 7].into_iter();
        let mut to = Vec::new();
        for _ in 0..8 {
            to.push(sticky.partition(4, || randoms.next().unwrap()));
            sticky.wrote(30, 100);
        }
        assert_eq!(to, [1, 1, 1, 1, 3, 3, 3, 3]);
    }

    proptest! {
        #[test]
        fn a_partition_is_always_one_of_the_topics(key: Vec<u8>, partitions in 1..2000, random: u32) {
            prop_assert!((0..partitions).contains(&for_key(&key, partitions)));
            prop_assert!((0..partitions).contains(&Sticky::default().partition(partitions, || random)));
        }
    }
}
