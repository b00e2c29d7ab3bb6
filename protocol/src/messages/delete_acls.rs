//! DeleteAcls (31): removes the access rules that match filters.
//!
//! Needs ALTER on the cluster; a broker forwards it to the controller. Without an authorizer:
//! SECURITY_DISABLED. Versions: 1 has pattern types (KIP-290), 2 is flexible, 3 has rules on users
//! (KIP-373).

use crate::{Message, UnknownTaggedFields};

/// Asks to remove rules.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(request, key = 31, versions = 1..=3, flexible = 2..)]
pub struct DeleteAclsRequest<'a> {
    /// The filters; a rule goes if one of them matches.
    pub filters: Vec<DeleteAclsFilter<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One filter; a rule must match all of it.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteAclsFilter<'a> {
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

/// Says which rules are gone.
#[derive(Clone, Debug, Message, PartialEq)]
#[message(response, key = 31, versions = 1..=3, flexible = 2..)]
pub struct DeleteAclsResponse<'a> {
    /// How long a quota mutes this client, in milliseconds; 0: not at all.
    pub throttle_time_ms: i32,
    /// What happened, one entry a filter, in the order of the request.
    pub filter_results: Vec<DeleteAclsFilterResult<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// What happened to the rules of one filter.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteAclsFilterResult<'a> {
    /// 0, or why the filter removed nothing; others of the same request may have.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// The rules that matched; none is no error.
    pub matching_acls: Vec<DeleteAclsMatchingAcl<'a>>,
    /// Tagged fields that this definition doesn't know.
    pub unknown_tagged_fields: UnknownTaggedFields,
}

/// One rule that matched.
#[derive(Clone, Debug, Message, PartialEq)]
pub struct DeleteAclsMatchingAcl<'a> {
    /// 0, or why this one is still there.
    pub error_code: i16,
    /// The broker's words on that.
    #[field(nullable)]
    pub error_message: Option<&'a str>,
    /// Kind of resource: 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7
    /// user.
    pub resource_type: i8,
    /// Name or prefix; `*` with pattern type 3: all of that kind.
    pub resource_name: &'a str,
    /// Kind of pattern: 3 literal, 4 prefix.
    #[field(default = 3)]
    pub pattern_type: i8,
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
