//! DescribeLogDirs (35): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 35, versions = 1..=5, flexible = 2..)]
pub struct DescribeLogDirsRequest<'a> {
    /// DOC
    #[field(nullable)]
    pub topics: Option<Vec<DescribableLogDirTopic<'a>>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribableLogDirTopic<'a> {
    /// DOC
    pub topic: &'a str,
    /// DOC
    pub partitions: Vec<i32>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 35, versions = 1..=5, flexible = 2..)]
pub struct DescribeLogDirsResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    #[field(versions = 3.., ignorable)]
    pub error_code: i16,
    /// DOC
    pub results: Vec<DescribeLogDirsResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeLogDirsResult<'a> {
    /// DOC
    pub error_code: i16,
    /// DOC
    pub log_dir: &'a str,
    /// DOC
    pub topics: Vec<DescribeLogDirsTopic<'a>>,
    /// DOC
    #[field(versions = 4.., default = -1, ignorable)]
    pub total_bytes: i64,
    /// DOC
    #[field(versions = 4.., default = -1, ignorable)]
    pub usable_bytes: i64,
    /// DOC
    #[field(versions = 5.., ignorable)]
    pub is_cordoned: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeLogDirsTopic<'a> {
    /// DOC
    pub name: &'a str,
    /// DOC
    pub partitions: Vec<DescribeLogDirsPartition>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeLogDirsPartition {
    /// DOC
    pub partition_index: i32,
    /// DOC
    pub partition_size: i64,
    /// DOC
    pub offset_lag: i64,
    /// DOC
    pub is_future_key: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
