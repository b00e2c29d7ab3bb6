//! Whatever the bytes are, no rule is broken: what `cargo xtask fuzz-smoke` does, in small, and shrunk where it fails.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::sync::LazyLock;

use ottla_hostile::check::Checker;
use ottla_hostile::input::{Input, Kind};
use ottla_hostile::mutate::{EDGES, Mutator};
use ottla_hostile::payloads::PAYLOADS;
use ottla_hostile::{seeds, stuffed};
use ottla_protocol::records::Compression;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

static SEEDS: LazyLock<Vec<Input>> = LazyLock::new(|| seeds::all(1));

/// Seeds of other kinds than messages, which have tests of their own beside their definitions.
static OTHERS: LazyLock<Vec<Input>> = LazyLock::new(|| {
    let message = |input: &&Input| matches!(input.kind, Kind::Request(..) | Kind::Response(..));
    SEEDS.iter().filter(|it| !message(it)).cloned().collect()
});

/// Bytes put in the place of others: where, how many go, and which come.
fn edits() -> impl Strategy<Value = Vec<(Index, usize, Vec<u8>)>> {
    let bytes = prop_oneof![
        select(EDGES.to_vec()).prop_map(<[u8]>::to_vec),
        vec(any::<u8>(), 0..6)
    ];
    vec((any::<Index>(), 0..6_usize, bytes), 1..5)
}

fn edit(bytes: &mut Vec<u8>, edits: &[(Index, usize, Vec<u8>)]) {
    for (at, gone, come) in edits {
        let at = at.index(bytes.len() + 1);
        let end = bytes.len().min(at + gone);
        bytes.splice(at..end, come.iter().copied());
    }
}

fn holds(input: &Input) -> Result<(), TestCaseError> {
    let checked = Checker::default().check(input);
    prop_assert!(checked.is_ok(), "{}\n{input}", checked.unwrap_err());
    Ok(())
}

proptest! {
    #[test]
    fn records_headers_and_payloads_that_were_edited(which: Index, edits in edits()) {
        let mut input = which.get(&OTHERS).clone();
        edit(&mut input.bytes, &edits);
        holds(&input)?;
    }

    #[test]
    fn messages_that_were_edited(which: Index, edits in edits()) {
        let mut input = which.get(&SEEDS).clone();
        edit(&mut input.bytes, &edits);
        holds(&input)?;
    }

    #[test]
    fn a_cut_is_refused_or_drops_the_last_batch(which: Index, at: Index) {
        let mut input = which.get(&OTHERS).clone();
        input.bytes.truncate(at.index(input.bytes.len() + 1));
        holds(&input)?;
    }

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..200), payload in select(PAYLOADS.iter().collect::<Vec<_>>())) {
        let codecs = Compression::ALL.map(Kind::Compressed);
        for kind in codecs.into_iter().chain([Kind::Records, Kind::Frame, Kind::Payload(payload)]) {
            holds(&Input { kind, bytes: bytes.clone() })?;
        }
    }
}

#[test]
fn valid_inputs_are_read() {
    let mut checker = Checker::default();
    for input in &*SEEDS {
        assert_eq!(checker.check(input).unwrap().refused, None, "{input}");
    }
}

#[test]
fn arrays_full_of_the_smallest_elements_stay_within_the_budget() {
    let mut checker = Checker::default();
    for count in [0, 1, 300] {
        for input in stuffed::all(count) {
            assert_eq!(checker.check(&input).unwrap().refused, None, "{input}");
        }
    }
}

#[test]
fn a_seed_and_an_index_are_an_input() {
    let (one, other) = (
        Mutator::new(5, SEEDS.clone()),
        Mutator::new(5, SEEDS.clone()),
    );
    for index in 0..1000 {
        let input = one.input(index).to_string();
        assert_eq!(input, other.input(index).to_string());
        let again: Input = input.parse().unwrap();
        assert_eq!(input, again.to_string());
    }
}
