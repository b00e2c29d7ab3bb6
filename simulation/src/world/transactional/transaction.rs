//! One transaction from its first record to its end, and what is noted of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::producer::{New, Producer, Word};
use crate::history::{Event, FaultId, Key, Outcome, Place, Transaction, Who};
use crate::plan::Dice;
use crate::world::{Shared, generator};

/// What a transaction is to be.
#[derive(Clone, Debug)]
pub(super) struct Script {
    /// Where its records go; one batch each.
    pub(super) sends: Vec<(Key, Place)>,
    /// How many records a batch has.
    pub(super) records: u32,
    /// After each batch.
    pub(super) pause: Duration,
    /// From the last batch to the end.
    pub(super) held: Duration,
    pub(super) commit: bool,
    /// Behind the first batch another takes the id, and this one goes on as if it knew nothing.
    pub(super) is_zombie: bool,
    /// A fault that has its effect once something of it is written.
    pub(super) fault: Option<FaultId>,
}

/// How a transaction went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Went {
    /// Something of it is in a log.
    pub(super) is_written: bool,
    pub(super) outcome: Outcome,
}

/// Who lives through transactions, one after the other.
pub(super) struct Life {
    pub(super) shared: Arc<Shared>,
    pub(super) producer: Producer,
    pub(super) dice: Dice,
}

impl Life {
    /// From the first record until it is known how it ended. Then the next can begin.
    pub(super) async fn live(&mut self, script: &Script) -> Went {
        let transaction = self.shared.transactions.begin();
        let (mut is_written, mut is_whole) = (false, true);
        let mut heir = None;
        for (key, place) in &script.sends {
            let word = self.send(transaction, *key, *place, script.records).await;
            if word == Word::Done && !is_written {
                is_written = true;
                script
                    .fault
                    .inspect(|fault| self.shared.transactions.hit(*fault));
            }
            is_whole &= word == Word::Done;
            if script.is_zombie && heir.is_none() {
                heir = Some(self.producer.heir().await);
            } else if !is_whole {
                break;
            }
            sleep(script.pause).await;
        }
        sleep(script.held).await;
        let commits = script.commit && (is_whole || script.is_zombie);
        let word = self.producer.end(commits).await;
        let outcome = self.ended(transaction, commits, word);
        if let Some(heir) = heir {
            self.producer = heir;
        } else if !is_whole || word != Word::Done {
            // What was sent and not answered may be under way still: of an epoch that is over it comes too late.
            self.producer.init().await;
        }
        Went {
            is_written,
            outcome,
        }
    }

    /// Whoever is fenced had not asked for a commit that anybody carried out: it would have been answered the same when asked again.
    fn ended(&self, transaction: Transaction, commits: bool, word: Word) -> Outcome {
        let outcome = match word {
            Word::Done if commits => Outcome::Acknowledged,
            _ => Outcome::Refused,
        };
        if let (Word::Refused(code), true) = (word, commits) {
            self.note(Event::Said(format!("{transaction}: {code}")));
        }
        self.note(Event::TransactionEnded {
            transaction,
            outcome,
        });
        outcome
    }

    /// Sends some records, and notes what became of each.
    async fn send(&mut self, transaction: Transaction, key: Key, place: Place, count: u32) -> Word {
        let records: Vec<New> = (0..count).map(|_| self.record(key)).collect();
        for record in &records {
            self.note(Event::Sent {
                payload: record.payload,
                key: Some(key),
                place,
                transaction: Some(transaction),
            });
        }
        let (word, base) = self.producer.produce(place, &records).await;
        let outcome = match word {
            Word::Done => Outcome::Acknowledged,
            Word::Refused(_) => Outcome::Refused,
            Word::Fenced | Word::Unknown => Outcome::Unknown,
        };
        for (at, record) in (0_i64..).zip(&records) {
            self.note(Event::SendEnded {
                payload: record.payload,
                outcome,
                offset: base.map(|base| base + at),
            });
        }
        word
    }

    fn record(&mut self, key: Key) -> New {
        let payload = self.shared.transactions.payload();
        let largest = self.shared.plan.shape.largest.max(4);
        New {
            payload,
            key,
            value: generator::value(payload, self.dice.between(4, largest)),
        }
    }

    fn note(&self, event: Event) {
        self.shared.recorder.note(Who::Transactional, event);
    }
}
