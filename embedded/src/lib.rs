//! An in-process Kafka cluster.

#![forbid(unsafe_code)]

pub mod groups;
pub mod ticket;
pub mod time;
