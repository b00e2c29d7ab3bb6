//! Commits under claims: each entry's claim goes out with it and comes back moved on, or is lost.

use std::sync::Arc;

use ottla_offset_store::{Advance, Claim, CommitError, Refused, StoreError};

use crate::error::{GroupError, PartitionCommitError};
use crate::session::ledger::{Committing, Entry};
use crate::session::slot::Slot;

use super::Claims;

impl Claims {
    pub(crate) async fn commit(&self, entries: Vec<Entry>) -> Result<Committing, GroupError> {
        let mut advances: Vec<Advance> = Vec::with_capacity(entries.len());
        let mut sent = Vec::with_capacity(entries.len());
        for entry in &entries {
            let claim = entry.slot.take();
            sent.push(claim.is_some());
            advances.extend(claim.map(|claim| claim.advance(entry.to.clone())));
        }
        let under_way: Vec<&Entry> = entries
            .iter()
            .zip(&sent)
            .filter_map(|(entry, sent)| sent.then_some(entry))
            .collect();
        let mut results = self.outcome(&under_way, advances).await?.into_iter();
        let answers = entries.iter().zip(sent).map(|(entry, sent)| {
            let result = if sent { results.next() } else { None };
            result.unwrap_or_else(|| Err(not_owned(&entry.slot)))
        });
        Ok(answers.collect())
    }

    async fn outcome(
        &self,
        entries: &[&Entry],
        advances: Vec<Advance>,
    ) -> Result<Committing, GroupError> {
        if advances.is_empty() {
            return Ok(Vec::new());
        }
        match self.store.commit(advances).await {
            Ok(claims) => {
                self.store_trouble.succeeded();
                let pairs = entries.iter().zip(claims);
                pairs
                    .map(|(entry, claim)| self.committed(entry, claim))
                    .collect()
            }
            Err(CommitError::NotWritten { source, claims }) => {
                for (entry, claim) in entries.iter().zip(claims) {
                    entry.slot.put(claim);
                }
                self.not_committed(entries, source)
            }
            Err(CommitError::Unknown { source, lost }) => {
                for (entry, lost) in entries.iter().zip(lost) {
                    entry.slot.lose(lost);
                }
                self.not_committed(entries, source)
            }
            // There are no results here, and the enum may grow; whatever it is, claims are gone.
            Err(error) => Err(GroupError::Results {
                partition: entries[0].slot.partition().clone(),
                source: error.into(),
            }),
        }
    }

    fn committed(
        &self,
        entry: &Entry,
        claim: Result<Claim, Refused>,
    ) -> Result<Result<(), PartitionCommitError>, GroupError> {
        match claim {
            Ok(claim) => {
                entry.slot.put(claim);
                self.mirror.committed(entry.slot.partition(), &entry.to);
                Ok(Ok(()))
            }
            Err(Refused::Fenced { lost, by }) => {
                entry.slot.fenced_by(*lost, by.as_deref());
                Ok(Err(not_owned(&entry.slot)))
            }
            Err(source) => Err(GroupError::Refused { source }),
        }
    }

    fn not_committed(
        &self,
        entries: &[&Entry],
        error: StoreError,
    ) -> Result<Committing, GroupError> {
        if !error.is_retriable() && !error.outcome_unknown() {
            return Err(GroupError::Store {
                doing: "commit offsets",
                source: error,
            });
        }
        let source = Arc::new(error);
        self.store_trouble
            .failed("commit offsets", Arc::clone(&source))?;
        Ok(entries
            .iter()
            .map(|entry| {
                Err(PartitionCommitError::Failed {
                    partition: entry.slot.partition().clone(),
                    source: Arc::clone(&source) as _,
                })
            })
            .collect())
    }
}

fn not_owned(slot: &Slot) -> PartitionCommitError {
    PartitionCommitError::NotOwned {
        partition: slot.partition().clone(),
    }
}
