//! Why an administrative request failed, for the one topic or group that it was about.

use std::fmt;
use std::sync::Arc;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::TopicPartition;

use crate::error::ClientError;

/// What went wrong with one topic, group or offset.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// The cluster has a topic of this name.
    #[error("topic {topic} exists already")]
    TopicExists {
        /// The topic.
        topic: Arc<str>,
    },
    /// The cluster has no such topic.
    #[error("unknown topic {topic}")]
    UnknownTopic {
        /// The topic.
        topic: Arc<str>,
    },
    /// The cluster will not do that to the topic.
    #[error("topic {topic}: refused with {code}{}", Words(message.as_deref()))]
    TopicRefused {
        /// The topic.
        topic: Arc<str>,
        /// Kafka's code.
        code: ErrorCode,
        /// The broker's own words, if it had any.
        message: Option<Arc<str>>,
    },
    /// The coordinator knows no such group.
    #[error("unknown group {group}")]
    UnknownGroup {
        /// The group.
        group: Arc<str>,
    },
    /// The group has members, and what was asked takes one without.
    #[error("group {group} has members")]
    GroupNotEmpty {
        /// The group.
        group: Arc<str>,
    },
    /// The group is of a type that this library can't describe yet.
    #[error("group {group} is of type {group_type}, which is not built yet here")]
    UnsupportedGroupType {
        /// The group.
        group: Arc<str>,
        /// Kafka's name for the type, such as `consumer`.
        group_type: Arc<str>,
    },
    /// A member consumes the topic, so its offsets stay.
    #[error("group {group}: a member consumes {partition}'s topic, its offsets stay")]
    Subscribed {
        /// The group.
        group: Arc<str>,
        /// The partition.
        partition: TopicPartition,
    },
    /// The coordinator will not do that to the group's offset of a partition.
    #[error("group {group}: {partition} was refused with {code}")]
    OffsetRefused {
        /// The group.
        group: Arc<str>,
        /// The partition.
        partition: TopicPartition,
        /// Kafka's code.
        code: ErrorCode,
    },
    /// The coordinator will not do that to the group.
    #[error("group {group}: refused with {code}{}", Words(message.as_deref()))]
    GroupRefused {
        /// The group.
        group: Arc<str>,
        /// Kafka's code.
        code: ErrorCode,
        /// The broker's own words, if it had any.
        message: Option<Arc<str>>,
    },
    /// A broker answered, and said nothing about this one.
    #[error("the broker's answer says nothing about {name}")]
    NotAnswered {
        /// The topic, group or partition.
        name: Arc<str>,
    },
    /// The broker in charge could not be asked.
    #[error("{name}: the broker in charge could not be asked")]
    NotAsked {
        /// The topic or group.
        name: Arc<str>,
        /// Why not.
        source: ClientError,
    },
}

impl AdminError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::TopicRefused { code, .. }
            | Self::GroupRefused { code, .. }
            | Self::OffsetRefused { code, .. } => code.is_retriable(),
            Self::GroupNotEmpty { .. } | Self::Subscribed { .. } => true,
            Self::NotAsked { source, .. } => source.is_retriable(),
            _ => false,
        }
    }

    /// Whether it may have been done all the same: look before acting on the failure.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Self::NotAsked { source, .. } => source.outcome_unknown(),
            _ => self.error_code() == Some(ErrorCode::REQUEST_TIMED_OUT),
        }
    }

    /// Kafka's code, where a broker answered with one.
    #[must_use]
    pub fn error_code(&self) -> Option<ErrorCode> {
        match self {
            Self::TopicExists { .. } => Some(ErrorCode::TOPIC_ALREADY_EXISTS),
            Self::UnknownTopic { .. } => Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
            Self::UnknownGroup { .. } => Some(ErrorCode::GROUP_ID_NOT_FOUND),
            Self::GroupNotEmpty { .. } => Some(ErrorCode::NON_EMPTY_GROUP),
            Self::Subscribed { .. } => Some(ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC),
            Self::TopicRefused { code, .. }
            | Self::GroupRefused { code, .. }
            | Self::OffsetRefused { code, .. } => Some(*code),
            Self::NotAsked { source, .. } => source.error_code(),
            Self::UnsupportedGroupType { .. } | Self::NotAnswered { .. } => None,
        }
    }

    pub(super) fn not_asked(name: &str, source: ClientError) -> Self {
        match source {
            ClientError::UnknownTopic { topic } => Self::UnknownTopic { topic },
            source => Self::NotAsked {
                name: name.into(),
                source,
            },
        }
    }

    pub(super) fn topic(name: &str, code: ErrorCode, message: Option<&str>) -> Self {
        let topic = name.into();
        match code {
            ErrorCode::TOPIC_ALREADY_EXISTS => Self::TopicExists { topic },
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION | ErrorCode::UNKNOWN_TOPIC_ID => {
                Self::UnknownTopic { topic }
            }
            code => Self::TopicRefused {
                topic,
                code,
                message: message.map(Arc::from),
            },
        }
    }

    pub(super) fn group(name: &str, code: ErrorCode, message: Option<&str>) -> Self {
        let group = name.into();
        match code {
            ErrorCode::GROUP_ID_NOT_FOUND => Self::UnknownGroup { group },
            ErrorCode::NON_EMPTY_GROUP => Self::GroupNotEmpty { group },
            code => Self::GroupRefused {
                group,
                code,
                message: message.map(Arc::from),
            },
        }
    }
}

struct Words<'a>(Option<&'a str>);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(words) if !words.is_empty() => write!(f, " ({})", words.trim_end_matches('.')),
            _ => Ok(()),
        }
    }
}
