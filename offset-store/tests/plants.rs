//! Tables with one bug each: the suite must find it. A property that passes whatever the table does is worth nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::future::Future;
use std::thread;

use async_trait::async_trait;
use ottla_offset_store::conformance::{Place, claims, commits, fencing, names, resets, scale};
use ottla_offset_store::memory::MemoryTable;
use ottla_offset_store::table::{Expect, Write, Written};
use ottla_offset_store::{Fence, Gap, Key, OffsetTable, Row, StoreError, StoreInfo, TableStore};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bug {
    None,
    /// Writes whether or not the row is as expected.
    IgnoresTheGuard,
    /// Says done where it was refused.
    SaysDone,
    /// Takes a row that is there for one that is absent.
    InsertsOver,
    /// Undoes all writes of a call if one is refused.
    AllOrNothing,
    /// Answers for the first write only.
    AnswersTheFirst,
    /// Keeps the fence of the row's first write.
    KeepsTheFence,
    /// Drops gaps.
    ForgetsGaps,
    /// Drops the replaced fence.
    ForgetsWhatWasReplaced,
    /// Runs the parts of a key together.
    JoinsNames,
    /// Does not know a group from its prefix.
    ListsByPrefix,
}

#[derive(Clone, Debug)]
struct Buggy {
    bug: Bug,
    table: MemoryTable,
}

impl Buggy {
    fn joined(&self, key: &Key) -> Key {
        if self.bug != Bug::JoinsNames {
            return key.clone();
        }
        let joined = format!("{}{}{}", key.cluster_id, key.group_id, key.topic);
        Key::new("", "", joined, key.partition)
    }

    async fn expected(&self, write: &Write) -> Result<Expect, StoreError> {
        let stored = self
            .table
            .read(std::slice::from_ref(&write.key))
            .await?
            .remove(0);
        let stored = stored.map(|row| row.fence);
        Ok(match (self.bug, write.expect, stored) {
            (Bug::IgnoresTheGuard, _, None) => Expect::Absent,
            (Bug::IgnoresTheGuard, _, Some(fence)) => Expect::Fence(fence),
            (Bug::InsertsOver, Expect::Absent, Some(fence)) => Expect::Fence(fence),
            (_, expect, _) => expect,
        })
    }

    async fn spoil(&self, write: &Write) -> Result<Write, StoreError> {
        let mut write = write.clone();
        write.key = self.joined(&write.key);
        write.expect = self.expected(&write).await?;
        if self.bug == Bug::ForgetsGaps {
            write.gap = None;
        }
        if let Some(row) = &mut write.row {
            match (self.bug, write.expect) {
                (Bug::KeepsTheFence, Expect::Fence(fence)) => row.fence = fence,
                (Bug::ForgetsWhatWasReplaced, _) => row.replaced = Fence::NONE,
                _ => {}
            }
        }
        Ok(write)
    }
}

#[async_trait]
impl OffsetTable for Buggy {
    fn info(&self) -> StoreInfo {
        self.table.info()
    }

    async fn read(&self, keys: &[Key]) -> Result<Vec<Option<Row>>, StoreError> {
        let keys: Vec<Key> = keys.iter().map(|key| self.joined(key)).collect();
        self.table.read(&keys).await
    }

    async fn write_if(&self, writes: &[Write]) -> Result<Vec<Written>, StoreError> {
        let keys: Vec<Key> = writes.iter().map(|write| write.key.clone()).collect();
        let before = self.table.read(&keys).await?;
        let mut spoiled = Vec::new();
        for write in writes {
            spoiled.push(self.spoil(write).await?);
        }
        let mut written = self.table.write_if(&spoiled).await?;
        match self.bug {
            Bug::SaysDone => written.fill(Written::Done),
            Bug::AnswersTheFirst => written.truncate(1),
            Bug::AllOrNothing if written.contains(&Written::Refused) => {
                for ((write, row), written) in spoiled.iter().zip(before).zip(&mut written) {
                    let undo = Write {
                        expect: Expect::Fence(write.row.as_ref().unwrap().fence),
                        row,
                        ..write.clone()
                    };
                    self.table.write_if(&[undo]).await?;
                    *written = Written::Refused;
                }
            }
            _ => {}
        }
        Ok(written)
    }

    async fn scan(&self, group: Option<&str>) -> Result<Vec<Row>, StoreError> {
        let mut rows = self.table.scan(None).await?;
        rows.retain(|row| match group {
            Some(group) if self.bug == Bug::ListsByPrefix => row.key.group_id.starts_with(group),
            Some(group) => *row.key.group_id == *group,
            None => true,
        });
        Ok(rows)
    }

    async fn gaps(&self, group: Option<&str>) -> Result<Vec<Gap>, StoreError> {
        self.table.gaps(group).await
    }
}

/// How to open a table with a bug.
fn with(bug: Bug) -> impl AsyncFn(&Place) -> TableStore<Buggy> {
    async move |place| {
        let table = Buggy {
            bug,
            table: MemoryTable::default(),
        };
        place.shared(async { TableStore::new(table) }).await
    }
}

/// Whether a property holds.
fn holds<F: Future<Output = ()>>(property: impl FnOnce() -> F + Send + 'static) -> bool {
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(property());
    };
    thread::spawn(run).join().is_ok()
}

macro_rules! finds {
    ($($bug:ident: $room:ident::$property:ident)*) => {
        $(
            #[test]
            fn $property() {
                assert!(holds(|| $room::$property(with(Bug::None))), "fails without a bug");
                assert!(!holds(|| $room::$property(with(Bug::$bug))), "did not see the bug");
            }
        )*
    };
}

finds! {
    IgnoresTheGuard: claims::a_late_claim_does_not_unseat_the_owner
    IgnoresTheGuard: fencing::a_commit_of_no_way_at_all_is_fenced_too
    IgnoresTheGuard: resets::a_deletion_revives_no_late_claim
    SaysDone: fencing::an_older_claim_is_fenced
    InsertsOver: claims::two_claims_from_one_reading_make_one_owner
    AllOrNothing: commits::a_commit_of_many_answers_each
    AnswersTheFirst: scale::ten_thousand_partitions_in_one_commit
    KeepsTheFence: fencing::every_write_draws_a_new_fence
    KeepsTheFence: resets::a_reset_to_the_same_offset_fences_too
    ForgetsGaps: commits::a_skip_is_written_down
    ForgetsGaps: claims::a_restart_writes_down_what_it_skips
    ForgetsWhatWasReplaced: fencing::two_owners_by_right_are_told_of_each_other
    JoinsNames: names::names_that_run_together_stay_apart
    ListsByPrefix: names::a_list_is_one_groups_or_everybodys
}
