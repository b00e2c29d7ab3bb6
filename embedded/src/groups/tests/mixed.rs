//! Both protocols in one group, and groups that change from one to the other.

use super::*;
use ottla_protocol::payload::ConsumerProtocolAssignment;

fn assignment(partitions: &[i32]) -> Vec<u8> {
    let assignment = ConsumerProtocolAssignment {
        assigned_partitions: vec![ottla_protocol::payload::TopicPartitions {
            topic: "orders",
            partitions: partitions.to_vec(),
        }],
        user_data: None,
    };
    assignment.encode(3).unwrap()
}

fn assigned(bytes: &[u8]) -> Vec<i32> {
    let assignment = ConsumerProtocolAssignment::decode(bytes).unwrap();
    assignment
        .assigned_partitions
        .iter()
        .flat_map(|of| of.partitions.clone())
        .collect()
}

/// A classic consumer that has all of `orders`.
fn classic(world: &mut World) -> (String, i32) {
    let wants = subscription(&["orders"]);
    let protocols: &[(&str, &[u8])] = &[("range", &wants)];
    let ticket = world.join(&Join {
        version: 3,
        protocols,
        ..Join::default()
    });
    world.wait(Duration::ZERO);
    let outcome = world.joined(ticket);
    let given = assignment(&[0, 1, 2, 3]);
    world.sync(
        &outcome.member_id,
        outcome.generation,
        &[(&outcome.member_id, &given)],
    );
    (outcome.member_id, outcome.generation)
}

fn rejoin(world: &mut World, member_id: &str) -> (i32, Vec<i32>) {
    let wants = subscription(&["orders"]);
    let protocols: &[(&str, &[u8])] = &[("range", &wants)];
    let ticket = world.join(&Join {
        member_id,
        protocols,
        ..Join::default()
    });
    let outcome = world.joined(ticket);
    assert_eq!(
        (outcome.error, outcome.leader.as_str()),
        (ErrorCode::NONE, "")
    );
    let sync = world.sync(member_id, outcome.generation, &[]);
    (outcome.generation, assigned(&world.synced(sync).unwrap()))
}

#[test]
fn s64_a_group_is_upgraded_and_downgraded_with_its_members() {
    let mut world = World::new();
    let (old, generation) = classic(&mut world);
    let new = world.enter("m2");
    assert_eq!(
        (new.error, new.member_epoch),
        (ErrorCode::NONE, generation + 1)
    );
    assert_eq!(
        new.assignment,
        Some(Target::new()),
        "the classic member still has all"
    );
    assert_eq!(
        world.heartbeat(&old, generation),
        ErrorCode::REBALANCE_IN_PROGRESS
    );
    let (epoch, kept) = rejoin(&mut world, &old);
    assert_eq!((epoch, kept.len()), (generation + 1, 2));
    assert_eq!(world.heartbeat(&old, epoch), ErrorCode::NONE);
    assert_eq!(
        world.commit(&old, generation, 0, 1),
        ErrorCode::ILLEGAL_GENERATION
    );
    assert_eq!(world.commit(&old, epoch, kept[0], 1), ErrorCode::NONE);
    let taken = world
        .holding("m2", epoch, &Target::new())
        .assignment
        .unwrap();
    assert_eq!(taken[&id(1)].len(), 2);
    assert_eq!(world.state(), "Stable");

    world.beat("m2", -1, &BeatOf::default());
    assert_eq!(world.state(), "PreparingRebalance");
    assert_eq!(
        world.heartbeat(&old, epoch + 1),
        ErrorCode::REBALANCE_IN_PROGRESS
    );
    let wants = subscription(&["orders"]);
    let ticket = world.join(&Join {
        member_id: &old,
        protocols: &[("range", &wants)],
        ..Join::default()
    });
    let outcome = world.joined(ticket);
    assert_eq!((outcome.generation, outcome.leader), (epoch + 2, old));
    assert_eq!(world.offset(kept[0]), Some(1), "offsets are kept");
}

#[test]
fn a_classic_member_joins_a_consumer_group() {
    let mut world = World::new();
    world.enter("m1");
    let wants = subscription(&["orders"]);
    let protocols: &[(&str, &[u8])] = &[("range", &wants)];
    let ticket = world.join(&Join {
        protocols,
        ..Join::default()
    });
    let outcome = world.joined(ticket);
    assert_eq!(outcome.error, ErrorCode::MEMBER_ID_REQUIRED);
    let (epoch, has) = rejoin(&mut world, &outcome.member_id);
    assert_eq!((epoch, has), (2, vec![]));
    let first = world
        .holding("m1", 1, &target(&[(1, &[0, 1, 2, 3])]))
        .assignment
        .unwrap();
    assert_eq!(
        world.heartbeat(&outcome.member_id, 2),
        ErrorCode::NONE,
        "it waits for others"
    );
    world.holding("m1", 1, &first);
    assert_eq!(
        world.heartbeat(&outcome.member_id, 2),
        ErrorCode::REBALANCE_IN_PROGRESS,
        "partitions are free"
    );
    let (_, has) = rejoin(&mut world, &outcome.member_id);
    assert_eq!(has.len(), 2);
    let codes = world.leave(&[(&outcome.member_id, None), ("nobody", None)]);
    assert_eq!(codes, [ErrorCode::NONE, ErrorCode::UNKNOWN_MEMBER_ID]);
    let foreign = world.join(&Join {
        protocol_type: "connect",
        ..Join::default()
    });
    assert_eq!(
        world.joined(foreign).error,
        ErrorCode::INCONSISTENT_GROUP_PROTOCOL
    );
    let codes = world.leave(&[("m1", None)]);
    assert_eq!(codes, [ErrorCode::NONE], "administrators take out anybody");
}

#[test]
fn a_classic_member_that_is_told_to_rejoin_and_does_not_is_fenced() {
    let mut world = World::new();
    let (old, generation) = classic(&mut world);
    world.enter("m2");
    for _ in 0..12 {
        assert_eq!(
            world.heartbeat(&old, generation),
            ErrorCode::REBALANCE_IN_PROGRESS
        );
        world.holding("m2", generation + 1, &Target::new());
        world.wait(Duration::from_secs(5));
    }
    assert_eq!(
        world.heartbeat(&old, generation),
        ErrorCode::UNKNOWN_MEMBER_ID
    );
    let outcome = world.holding("m2", generation + 1, &Target::new());
    assert_eq!(outcome.assignment, Some(target(&[(1, &[0, 1, 2, 3])])));
}

#[test]
fn without_the_policy_the_other_protocol_is_refused() {
    let mut world = World::with(GroupSettings {
        migration: MigrationPolicy::Disabled,
        ..GroupSettings::default()
    });
    classic(&mut world);
    assert_eq!(world.enter("m2").error, ErrorCode::GROUP_ID_NOT_FOUND);
}

#[test]
fn an_empty_group_takes_the_protocol_of_who_comes() {
    let mut world = World::new();
    assert_eq!(world.commit("", -1, 0, 5), ErrorCode::NONE);
    assert_eq!(world.enter("m1").error, ErrorCode::NONE);
    world.beat("m1", -1, &BeatOf::default());
    let ticket = world.join(&Join {
        version: 3,
        ..Join::default()
    });
    world.wait(Duration::ZERO);
    assert_eq!(world.joined(ticket).generation, 1);
    assert_eq!(world.offset(0), Some(5));
}
