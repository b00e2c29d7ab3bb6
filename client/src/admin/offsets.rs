//! Committed offsets, forgotten. (Reading and committing them is [`Offsets`](crate::offsets)' business.)

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
    OffsetDeleteResponse,
};
use ottla_protocol::types::TopicPartition;

use super::{Admin, AdminError, Each};
use crate::brokers::Lane;
use crate::error::{About, ClientError};

impl Admin {
    /// Makes a group forget what it has committed for these partitions. A partition for which it has committed nothing is no error.
    ///
    /// # Errors
    ///
    /// For the group as a whole: [`AdminError::UnknownGroup`], [`AdminError::GroupNotEmpty`] (a group whose members aren't
    /// consumers), [`AdminError::NotAsked`]. Per partition: [`AdminError::Subscribed`], [`AdminError::OffsetRefused`].
    ///
    /// # Cancel safety
    ///
    /// The offsets may have been deleted or not.
    pub async fn delete_offsets(
        &self,
        group: &str,
        partitions: &[TopicPartition],
    ) -> Result<Each<TopicPartition, ()>, AdminError> {
        let deleted = self
            .ask_coordinator("delete offsets", group, |broker| {
                self.delete_offsets_once(group, partitions, broker)
            })
            .await;
        deleted.map_err(|error| AdminError::not_asked(group, error))?
    }

    async fn delete_offsets_once(
        &self,
        group: &str,
        partitions: &[TopicPartition],
        broker: i32,
    ) -> Result<Result<Each<TopicPartition, ()>, AdminError>, ClientError> {
        let request = OffsetDeleteRequest {
            group_id: group,
            topics: by_topic(partitions),
        };
        let reply = self.client.call(broker, Lane::Group, &request).await?;
        let answer = reply.parse()?;
        let code = ErrorCode::from(answer.error_code);
        if code.is_retriable() {
            reply.check(answer.error_code, || About::Group(group.into()))?;
        }
        if !code.is_ok() {
            return Ok(Err(AdminError::group(group, code, None)));
        }
        let group: Arc<str> = group.into();
        let result =
            |partition: &TopicPartition| (partition.clone(), result(&group, partition, &answer));
        Ok(Ok(partitions.iter().map(result).collect()))
    }
}

fn by_topic(partitions: &[TopicPartition]) -> Vec<OffsetDeleteRequestTopic<'_>> {
    let mut topics: BTreeMap<&str, Vec<OffsetDeleteRequestPartition>> = BTreeMap::new();
    for TopicPartition { topic, partition } in partitions {
        let partition = OffsetDeleteRequestPartition {
            partition_index: *partition,
        };
        topics.entry(topic).or_default().push(partition);
    }
    let topics = topics.into_iter();
    topics
        .map(|(name, partitions)| OffsetDeleteRequestTopic { name, partitions })
        .collect()
}

fn result(
    group: &Arc<str>,
    partition: &TopicPartition,
    answer: &OffsetDeleteResponse<'_>,
) -> Result<(), AdminError> {
    let topic = answer
        .topics
        .iter()
        .find(|topic| topic.name == &*partition.topic);
    let found = topic.and_then(|topic| {
        topic
            .partitions
            .iter()
            .find(|found| found.partition_index == partition.partition)
    });
    let Some(found) = found else {
        return Err(AdminError::NotAnswered {
            name: partition.to_string().into(),
        });
    };
    let (group, partition) = (Arc::clone(group), partition.clone());
    match ErrorCode::from(found.error_code) {
        ErrorCode::NONE => Ok(()),
        ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC => Err(AdminError::Subscribed { group, partition }),
        code => Err(AdminError::OffsetRefused {
            group,
            partition,
            code,
        }),
    }
}
