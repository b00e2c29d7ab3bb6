//! Groups that are written down and read again.

use super::*;

/// The world with another coordinator that has read the log.
fn reloaded(mut world: World) -> World {
    let records = world.groups.encode(GROUP).unwrap();
    let settings = world.groups.settings().clone();
    world.groups = world
        .call(|_, cx| Groups::decode(settings, cx, &records))
        .unwrap();
    assert_eq!(
        world.groups.encode(GROUP).unwrap(),
        records,
        "it says the same again"
    );
    world
}

#[test]
fn a_classic_group_goes_on_in_its_generation() {
    let mut world = World::new();
    let (generation, ids) = world.stable(2);
    world.commit(&ids[0], generation, 3, 5);
    let mut world = reloaded(world);
    assert_eq!(
        (world.state().as_str(), world.offset(3)),
        ("Stable", Some(5))
    );
    assert_eq!(world.heartbeat(&ids[1], generation), ErrorCode::NONE);
    let sync = world.sync(&ids[1], generation, &[]);
    assert_eq!(world.synced(sync), Ok(ids[1].as_bytes().to_vec()));
}

#[test]
fn a_consumer_group_goes_on_in_its_epoch() {
    let mut world = World::new();
    world.beat(
        "m1",
        0,
        &BeatOf {
            regex: Some("ord.*"),
            instance_id: Some("a"),
            ..BeatOf::default()
        },
    );
    world.enter("m2");
    let revoking = world.holding_as("m1", "a", 1, &target(&[(1, &[0, 1, 2, 3])]));
    let keeps = revoking.assignment.unwrap();
    let mut world = reloaded(world);
    assert_eq!(world.state(), "Reconciling");
    assert_eq!(world.holding_as("m1", "a", 1, &keeps).member_epoch, 2);
    assert_eq!(
        world
            .holding("m2", 2, &Target::new())
            .assignment
            .map(|of| of[&id(1)].len()),
        Some(2)
    );
}

#[test]
fn offsets_come_back_with_those_that_wait_for_a_transaction() {
    use ottla_protocol::messages::txn_offset_commit::*;
    let mut world = World::new();
    world.commit("", -1, 0, 1);
    let request = TxnOffsetCommitRequest {
        group_id: GROUP,
        producer_id: 9,
        topics: vec![TxnOffsetCommitRequestTopic {
            name: "orders",
            partitions: vec![TxnOffsetCommitRequestPartition {
                committed_offset: 5,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    world.call(|groups, cx| {
        groups.txn_offset_commit(cx, caller(3), &request);
    });
    let mut world = reloaded(world);
    assert_eq!(world.offset(0), Some(1));
    world.groups.complete_transaction(9, true);
    assert_eq!(world.offset(0), Some(5));
}

#[test]
fn what_has_changed_is_told_once() {
    let mut world = World::new();
    world.commit("", -1, 0, 1);
    assert_eq!(
        world.groups.take_changed(),
        BTreeSet::from([GROUP.to_owned()])
    );
    assert!(world.groups.take_changed().is_empty());
}
