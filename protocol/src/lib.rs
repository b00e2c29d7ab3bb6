//! Apache Kafka's wire format: bytes to messages and records, and back. No I/O, no async, no clock.
//!
//! Messages borrow from the bytes that they were read from: a response is its frame plus a `Vec` for each array.
//! Each message is defined once, as an ordinary struct whose attributes are the protocol guide's columns
//! ([`Message`](macro@Message)); the derive reads and writes it in every version that it serves.
//!
//! | feature | default | what it adds |
//! | --- | --- | --- |
//! | | | [`types`]: plain names for what Kafka names |
//! | `messages` | yes | requests, responses and their frames |
//! | `records` | yes | record batches (format v2) |
//! | `gzip`, `snappy`, `lz4`, `zstd` | yes | the codecs of compressed batches, each with `records` |

// The derive names the crate from outside; here it is inside.
extern crate self as ottla_protocol;

#[cfg(feature = "messages")]
pub mod api;
#[cfg(feature = "messages")]
pub mod error;
#[cfg(feature = "messages")]
pub mod error_code;
#[cfg(feature = "messages")]
pub mod frame;
#[cfg(feature = "messages")]
pub mod header;
#[cfg(feature = "messages")]
pub mod messages;
#[cfg(feature = "messages")]
pub mod payload;
#[cfg(feature = "records")]
pub mod records;
#[cfg(feature = "messages")]
pub mod schema;
pub mod types;
#[cfg(feature = "messages")]
pub mod wire;

#[cfg(feature = "messages")]
pub use crate::api::{ApiKey, Request, Response};
#[cfg(feature = "messages")]
pub use crate::error::{DecodeError, EncodeError};
#[cfg(feature = "messages")]
pub use ottla_protocol_derive::Message;
