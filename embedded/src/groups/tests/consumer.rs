//! The consumer protocol (KIP-848): epochs, targets, and moving there step by step.

use super::*;

const ALL: [i32; 4] = [0, 1, 2, 3];

fn of(outcome: &HeartbeatOutcome) -> Vec<i32> {
    let assignment = outcome.assignment.clone().unwrap_or_default();
    assignment
        .get(&id(1))
        .into_iter()
        .flatten()
        .copied()
        .collect()
}

/// Two members that share `orders`: what they hold, and their common epoch.
fn pair(world: &mut World) -> (i32, Target, Target) {
    world.enter("m1");
    world.enter("m2");
    let first = world.holding("m1", 1, &target(&[(1, &ALL)]));
    let first = first.assignment.unwrap();
    world.holding("m1", 1, &first);
    let second = world.holding("m2", 2, &Target::new()).assignment.unwrap();
    assert_eq!(
        (
            first[&id(1)].len(),
            second[&id(1)].len(),
            world.state().as_str()
        ),
        (2, 2, "Stable")
    );
    (2, first, second)
}

#[test]
fn the_first_member_gets_everything_at_once() {
    let mut world = World::new();
    let outcome = world.enter("m1");
    assert_eq!((outcome.member_epoch, of(&outcome)), (1, ALL.to_vec()));
    assert_eq!(outcome.heartbeat_interval, Duration::from_secs(5));
    assert_eq!(outcome.member_id.as_deref(), Some("m1"));
    assert_eq!(
        world.beat("m1", 1, &BeatOf::default()).assignment,
        None,
        "as before"
    );
}

#[test]
fn in_version_0_the_coordinator_makes_the_id() {
    let mut world = World::new();
    let request = ConsumerGroupHeartbeatRequest {
        group_id: GROUP,
        rebalance_timeout_ms: 1000,
        subscribed_topic_names: Some(vec!["orders"]),
        topic_partitions: Some(Vec::new()),
        ..ConsumerGroupHeartbeatRequest::default()
    };
    let outcome = world.call(|groups, cx| groups.consumer_group_heartbeat(cx, caller(0), &request));
    assert_eq!(outcome.member_id.map(|id| id.len()), Some(22));
    let outcome = world.call(|groups, cx| groups.consumer_group_heartbeat(cx, caller(1), &request));
    assert_eq!(outcome.error, ErrorCode::INVALID_REQUEST);
}

#[test]
fn a_partition_goes_to_another_member_only_once_the_first_has_let_go() {
    let mut world = World::new();
    world.enter("m1");
    let second = world.enter("m2");
    assert_eq!(
        (second.member_epoch, of(&second)),
        (2, vec![]),
        "nothing is free yet"
    );
    let first = world.holding("m1", 1, &target(&[(1, &ALL)]));
    assert_eq!(
        first.member_epoch, 1,
        "it stays in its epoch until it has revoked"
    );
    let keeps = first.assignment.unwrap();
    assert_eq!(keeps[&id(1)].len(), 2);
    assert_eq!(world.state(), "Reconciling");
    assert_eq!(world.holding("m2", 2, &Target::new()).assignment, None);
    let done = world.holding("m1", 1, &keeps);
    assert_eq!(done.member_epoch, 2);
    let second = world.holding("m2", 2, &Target::new());
    assert_eq!(of(&second).len(), 2);
    assert!(second.assignment.unwrap()[&id(1)].is_disjoint(&keeps[&id(1)]));
    assert_eq!(world.state(), "Stable");
}

#[test]
fn s63_a_member_that_does_not_revoke_in_time_is_fenced() {
    let mut world = World::new();
    world.enter("m1");
    world.enter("m2");
    let all = target(&[(1, &ALL)]);
    for _ in 0..12 {
        assert_eq!(world.holding("m1", 1, &all).error, ErrorCode::NONE);
        world.holding("m2", 2, &Target::new());
        world.wait(Duration::from_secs(5));
    }
    assert_eq!(
        world.holding("m1", 1, &all).error,
        ErrorCode::UNKNOWN_MEMBER_ID
    );
    assert_eq!(world.commit("m1", 1, 0, 9), ErrorCode::UNKNOWN_MEMBER_ID);
    let second = world.holding("m2", 2, &Target::new());
    assert_eq!((second.member_epoch, of(&second)), (3, ALL.to_vec()));
}

