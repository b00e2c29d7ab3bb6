//! Whatever happens in a world that does everything right, the checker is silent; and one thing spoiled is found.

use std::time::Duration;

use proptest::prelude::*;

use super::world::World;
use crate::check::{Effects, Invariant, check};
use crate::history::*;
use crate::plan::Dice;

/// What is spoiled, and who must notice.
const SPOILS: &[(Spoil, Invariant)] = &[
    (lose_from_the_log, Invariant::V1),
    (lose_a_result, Invariant::V1),
    (double_a_result, Invariant::V2),
    (double_a_record, Invariant::V2),
    (refuse_what_was_done, Invariant::V3),
    (deliver_what_was_aborted, Invariant::V3),
    (forget_the_work, Invariant::V4),
    (commit_too_far, Invariant::V4),
    (go_back, Invariant::V5),
    (commit_for_another, Invariant::V6),
    (use_a_fence_again, Invariant::V6),
    (swap_results, Invariant::V7),
    (leave_one_out, Invariant::V8),
    (deliver_twice, Invariant::V8),
    (never_settle, Invariant::V9),
    (miss_a_deadline, Invariant::V10),
    (say_nothing_of_a_record, Invariant::V11),
    (leave_a_lock, Invariant::V12),
];

/// False: there is nothing to spoil in this way.
type Spoil = fn(&mut World, &mut Dice) -> bool;

fn modes() -> impl Strategy<Value = (Effects, Keeper)> {
    prop_oneof![
        Just((Effects::ExactlyOnce, Keeper::Store)),
        Just((Effects::AtLeastOnce, Keeper::Store)),
        Just((Effects::AtLeastOnce, Keeper::Kafka)),
        Just((Effects::AutoCommit, Keeper::Kafka)),
    ]
}

proptest! {
    #[test]
    fn what_is_right_holds(seed: u64, (effects, keeper) in modes()) {
        let world = World::run(seed, effects, keeper);
        let violations = check(&world.history, &world.ending, &world.terms);
        prop_assert!(violations.is_empty(), "{:#?}\n{}", violations, world.history);
    }

    #[test]
    fn what_is_spoiled_is_found(seed: u64, spoil in 0..SPOILS.len(), (effects, keeper) in modes()) {
        let mut world = World::run(seed, effects, keeper);
        let (spoil, invariant) = SPOILS[spoil];
        if spoil(&mut world, &mut Dice::new(seed)) {
            let violations = check(&world.history, &world.ending, &world.terms);
            let is_found = violations.iter().any(|it| it.invariant == invariant);
            prop_assert!(is_found, "{:?}: {:#?}\n{}", invariant, violations, world.history);
        }
    }
}

/// A property that finds nothing to spoil is worth nothing.
#[test]
fn each_way_to_spoil_is_used() {
    for (number, (spoil, _)) in SPOILS.iter().enumerate() {
        let used = (0..40).any(|seed| {
            [Effects::ExactlyOnce, Effects::AtLeastOnce]
                .into_iter()
                .any(|effects| {
                    let mut world = World::run(seed, effects, Keeper::Store);
                    spoil(&mut world, &mut Dice::new(seed))
                })
        });
        assert!(used, "{number}");
    }
}

/// The number of an event of a kind, picked at random.
fn pick(world: &World, dice: &mut Dice, is_it: impl Fn(&Entry) -> bool) -> Option<usize> {
    let entries = world.history.entries().iter().enumerate();
    let numbers: Vec<usize> = entries
        .filter(|(_, entry)| is_it(entry))
        .map(|(number, _)| number)
        .collect();
    (!numbers.is_empty()).then(|| dice.pick(&numbers))
}

fn event(world: &mut World, number: usize) -> &mut Event {
    &mut world.history.entries_mut()[number].event
}

fn insert(world: &mut World, number: usize, mut entry: Entry) {
    let entries = world.history.entries_mut();
    entry.at = entries[number].at;
    entries.insert(number + 1, entry);
}

fn lose_from_the_log(world: &mut World, dice: &mut Dice) -> bool {
    let logs = &world.ending.logs;
    let there: Vec<Payload> = logs
        .values()
        .flat_map(|log| &log.records)
        .map(|record| record.payload)
        .collect();
    let sent = pick(world, dice, |entry| match entry.event {
        Event::SendEnded {
            payload, outcome, ..
        } => outcome == Outcome::Acknowledged && there.contains(&payload),
        _ => false,
    });
    let Some(sent) = sent else { return false };
    let Event::SendEnded { payload: lost, .. } = *event(world, sent) else {
        return false;
    };
    for log in world.ending.logs.values_mut() {
        log.records.retain(|record| record.payload != lost);
    }
    true
}

