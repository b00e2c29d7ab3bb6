//! DescribeCluster (60): DOC
//!
//! DOC versions

use crate::{Message, UnknownTaggedFields};

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 60, versions = 0..=2, flexible = 0..)]
pub struct DescribeClusterRequest {
    /// DOC
    pub include_cluster_authorized_operations: bool,
    /// DOC
    #[field(versions = 1.., default = 1)]
    pub endpoint_type: i8,
    /// DOC
    #[field(versions = 2..)]
    pub include_fenced_brokers: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 60, versions = 0..=2, flexible = 0..)]
pub struct DescribeClusterResponse<'a> {
    /// DOC
    pub throttle_time_ms: i32,
    /// DOC
    pub error_code: i16,
    /// DOC
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// DOC
    #[field(versions = 1.., default = 1)]
    pub endpoint_type: i8,
    /// DOC
    pub cluster_id: &'a str,
    /// DOC
    #[field(default = -1)]
    pub controller_id: i32,
    /// DOC
    pub brokers: Vec<DescribeClusterBroker<'a>>,
    /// DOC
    #[field(default = i32::MIN)]
    pub cluster_authorized_operations: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// DOC
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeClusterBroker<'a> {
    /// DOC
    pub broker_id: i32,
    /// DOC
    pub host: &'a str,
    /// DOC
    pub port: i32,
    /// DOC
    #[field(nullable)]
    pub rack: Option<&'a str>,
    /// DOC
    #[field(versions = 2..)]
    pub is_fenced: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
