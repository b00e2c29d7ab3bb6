//! Listing, describing and deleting groups.

use super::*;
use ottla_protocol::messages::consumer_group_describe::ConsumerGroupDescribeRequest;
use ottla_protocol::messages::delete_groups::DeleteGroupsRequest;
use ottla_protocol::messages::describe_groups::DescribeGroupsRequest;
use ottla_protocol::messages::list_groups::ListGroupsRequest;

fn delete(world: &mut World) -> ErrorCode {
    let request = DeleteGroupsRequest {
        groups_names: vec![GROUP],
        ..DeleteGroupsRequest::default()
    };
    world.call(|groups, _| ErrorCode(groups.delete_groups(&request).results[0].error_code))
}

#[test]
fn lists_are_filtered_by_state_and_type() {
    let mut world = World::new();
    world.enter("m1");
    let listed = |states: &[&'static str], types: &[&'static str]| {
        let request = ListGroupsRequest {
            states_filter: states.to_vec(),
            types_filter: types.to_vec(),
            ..ListGroupsRequest::default()
        };
        world.groups.list_groups(&request, |_| true).groups.len()
    };
    assert_eq!(
        (listed(&[], &[]), listed(&["stable"], &["Consumer"])),
        (1, 1)
    );
    assert_eq!((listed(&["Empty"], &[]), listed(&[], &["classic"])), (0, 0));
}

#[test]
fn classic_groups_are_described_with_their_members_while_stable() {
    let mut world = World::new();
    let (_, ids) = world.stable(2);
    let request = DescribeGroupsRequest {
        groups: vec![GROUP, "gone"],
        ..DescribeGroupsRequest::default()
    };
    let response = world.groups.describe_groups(6, &request);
    let group = &response.groups[0];
    assert_eq!(
        (group.group_state, group.protocol_data, group.members.len()),
        ("Stable", "range", 2)
    );
    let member = group
        .members
        .iter()
        .find(|member| member.member_id == ids[0])
        .unwrap();
    assert_eq!(
        (member.client_id, member.member_assignment),
        ("worker", ids[0].as_bytes())
    );
    assert_eq!(
        ErrorCode(response.groups[1].error_code),
        ErrorCode::GROUP_ID_NOT_FOUND
    );
    let response = world.groups.describe_groups(5, &request);
    assert_eq!(
        (
            response.groups[1].error_code,
            response.groups[1].group_state
        ),
        (0, "Dead")
    );
    let asked = ConsumerGroupDescribeRequest {
        group_ids: vec![GROUP],
        ..ConsumerGroupDescribeRequest::default()
    };
    let response = world.groups.consumer_group_describe(&world.topics, &asked);
    assert_eq!(
        ErrorCode(response.groups[0].error_code),
        ErrorCode::GROUP_ID_NOT_FOUND
    );
}

#[test]
fn consumer_groups_are_described_with_both_assignments() {
    let mut world = World::new();
    world.enter("m1");
    world.enter("m2");
    let asked = ConsumerGroupDescribeRequest {
        group_ids: vec![GROUP],
        ..ConsumerGroupDescribeRequest::default()
    };
    let response = world.groups.consumer_group_describe(&world.topics, &asked);
    let group = &response.groups[0];
    assert_eq!(
        (group.group_state, group.group_epoch, group.assignor_name),
        ("Reconciling", 2, "uniform")
    );
    let member = &group.members[0];
    assert_eq!((member.member_epoch, member.member_type), (1, 1));
    assert_eq!(
        member.assignment.topic_partitions[0].partitions,
        [0, 1, 2, 3]
    );
    assert_eq!(
        member.target_assignment.topic_partitions[0]
            .partitions
            .len(),
        2
    );
}

#[test]
fn s53_only_empty_groups_can_be_deleted() {
    let mut world = World::new();
    assert_eq!(delete(&mut world), ErrorCode::GROUP_ID_NOT_FOUND);
    let (generation, ids) = world.stable(1);
    world.commit(&ids[0], generation, 0, 5);
    assert_eq!(delete(&mut world), ErrorCode::NON_EMPTY_GROUP);
    world.leave(&[(&ids[0], None)]);
    assert_eq!(delete(&mut world), ErrorCode::NONE);
    assert_eq!(world.offset(0), None);
    assert!(!world.groups.contains(GROUP));
}
