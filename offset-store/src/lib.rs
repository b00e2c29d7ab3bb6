//! What an offset is, where it is kept, and who may write it.

#![forbid(unsafe_code)]

mod ambient;
pub mod anomaly;
mod confirm;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod error;
pub mod fence;
#[cfg(feature = "memory")]
pub mod memory;
mod model;
pub mod open;
mod results;
#[cfg(feature = "sled")]
pub mod sled;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod store;
pub mod table;

pub use confirm::{Confirmed, Seen, confirm};
pub use error::{BoxError, CommitError, Refused, ResultsError, StoreError};
pub use fence::{Advance, Claim, Fate, Lost, Reset, Wanted};
pub use model::{Committed, Fence, Gap, Key, MemberIdentity, Owner, Row};
pub use open::{OpenError, StoreUrl};
#[cfg(any(feature = "memory", feature = "sled"))]
pub use results::KeyValueTransaction;
pub use results::ResultsStore;
pub use store::{Guarantee, OffsetStore, StoreInfo};
pub use table::{OffsetTable, TableStore};
