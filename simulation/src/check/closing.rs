//! V11: a close that says nothing is wrong has flushed: what was sent has an outcome, what was done is committed. And a commit that says so is
//! stored.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::history::{
    Assignment, Call, CallKind, Commit, Event, Keeper, Outcome, Payload, Place, Who, Worked, Write,
};

use super::facts::Facts;
use super::{Effects, Found};

pub(super) fn holds(facts: &Facts<'_>, found: &mut Found<'_>) {
    acknowledged_commits_are_stored(facts, found);
    let mut begun: BTreeMap<Call, (usize, CallKind)> = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        match entry.event {
            Event::CallStarted { call, kind, .. } => {
                begun.insert(call, (number, kind));
            }
            Event::CallEnded {
                call,
                outcome: Outcome::Acknowledged,
            } => match begun.remove(&call) {
                Some((started, CallKind::CloseProducer)) => {
                    all_sends_have_ended(facts, found, entry.who, (started, number));
                }
                Some((started, CallKind::CloseMember))
                    if facts.terms.effects != Effects::ExactlyOnce =>
                {
                    what_is_done_is_committed(facts, found, entry.who, (started, number));
                }
                _ => {}
            },
            _ => {}
        }
    }
}

/// Those by a handler's own word; what the group commits by itself, nobody is told. In Kafka there may be nothing new to commit.
fn acknowledged_commits_are_stored(facts: &Facts<'_>, found: &mut Found<'_>) {
    let mut begun = BTreeMap::new();
    let mut claims: BTreeMap<(Assignment, Place), (usize, i64)> = BTreeMap::new();
    for (number, entry) in facts.numbered() {
        match entry.event {
            Event::Claimed {
                assignment,
                place,
                at,
            } => {
                claims.insert((assignment, place), (number, at));
            }
            Event::CommitBegan {
                commit,
                assignment,
                keeper,
                place,
                ..
            } => {
                begun.insert(commit, (number, keeper, (assignment, place)));
            }
            Event::CommitEnded {
                commit,
                outcome: Outcome::Acknowledged,
                at: Some(at),
            } => {
                let Some((began, keeper, claim)) = begun.remove(&commit) else {
                    continue;
                };
                let (claimed, start) = claims.get(&claim).copied().unwrap_or((0, 0));
                let since = match keeper {
                    Keeper::Store => began,
                    Keeper::Kafka => claimed,
                };
                let is_new = keeper == Keeper::Store || at > start;
                if is_new && !is_stored(facts, entry.who, (keeper, claim.1, at), since..number) {
                    let what = format!(
                        "{commit} of {}@{at} was acknowledged, and is not stored",
                        claim.1
                    );
                    found.add(what, [began, number]);
                }
            }
            _ => {}
        }
    }
}

fn is_stored(
    facts: &Facts<'_>,
    who: Who,
    (keeper, place, at): (Keeper, Place, i64),
    between: Range<usize>,
) -> bool {
    facts.entries[between]
        .iter()
        .any(|entry| match entry.event {
            Event::Stored {
                keeper: of,
                place: there,
                next: Some(next),
                write: Write::Commit,
                ..
            } => entry.who == who && (of, there) == (keeper, place) && next == at,
            _ => false,
        })
}

fn all_sends_have_ended(
    facts: &Facts<'_>,
    found: &mut Found<'_>,
    who: Who,
    (started, ended): (usize, usize),
) {
    let own = facts.sends.iter().filter(|(_, send)| send.who == who);
    let before = own.filter(|(_, send)| send.begun < started);
    for (payload, send) in before {
        if send.ended.is_none_or(|(number, ..)| number > ended) {
            let what = format!("the producer was closed, and nothing was said of {payload}");
            found.add(what, [send.begun, started, ended]);
        }
    }
}

/// What one assignment did in one partition.
#[derive(Default)]
struct Work {
    /// Its claim.
    since: usize,
    delivered: Vec<(i64, Payload, usize)>,
    done: BTreeSet<Payload>,
}

impl Work {
    /// The last record before the first that is not done.
    fn last_done(&self) -> Option<(i64, usize)> {
        let done = self
            .delivered
            .iter()
            .take_while(|(_, payload, _)| self.done.contains(payload));
        done.last().map(|(offset, _, number)| (*offset, *number))
    }
}

