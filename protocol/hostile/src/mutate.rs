//! Ways to spoil bytes.

use ottla_protocol::records::{Compression, Compressor, RecordBatch};

use crate::input::{Input, Kind};
use crate::random::Random;

/// Spoils inputs: the same seed and index give the same input.
#[derive(Debug)]
pub struct Mutator {
    seed: u64,
    seeds: Vec<Input>,
    /// Where each kind begins in the seeds, which are drawn by kind first.
    groups: Vec<Vec<usize>>,
}

/// The kinds that inputs are drawn from, and how often, in a hundred.
const SHARES: &[(&[&str], usize)] = &[
    (&["request"], 38),
    (&["response"], 38),
    (&["header-request", "header-response", "frame"], 4),
    (&["payload"], 5),
    (&["records"], 13),
    (&["compressed"], 2),
];

/// What is put over or between bytes: lengths, counts and varints at their limits, as all formats here have them.
pub const EDGES: &[&[u8]] = &[
    &[0],
    &[1],
    &[0x7f],
    &[0x80],
    &[0xff],
    &[0xff, 0xff],
    &[0x7f, 0xff],
    &[0x80, 0],
    &[0xff, 0xfe],
    &[0x80, 0x01],
    &[0xff, 0x7f],
    &[0, 0, 0, 0],
    &[0x7f, 0xff, 0xff, 0xff],
    &[0x80, 0, 0, 0],
    &[0xff, 0xff, 0xff, 0xff],
    &[0, 0x10, 0, 0],
    &[0x80, 0x80, 0x80, 0x80, 0x08],
    &[0xff, 0xff, 0xff, 0xff, 0x07],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0x1f],
    &[0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
    &[0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x80, 0, 0, 0, 0, 0, 0, 0],
    &[0xff; 9],
    &[0xff; 10],
];

/// No input becomes longer by mutation.
const LONGEST: usize = 1 << 16;

impl Mutator {
    /// Takes the inputs to begin with.
    #[must_use]
    pub fn new(seed: u64, seeds: Vec<Input>) -> Self {
        let of = |words: &[&str]| {
            let wanted = |at: &usize| words.contains(&seeds[*at].kind.word());
            (0..seeds.len()).filter(wanted).collect()
        };
        let groups = SHARES.iter().map(|(words, _)| of(words)).collect();
        Self {
            seed,
            seeds,
            groups,
        }
    }

    /// The input of an index.
    #[must_use]
    pub fn input(&self, index: u64) -> Input {
        let mut random = Random::new(self.seed, index);
        let group = self.group(&mut random);
        let mut input = self.seeds[*random.pick(group)].clone();
        let other = &self.seeds[*random.pick(group)];
        if let Kind::Records = input.kind
            && random.below(3) == 0
            && let Some(bytes) = inside(&input.bytes, &mut random)
        {
            input.bytes = bytes;
            return input;
        }
        spoil(&mut input.bytes, &other.bytes, &mut random);
        if let Kind::Records = input.kind
            && random.below(2) == 0
        {
            mend_length(&mut input.bytes);
        }
        input
    }

    fn group(&self, random: &mut Random) -> &[usize] {
        let mut at = random.below(100);
        for ((_, share), group) in SHARES.iter().zip(&self.groups) {
            if at < *share {
                return group;
            }
            at -= share;
        }
        &self.groups[0]
    }
}

/// Spoils bytes, in one to three ways.
pub fn spoil(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..1 + random.below(3) {
        once(bytes, other, random);
        bytes.truncate(LONGEST);
    }
}

fn once(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let some = range(bytes.len(), random);
    match random.below(12) {
        0 => bytes.truncate(at),
        1 => {
            let more = 1 + random.below(16);
            bytes.extend(random.bytes(more));
        }
        2 | 3 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        4 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = random.next() as u8;
            }
        }
        5 | 6 => {
            let edge = *random.pick(EDGES);
            let end = bytes.len().min(at + edge.len());
            bytes.splice(at..end, edge.iter().copied());
        }
        7 => {
            let edge = *random.pick(EDGES);
            bytes.splice(at..at, edge.iter().copied());
        }
        8 => drop(bytes.drain(some)),
        // The front of one, the end of another.
        9 => {
            bytes.truncate(at);
            bytes.extend_from_slice(&other[random.below(other.len() + 1)..]);
        }
        10 => {
            let times = 1 + random.below(64);
            let again = bytes[some.clone()].repeat(times);
            bytes.splice(some.end..some.end, again);
        }
        _ => again(bytes, some, random),
    }
}

/// Repeats a few bytes and counts one more in front of them: a tagged field twice, an element twice.
fn again(bytes: &mut Vec<u8>, some: std::ops::Range<usize>, random: &mut Random) {
    let end = some.end.min(some.start + 1 + random.below(8));
    let field = bytes[some.start..end].to_vec();
    bytes.splice(end..end, field);
    let count = some.start.checked_sub(1).and_then(|at| bytes.get_mut(at));
    if let Some(count) = count {
        *count = count.wrapping_add(1);
    }
}

fn range(len: usize, random: &mut Random) -> std::ops::Range<usize> {
    let start = random.below(len + 1);
    start..start + random.below(len - start + 1)
}

/// Where a batch has its length and its attributes, and where its records begin.
const LENGTH: std::ops::Range<usize> = 8..12;
const ATTRIBUTES: usize = 22;
const HEADER: usize = 61;

/// Makes the first batch as long as the bytes are, so that it isn't taken for a cut one.
fn mend_length(bytes: &mut [u8]) {
    let length = bytes.len().saturating_sub(LENGTH.end) as u32;
    if let Some(room) = bytes.get_mut(LENGTH) {
        room.copy_from_slice(&length.to_be_bytes());
    }
}

/// Spoils the records of a batch inside of the compression: they are compressed anew.
fn inside(bytes: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let (batch, _) = RecordBatch::split_first(bytes).ok()??;
    if batch.magic() < 2 || batch.compression() != Compression::None {
        return None;
    }
    let mut records = batch.body().to_vec();
    spoil(&mut records, batch.body(), random);
    let codec = *random.pick(&Compression::ALL);
    let mut whole = bytes.get(..HEADER)?.to_vec();
    Compressor::new()
        .compress(codec, &records, &mut whole)
        .ok()?;
    let attributes = whole.get_mut(ATTRIBUTES)?;
    *attributes = *attributes & !7 | codec.code();
    mend_length(&mut whole);
    Some(whole)
}
