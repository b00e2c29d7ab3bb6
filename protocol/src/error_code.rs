//! Kafka's error table: number, name, whether the same request may succeed later, and when it comes.

use std::fmt;

/// An error that a broker reports by number; 0 is none.
///
/// Numbers that this table doesn't know, from brokers newer than it, are kept as they are.
///
/// ```
/// use ottla_protocol::error_code::ErrorCode;
///
/// assert_eq!(ErrorCode::from(16), ErrorCode::NOT_COORDINATOR);
/// assert!(ErrorCode::NOT_COORDINATOR.is_retriable());
/// assert_eq!(ErrorCode::from(1).to_string(), "OFFSET_OUT_OF_RANGE");
/// assert_eq!(ErrorCode::from(9999).to_string(), "UNKNOWN(9999)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ErrorCode(pub i16);

impl ErrorCode {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> i16 {
        self.0
    }

    /// Whether this is [`ErrorCode::NONE`].
    #[must_use]
    pub const fn is_ok(self) -> bool {
        self.0 == 0
    }

    /// This code as a result, for `?`.
    ///
    /// # Errors
    /// The code itself, unless it is [`ErrorCode::NONE`].
    pub const fn into_result(self) -> Result<(), Self> {
        if self.is_ok() { Ok(()) } else { Err(self) }
    }

    /// Kafka's name, as its tools and logs print it; `UNKNOWN` for a number that the table lacks.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().map_or("UNKNOWN", |entry| entry.name)
    }

    /// Whether the same request may succeed later, perhaps after a look for the leader or the
    /// coordinator: the codes that Java's client maps to a `RetriableException`.
    #[must_use]
    pub fn is_retriable(self) -> bool {
        self.entry().is_some_and(|entry| entry.retriable)
    }

    /// When it comes, in a few words.
    #[must_use]
    pub fn description(self) -> &'static str {
        self.entry()
            .map_or("an error newer than this library", |entry| {
                entry.description
            })
    }

    fn entry(self) -> Option<&'static Entry> {
        let at = i32::from(self.0) - i32::from(TABLE[0].code);
        TABLE.get(usize::try_from(at).ok()?)
    }
}

impl From<i16> for ErrorCode {
    fn from(code: i16) -> Self {
        Self(code)
    }
}

/// Kafka's name, or `UNKNOWN(123)`.
impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry() {
            Some(entry) => f.write_str(entry.name),
            None => write!(f, "UNKNOWN({})", self.0),
        }
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErrorCode::{self}")
    }
}

impl std::error::Error for ErrorCode {}

/// One row of the table.
struct Entry {
    code: i16,
    name: &'static str,
    retriable: bool,
    description: &'static str,
}

/// Makes a constant and a row of `TABLE` of each line. Lines are in order and without gaps, which a test
/// holds: a row is found by its number.
macro_rules! error_codes {
    ($($code:literal $name:ident $($retriable:ident)? : $description:literal;)*) => {
        impl ErrorCode {
            $(
                #[doc = concat!("`", $code, "`: ", $description, ".")]
                pub const $name: Self = Self($code);
            )*
        }

        const TABLE: &[Entry] = &[$(
            Entry {
                code: $code,
                name: stringify!($name),
                retriable: error_codes!(@$($retriable)?),
                description: $description,
            },
        )*];
    };
    (@retriable) => { true };
    (@) => { false };
}

