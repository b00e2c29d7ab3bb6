//! Committed offsets: who may commit, what is read back, what expires.

use super::*;
use ottla_protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use ottla_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics,
};
use ottla_protocol::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Partition 0 of `orders`: its offset and error.
fn fetch(world: &World, stable: bool, member: Option<(&str, i32)>) -> Result<i64, ErrorCode> {
    let request = OffsetFetchRequest {
        groups: vec![OffsetFetchRequestGroup {
            group_id: GROUP,
            member_id: member.map(|(id, _)| id),
            member_epoch: member.map_or(-1, |(_, epoch)| epoch),
            topics: Some(vec![OffsetFetchRequestTopics {
                name: "orders",
                partition_indexes: vec![0],
                ..OffsetFetchRequestTopics::default()
            }]),
            ..OffsetFetchRequestGroup::default()
        }],
        require_stable: stable,
        ..OffsetFetchRequest::default()
    };
    let response = world.groups.offset_fetch(&world.topics, 9, &request);
    let group = &response.groups[0];
    if group.error_code != 0 {
        return Err(ErrorCode(group.error_code));
    }
    let partition = &group.topics[0].partitions[0];
    ErrorCode(partition.error_code)
        .into_result()
        .map(|()| partition.committed_offset)
}

fn txn_commit(world: &mut World, producer_id: i64, member: (&str, i32), offset: i64) -> ErrorCode {
    let request = TxnOffsetCommitRequest {
        group_id: GROUP,
        producer_id,
        member_id: member.0,
        generation_id: member.1,
        topics: vec![TxnOffsetCommitRequestTopic {
            name: "orders",
            partitions: vec![TxnOffsetCommitRequestPartition {
                partition_index: 0,
                committed_offset: offset,
                ..TxnOffsetCommitRequestPartition::default()
            }],
            ..TxnOffsetCommitRequestTopic::default()
        }],
        ..TxnOffsetCommitRequest::default()
    };
    world.call(|groups, cx| {
        ErrorCode(
            groups.txn_offset_commit(cx, caller(3), &request).topics[0].partitions[0].error_code,
        )
    })
}

fn delete(world: &mut World, topic: &str) -> (ErrorCode, Option<ErrorCode>) {
    let request = OffsetDeleteRequest {
        group_id: GROUP,
        topics: vec![OffsetDeleteRequestTopic {
            name: topic,
            partitions: vec![OffsetDeleteRequestPartition { partition_index: 0 }],
        }],
    };
    world.call(|groups, _| {
        let response = groups.offset_delete(&request);
        let partition = response
            .topics
            .first()
            .map(|of| ErrorCode(of.partitions[0].error_code));
        (ErrorCode(response.error_code), partition)
    })
}

#[test]
fn a_simple_group_commits_without_members() {
    let mut world = World::new();
    assert_eq!(fetch(&world, false, None), Ok(-1));
    assert_eq!(world.commit("", -1, 0, 42), ErrorCode::NONE);
    assert_eq!(
        (fetch(&world, true, None), world.state().as_str()),
        (Ok(42), "Empty")
    );
}

#[test]
fn commits_are_checked_against_the_classic_generation() {
    let mut world = World::new();
    assert_eq!(
        world.commit_at(8, "m", 1, &[(0, 1, None)]),
        [ErrorCode::ILLEGAL_GENERATION]
    );
    assert_eq!(world.commit("m", 1, 0, 1), ErrorCode::GROUP_ID_NOT_FOUND);
    let (generation, ids) = world.stable(2);
    assert_eq!(world.commit(&ids[0], generation, 0, 1), ErrorCode::NONE);
    assert_eq!(
        world.commit(&ids[0], generation - 1, 0, 2),
        ErrorCode::ILLEGAL_GENERATION
    );
    assert_eq!(
        world.commit("nobody", generation, 0, 2),
        ErrorCode::UNKNOWN_MEMBER_ID
    );
    assert_eq!(
        world.commit("", -1, 0, 2),
        ErrorCode::UNKNOWN_MEMBER_ID,
        "the group has members"
    );
    for member_id in &ids {
        let protocols: &[(&str, &[u8])] = &[("range", b"new")];
        world.join(&Join {
            member_id,
            protocols,
            ..Join::default()
        });
    }
    assert_eq!(
        world.commit(&ids[0], generation + 1, 0, 2),
        ErrorCode::REBALANCE_IN_PROGRESS,
        "not synced yet"
    );
    assert_eq!(world.offset(0), Some(1));
}

