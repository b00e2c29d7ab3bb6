//! ConsumerGroupDescribe's view of a group.

use ottla_protocol::messages::consumer_group_describe::{
    Assignment, DescribedGroup, Member, TopicPartitions,
};

use super::{ConsumerGroup, ConsumerMember, without_epochs};
use crate::groups::assignor::Target;
use crate::groups::settings::GroupSettings;
use crate::groups::topics::TopicView;

impl ConsumerGroup {
    pub(in crate::groups) fn describe<'a>(
        &'a self,
        group_id: &'a str,
        settings: &GroupSettings,
        topics: &'a dyn TopicView,
    ) -> DescribedGroup<'a> {
        DescribedGroup {
            group_id,
            group_state: self.state_name(),
            group_epoch: self.epoch,
            assignment_epoch: self.target_epoch,
            assignor_name: self.assignor(settings).name(),
            members: self
                .members
                .iter()
                .map(|(id, member)| self.member(id, member, topics))
                .collect(),
            ..DescribedGroup::default()
        }
    }

    fn member<'a>(
        &'a self,
        id: &'a str,
        member: &'a ConsumerMember,
        topics: &'a dyn TopicView,
    ) -> Member<'a> {
        Member {
            member_id: id,
            instance_id: member.instance_id.as_deref(),
            rack_id: member.rack_id.as_deref(),
            member_epoch: member.epoch,
            client_id: &member.client_id,
            client_host: &member.client_host,
            subscribed_topic_names: member.topics.iter().map(String::as_str).collect(),
            subscribed_topic_regex: Some(member.regex.as_deref().unwrap_or_default()),
            assignment: named(&held(member), topics),
            target_assignment: self
                .targets
                .get(id)
                .map(|target| named(target, topics))
                .unwrap_or_default(),
            member_type: i8::from(member.classic.is_none()),
            ..Member::default()
        }
    }
}

/// What a member has, and what it is asked to give up and has not yet.
fn held(member: &ConsumerMember) -> Target {
    let mut held = without_epochs(&member.assigned);
    for (topic, partitions) in without_epochs(&member.revoking) {
        held.entry(topic).or_default().extend(partitions);
    }
    held
}

fn named<'a>(target: &Target, topics: &'a dyn TopicView) -> Assignment<'a> {
    let topic_partitions = target.iter().filter_map(|(&topic_id, partitions)| {
        Some(TopicPartitions {
            topic_id,
            topic_name: topics.name_of(topic_id)?,
            partitions: partitions.iter().copied().collect(),
            ..TopicPartitions::default()
        })
    });
    Assignment {
        topic_partitions: topic_partitions.collect(),
        ..Assignment::default()
    }
}
