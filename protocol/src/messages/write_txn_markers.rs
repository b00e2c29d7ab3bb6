//! WriteTxnMarkers (27): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 27, versions = 1..=2, flexible = 1..)]
pub struct WriteTxnMarkersRequest<'a> {
    /// DOC
    pub markers: Vec<WritableTxnMarker<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct WritableTxnMarker<'a> {
    /// DOC
    pub producer_id: i64,
    /// DOC
    pub producer_epoch: i16,
    /// DOC
    pub transaction_result: bool,
    /// DOC
    pub topics: Vec<WritableTxnMarkerTopic<'a>>,
    /// DOC
    pub coordinator_epoch: i32,
    /// DOC
    #[field(versions = 2.., ignorable)]
    pub transaction_version: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct WritableTxnMarkerTopic<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 27, versions = 1..=2, flexible = 1..)]
pub struct WriteTxnMarkersResponse<'a> {
    /// DOC
    pub markers: Vec<WritableTxnMarkerResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct WritableTxnMarkerResult<'a> {
    /// DOC
    pub producer_id: i64,
    /// DOC
    pub topics: Vec<WritableTxnMarkerTopicResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct WritableTxnMarkerTopicResult<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partitions: Vec<WritableTxnMarkerPartitionResult>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct WritableTxnMarkerPartitionResult {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
