//! APIs by number.

use std::fmt;

macro_rules! api_keys {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// An API, by its number. All of Kafka 4.3's, whether or not this crate has their messages.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(i16)]
        #[non_exhaustive]
        pub enum ApiKey {
            $($(#[$doc])* $name = $code,)*
        }

        impl ApiKey {
            /// All of them, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The API with this number.
            #[must_use]
            pub const fn from_code(code: i16) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The name, as Kafka's schemas have it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }
        }
    };
}

impl ApiKey {
    /// The number.
    #[must_use]
    pub const fn code(self) -> i16 {
        self as i16
    }
}

/// The name, as Kafka's schemas have it.
impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

api_keys! {
    /// Appends record batches to partitions.
    Produce = 0,
    /// Reads record batches from partitions.
    Fetch = 1,
    /// Finds offsets by time, oldest and newest among them.
    ListOffsets = 2,
    /// Brokers, topics and who leads each partition.
    Metadata = 3,
    /// Gone with ZooKeeper.
    LeaderAndIsr = 4,
    /// Gone with ZooKeeper.
    StopReplica = 5,
    /// Gone with ZooKeeper.
    UpdateMetadata = 6,
    /// Gone with ZooKeeper.
    ControlledShutdown = 7,
    /// Moves a group's committed offsets.
    OffsetCommit = 8,
    /// Reads a group's committed offsets.
    OffsetFetch = 9,
    /// Which broker coordinates a group or a transactional id.
    FindCoordinator = 10,
    /// Enters a classic group, or its next generation.
    JoinGroup = 11,
    /// Stays in a classic group.
    Heartbeat = 12,
    /// Leaves a classic group.
    LeaveGroup = 13,
    /// Hands out and picks up a classic group's assignment.
    SyncGroup = 14,
    /// State and members of classic groups.
    DescribeGroups = 15,
    /// The groups that a broker coordinates.
    ListGroups = 16,
    /// Agrees on a SASL mechanism.
    SaslHandshake = 17,
    /// Which versions of which APIs a broker serves.
    ApiVersions = 18,
    /// Creates topics.
    CreateTopics = 19,
    /// Deletes topics.
    DeleteTopics = 20,
    /// Raises partitions' log start.
    DeleteRecords = 21,
    /// Gets a producer its id and epoch.
    InitProducerId = 22,
    /// Where a leader epoch ends: finds truncation.
    OffsetForLeaderEpoch = 23,
    /// Takes partitions into a transaction.
    AddPartitionsToTxn = 24,
    /// Takes a group's offsets into a transaction.
    AddOffsetsToTxn = 25,
    /// Commits or aborts a transaction.
    EndTxn = 26,
    /// Writes a transaction's end into its partitions (between brokers).
    WriteTxnMarkers = 27,
    /// Commits a group's offsets in a transaction.
    TxnOffsetCommit = 28,
    /// Access rules that match a filter.
    DescribeAcls = 29,
    /// Adds access rules.
    CreateAcls = 30,
    /// Removes access rules that match a filter.
    DeleteAcls = 31,
    /// The configuration of topics, brokers and groups.
    DescribeConfigs = 32,
    /// Replaces a configuration.
    AlterConfigs = 33,
    /// Moves replicas between the disks of a broker.
    AlterReplicaLogDirs = 34,
    /// What is on a broker's disks.
    DescribeLogDirs = 35,
    /// Carries SASL tokens.
    SaslAuthenticate = 36,
    /// Adds partitions to topics.
    CreatePartitions = 37,
    /// Makes a delegation token.
    CreateDelegationToken = 38,
    /// Prolongs a delegation token.
    RenewDelegationToken = 39,
    /// Shortens or ends a delegation token.
    ExpireDelegationToken = 40,
    /// Lists delegation tokens.
    DescribeDelegationToken = 41,
    /// Deletes empty groups.
    DeleteGroups = 42,
    /// Elects leaders of partitions.
    ElectLeaders = 43,
    /// Changes single keys of a configuration.
    IncrementalAlterConfigs = 44,
    /// Moves replicas between brokers.
    AlterPartitionReassignments = 45,
    /// Moves of replicas that are under way.
    ListPartitionReassignments = 46,
    /// Deletes a group's committed offsets.
    OffsetDelete = 47,
    /// Quotas that match a filter.
    DescribeClientQuotas = 48,
    /// Changes quotas.
    AlterClientQuotas = 49,
    /// Which SCRAM credentials users have.
    DescribeUserScramCredentials = 50,
    /// Changes SCRAM credentials.
    AlterUserScramCredentials = 51,
    /// Asks for a controller's vote.
    Vote = 52,
    /// Announces a new controller.
    BeginQuorumEpoch = 53,
    /// Announces that a controller resigns.
    EndQuorumEpoch = 54,
    /// The controllers' quorum.
    DescribeQuorum = 55,
    /// Changes in-sync replicas (brokers to controller).
    AlterPartition = 56,
    /// Changes the cluster's feature levels.
    UpdateFeatures = 57,
    /// Carries a request from a broker to a controller.
    Envelope = 58,
    /// Reads the cluster metadata's snapshots.
    FetchSnapshot = 59,
    /// The cluster's id, brokers and controller.
    DescribeCluster = 60,
    /// Active producers of partitions.
    DescribeProducers = 61,
    /// Enters a broker into the cluster.
    BrokerRegistration = 62,
    /// Keeps a broker in the cluster.
    BrokerHeartbeat = 63,
    /// Takes a broker out of the cluster.
    UnregisterBroker = 64,
    /// State of transactions.
    DescribeTransactions = 65,
    /// The transactions that a broker coordinates.
    ListTransactions = 66,
    /// Gets a broker a block of producer ids.
    AllocateProducerIds = 67,
    /// The whole membership of a consumer group (KIP-848).
    ConsumerGroupHeartbeat = 68,
    /// State and members of consumer groups (KIP-848).
    ConsumerGroupDescribe = 69,
    /// Enters a controller into the cluster.
    ControllerRegistration = 70,
    /// Which metrics a client is to push.
    GetTelemetrySubscriptions = 71,
    /// Pushes a client's metrics.
    PushTelemetry = 72,
    /// Tells the controller which disk a replica is on.
    AssignReplicasToDirs = 73,
    /// The resources that have a configuration.
    ListConfigResources = 74,
    /// Topics page by page.
    DescribeTopicPartitions = 75,
    /// The membership of a share group (KIP-932).
    ShareGroupHeartbeat = 76,
    /// State and members of share groups.
    ShareGroupDescribe = 77,
    /// Acquires records for a share group.
    ShareFetch = 78,
    /// Acknowledges records of a share group.
    ShareAcknowledge = 79,
    /// Adds a controller to the quorum.
    AddRaftVoter = 80,
    /// Removes a controller from the quorum.
    RemoveRaftVoter = 81,
    /// Changes a controller's addresses.
    UpdateRaftVoter = 82,
    /// Begins the stored state of a share group's partition (between brokers).
    InitializeShareGroupState = 83,
    /// Reads a share group's stored state (between brokers).
    ReadShareGroupState = 84,
    /// Writes a share group's stored state (between brokers).
    WriteShareGroupState = 85,
    /// Deletes a share group's stored state (between brokers).
    DeleteShareGroupState = 86,
    /// Reads the start of a share group's stored state (between brokers).
    ReadShareGroupStateSummary = 87,
    /// The membership of a streams group (KIP-1071).
    StreamsGroupHeartbeat = 88,
    /// State and members of streams groups.
    StreamsGroupDescribe = 89,
    /// Start offsets of share groups.
    DescribeShareGroupOffsets = 90,
    /// Sets a share group's start offsets.
    AlterShareGroupOffsets = 91,
    /// Deletes a share group's start offsets.
    DeleteShareGroupOffsets = 92,
}
