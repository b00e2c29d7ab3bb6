//! A member's store: the real rule over the table, and notes of what the member asks for and is told.

use async_trait::async_trait;
use ottla_client::protocol::types::TopicId;
use ottla_offset_store::{
    Advance, Claim, CommitError, Gap, Key, OffsetStore, Owner, Refused, Reset, ResultsStore, Row,
    Seen, StoreError, StoreInfo, TableStore, Wanted,
};

use super::life::Living;
use super::table::{Watched, dropped};
use crate::history::{Commit, Event, Keeper, Outcome, Payload, Place, ResultRow};

/// What a member keeps its offsets in.
#[derive(Debug)]
pub(super) struct Noted {
    pub(super) store: TableStore<Watched>,
    pub(super) living: Living,
}

/// Results as the handler makes them.
pub(super) type Rows = Vec<(Place, i64, Payload)>;

impl Noted {
    fn place(&self, key: &Key) -> Place {
        let makings = &self.living.recorder.makings;
        makings.place(&key.topic, key.partition)
    }

    fn place_by(&self, id: TopicId, key: &Key) -> Place {
        let makings = &self.living.recorder.makings;
        makings.place_by(id, &key.topic, key.partition)
    }

    fn commit_began(&self, advance: &Advance) -> (Commit, Place) {
        let commit = self.living.recorder.new_commit();
        let place = self.place_by(advance.topic_id(), advance.key());
        self.living.note(Event::CommitBegan {
            commit,
            assignment: self.living.assignment(),
            keeper: Keeper::Store,
            place,
            next: advance.to().next,
        });
        (commit, place)
    }

    /// Who asks the store may give up on it, and what was asked may be done all the same. None: it was dropped.
    async fn may_drop<F: Future>(&self, what: &'static str, future: F) -> Option<F::Output> {
        let Watched { who, troubles, .. } = self.store.table();
        let ended = troubles.may_drop(*who, future).await;
        if ended.is_none() {
            self.living.recorder.dropped(*who, what);
        }
        ended
    }

    fn commit_ended(&self, (commit, place): (Commit, Place), ended: &Result<Claim, Refused>) {
        let at = ended.as_ref().ok().map(|claim| claim.start().next);
        let outcome = match ended {
            Ok(_) => Outcome::Acknowledged,
            Err(refused) => {
                if refused.is_fenced() {
                    let assignment = self.living.assignment();
                    self.living.note(Event::Fenced { assignment, place });
                }
                Outcome::Refused
            }
        };
        self.living.note(Event::CommitEnded {
            commit,
            outcome,
            at,
        });
    }

    fn commit_failed(&self, (commit, place): (Commit, Place), error: &CommitError) {
        let outcome = match error.outcome_unknown() {
            true => Outcome::Unknown,
            false => Outcome::Refused,
        };
        if outcome == Outcome::Refused {
            self.living.again(place);
        }
        self.living.note(Event::CommitEnded {
            commit,
            outcome,
            at: None,
        });
    }

    fn claimed(&self, place: Place, claim: &Result<Claim, Refused>) {
        let assignment = self.living.assignment();
        let event = match claim {
            Ok(claim) => Event::Claimed {
                assignment,
                place: self.place_by(claim.topic_id(), claim.key()),
                at: claim.start().next,
            },
            Err(_) => Event::NotClaimed {
                assignment,
                place,
                outcome: Outcome::Refused,
            },
        };
        self.living.note(event);
    }
}

impl ResultsStore for Noted {
    type Transaction = Rows;

    fn begin(&self) -> Rows {
        Vec::new()
    }

    async fn commit_results(
        &self,
        results: Rows,
        advance: Advance,
    ) -> Result<Result<Claim, Refused>, CommitError> {
        let began = self.commit_began(&advance);
        let rows = results
            .into_iter()
            .map(|(place, offset, payload)| ResultRow {
                place,
                offset,
                payload,
                commit: began.0,
            });
        let (rows, table) = (rows.collect(), self.store.table());
        let done = self
            .store
            .commit_with(advance, |write| async move {
                let written = table.write_results(rows, write).await;
                table.troubles.may_wait_for_answer(table.who).await;
                written
            })
            .await;
        match &done {
            Ok(ended) => self.commit_ended(began, ended),
            Err(error) => self.commit_failed(began, error),
        }
        done
    }
}

#[async_trait]
impl OffsetStore for Noted {
    fn info(&self) -> StoreInfo {
        self.store.info()
    }

    async fn fetch(&self, keys: &[Key]) -> Result<Vec<Option<Row>>, StoreError> {
        match self.may_drop("fetch", self.store.fetch(keys)).await {
            Some(rows) => rows,
            None => self.store.fetch(keys).await,
        }
    }

    async fn look(&self, keys: &[Key]) -> Result<Vec<Seen>, StoreError> {
        let assignment = self.living.assignment();
        for key in keys {
            let place = self.place(key);
            self.living.note(Event::Looked { assignment, place });
        }
        match self.may_drop("look", self.store.look(keys)).await {
            Some(seen) => seen,
            None => self.store.look(keys).await,
        }
    }

    async fn claim(
        &self,
        owner: &Owner,
        wanted: Vec<Wanted>,
    ) -> Result<Vec<Result<Claim, Refused>>, StoreError> {
        if let Some(member) = &owner.member {
            let Living { recorder, life, .. } = &self.living;
            recorder.is_called(*life, &member.member_id);
        }
        let places: Vec<Place> = wanted.iter().map(|one| self.place(one.key())).collect();
        let claim = self.store.claim(owner, wanted);
        let claimed = self.may_drop("claim", claim).await;
        let claimed = claimed.unwrap_or_else(|| Err(dropped()));
        match &claimed {
            Ok(claims) => {
                for (place, claim) in places.into_iter().zip(claims) {
                    self.claimed(place, claim);
                }
            }
            Err(error) => {
                let outcome = match error.outcome_unknown() {
                    true => Outcome::Unknown,
                    false => Outcome::Refused,
                };
                for place in places {
                    let assignment = self.living.assignment();
                    self.living.note(Event::NotClaimed {
                        assignment,
                        place,
                        outcome,
                    });
                }
            }
        }
        claimed
    }

    async fn commit(
        &self,
        advances: Vec<Advance>,
    ) -> Result<Vec<Result<Claim, Refused>>, CommitError> {
        let began: Vec<_> = advances.iter().map(|one| self.commit_began(one)).collect();
        let done = self.store.commit(advances).await;
        match &done {
            Ok(ended) => {
                for (began, ended) in began.into_iter().zip(ended) {
                    self.commit_ended(began, ended);
                }
            }
            Err(error) => {
                for began in began {
                    self.commit_failed(began, error);
                }
            }
        }
        done
    }

    async fn release(&self, claims: Vec<Claim>) -> Result<(), StoreError> {
        self.store.release(claims).await
    }

    async fn reset(&self, to: Vec<Reset>) -> Result<Vec<Result<(), Refused>>, StoreError> {
        self.store.reset(to).await
    }

    async fn list(&self, group: Option<&str>) -> Result<Vec<Row>, StoreError> {
        self.store.list(group).await
    }

    async fn delete(&self, keys: &[Key]) -> Result<(), StoreError> {
        self.store.delete(keys).await
    }

    async fn gaps(&self, group: Option<&str>) -> Result<Vec<Gap>, StoreError> {
        self.store.gaps(group).await
    }
}
