//! What is wrong with a setting.

use std::fmt;

/// A setting that can't be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// No setting has this name.
    #[error("unknown setting {name}{}", DidYouMean(suggestion.as_deref()))]
    Unknown {
        /// The name as given.
        name: String,
        /// The known name nearest to it, if one is near.
        suggestion: Option<String>,
    },
    /// The setting is Kafka's, and what it asks for is not part of this library yet.
    #[error("not built yet: setting {name}")]
    NotBuiltYet {
        /// The setting's name.
        name: String,
    },
    /// The value is not one that the setting takes.
    #[error("setting {name} is {value:?}, but takes {expected}")]
    Invalid {
        /// The setting's name.
        name: String,
        /// The value as given.
        value: String,
        /// What the setting takes.
        expected: &'static str,
    },
    /// A setting without which nothing works is not there.
    #[error("setting {name} is missing")]
    Missing {
        /// The setting's name.
        name: &'static str,
    },
    /// A line of a properties file can't be read.
    #[error("line {line}: {why}")]
    Syntax {
        /// The line's number, from 1.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
}

struct DidYouMean<'a>(Option<&'a str>);

impl fmt::Display for DidYouMean<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => write!(f, "; did you mean {name}?"),
            None => Ok(()),
        }
    }
}
