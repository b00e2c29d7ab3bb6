//! V9: after the last fault the lag becomes 0 in time, and the mirror has followed.

use std::collections::BTreeSet;

use crate::history::{Event, Keeper, Place};

use super::Found;
use super::facts::Facts;

pub(super) fn holds(facts: &Facts<'_>, found: &mut Found<'_>) {
    let healed = facts
        .numbered()
        .rfind(|(_, entry)| entry.event == Event::Healed);
    let Some((healed, since)) = healed else {
        found.add("the faults never ended".to_owned(), []);
        return;
    };
    let until = since.at + facts.terms.settles_within;
    let settled = facts
        .numbered()
        .skip(healed)
        .find(|(_, entry)| entry.event == Event::Settled);
    match settled {
        None => found.add("the lag never became 0".to_owned(), [healed]),
        Some((settled, entry)) if entry.at > until => {
            let late = (entry.at - since.at).as_secs_f64();
            let what = format!("the lag became 0 after {late:.1} s only");
            found.add(what, [healed, settled]);
        }
        Some((settled, _)) => {
            lag_is_0(facts, found, settled);
            the_mirror_has_followed(facts, found, (healed, settled));
        }
    }
}

fn lag_is_0(facts: &Facts<'_>, found: &mut Found<'_>, settled: usize) {
    for (place, log) in &facts.ending.logs {
        let committed = facts.committed().get(place).copied();
        if committed.unwrap_or(log.start) != log.stable {
            let latest = facts.numbered().rfind(|(_, entry)| match entry.event {
                Event::Stored {
                    keeper, place: at, ..
                } => keeper == facts.terms.keeper && at == *place,
                _ => false,
            });
            let what = format!(
                "{place} ends at {}, and stands at {committed:?}",
                log.stable
            );
            found.add(what, latest.map(|it| it.0).into_iter().chain([settled]));
        }
    }
}

/// Nothing is in its way after the last fault, and members that stop flush it. One that claimed before that may have been told that its offset can't be taken.
fn the_mirror_has_followed(
    facts: &Facts<'_>,
    found: &mut Found<'_>,
    (healed, settled): (usize, usize),
) {
    if facts.terms.keeper == Keeper::Kafka {
        return;
    }
    let claimed = facts.entries[healed..]
        .iter()
        .filter_map(|entry| match entry.event {
            Event::Claimed { place, .. } => Some(place),
            _ => None,
        });
    let claimed: BTreeSet<Place> = claimed.collect();
    for (place, next) in &facts.ending.store {
        match facts.ending.kafka.get(place) {
            Some(mirror) if mirror < next => {
                let what = format!("the mirror of {place} ends as {mirror}, the store as {next}");
                found.add(what, [settled]);
            }
            None if claimed.contains(place) && facts.ending.logs.contains_key(place) => {
                let what = format!("{place} has no mirror, and the store ends as {next}");
                found.add(what, [settled]);
            }
            _ => {}
        }
    }
}
