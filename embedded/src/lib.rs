//! An in-process Kafka cluster for tests and simulation.

pub mod fetch_session;
pub mod log;
pub mod time;
