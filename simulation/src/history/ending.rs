//! The state in which a run ended: read from logs, tables and the coordinator after the last event.

use std::collections::BTreeMap;

use super::name::{Commit, Payload, Place};

/// What is where at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// The logs of all partitions that exist.
    pub logs: BTreeMap<Place, Log>,
    /// The rows of the store.
    pub store: BTreeMap<Place, i64>,
    /// The group's offsets in Kafka.
    pub kafka: BTreeMap<Place, i64>,
    /// The table of results, in the order in which rows were put in.
    pub results: Vec<ResultRow>,
}

/// One partition's log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// The first offset.
    pub start: i64,
    /// Up to before here, everything is decided and replicated.
    pub stable: i64,
    /// The records, in order; control records are left out.
    pub records: Vec<LogRecord>,
}

/// A record of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// Its offset.
    pub offset: i64,
    /// Itself.
    pub payload: Payload,
    /// Whether its transaction was aborted.
    pub aborted: bool,
}

/// An effect: a row of the table of results. The handler writes it, with the attempt that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResultRow {
    /// Where the record is from.
    pub place: Place,
    /// Its offset.
    pub offset: i64,
    /// Itself.
    pub payload: Payload,
    /// The attempt to commit that the handler wrote it for.
    pub commit: Commit,
}