fn lose_a_result(world: &mut World, _: &mut Dice) -> bool {
    world.ending.results.pop().is_some()
}

fn is_commit_of(entry: &Entry, rows: usize) -> bool {
    matches!(&entry.event, Event::Stored { write: Write::Commit, results, .. } if results.len() >= rows)
}

fn double_a_result(world: &mut World, dice: &mut Dice) -> bool {
    let Some(number) = pick(world, dice, |entry| is_commit_of(entry, 1)) else {
        return false;
    };
    if let Event::Stored { results, .. } = event(world, number) {
        let again = results[0];
        results.insert(0, again);
        world.ending.results.push(again);
    }
    true
}

fn double_a_record(world: &mut World, _: &mut Dice) -> bool {
    let mut logs = world.ending.logs.values_mut();
    let Some(log) = logs.find(|log| !log.records.is_empty()) else {
        return false;
    };
    let again = LogRecord {
        offset: log.stable,
        ..log.records[0]
    };
    log.records.push(again);
    true
}

fn refuse_what_was_done(world: &mut World, dice: &mut Dice) -> bool {
    let Some(number) = pick(world, dice, |entry| is_commit_of(entry, 1)) else {
        return false;
    };
    let mut after = world.history.entries_mut()[number..].iter_mut();
    let ended = after.find_map(|entry| match &mut entry.event {
        Event::CommitEnded { outcome, .. } => Some(outcome),
        _ => None,
    });
    ended.map(|outcome| *outcome = Outcome::Refused).is_some()
}

fn deliver_what_was_aborted(world: &mut World, dice: &mut Dice) -> bool {
    let logs = world.ending.logs.iter();
    let aborted: Vec<(Place, LogRecord)> = logs
        .flat_map(|(place, log)| log.records.iter().map(|record| (*place, *record)))
        .filter(|(_, record)| record.aborted)
        .collect();
    let Some((place, record)) = aborted.first().copied() else {
        return false;
    };
    let claimed =
        |entry: &Entry| matches!(entry.event, Event::Claimed { place: at, .. } if at == place);
    let Some(number) = pick(world, dice, claimed) else {
        return false;
    };
    let Event::Claimed { assignment, .. } = *event(world, number) else {
        return false;
    };
    let delivered = Event::Delivered {
        assignment,
        place,
        offset: record.offset,
        payload: record.payload,
    };
    let entry = Entry {
        event: delivered,
        ..world.history.entries()[number].clone()
    };
    insert(world, number, entry);
    true
}

/// Takes all effects of a record away that a commit covers.
fn forget_the_work(world: &mut World, dice: &mut Dice) -> bool {
    if world.terms.effects != Effects::AtLeastOnce {
        return false;
    }
    let done = |entry: &Entry| matches!(entry.event, Event::Ended { .. });
    let Some(number) = pick(world, dice, done) else {
        return false;
    };
    let Event::Ended {
        payload: gone,
        place,
        offset,
        ..
    } = *event(world, number)
    else {
        return false;
    };
    if is_excused(world, place, offset) {
        return false;
    }
    if !world
        .ending
        .logs
        .values()
        .any(|log| log.records.iter().any(|record| record.payload == gone))
    {
        return false;
    }
    for entry in world.history.entries_mut() {
        if let Event::Ended {
            payload, worked, ..
        } = &mut entry.event
            && *payload == gone
        {
            *worked = Worked::Dropped;
        }
    }
    true
}

/// Whether a policy, or an operator, may have let a record be passed over.
fn is_excused(world: &World, place: Place, offset: i64) -> bool {
    world
        .history
        .entries()
        .iter()
        .any(|entry| match entry.event {
            Event::Skipped {
                place: at,
                from,
                to,
            } => at == place && (from..to).contains(&offset),
            Event::Reset { place: at, .. } => at == place,
            _ => false,
        })
}

