use std::collections::BTreeSet;

use proptest::prelude::*;

use super::Tracker;

fn deliver(tracker: &mut Tracker, offsets: &[i64], next: i64) {
    let first = offsets.first().copied().unwrap_or(next);
    tracker.deliver(first, next, offsets.len(), || offsets.to_vec());
}

#[test]
fn nothing_done_is_nothing_to_commit() {
    let mut tracker = Tracker::new(5, 10);
    deliver(&mut tracker, &[5, 6, 7], 8);
    assert_eq!(tracker.committable(), None);
    assert_eq!(tracker.in_flight(), 3);
}

#[test]
fn a_mark_covers_all_before_it() {
    let mut tracker = Tracker::new(5, 10);
    deliver(&mut tracker, &[5, 6, 7], 8);
    tracker.mark(6);
    assert_eq!(tracker.committable(), Some(7));
    tracker.commit(7);
    assert_eq!(tracker.committable(), None);
    assert_eq!(tracker.in_flight(), 1);
}

#[test]
fn a_mark_beyond_what_was_delivered_does_not_cover_what_comes_later() {
    let mut tracker = Tracker::new(0, 10);
    deliver(&mut tracker, &[0], 1);
    tracker.mark(i64::MAX);
    assert_eq!(tracker.committable(), Some(1));
    deliver(&mut tracker, &[1], 2);
    assert_eq!(tracker.committable(), Some(1));
}

#[test]
fn out_of_order_acknowledgement_commits_the_prefix_only() {
    let mut tracker = Tracker::new(0, 10);
    deliver(&mut tracker, &[0, 1, 2, 3], 4);
    assert!(tracker.ack(2));
    assert_eq!(tracker.committable(), None);
    assert!(tracker.ack(0));
    assert_eq!(tracker.committable(), Some(1));
    assert!(tracker.ack(1));
    assert_eq!(tracker.committable(), Some(3));
}

#[test]
fn a_record_is_acknowledged_once_and_only_if_it_was_delivered() {
    let mut tracker = Tracker::new(0, 10);
    deliver(&mut tracker, &[0, 4], 8);
    assert!(!tracker.ack(2));
    assert!(tracker.ack(4));
    assert!(!tracker.ack(4));
    assert!(!tracker.ack(5));
    assert!(!tracker.ack(99));
    assert_eq!(tracker.committable(), None);
}

#[test]
fn the_last_record_done_passes_the_markers_behind_it() {
    let mut tracker = Tracker::new(0, 10);
    deliver(&mut tracker, &[0, 3], 4);
    deliver(&mut tracker, &[], 6);
    tracker.mark(3);
    assert_eq!(tracker.committable(), Some(6));
}

#[test]
fn a_batch_without_records_is_done_at_once() {
    let mut tracker = Tracker::new(0, 10);
    deliver(&mut tracker, &[], 2);
    assert_eq!(tracker.committable(), Some(2));
}

#[test]
fn acknowledgement_bounds_what_is_in_flight() {
    let mut tracker = Tracker::new(0, 2);
    deliver(&mut tracker, &[0, 1, 2], 3);
    assert!(tracker.has_room(), "nobody acknowledges yet");
    tracker.ack(1);
    assert!(!tracker.has_room());
    tracker.ack(0);
    assert!(tracker.has_room());
}

#[test]
fn a_reader_that_never_marks_costs_next_to_nothing() {
    let mut tracker = Tracker::new(0, 10);
    for first in (0..400_000).step_by(10) {
        tracker.deliver(first, first + 9, 1, || [first + 3]);
    }
    assert!(tracker.batches.len() <= super::MAX_BATCHES);
    assert_eq!(tracker.in_flight(), 40_000);
    tracker.mark(399_993);
    assert_eq!(tracker.committable(), Some(399_999));
    assert_eq!(tracker.in_flight(), 0);
}

#[derive(Clone, Debug)]
enum Step {
    Deliver { gaps: Vec<i64>, tail: i64 },
    Mark(i64),
    Ack(i64),
    Commit,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (
            prop::collection::vec(prop_oneof![4 => Just(1_i64), 1 => 2..6_i64], 0..80),
            0..3_i64
        )
            .prop_map(|(gaps, tail)| Step::Deliver { gaps, tail }),
        (0..200_i64).prop_map(Step::Mark),
        (0..200_i64).prop_map(Step::Ack),
        (0..200_i64).prop_map(Step::Ack),
        Just(Step::Commit),
    ]
}

/// The tracker as one would write it with no regard for speed.
#[derive(Default)]
struct Model {
    delivered: Vec<i64>,
    done: BTreeSet<i64>,
    position: i64,
    prefix: i64,
    committed: i64,
}

impl Model {
    fn settle(&mut self) {
        let open = self.delivered.iter().find(|o| !self.done.contains(o));
        // A record's end is one after it; a stretch wholly done reaches to what comes next.
        self.prefix = self.prefix.max(match open {
            Some(open) => *open,
            None => self.position,
        });
    }
}

proptest! {
    #[test]
    fn it_says_what_the_plain_model_says(steps in prop::collection::vec(step(), 1..60)) {
        let mut tracker = Tracker::new(0, usize::MAX);
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Deliver { gaps, tail } => {
                    let mut offsets = Vec::new();
                    let mut at = model.position;
                    for gap in gaps {
                        at += gap - 1;
                        offsets.push(at);
                        at += 1;
                    }
                    at += tail;
                    deliver(&mut tracker, &offsets, at);
                    model.delivered.extend(&offsets);
                    model.position = at;
                }
                Step::Mark(through) => {
                    tracker.mark(through);
                    let seen: Vec<i64> = model.delivered.iter().copied().filter(|o| *o <= through).collect();
                    model.done.extend(seen);
                }
                Step::Ack(one) => {
                    let fresh = model.delivered.contains(&one) && model.done.insert(one);
                    prop_assert_eq!(tracker.ack(one), fresh);
                }
                Step::Commit => {
                    if let Some(next) = tracker.committable() {
                        tracker.commit(next);
                        model.committed = next;
                    }
                }
            }
            model.settle();
            let left = model.delivered.iter().filter(|o| !model.done.contains(o)).count();
            let committable = tracker.committable().unwrap_or(tracker.committed());
            prop_assert_eq!(tracker.in_flight(), left);
            // Inside a gap the tracker may stand before it where the model stands behind: no record lies between.
            prop_assert!(committable <= model.prefix);
            prop_assert!(!model.delivered.iter().any(|o| (committable..model.prefix).contains(o)));
        }
    }
}
