//! V5: a committed offset, in the store and in the mirror, goes back only by a reset (or a policy that says where to).

use std::collections::{BTreeMap, BTreeSet};

use crate::history::{Event, Keeper, Place, Who, Write};

use super::Found;
use super::facts::Facts;

#[derive(Default)]
struct Walk {
    last: BTreeMap<(Keeper, Place), (usize, i64)>,
    /// Who claimed a place last, until it has mirrored anything of that claim.
    fresh: BTreeMap<Place, Who>,
    /// What the store has held since the latest claim.
    held: BTreeMap<Place, BTreeSet<i64>>,
}

pub(super) fn holds(facts: &Facts<'_>, found: &mut Found<'_>) {
    let mut walk = Walk::default();
    for (number, entry) in facts.numbered() {
        match entry.event {
            Event::Claimed { place, .. } => {
                walk.fresh.insert(place, entry.who);
            }
            Event::Stored {
                keeper,
                place,
                next,
                write,
                ..
            } => {
                let Some(next) = next else {
                    walk.last.remove(&(keeper, place));
                    continue;
                };
                let before = walk.last.insert((keeper, place), (number, next));
                let is_set_back =
                    walk.is_set_back(facts, (entry.who, write), (keeper, place, next));
                let Some((before, from)) = before.filter(|(_, from)| next < *from) else {
                    continue;
                };
                let is_meant =
                    write == Write::Reset || is_rewound(facts, place, from, next) || is_set_back;
                if !is_meant {
                    let what = format!("{keeper}'s {place} went back from {from} to {next}");
                    found.add(what, [before, number]);
                }
            }
            _ => {}
        }
    }
    walk.ends_as_written(facts, found);
}

impl Walk {
    /// The mirror follows a reset, with the first that it writes of a claim: where the claim starts, or what the store has held since, for only the
    /// newest of what waits is mirrored. What was on its way from before is not of this claim.
    fn is_set_back(
        &mut self,
        facts: &Facts<'_>,
        (who, write): (Who, Write),
        (keeper, place, next): (Keeper, Place, i64),
    ) -> bool {
        if facts.terms.keeper != Keeper::Store {
            return false;
        }
        let held = self.held.entry(place).or_default();
        if keeper == Keeper::Store {
            if write == Write::Claim {
                held.clear();
            }
            held.insert(next);
            return false;
        }
        let is_first = self.fresh.get(&place) == Some(&who) && held.contains(&next);
        if is_first {
            self.fresh.remove(&place);
        }
        is_first
    }

    fn ends_as_written(&self, facts: &Facts<'_>, found: &mut Found<'_>) {
        for ((keeper, place), (number, next)) in &self.last {
            let ends = match keeper {
                Keeper::Store => &facts.ending.store,
                Keeper::Kafka => &facts.ending.kafka,
            };
            if let Some(end) = ends.get(place).filter(|end| *end < next) {
                let what = format!("{keeper}'s {place} was {next}, and ends as {end}");
                found.add(what, [*number]);
            }
        }
    }
}

/// Whether a policy for a log that was cut off says to go back to just there.
fn is_rewound(facts: &Facts<'_>, place: Place, before: i64, next: i64) -> bool {
    facts.numbered().any(|(number, entry)| match entry.event {
        Event::Skipped {
            place: at,
            from,
            to,
        } => {
            at == place
                && to < from
                && from <= before
                && to == next
                && facts.is_cut_below(place, from, number)
        }
        _ => false,
    })
}