/// A commit right behind the first claim of all, before anything was processed.
fn commit_too_far(world: &mut World, _: &mut Dice) -> bool {
    if world.terms.effects == Effects::AutoCommit {
        return false;
    }
    for (place, log) in world.ending.logs.clone() {
        let first =
            |entry: &Entry| matches!(entry.event, Event::Claimed { place: of, .. } if of == place);
        let entries = world.history.entries();
        let Some(number) = entries.iter().position(first) else {
            continue;
        };
        let Event::Claimed { at, .. } = *event(world, number) else {
            continue;
        };
        let mut records = log.records.iter();
        let is_there = records.any(|record| record.offset == at && !record.aborted);
        if !is_there || is_excused(world, place, at) {
            continue;
        }
        let stored = Event::Stored {
            keeper: world.terms.keeper,
            place,
            next: Some(at + 1),
            fence: None,
            write: Write::Commit,
            results: Vec::new(),
        };
        let entry = Entry {
            event: stored,
            ..world.history.entries()[number].clone()
        };
        insert(world, number, entry);
        return true;
    }
    false
}

fn go_back(world: &mut World, dice: &mut Dice) -> bool {
    let far = |entry: &Entry| matches!(entry.event, Event::Stored { write: Write::Commit, next: Some(next), .. } if next > 0);
    let Some(number) = pick(world, dice, far) else {
        return false;
    };
    let mut entry = world.history.entries()[number].clone();
    if let Event::Stored { next, results, .. } = &mut entry.event {
        *next = next.map(|next| next - 1);
        results.clear();
    }
    insert(world, number, entry);
    true
}

fn commit_for_another(world: &mut World, dice: &mut Dice) -> bool {
    let Some(number) = pick(world, dice, |entry| is_commit_of(entry, 0)) else {
        return false;
    };
    world.history.entries_mut()[number].who = Who::Member(Life::first(7));
    true
}

fn use_a_fence_again(world: &mut World, dice: &mut Dice) -> bool {
    let Some(number) = pick(world, dice, |entry| is_commit_of(entry, 0)) else {
        return false;
    };
    let entry = world.history.entries()[number].clone();
    let has_fence = matches!(entry.event, Event::Stored { fence: Some(_), .. });
    insert(world, number, entry);
    has_fence
}

fn swap_results(world: &mut World, dice: &mut Dice) -> bool {
    let Some(number) = pick(world, dice, |entry| is_commit_of(entry, 2)) else {
        return false;
    };
    if let Event::Stored { results, .. } = event(world, number) {
        results.swap(0, 1);
    }
    true
}

fn is_delivery(entry: &Entry) -> bool {
    matches!(entry.event, Event::Delivered { .. })
}

fn leave_one_out(world: &mut World, dice: &mut Dice) -> bool {
    let entries = world.history.entries().to_vec();
    let logs = world.ending.logs.clone();
    // One that is there to the end, and behind which the same assignment goes on.
    let followed: Vec<usize> = (0..entries.len())
        .filter(|number| {
            let Event::Delivered { assignment, place, payload, .. } = entries[*number].event else {
                return false;
            };
            let goes_on = entries[number + 1..].iter().any(|entry| {
                matches!(entry.event, Event::Delivered { assignment: other, .. } if other == assignment)
            });
            goes_on && logs[&place].records.iter().any(|record| record.payload == payload)
        })
        .collect();
    if followed.is_empty() {
        return false;
    }
    world.history.entries_mut().remove(dice.pick(&followed));
    true
}

fn deliver_twice(world: &mut World, dice: &mut Dice) -> bool {
    let Some(number) = pick(world, dice, is_delivery) else {
        return false;
    };
    let entry = world.history.entries()[number].clone();
    insert(world, number, entry);
    true
}

fn never_settle(world: &mut World, _: &mut Dice) -> bool {
    let entries = world.history.entries_mut();
    entries.retain(|entry| entry.event != Event::Settled);
    true
}

fn miss_a_deadline(world: &mut World, _: &mut Dice) -> bool {
    for entry in world.history.entries_mut() {
        if let Event::CallStarted { deadline, .. } = &mut entry.event {
            *deadline = Duration::ZERO;
        }
    }
    true
}

fn say_nothing_of_a_record(world: &mut World, dice: &mut Dice) -> bool {
    let ended = |entry: &Entry| matches!(entry.event, Event::SendEnded { .. });
    let Some(number) = pick(world, dice, ended) else {
        return false;
    };
    world.history.entries_mut().remove(number);
    true
}

fn leave_a_lock(world: &mut World, _: &mut Dice) -> bool {
    for entry in world.history.entries_mut() {
        if let Event::Left { locks, .. } = &mut entry.event {
            *locks = 1;
        }
    }
    true
}