#[test]
fn a_commit_while_others_rejoin_is_taken() {
    let mut world = World::new();
    let (generation, ids) = world.stable(2);
    world.join(&Join {
        member_id: &ids[0],
        ..Join::default()
    });
    assert_eq!(world.state(), "PreparingRebalance");
    assert_eq!(world.commit(&ids[1], generation, 0, 7), ErrorCode::NONE);
}

#[test]
fn s51_metadata_that_is_too_long_fails_alone() {
    let mut world = World::new();
    let (long, longest) = ("x".repeat(4097), "ä".repeat(4096));
    let offsets = [
        (0, 1, Some(long.as_str())),
        (1, 2, Some(longest.as_str())),
        (2, 3, None),
    ];
    let codes = world.commit_at(9, "", -1, &offsets);
    assert_eq!(
        codes,
        [
            ErrorCode::OFFSET_METADATA_TOO_LARGE,
            ErrorCode::NONE,
            ErrorCode::NONE
        ]
    );
    assert_eq!((world.offset(0), world.offset(1)), (None, Some(2)));
}

#[test]
fn by_id_or_by_name_unknown_topics_are_refused() {
    let mut world = World::new();
    let request = |topic_id, name| OffsetCommitRequest {
        group_id: GROUP,
        topics: vec![OffsetCommitRequestTopic {
            name,
            topic_id,
            partitions: vec![OffsetCommitRequestPartition {
                committed_offset: 5,
                ..OffsetCommitRequestPartition::default()
            }],
            ..OffsetCommitRequestTopic::default()
        }],
        ..OffsetCommitRequest::default()
    };
    let mut commit = |version, topic_id, name| {
        let request = request(topic_id, name);
        world.call(|groups, cx| {
            ErrorCode(
                groups.offset_commit(cx, caller(version), &request).topics[0].partitions[0]
                    .error_code,
            )
        })
    };
    assert_eq!(commit(10, id(77), ""), ErrorCode::UNKNOWN_TOPIC_ID);
    assert_eq!(
        commit(9, TopicId::UNKNOWN, "gone"),
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
    assert_eq!(commit(10, id(1), ""), ErrorCode::NONE);
    assert_eq!(world.offset(0), Some(5));
}

#[test]
fn consumer_members_commit_and_fetch_with_their_epoch() {
    let mut world = World::new();
    world.enter("m1");
    world.enter("m2");
    assert_eq!(world.commit("m1", 1, 0, 5), ErrorCode::NONE);
    assert_eq!(
        world.commit_at(8, "m1", 1, &[(0, 6, None)]),
        [ErrorCode::UNSUPPORTED_VERSION]
    );
    assert_eq!(world.commit("m1", 2, 0, 6), ErrorCode::STALE_MEMBER_EPOCH);
    assert_eq!(world.commit("m3", 2, 0, 6), ErrorCode::UNKNOWN_MEMBER_ID);
    assert_eq!(fetch(&world, false, Some(("m1", 1))), Ok(5));
    assert_eq!(
        fetch(&world, false, Some(("m1", 2))),
        Err(ErrorCode::STALE_MEMBER_EPOCH)
    );
    assert_eq!(
        fetch(&world, false, Some(("m3", 2))),
        Err(ErrorCode::UNKNOWN_MEMBER_ID)
    );
    assert_eq!(fetch(&world, false, None), Ok(5));
}

#[test]
fn kip_1251_an_older_epoch_commits_what_the_member_has_had_since() {
    let mut world = World::new();
    world.enter("m1");
    world.enter("m2");
    let kept = world
        .holding("m1", 1, &target(&[(1, &[0, 1, 2, 3])]))
        .assignment
        .unwrap();
    let lost: Vec<i32> = (0..4)
        .filter(|partition| !kept[&id(1)].contains(partition))
        .collect();
    assert_eq!(
        world.commit("m1", 1, lost[0], 3),
        ErrorCode::NONE,
        "it is revoking: the last commit"
    );
    assert_eq!(world.holding("m1", 1, &kept).member_epoch, 2);
    let kept = *kept[&id(1)].first().unwrap();
    assert_eq!(
        world.commit("m1", 1, kept, 4),
        ErrorCode::NONE,
        "it has had this since epoch 1"
    );
    assert_eq!(
        world.commit("m1", 1, lost[0], 5),
        ErrorCode::STALE_MEMBER_EPOCH
    );
    let both = world.commit_at(9, "m1", 1, &[(kept, 6, None), (lost[0], 6, None)]);
    assert_eq!(
        both,
        [ErrorCode::STALE_MEMBER_EPOCH; 2],
        "one stale partition refuses all"
    );
    world.holding("m2", 2, &Target::new());
    assert_eq!(
        world.commit("m2", 1, lost[0], 6),
        ErrorCode::STALE_MEMBER_EPOCH,
        "given in epoch 2"
    );
    assert_eq!(
        (world.offset(kept), world.offset(lost[0])),
        (Some(4), Some(3))
    );
}

#[test]
fn s50_offsets_of_an_open_transaction_are_unstable_and_count_once_it_commits() {
    let mut world = World::new();
    world.commit("", -1, 0, 1);
    assert_eq!(txn_commit(&mut world, 9, ("", -1), 5), ErrorCode::NONE);
    assert_eq!(fetch(&world, false, None), Ok(1));
    assert_eq!(
        fetch(&world, true, None),
        Err(ErrorCode::UNSTABLE_OFFSET_COMMIT)
    );
    world.groups.complete_transaction(9, true);
    assert_eq!(fetch(&world, true, None), Ok(5));
    txn_commit(&mut world, 9, ("", -1), 8);
    world.groups.complete_transaction(9, false);
    assert_eq!(fetch(&world, true, None), Ok(5));
}

#[test]
fn s49_a_commit_made_after_one_in_a_transaction_is_not_undone_by_it() {
    let mut world = World::new();
    txn_commit(&mut world, 9, ("", -1), 5);
    world.commit("", -1, 0, 6);
    world.groups.complete_transaction(9, true);
    assert_eq!(world.offset(0), Some(6));
}

#[test]
fn s74_a_zombie_can_not_commit_in_a_transaction() {
    let mut world = World::new();
    assert_eq!(
        txn_commit(&mut world, 9, ("m", 1), 5),
        ErrorCode::ILLEGAL_GENERATION
    );
    let (generation, ids) = world.stable(1);
    assert_eq!(
        txn_commit(&mut world, 9, (&ids[0], generation), 5),
        ErrorCode::NONE
    );
    assert_eq!(
        txn_commit(&mut world, 9, (&ids[0], generation - 1), 6),
        ErrorCode::ILLEGAL_GENERATION
    );
    assert_eq!(
        txn_commit(&mut world, 9, ("x", generation), 6),
        ErrorCode::UNKNOWN_MEMBER_ID
    );
    assert_eq!(
        txn_commit(&mut world, 9, ("", -1), 7),
        ErrorCode::NONE,
        "who names no member is not checked"
    );
    let mut world = World::new();
    world.enter("m1");
    assert_eq!(
        txn_commit(&mut world, 9, ("m1", 9), 5),
        ErrorCode::ILLEGAL_GENERATION
    );
    assert_eq!(txn_commit(&mut world, 9, ("", -1), 5), ErrorCode::NONE);
}

#[test]
fn s52_offsets_expire_seven_days_after_the_group_has_emptied() {
    let mut world = World::new();
    let (generation, ids) = world.stable(1);
    world.commit(&ids[0], generation, 0, 5);
    world.leave(&[(&ids[0], None)]);
    world.wait(7 * DAY - Duration::from_secs(700));
    assert_eq!(world.offset(0), Some(5));
    world.wait(Duration::from_secs(2000));
    assert_eq!((world.offset(0), world.state().as_str()), (None, "Dead"));
}

#[test]
fn offsets_of_a_live_group_stay_for_the_topics_that_it_consumes() {
    let mut world = World::new();
    world.enter("m1");
    world.commit("m1", 1, 0, 5);
    for _ in 0..(9 * 24 * 3600 / 40) {
        world.wait(Duration::from_secs(40));
        world.beat("m1", 1, &BeatOf::default());
    }
    assert_eq!(world.offset(0), Some(5));
    world.beat(
        "m1",
        1,
        &BeatOf {
            topics: Some(&["payments"]),
            ..BeatOf::default()
        },
    );
    world.wait(Duration::from_secs(44));
    world.beat(
        "m1",
        1,
        &BeatOf {
            topics: Some(&["payments"]),
            ..BeatOf::default()
        },
    );
    world.wait(Duration::from_secs(700));
    assert_eq!(world.offset(0), None);
}

#[test]
fn a_pending_offset_keeps_the_one_before_it() {
    let mut world = World::new();
    world.commit("", -1, 0, 1);
    txn_commit(&mut world, 9, ("", -1), 5);
    world.wait(8 * DAY);
    assert_eq!(world.offset(0), Some(1));
    world.groups.complete_transaction(9, false);
    world.wait(Duration::from_secs(600));
    assert_eq!(
        (world.offset(0), world.groups.contains(GROUP)),
        (None, false)
    );
}

#[test]
fn offsets_of_a_deleted_topic_go_and_those_of_one_in_use_can_not_be_deleted() {
    let mut world = World::new();
    assert_eq!(
        delete(&mut world, "orders").0,
        ErrorCode::GROUP_ID_NOT_FOUND
    );
    world.enter("m1");
    world.commit("m1", 1, 0, 5);
    assert_eq!(
        delete(&mut world, "orders").1,
        Some(ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC)
    );
    assert_eq!(delete(&mut world, "payments").1, Some(ErrorCode::NONE));
    world.beat("m1", -1, &BeatOf::default());
    assert_eq!(delete(&mut world, "orders").1, Some(ErrorCode::NONE));
    assert_eq!(world.offset(0), None);
    world.commit("", -1, 0, 6);
    world.groups.topic_deleted("orders");
    assert_eq!(world.offset(0), None);
}

#[test]
fn all_topics_and_the_shape_before_version_8() {
    let mut world = World::new();
    world.commit("", -1, 2, 9);
    let request = OffsetFetchRequest {
        group_id: GROUP,
        topics: None,
        ..OffsetFetchRequest::default()
    };
    let response = world.groups.offset_fetch(&world.topics, 7, &request);
    assert_eq!(
        (
            response.topics[0].name,
            response.topics[0].partitions[0].committed_offset
        ),
        ("orders", 9)
    );
    let request = OffsetFetchRequest {
        groups: vec![OffsetFetchRequestGroup {
            group_id: GROUP,
            topics: None,
            ..OffsetFetchRequestGroup::default()
        }],
        ..OffsetFetchRequest::default()
    };
    let response = world.groups.offset_fetch(&world.topics, 10, &request);
    assert_eq!(response.groups[0].topics[0].topic_id, id(1));
}
