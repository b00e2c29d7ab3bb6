//! Static members (KIP-345) of both protocols.

use super::*;

fn stable_static(world: &mut World) -> (i32, [String; 2]) {
    let joins = ["a", "b"].map(|name| {
        world.join(&Join {
            instance_id: Some(name),
            ..Join::default()
        })
    });
    world.wait(Duration::ZERO);
    let joined = joins.map(|ticket| world.joined(ticket));
    let generation = joined[0].generation;
    let leader = joined[0].leader.clone();
    let ids = joined.map(|outcome| outcome.member_id);
    for member in ids.iter().filter(|&member| *member != leader) {
        world.sync(member, generation, &[]);
    }
    let given: Vec<(&str, &[u8])> = ids
        .iter()
        .map(|member| (member.as_str(), b"given" as &[u8]))
        .collect();
    world.sync(&leader, generation, &given);
    (generation, ids)
}

#[test]
fn s62_a_static_member_that_restarts_keeps_its_assignment_without_a_rebalance() {
    let mut world = World::new();
    let (generation, ids) = stable_static(&mut world);
    let back = world.join(&Join {
        instance_id: Some("b"),
        ..Join::default()
    });
    let outcome = world.joined(back);
    assert_eq!(
        (outcome.error, outcome.generation),
        (ErrorCode::NONE, generation)
    );
    assert_ne!(outcome.member_id, ids[1]);
    assert_eq!(world.state(), "Stable");
    let sync = world.sync(&outcome.member_id, generation, &[]);
    assert_eq!(world.synced(sync), Ok(b"given".to_vec()));
}

#[test]
fn s62_the_older_of_two_under_one_name_is_fenced() {
    let mut world = World::new();
    let (generation, ids) = stable_static(&mut world);
    world.join(&Join {
        instance_id: Some("b"),
        ..Join::default()
    });
    let request = HeartbeatRequest {
        group_id: GROUP,
        generation_id: generation,
        member_id: &ids[1],
        group_instance_id: Some("b"),
        ..HeartbeatRequest::default()
    };
    let code = world.call(|groups, cx| groups.heartbeat(cx, &request).error_code);
    assert_eq!(ErrorCode(code), ErrorCode::FENCED_INSTANCE_ID);
    let ticket = world.join(&Join {
        member_id: &ids[1],
        instance_id: Some("b"),
        ..Join::default()
    });
    assert_eq!(world.joined(ticket).error, ErrorCode::FENCED_INSTANCE_ID);
    assert_eq!(
        world.leave(&[(&ids[1], Some("b"))]),
        [ErrorCode::FENCED_INSTANCE_ID]
    );
    assert_eq!(
        world.leave(&[("x", Some("nobody"))]),
        [ErrorCode::UNKNOWN_MEMBER_ID]
    );
}

#[test]
fn a_leader_that_restarts_is_told_to_skip_the_assignment() {
    let mut world = World::new();
    let (_, ids) = stable_static(&mut world);
    let leader = match &world.groups.groups[GROUP] {
        Kind::Classic(group) => group.leader.clone().unwrap(),
        Kind::Consumer(_) => panic!("classic"),
    };
    let name = if leader == ids[0] { "a" } else { "b" };
    let outcome = world.join(&Join {
        instance_id: Some(name),
        ..Join::default()
    });
    let outcome = world.joined(outcome);
    assert!(outcome.skip_assignment);
    assert_eq!(
        (&outcome.leader, outcome.members.len()),
        (&outcome.member_id, 2)
    );
    // Before version 9 it must not take itself for the leader.
    let older = world.join(&Join {
        version: 8,
        instance_id: Some(name),
        ..Join::default()
    });
    let older = world.joined(older);
    assert!(!older.skip_assignment && older.members.is_empty());
    assert_eq!(older.leader, outcome.member_id);
    assert_ne!(older.leader, older.member_id);
}

#[test]
fn a_static_member_is_left_by_its_name_and_else_stays_until_its_session_ends() {
    let mut world = World::new();
    let (generation, ids) = stable_static(&mut world);
    assert_eq!(world.leave(&[("", Some("a"))]), [ErrorCode::NONE]);
    assert_eq!(
        world.heartbeat(&ids[0], generation),
        ErrorCode::UNKNOWN_MEMBER_ID
    );
    assert_eq!(
        world.heartbeat(&ids[1], generation),
        ErrorCode::REBALANCE_IN_PROGRESS
    );
    world.wait(SESSION);
    assert_eq!(world.state(), "Empty");
}

