//! What follows on a change: markers go into logs, answers to those that wait, and what is due is done.

use std::time::Duration;

use super::State;
use super::topics::TopicRef;
use crate::groups::{Answer, Context};
use crate::log::{EndOfTransaction, TransactionResult};
use crate::time::Now;
use crate::transactions::Marker;

impl State {
    /// Does what follows on what has changed since the last time.
    pub(crate) fn settle(&mut self, now: Now) {
        self.write_markers(now);
        self.answer_members();
        let changed = std::mem::take(&mut self.changed);
        let all = std::mem::take(&mut self.metadata_changed);
        if all || !changed.is_empty() {
            self.retry_fetches(&changed, all, now);
            self.retry_produces(now);
            self.unsaved.metadata |= all;
            self.unsaved.partitions.extend(changed);
        }
    }

    /// Does what is due by now. What follows on it is for [`settle`](Self::settle), before which the shell writes down what was decided.
    pub(crate) fn tick(&mut self, now: Now) {
        let cx = Context {
            now,
            topics: &self.topics,
            rng: &mut self.random,
        };
        self.groups.tick(&cx);
        self.transactions.tick(now);
        self.retry_fetches(&Default::default(), false, now);
        self.retry_produces(now);
    }

    /// When `tick` has something to do next.
    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        let fetches = self.fetches.values().map(|fetch| fetch.deadline).min();
        let produces = self.produces.values().map(|produce| produce.deadline).min();
        let groups = self.groups.next_deadline();
        let transactions = self.transactions.next_deadline();
        [fetches, produces, groups, transactions]
            .into_iter()
            .flatten()
            .min()
    }

    fn write_markers(&mut self, now: Now) {
        for marker in self.transactions.take_markers() {
            if marker.is_for_offsets() {
                self.groups
                    .complete_transaction(marker.producer_id, marker.commit);
            } else {
                self.write_marker(&marker, now);
            }
            self.transactions.confirm(&marker, now);
        }
    }

    /// A partition that is no more needs no marker, and one that knows a newer epoch refuses it: the transaction is over there.
    fn write_marker(&mut self, marker: &Marker, now: Now) {
        let by = TopicRef::Name(&marker.partition.topic);
        let Some(id) = self.topics.get(by).map(|topic| topic.id) else {
            return;
        };
        let Ok(partition) = self.topics.partition_mut(by, marker.partition.partition) else {
            return;
        };
        let end = EndOfTransaction {
            producer_id: marker.producer_id,
            producer_epoch: marker.producer_epoch,
            coordinator_epoch: marker.coordinator_epoch,
            result: match marker.commit {
                true => TransactionResult::Commit,
                false => TransactionResult::Abort,
            },
            transaction_version: marker.transaction_version as i8,
        };
        if let Err(why) = partition.log.append_marker(end, now) {
            tracing::debug!(%why, partition = %marker.partition, "a marker was refused");
        }
        self.changed.insert((id, marker.partition.partition));
    }

    fn answer_members(&mut self) {
        for (ticket, answer) in self.groups.take_answers() {
            let Some(reply_to) = self.waiting.remove(&ticket) else {
                continue;
            };
            let frame = match &answer {
                Answer::Join(joined) => reply_to.frame(&joined.response(reply_to.version)),
                Answer::Sync(synced) => reply_to.frame(&synced.response()),
            };
            self.make_ready(ticket, frame);
        }
    }
}
