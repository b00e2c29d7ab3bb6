//! The conformance suite on SQLite, two connections to one file, and what SQLite alone can get wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use ottla_offset_store::{sqlite::SqliteStore, suite};

suite! { async |place| SqliteStore::open(place.path().join("offsets.db")).await.unwrap() }
suite! { results: async |place| SqliteStore::open(place.path().join("offsets.db")).await.unwrap() }
