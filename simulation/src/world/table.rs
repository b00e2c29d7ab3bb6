//! The real tables with an eye on them: each row that is written is noted with its results, in the step that writes it; and what
//! goes wrong with a store goes wrong here.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use ottla_offset_store::memory::MemoryTable;
use ottla_offset_store::sqlite::{SqliteTable, SqliteTransaction};
use ottla_offset_store::table::{Expect, Write, Written};
use ottla_offset_store::{
    Ambient, Committed, Gap, Key, KeyValueTransaction, OffsetStore, OffsetTable, Reset,
    ResultsError, Row, StoreError, StoreInfo, TableStore,
};
use tokio::task::yield_now;
use tokio::time::sleep;

use super::calls::RESET;
use super::recorder::Recorder;
use super::trouble::{Step, Trouble, Troubles};
use crate::history::{self, Commit, Event, Keeper, Outcome, Payload, Place, ResultRow, Who};
use crate::plan::StoreKind;

/// A table of rows and results. Clones share them.
#[derive(Clone, Debug)]
pub(super) enum Table {
    Memory(MemoryTable),
    Sqlite(SqliteTable),
}

const RESULTS: &str = "results";

impl Table {
    pub(super) fn new(kind: StoreKind) -> Result<Self, StoreError> {
        if kind != StoreKind::Sqlite {
            return Ok(Self::Memory(MemoryTable::default()));
        }
        let table = SqliteTable::in_memory()?;
        now(table.call(|connection| {
            connection.execute_batch(
                "CREATE TABLE results (attempt INT, topic INT, made INT, place INT, record INT, payload INT)",
            )
        }))?;
        Ok(Self::Sqlite(table))
    }

    fn inner(&self) -> &dyn OffsetTable {
        match self {
            Self::Memory(table) => table,
            Self::Sqlite(table) => table,
        }
    }

    fn write_results(&self, rows: &[ResultRow], write: Write) -> Result<Written, ResultsError> {
        match self {
            Self::Memory(table) => {
                let mut results = KeyValueTransaction::default();
                for row in rows {
                    results.insert(RESULTS, numbers(row).map(i64::to_be_bytes).concat(), []);
                }
                table.write_results(&results, &write)
            }
            Self::Sqlite(table) => {
                let mut results = SqliteTransaction::default();
                for row in rows {
                    let sql = "INSERT INTO results VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
                    results.execute(sql, numbers(row));
                }
                table
                    .write_results(results, write)
                    .now_or_never()
                    .unwrap_or_else(|| Err(unavailable("waiting").into()))
            }
        }
    }

    /// Transactions that are still open: what is in memory has one connection at most.
    pub(super) fn locks(&self) -> Result<u32, StoreError> {
        match self {
            Self::Memory(_) => Ok(0),
            Self::Sqlite(table) => {
                now(table.call(|connection| Ok(u32::from(!connection.is_autocommit()))))
            }
        }
    }

    /// All rows.
    pub(super) fn rows(&self) -> Result<Vec<Row>, StoreError> {
        now(self.inner().scan(None))
    }

    /// All results, oldest attempt first.
    pub(super) fn results(&self) -> Result<Vec<ResultRow>, StoreError> {
        let rows: Vec<[i64; 6]> = match self {
            Self::Memory(table) => table
                .results(RESULTS)
                .keys()
                .map(|key| parsed(key))
                .collect(),
            Self::Sqlite(table) => now(table.call(|connection| {
                let mut all = connection.prepare("SELECT * FROM results ORDER BY rowid")?;
                let rows = all.query_map([], |row| {
                    let mut numbers = [0; 6];
                    for (at, number) in numbers.iter_mut().enumerate() {
                        *number = row.get(at)?;
                    }
                    Ok(numbers)
                })?;
                rows.collect()
            }))?,
        };
        Ok(rows.into_iter().map(result).collect())
    }
}

/// Tables in memory never wait.
fn now<T>(done: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    done.now_or_never()
        .unwrap_or_else(|| Err(unavailable("waiting")))
}

fn unavailable(doing: &'static str) -> StoreError {
    StoreError::Unavailable {
        store: "simulated",
        doing,
        source: "a fault of the plan".into(),
    }
}

fn numbers(row: &ResultRow) -> [i64; 6] {
    let Place {
        topic,
        made,
        partition,
    } = row.place;
    let (commit, payload) = (row.commit.0.into(), row.payload.0.into());
    let place: [i64; 3] = [topic.into(), made.into(), partition.into()];
    [commit, place[0], place[1], place[2], row.offset, payload]
}

fn parsed(key: &[u8]) -> [i64; 6] {
    let mut numbers = [0; 6];
    for (number, bytes) in numbers.iter_mut().zip(key.as_chunks::<8>().0) {
        *number = i64::from_be_bytes(*bytes);
    }
    numbers
}

