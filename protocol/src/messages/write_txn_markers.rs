//! WriteTxnMarkers (27): writes the markers that end a transaction into its partitions.
//!
//! A transaction's coordinator sends it to the partitions' leaders; a tool may, to abort a
//! transaction left hanging (KIP-664). It needs CLUSTER_ACTION or ALTER on the cluster. Versions: 1
//! is flexible, 2 tells the transaction version, which makes the leaders' check of epochs strict
//! (KIP-1228).

use crate::{Message, UnknownTaggedFields};

/// Asks leaders for control records.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 27, versions = 1..=2, flexible = 1..)]
pub struct WriteTxnMarkersRequest<'a> {
    /// The markers, one entry a transaction.
    pub markers: Vec<WritableTxnMarker<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The markers of one transaction.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct WritableTxnMarker<'a> {
    /// The producer's id.
    pub producer_id: i64,
    /// The epoch to stamp on the marker. Transaction version 2: above that of the records.
    pub producer_epoch: i16,
    /// Whether it is committed; if not, aborted.
    pub transaction_result: bool,
    /// Where to write, by topic.
    pub topics: Vec<WritableTxnMarkerTopic<'a>>,
    /// Leader epoch of the coordinator's partition of `__transaction_state`; lower than one seen
    /// before: TRANSACTION_COORDINATOR_FENCED.
    pub coordinator_epoch: i32,
    /// By which rules the transaction runs: 0 and 1 the old ones, 2 an epoch for each transaction
    /// (KIP-890).
    #[field(versions = 2.., ignorable)]
    pub transaction_version: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Where to write in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct WritableTxnMarkerTopic<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// The partitions.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says which markers are written.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 27, versions = 1..=2, flexible = 1..)]
pub struct WriteTxnMarkersResponse<'a> {
    /// What happened, by producer.
    pub markers: Vec<WritableTxnMarkerResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened to the markers of one producer.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct WritableTxnMarkerResult<'a> {
    /// The producer's id.
    pub producer_id: i64,
    /// What happened, by topic.
    pub topics: Vec<WritableTxnMarkerTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one topic.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct WritableTxnMarkerTopicResult<'a> {
    /// The topic's name.
    pub name: &'a str,
    /// What happened, by partition.
    pub partitions: Vec<WritableTxnMarkerPartitionResult>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened in one partition.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct WritableTxnMarkerPartitionResult {
    /// The partition.
    pub partition_index: i32,
    /// 0, or why the marker isn't written.
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
