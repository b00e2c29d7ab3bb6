//! What members do with records: each is noted in the history, and counted where the work's results are.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ottla_group::{Batch, Ended, Group, GroupError, Handler, PartitionClaim, Processor, Session};
use ottla_offset_store::memory::MemoryStore;
use ottla_offset_store::sqlite::{SqliteStore, SqliteTransaction};
use ottla_offset_store::{BoxError, KeyValueTransaction, ResultsStore};
use tokio_util::sync::CancellationToken;

use super::broker::Cluster;
use super::network::History;

/// How often each record was processed, by its place.
pub(crate) type Counts = BTreeMap<String, u32>;

/// A way to work on a group's records, and where its results are. Clones share them.
pub(crate) trait Work: Clone + 'static {
    async fn run(self, group: Group, at: At, stop: CancellationToken) -> Result<Ended, GroupError>;

    async fn counts(&self) -> Counts;

    /// What is left at the end of the world, after it is found to be as it has to be.
    async fn ends(&self, cluster: &Cluster) -> Vec<String>;
}

/// Where the work is done, and told.
#[derive(Clone)]
pub(crate) struct At {
    pub(crate) host: &'static str,
    pub(crate) history: History,
}

impl At {
    /// Notes a batch; gives the place of each record.
    fn note(&self, batch: &Batch) -> Vec<String> {
        let note = |record: ottla_client::protocol::records::Record<'_>| {
            let at = format!("{}@{}", batch.partition(), record.offset);
            let value = record.value.unwrap_or_default().escape_ascii();
            self.history
                .note(self.host, format_args!("processes {at} {value}"));
            at
        };
        batch.into_iter().map(note).collect()
    }
}

/// Exactly once, into a store.
#[derive(Clone)]
pub(crate) struct Into<S>(pub(crate) S);

/// A store whose results can be looked at from outside.
pub(crate) trait Store: ResultsStore + Clone {
    fn count(results: &mut Self::Transaction, record: String);

    async fn counts(&self) -> Counts;
}

impl<S: Store> Processor<S> for At {
    type Error = BoxError;

    async fn process(&self, batch: &Batch, results: &mut S::Transaction) -> Result<(), BoxError> {
        let records = self.note(batch).into_iter();
        records.for_each(|record| S::count(results, record));
        Ok(())
    }
}

impl<S: Store> Work for Into<S> {
    async fn run(self, group: Group, at: At, stop: CancellationToken) -> Result<Ended, GroupError> {
        group.process(self.0, at, stop).await
    }

    async fn counts(&self) -> Counts {
        self.0.counts().await
    }

    async fn ends(&self, cluster: &Cluster) -> Vec<String> {
        let counts = self.0.counts().await;
        assert!(counts.values().all(|n| *n == 1), "{counts:?}");
        let mut rows = self.0.list(None).await.unwrap();
        rows.sort_by(|one, other| one.key.cmp(&other.key));
        let committed = cluster.group.committed();
        for row in &rows {
            let at = (row.key.topic.to_string(), row.key.partition);
            assert_eq!(committed.get(&at).copied(), row.next_offset, "{at:?}");
        }
        rows.iter().map(|row| format!("{row:?}")).collect()
    }
}

impl Store for MemoryStore {
    fn count(results: &mut KeyValueTransaction, record: String) {
        results.update("seen", record, |before: Option<&[u8]>| {
            Some(vec![before.map_or(1, |n| n[0] + 1)])
        });
    }

    async fn counts(&self) -> Counts {
        let seen = self.results("seen").into_iter();
        seen.map(|(record, n)| (String::from_utf8(record).unwrap(), n[0].into()))
            .collect()
    }
}

impl Store for SqliteStore {
    fn count(results: &mut SqliteTransaction, record: String) {
        results.execute("INSERT INTO seen (record) VALUES (?1)", [record]);
    }

    async fn counts(&self) -> Counts {
        let counted = self.call(|connection| {
            let mut counts =
                connection.prepare("SELECT record, count(*) FROM seen GROUP BY record")?;
            let rows = counts.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        });
        counted.await.unwrap()
    }
}

/// At least once, with marks and the group's own offsets.
#[derive(Clone, Default)]
pub(crate) struct Marks(Arc<Mutex<Counts>>);

struct Marking(Marks, At);

impl Handler for Marking {
    type Error = BoxError;

    async fn consume_claim(&self, _: &Session, claim: &mut PartitionClaim) -> Result<(), BoxError> {
        while let Some(batch) = claim.next().await {
            let Self(Marks(counts), at) = self;
            for record in at.note(&batch) {
                *counts.lock().unwrap().entry(record).or_default() += 1;
            }
            if let Some(last) = batch.last_offset() {
                claim.mark(last);
            }
        }
        Ok(())
    }
}

impl Work for Marks {
    async fn run(self, group: Group, at: At, stop: CancellationToken) -> Result<Ended, GroupError> {
        group.run(Marking(self, at), stop).await
    }

    async fn counts(&self) -> Counts {
        self.0.lock().unwrap().clone()
    }

    async fn ends(&self, cluster: &Cluster) -> Vec<String> {
        let committed: i64 = cluster.group.committed().values().sum();
        let counts = self.counts().await;
        assert_eq!(usize::try_from(committed).unwrap(), counts.len());
        counts.iter().map(|count| format!("{count:?}")).collect()
    }
}
