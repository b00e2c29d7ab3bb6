//! What can go wrong with a cluster: with its start, and with what the handle is asked for.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use ottla_protocol::error_code::ErrorCode;

/// Why a cluster did not start, or did not do what its handle was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// A setting can't be taken.
    #[error("{setting}: {why}")]
    Config {
        /// Which.
        setting: String,
        /// What is wrong with it.
        why: String,
    },
    /// A broker can't listen at its address.
    #[error("broker {node} can't listen at {address}")]
    Listen {
        /// The broker.
        node: i32,
        /// Where it was to listen.
        address: String,
        /// The operating system's words.
        source: io::Error,
    },
    /// The directory can't be used, or another process uses it.
    #[error("can't use the directory {directory}")]
    Directory {
        /// Which.
        directory: String,
        /// The operating system's words.
        source: io::Error,
    },
    /// The cluster refuses, as it would refuse a client.
    #[error("{what}: {refusal}")]
    Refused {
        /// What was asked for.
        what: String,
        /// The cluster's answer.
        refusal: Refusal,
    },
    /// There is no broker of this number.
    #[error("there is no broker {node}")]
    UnknownBroker {
        /// The number.
        node: i32,
    },
}

impl EmbeddedError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::Listen { source, .. } => source.kind() == io::ErrorKind::AddrInUse,
            Self::Refused { refusal, .. } => refusal.code.is_retriable(),
            Self::Directory { source, .. } => source.kind() == io::ErrorKind::WouldBlock,
            Self::Config { .. } | Self::UnknownBroker { .. } => false,
        }
    }

    pub(crate) fn directory(directory: &Option<PathBuf>, source: io::Error) -> Self {
        let directory = directory.as_deref().unwrap_or(Path::new(""));
        Self::Directory {
            directory: directory.display().to_string(),
            source,
        }
    }
}

/// A cluster's no: the number on the wire, and the broker's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Kafka's error.
    pub code: ErrorCode,
    /// The broker's words; may be empty.
    pub message: String,
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    pub(crate) fn unknown_topic() -> Self {
        let why = "This server does not host this topic-partition.";
        Self::new(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, why)
    }

    /// Of a resource whose settings are to be changed.
    pub(crate) fn named_twice() -> Self {
        Self::new(
            ErrorCode::INVALID_REQUEST,
            "Each resource must appear at most once.",
        )
    }

    /// The message as answers carry it: null where there is none.
    pub(crate) fn words(&self) -> Option<&str> {
        (!self.message.is_empty()).then_some(&*self.message)
    }

    /// Code and words of what was done or refused, as answers have them.
    pub(crate) fn told<T>(done: &Result<T, Self>) -> (i16, Option<&str>) {
        match done {
            Ok(_) => (ErrorCode::NONE.code(), None),
            Err(refusal) => (refusal.code.code(), refusal.words()),
        }
    }

    pub(crate) fn asked(self, what: impl Into<String>) -> EmbeddedError {
        EmbeddedError::Refused {
            what: what.into(),
            refusal: self,
        }
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self::new(code, "")
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message.is_empty() {
            true => self.code.fmt(f),
            false => write!(f, "{}: {}", self.code, self.message),
        }
    }
}
