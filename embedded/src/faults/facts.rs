//! What is known of a request when it comes, for rules to go by.

use ottla_protocol::ApiKey;

/// What a request says of itself, and where it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The broker that it came to.
    pub node: i32,
    /// The connection, unique in the cluster.
    pub connection: u64,
    /// The API.
    pub api_key: ApiKey,
    /// The API's version.
    pub api_version: i16,
    /// The number that its answer will have.
    pub correlation_id: i32,
    /// The client's name for itself.
    pub client_id: Option<&'a str>,
    /// Who the connection is authenticated as.
    pub principal: Option<&'a str>,
    /// The groups that it is about.
    pub groups: &'a [&'a str],
    /// The transactional id that it is about.
    pub transactional_id: Option<&'a str>,
    /// The topics that it is about.
    pub topics: &'a [TopicFacts<'a>],
}

/// A topic that a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicFacts<'a> {
    /// Its name.
    pub name: &'a str,
    /// The partitions; none: the topic as a whole.
    pub partitions: &'a [i32],
}

impl<'a> Facts<'a> {
    /// A request of which nothing more is known.
    #[must_use]
    pub fn new(node: i32, connection: u64, api_key: ApiKey, api_version: i16) -> Self {
        Self {
            node,
            connection,
            api_key,
            api_version,
            correlation_id: 0,
            client_id: None,
            principal: None,
            groups: &[],
            transactional_id: None,
            topics: &[],
        }
    }
}
