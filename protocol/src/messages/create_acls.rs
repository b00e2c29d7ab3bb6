//! CreateAcls (30): adds access rules.
//!
//! Needs ALTER on the cluster; a broker forwards it to the controller. A rule that is there already
//! is no error. Without an authorizer: SECURITY_DISABLED. Versions: 1 has pattern types (KIP-290),
//! 2 is flexible, 3 has rules on users (KIP-373).

use crate::{Message, UnknownTaggedFields};

/// Asks for new rules.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 30, versions = 1..=3, flexible = 2..)]
pub struct CreateAclsRequest<'a> {
    /// The rules to add.
    pub creations: Vec<AclCreation<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// A rule to add. Unknown (0), any (1) and matching (2) are for filters alone.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AclCreation<'a> {
    /// Kind of resource: 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7
    /// user.
    pub resource_type: i8,
    /// Name or prefix, not empty; `*` with pattern type 3: all of that kind. The cluster's is
    /// `kafka-cluster`.
    pub resource_name: &'a str,
    /// Kind of pattern: 3 literal, 4 prefix.
    #[field(default = 3)]
    pub resource_pattern_type: i8,
    /// Who it is about, such as `User:alice`; `User:*`: everybody.
    pub principal: &'a str,
    /// From where: an IP address, or `*`: anywhere.
    pub host: &'a str,
    /// What it is about: 2 all, 3 read, 4 write, 5 create, 6 delete, 7 alter, 8 describe, 9 cluster
    /// action, 10 describe configs, 11 alter configs, 12 idempotent write, 13 create tokens, 14
    /// describe tokens, 15 two-phase commit.
    pub operation: i8,
    /// 2 deny, 3 allow. A rule that denies wins.
    pub permission_type: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// Says which rules are in.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 30, versions = 1..=3, flexible = 2..)]
pub struct CreateAclsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// What happened, one entry a rule, in the order of the request.
    pub results: Vec<AclCreationResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened to one rule.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AclCreationResult<'a> {
    /// 0, or why the rule isn't in; others of the same request may be.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
