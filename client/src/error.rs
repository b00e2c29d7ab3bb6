//! What can go wrong between this client and the brokers, told apart by what the caller does next.
//!
//! | the caller | [`is_retriable`](ClientError::is_retriable) | [`outcome_unknown`](ClientError::outcome_unknown) | variants |
//! | --- | --- | --- | --- |
//! | calls again, after a pause | yes | no | `NoBroker`, `Connect`, `UnknownBroker`, `NoLeader`, `NotSent`, `Answered` and `Topic` with a retriable code |
//! | calls again if doing it twice does no harm, else reads first | yes | yes | `Disconnected`, `TimedOut`, `Malformed` |
//! | tells the user | no | no | `Config`, `NotKafka`, `Unsupported`, `Encode`, `UnknownTopic`, `UnknownPartition`, `Answered` and `Topic` with another code |
//! | tells the user: this library has tried again already | no | as its source | `GaveUp` |
//! | stops: the client is gone | no | no | `Closed` |

mod config;
mod fault;

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::api::ApiKey;
use ottla_protocol::error::{DecodeError, EncodeError};
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::TopicPartition;

pub use config::ConfigError;
pub use fault::{Broken, ConnectFault, Foreign};

/// Why a call to the cluster failed. Cheap to clone: one broken connection fails many calls.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// A setting can't be taken.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// None of the addresses known is of use: neither a broker of the cluster nor a bootstrap address.
    #[error("no broker answered within {:.1} s: {}", elapsed.as_secs_f32(), Each(tried))]
    NoBroker {
        /// Each address, and why it failed.
        tried: Vec<ClientError>,
        /// How long it took.
        elapsed: Duration,
    },
    /// No connection to a broker.
    #[error("{peer}: {why}")]
    Connect {
        /// The broker.
        peer: Peer,
        /// What happened instead.
        why: ConnectFault,
    },
    /// Something listens there, and it is not a broker that takes plain TCP.
    #[error("{peer} does not speak Kafka's protocol here: {answer}")]
    NotKafka {
        /// Where it listens.
        peer: Peer,
        /// What came instead of an answer.
        answer: Foreign,
    },
    /// The connection closed before this request was written to it.
    #[error("{api} was not sent to {peer}: the connection was closed")]
    NotSent {
        /// The broker.
        peer: Peer,
        /// What was asked.
        api: ApiKey,
        /// What ended the connection.
        source: Broken,
    },
    /// The connection broke before the answer came.
    #[error("{api}: {peer} gave no answer, the connection broke")]
    Disconnected {
        /// The broker.
        peer: Peer,
        /// What was asked.
        api: ApiKey,
        /// What ended the connection.
        source: Broken,
    },
    /// The answer did not come in time.
    #[error("{api}: {peer} gave no answer within {:.1} s", elapsed.as_secs_f32())]
    TimedOut {
        /// The broker.
        peer: Peer,
        /// What was asked.
        api: ApiKey,
        /// How long was waited.
        elapsed: Duration,
    },
    /// The answer can't be read. Its connection is closed.
    #[error("{api}: {peer} gave an answer that can't be read")]
    Malformed {
        /// The broker.
        peer: Peer,
        /// What was asked.
        api: ApiKey,
        /// Where reading stopped.
        source: Arc<DecodeError>,
    },
    /// The request can't be written in the version that broker and client share.
    #[error("{api} can't be written for {peer}")]
    Encode {
        /// The broker.
        peer: Peer,
        /// What was to be asked.
        api: ApiKey,
        /// Which field does not fit.
        source: Arc<EncodeError>,
    },
    /// Broker and client share no version of an API.
    #[error("{api}: {peer} serves {}, this client speaks {}", Versions(theirs.as_ref()), Versions(Some(ours)))]
    Unsupported {
        /// The broker.
        peer: Peer,
        /// The API.
        api: ApiKey,
        /// The versions that this client speaks (or was told to keep to).
        ours: RangeInclusive<i16>,
        /// The versions that the broker serves; `None`: it does not serve the API.
        theirs: Option<RangeInclusive<i16>>,
    },
    /// A broker answered with an error code.
    #[error("{api}: {peer} answered {code} for {about}")]
    Answered {
        /// The broker.
        peer: Peer,
        /// What was asked.
        api: ApiKey,
        /// What the code is about.
        about: About,
        /// Kafka's code.
        code: ErrorCode,
    },
    /// The cluster says nothing about a topic but why.
    #[error("topic {topic}: {code}")]
    Topic {
        /// The topic asked for.
        topic: Arc<str>,
        /// Kafka's code.
        code: ErrorCode,
    },
    /// No such topic in the cluster.
    #[error("unknown topic {topic}")]
    UnknownTopic {
        /// The topic asked for.
        topic: Arc<str>,
    },
    /// The topic has no such partition.
    #[error("unknown partition {partition}: the topic has {count}, from 0")]
    UnknownPartition {
        /// The partition asked for.
        partition: TopicPartition,
        /// How many the topic has.
        count: i32,
    },
    /// The partition has no leader at present.
    #[error("{partition} has no leader at present")]
    NoLeader {
        /// The partition.
        partition: TopicPartition,
    },
    /// No broker with this id is known, at present.
    #[error("broker {broker} is not known")]
    UnknownBroker {
        /// The broker's id.
        broker: i32,
    },
    /// It was tried again until the time was up.
    #[error("{what}: gave up after {attempts} attempts in {:.1} s", elapsed.as_secs_f32())]
    GaveUp {
        /// What was tried.
        what: &'static str,
        /// How often.
        attempts: u32,
        /// How long.
        elapsed: Duration,
        /// Why the last attempt failed.
        source: Arc<ClientError>,
    },
    /// The client was dropped while the call was under way.
    #[error("the client is closed")]
    Closed,
}

