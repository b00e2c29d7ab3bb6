//! No bytes make a message panic, and what is taken for a message is one.

use ottla_protocol::error::EncodeWhy;
use ottla_protocol::wire::Cx;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::every::{EVERY, Failure, Message};
use crate::maker::Maker;

/// Bytes that are put over others: lengths, counts and varints at their limits.
const BAD: &[&[u8]] = &[
    &[0x7f, 0xff, 0xff, 0xff],
    &[0x80, 0, 0, 0],
    &[0xff, 0xff, 0xff, 0xff, 0x07],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0xff, 0xfe],
    &[0x7f, 0xff],
    &[0],
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_message_cut_short_is_an_error(entropy in vec(any::<u8>(), 0..300), cut: Index) {
        each(&entropy, |message, cx, bytes| {
            if !bytes.is_empty() {
                let result = (message.copy)(&bytes[..cut.index(bytes.len())], cx);
                assert!(matches!(result, Err(Failure::Read(_))), "{}", message.schema.name);
            }
        });
    }

    #[test]
    fn a_byte_too_many_is_an_error(entropy in vec(any::<u8>(), 0..300), more: u8) {
        each(&entropy, |message, cx, mut bytes| {
            bytes.push(more);
            let result = (message.copy)(&bytes, cx);
            assert!(matches!(result, Err(Failure::Read(_))), "{}", message.schema.name);
        });
    }

    #[test]
    fn changed_bytes_are_an_error_or_a_message(
        entropy in vec(any::<u8>(), 0..300),
        changes in vec((any::<Index>(), any::<u8>()), 1..4),
        bad in proptest::option::of((any::<Index>(), 0..BAD.len())),
    ) {
        each(&entropy, |message, cx, mut bytes| {
            for (at, byte) in &changes {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] = *byte;
                }
            }
            if let Some((at, which)) = &bad {
                let at = at.index(bytes.len() + 1);
                let end = bytes.len().min(at + BAD[*which].len());
                bytes.splice(at..end, BAD[*which].iter().copied());
            }
            is_harmless(message, cx, &bytes);
        });
    }

    #[test]
    fn any_bytes_are_an_error_or_a_message(bytes in vec(any::<u8>(), 0..200)) {
        each(&[], |message, cx, _| is_harmless(message, cx, &bytes));
    }
}

/// Runs a check on every message in every version, with valid bytes of it.
fn each(entropy: &[u8], mut check: impl FnMut(&Message, Cx, Vec<u8>)) {
    for message in &*EVERY {
        for cx in message.versions() {
            let mut maker = Maker {
                entropy,
                cx,
                strange_tags: false,
            };
            let bytes = maker.bytes(message.schema);
            check(message, cx, bytes);
        }
    }
}

/// Reads the bytes. If they are a message, what is written is the same message.
fn is_harmless(message: &Message, cx: Cx, bytes: &[u8]) {
    match (message.copy)(bytes, cx) {
        Ok(copy) => assert_eq!((message.copy)(&copy, cx), Ok(copy)),
        Err(Failure::Read(_)) => {}
        // Compact lengths can say more than what is allowed in a string.
        Err(Failure::Write(error)) => {
            assert!(matches!(error.why, EncodeWhy::TooLong { .. }), "{error}");
        }
    }
}
