//! The conformance suite on sled, two clones of one database, and what sled alone can get wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use ottla_offset_store::{sled::SledStore, suite};

suite! { async |place| place.shared(async { SledStore::open(place.path()).await.unwrap() }).await }
suite! { results: async |place| place.shared(async { SledStore::open(place.path()).await.unwrap() }).await }
