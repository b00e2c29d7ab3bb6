//! V2: no effect twice, where results and offset are one transaction; and no record twice in a log.

use std::collections::BTreeMap;

use crate::history::{Payload, Place};

use super::facts::Facts;
use super::{Effects, Found};

pub(super) fn holds(facts: &Facts<'_>, found: &mut Found<'_>) {
    records_are_written_once(facts, found);
    if facts.terms.effects != Effects::ExactlyOnce {
        return;
    }
    let mut effects: BTreeMap<Payload, (usize, Place, i64)> = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        if let Some((place, from)) = facts.asked_anew(number, &entry.event) {
            effects.retain(|_, (_, at, offset)| *at != place || *offset < from);
        }
        for (place, offset, payload) in facts.effects(&entry.event) {
            if let Some((before, ..)) = effects.insert(payload, (number, place, offset)) {
                let what = format!("{payload} at {place}@{offset} has its effect twice");
                found.add(what, [before, number]);
            }
        }
    }
}

/// The producer is idempotent: what it sends once is in one log once.
fn records_are_written_once(facts: &Facts<'_>, found: &mut Found<'_>) {
    let mut seen: BTreeMap<Payload, (Place, i64)> = BTreeMap::new();
    for (place, log) in &facts.ending.logs {
        for record in &log.records {
            let payload = record.payload;
            if let Some((other, at)) = seen.insert(payload, (*place, record.offset)) {
                let what = format!(
                    "{payload} is in the log twice, at {other}@{at} and {place}@{}",
                    record.offset
                );
                found.add(what, facts.sends.get(&payload).map(|send| send.begun));
            }
        }
    }
}
