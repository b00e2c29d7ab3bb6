//! Every answer can be written in every version that it may be asked in.

use std::ops::RangeInclusive;

use ottla_protocol::Response;
use ottla_protocol::messages::consumer_group_describe::ConsumerGroupDescribeRequest;
use ottla_protocol::messages::describe_groups::DescribeGroupsRequest;
use ottla_protocol::messages::list_groups::ListGroupsRequest;
use ottla_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};

use super::*;

fn write<'a>(versions: RangeInclusive<i16>, mut response: impl FnMut(i16) -> Vec<u8> + 'a) {
    for version in versions {
        assert!(!response(version).is_empty());
    }
}

fn bytes<'a>(response: &impl Response<'a>, version: i16) -> Vec<u8> {
    let mut out = Vec::new();
    response
        .write_body(&mut out, version)
        .unwrap_or_else(|fault| panic!("{version}: {fault}"));
    out
}

#[test]
fn joins_and_syncs_taken_or_refused() {
    let mut world = World::new();
    let ticket = world.join(&Join {
        version: 3,
        instance_id: Some("a"),
        ..Join::default()
    });
    world.wait(Duration::ZERO);
    let leader = world.joined(ticket);
    let mut skipping = leader.clone();
    skipping.skip_assignment = true;
    let refused = JoinOutcome::refused(ErrorCode::MEMBER_ID_REQUIRED, "m");
    for outcome in [&leader, &skipping, &refused] {
        write(0..=9, |version| bytes(&outcome.response(version), version));
    }
    let sync = world.sync(&leader.member_id, 1, &[]);
    let Some(Answer::Sync(taken)) = world.answers.remove(&sync) else {
        panic!("no answer")
    };
    for outcome in [taken, SyncOutcome::refused(ErrorCode::ILLEGAL_GENERATION)] {
        write(0..=5, |version| bytes(&outcome.response(), version));
    }
}

#[test]
fn leaving_and_heartbeats() {
    let mut world = World::new();
    let members = vec![MemberIdentity {
        member_id: "m",
        group_instance_id: Some("a"),
        ..MemberIdentity::default()
    }];
    let request = LeaveGroupRequest {
        group_id: GROUP,
        member_id: "m",
        members,
        ..LeaveGroupRequest::default()
    };
    write(0..=5, |version| {
        world.call(|groups, cx| bytes(&groups.leave_group(cx, caller(version), &request), version))
    });
    let taken = world.enter("m1");
    let refused = world.enter("");
    for outcome in [taken, refused] {
        write(0..=1, |version| bytes(&outcome.response(), version));
    }
}

#[test]
fn descriptions_and_lists() {
    let mut world = World::new();
    let describe = DescribeGroupsRequest {
        groups: vec![GROUP, "gone"],
        ..DescribeGroupsRequest::default()
    };
    let consumer = ConsumerGroupDescribeRequest {
        group_ids: vec![GROUP, "gone", ""],
        ..ConsumerGroupDescribeRequest::default()
    };
    let list = ListGroupsRequest::default();
    for protocol in 0..2 {
        if protocol == 0 {
            world.stable(2);
        } else {
            world = World::new();
            world.enter("m1");
        }
        write(0..=6, |version| {
            bytes(&world.groups.describe_groups(version, &describe), version)
        });
        write(0..=1, |version| {
            bytes(
                &world
                    .groups
                    .consumer_group_describe(&world.topics, &consumer),
                version,
            )
        });
        write(0..=5, |version| {
            bytes(&world.groups.list_groups(&list, |_| true), version)
        });
    }
}

#[test]
fn commits_and_what_is_fetched() {
    let mut world = World::new();
    let commit = OffsetCommitRequest {
        group_id: GROUP,
        topics: vec![OffsetCommitRequestTopic {
            name: "orders",
            topic_id: id(1),
            partitions: vec![OffsetCommitRequestPartition::default()],
            ..OffsetCommitRequestTopic::default()
        }],
        ..OffsetCommitRequest::default()
    };
    write(2..=10, |version| {
        world.call(|groups, cx| bytes(&groups.offset_commit(cx, caller(version), &commit), version))
    });
    let older = vec![OffsetFetchRequestTopic {
        name: "orders",
        partition_indexes: vec![0, 1],
        ..OffsetFetchRequestTopic::default()
    }];
    let newer = OffsetFetchRequestTopics {
        name: "orders",
        topic_id: id(1),
        partition_indexes: vec![0, 1],
        ..OffsetFetchRequestTopics::default()
    };
    for all in [false, true] {
        let topics = (!all).then(|| older.clone());
        let group = OffsetFetchRequestGroup {
            group_id: GROUP,
            topics: (!all).then(|| vec![newer.clone()]),
            ..OffsetFetchRequestGroup::default()
        };
        let old = OffsetFetchRequest {
            group_id: GROUP,
            topics,
            ..OffsetFetchRequest::default()
        };
        let new = OffsetFetchRequest {
            groups: vec![group],
            ..OffsetFetchRequest::default()
        };
        write(1..=7, |version| {
            bytes(
                &world.groups.offset_fetch(&world.topics, version, &old),
                version,
            )
        });
        write(8..=10, |version| {
            bytes(
                &world.groups.offset_fetch(&world.topics, version, &new),
                version,
            )
        });
    }
}
