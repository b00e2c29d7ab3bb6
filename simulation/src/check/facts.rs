//! What several invariants go by: which records there are, when they were in a log, and which work was asked for anew.

use std::collections::BTreeMap;

use crate::history::{
    Ending, Entry, Event, Gone, Keeper, Key, Outcome, Payload, Place, Transaction, Who, Worked,
    Write,
};

use super::{Effects, Terms};

/// The history by what one asks of it.
pub(super) struct Facts<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) ending: &'a Ending,
    pub(super) terms: Terms,
    pub(super) sends: BTreeMap<Payload, Send>,
    transactions: BTreeMap<Transaction, Outcome>,
    removals: Vec<Removal>,
    records: BTreeMap<Place, Vec<Record>>,
}

/// An event that took records out of a log; the whole topic, if there is no reason.
#[derive(Clone, Copy, Debug)]
struct Removal {
    number: usize,
    topic: (u8, u8),
    partition: Option<u16>,
    from: i64,
    to: i64,
    why: Option<Gone>,
}

/// A record that was given to the producer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Send {
    pub(super) begun: usize,
    pub(super) who: Who,
    pub(super) place: Place,
    pub(super) key: Option<Key>,
    pub(super) transaction: Option<Transaction>,
    pub(super) ended: Option<(usize, Outcome, Option<i64>)>,
}

/// A record that was in a log from one event to before another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub(super) offset: i64,
    pub(super) payload: Payload,
    /// Whether it is to be processed: it is known not to be aborted, or aborted records are read too.
    pub(super) is_due: bool,
    /// The last event that cut the log off below its offset: another record may have had that before. 0: none did.
    cut: usize,
    since: usize,
    until: usize,
    pub(super) gone: Option<Gone>,
}

impl Record {
    pub(super) fn exists_at(&self, number: usize) -> bool {
        self.since <= number && number < self.until
    }

    /// Whether its offset was another record's, or nobody's, until after an event.
    pub(super) fn is_in_place_of_another_since(&self, number: usize) -> bool {
        self.cut > number
    }

    /// The event that took it away.
    pub(super) fn removed(&self) -> Option<usize> {
        (self.until < usize::MAX).then_some(self.until)
    }
}

impl<'a> Facts<'a> {
    pub(super) fn new(entries: &'a [Entry], ending: &'a Ending, terms: Terms) -> Self {
        let mut facts = Self {
            entries,
            ending,
            terms,
            sends: BTreeMap::new(),
            transactions: BTreeMap::new(),
            removals: entries.iter().enumerate().filter_map(Removal::of).collect(),
            records: BTreeMap::new(),
        };
        facts.find_sends();
        facts.find_records();
        facts
    }

    pub(super) fn numbered(&self) -> impl DoubleEndedIterator<Item = (usize, &'a Entry)> {
        self.entries.iter().enumerate()
    }

    /// Records that were ever in a partition's log, as far as is known.
    pub(super) fn records(&self, place: Place) -> &[Record] {
        self.records.get(&place).map_or(&[], Vec::as_slice)
    }

    /// Those of them that are due, were there at an event, and have an offset in a range.
    pub(super) fn due(
        &self,
        place: Place,
        from: i64,
        to: i64,
        number: usize,
    ) -> impl Iterator<Item = &Record> {
        let records = self.records(place);
        let first = records.partition_point(|record| record.offset < from);
        records[first..]
            .iter()
            .take_while(move |record| record.offset < to)
            .filter(move |record| record.is_due && record.exists_at(number))
    }

    pub(super) fn places(&self) -> impl Iterator<Item = Place> {
        self.records.keys().copied()
    }

    /// What who produced it was told of its transaction.
    pub(super) fn told(&self, payload: Payload) -> Option<Outcome> {
        let transaction = self.sends.get(&payload)?.transaction?;
        self.transactions.get(&transaction).copied()
    }

    /// Whether its transaction is known to be aborted.
    pub(super) fn is_aborted(&self, payload: Payload) -> bool {
        self.told(payload) == Some(Outcome::Refused)
            || self
                .ending
                .logs
                .values()
                .flat_map(|log| &log.records)
                .any(|record| record.payload == payload && record.aborted)
    }

