//! Fencing over any table: [`fence`](crate::fence) decides, the table stores.

use async_trait::async_trait;

use super::{OffsetTable, Write, Written};
use crate::ambient::Ambient;
use crate::confirm::Seen;
use crate::error::{CommitError, Refused, ResultsError, StoreError};
use crate::fence::{self, Advance, Claim, Claiming, Committing, Reset, Wanted};
use crate::model::{Gap, Key, Owner, Row};
use crate::store::{OffsetStore, StoreInfo};

/// How often a reset is tried against an owner that commits at the same moment. Each try loses only if a commit falls
/// between one read and one write.
const RESET_ATTEMPTS: u32 = 64;

/// An [`OffsetTable`] with the fencing rule above it.
#[derive(Clone, Debug)]
pub struct TableStore<T> {
    table: T,
    ambient: Ambient,
}

impl<T: OffsetTable> TableStore<T> {
    /// Puts the rule above a table.
    pub fn new(table: T) -> Self {
        Self {
            table,
            ambient: Ambient::default(),
        }
    }

    /// With fences and a time of day from elsewhere than the system, for simulations.
    #[must_use]
    pub fn with_ambient(mut self, ambient: Ambient) -> Self {
        self.ambient = ambient;
        self
    }

    /// The table below.
    pub fn table(&self) -> &T {
        &self.table
    }

    /// Commits one advance with results, for stores that write [`ResultsStore`](crate::ResultsStore) above a table:
    /// `write` does the user's writes and then the guarded write that it is handed, in one transaction of the
    /// database, and says [`Written::Refused`] after rolling back because the guard did not hold.
    ///
    /// # Errors
    /// As [`ResultsStore::commit_results`](crate::ResultsStore::commit_results).
    ///
    /// # Cancel safety
    /// As `write`; the claim is gone.
    pub async fn commit_with<F, W>(
        &self,
        advance: Advance,
        write: F,
    ) -> Result<Result<Claim, Refused>, CommitError>
    where
        F: FnOnce(Write) -> W,
        W: Future<Output = Result<Written, ResultsError>>,
    {
        let committing =
            match fence::advance(advance, self.ambient.fence(), self.ambient.now_ms()).checked() {
                Ok(committing) => committing,
                Err(refused) => return Ok(Err(refused)),
            };
        match write(committing.write()).await {
            Ok(Written::Done) => Ok(Ok(committing.done())),
            Ok(Written::Refused) => {
                let rows = self
                    .table
                    .read(std::slice::from_ref(committing.key()))
                    .await;
                let row = rows.ok().and_then(|rows| rows.into_iter().next()).flatten();
                Ok(committing.refused(row.as_ref()))
            }
            Err(ResultsError::Store(source)) => {
                Err(unanswered(std::iter::once(committing), source))
            }
            Err(ResultsError::Results(source)) => Err(CommitError::Results {
                source,
                claim: Box::new(committing.not_written()),
            }),
        }
    }

    /// Asks the table, for nothing that it lacks.
    async fn write(&self, writes: &[Write]) -> Result<Vec<Written>, StoreError> {
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        let info = self.table.info();
        if !info.gaps && writes.iter().any(|write| write.gap.is_some()) {
            return Err(StoreError::Unsupported {
                store: info.name,
                what: "gap rows",
            });
        }
        self.table.write_if(writes).await
    }

    /// The rows of those writes that were refused, `None` for all others. Only to say more about a refusal: if they
    /// can't be read, the refusal stands without.
    async fn rows_of_refused(&self, writes: &[Write], written: &[Written]) -> Vec<Option<Row>> {
        let refused: Vec<Key> = writes
            .iter()
            .zip(written)
            .filter(|(_, written)| **written == Written::Refused)
            .map(|(write, _)| write.key.clone())
            .collect();
        if refused.is_empty() {
            return vec![None; written.len()];
        }
        let mut rows = self
            .table
            .read(&refused)
            .await
            .unwrap_or_default()
            .into_iter();
        written
            .iter()
            .map(|written| match written {
                Written::Done => None,
                Written::Refused => rows.next().flatten(),
            })
            .collect()
    }

