use async_trait::async_trait;
use ottla_protocol::types::TopicId;

use super::{OffsetTable, TableStore, Write, Written};
use crate::memory::MemoryTable;
use crate::{
    Advance, CommitError, Committed, Fate, Key, OffsetStore, Owner, Row, StoreError, StoreInfo,
    Wanted,
};

/// A table whose writes fail from the second on: before they are done, or after.
#[derive(Debug)]
struct Failing {
    table: MemoryTable,
    after: bool,
}

#[async_trait]
impl OffsetTable for Failing {
    fn info(&self) -> StoreInfo {
        self.table.info()
    }

    async fn read(&self, keys: &[Key]) -> Result<Vec<Option<Row>>, StoreError> {
        self.table.read(keys).await
    }

    async fn write_if(&self, writes: &[Write]) -> Result<Vec<Written>, StoreError> {
        let (store, doing, source) = ("failing", "writing", "no answer".into());
        let first = self.table.scan(None).await?.is_empty();
        if !first && !self.after {
            return Err(StoreError::Unavailable {
                store,
                doing,
                source,
            });
        }
        let written = self.table.write_if(writes).await?;
        if first {
            return Ok(written);
        }
        Err(StoreError::Unknown {
            store,
            doing,
            source,
        })
    }

    async fn scan(&self, group: Option<&str>) -> Result<Vec<Row>, StoreError> {
        self.table.scan(group).await
    }
}

fn keys() -> Vec<Key> {
    (0..3)
        .map(|partition| Key::new("", "billing", "orders", partition))
        .collect()
}

/// Advances of three partitions, the second of which is nonsense.
async fn advances(store: &TableStore<Failing>) -> Vec<Advance> {
    let seen = store.look(&keys()).await.expect("look").into_iter();
    let wanted = seen.map(|seen| {
        Wanted::new(
            seen.assigned_by_hand(),
            Committed::at(5),
            TopicId::UNKNOWN,
            3,
        )
    });
    let claims = store
        .claim(&Owner::new("one"), wanted.collect())
        .await
        .expect("claim");
    let claims = claims.into_iter().map(|claim| claim.expect("claimed"));
    let to = [9, -1, 9].map(Committed::at);
    claims
        .zip(to)
        .map(|(claim, to)| claim.advance(to))
        .collect()
}

fn failing(after: bool) -> TableStore<Failing> {
    TableStore::new(Failing {
        table: MemoryTable::default(),
        after,
    })
}

#[tokio::test]
async fn a_commit_that_was_not_written_gives_all_claims_back_in_order() {
    let store = failing(false);
    let advances = advances(&store).await;
    let failed = store.commit(advances).await.expect_err("no answer");
    assert!(failed.is_retriable() && !failed.outcome_unknown());
    let words = "commit of orders-0 of group \"billing\" and 2 more failed";
    assert_eq!(failed.to_string(), words);
    let CommitError::NotWritten { claims, .. } = failed else {
        panic!("not written, not {failed:?}")
    };
    let back: Vec<_> = claims
        .iter()
        .map(|claim| (claim.key().clone(), claim.start().next))
        .collect();
    assert_eq!(
        back,
        keys().into_iter().map(|key| (key, 5)).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_commit_without_answer_leaves_what_can_tell_its_fate() {
    let store = failing(true);
    let advances = advances(&store).await;
    let failed = store.commit(advances).await.expect_err("no answer");
    assert!(failed.outcome_unknown() && !failed.is_retriable());
    let CommitError::Unknown { lost, .. } = failed else {
        panic!("unknown, not {failed:?}")
    };
    let rows = store.fetch(&keys()).await.expect("fetch");
    let fates: Vec<Fate> = lost
        .iter()
        .zip(&rows)
        .map(|(lost, row)| lost.fate(row.as_ref()))
        .collect();
    assert_eq!(fates, [Fate::Done, Fate::NotYet, Fate::Done]);
}
