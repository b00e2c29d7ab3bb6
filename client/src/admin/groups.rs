//! Groups: listed, described, deleted.

use std::sync::Arc;

use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::delete_groups::DeleteGroupsRequest;
use ottla_protocol::messages::describe_groups::{
    DescribeGroupsRequest, DescribedGroup as Described, DescribedGroupMember,
};
use ottla_protocol::messages::list_groups::{ListGroupsRequest, ListedGroup as Listed};
use ottla_protocol::payload::ConsumerProtocolAssignment;
use ottla_protocol::types::TopicPartition;

use super::{Admin, AdminError, Each};
use crate::brokers::Lane;
use crate::error::{About, ClientError};

/// A group as [`Admin::list_groups`] finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedGroup {
    /// The group's id.
    pub group: Arc<str>,
    /// Its state, in Kafka's words: `Stable`, `Empty`, `PreparingRebalance`, …; `None` with brokers that don't tell.
    pub state: Option<String>,
    /// Its type, in Kafka's words: `classic`, `consumer`, `share`, `streams`; `None` with brokers that don't tell.
    pub group_type: Option<String>,
    /// What kind of members it has: `consumer`, or empty for a group that only keeps offsets.
    pub protocol_type: String,
    /// The broker that coordinates it.
    pub coordinator: i32,
}

/// A classic group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedGroup {
    /// The group's id.
    pub group: Arc<str>,
    /// Its state, in Kafka's words: `Stable`, `Empty`, `PreparingRebalance`, `CompletingRebalance`, `Dead`.
    pub state: String,
    /// What kind of members it has: `consumer`, or empty for a group that only keeps offsets.
    pub protocol_type: String,
    /// The assignor that the members agreed on, while the group is stable; else empty.
    pub assignor: String,
    /// The broker that coordinates it.
    pub coordinator: i32,
    /// Its members.
    pub members: Vec<DescribedMember>,
}

/// A member of a classic group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedMember {
    /// The id that the coordinator gave it.
    pub member_id: String,
    /// The name of a static member (KIP-345).
    pub instance_id: Option<String>,
    /// The client id that it gave itself.
    pub client_id: String,
    /// Where it comes from, as the broker sees it: `/127.0.0.1`.
    pub host: String,
    /// Its partitions, while the group is stable. Empty too if the group is not one of consumers.
    pub assignment: Vec<TopicPartition>,
}

impl Admin {
    /// All groups of the cluster, by name: every broker is asked for those that it coordinates.
    ///
    /// # Errors
    ///
    /// When one broker can't be asked in time: half a list would look like a whole one.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn list_groups(&self) -> Result<Vec<ListedGroup>, ClientError> {
        // What is known of the brokers may be old: nothing else asks here.
        self.client.topics(Some(&[])).await?;
        let cluster = self.client.cluster();
        let lists = join_all(cluster.brokers().map(|broker| self.list_on(broker.id))).await;
        let mut groups = Vec::new();
        for list in lists {
            groups.extend(list?);
        }
        // One that moved meanwhile is told by both.
        groups.sort_by(|one, other| one.group.cmp(&other.group));
        groups.dedup_by(|one, other| one.group == other.group);
        Ok(groups)
    }

    /// State, members and assignments of classic groups.
    ///
    /// # Errors
    ///
    /// Per group: [`AdminError::UnknownGroup`]; [`AdminError::UnsupportedGroupType`] for one of the newer protocols;
    /// [`AdminError::GroupRefused`]; [`AdminError::NotAsked`].
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn describe_groups(&self, groups: &[&str]) -> Each<Arc<str>, DescribedGroup> {
        each(groups, |group| self.describe_group(group)).await
    }

    /// Deletes groups and the offsets that they have committed. Groups with members stay.
    ///
    /// # Errors
    ///
    /// Per group: [`AdminError::UnknownGroup`]; [`AdminError::GroupNotEmpty`]; [`AdminError::GroupRefused`];
    /// [`AdminError::NotAsked`]. After a lost answer it is tried again, and a group that the first attempt had deleted is unknown then.
    ///
    /// # Cancel safety
    ///
    /// The groups may have been deleted or not.
    pub async fn delete_groups(&self, groups: &[&str]) -> Each<Arc<str>, ()> {
        each(groups, |group| self.delete_group(group)).await
    }

    async fn list_on(&self, broker: i32) -> Result<Vec<ListedGroup>, ClientError> {
        let mut backoff = self.client.backoff("list groups", self.time());
        loop {
            match self.list_once(broker).await {
                Ok(groups) => return Ok(groups),
                Err(error) => backoff.pause(error).await?,
            }
        }
    }

    async fn list_once(&self, broker: i32) -> Result<Vec<ListedGroup>, ClientError> {
        let request = ListGroupsRequest::default();
        let reply = self.client.call(broker, Lane::General, &request).await?;
        let answer = reply.parse()?;
        reply.check(answer.error_code, || About::Request)?;
        Ok(answer
            .groups
            .iter()
            .map(|group| listed(group, broker))
            .collect())
    }

    async fn describe_group(&self, group: &str) -> Result<DescribedGroup, AdminError> {
        let described = self
            .ask_coordinator("describe a group", group, |broker| {
                self.describe_once(group, broker)
            })
            .await;
        match described.map_err(|error| AdminError::not_asked(group, error))? {
            Err(AdminError::UnknownGroup { group }) => Err(self.why_unknown(group).await),
            described => described,
        }
    }

    async fn describe_once(
        &self,
        group: &str,
        broker: i32,
    ) -> Result<Result<DescribedGroup, AdminError>, ClientError> {
        let request = DescribeGroupsRequest {
            groups: vec![group],
            ..DescribeGroupsRequest::default()
        };
        let reply = self.client.call(broker, Lane::Group, &request).await?;
        let answer = reply.parse()?;
        let Some(found) = answer.groups.iter().find(|answer| answer.group_id == group) else {
            return Ok(Err(AdminError::NotAnswered { name: group.into() }));
        };
        let code = ErrorCode::from(found.error_code);
        if code.is_retriable() {
            reply.check(found.error_code, || About::Group(group.into()))?;
        }
        Ok(match code {
            // Before version 6 that is what an unknown group is.
            ErrorCode::NONE if found.group_state == "Dead" => Err(AdminError::UnknownGroup {
                group: group.into(),
            }),
            ErrorCode::NONE => Ok(described(found, broker)),
            code => Err(AdminError::group(group, code, found.error_message)),
        })
    }

    /// Groups of the newer protocols answer DescribeGroups as if they weren't there.
    async fn why_unknown(&self, group: Arc<str>) -> AdminError {
        let listed = match self.client.coordinator_once(&group).await {
            Ok(broker) => self.list_once(broker).await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        let found = listed.into_iter().find(|listed| listed.group == group);
        match found.and_then(|found| found.group_type) {
            Some(other) if other != CLASSIC => AdminError::UnsupportedGroupType {
                group,
                group_type: other.into(),
            },
            _ => AdminError::UnknownGroup { group },
        }
    }

    async fn delete_group(&self, group: &str) -> Result<(), AdminError> {
        let deleted = self
            .ask_coordinator("delete a group", group, |broker| {
                self.delete_once(group, broker)
            })
            .await;
        deleted.map_err(|error| AdminError::not_asked(group, error))?
    }

    async fn delete_once(
        &self,
        group: &str,
        broker: i32,
    ) -> Result<Result<(), AdminError>, ClientError> {
        let request = DeleteGroupsRequest {
            groups_names: vec![group],
            ..DeleteGroupsRequest::default()
        };
        let reply = self.client.call(broker, Lane::Group, &request).await?;
        let answer = reply.parse()?;
        let Some(result) = answer
            .results
            .iter()
            .find(|result| result.group_id == group)
        else {
            return Ok(Err(AdminError::NotAnswered { name: group.into() }));
        };
        let code = ErrorCode::from(result.error_code);
        if code.is_retriable() {
            reply.check(result.error_code, || About::Group(group.into()))?;
        }
        Ok(code
            .into_result()
            .map_err(|code| AdminError::group(group, code, None)))
    }
}

