//! Apache Kafka's wire format: bytes to messages and records, and back. No I/O, no async, no clock.

#[cfg(feature = "messages")]
pub mod error_code;
#[cfg(feature = "records")]
pub mod records;
pub mod types;