fn result([commit, topic, made, partition, offset, payload]: [i64; 6]) -> ResultRow {
    ResultRow {
        place: Place {
            topic: topic as u8,
            made: made as u8,
            partition: partition as u16,
        },
        offset,
        payload: Payload(payload as u32),
        commit: Commit(commit as u32),
    }
}

/// One owner's way to the table.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    pub(super) table: Table,
    pub(super) who: Who,
    pub(super) recorder: Recorder,
    pub(super) troubles: Troubles,
    pub(super) ambient: Ambient,
}

impl Watched {
    /// Writes one row with its results, as far as today's troubles let it.
    pub(super) async fn write_results(
        &self,
        rows: Vec<ResultRow>,
        write: Write,
    ) -> Result<Written, ResultsError> {
        let written = self.write_with(rows, write);
        match self.troubles.may_drop(self.who, written).await {
            Some(written) => written,
            None => {
                self.recorder.dropped(self.who, "write results");
                Err(dropped().into())
            }
        }
    }

    async fn write_with(
        &self,
        rows: Vec<ResultRow>,
        write: Write,
    ) -> Result<Written, ResultsError> {
        let step = self.step(&write);
        sleep(self.troubles.moment()).await;
        let trouble = self.troubles.meet(step, self.who);
        match trouble {
            Some(Trouble::Wait(time)) => sleep(time).await,
            Some(Trouble::Late(time)) => {
                self.later(time, move |table| drop(table.put(&rows, write)));
                return Err(unknown().into());
            }
            Some(Trouble::Refused(error)) => return Err(error.into()),
            Some(Trouble::NotApplied) => return Err(unknown().into()),
            Some(Trouble::StandsStill) => self.stand_still().await,
            Some(Trouble::Applied | Trouble::Killed) | None => {}
        }
        let written = self.put(&rows, write)?;
        sleep(self.troubles.moment()).await;
        match trouble {
            Some(Trouble::Applied) => return Err(unknown().into()),
            Some(Trouble::Killed) if written == Written::Done => self.troubles.kill(self.who),
            _ => {}
        }
        Ok(written)
    }

    fn put(&self, rows: &[ResultRow], write: Write) -> Result<Written, ResultsError> {
        let before = self.table.inner().read(std::slice::from_ref(&write.key));
        let before = now(before)?.into_iter().next().flatten();
        let written = match rows.is_empty() {
            true => now(self.table.inner().write_if(std::slice::from_ref(&write)))?
                .pop()
                .unwrap_or(Written::Refused),
            false => self.table.write_results(rows, write.clone())?,
        };
        if written == Written::Done {
            self.stored(&write, before.as_ref(), rows);
        }
        Ok(written)
    }

    fn stored(&self, write: &Write, before: Option<&Row>, rows: &[ResultRow]) {
        let id = write.row.as_ref().map(|row| row.topic_id);
        let makings = &self.recorder.makings;
        let place = makings.place_by(
            id.unwrap_or_default(),
            &write.key.topic,
            write.key.partition,
        );
        if let Some(gap) = &write.gap {
            let (from, to) = (gap.from, gap.to);
            self.recorder
                .note(self.who, Event::Skipped { place, from, to });
        }
        let stored = Event::Stored {
            keeper: Keeper::Store,
            place,
            next: write.row.as_ref().and_then(|row| row.next_offset),
            fence: write
                .row
                .as_ref()
                .map(|row| self.recorder.fence(row.fence.0)),
            write: self.why(write, before),
            results: rows.to_vec(),
        };
        self.recorder.note(self.who, stored);
    }

    fn why(&self, write: &Write, before: Option<&Row>) -> history::Write {
        let Some(row) = write.row.as_ref().filter(|row| row.next_offset.is_some()) else {
            return history::Write::Forget;
        };
        match self.step(write) {
            Step::Claim => history::Write::Claim,
            Step::Commit => history::Write::Commit,
            Step::Release if self.who != Who::Operator => history::Write::Release,
            Step::Release => match before.and_then(|row| row.next_offset) == row.next_offset {
                // To the same: still a reset.
                _ if self.who == Who::Operator => history::Write::Reset,
                _ => history::Write::Release,
            },
        }
    }

    /// A claim notes the fence that it replaced; nobody owns what was released or reset.
    fn step(&self, write: &Write) -> Step {
        let Some(row) = &write.row else {
            return Step::Release;
        };
        match write.expect {
            _ if row.owner.is_none() => Step::Release,
            Expect::Absent => Step::Claim,
            Expect::Fence(fence) if fence == row.replaced => Step::Claim,
            Expect::Fence(_) => Step::Commit,
        }
    }
}

/// What becomes of a write whose future was dropped: it is done, or it is not.
pub(super) fn dropped() -> StoreError {
    StoreError::Unknown {
        store: "simulated",
        doing: "writing",
        source: "its future was dropped".into(),
    }
}

fn unknown() -> StoreError {
    StoreError::Unknown {
        store: "simulated",
        doing: "writing",
        source: "a fault of the plan".into(),
    }
}

