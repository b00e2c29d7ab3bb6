//! Stores by name, as a command line or a configuration file gives it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

use crate::error::StoreError;
use crate::store::OffsetStore;

/// The name of a store: `kafka`, `memory`, `sled:DIR` or `sqlite:FILE`.
///
/// Parsed before anything is opened, so that a program which needs more than an [`OffsetStore`] (results, the native
/// handle) can match on it and open the store's own type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreUrl {
    /// The group's offsets in Kafka.
    Kafka,
    /// This process's memory.
    Memory,
    /// A sled folder.
    Sled(PathBuf),
    /// A SQLite file.
    Sqlite(PathBuf),
}

/// A store that can't be opened by its name.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// No store has such a name.
    #[error("{url:?} names no store: one of kafka, memory, sled:DIR, sqlite:FILE")]
    NotAStore {
        /// What was given.
        url: String,
    },
    /// Planned, not there yet.
    #[error("not built yet: store {scheme}")]
    NotBuiltYet {
        /// The store.
        scheme: &'static str,
    },
    /// The store is there, but this program was built without it.
    #[error("built without the store {scheme} (cargo feature {scheme:?})")]
    NotCompiledIn {
        /// The store, which is also the feature's name.
        scheme: &'static str,
    },
    /// The store needs a client of the cluster: make it from that.
    #[error("store kafka is opened with a client, not by its name alone")]
    NeedsClient,
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FromStr for StoreUrl {
    type Err = OpenError;

    fn from_str(url: &str) -> Result<Self, OpenError> {
        let not_a_store = || OpenError::NotAStore {
            url: url.to_owned(),
        };
        let (scheme, place) = match url.split_once(':') {
            None => (url, None),
            Some((scheme, place)) => (scheme, Some(place).filter(|place| !place.is_empty())),
        };
        match (scheme, place) {
            ("kafka", None) if !url.contains(':') => Ok(Self::Kafka),
            ("memory", None) if !url.contains(':') => Ok(Self::Memory),
            ("sled", Some(place)) => Ok(Self::Sled(place.into())),
            ("sqlite", Some(place)) => Ok(Self::Sqlite(place.into())),
            ("postgres" | "postgresql", Some(_)) => {
                Err(OpenError::NotBuiltYet { scheme: "postgres" })
            }
            _ => Err(not_a_store()),
        }
    }
}

/// The name that parses back to the same store.
impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kafka => f.write_str("kafka"),
            Self::Memory => f.write_str("memory"),
            Self::Sled(dir) => write!(f, "sled:{}", dir.display()),
            Self::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
        }
    }
}

impl StoreUrl {
    /// Opens the store.
    ///
    /// # Errors
    /// [`OpenError::NeedsClient`] for `kafka` (see `open_with`, with feature `kafka`); [`OpenError::NotCompiledIn`]; what the store says.
    ///
    /// # Cancel safety
    /// A dropped call may leave an empty file or folder.
    pub async fn open(&self) -> Result<Arc<dyn OffsetStore>, OpenError> {
        match self {
            Self::Kafka => Err(OpenError::NeedsClient),
            Self::Memory => open_memory(),
            Self::Sled(dir) => open_sled(dir).await,
            Self::Sqlite(file) => open_sqlite(file).await,
        }
    }

    /// Opens the store, whichever it is: `kafka` with the client, all others as [`open`](Self::open) does.
    ///
    /// # Errors
    /// As [`open`](Self::open), without [`OpenError::NeedsClient`].
    ///
    /// # Cancel safety
    /// As [`open`](Self::open).
    #[cfg(feature = "kafka")]
    pub async fn open_with(
        &self,
        client: &ottla_client::Client,
    ) -> Result<Arc<dyn OffsetStore>, OpenError> {
        match self {
            Self::Kafka => Ok(Arc::new(crate::kafka::KafkaStore::new(client.clone()))),
            other => other.open().await,
        }
    }
}

#[cfg(feature = "memory")]
fn open_memory() -> Result<Arc<dyn OffsetStore>, OpenError> {
    Ok(Arc::new(crate::memory::MemoryStore::new()))
}

#[cfg(not(feature = "memory"))]
fn open_memory() -> Result<Arc<dyn OffsetStore>, OpenError> {
    Err(OpenError::NotCompiledIn { scheme: "memory" })
}

#[cfg(feature = "sled")]
async fn open_sled(dir: &std::path::Path) -> Result<Arc<dyn OffsetStore>, OpenError> {
    Ok(Arc::new(crate::sled::SledStore::open(dir).await?))
}

#[cfg(not(feature = "sled"))]
async fn open_sled(_: &std::path::Path) -> Result<Arc<dyn OffsetStore>, OpenError> {
    Err(OpenError::NotCompiledIn { scheme: "sled" })
}

#[cfg(feature = "sqlite")]
async fn open_sqlite(file: &std::path::Path) -> Result<Arc<dyn OffsetStore>, OpenError> {
    Ok(Arc::new(crate::sqlite::SqliteStore::open(file).await?))
}

#[cfg(not(feature = "sqlite"))]
async fn open_sqlite(_: &std::path::Path) -> Result<Arc<dyn OffsetStore>, OpenError> {
    Err(OpenError::NotCompiledIn { scheme: "sqlite" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_parses_to_its_store_and_back() {
        for (url, store) in [
            ("kafka", StoreUrl::Kafka),
            ("memory", StoreUrl::Memory),
            ("sled:a/b", StoreUrl::Sled("a/b".into())),
            ("sqlite:/tmp/a:b.db", StoreUrl::Sqlite("/tmp/a:b.db".into())),
        ] {
            assert_eq!(url.parse::<StoreUrl>().expect("a store"), store);
            assert_eq!(store.to_string(), url);
        }
    }

    #[test]
    fn what_is_no_store_is_told_from_what_is_not_built_yet() {
        for url in [
            "",
            "sled",
            "sled:",
            "sqlite:",
            "kafka:x",
            "memory:",
            "redis://x",
            "a:b",
        ] {
            let parsed = url.parse::<StoreUrl>();
            assert!(matches!(parsed, Err(OpenError::NotAStore { .. })), "{url}");
        }
        let parsed = "postgres://localhost/x".parse::<StoreUrl>();
        assert_eq!(
            parsed.expect_err("not yet").to_string(),
            "not built yet: store postgres"
        );
    }
}
