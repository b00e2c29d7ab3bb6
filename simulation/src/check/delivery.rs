//! V8: within one assignment, from one claim or seek to the next, no record is left out and none comes twice; each is the one
//! that is in the log; and when the assignment is given up or lost, no more come.

use std::collections::BTreeMap;

use crate::history::{Assignment, Event, Payload, Place};

use super::facts::Facts;
use super::{Effects, Found};

type Positions = BTreeMap<(Assignment, Place), (usize, i64)>;

pub(super) fn holds(facts: &Facts<'_>, found: &mut Found<'_>) {
    nothing_comes_after_the_end(facts, found);
    let mut positions = Positions::new();
    for (number, entry) in facts.numbered() {
        match entry.event {
            Event::Claimed {
                assignment,
                place,
                at,
            }
            | Event::Sought {
                assignment,
                place,
                to: at,
            } => {
                positions.insert((assignment, place), (number, at));
            }
            // The log was cut off, and is read again from there. What is skipped forward is not there any more, and so not missed.
            Event::Skipped { place, from, to } if to < from => {
                let here = positions.iter_mut().filter(|((_, at), _)| *at == place);
                for (_, position) in here.filter(|(_, position)| position.1 > to) {
                    *position = (number, to);
                }
            }
            Event::Delivered {
                assignment,
                place,
                offset,
                payload,
            } => {
                delivered(
                    facts,
                    found,
                    &mut positions,
                    (number, assignment, place, offset),
                );
                is_the_record(facts, found, number, (place, offset, payload));
            }
            _ => {}
        }
    }
}

fn delivered(
    facts: &Facts<'_>,
    found: &mut Found<'_>,
    positions: &mut Positions,
    (number, assignment, place, offset): (usize, Assignment, Place, i64),
) {
    let before = positions.insert((assignment, place), (number, offset + 1));
    let Some((before, position)) = before else {
        let what = format!("{assignment} got {place}@{offset}, which it had not claimed");
        found.add(what, [number]);
        return;
    };
    if offset < position {
        let what = format!("{assignment} got {place}@{offset} when it stood at {position}");
        found.add(what, [before, number]);
    }
    if let Some(left_out) = facts.due(place, position, offset, number).next() {
        let what = format!(
            "{assignment} got {place}@{offset}, and {} at {} was left out",
            left_out.payload, left_out.offset
        );
        found.add(what, [before, number]);
    }
}

fn is_the_record(
    facts: &Facts<'_>,
    found: &mut Found<'_>,
    number: usize,
    (place, offset, payload): (Place, i64, Payload),
) {
    let records = facts.records(place);
    let first = records.partition_point(|record| record.offset < offset);
    let mut there = records[first..]
        .iter()
        .take_while(|record| record.offset == offset)
        .filter(|record| record.exists_at(number))
        .peekable();
    if there.peek().is_some() && there.all(|record| record.payload != payload) {
        let what = format!("{place}@{offset} was delivered as {payload}, which it is not");
        found.add(what, [number]);
    }
}

/// A handler is given batches one by one. What a processor has in hand for one transaction may be several, and comes to its end.
fn nothing_comes_after_the_end(facts: &Facts<'_>, found: &mut Found<'_>) {
    if facts.terms.effects == Effects::ExactlyOnce {
        return;
    }
    let mut over: BTreeMap<(Assignment, Place), usize> = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        match &entry.event {
            Event::Revoked { assignment, places } | Event::Lost { assignment, places } => {
                let ended = places.iter().map(|place| ((*assignment, *place), number));
                over.extend(ended);
            }
            Event::Delivered {
                assignment,
                place,
                offset,
                ..
            } => {
                if let Some(ended) = over.get(&(*assignment, *place)) {
                    let what = format!("{assignment} got {place}@{offset} after it was given up");
                    found.add(what, [*ended, number]);
                }
            }
            _ => {}
        }
    }
}
