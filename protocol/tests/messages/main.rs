//! Every message in every version: it reads back, survives hostile bytes, and is the message that Kafka means.

#![cfg(feature = "messages")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod every;
mod hostile;
mod maker;
mod properties;