error_codes! {
    -1 UNKNOWN_SERVER_ERROR: "the broker failed in a way it has no code for";
    0 NONE: "no error";
    1 OFFSET_OUT_OF_RANGE: "the offset lies before the log's start or behind its end";
    2 CORRUPT_MESSAGE retriable: "a batch doesn't match its checksum, or a compacted topic got a record without a key";
    3 UNKNOWN_TOPIC_OR_PARTITION retriable: "the broker has no such partition, or doesn't know of it yet";
    4 INVALID_FETCH_SIZE: "the fetch asks for a negative number of bytes";
    5 LEADER_NOT_AVAILABLE retriable: "the partition has no leader, as one is being elected";
    6 NOT_LEADER_OR_FOLLOWER retriable: "the partition's leader, or replica, is another broker";
    7 REQUEST_TIMED_OUT retriable: "the broker could not finish in the time allowed; what it did may stay done";
    8 BROKER_NOT_AVAILABLE: "the broker is not up";
    9 REPLICA_NOT_AVAILABLE retriable: "the broker keeps no copy of the partition, or can't read it";
    10 MESSAGE_TOO_LARGE: "a batch is larger than the topic takes";
    11 STALE_CONTROLLER_EPOCH: "a controller spoke that no longer is the controller";
    12 OFFSET_METADATA_TOO_LARGE: "the text beside a committed offset is longer than the broker takes";
    13 NETWORK_EXCEPTION retriable: "the connection broke before the answer came";
    14 COORDINATOR_LOAD_IN_PROGRESS retriable: "the coordinator still reads its state from the log";
    15 COORDINATOR_NOT_AVAILABLE retriable: "there is no coordinator at present";
    16 NOT_COORDINATOR retriable: "the coordinator is another broker";
    17 INVALID_TOPIC_EXCEPTION: "the topic's name is not allowed, or the topic is not for clients to touch";
    18 RECORD_LIST_TOO_LARGE: "a batch is larger than a segment of the log";
    19 NOT_ENOUGH_REPLICAS retriable: "fewer replicas are in sync than the topic asks for; nothing was appended";
    20 NOT_ENOUGH_REPLICAS_AFTER_APPEND retriable: "records were appended, but fewer replicas have them than the topic asks for";
    21 INVALID_REQUIRED_ACKS: "`acks` is none of -1, 0 and 1";
    22 ILLEGAL_GENERATION: "the group is in another generation";
    23 INCONSISTENT_GROUP_PROTOCOL: "the member shares no assignor with the group, or names none";
    24 INVALID_GROUP_ID: "the group's name is not allowed, or empty where a group is needed";
    25 UNKNOWN_MEMBER_ID: "the group has no such member: it was thrown out, or left";
    26 INVALID_SESSION_TIMEOUT: "the session time-out is outside of what the broker allows";
    27 REBALANCE_IN_PROGRESS: "the group makes a new generation: join again";
    28 INVALID_COMMIT_OFFSET_SIZE: "a commit is too large to be kept";
    29 TOPIC_AUTHORIZATION_FAILED: "the user may not do this with the topic";
    30 GROUP_AUTHORIZATION_FAILED: "the user may not do this with the group";
    31 CLUSTER_AUTHORIZATION_FAILED: "the user may not do this with the cluster";
    32 INVALID_TIMESTAMP: "a record's timestamp is too far from the broker's clock";
    33 UNSUPPORTED_SASL_MECHANISM: "the broker doesn't speak this SASL mechanism";
    34 ILLEGAL_SASL_STATE: "the request doesn't fit in where authentication stands";
    35 UNSUPPORTED_VERSION: "the broker doesn't serve this version of the API";
    36 TOPIC_ALREADY_EXISTS: "there is a topic of this name";
    37 INVALID_PARTITIONS: "the number of partitions is below 1, or not above the present one";
    38 INVALID_REPLICATION_FACTOR: "the number of copies is below 1, or there are not enough brokers for it";
    39 INVALID_REPLICA_ASSIGNMENT: "partitions can't be kept by these brokers";
    40 INVALID_CONFIG: "a setting is unknown, or its value not allowed";
    41 NOT_CONTROLLER retriable: "the controller is another node";
    42 INVALID_REQUEST: "the request contradicts itself, or can't be read";
    43 UNSUPPORTED_FOR_MESSAGE_FORMAT: "the partition's record format is too old for the request";
    44 POLICY_VIOLATION: "a policy of the cluster forbids it";
    45 OUT_OF_ORDER_SEQUENCE_NUMBER: "a producer's batch came without the one before it";
    46 DUPLICATE_SEQUENCE_NUMBER: "a producer's batch came for the second time";
    47 INVALID_PRODUCER_EPOCH: "a producer with a newer epoch exists, or the transaction timed out";
    48 INVALID_TXN_STATE: "the transaction is not in a state that allows it";
    49 INVALID_PRODUCER_ID_MAPPING: "the producer id is not the transactional id's";
    50 INVALID_TRANSACTION_TIMEOUT: "the transaction time-out is longer than the broker allows";
    51 CONCURRENT_TRANSACTIONS retriable: "the transaction before is still being finished";
    52 TRANSACTION_COORDINATOR_FENCED: "the coordinator that wrote a marker no longer is the coordinator";
    53 TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "the user may not use the transactional id";
    54 SECURITY_DISABLED: "the cluster has no security set up";
    55 OPERATION_NOT_ATTEMPTED: "another part of the request failed, so this one was not tried";
    56 KAFKA_STORAGE_ERROR retriable: "the broker's disk failed";
    57 LOG_DIR_NOT_FOUND: "the broker has no such log directory";
    58 SASL_AUTHENTICATION_FAILED: "the broker doesn't accept the credentials";
    59 UNKNOWN_PRODUCER_ID: "the partition remembers nothing of the producer, as its records are deleted";
    60 REASSIGNMENT_IN_PROGRESS: "the partition is moving already";
    61 DELEGATION_TOKEN_AUTH_DISABLED: "the cluster has no delegation tokens";
    62 DELEGATION_TOKEN_NOT_FOUND: "there is no such delegation token";
    63 DELEGATION_TOKEN_OWNER_MISMATCH: "the delegation token is somebody else's";
    64 DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: "delegation tokens can't be asked for over this connection";
    65 DELEGATION_TOKEN_AUTHORIZATION_FAILED: "the user may not do this with the delegation token";
    66 DELEGATION_TOKEN_EXPIRED: "the delegation token is too old";
    67 INVALID_PRINCIPAL_TYPE: "this type of principal can't be used here";
    68 NON_EMPTY_GROUP: "the group has members";
    69 GROUP_ID_NOT_FOUND: "there is no such group";
    70 FETCH_SESSION_ID_NOT_FOUND retriable: "the broker has dropped the fetch session: open a new one";
    71 INVALID_FETCH_SESSION_EPOCH retriable: "a request of the fetch session was lost: open a new one";
    72 LISTENER_NOT_FOUND retriable: "the leader can't be reached by the listener that was asked";
    73 TOPIC_DELETION_DISABLED: "the cluster deletes no topics";
    74 FENCED_LEADER_EPOCH retriable: "the request names an older leader epoch than the broker's";
    75 UNKNOWN_LEADER_EPOCH retriable: "the request names a newer leader epoch than the broker's";
    76 UNSUPPORTED_COMPRESSION_TYPE: "the API version can't carry the batch's compression";
    77 STALE_BROKER_EPOCH: "the broker has registered anew since";
    78 OFFSET_NOT_AVAILABLE retriable: "a new leader doesn't know its high watermark yet";
    79 MEMBER_ID_REQUIRED: "join again with the member id in the answer";
    80 PREFERRED_LEADER_NOT_AVAILABLE retriable: "the preferred leader is not up, or not in sync";
    81 GROUP_MAX_SIZE_REACHED: "the group has as many members as it may";
    82 FENCED_INSTANCE_ID: "another process uses the same `group.instance.id`";
    83 ELIGIBLE_LEADERS_NOT_AVAILABLE retriable: "no replica that could lead is up";
    84 ELECTION_NOT_NEEDED retriable: "the right replica leads already";
    85 NO_REASSIGNMENT_IN_PROGRESS: "the partition is not moving";
    86 GROUP_SUBSCRIBED_TO_TOPIC: "a member of the group consumes the topic";
    87 INVALID_RECORD: "a record breaks a rule of the topic";
    88 UNSTABLE_OFFSET_COMMIT retriable: "an open transaction may still change the committed offset";
    89 THROTTLING_QUOTA_EXCEEDED retriable: "the client has used up its quota";
    90 PRODUCER_FENCED: "a newer producer uses the same transactional id";
    91 RESOURCE_NOT_FOUND: "what the request names does not exist";
    92 DUPLICATE_RESOURCE: "the request names something twice";
    93 UNACCEPTABLE_CREDENTIAL: "the credential is against the rules";
    94 INCONSISTENT_VOTER_SET: "a node that votes is not one of the voters";
    95 INVALID_UPDATE_VERSION: "a feature can't be set to this level";
    96 FEATURE_UPDATE_FAILED: "the cluster's features could not be stored";
    97 PRINCIPAL_DESERIALIZATION_FAILURE: "a forwarded request's user could not be read";
    98 SNAPSHOT_NOT_FOUND: "there is no such snapshot";
    99 POSITION_OUT_OF_RANGE: "the position lies outside of the snapshot";
    100 UNKNOWN_TOPIC_ID retriable: "the broker has no topic of this id, or doesn't know of it yet";
    101 DUPLICATE_BROKER_REGISTRATION: "another broker has this number";
    102 BROKER_ID_NOT_REGISTERED: "no broker has this number";
    103 INCONSISTENT_TOPIC_ID retriable: "the partition's log belongs to another topic id: the topic was made anew";
    104 INCONSISTENT_CLUSTER_ID: "the request is meant for another cluster";
    105 TRANSACTIONAL_ID_NOT_FOUND: "there is no such transactional id";
    106 FETCH_SESSION_TOPIC_ID_ERROR retriable: "the fetch session mixes topic ids and names: open a new one";
    107 INELIGIBLE_REPLICA: "a replica can't be taken for in sync";
    108 NEW_LEADER_ELECTED: "the change was made, but another broker leads now";
    109 OFFSET_MOVED_TO_TIERED_STORAGE: "the records are in remote storage only";
    110 FENCED_MEMBER_EPOCH: "the coordinator gave the member up: it has lost its partitions and joins again";
    111 UNRELEASED_INSTANCE_ID: "a member with the same `group.instance.id` has not left yet";
    112 UNSUPPORTED_ASSIGNOR: "the group can't use this assignor";
    113 STALE_MEMBER_EPOCH: "the member has a newer epoch by now: heartbeat, then try again";
    114 MISMATCHED_ENDPOINT_TYPE: "a request for brokers went to a controller, or the reverse";
    115 UNSUPPORTED_ENDPOINT_TYPE: "this kind of endpoint is not served";
    116 UNKNOWN_CONTROLLER_ID: "no controller has this number";
    117 UNKNOWN_SUBSCRIPTION_ID: "the telemetry subscription is old, or never was";
    118 TELEMETRY_TOO_LARGE: "the client sent more telemetry than the broker takes";
    119 INVALID_REGISTRATION: "the controller refuses the broker";
    120 TRANSACTION_ABORTABLE: "the transaction can only be aborted; the producer may go on after that";
    121 INVALID_RECORD_STATE: "a record can't be acknowledged, as it is not with this consumer";
    122 SHARE_SESSION_NOT_FOUND retriable: "the broker has dropped the share session";
    123 INVALID_SHARE_SESSION_EPOCH retriable: "a request of the share session was lost";
    124 FENCED_STATE_EPOCH: "the share group's state has a newer epoch";
    125 INVALID_VOTER_KEY: "the voter's key is not the receiving node's";
    126 DUPLICATE_VOTER: "the node is a voter already";
    127 VOTER_NOT_FOUND: "the node is no voter";
    128 INVALID_REGULAR_EXPRESSION: "the broker can't read the regular expression";
    129 REBOOTSTRAP_REQUIRED: "the client's metadata is too old: start over from the bootstrap servers";
    130 STREAMS_INVALID_TOPOLOGY: "the topology can't work";
    131 STREAMS_INVALID_TOPOLOGY_EPOCH: "the topology's epoch can't be";
    132 STREAMS_TOPOLOGY_FENCED: "the topology has a newer epoch";
    133 SHARE_SESSION_LIMIT_REACHED retriable: "the broker has as many share sessions as it may";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_its_number() {
        for (code, entry) in (-1..).zip(TABLE) {
            assert_eq!(entry.code, code, "{} is out of order", entry.name);
            assert_eq!(ErrorCode(code).name(), entry.name);
        }
        assert_eq!(TABLE.last().map(|entry| entry.code), Some(133));
    }

    #[test]
    fn numbers_from_the_future_are_kept() {
        for code in [i16::MIN, -2, 134, i16::MAX] {
            let error = ErrorCode::from(code);
            assert_eq!(error.code(), code);
            assert_eq!(error.to_string(), format!("UNKNOWN({code})"));
            assert!(!error.is_retriable());
            assert_eq!(error.into_result(), Err(error));
        }
    }
}
