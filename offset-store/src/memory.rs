//! Offsets and results in this process's memory: for tests, and for jobs whose results live there too.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::ambient::Ambient;
use crate::confirm::Seen;
use crate::error::{CommitError, Refused, ResultsError, StoreError};
use crate::fence::{Advance, Claim, Reset, Wanted};
use crate::model::{Gap, Key, Owner, Row};
use crate::results::{KeyValueTransaction, ResultsStore};
use crate::store::{Guarantee, OffsetStore, StoreInfo};
use crate::table::{Expect, OffsetTable, TableStore, Write, Written};

/// Keys and values by tree.
type Trees = HashMap<String, BTreeMap<Vec<u8>, Vec<u8>>>;

#[derive(Debug, Default)]
struct Contents {
    rows: BTreeMap<Key, Row>,
    gaps: Vec<Gap>,
    results: Trees,
}

/// A table in memory. Clones share their rows.
#[derive(Clone, Debug, Default)]
pub struct MemoryTable {
    contents: Arc<Mutex<Contents>>,
}

impl MemoryTable {
    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes results and the guarded write, or neither: what [`TableStore::commit_with`] asks for.
    ///
    /// # Errors
    /// [`ResultsError::Results`]: nothing was written.
    pub fn write_results(
        &self,
        results: &KeyValueTransaction,
        write: &Write,
    ) -> Result<Written, ResultsError> {
        self.contents().write_results(results, write)
    }

    /// The keys and values of one tree of results.
    #[must_use]
    pub fn results(&self, tree: &str) -> BTreeMap<Vec<u8>, Vec<u8>> {
        self.contents()
            .results
            .get(tree)
            .cloned()
            .unwrap_or_default()
    }
}

impl Contents {
    fn write_if(&mut self, write: &Write) -> Written {
        let stored = self.rows.get(&write.key).map(|row| row.fence);
        let as_expected = match write.expect {
            Expect::Absent => stored.is_none(),
            Expect::Fence(fence) => stored == Some(fence),
        };
        if !as_expected {
            return Written::Refused;
        }
        match &write.row {
            Some(row) => self.rows.insert(write.key.clone(), row.clone()),
            None => self.rows.remove(&write.key),
        };
        self.gaps.extend(write.gap.clone());
        Written::Done
    }

    /// Results first, on a copy of the values that they touch, then the guarded write, then the copy takes effect.
    fn write_results(
        &mut self,
        results: &KeyValueTransaction,
        write: &Write,
    ) -> Result<Written, ResultsError> {
        let mut touched: BTreeMap<(usize, &[u8]), Option<Vec<u8>>> = BTreeMap::new();
        for (tree, key, op) in &results.writes {
            let stored = self.results.get(&results.trees[*tree]);
            let slot = touched
                .entry((*tree, key))
                .or_insert_with(|| stored.and_then(|tree| tree.get(key)).cloned());
            *slot = op.value(slot.as_deref()).map_err(ResultsError::Results)?;
        }
        if self.write_if(write) == Written::Refused {
            return Ok(Written::Refused);
        }
        for ((tree, key), value) in touched {
            let tree = self.results.entry(results.trees[tree].clone()).or_default();
            match value {
                Some(value) => tree.insert(key.to_vec(), value),
                None => tree.remove(key),
            };
        }
        Ok(Written::Done)
    }
}

#[async_trait]
impl OffsetTable for MemoryTable {
    fn info(&self) -> StoreInfo {
        StoreInfo::new("memory", Guarantee::Atomic).gaps()
    }

    async fn read(&self, keys: &[Key]) -> Result<Vec<Option<Row>>, StoreError> {
        let contents = self.contents();
        Ok(keys
            .iter()
            .map(|key| contents.rows.get(key).cloned())
            .collect())
    }

    async fn write_if(&self, writes: &[Write]) -> Result<Vec<Written>, StoreError> {
        let mut contents = self.contents();
        Ok(writes
            .iter()
            .map(|write| contents.write_if(write))
            .collect())
    }

    async fn scan(&self, group: Option<&str>) -> Result<Vec<Row>, StoreError> {
        let contents = self.contents();
        let rows = contents.rows.values();
        Ok(rows
            .filter(|row| group.is_none_or(|group| *row.key.group_id == *group))
            .cloned()
            .collect())
    }

    async fn gaps(&self, group: Option<&str>) -> Result<Vec<Gap>, StoreError> {
        let contents = self.contents();
        let gaps = contents.gaps.iter();
        Ok(gaps
            .filter(|gap| group.is_none_or(|group| *gap.key.group_id == *group))
            .cloned()
            .collect())
    }
}

/// Offsets and results in memory. Clones share both: two clones are two handles on one place.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    store: Store,
}

type Store = TableStore<MemoryTable>;

impl Default for Store {
    fn default() -> Self {
        Self::new(MemoryTable::default())
    }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With fences and a time of day from elsewhere than the system, for simulations.
    #[must_use]
    pub fn with_ambient(mut self, ambient: Ambient) -> Self {
        self.store = self.store.with_ambient(ambient);
        self
    }

    /// The keys and values of one tree of results.
    #[must_use]
    pub fn results(&self, tree: &str) -> BTreeMap<Vec<u8>, Vec<u8>> {
        self.store.table().results(tree)
    }
}

impl ResultsStore for MemoryStore {
    type Transaction = KeyValueTransaction;

    fn begin(&self) -> KeyValueTransaction {
        KeyValueTransaction::default()
    }

    async fn commit_results(
        &self,
        results: KeyValueTransaction,
        advance: Advance,
    ) -> Result<Result<Claim, Refused>, CommitError> {
        let table = self.store.table();
        self.store
            .commit_with(advance, async move |write| {
                table.write_results(&results, &write)
            })
            .await
    }
}

crate::store::delegate!(MemoryStore => store);