impl ClientError {
    /// Whether the same call may succeed later. Never after [`ClientError::GaveUp`].
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::NoBroker { tried, .. } => tried.iter().any(Self::is_retriable),
            Self::Connect { .. }
            | Self::NotSent { .. }
            | Self::Disconnected { .. }
            | Self::TimedOut { .. }
            | Self::Malformed { .. }
            | Self::NoLeader { .. }
            | Self::UnknownBroker { .. } => true,
            Self::Answered { code, .. } | Self::Topic { code, .. } => code.is_retriable(),
            _ => false,
        }
    }

    /// Whether the broker may have done what was asked: read before acting on the failure.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Self::Disconnected { .. } | Self::TimedOut { .. } | Self::Malformed { .. } => true,
            Self::Answered { code, .. } => *code == ErrorCode::REQUEST_TIMED_OUT,
            Self::GaveUp { source, .. } => source.outcome_unknown(),
            _ => false,
        }
    }

    /// Kafka's code, where a broker answered with one.
    #[must_use]
    pub fn error_code(&self) -> Option<ErrorCode> {
        match self {
            Self::Answered { code, .. } | Self::Topic { code, .. } => Some(*code),
            Self::UnknownTopic { .. } | Self::UnknownPartition { .. } => {
                Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
            }
            Self::GaveUp { source, .. } => source.error_code(),
            _ => None,
        }
    }

    /// Whether it says that what is known of brokers, leaders or the coordinator is out of date.
    #[must_use]
    pub fn is_stale_metadata(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::NotSent { .. }
            | Self::Disconnected { .. }
            | Self::NoLeader { .. }
            | Self::UnknownBroker { .. } => true,
            Self::Answered { code, .. } => MOVED.contains(code),
            _ => false,
        }
    }
}

/// Codes that ask for fresh metadata before the next attempt.
const MOVED: [ErrorCode; 9] = [
    ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
    ErrorCode::LEADER_NOT_AVAILABLE,
    ErrorCode::NOT_LEADER_OR_FOLLOWER,
    ErrorCode::REPLICA_NOT_AVAILABLE,
    ErrorCode::KAFKA_STORAGE_ERROR,
    ErrorCode::FENCED_LEADER_EPOCH,
    ErrorCode::UNKNOWN_LEADER_EPOCH,
    ErrorCode::UNKNOWN_TOPIC_ID,
    ErrorCode::INCONSISTENT_TOPIC_ID,
];

/// A broker as errors and logs name it: `broker 1 at host:9092`, or the address alone while its id is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer {
    /// The broker's id; `None` for a bootstrap address.
    pub broker: Option<i32>,
    /// Its host name or address.
    pub host: Arc<str>,
    /// Its port.
    pub port: u16,
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = self.broker {
            write!(f, "broker {id} at ")?;
        }
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

/// What an error code is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum About {
    /// The request as a whole.
    Request,
    /// A topic.
    Topic(Arc<str>),
    /// A partition.
    Partition(TopicPartition),
    /// A group.
    Group(Arc<str>),
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request => f.write_str("the request"),
            Self::Topic(topic) => write!(f, "topic {topic}"),
            Self::Partition(partition) => partition.fmt(f),
            Self::Group(group) => write!(f, "group {group}"),
        }
    }
}

struct Each<'a>(&'a [ClientError]);

impl fmt::Display for Each<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "; " };
            write!(f, "{comma}{error}")?;
        }
        Ok(())
    }
}

struct Versions<'a>(Option<&'a RangeInclusive<i16>>);

impl fmt::Display for Versions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(range) => write!(f, "versions {} to {}", range.start(), range.end()),
            None => f.write_str("none"),
        }
    }
}
