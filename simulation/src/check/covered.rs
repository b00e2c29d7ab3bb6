//! V4: a committed offset covers no record that is not processed; and a mirror shows nothing that the store never held.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::{Event, Keeper, Payload, Place, Write};

use super::Found;
use super::facts::{Facts, Record};

#[derive(Default)]
struct Walk {
    /// Processed, and not asked for anew since.
    processed: BTreeMap<Payload, (Place, i64)>,
    committed: BTreeMap<Place, (usize, i64)>,
    /// The latest claim.
    claimed: BTreeMap<Place, usize>,
    /// All that a partition's offset ever was.
    held: BTreeMap<Place, BTreeSet<i64>>,
}

pub(super) fn holds(facts: &Facts<'_>, found: &mut Found<'_>) {
    let mut walk = Walk::default();
    for (number, entry) in facts.numbered() {
        if let Some((place, from)) = facts.asked_anew(number, &entry.event) {
            walk.processed
                .retain(|_, (at, offset)| *at != place || *offset < from);
        }
        for (place, offset, payload) in facts.effects(&entry.event) {
            walk.processed.insert(payload, (place, offset));
        }
        match entry.event {
            Event::Claimed { place, at, .. } => {
                if !facts.starts_at_the_oldest(place) {
                    walk.committed.entry(place).or_insert((number, at));
                }
                walk.claimed.insert(place, number);
            }
            Event::Stored {
                keeper,
                place,
                next,
                write,
                ..
            } if keeper == facts.terms.keeper => {
                walk.store(facts, found, number, (place, next, write));
            }
            Event::Stored {
                keeper: Keeper::Kafka,
                place,
                next: Some(next),
                write: Write::Commit,
                ..
            } => {
                let held = walk.held.get(&place);
                if !held.is_some_and(|held| held.contains(&next)) {
                    let what = format!("the mirror of {place} says {next}, the store never did");
                    found.add(what, [number]);
                }
            }
            _ => {}
        }
    }
}

impl Walk {
    fn store(
        &mut self,
        facts: &Facts<'_>,
        found: &mut Found<'_>,
        number: usize,
        (place, next, write): (Place, Option<i64>, Write),
    ) {
        let Some(next) = next else {
            self.committed.remove(&place);
            return;
        };
        self.held.entry(place).or_default().insert(next);
        let before = self.committed.insert(place, (number, next));
        let first = facts.starts_at_the_oldest(place).then_some((number, 0));
        let Some((before, from)) = before.or(first) else {
            return;
        };
        if write == Write::Reset {
            return;
        }
        // Whoever claimed before the log was cut off commits for the log that it read, and says so by the leader epoch: the next to read finds
        // that the logs part. That the records in the place of those that are gone are processed after all, V1 says.
        let claimed = self.claimed.get(&place).copied().unwrap_or(0);
        let known = |record: &&Record| !record.is_in_place_of_another_since(claimed);
        for record in facts.due(place, from, next, number).filter(known) {
            if !self.processed.contains_key(&record.payload) {
                let what = format!(
                    "{place}@{next} covers {} at {}, which is not processed",
                    record.payload, record.offset
                );
                found.add(what, [before, number]);
            }
        }
    }
}
