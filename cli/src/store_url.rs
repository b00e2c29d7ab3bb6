//! STORE and TARGET: where offsets or results are kept, named by a URL.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use ottla_offset_store::{OffsetStore, OpenError, StoreUrl};

use crate::failure::Failure;

/// What stands behind `--store` or `--to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A store: `kafka`, `memory`, `sled:DIR`, `sqlite:FILE`.
    Store(StoreUrl),
    /// A store that is promised: `postgres://…`.
    Later(&'static str),
    /// `kafka:TOPIC`, which only a sink writes to.
    Topic(String),
}

impl FromStr for Place {
    type Err = OpenError;

    fn from_str(text: &str) -> Result<Self, OpenError> {
        match text.parse() {
            Ok(store) => Ok(Self::Store(store)),
            Err(OpenError::NotBuiltYet { scheme }) => Ok(Self::Later(scheme)),
            Err(error) => match text.split_once(':') {
                Some(("kafka", topic)) if !topic.is_empty() => Ok(Self::Topic(topic.to_owned())),
                _ => Err(error),
            },
        }
    }
}

impl Place {
    /// The store that it names.
    pub(crate) fn store(&self) -> Result<&StoreUrl, Failure> {
        match self {
            Self::Store(store) => Ok(store),
            Self::Later(scheme) => Err(Failure::NotBuiltYet(format!("store {scheme}"))),
            Self::Topic(topic) => Err(Failure::NotBuiltYet(format!("kafka:{topic} as a target"))),
        }
    }
}

/// Opens a store that must be there already: what reads makes nothing.
pub(crate) async fn open_existing(url: &StoreUrl) -> Result<Arc<dyn OffsetStore>, Failure> {
    match url {
        StoreUrl::Sled(place) | StoreUrl::Sqlite(place) => must_exist(url, place)?,
        _ => {}
    }
    Ok(url.open().await?)
}

fn must_exist(url: &StoreUrl, place: &Path) -> Result<(), Failure> {
    match place.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::said(format!("{url}: there is no such store"))),
        Err(error) => Err(Failure::job(url, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_by_a_url() {
        assert_eq!(
            "kafka".parse::<Place>().unwrap(),
            Place::Store(StoreUrl::Kafka)
        );
        assert_eq!(
            "sled:a/b".parse::<Place>().unwrap(),
            Place::Store(StoreUrl::Sled("a/b".into()))
        );
        assert_eq!(
            "kafka:out".parse::<Place>().unwrap(),
            Place::Topic("out".into())
        );
        assert_eq!(
            "postgres://u@h/d".parse::<Place>().unwrap(),
            Place::Later("postgres")
        );
        assert!("sqlite:".parse::<Place>().is_err());
        assert!("kafka:".parse::<Place>().is_err());
        assert!("redis://h".parse::<Place>().is_err());
    }
}
