//! V10: what is called ends within its deadline; time that its process stood still does not count, nor does a process that died.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::history::{Call, CallKind, Event, Who};

use super::Found;
use super::facts::Facts;

/// A call under way.
struct Open {
    number: usize,
    who: Who,
    kind: CallKind,
    deadline: Duration,
}

pub(super) fn holds(facts: &Facts<'_>, found: &mut Found<'_>) {
    records_are_told_of(facts, found);
    calls_end(facts, found);
}

/// To send a record is a call, too; its events are those of the record.
fn records_are_told_of(facts: &Facts<'_>, found: &mut Found<'_>) {
    let within = facts.terms.delivers_within + facts.terms.grace;
    let end = facts.entries.len().saturating_sub(1);
    for (payload, send) in &facts.sends {
        let ended = send.ended.map_or(end, |(number, ..)| number);
        let [begun, at] = [send.begun, ended].map(|number| facts.entries[number].at);
        if at > begun + within {
            let took = (at - begun).as_secs_f64();
            let what = format!("for {took:.1} s nothing was said of {payload}");
            found.add(what, [send.begun, ended]);
        }
    }
}

fn calls_end(facts: &Facts<'_>, found: &mut Found<'_>) {
    let mut open: BTreeMap<Call, Open> = BTreeMap::new();
    let mut paused: BTreeMap<Who, Duration> = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        match entry.event {
            Event::CallStarted {
                call,
                kind,
                deadline,
            } => {
                let (who, kind) = (entry.who, kind);
                let started = Open {
                    number,
                    who,
                    kind,
                    deadline,
                };
                open.insert(call, started);
            }
            Event::CallEnded { call, .. } => {
                if let Some(call) = open.remove(&call) {
                    in_time(facts, found, &call, (Some(number), entry.at));
                }
            }
            Event::Crashed => open.retain(|_, call| call.who != entry.who),
            Event::Paused => {
                paused.insert(entry.who, entry.at);
            }
            Event::Resumed => {
                let since = paused.remove(&entry.who).unwrap_or(entry.at);
                for call in open.values_mut().filter(|call| call.who == entry.who) {
                    call.deadline += entry.at.saturating_sub(since);
                }
            }
            _ => {}
        }
    }
    let end = facts.entries.last().map_or(Duration::ZERO, |last| last.at);
    for call in open.values().filter(|it| !paused.contains_key(&it.who)) {
        in_time(facts, found, call, (None, end));
    }
}

fn in_time(
    facts: &Facts<'_>,
    found: &mut Found<'_>,
    call: &Open,
    (ended, at): (Option<usize>, Duration),
) {
    let until = call.deadline + facts.terms.grace;
    if at > until {
        let late = (at - call.deadline).as_secs_f64();
        let what = format!("{}: {late:.1} s beyond its deadline", call.kind);
        found.add(what, ended.into_iter().chain([call.number]));
    }
}
