//! V3: no effect of an aborted or fenced transaction shows: Kafka's, or a store's. And what the producer calls not written is not.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::{Commit, Event, Outcome, Payload, ResultRow, Write};

use super::facts::Facts;
use super::{Effects, Found};

pub(super) fn holds(facts: &Facts<'_>, found: &mut Found<'_>) {
    aborted_records_are_not_seen(facts, found);
    refused_records_are_not_there(facts, found);
    what_was_aborted_is_so_in_the_log(facts, found);
    refused_commits_wrote_nothing(facts, found);
    offsets_move_with_results(facts, found);
    every_row_was_committed(facts, found);
}

fn aborted_records_are_not_seen(facts: &Facts<'_>, found: &mut Found<'_>) {
    if !facts.terms.read_committed {
        return;
    }
    let mut aborted: BTreeMap<Payload, bool> = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        let Event::Delivered {
            payload,
            place,
            offset,
            ..
        } = entry.event
        else {
            continue;
        };
        let is_aborted = aborted.entry(payload);
        if *is_aborted.or_insert_with(|| facts.is_aborted(payload)) {
            let what = format!("{payload} at {place}@{offset} was aborted, and delivered");
            let sent = facts.sends.get(&payload).map(|send| send.begun);
            found.add(what, sent.into_iter().chain([number]));
        }
    }
}

/// Whoever is told so will send them again.
fn refused_records_are_not_there(facts: &Facts<'_>, found: &mut Found<'_>) {
    for (place, log) in &facts.ending.logs {
        for record in log.records.iter().filter(|record| !record.aborted) {
            let send = facts.sends.get(&record.payload);
            if let Some(send) = send
                && let Some((ended, Outcome::Refused, _)) = send.ended
            {
                let (payload, offset) = (record.payload, record.offset);
                let what = format!("{payload} was refused, and is at {place}@{offset}");
                found.add(what, [send.begun, ended]);
            }
        }
    }
}

/// What who produces was told holds: the log has the marker that keeps readers away. (That of a commit is for V1 to say.)
fn what_was_aborted_is_so_in_the_log(facts: &Facts<'_>, found: &mut Found<'_>) {
    for (place, log) in &facts.ending.logs {
        for record in log.records.iter().filter(|record| !record.aborted) {
            let payload = record.payload;
            if facts.told(payload) == Some(Outcome::Refused) {
                let what = format!(
                    "{payload} at {place}@{} was aborted, and the log has it committed",
                    record.offset
                );
                found.add(what, facts.sends.get(&payload).map(|send| send.begun));
            }
        }
    }
}

fn refused_commits_wrote_nothing(facts: &Facts<'_>, found: &mut Found<'_>) {
    let mut refused: BTreeMap<Commit, usize> = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        if let Event::CommitEnded {
            commit,
            outcome: Outcome::Refused,
            ..
        } = entry.event
        {
            refused.insert(commit, number);
        }
    }
    for (number, entry) in facts.numbered() {
        let Event::Stored { results, .. } = &entry.event else {
            continue;
        };
        let commits: BTreeSet<Commit> = results.iter().map(|row| row.commit).collect();
        for commit in commits {
            if let Some(ended) = refused.get(&commit) {
                let what = format!("{commit} was refused, and its results are there");
                found.add(what, [number, *ended]);
            }
        }
    }
}

/// Both or neither.
fn offsets_move_with_results(facts: &Facts<'_>, found: &mut Found<'_>) {
    for (number, entry) in facts.numbered() {
        let Event::Stored {
            results,
            next,
            write,
            ..
        } = &entry.event
        else {
            continue;
        };
        let Some(last) = results.iter().map(|row| row.offset).max() else {
            continue;
        };
        if *write != Write::Commit || next.is_none_or(|next| next <= last) {
            let what = format!("results up to {last} came without their offset");
            found.add(what, [number]);
        }
    }
}

fn every_row_was_committed(facts: &Facts<'_>, found: &mut Found<'_>) {
    if facts.terms.effects != Effects::ExactlyOnce {
        return;
    }
    let mut committed: BTreeMap<ResultRow, usize> = BTreeMap::new();
    for entry in facts.entries {
        if let Event::Stored { results, .. } = &entry.event {
            for row in results {
                *committed.entry(*row).or_default() += 1;
            }
        }
    }
    for row in &facts.ending.results {
        match committed.get_mut(row) {
            Some(left) if *left > 0 => *left -= 1,
            _ => {
                let what = format!("a result of {} that nobody committed", row.payload);
                found.add(what, facts.sends.get(&row.payload).map(|send| send.begun));
            }
        }
    }
}