    /// Reads, decides and writes until every row was written as it was read.
    async fn over_rows<D>(&self, keys: &[Key], mut decide: D) -> Result<(), StoreError>
    where
        D: FnMut(usize, Option<&Row>) -> Option<Write> + Send,
    {
        let mut left: Vec<usize> = (0..keys.len()).collect();
        for _ in 0..RESET_ATTEMPTS {
            let asked: Vec<Key> = left.iter().map(|&at| keys[at].clone()).collect();
            let rows = self.table.read(&asked).await?;
            let (tried, writes): (Vec<usize>, Vec<Write>) = left
                .iter()
                .zip(&rows)
                .filter_map(|(&at, row)| Some((at, decide(at, row.as_ref())?)))
                .unzip();
            if writes.is_empty() {
                return Ok(());
            }
            let written = self.write(&writes).await?;
            left = tried
                .into_iter()
                .zip(written)
                .filter(|(_, written)| *written == Written::Refused)
                .map(|(at, _)| at)
                .collect();
            let Some(_) = left.first() else {
                return Ok(());
            };
        }
        Err(StoreError::Contended {
            store: self.table.info().name,
            key: Box::new(keys[left[0]].clone()),
            attempts: RESET_ATTEMPTS,
        })
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<T: OffsetTable> OffsetStore for TableStore<T> {
    fn info(&self) -> StoreInfo {
        self.table.info()
    }

    async fn fetch(&self, keys: &[Key]) -> Result<Vec<Option<Row>>, StoreError> {
        self.table.read(keys).await
    }

    async fn look(&self, keys: &[Key]) -> Result<Vec<Seen>, StoreError> {
        let rows = self.table.read(keys).await?;
        let seen = keys.iter().cloned().zip(rows);
        Ok(seen.map(|(key, row)| Seen::new(key, row)).collect())
    }

    async fn claim(
        &self,
        owner: &Owner,
        wanted: Vec<Wanted>,
    ) -> Result<Vec<Result<Claim, Refused>>, StoreError> {
        let now = self.ambient.now_ms();
        let decided: Vec<Result<Claiming, Refused>> = wanted
            .into_iter()
            .map(|wanted| fence::claim(owner, wanted, self.ambient.fence(), now))
            .collect();
        let writes: Vec<Write> = decided.iter().flatten().map(Claiming::write).collect();
        let written = self.write(&writes).await?;
        let rows = self.rows_of_refused(&writes, &written).await;
        Ok(settle(
            decided,
            written,
            rows,
            Claiming::done,
            |claiming, row| claiming.refused(row.as_ref()),
        ))
    }

    async fn commit(
        &self,
        advances: Vec<Advance>,
    ) -> Result<Vec<Result<Claim, Refused>>, CommitError> {
        let now = self.ambient.now_ms();
        let decided: Vec<Committing> = advances
            .into_iter()
            .map(|advance| fence::advance(advance, self.ambient.fence(), now))
            .collect();
        let sound = decided.iter().filter(|committing| committing.is_sound());
        let writes: Vec<Write> = sound.map(Committing::write).collect();
        let written = match self.write(&writes).await {
            Ok(written) => written,
            Err(source) => return Err(unanswered(decided.into_iter(), source)),
        };
        let decided = decided.into_iter().map(Committing::checked).collect();
        let rows = self.rows_of_refused(&writes, &written).await;
        Ok(settle(
            decided,
            written,
            rows,
            Committing::done,
            |committing, row| committing.refused(row.as_ref()),
        ))
    }

    async fn release(&self, claims: Vec<Claim>) -> Result<(), StoreError> {
        let now = self.ambient.now_ms();
        let writes: Vec<Write> = claims
            .into_iter()
            .map(|claim| fence::release(claim, self.ambient.fence(), now))
            .collect();
        self.write(&writes).await.map(drop)
    }

    async fn reset(&self, to: Vec<Reset>) -> Result<Vec<Result<(), Refused>>, StoreError> {
        let keys: Vec<Key> = to.iter().map(|to| to.key.clone()).collect();
        let mut answers: Vec<Result<(), Refused>> = to.iter().map(|_| Ok(())).collect();
        self.over_rows(&keys, |at, row| {
            let decided = fence::reset(row, &to[at], self.ambient.fence(), self.ambient.now_ms());
            decided.map_err(|refused| answers[at] = Err(refused)).ok()
        })
        .await?;
        Ok(answers)
    }

    async fn list(&self, group: Option<&str>) -> Result<Vec<Row>, StoreError> {
        self.table.scan(group).await
    }

    async fn delete(&self, keys: &[Key]) -> Result<(), StoreError> {
        self.over_rows(keys, |_, row| {
            fence::forget(row, self.ambient.fence(), self.ambient.now_ms())
        })
        .await
    }

    async fn gaps(&self, group: Option<&str>) -> Result<Vec<Gap>, StoreError> {
        self.table.gaps(group).await
    }
}

/// Gives each decision its answer, in order. A decision that was refused before the table was asked keeps its refusal.
fn settle<D>(
    decided: Vec<Result<D, Refused>>,
    written: Vec<Written>,
    rows: Vec<Option<Row>>,
    done: impl Fn(D) -> Claim,
    refused: impl Fn(D, Option<Row>) -> Result<Claim, Refused>,
) -> Vec<Result<Claim, Refused>> {
    let mut answers = written.into_iter().zip(rows);
    decided
        .into_iter()
        .map(|decision| {
            let decision = decision?;
            match answers.next() {
                Some((Written::Done, _)) => Ok(done(decision)),
                Some((Written::Refused, row)) => refused(decision, row),
                // A table that leaves rows unanswered has not said that it wrote them.
                None => refused(decision, None),
            }
        })
        .collect()
}

/// The error of a commit that the table answered with one.
pub(crate) fn unanswered(
    decided: impl Iterator<Item = Committing>,
    source: StoreError,
) -> CommitError {
    if source.outcome_unknown() {
        CommitError::Unknown {
            source,
            lost: decided.map(Committing::unknown).collect(),
        }
    } else {
        CommitError::NotWritten {
            source,
            claims: decided.map(Committing::not_written).collect(),
        }
    }
}
