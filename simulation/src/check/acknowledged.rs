//! V1: no acknowledged record is lost: neither from the log, nor on the way to its effect, nor its effect.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::{Event, Gone, Keeper, Outcome, Payload, Place, Write};

use super::facts::{Facts, Record, Send};
use super::{Effects, Found};

pub(super) fn holds(facts: &Facts<'_>, found: &mut Found<'_>) {
    for (payload, send) in &facts.sends {
        match send.ended {
            Some((ended, Outcome::Acknowledged, Some(offset))) => {
                is_kept(facts, found, *payload, send, (ended, offset));
            }
            Some((ended, Outcome::Acknowledged, None)) => {
                is_somewhere(facts, found, *payload, send, ended);
            }
            _ => {}
        }
    }
    let effects = effects(facts);
    for place in facts.places() {
        for record in facts.records(place).iter().filter(|record| record.is_due) {
            let acknowledged = acknowledged(facts, record.payload);
            if let (Some(evidence), None) = (acknowledged, effects.get(&record.payload)) {
                has_an_excuse(facts, found, place, record, evidence);
            }
        }
    }
    results_stay(facts, found);
}

fn is_kept(
    facts: &Facts<'_>,
    found: &mut Found<'_>,
    payload: Payload,
    send: &Send,
    (ended, offset): (usize, i64),
) {
    let records = facts.records(send.place);
    let record = records
        .iter()
        .find(|record| record.payload == payload && record.offset == offset);
    let Some(log) = facts.ending.logs.get(&send.place) else {
        let was_deleted = record.is_some_and(|record| record.removed().is_some());
        if !was_deleted {
            let what = format!("{payload} was acknowledged, and {} is gone", send.place);
            found.add(what, [send.begun, ended]);
        }
        return;
    };
    let is_committed = facts.told(payload) == Some(Outcome::Acknowledged);
    let is_there = log.records.iter().any(|record| {
        (record.offset, record.payload) == (offset, payload) && !(record.aborted && is_committed)
    });
    let was_removed = record.is_some_and(|record| record.removed().is_some());
    if !is_there && !was_removed {
        let what = format!(
            "{payload} was acknowledged at {}@{offset}, and is not in the log",
            send.place
        );
        found.add(what, [send.begun, ended]);
    }
}

/// A broker that knows a batch already, and no longer where it is, acknowledges it without an offset.
fn is_somewhere(
    facts: &Facts<'_>,
    found: &mut Found<'_>,
    payload: Payload,
    send: &Send,
    ended: usize,
) {
    let log = facts.ending.logs.get(&send.place);
    let mut records = log.into_iter().flat_map(|log| &log.records);
    let is_there = records.any(|record| record.payload == payload);
    if !is_there && !facts.is_anything_removed(send.place) {
        let what = format!("{payload} was acknowledged, and is not in {}", send.place);
        found.add(what, [send.begun, ended]);
    }
}

/// The events that prove that a record was acknowledged, in a transaction that was.
fn acknowledged(facts: &Facts<'_>, payload: Payload) -> Option<[usize; 2]> {
    let send = facts.sends.get(&payload)?;
    match send.ended {
        Some((ended, Outcome::Acknowledged, _)) => Some([send.begun, ended]),
        _ => None,
    }
}

fn effects(facts: &Facts<'_>) -> BTreeMap<Payload, usize> {
    let mut effects = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        for (_, _, payload) in facts.effects(&entry.event) {
            effects.entry(payload).or_insert(number);
        }
    }
    effects
}

fn has_an_excuse(
    facts: &Facts<'_>,
    found: &mut Found<'_>,
    place: Place,
    record: &Record,
    evidence: [usize; 2],
) {
    let is_excused = match (record.removed(), record.gone) {
        (None, _) => false,
        // Nobody stood anywhere: whoever comes starts at the oldest record that there is.
        (Some(removed), Some(Gone::Retention | Gone::DeleteRecords))
            if kept(facts, place, removed).is_none() =>
        {
            true
        }
        // It came in the place of another, whose offset was kept, and went before anybody read it: the offset fits the log again, and nobody can tell.
        (Some(removed), Some(Gone::Retention | Gone::DeleteRecords))
            if record.is_in_place_of_another_since(0)
                && kept(facts, place, removed).is_some_and(|next| next > record.offset) =>
        {
            true
        }
        // An own store writes down what retention took: not to say so is to lose it in silence.
        // With the topic all of it is gone, and the group says that instead.
        (_, Some(Gone::Retention | Gone::DeleteRecords)) => {
            facts.terms.keeper == Keeper::Kafka
                || facts.is_skipped(place, record.offset)
                || facts.is_deleted(place)
        }
        _ => true,
    };
    if !is_excused && !is_jumped(facts, place, record) {
        let Record {
            payload, offset, ..
        } = record;
        let what = format!("{payload} was acknowledged at {place}@{offset}, and had no effect");
        found.add(what, evidence.into_iter().chain(record.removed()));
    }
}

/// The offset that the store held when an event happened.
fn kept(facts: &Facts<'_>, place: Place, at: usize) -> Option<i64> {
    let before = facts.entries.iter().take(at);
    let mut stored = before.filter_map(|entry| match entry.event {
        Event::Stored {
            keeper: Keeper::Store,
            place: of,
            next,
            ..
        } if of == place => Some(next),
        _ => None,
    });
    stored.next_back().flatten()
}

/// Whether an operator, or the very first start, said to go on behind a record.
fn is_jumped(facts: &Facts<'_>, place: Place, record: &Record) -> bool {
    let keeper = facts.terms.keeper;
    let reset = facts.entries.iter().any(|entry| match entry.event {
        Event::Stored {
            keeper: of,
            place: at,
            next: Some(next),
            write: Write::Reset,
            ..
        } => of == keeper && at == place && next > record.offset,
        _ => false,
    });
    if facts.starts_at_the_oldest(place) {
        return reset;
    }
    let mut starts = facts.entries.iter().filter_map(|entry| match entry.event {
        Event::Claimed { place: of, at, .. } if of == place => Some(at),
        _ => None,
    });
    reset || starts.next().is_some_and(|at| at > record.offset)
}

/// What was committed as a result is in the table at the end.
fn results_stay(facts: &Facts<'_>, found: &mut Found<'_>) {
    if facts.terms.effects != Effects::ExactlyOnce {
        return;
    }
    let table: BTreeSet<_> = facts.ending.results.iter().collect();
    for (number, entry) in facts.numbered() {
        let Event::Stored { results, .. } = &entry.event else {
            continue;
        };
        for row in results.iter().filter(|row| !table.contains(row)) {
            let what = format!("the result of {} is gone from the table", row.payload);
            found.add(what, [number]);
        }
    }
}