    /// Whether a member said that by a policy it does not process a record. That alone is no excuse: it may say so only of what is
    /// no longer there.
    pub(super) fn is_skipped(&self, place: Place, offset: i64) -> bool {
        self.entries.iter().any(|entry| match entry.event {
            Event::Skipped {
                place: at,
                from,
                to,
            } => at == place && (from..to).contains(&offset),
            _ => false,
        })
    }

    /// Whether a partition's topic was deleted.
    pub(super) fn is_deleted(&self, place: Place) -> bool {
        let mut removals = self.removals.iter();
        removals.any(|removal| removal.why.is_none() && removal.is_of(place))
    }

    /// Whether anything was ever taken out of a partition's log.
    pub(super) fn is_anything_removed(&self, place: Place) -> bool {
        let mut removals = self.removals.iter();
        removals.any(|removal| removal.is_of(place))
    }

    /// Whether a partition was there when the run began: neither added later, nor of a topic that was made anew.
    pub(super) fn is_from_the_beginning(&self, place: Place) -> bool {
        let first = self.entries.iter().find_map(|entry| match entry.event {
            Event::TopicMade {
                topic,
                made,
                partitions,
            } if place.is_of(topic, made) => Some(partitions),
            _ => None,
        });
        place.made == 0 && first.is_none_or(|partitions| place.partition < partitions)
    }

    /// Whether a group that has no offset of a partition starts at its oldest record.
    pub(super) fn starts_at_the_oldest(&self, place: Place) -> bool {
        !self.terms.starts_newest || !self.is_from_the_beginning(place)
    }

    /// The offsets that count, at the end.
    pub(super) fn committed(&self) -> &BTreeMap<Place, i64> {
        match self.terms.keeper {
            Keeper::Store => &self.ending.store,
            Keeper::Kafka => &self.ending.kafka,
        }
    }

    /// The effects that an event shows, by the promise of the run.
    pub(super) fn effects(&self, event: &Event) -> Vec<(Place, i64, Payload)> {
        match (self.terms.effects, event) {
            (
                Effects::ExactlyOnce,
                Event::Stored {
                    keeper: Keeper::Store,
                    results,
                    ..
                },
            ) => results
                .iter()
                .map(|row| (row.place, row.offset, row.payload))
                .collect(),
            (
                Effects::AtLeastOnce,
                Event::Ended {
                    place,
                    offset,
                    payload,
                    worked: Worked::Done,
                    ..
                },
            )
            | (
                Effects::AutoCommit,
                Event::Delivered {
                    place,
                    offset,
                    payload,
                    ..
                },
            ) => vec![(*place, *offset, *payload)],
            _ => Vec::new(),
        }
    }

    /// Whether a log was cut off below an offset before an event.
    pub(super) fn is_cut_below(&self, place: Place, offset: i64, number: usize) -> bool {
        let mut removals = self.removals.iter();
        removals.any(|removal| {
            removal.why == Some(Gone::Truncation)
                && removal.is_of(place)
                && removal.number < number
                && removal.from < offset
        })
    }

    /// Where an event asks for work to be done again, and from which offset on.
    pub(super) fn asked_anew(&self, number: usize, event: &Event) -> Option<(Place, i64)> {
        match event {
            Event::Stored {
                keeper,
                place,
                next,
                write: Write::Reset | Write::Forget,
                ..
            } if *keeper == self.terms.keeper => Some((*place, next.unwrap_or(i64::MIN))),
            Event::Skipped { place, from, to }
                if to < from && self.is_cut_below(*place, *from, number) =>
            {
                Some((*place, *to))
            }
            Event::Removed {
                place,
                from,
                why: Gone::Truncation,
                ..
            } => Some((*place, *from)),
            _ => None,
        }
    }

    fn find_sends(&mut self) {
        for (number, entry) in self.entries.iter().enumerate() {
            match entry.event {
                Event::Sent {
                    payload,
                    key,
                    place,
                    transaction,
                } => {
                    let send = Send {
                        begun: number,
                        who: entry.who,
                        place,
                        key,
                        transaction,
                        ended: None,
                    };
                    self.sends.entry(payload).or_insert(send);
                }
                Event::SendEnded {
                    payload,
                    outcome,
                    offset,
                } => {
                    if let Some(send) = self.sends.get_mut(&payload) {
                        send.ended = Some((number, outcome, offset));
                    }
                }
                Event::TransactionEnded {
                    transaction,
                    outcome,
                } => {
                    self.transactions.insert(transaction, outcome);
                }
                _ => {}
            }
        }
    }

