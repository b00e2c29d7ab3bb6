//! The conformance suite on the store in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use ottla_offset_store::{memory::MemoryStore, suite};

suite! { async |place| place.shared(async { MemoryStore::new() }).await }
suite! { results: async |place| place.shared(async { MemoryStore::new() }).await }
