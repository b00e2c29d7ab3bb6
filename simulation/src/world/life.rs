//! One life of a member: who it is, what it has, and its own word on what it does.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ottla_group::Change;

use super::recorder::Recorder;
use crate::history::{Assignment, Event, Life, Payload, Place, Who, Worked};

/// A member that lives. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Living {
    pub(super) recorder: Recorder,
    pub(super) life: Life,
    has: Arc<Mutex<Has>>,
}

#[derive(Debug, Default)]
struct Has {
    assignment: Assignment,
    places: Vec<Place>,
    /// Where a commit was not written: what was delivered comes once more.
    again: BTreeSet<Place>,
}

impl Living {
    pub(super) fn new(recorder: Recorder, life: Life) -> Self {
        Self {
            recorder,
            life,
            has: Arc::default(),
        }
    }

    fn has(&self) -> MutexGuard<'_, Has> {
        self.has.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn who(&self) -> Who {
        Who::Member(self.life)
    }

    pub(super) fn note(&self, event: Event) {
        self.recorder.note(self.who(), event);
    }

    pub(super) fn assignment(&self) -> Assignment {
        self.has().assignment
    }

    /// The group said what becomes of the assignment.
    pub(super) fn changed(&self, change: &Change<'_>) {
        match change {
            Change::Assigned {
                generation,
                partitions,
            } => {
                let assignment = self.recorder.new_assignment();
                let makings = &self.recorder.makings;
                let places = partitions.iter().map(|one| makings.place_of(one));
                let places = places.collect();
                let places = self.recorder.newest(*generation, places);
                *self.has() = Has {
                    assignment,
                    places: places.clone(),
                    again: BTreeSet::new(),
                };
                let generation = *generation;
                self.note(Event::Rebalanced { generation });
                self.note(Event::Gained { assignment, places });
            }
            Change::Revoked => {
                let (assignment, places) = self.all();
                self.note(Event::Revoked { assignment, places });
            }
            Change::Lost => {
                let (assignment, places) = self.all();
                self.note(Event::Lost { assignment, places });
            }
            _ => {}
        }
    }

    fn all(&self) -> (Assignment, Vec<Place>) {
        let has = self.has();
        (has.assignment, has.places.clone())
    }

    /// Where there is no store, a start was found.
    pub(super) fn found_start(&self, place: Place, at: i64) {
        let assignment = self.assignment();
        self.note(Event::Claimed {
            assignment,
            place,
            at,
        });
    }

    /// A commit of a place was not written, and its work is done over again.
    pub(super) fn again(&self, place: Place) {
        self.has().again.insert(place);
    }

    /// Records from this offset on come to the handler: whether for a second time is for the store's answer to say.
    pub(super) fn comes(&self, place: Place, offset: i64) {
        let is_again = self.has().again.remove(&place);
        if is_again {
            let assignment = self.assignment();
            self.note(Event::Sought {
                assignment,
                place,
                to: offset,
            });
        }
    }

    pub(super) fn delivered(&self, (place, offset, payload): (Place, i64, Payload)) {
        let assignment = self.assignment();
        self.note(Event::Delivered {
            assignment,
            place,
            offset,
            payload,
        });
    }

    /// Work on a record begins. Whatever becomes of it is noted.
    pub(super) fn begin(&self, (place, offset, payload): (Place, i64, Payload)) -> Working {
        let assignment = self.assignment();
        self.note(Event::Began {
            assignment,
            place,
            offset,
            payload,
        });
        Working {
            living: self.clone(),
            assignment,
            record: (place, offset, payload),
            worked: Worked::Dropped,
        }
    }
}

/// Work on a record.
pub(super) struct Working {
    living: Living,
    assignment: Assignment,
    record: (Place, i64, Payload),
    worked: Worked,
}

impl Working {
    pub(super) fn end(mut self, worked: Worked) {
        self.worked = worked;
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        let (place, offset, payload) = self.record;
        self.living.note(Event::Ended {
            assignment: self.assignment,
            place,
            offset,
            payload,
            worked: self.worked,
        });
    }
}
