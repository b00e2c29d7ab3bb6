//! DescribeCluster (60): the cluster's id and the addresses of its brokers or controllers.
//!
//! Any broker answers, and any controller for controllers (KIP-700). Versions: 1 asks for
//! controllers (KIP-919), 2 for fenced brokers too (KIP-1073). Asked of the wrong kind of node:
//! MISMATCHED_ENDPOINT_TYPE.

use crate::{Message, UnknownTaggedFields};

/// Asks for the cluster's nodes.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 60, versions = 0..=2, flexible = 0..)]
pub struct DescribeClusterRequest {
    /// Whether to tell what the asker may do with the cluster.
    pub include_cluster_authorized_operations: bool,
    /// Which nodes: 1 brokers, asked of a broker; 2 controllers, asked of a controller.
    #[field(versions = 1.., default = 1)]
    pub endpoint_type: i8,
    /// Whether to tell the fenced brokers too.
    #[field(versions = 2..)]
    pub include_fenced_brokers: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The cluster's nodes.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 60, versions = 0..=2, flexible = 0..)]
pub struct DescribeClusterResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why there is no answer.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Which nodes these are: 1 brokers, 2 controllers.
    #[field(versions = 1.., default = 1)]
    pub endpoint_type: i8,
    /// The cluster's id.
    pub cluster_id: &'a str,
    /// From a controller: the one that leads. From a broker: any broker, as all take administration
    /// with KRaft. -1 unknown.
    #[field(default = -1)]
    pub controller_id: i32,
    /// The nodes, with the listener that was asked.
    pub brokers: Vec<DescribeClusterBroker<'a>>,
    /// Bits of what the asker may do with the cluster; the default says: not asked.
    #[field(default = i32::MIN)]
    pub cluster_authorized_operations: i32,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A broker's or controller's address.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeClusterBroker<'a> {
    /// The node.
    pub broker_id: i32,
    /// Its host name.
    pub host: &'a str,
    /// Its port.
    pub port: i32,
    /// Its rack, if it has one.
    #[field(nullable)]
    pub rack: Option<&'a str>,
    /// Whether it is fenced: registered, but not heard from or not ready, so out of service.
    #[field(versions = 2..)]
    pub is_fenced: bool,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
