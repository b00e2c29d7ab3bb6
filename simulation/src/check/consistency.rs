//! Whether the history is one that can be. If not, it is the wiring that is wrong, and what the other invariants say is worth nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::history::{Event, Keeper, Write};

use super::Found;
use super::facts::Facts;

pub(super) fn holds(facts: &Facts<'_>, found: &mut Found<'_>) {
    time_goes_forward(facts, found);
    names_are_used_once(facts, found);
    what_ends_began(facts, found);
    results_are_of_their_place(facts, found);
    offsets_end_as_they_were_seen(facts, found);
    resets_in_kafka_were_asked_for(facts, found);
}

fn time_goes_forward(facts: &Facts<'_>, found: &mut Found<'_>) {
    let mut before = Duration::ZERO;
    for (number, entry) in facts.numbered() {
        if entry.at < before {
            found.add("time went back".to_owned(), [number - 1, number]);
        }
        before = entry.at;
    }
}

fn names_are_used_once(facts: &Facts<'_>, found: &mut Found<'_>) {
    let (mut payloads, mut commits, mut calls) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (number, entry) in facts.numbered() {
        let is_new = match entry.event {
            Event::Sent { payload, .. } => payloads.insert(payload),
            Event::CommitBegan { commit, .. } => commits.insert(commit),
            Event::CallStarted { call, .. } => calls.insert(call),
            _ => true,
        };
        if !is_new {
            found.add("a name is used a second time".to_owned(), [number]);
        }
    }
}

fn what_ends_began(facts: &Facts<'_>, found: &mut Found<'_>) {
    let (mut payloads, mut commits, mut calls) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut work = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        let began = match entry.event {
            Event::Sent { payload, .. } => {
                payloads.insert(payload);
                true
            }
            Event::CommitBegan { commit, .. } => {
                commits.insert(commit);
                true
            }
            Event::CallStarted { call, .. } => {
                calls.insert(call);
                true
            }
            Event::Began {
                assignment,
                place,
                offset,
                ..
            } => {
                *work.entry((assignment, place, offset)).or_insert(0) += 1;
                true
            }
            Event::SendEnded { payload, .. } => payloads.remove(&payload),
            Event::CommitEnded { commit, .. } => commits.remove(&commit),
            Event::CallEnded { call, .. } => calls.remove(&call),
            Event::Ended {
                assignment,
                place,
                offset,
                ..
            } => match work.get_mut(&(assignment, place, offset)) {
                Some(under_way) if *under_way > 0 => {
                    *under_way -= 1;
                    true
                }
                _ => false,
            },
            _ => true,
        };
        if !began {
            found.add("something ended that never began".to_owned(), [number]);
        }
    }
}

fn results_are_of_their_place(facts: &Facts<'_>, found: &mut Found<'_>) {
    for (number, entry) in facts.numbered() {
        if let Event::Stored { place, results, .. } = &entry.event
            && results.iter().any(|row| row.place != *place)
        {
            found.add("results of another partition".to_owned(), [number]);
        }
    }
}

/// An end beyond what was seen is a write that nobody saw; an end before it is for V5 to say.
fn offsets_end_as_they_were_seen(facts: &Facts<'_>, found: &mut Found<'_>) {
    let mut seen = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        if let Event::Stored {
            keeper,
            place,
            next,
            ..
        } = entry.event
        {
            seen.insert((keeper, place), (number, next));
        }
    }
    let kept = [
        (Keeper::Store, &facts.ending.store),
        (Keeper::Kafka, &facts.ending.kafka),
    ];
    for (keeper, ends) in kept {
        for (place, end) in ends {
            let last = seen.get(&(keeper, *place)).copied();
            if last.is_none_or(|(_, next)| next.is_none_or(|next| next < *end)) {
                let what = format!("{keeper}'s {place} ends as {end}, which nobody wrote");
                found.add(what, last.map(|(number, _)| number));
            }
        }
    }
}

/// A commit in Kafka that is nobody's of the group is the operator's, who says so (of the topic by its name): else it is a member's that does not
/// say who it is.
fn resets_in_kafka_were_asked_for(facts: &Facts<'_>, found: &mut Found<'_>) {
    let asked = facts.entries.iter().filter_map(|entry| match entry.event {
        Event::Reset {
            keeper: Keeper::Kafka,
            place,
            to,
            ..
        } => Some((place.topic, place.partition, to)),
        _ => None,
    });
    let asked: BTreeSet<_> = asked.collect();
    for (number, entry) in facts.numbered() {
        if let Event::Stored {
            keeper: Keeper::Kafka,
            place,
            next: Some(next),
            write: Write::Reset,
            ..
        } = entry.event
            && !asked.contains(&(place.topic, place.partition, next))
        {
            let what = format!("nobody of the group committed {place}@{next}");
            found.add(what, [number]);
        }
    }
}