#[async_trait]
impl OffsetTable for Watched {
    fn info(&self) -> StoreInfo {
        self.table.inner().info().shared()
    }

    async fn read(&self, keys: &[Key]) -> Result<Vec<Option<Row>>, StoreError> {
        sleep(self.troubles.moment()).await;
        let rows = self.table.inner().read(keys).await;
        sleep(self.troubles.moment()).await;
        rows
    }

    async fn write_if(&self, writes: &[Write]) -> Result<Vec<Written>, StoreError> {
        let written = self.write_all(writes);
        match self.troubles.may_drop(self.who, written).await {
            Some(written) => written,
            None => {
                self.recorder.dropped(self.who, "write");
                Err(dropped())
            }
        }
    }

    async fn scan(&self, group: Option<&str>) -> Result<Vec<Row>, StoreError> {
        self.table.inner().scan(group).await
    }

    async fn gaps(&self, group: Option<&str>) -> Result<Vec<Gap>, StoreError> {
        self.table.inner().gaps(group).await
    }
}

impl Watched {
    async fn write_all(&self, writes: &[Write]) -> Result<Vec<Written>, StoreError> {
        let Some(first) = writes.first() else {
            return Ok(Vec::new());
        };
        sleep(self.troubles.moment()).await;
        let trouble = self.troubles.meet(self.step(first), self.who);
        match &trouble {
            Some(Trouble::Wait(time)) => sleep(*time).await,
            Some(Trouble::Late(time)) => {
                let writes = writes.to_vec();
                self.later(*time, move |table| drop(table.put_all(&writes)));
                return Err(unknown());
            }
            Some(Trouble::NotApplied) => return Err(unknown()),
            Some(Trouble::StandsStill) => self.stand_still().await,
            Some(Trouble::Applied | Trouble::Killed | Trouble::Refused(_)) | None => {}
        }
        if let Some(Trouble::Refused(error)) = trouble {
            return Err(error);
        }
        self.may_be_fenced(writes).await;
        let written = self.put_all(writes)?;
        sleep(self.troubles.moment()).await;
        match trouble {
            Some(Trouble::Applied) => return Err(unknown()),
            Some(Trouble::Killed) if written.contains(&Written::Done) => {
                self.troubles.kill(self.who);
            }
            _ => {}
        }
        Ok(written)
    }

    /// All is ready for the write, and comes to a stop.
    async fn stand_still(&self) {
        self.troubles.hold(self.who);
        yield_now().await;
    }

    /// A commit of many may find that an operator has set one of the rows, to what it was.
    async fn may_be_fenced(&self, writes: &[Write]) {
        let is_commit = |write: &Write| self.step(write) == Step::Commit;
        if writes.len() < 2 || !writes.iter().all(is_commit) {
            return;
        }
        if let Some(choice) = self.troubles.fences(self.who) {
            let key = writes[choice % writes.len()].key.clone();
            self.set_again(key).await;
        }
    }

    /// An operator sets a row's offset, to the same: its owner is fenced.
    async fn set_again(&self, key: Key) {
        let row = now(self.table.inner().read(std::slice::from_ref(&key)));
        let row = row.ok().and_then(|rows| rows.into_iter().next()?);
        let Some((row, to)) = row.and_then(|row| row.next_offset.map(|to| (row, to))) else {
            return;
        };
        let operator = Self {
            who: Who::Operator,
            ..self.clone()
        };
        let makings = &self.recorder.makings;
        let place = makings.place_by(row.topic_id, &key.topic, key.partition);
        let store = TableStore::new(operator).with_ambient(self.ambient.clone());
        let reset = Reset {
            topic_id: row.topic_id,
            partitions_seen: row.partitions_seen,
            ..Reset::new(key, Committed::at(to))
        };
        let calling = self.recorder.calls(Who::Operator, ("reset", RESET));
        let done = store.reset(vec![reset]).await;
        calling.ends(Some(&done));
        let outcome = match done.is_ok_and(|each| each.iter().all(Result::is_ok)) {
            true => Outcome::Acknowledged,
            false => Outcome::Refused,
        };
        let reset = Event::Reset {
            keeper: Keeper::Store,
            place,
            to,
            outcome,
        };
        self.recorder.note(Who::Operator, reset);
    }

    fn later(&self, time: Duration, write: impl FnOnce(&Self) + Send + 'static) {
        let (table, late) = (self.clone(), self.troubles.late(self.who));
        tokio::spawn(async move {
            sleep(time).await;
            write(&table);
            drop(late);
        });
    }

    fn put_all(&self, writes: &[Write]) -> Result<Vec<Written>, StoreError> {
        let put = |write: &Write| match self.put(&[], write.clone()) {
            Ok(written) => Ok(written),
            Err(ResultsError::Store(error)) => Err(error),
            Err(_) => Err(unavailable("writing")),
        };
        writes.iter().map(put).collect()
    }
}
