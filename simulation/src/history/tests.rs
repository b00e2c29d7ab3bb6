//! A history as a person reads it.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn history() -> History {
    let mut history = History::new();
    let place = Place::new(0, 3);
    let me = Who::Member(Life::first(1).next());
    history.note(
        SECOND,
        Who::Generator,
        Event::Sent {
            payload: Payload(4),
            key: Some(Key(2)),
            place,
            transaction: None,
        },
    );
    let row = ResultRow {
        place,
        offset: 7,
        payload: Payload(4),
        commit: Commit(9),
    };
    history.note(
        SECOND + Duration::from_micros(345),
        me,
        Event::Stored {
            keeper: Keeper::Store,
            place,
            next: Some(8),
            fence: Some(Fence(3)),
            write: Write::Commit,
            results: vec![row],
        },
    );
    history.note(2 * SECOND, Who::World, Event::Healed);
    history
}

#[test]
fn an_event_is_a_line() {
    assert_eq!(
        history().to_string(),
        "     0     1.000000 generator sends p4 to t0-3 with k2\n     \
         1     1.000345 m1.1      wrote store's t0-3@8 by commit, fence f3, results p4@7/c9\n     \
         2     2.000000 world     all faults are over\n"
    );
}

#[test]
fn a_word_is_one_line_too() {
    let said = Event::Said("two\nlines".to_owned());
    assert_eq!(said.to_string(), "two lines");
}

#[test]
fn two_runs_differ_where_they_first_differ() {
    let one = history();
    assert_eq!(one.difference(&one.clone()), None);
    let mut other = one.clone();
    other.entries_mut()[1].at = 2 * SECOND;
    assert_eq!(one.difference(&other), Some(1));
    let mut longer = one.clone();
    longer.note(3 * SECOND, Who::World, Event::Settled);
    assert_eq!(one.difference(&longer), Some(3));
}

#[test]
fn a_reader_may_follow_one_place() {
    assert_eq!(history().about(Place::new(0, 3)).lines().count(), 3);
    assert_eq!(history().about(Place::new(1, 3)).lines().count(), 1);
}
