//! V6: one claim at most commits for a partition at a time.

use std::collections::BTreeMap;

use crate::history::{Event, Fence, Keeper, Place, Who, Write};

use super::Found;
use super::facts::Facts;

pub(super) fn holds(facts: &Facts<'_>, found: &mut Found<'_>) {
    only_the_claimer_commits(facts, found);
    no_fence_comes_twice(facts, found);
    only_the_assigned_commit(facts, found);
    only_the_confirmed_claim(facts, found);
}

/// In a store: from one claim to the next write of somebody else, all commits are the claimer's.
fn only_the_claimer_commits(facts: &Facts<'_>, found: &mut Found<'_>) {
    let mut claims: BTreeMap<Place, (usize, Who)> = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        let Event::Stored {
            keeper: Keeper::Store,
            place,
            write,
            ..
        } = entry.event
        else {
            continue;
        };
        let claim = claims.get(&place).copied();
        match write {
            Write::Claim => {
                claims.insert(place, (number, entry.who));
            }
            Write::Reset | Write::Forget => {
                claims.insert(place, (number, Who::Operator));
            }
            Write::Release | Write::Commit => {
                let is_owner = claim.is_some_and(|(_, owner)| owner == entry.who);
                if !is_owner {
                    let what = format!("{} wrote {place}, which it has not claimed", entry.who);
                    found.add(what, claim.map(|it| it.0).into_iter().chain([number]));
                }
            }
        }
    }
}

fn no_fence_comes_twice(facts: &Facts<'_>, found: &mut Found<'_>) {
    let mut fences: BTreeMap<(Place, Fence), usize> = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        if let Event::Stored {
            place,
            fence: Some(fence),
            ..
        } = entry.event
            && let Some(before) = fences.insert((place, fence), number)
        {
            let what = format!("{place} has {fence} a second time");
            found.add(what, [before, number]);
        }
    }
}

/// A heartbeat that was sent after the row was read came back for this very assignment. So nobody claims from a reading that was
/// made when another had the partition already.
fn only_the_confirmed_claim(facts: &Facts<'_>, found: &mut Found<'_>) {
    let mut owners: BTreeMap<Place, (usize, Who)> = BTreeMap::new();
    let mut looks: BTreeMap<(Place, Who), usize> = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        match &entry.event {
            Event::Gained { places, .. } => {
                owners.extend(places.iter().map(|place| (*place, (number, entry.who))));
            }
            Event::Looked { place, .. } => {
                looks.insert((*place, entry.who), number);
            }
            Event::Stored {
                keeper: Keeper::Store,
                place,
                write: Write::Claim,
                ..
            } => {
                let owner = owners.get(place).filter(|(_, owner)| *owner != entry.who);
                let look = looks.get(&(*place, entry.who));
                if let (Some((gained, owner)), Some(look)) = (owner, look)
                    && look > gained
                {
                    let what = format!("{} claimed {place}, which {owner} has", entry.who);
                    found.add(what, [*gained, *look, number]);
                }
            }
            _ => {}
        }
    }
}

/// In Kafka: whoever has the partition. The coordinator lets any member commit anything, so the client must not.
fn only_the_assigned_commit(facts: &Facts<'_>, found: &mut Found<'_>) {
    let mut owners: BTreeMap<Place, (usize, Who)> = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        match &entry.event {
            Event::Gained { places, .. } => {
                owners.extend(places.iter().map(|place| (*place, (number, entry.who))));
            }
            Event::Stored {
                keeper: Keeper::Kafka,
                place,
                write: Write::Commit,
                ..
            } => {
                let owner = owners.get(place).copied();
                if let Some((gained, owner)) = owner.filter(|(_, owner)| *owner != entry.who) {
                    let what = format!("{} committed {place}, which {owner} has", entry.who);
                    found.add(what, [gained, number]);
                }
            }
            _ => {}
        }
    }
}
