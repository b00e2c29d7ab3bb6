//! V8: within one assignment, from one claim or seek to the next, no record is left out and none comes twice; each is the one
//! that is in the log; and when the assignment is given up or lost, no more come.

use std::collections::BTreeMap;

use crate::history::{Assignment, Event, Payload, Place, Who};

use super::facts::Facts;
use super::{Effects, Found};

#[derive(Default)]
struct Positions {
    at: BTreeMap<(Assignment, Place), (usize, i64)>,
    /// The latest claim. What was fetched since may be handed out after the log was cut off, by whoever has not heard of that: it is
    /// not compared with what came in its place.
    from: BTreeMap<(Assignment, Place), usize>,
}

pub(super) fn holds(facts: &Facts<'_>, found: &mut Found<'_>) {
    nothing_comes_after_the_end(facts, found);
    let mut positions = Positions::default();
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
                positions.at.insert((assignment, place), (number, at));
                // Whoever goes back in what it holds fetches nothing anew.
                if let Event::Claimed { .. } = entry.event {
                    positions.from.insert((assignment, place), number);
                }
            }
            // The log was cut off, and its reader reads again from there. What is skipped forward is not there any more, and so not missed. Where an
            // operator goes back, who holds the partition goes on until it notices that it is fenced.
            Event::Skipped { place, from, to } if to < from && entry.who != Who::Operator => {
                let here = positions.at.iter_mut().filter(|((_, at), _)| *at == place);
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
                let from = positions.from.get(&(assignment, place));
                let since = from.copied().unwrap_or(0);
                is_the_record(facts, found, (number, since), (place, offset, payload));
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
    let before = positions
        .at
        .insert((assignment, place), (number, offset + 1));
    let Some((before, position)) = before else {
        let what = format!("{assignment} got {place}@{offset}, which it had not claimed");
        found.add(what, [number]);
        return;
    };
    if offset < position {
        let what = format!("{assignment} got {place}@{offset} when it stood at {position}");
        found.add(what, [before, number]);
    }
    let from = positions.from.get(&(assignment, place)).copied();
    let since = from.unwrap_or(0);
    let mut due = facts.due(place, position, offset, number);
    if let Some(left_out) = due.find(|record| !record.is_in_place_of_another_since(since)) {
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
    (number, since): (usize, usize),
    (place, offset, payload): (Place, i64, Payload),
) {
    let sent_to = facts.sends.get(&payload).map(|send| send.place);
    if sent_to != Some(place) {
        let what =
            format!("{place}@{offset} was delivered as {payload}, which was never sent there");
        found.add(what, [number]);
    }
    let records = facts.records(place);
    let first = records.partition_point(|record| record.offset < offset);
    let mut there = records[first..]
        .iter()
        .take_while(|record| record.offset == offset)
        .filter(|record| record.exists_at(number))
        .filter(|record| !record.is_in_place_of_another_since(since))
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
