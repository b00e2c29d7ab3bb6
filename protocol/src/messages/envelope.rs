//! Envelope (58): carries a client's request from a broker to the controller.
//!
//! Sent by brokers only (KIP-590), with CLUSTER_ACTION on the cluster: so the client talks to any
//! broker, and the controller judges it by the client's rights. One version. The request within
//! must be one of those that brokers forward, such as CreateTopics; else INVALID_REQUEST.

use crate::wire::secret::Secret;
use crate::{Message, UnknownTaggedFields};

/// A client's request, and who sent it.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 58, versions = 0..=0, flexible = 0..)]
pub struct EnvelopeRequest<'a> {
    /// The client's request as it came, header and body, without the length before it.
    pub request_data: Secret<&'a [u8]>,
    /// Who the client is: two bytes of version, then Kafka's `DefaultPrincipalData`, or whatever
    /// the cluster's own principal builder writes; null: nobody told.
    #[field(nullable)]
    pub request_principal: Option<&'a [u8]>,
    /// The client's IP address: 4 or 16 bytes.
    pub client_host_address: &'a [u8],
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The controller's answer to the client.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 58, versions = 0..=0, flexible = 0..)]
pub struct EnvelopeResponse<'a> {
    /// The answer, header and body, for the broker to pass on, with the client's correlation id;
    /// null with an error.
    #[field(nullable)]
    pub response_data: Option<Secret<&'a [u8]>>,
    /// 0, or why the envelope wasn't opened; what the request within met with stands in
    /// `response_data`. UNSUPPORTED_VERSION: the controller can't read the request, the broker then
    /// closes the client's connection. NOT_CONTROLLER: ask another one.
    pub error_code: i16,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