    fn find_records(&mut self) {
        let mut records: BTreeMap<Place, Vec<Record>> = BTreeMap::new();
        for (place, log) in &self.ending.logs {
            let there = log.records.iter().map(|record| {
                let cut = self.truncated(*place, record.offset, usize::MAX);
                Record {
                    offset: record.offset,
                    payload: record.payload,
                    is_due: !(record.aborted && self.terms.read_committed),
                    cut,
                    since: self.since(cut, record.payload),
                    until: usize::MAX,
                    gone: None,
                }
            });
            records.entry(*place).or_default().extend(there);
        }
        for (payload, send) in &self.sends {
            let Some((ended, Outcome::Acknowledged, Some(offset))) = send.ended else {
                continue;
            };
            let records = records.entry(send.place).or_default();
            let same = |record: &Record| record.payload == *payload && record.offset == offset;
            if records.iter().any(same) {
                continue;
            }
            // Where the log was cut off while it was under way, it may have been written before that or behind it: nothing is asked for it.
            let is_certain = self.truncated(send.place, offset, ended) <= send.begun;
            let cut = self.truncated(send.place, offset, send.begun);
            let since = self.since(cut, *payload);
            let removal = self.removal(send.place, offset, since);
            records.push(Record {
                offset,
                payload: *payload,
                is_due: is_certain && self.is_due(send),
                cut,
                since,
                until: removal.map_or(usize::MAX, |(number, _)| number),
                gone: removal.and_then(|(_, gone)| gone),
            });
        }
        for records in records.values_mut() {
            records.sort_by_key(|record| (record.offset, record.since));
        }
        self.records = records;
    }

    /// From when on a record counts as there. Where nothing was cut off that is the beginning, so that a commit beyond a log's end covers
    /// what comes there later; behind a cut it is not before the record was sent.
    fn since(&self, cut: usize, payload: Payload) -> usize {
        let begun = self.sends.get(&payload).map_or(0, |send| send.begun);
        if cut == 0 { 0 } else { cut.max(begun) }
    }

    fn is_due(&self, send: &Send) -> bool {
        let ended = send.transaction.map(|it| self.transactions.get(&it));
        !self.terms.read_committed || matches!(ended, None | Some(Some(Outcome::Acknowledged)))
    }

    /// The last event before another that cut a log off below an offset: what is there now came later.
    fn truncated(&self, place: Place, offset: i64, before: usize) -> usize {
        let mut removals = self.removals.iter();
        let cut = removals.rfind(|removal| {
            removal.why == Some(Gone::Truncation)
                && removal.number < before
                && removal.takes(place, offset)
        });
        cut.map_or(0, |removal| removal.number)
    }

    /// The first event after another that took an offset away; no reason, where the whole topic went.
    fn removal(&self, place: Place, offset: i64, since: usize) -> Option<(usize, Option<Gone>)> {
        let mut removals = self.removals.iter();
        let removal =
            removals.find(|removal| removal.number > since && removal.takes(place, offset))?;
        Some((removal.number, removal.why))
    }
}

impl Removal {
    fn of((number, entry): (usize, &Entry)) -> Option<Self> {
        match entry.event {
            Event::Removed {
                place,
                from,
                to,
                why,
            } => Some(Self {
                number,
                topic: (place.topic, place.made),
                partition: Some(place.partition),
                from,
                to,
                why: Some(why),
            }),
            Event::TopicDeleted { topic, made } => Some(Self {
                number,
                topic: (topic, made),
                partition: None,
                from: i64::MIN,
                to: i64::MAX,
                why: None,
            }),
            _ => None,
        }
    }

    fn takes(&self, place: Place, offset: i64) -> bool {
        self.is_of(place) && (self.from..self.to).contains(&offset)
    }

    fn is_of(&self, place: Place) -> bool {
        let partition = self.partition;
        self.topic == (place.topic, place.made)
            && partition.is_none_or(|partition| partition == place.partition)
    }
}