fn what_is_done_is_committed(
    facts: &Facts<'_>,
    found: &mut Found<'_>,
    who: Who,
    (started, ended): (usize, usize),
) {
    let mut own = Own::default();
    for (number, entry) in facts.numbered().take(ended + 1) {
        if entry.who == who {
            own.follow(facts, number, &entry.event);
            own.give_up(facts.terms.keeper, number, started, &entry.event);
        } else {
            own.is_fenced(&entry.event);
        }
    }
    let held = own.work.iter().filter(|(it, _)| !own.dropped.contains(it));
    for ((_, place), work) in held {
        if let Some((last, delivered)) = work.last_done()
            && committed(facts, *place, work.since..ended).is_none_or(|next| next <= last)
        {
            let what = format!("{who} was closed, and {place}@{last} is done and not committed");
            found.add(what, [delivered, started, ended]);
        }
    }
}

/// What the member that closes has in hand.
#[derive(Default)]
struct Own {
    work: BTreeMap<(Assignment, Place), Work>,
    commits: BTreeMap<Commit, (Assignment, Place)>,
    /// Where a store's commit is in doubt, or somebody else wrote the row: the claim is dropped with all that was done under it, until the next.
    dropped: BTreeSet<(Assignment, Place)>,
}

impl Own {
    fn follow(&mut self, facts: &Facts<'_>, number: usize, event: &Event) {
        match *event {
            Event::Claimed {
                assignment, place, ..
            } => {
                let work = Work {
                    since: number,
                    ..Work::default()
                };
                self.work.insert((assignment, place), work);
                self.dropped.remove(&(assignment, place));
            }
            Event::Delivered {
                assignment,
                place,
                offset,
                payload,
            } => {
                let work = self.work.entry((assignment, place)).or_default();
                work.delivered.push((offset, payload, number));
                // To be delivered is all that it takes.
                if facts.terms.effects == Effects::AutoCommit {
                    work.done.insert(payload);
                }
            }
            Event::Ended {
                assignment,
                place,
                payload,
                worked: Worked::Done,
                ..
            } => {
                let work = self.work.entry((assignment, place)).or_default();
                work.done.insert(payload);
            }
            Event::CommitBegan {
                commit,
                assignment,
                place,
                keeper,
                ..
            } if keeper == facts.terms.keeper => {
                self.commits.insert(commit, (assignment, place));
            }
            _ => {}
        }
    }

    fn give_up(&mut self, keeper: Keeper, number: usize, started: usize, event: &Event) {
        match event {
            Event::Lost { assignment, places } => self.drop_all(*assignment, places),
            // Given up before the close: what was not committed then is another's to do.
            Event::Revoked { assignment, places } if number < started => {
                self.drop_all(*assignment, places);
            }
            Event::Fenced { assignment, place } => {
                self.work.remove(&(*assignment, *place));
            }
            // Cut off at the deadline: what it marked is not committed, it may have marked too much.
            Event::Ended {
                assignment,
                place,
                worked: Worked::Failed | Worked::Dropped,
                ..
            } if number > started => {
                self.work.remove(&(*assignment, *place));
            }
            // Said not to be committed, as late as in the close.
            Event::CommitEnded {
                commit,
                outcome: outcome @ (Outcome::Refused | Outcome::Unknown),
                ..
            } => {
                if let Some(reported) = self.commits.get(commit) {
                    if number > started {
                        self.work.remove(reported);
                    }
                    if keeper == Keeper::Store && *outcome == Outcome::Unknown {
                        self.dropped.insert(*reported);
                    }
                }
            }
            _ => {}
        }
    }

    /// Who else writes a row fences its owner, who works on until it learns of it.
    fn is_fenced(&mut self, event: &Event) {
        if let Event::Stored {
            keeper: Keeper::Store,
            place,
            ..
        } = event
        {
            // A row is of a topic by its name.
            let row = |at: &Place| (at.topic, at.partition);
            let fenced = self.work.keys().filter(|(_, at)| row(at) == row(place));
            self.dropped.extend(fenced);
        }
    }

    fn drop_all(&mut self, assignment: Assignment, places: &[Place]) {
        self.work
            .retain(|(it, at), _| *it != assignment || !places.contains(at));
    }
}

/// The most that was committed since a claim: a reset meanwhile is not the close's fault.
fn committed(facts: &Facts<'_>, place: Place, between: Range<usize>) -> Option<i64> {
    let stored = facts.entries[between].iter();
    let stored = stored.filter_map(|entry| match entry.event {
        Event::Stored {
            keeper,
            place: at,
            next,
            ..
        } if keeper == facts.terms.keeper && at == place => next,
        _ => None,
    });
    stored.max()
}
