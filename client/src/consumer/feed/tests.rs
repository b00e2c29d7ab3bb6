use std::task::Waker;

use ottla_protocol::error_code::ErrorCode;

use super::*;

const LIMIT: usize = 100;

fn feed() -> Feed {
    Feed::new(TopicPartition::new("orders", 0), TopicId::UNKNOWN, 0, LIMIT)
}

fn fetched(bytes: usize) -> Fetched {
    Fetched {
        records: vec![0; bytes].into(),
        aborted: Vec::new(),
        bounds: Bounds::UNKNOWN,
        leader_epoch: None,
    }
}

fn refused() -> ConsumeError {
    ConsumeError::Refused {
        partition: TopicPartition::new("orders", 0),
        broker: 1,
        code: ErrorCode::NOT_LEADER_OR_FOLLOWER,
    }
}

fn take(feed: &Feed) -> Option<Taken> {
    let mut cx = Context::from_waker(Waker::noop());
    match feed.poll_take(&mut cx) {
        Poll::Ready(taken) => Some(taken),
        Poll::Pending => None,
    }
}

#[test]
fn a_full_queue_asks_for_nothing_until_it_has_room() {
    let feed = feed();
    assert_eq!(feed.want(), Want::More);
    feed.deliver(feed.ask(), fetched(60), 6, true);
    assert_eq!(feed.want(), Want::More);
    feed.deliver(feed.ask(), fetched(60), 12, true);
    assert_eq!(feed.want(), Want::Room);
    assert!(matches!(take(&feed), Some(Taken::Fetched(_))));
    assert_eq!(feed.want(), Want::More);
    assert_eq!(feed.ask().offset, 12);
    feed.deliver(feed.ask(), fetched(1), 13, false);
    assert_eq!(feed.want(), Want::News);
}

#[test]
fn an_answer_to_a_question_before_a_seek_is_dropped() {
    let feed = feed();
    let old = feed.ask();
    feed.deliver(old, fetched(10), 5, true);
    feed.seek(40);
    feed.deliver(old, fetched(10), 10, true);
    assert!(take(&feed).is_none());
    assert_eq!(feed.ask().offset, 40);
    feed.relocate(old, 3, refused());
    assert_eq!(feed.ask().offset, 40, "a policy does not undo a seek");
}

#[test]
fn an_outage_is_told_once_with_the_latest_reason_and_blocks_no_records() {
    let feed = feed();
    let now = Instant::now();
    feed.deliver(feed.ask(), fetched(10), 1, true);
    for _ in 0..3 {
        feed.stumble(refused(), now);
    }
    assert_eq!(feed.failures(), 3);
    assert_eq!(feed.failing_since(), Some(now));
    assert!(matches!(take(&feed), Some(Taken::Trouble(_))));
    assert!(matches!(take(&feed), Some(Taken::Fetched(_))));
    feed.stumble(refused(), now);
    assert!(take(&feed).is_none(), "the same outage is not told twice");
    feed.deliver(feed.ask(), fetched(0), 1, false);
    assert_eq!((feed.failures(), feed.failing_since()), (0, None));
    feed.stumble(refused(), now);
    assert!(
        matches!(take(&feed), Some(Taken::Trouble(_))),
        "a new outage is"
    );
}

#[test]
fn the_end_comes_after_what_is_in_the_queue_and_stays() {
    let feed = feed();
    feed.deliver(feed.ask(), fetched(10), 1, true);
    feed.fail(refused());
    assert!(feed.is_over());
    assert_eq!(feed.want(), Want::Nothing);
    assert!(matches!(take(&feed), Some(Taken::Fetched(_))));
    assert!(matches!(take(&feed), Some(Taken::End(_))));
    assert!(matches!(take(&feed), Some(Taken::Ended)));
    assert!(matches!(take(&feed), Some(Taken::Ended)));
}

#[test]
fn a_move_by_policy_comes_after_the_records_before_it() {
    let feed = feed();
    feed.deliver(feed.ask(), fetched(10), 1, true);
    feed.relocate(feed.ask(), 50, refused());
    assert!(matches!(take(&feed), Some(Taken::Fetched(_))));
    assert!(matches!(take(&feed), Some(Taken::Moved { to: 50, .. })));
    assert_eq!(feed.ask().offset, 50);
}

#[test]
fn paused_and_closed_want_nothing() {
    let feed = feed();
    feed.set_paused(true);
    assert_eq!(feed.want(), Want::Nothing);
    feed.set_paused(false);
    assert_eq!(feed.want(), Want::More);
    feed.close();
    assert!(feed.is_over());
    feed.deliver(feed.ask(), fetched(10), 1, true);
    assert!(take(&feed).is_none(), "nothing is kept for a closed one");
}

#[test]
fn damage_is_counted_apart_from_other_failures() {
    let feed = feed();
    for _ in 0..9 {
        feed.stumble(refused(), Instant::now());
    }
    let damaged = ConsumeError::Refused {
        partition: TopicPartition::new("orders", 0),
        broker: 1,
        code: ErrorCode::CORRUPT_MESSAGE,
    };
    feed.stumble(damaged, Instant::now());
    assert_eq!((feed.failures(), feed.damages()), (10, 1));
    feed.deliver(feed.ask(), fetched(1), 1, false);
    assert_eq!((feed.failures(), feed.damages()), (0, 0));
}