#[test]
fn s55_a_silent_member_is_out_after_its_session_timeout() {
    let mut world = World::new();
    let (epoch, _, second) = pair(&mut world);
    world.wait(Duration::from_secs(30));
    world.holding("m2", epoch, &second);
    world.wait(Duration::from_secs(15));
    assert_eq!(
        world.beat("m1", epoch, &BeatOf::default()).error,
        ErrorCode::UNKNOWN_MEMBER_ID
    );
    assert_eq!(of(&world.holding("m2", epoch, &second)), ALL);
}

#[test]
fn s63_a_lost_answer_is_made_good_as_long_as_nothing_more_is_held() {
    let mut world = World::new();
    let (_, first, second) = pair(&mut world);
    let first_beat = world.holding("m1", 1, &first);
    assert_eq!(
        first_beat.error,
        ErrorCode::NONE,
        "epoch 2 was lost on the way"
    );
    assert_eq!(
        world.holding("m1", 1, &target(&[(1, &ALL)])).error,
        ErrorCode::FENCED_MEMBER_EPOCH
    );
    assert_eq!(
        world.beat("m1", 1, &BeatOf::default()).error,
        ErrorCode::FENCED_MEMBER_EPOCH
    );
    assert_eq!(
        world.holding("m2", 9, &second).error,
        ErrorCode::FENCED_MEMBER_EPOCH
    );
    let again = world.enter("m2");
    assert_eq!(
        (again.member_epoch, again.assignment),
        (2, Some(second)),
        "epoch 0 joins again, with what it had"
    );
}

#[test]
fn an_epoch_two_behind_is_fenced_whatever_is_held() {
    let mut world = World::new();
    let (_, first, second) = pair(&mut world);
    world.topics.set("orders", id(1), 5);
    world.holding("m1", 2, &first);
    assert_eq!(world.holding("m2", 2, &second).member_epoch, 3);
    assert_eq!(
        world.holding("m2", 1, &second).error,
        ErrorCode::FENCED_MEMBER_EPOCH
    );
    assert_eq!(world.holding("m2", 2, &second).error, ErrorCode::NONE);
}

#[test]
fn leaving_frees_everything_at_once() {
    let mut world = World::new();
    let (epoch, first, _) = pair(&mut world);
    let left = world.beat("m2", -1, &BeatOf::default());
    assert_eq!((left.error, left.member_epoch), (ErrorCode::NONE, -1));
    let outcome = world.holding("m1", epoch, &first);
    assert_eq!(
        (outcome.member_epoch, of(&outcome)),
        (epoch + 1, ALL.to_vec())
    );
    assert_eq!(
        world.beat("m2", -1, &BeatOf::default()).error,
        ErrorCode::UNKNOWN_MEMBER_ID
    );
    world.beat("m1", -1, &BeatOf::default());
    assert_eq!(world.state(), "Empty");
}

#[test]
fn topics_that_grow_appear_or_go_raise_the_epoch() {
    let mut world = World::new();
    let topics: &[&str] = &["orders", "later"];
    world.beat(
        "m1",
        0,
        &BeatOf {
            topics: Some(topics),
            ..BeatOf::default()
        },
    );
    world.topics.set("orders", id(1), 5);
    let grown = world.beat("m1", 1, &BeatOf::default());
    assert_eq!((grown.member_epoch, of(&grown)), (2, vec![0, 1, 2, 3, 4]));
    world.topics.set("later", id(9), 1);
    let held = grown.assignment.unwrap();
    let more = world.holding("m1", 2, &held);
    assert_eq!(
        (more.member_epoch, more.assignment),
        (3, Some(target(&[(1, &[0, 1, 2, 3, 4]), (9, &[0])])))
    );
    world.topics.set("unrelated", id(8), 1);
    assert_eq!(world.beat("m1", 3, &BeatOf::default()).member_epoch, 3);
    world.topics.remove("later");
    let less = world.holding("m1", 3, &held);
    assert_eq!((less.member_epoch, less.assignment), (4, Some(held)));
}

#[test]
fn a_subscription_by_pattern_follows_the_topics() {
    let mut world = World::new();
    let by = |regex| BeatOf {
        regex: Some(regex),
        ..BeatOf::default()
    };
    let outcome = world.beat("m1", 0, &by("pay.*|ord"));
    assert_eq!(
        outcome.assignment,
        Some(target(&[(2, &[0, 1])])),
        "the whole name has to match"
    );
    world.topics.set("pay-later", id(5), 1);
    let outcome = world.holding("m1", 1, &target(&[(2, &[0, 1])]));
    assert_eq!(outcome.assignment, Some(target(&[(2, &[0, 1]), (5, &[0])])));
    let faulty = world.beat("m1", 2, &by("("));
    assert_eq!(faulty.error, ErrorCode::INVALID_REGULAR_EXPRESSION);
    assert!(faulty.message.is_some());
}

