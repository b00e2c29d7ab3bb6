//! The promises of the command line, kept by the real binary; most of them against a real Kafka.
//!
//! Where `OTTLA_BOOTSTRAP_SERVERS` is not set, the tests that need a broker say so and pass.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod broker;
mod consuming;
mod ottla;
mod resetting;
mod sink_frozen;
mod sink_killed;
mod target;
mod troubles;
mod usage;
