//! An in-process Kafka cluster.
#![forbid(unsafe_code)]

pub mod faults;
pub mod ticket;
pub mod time;
pub mod transactions;