#[test]
fn most_votes_choose_the_assignor_and_unknown_ones_are_refused() {
    let mut world = World::new();
    let with = |assignor| BeatOf {
        topics: Some(&["orders", "payments"]),
        assignor: Some(assignor),
        ..BeatOf::default()
    };
    assert_eq!(
        world.beat("m1", 0, &with("best")).error,
        ErrorCode::UNSUPPORTED_ASSIGNOR
    );
    world.beat("m1", 0, &with("range"));
    let Kind::Consumer(group) = &world.groups.groups[GROUP] else {
        panic!("consumer")
    };
    assert_eq!(group.assignor(&world.groups.settings), Assignor::Range);
}

#[test]
fn s54_a_full_group_takes_nobody_else() {
    let mut world = World::with(GroupSettings {
        consumer_max_size: 1,
        ..GroupSettings::default()
    });
    world.enter("m1");
    assert_eq!(world.enter("m2").error, ErrorCode::GROUP_MAX_SIZE_REACHED);
    assert_eq!(world.enter("m1").error, ErrorCode::NONE);
}

#[test]
fn heartbeats_that_contradict_themselves_are_refused() {
    let mut world = World::new();
    let none = BeatOf::default();
    assert_eq!(
        world.beat("m1", 0, &none).error,
        ErrorCode::INVALID_REQUEST,
        "no subscription"
    );
    assert_eq!(
        world.beat("m1", -2, &none).error,
        ErrorCode::INVALID_REQUEST,
        "no name"
    );
    assert_eq!(
        world.beat("m1", -3, &none).error,
        ErrorCode::INVALID_REQUEST
    );
    assert_eq!(
        world
            .beat(
                "",
                0,
                &BeatOf {
                    topics: Some(&["orders"]),
                    ..none.clone()
                }
            )
            .error,
        ErrorCode::INVALID_REQUEST
    );
    let held = target(&[(1, &[0])]);
    let holding = BeatOf {
        topics: Some(&["orders"]),
        held: Some(&held),
        ..none.clone()
    };
    assert_eq!(
        world.beat("m1", 0, &holding).error,
        ErrorCode::INVALID_REQUEST,
        "joins with partitions"
    );
    assert_eq!(
        world.beat("m1", 1, &none).error,
        ErrorCode::GROUP_ID_NOT_FOUND
    );
    assert!(
        !world.groups.contains(GROUP),
        "nothing of it is left behind"
    );
}

#[test]
fn a_target_that_is_not_due_is_not_made() {
    let settings = GroupSettings {
        consumer_assignment_interval: Duration::from_secs(1),
        ..GroupSettings::default()
    };
    let mut world = World::with(settings);
    world.enter("m1");
    world.enter("m2");
    assert_eq!(world.state(), "Assigning");
    world.wait(Duration::from_secs(1));
    world.holding("m1", 1, &target(&[(1, &ALL)]));
    assert_eq!(world.state(), "Reconciling");
}

#[test]
fn s47_a_move_of_the_coordinator_only_restarts_sessions() {
    let mut world = World::new();
    let (epoch, first, second) = pair(&mut world);
    world.wait(Duration::from_secs(44));
    world.call(|groups, cx| groups.coordinator_moved(cx, GROUP));
    world.wait(Duration::from_secs(44));
    assert_eq!(world.holding("m1", epoch, &first).member_epoch, epoch);
    assert_eq!(world.holding("m2", epoch, &second).member_epoch, epoch);
    assert_eq!(world.state(), "Stable");
}

#[test]
fn a_group_may_have_settings_of_its_own() {
    let mut world = World::new();
    let own = GroupSettings {
        consumer_session_timeout: Duration::from_secs(50),
        ..GroupSettings::default()
    };
    world.groups.set_settings_of(GROUP, Some(own));
    world.enter("m1");
    world.wait(Duration::from_secs(49));
    assert_eq!(
        world.beat("m1", 1, &BeatOf::default()).error,
        ErrorCode::NONE
    );
    world.groups.set_settings_of(GROUP, None);
    world.beat("m1", 1, &BeatOf::default());
    world.wait(Duration::from_secs(45));
    assert_eq!(world.state(), "Empty");
}
