//! Apache Kafka's wire format: bytes to messages and records, and back. No I/O, no async, no clock.
//!
//! Messages borrow from the bytes that they were read from: a response is its frame plus a `Vec` for each array.
//! Each message is defined once, as an ordinary struct whose attributes are the protocol guide's columns
//! ([`Message`](macro@Message)); the derive reads and writes it in every version that it serves. All 89 APIs of Kafka 4.3
//! are here, both ways; [`AnyRequest`] and [`AnyResponse`] read what a key and a version stand for. `cargo xtask
//! conformance` compares definitions and bytes with Kafka's own.
//!
//! | feature | default | what it adds |
//! | --- | --- | --- |
//! | | | [`types`]: plain names for what Kafka names |
//! | `messages` | yes | requests, responses, their frames, and the [payloads](payload) inside of them |
//! | `records` | yes | record batches and the message sets before them (magic 0, 1 and 2) |
//! | `gzip`, `snappy`, `lz4`, `zstd` | yes | the codecs of compressed batches, each with `records` |
//!
//! # One request, one response
//!

#![forbid(unsafe_code)]
#![cfg_attr(feature = "messages", doc = "```")]
#![cfg_attr(not(feature = "messages"), doc = "```ignore")]
//! use ottla_protocol::frame;
//! use ottla_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};
//! use ottla_protocol::{Request, Response};
//!
//! let request = HeartbeatRequest {
//!     group_id: "billing",
//!     generation_id: 7,
//!     member_id: "worker-1",
//!     ..HeartbeatRequest::default()
//! };
//! let mut out = Vec::new(); // reused from request to request
//! frame::encode_request(&request, 4, 1, Some("docs"), &mut out)?;
//! assert_eq!(out[..4], (out.len() as u32 - 4).to_be_bytes());
//!
//! // What came back, without the four length bytes: correlation id, no tags; throttle time, error code, no tags.
//! let frame = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 27, 0];
//! assert_eq!(frame::correlation_id(&frame)?, 1);
//! let body = frame::response_body::<HeartbeatRequest>(&frame, 4)?;
//! let response = HeartbeatResponse::read_body(body, 4)?;
//! assert_eq!(response.error_code, 27);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
pub use crate::api::{ApiKey, ReadRequest, Request, Response};
#[cfg(feature = "messages")]
pub use crate::error::{DecodeError, EncodeError};
#[cfg(feature = "messages")]
pub use crate::messages::{AnyRequest, AnyResponse};
#[cfg(feature = "messages")]
pub use crate::wire::tagged::UnknownTaggedFields;
/// # Example
///
/// ```
/// use ottla_protocol::Message;
/// use ottla_protocol::wire::{Cx, Wire};
///
/// /// A group's subscription.
/// #[derive(Clone, Debug, PartialEq, Message)]
/// pub struct Subscription<'a> {
///     /// The topics.
///     pub topics: Vec<&'a str>,
///     /// The member's rack (KIP-881).
///     #[field(versions = 3.., nullable = 3..)]
///     pub rack_id: Option<&'a str>,
/// }
///
/// let subscription = Subscription { topics: vec!["orders"], rack_id: None };
/// let cx = Cx { version: 3, flexible: false };
/// let mut out = Vec::new();
/// subscription.write(&mut out, cx)?;
/// assert_eq!(out, b"\0\0\0\x01\0\x06orders\xff\xff");
/// assert_eq!(Subscription::read(&out, cx), Ok((&[][..], subscription)));
/// assert_eq!(Subscription::SCHEMA.fields[1].name, "rack_id");
/// # Ok::<(), ottla_protocol::EncodeError>(())
/// ```
///
/// Null needs an `Option`, and an `Option` needs to know when null may be:
///
/// ```compile_fail
/// #[derive(Clone, Debug, PartialEq, ottla_protocol::Message)]
/// struct Subscription<'a> {
///     rack_id: Option<&'a str>, // an `Option` says in which versions it is `nullable`
/// }
/// ```
///
/// The key is checked against the name:
///
/// ```compile_fail
/// #[derive(Clone, Debug, PartialEq, ottla_protocol::Message)]
/// #[message(response, key = 13, versions = 0..=4)]
/// struct HeartbeatResponse { // the key is another API's: 12
///     error_code: i16,
/// }
/// ```
#[cfg(feature = "messages")]
pub use ottla_protocol_derive::Message;
