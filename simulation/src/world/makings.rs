//! Which making of a topic is meant: a topic that is deleted and made anew has its name again, and another id.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ottla_client::protocol::types::{TopicId, TopicPartition};

use crate::history::{Entry, Event, Payload, Place};

/// The makings of all topics. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Makings(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    now: BTreeMap<u8, Now>,
    ids: BTreeMap<TopicId, u8>,
    /// In which making records were found.
    found: BTreeMap<Payload, u8>,
}

/// A topic as it is now, or as it was last.
#[derive(Clone, Copy, Debug)]
struct Now {
    made: u8,
    partitions: u16,
    exists: bool,
}

impl Makings {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A topic was made; which making of it that is.
    pub(super) fn made(&self, topic: u8, id: TopicId, partitions: u16) -> u8 {
        let mut state = self.state();
        let made = state.now.get(&topic).map_or(0, |now| now.made + 1);
        let now = Now {
            made,
            partitions,
            exists: true,
        };
        state.now.insert(topic, now);
        state.ids.insert(id, made);
        made
    }

    /// A topic has so many partitions from now on.
    pub(super) fn grown(&self, topic: u8, partitions: u16) {
        if let Some(now) = self.state().now.get_mut(&topic) {
            now.partitions = partitions;
        }
    }

    /// A topic was deleted.
    pub(super) fn deleted(&self, topic: u8) {
        if let Some(now) = self.state().now.get_mut(&topic) {
            now.exists = false;
        }
    }

    /// Whether a topic is there.
    pub(super) fn exists(&self, topic: u8) -> bool {
        self.state().now.get(&topic).is_some_and(|now| now.exists)
    }

    /// How many partitions a topic has, or had last.
    pub(super) fn partitions(&self, topic: u8) -> u16 {
        self.state().now.get(&topic).map_or(0, |now| now.partitions)
    }

    /// A partition of what has the topic's name now, or had it last.
    pub(super) fn latest(&self, topic: u8, partition: u16) -> Place {
        let made = self.state().now.get(&topic).map_or(0, |now| now.made);
        Place {
            topic,
            made,
            partition,
        }
    }

    /// The same by the topic's name.
    pub(super) fn place(&self, topic: &str, partition: i32) -> Place {
        let number = topic.get(1..).and_then(|number| number.parse().ok());
        let partition = u16::try_from(partition).unwrap_or(u16::MAX);
        self.latest(number.unwrap_or(u8::MAX), partition)
    }

    /// The same by what clients call a partition.
    pub(super) fn place_of(&self, partition: &TopicPartition) -> Place {
        self.place(&partition.topic, partition.partition)
    }

    /// A partition of the topic that has, or had, this id; without one: as [`place`](Self::place).
    pub(super) fn place_by(&self, id: TopicId, topic: &str, partition: i32) -> Place {
        let place = self.place(topic, partition);
        let made = self.state().ids.get(&id).copied();
        Place {
            made: made.unwrap_or(place.made),
            ..place
        }
    }

    /// All partitions that exist.
    pub(super) fn places(&self) -> Vec<Place> {
        let state = self.state();
        let there = state.now.iter().filter(|(_, now)| now.exists);
        let of = |(topic, now): (&u8, &Now)| {
            let (topic, made) = (*topic, now.made);
            (0..now.partitions).map(move |partition| Place {
                topic,
                made,
                partition,
            })
        };
        there.flat_map(of).collect()
    }

    /// A record is in the log of a place.
    pub(super) fn found(&self, payload: Payload, place: Place) {
        self.state().found.insert(payload, place.made);
    }

    /// Whoever sends a record while its topic is made anew can't tell into which making it goes: who looked into the logs can.
    pub(super) fn correct(&self, entries: &mut [Entry]) {
        let state = self.state();
        for entry in entries {
            if let Event::Sent { payload, place, .. } = &mut entry.event
                && let Some(made) = state.found.get(payload)
            {
                place.made = *made;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ottla_client::protocol::types::Uuid;

    use super::*;
    use crate::history::Who;

    #[test]
    fn a_name_means_the_latest_making_and_an_id_its_own() {
        let makings = Makings::default();
        let (one, two) = (Uuid([1; 16]), Uuid([2; 16]));
        assert_eq!(makings.made(3, one, 2), 0);
        makings.deleted(3);
        assert!(makings.places().is_empty());
        assert_eq!(makings.place("t3", 1).made, 0, "while there is none");
        assert_eq!(makings.made(3, two, 1), 1);
        assert_eq!(makings.place("t3", 1).made, 1);
        assert_eq!(makings.place_by(one, "t3", 1).made, 0);
        assert_eq!(makings.place_by(Uuid([9; 16]), "t3", 1).made, 1);
        assert_eq!(makings.places(), [makings.latest(3, 0)]);
    }

    #[test]
    fn what_was_sent_is_where_it_was_found() {
        let makings = Makings::default();
        makings.made(0, Uuid([1; 16]), 1);
        let mut entries = [Entry {
            at: Duration::ZERO,
            who: Who::Generator,
            event: Event::Sent {
                payload: Payload(7),
                key: None,
                place: Place::new(0, 0),
                transaction: None,
            },
        }];
        makings.made(0, Uuid([2; 16]), 1);
        makings.found(Payload(7), makings.latest(0, 0));
        makings.correct(&mut entries);
        assert_eq!(entries[0].event.place(), Some(makings.latest(0, 0)));
    }
}