#[test]
fn a_duplicate_that_joins_in_a_rebalance_fences_the_parked_join() {
    let mut world = World::new();
    let (_, ids) = stable_static(&mut world);
    let new = world.join(&Join {
        version: 3,
        ..Join::default()
    });
    let first = world.join(&Join {
        member_id: &ids[1],
        instance_id: Some("b"),
        ..Join::default()
    });
    let second = world.join(&Join {
        instance_id: Some("b"),
        ..Join::default()
    });
    assert_eq!(world.joined(first).error, ErrorCode::FENCED_INSTANCE_ID);
    world.join(&Join {
        member_id: &ids[0],
        instance_id: Some("a"),
        ..Join::default()
    });
    assert_eq!(world.joined(second).error, ErrorCode::NONE);
    assert_eq!(world.joined(new).error, ErrorCode::NONE);
}

#[test]
fn a_static_leader_that_is_away_keeps_its_place_and_hands_on_the_lead() {
    let mut world = World::new();
    let (generation, ids) = stable_static(&mut world);
    let session = REBALANCE * 2;
    let leader = match &world.groups.groups[GROUP] {
        Kind::Classic(group) => group.leader.clone().unwrap(),
        Kind::Consumer(_) => panic!("classic"),
    };
    let (away, here) = if leader == ids[0] { (0, 1) } else { (1, 0) };
    let names = ["a", "b"];
    let protocols: &[(&str, &[u8])] = &[("range", b"new")];
    let with = |at: usize| Join {
        member_id: &ids[at],
        instance_id: Some(names[at]),
        protocols,
        session,
        ..Join::default()
    };
    // Both have long sessions from here on.
    let first = [world.join(&with(here)), world.join(&with(away))];
    assert!(first.iter().all(|&ticket| !world.is_parked(ticket)));
    world.sync(&leader, generation + 1, &[]);
    world.sync(&ids[here], generation + 1, &[]);
    let again = world.join(&Join {
        protocols: &[("range", b"newer")],
        ..with(here)
    });
    world.wait(REBALANCE);
    let outcome = world.joined(again);
    assert_eq!(
        (outcome.leader, outcome.members.len()),
        (ids[here].clone(), 2),
        "the other is still a member"
    );
}

fn enter(world: &mut World, member_id: &str, name: &str) -> HeartbeatOutcome {
    world.beat(
        member_id,
        0,
        &BeatOf {
            instance_id: Some(name),
            topics: Some(&["orders"]),
            ..BeatOf::default()
        },
    )
}

fn named(name: &str) -> BeatOf<'_> {
    BeatOf {
        instance_id: Some(name),
        ..BeatOf::default()
    }
}

#[test]
fn s62_a_name_that_is_in_use_is_not_released() {
    let mut world = World::new();
    assert_eq!(enter(&mut world, "m1", "a").error, ErrorCode::NONE);
    assert_eq!(
        enter(&mut world, "m2", "a").error,
        ErrorCode::UNRELEASED_INSTANCE_ID
    );
    assert_eq!(
        world.beat("m2", 1, &named("a")).error,
        ErrorCode::FENCED_INSTANCE_ID
    );
    assert_eq!(
        world.beat("m2", 1, &named("b")).error,
        ErrorCode::UNKNOWN_MEMBER_ID
    );
}

#[test]
fn a_static_member_that_steps_out_finds_its_partitions_again() {
    let mut world = World::new();
    let first = enter(&mut world, "m1", "a");
    assert_eq!(first.assignment, Some(target(&[(1, &[0, 1, 2, 3])])));
    assert_eq!(world.beat("m1", -2, &named("a")).member_epoch, -2);
    assert_eq!(
        world.beat("m1", first.member_epoch, &named("a")).error,
        ErrorCode::FENCED_MEMBER_EPOCH
    );
    let other = enter(&mut world, "m3", "b");
    assert_eq!(other.assignment, Some(Target::new()), "they are reserved");
    world.wait(Duration::from_secs(40));
    let back = enter(&mut world, "m2", "a");
    let kept = back.assignment.unwrap();
    assert_eq!(
        kept[&id(1)].len(),
        2,
        "it holds nothing, so what the other is to have is free at once"
    );
    let other = world.holding_as("m3", "b", other.member_epoch, &Target::new());
    let taken = other.assignment.unwrap();
    assert!(taken[&id(1)].is_disjoint(&kept[&id(1)]));
    assert_eq!(world.state(), "Stable");
}

#[test]
fn a_static_member_that_stays_out_is_out_when_its_session_ends() {
    let mut world = World::new();
    enter(&mut world, "m1", "a");
    world.beat("m1", -2, &named("a"));
    world.wait(Duration::from_secs(45));
    assert_eq!(world.state(), "Empty");
    assert_eq!(
        enter(&mut world, "m2", "a").assignment,
        Some(target(&[(1, &[0, 1, 2, 3])]))
    );
}
