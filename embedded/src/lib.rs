//! An in-process Kafka cluster.
#![forbid(unsafe_code)]

pub mod ticket;
pub mod time;
pub mod transactions;
