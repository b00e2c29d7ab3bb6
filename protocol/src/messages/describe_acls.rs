//! DescribeAcls (29): lists the access rules that match a filter.
//!
//! Needs DESCRIBE on the cluster; a broker without an authorizer answers SECURITY_DISABLED.
//! Versions: 1 has pattern types (KIP-290), 2 is flexible, 3 has rules on users (KIP-373).

use crate::{Message, UnknownTaggedFields};

/// The filter; a rule must match all of it.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 29, versions = 1..=3, flexible = 2..)]
pub struct DescribeAclsRequest<'a> {
    /// Kind of resource: 1 any, 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation
    /// token, 7 user.
    pub resource_type_filter: i8,
    /// Name of the resource; null: any.
    #[field(nullable)]
    pub resource_name_filter: Option<&'a str>,
    /// Kind of pattern: 1 any, 2 whatever applies to the name (itself, `*` or a prefix of it), 3
    /// literal, 4 prefix.
    #[field(default = 3)]
    pub pattern_type_filter: i8,
    /// Who it is about, such as `User:alice`, to the letter; null: anybody.
    #[field(nullable)]
    pub principal_filter: Option<&'a str>,
    /// From where, to the letter; null: any.
    #[field(nullable)]
    pub host_filter: Option<&'a str>,
    /// What it is about: 1 any, 2 all (such rules only), 3 read, 4 write, 5 create, 6 delete, 7
    /// alter, 8 describe, 9 cluster action, 10 describe configs, 11 alter configs, 12 idempotent
    /// write, 13 create tokens, 14 describe tokens, 15 two-phase commit.
    pub operation: i8,
    /// 1 any, 2 deny, 3 allow.
    pub permission_type: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The rules.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 29, versions = 1..=3, flexible = 2..)]
pub struct DescribeAclsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// 0, or why there are no rules.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// The rules, by pattern of resources.
    pub resources: Vec<DescribeAclsResource<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// The rules on one pattern of resources.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DescribeAclsResource<'a> {
    /// Kind of resource: 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7
    /// user.
    pub resource_type: i8,
    /// Name or prefix; `*` with pattern type 3: all of that kind.
    pub resource_name: &'a str,
    /// Kind of pattern: 3 literal, 4 prefix.
    #[field(default = 3)]
    pub pattern_type: i8,
    /// The rules.
    pub acls: Vec<AclDescription<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One rule.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct AclDescription<'a> {
    /// Who it is about, such as `User:alice`; `User:*`: everybody.
    pub principal: &'a str,
    /// From where: an IP address, or `*`: anywhere.
    pub host: &'a str,
    /// What it is about: 2 all, 3 read, 4 write, 5 create, 6 delete, 7 alter, 8 describe, 9 cluster
    /// action, 10 describe configs, 11 alter configs, 12 idempotent write, 13 create tokens, 14
    /// describe tokens, 15 two-phase commit.
    pub operation: i8,
    /// 2 deny, 3 allow.
    pub permission_type: i8,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}
