//! Takes the history down: one for all hosts of a world, which are on one thread.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::life;
use super::makings::Makings;
use crate::history::{
    Assignment, Call, CallKind, Commit, Event, Fence, History, Keeper, Life, Outcome, Place, Who,
};

/// A hand that writes. Clones write into one history.
#[derive(Clone, Debug, Default)]
pub(super) struct Recorder {
    notes: Arc<Mutex<Notes>>,
    /// What topics' names mean.
    pub(super) makings: Makings,
}

#[derive(Debug, Default)]
struct Notes {
    history: History,
    last: Duration,
    commits: u32,
    assignments: u32,
    calls: u32,
    fences: BTreeMap<[u8; 16], Fence>,
    sockets: u32,
    /// The latest generation in which somebody was told to have a place.
    generations: BTreeMap<Place, i32>,
    /// Where the group has an offset in Kafka.
    in_kafka: BTreeSet<Place>,
    /// Whose the coordinator's names of members are, where they do not say so.
    lives: BTreeMap<String, Life>,
}

impl Recorder {
    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Within a tick hosts run one after another, each from the tick's start: what comes later in that order is not earlier.
    pub(super) fn note(&self, who: Who, event: Event) {
        let mut notes = self.notes();
        let at = turmoil::sim_elapsed().unwrap_or_default().max(notes.last);
        notes.last = at;
        if let Event::Stored {
            keeper: Keeper::Kafka,
            place,
            next,
            ..
        } = event
        {
            match next {
                Some(_) => notes.in_kafka.insert(place),
                None => notes.in_kafka.remove(&place),
            };
        }
        notes.history.note(at, who, event);
    }

    pub(super) fn take(&self) -> History {
        let mut history = std::mem::take(&mut self.notes().history);
        self.makings.correct(history.entries_mut());
        history
    }

    /// How much is noted.
    pub(super) fn length(&self) -> usize {
        self.notes().history.entries().len()
    }

    /// How often a member was given partitions since, and they were taken away before a record of them had come.
    pub(super) fn revoked_unread(&self, member: u8, since: usize) -> u32 {
        let notes = self.notes();
        let (mut unread, mut hits) = (BTreeSet::new(), 0);
        for entry in &notes.history.entries()[since..] {
            if !matches!(entry.who, Who::Member(life) if life.member == member) {
                continue;
            }
            match &entry.event {
                Event::Gained { assignment, places } if !places.is_empty() => {
                    unread.insert(*assignment);
                }
                Event::Delivered { assignment, .. } => {
                    unread.remove(assignment);
                }
                Event::Revoked { assignment, .. } | Event::Lost { assignment, .. } => {
                    hits += u32::from(unread.remove(assignment));
                }
                _ => {}
            }
        }
        hits
    }

    /// Where the group was last seen to have an offset in Kafka.
    pub(super) fn in_kafka(&self) -> Vec<Place> {
        self.notes().in_kafka.iter().copied().collect()
    }

    pub(super) fn new_commit(&self) -> Commit {
        let mut notes = self.notes();
        notes.commits += 1;
        Commit(notes.commits)
    }

    pub(super) fn new_assignment(&self) -> Assignment {
        let mut notes = self.notes();
        notes.assignments += 1;
        Assignment(notes.assignments)
    }

    pub(super) fn fence(&self, fence: [u8; 16]) -> Fence {
        let fences = &mut self.notes().fences;
        let next = u32::try_from(fences.len()).unwrap_or(u32::MAX);
        *fences.entry(fence).or_insert(Fence(next))
    }

    /// Those of the places that nobody has by a later generation: an answer may come so late that the group has gone on.
    pub(super) fn newest(&self, generation: i32, places: Vec<Place>) -> Vec<Place> {
        let generations = &mut self.notes().generations;
        let mut is_newest = |place: &Place| {
            let latest = generations.entry(*place).or_insert(generation);
            let is = *latest <= generation;
            *latest = generation.max(*latest);
            is
        };
        places
            .into_iter()
            .filter(|place| is_newest(place))
            .collect()
    }

    /// A life learnt its member id.
    pub(super) fn is_called(&self, life: Life, member_id: &str) {
        let lives = &mut self.notes().lives;
        if !lives.contains_key(member_id) {
            lives.insert(member_id.to_owned(), life);
        }
    }

    /// Whose member id it is.
    pub(super) fn life(&self, member_id: &str) -> Option<Life> {
        life(member_id).or_else(|| self.notes().lives.get(member_id).copied())
    }

    /// The group is gone: the next one counts its generations from 1.
    pub(super) fn forget_generations(&self) {
        self.notes().generations.clear();
    }

    /// A call begins, and must have ended within `limit`.
    pub(super) fn call(&self, who: Who, kind: CallKind, limit: Duration) -> Call {
        let call = {
            let mut notes = self.notes();
            notes.calls += 1;
            Call(notes.calls)
        };
        let deadline = turmoil::sim_elapsed().unwrap_or_default() + limit;
        let started = Event::CallStarted {
            call,
            kind,
            deadline,
        };
        self.note(who, started);
        call
    }

    pub(super) fn call_ended(&self, who: Who, call: Call, outcome: Outcome) {
        self.note(who, Event::CallEnded { call, outcome });
    }

    pub(super) fn connected(&self) {
        self.notes().sockets += 1;
    }

    pub(super) fn disconnected(&self) {
        let mut notes = self.notes();
        notes.sockets = notes.sockets.saturating_sub(1);
    }

    pub(super) fn sockets(&self) -> u32 {
        self.notes().sockets
    }
}

/// The name of a topic.
pub(super) fn topic(number: u8) -> String {
    format!("t{number}")
}
