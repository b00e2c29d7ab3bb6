//! What an offset is, where it is kept, and who may write it.
//!
//! Keep a group's offsets beside its results, and both move in one transaction or neither does: each record's effect is
//! there exactly once, whatever crashes. That needs more than a transaction. A member that slept through a rebalance
//! wakes up and commits; an operator resets a running group; the answer to a commit is lost. So each row carries a
//! random [`Fence`], new with every write, and whoever writes must hold it: see [`fence`].
//!
//! # Choosing a store
//! | store | guarantee | who shares it | after a power loss |
//! | --- | --- | --- | --- |
//! | [`sqlite::SqliteStore`] | exactly once, results in the same file | processes of one machine | as committed |
//! | [`sled::SledStore`] | exactly once, results in the same folder | one process | as committed |
//! | [`memory::MemoryStore`] | exactly once, results in memory | one process | gone |
//! | [`kafka::KafkaStore`] | offsets fenced by membership of the group; results elsewhere | all machines | as the offsets topic is replicated |
//! | [`TableStore`] over your own [`OffsetTable`] | offsets fenced; exactly once if you write [`ResultsStore`] too | as your database | as your database |
//!
//! A store on one machine's disk can't follow a partition to another machine: with several machines use a shared one,
//! or manual assignment or static members. [`StoreUrl`] opens a store by its name, such as `sqlite:offsets.db`.
//!
//! Each store is a cargo feature of its name; `memory` is on unless turned off. Feature `conformance` has the tests that
//! every store passes, for one of your own: put `suite!` into a test file.
//!
//! # First program
//! ```
//! use ottla_offset_store::{Committed, Key, OffsetStore, Owner, ResultsStore, Wanted, confirm};
//! use ottla_offset_store::memory::MemoryStore;
//! use ottla_protocol::types::TopicId;
//!
//! # async fn heartbeat() -> Result<(), std::io::Error> { Ok(()) }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = MemoryStore::new();
//! let key = Key::new("my-cluster", "billing", "orders", 0);
//!
//! // A claim takes three steps: read the row, ask the coordinator, write the claim.
//! let seen = store.look(&[key]).await?;
//! let confirmed = confirm(seen, heartbeat).await?;
//! let start = Committed::at(0); // where a partition without a row starts
//! let wanted = confirmed.into_iter().map(|c| Wanted::new(c, start.clone(), TopicId::UNKNOWN, 1));
//! let claims = store.claim(&Owner::new("host-7 pid-4711"), wanted.collect()).await?;
//!
//! for claim in claims {
//!     let claim = claim?; // or it was refused: somebody was faster
//!     let next = claim.start().next;
//!     // Process records from `next` on, collect what comes of them, commit it with the offset after the last.
//!     let mut results = store.begin();
//!     results.insert("totals", "orders", "99");
//!     let claim = store.commit_results(results, claim.advance(Committed::at(next + 1))).await??;
//!     assert_eq!(claim.start().next, 1);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What does not compile
//! A commit without a claim: there is no way to an [`Advance`] but through [`Claim::advance`], and none to a [`Claim`]
//! but through the store.
//! ```compile_fail,E0451
//! # use ottla_offset_store::{Advance, Committed};
//! let advance = Advance { claim: todo!(), to: Committed::at(7), skipped: None };
//! ```
//! The same claim twice: a commit uses it up, and gives back the one that is good for the next.
//! ```compile_fail,E0382
//! # use ottla_offset_store::{Claim, Committed};
//! fn twice(claim: Claim) {
//!     let first = claim.advance(Committed::at(7));
//!     let second = claim.advance(Committed::at(8));
//! }
//! ```
//! Two claims out of one:
//! ```compile_fail,E0599
//! # use ottla_offset_store::Claim;
//! fn two(claim: Claim) -> (Claim, Claim) {
//!     (claim.clone(), claim)
//! }
//! ```
//! A claim over what was read without asking the coordinator since:
//! ```compile_fail,E0308
//! # use ottla_offset_store::{Committed, Seen, Wanted};
//! # use ottla_protocol::types::TopicId;
//! fn unasked(seen: Seen) -> Wanted {
//!     Wanted::new(seen, Committed::at(0), TopicId::UNKNOWN, 1)
//! }
//! ```
//! One answer of the coordinator for two readings, the second of which is younger than the answer:
//! ```compile_fail,E0382
//! # use ottla_offset_store::{Committed, Confirmed, Wanted};
//! # use ottla_protocol::types::TopicId;
//! fn twice(confirmed: Confirmed) -> [Wanted; 2] {
//!     [
//!         Wanted::new(confirmed, Committed::at(0), TopicId::UNKNOWN, 1),
//!         Wanted::new(confirmed, Committed::at(0), TopicId::UNKNOWN, 1),
//!     ]
//! }
//! ```
//!
//! # It is not
//! - a lock or a lease: nothing here waits for a time-out, and no clock decides anything;
//! - a place for state: results belong to you, the store only commits them together with the offset.

#![forbid(unsafe_code)]
// The front page names all stores, built or not.
#![cfg_attr(
    not(all(feature = "memory", feature = "sled", feature = "sqlite")),
    allow(rustdoc::broken_intra_doc_links)
)]

mod ambient;
pub mod anomaly;
mod confirm;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod error;
pub mod fence;
#[cfg(feature = "kafka")]
pub mod kafka;
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

pub use ambient::Ambient;
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
