//! Hostile input for `ottla-protocol`: valid bytes of every kind, ways to spoil them, and what must hold whatever the
//! bytes are.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`input`] | bytes, and what they are to be read as: a line of text, and back |
//! | [`seeds`] | valid inputs: every message in every version, headers, records of all magics and codecs, payloads |
//! | [`stuffed`] | valid inputs that take the most memory for their bytes |
//! | [`mutate`] | ways to spoil them, from a seed |
//! | [`check`] | what must hold: no panic, no loss, an error that says where, memory within a [`budget`] |
//!
//! Who uses it: the program `fuzz-smoke` (a million inputs in seconds), this crate's tests, and the targets of
//! cargo-fuzz in `fuzz/`, with the program `fuzz-corpus` that writes what they start from.

#![forbid(unsafe_code)]

pub mod budget;
pub mod check;
pub mod input;
#[path = "../../tests/messages/maker.rs"]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test's code, which also makes seeds"
)]
mod maker;
pub mod mutate;
pub mod payloads;
pub mod random;
mod rewrite;
pub mod seeds;
pub mod stuffed;
pub mod targets;