/// Kafka's name for the type of group that JoinGroup makes.
const CLASSIC: &str = "classic";

/// How many groups are asked about at a time.
const AT_A_TIME: usize = 16;

async fn each<'a, T, F>(groups: &[&'a str], ask: impl Fn(&'a str) -> F) -> Each<Arc<str>, T>
where
    F: Future<Output = Result<T, AdminError>>,
{
    // All at once, because an iterator that is still under way would keep this future to its own task.
    let asked: Vec<_> = groups.iter().map(|group| ask(group)).collect();
    let answers: Vec<_> = stream::iter(asked).buffered(AT_A_TIME).collect().await;
    groups
        .iter()
        .map(|group| Arc::from(*group))
        .zip(answers)
        .collect()
}

fn listed(group: &Listed<'_>, coordinator: i32) -> ListedGroup {
    let told = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    ListedGroup {
        group: group.group_id.into(),
        state: told(group.group_state),
        group_type: told(group.group_type),
        protocol_type: group.protocol_type.to_owned(),
        coordinator,
    }
}

fn described(group: &Described<'_>, coordinator: i32) -> DescribedGroup {
    DescribedGroup {
        group: group.group_id.into(),
        state: group.group_state.to_owned(),
        protocol_type: group.protocol_type.to_owned(),
        assignor: group.protocol_data.to_owned(),
        coordinator,
        members: group.members.iter().map(member).collect(),
    }
}

fn member(member: &DescribedGroupMember<'_>) -> DescribedMember {
    DescribedMember {
        member_id: member.member_id.to_owned(),
        instance_id: member.group_instance_id.map(str::to_owned),
        client_id: member.client_id.to_owned(),
        host: member.client_host.to_owned(),
        assignment: assignment(member.member_assignment),
    }
}

/// Members that aren't consumers (Kafka Connect's workers) keep other bytes here, which are theirs alone.
fn assignment(bytes: &[u8]) -> Vec<TopicPartition> {
    let Ok(assignment) = ConsumerProtocolAssignment::decode(bytes) else {
        return Vec::new();
    };
    let topics = assignment.assigned_partitions.iter();
    let mut partitions: Vec<_> = topics
        .flat_map(|topic| {
            let name: Arc<str> = topic.topic.into();
            topic
                .partitions
                .iter()
                .map(move |partition| TopicPartition::new(Arc::clone(&name), *partition))
        })
        .collect();
    partitions.sort();
    partitions
}
