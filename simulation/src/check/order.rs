//! V7: records of a partition, or with one key, are worked on one after the other and in order; results too. And they are in the log in
//! the order in which they were sent.

use std::collections::BTreeMap;

use crate::history::{Assignment, Event, Key, Payload, Place, Transaction};

use super::facts::Facts;
use super::{Effects, Found, Order};

/// What has an order: a partition of an assignment, or a key in it.
type Line = (Assignment, Place, Option<Key>);

/// The record that a line worked on last.
struct Latest {
    number: usize,
    offset: i64,
    is_over: bool,
}

pub(super) fn holds(facts: &Facts<'_>, found: &mut Found<'_>) {
    logs_are_in_order(facts, found);
    work_is_in_order(facts, found);
    if facts.terms.effects == Effects::ExactlyOnce && facts.terms.order == Order::Partition {
        results_are_in_order(facts, found);
    }
}

/// The producer is idempotent: what it tries again does not overtake, nor is overtaken. Each transaction is another producer's.
fn logs_are_in_order(facts: &Facts<'_>, found: &mut Found<'_>) {
    for (place, log) in &facts.ending.logs {
        let mut latest: BTreeMap<Option<Transaction>, (usize, Payload)> = BTreeMap::new();
        for record in &log.records {
            let Some(send) = facts.sends.get(&record.payload) else {
                continue;
            };
            let (number, payload) = (send.begun, record.payload);
            let before = latest.insert(send.transaction, (number, payload));
            if let Some((before, first)) = before.filter(|(before, _)| *before > number) {
                let what = format!("{payload} is in {place} behind {first}, which was sent later");
                found.add(what, [number, before]);
            }
        }
    }
}

fn work_is_in_order(facts: &Facts<'_>, found: &mut Found<'_>) {
    let mut lines: BTreeMap<Line, Latest> = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        match entry.event {
            Event::Began {
                assignment,
                place,
                offset,
                payload,
            } => {
                let latest = Latest {
                    number,
                    offset,
                    is_over: false,
                };
                let line = line(facts, assignment, place, payload);
                let Some(before) = lines.insert(line, latest) else {
                    continue;
                };
                if before.offset >= offset || !before.is_over {
                    let what = format!(
                        "{assignment} worked on {place}@{offset} after {}, or beside it",
                        before.offset
                    );
                    found.add(what, [before.number, number]);
                }
            }
            Event::Ended {
                assignment,
                place,
                offset,
                payload,
                ..
            } => {
                let line = lines.get_mut(&line(facts, assignment, place, payload));
                if let Some(latest) = line.filter(|latest| latest.offset == offset) {
                    latest.is_over = true;
                }
            }
            // From here on there is another beginning.
            Event::Claimed {
                assignment, place, ..
            }
            | Event::Sought {
                assignment, place, ..
            } => lines.retain(|line, _| (line.0, line.1) != (assignment, place)),
            _ => {}
        }
    }
}

fn line(facts: &Facts<'_>, assignment: Assignment, place: Place, payload: Payload) -> Line {
    let key = facts.sends.get(&payload).and_then(|send| send.key);
    let key = key.filter(|_| facts.terms.order == Order::Key);
    (assignment, place, key)
}

fn results_are_in_order(facts: &Facts<'_>, found: &mut Found<'_>) {
    let mut latest: BTreeMap<Place, (usize, i64)> = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        if let Some((place, from)) = facts.asked_anew(number, &entry.event) {
            latest.retain(|at, (_, offset)| *at != place || *offset < from);
        }
        for (place, offset, payload) in facts.effects(&entry.event) {
            let before = latest.insert(place, (number, offset));
            // The same once more is for V2 to say.
            if let Some((before, last)) = before.filter(|(_, last)| *last > offset) {
                let what =
                    format!("the result of {payload} at {place}@{offset} is behind {last}'s");
                found.add(what, [before, number]);
            }
        }
    }
}
