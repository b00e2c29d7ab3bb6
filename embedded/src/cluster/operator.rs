//! What Kafka's tools do for an operator, without a client: settings, groups, what a broker knows.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use ottla_protocol::types::TopicId;

use super::EmbeddedCluster;
use crate::error::{EmbeddedError, Refusal};
use crate::groups::{Caller, Context};
use crate::server::Network;
use crate::state::config_changes::Resource;

/// A version of OffsetCommit that goes by name.
const COMMIT_VERSION: i16 = 9;
/// What IncrementalAlterConfigs calls it.
const SET: i8 = 0;

impl<N: Network> EmbeddedCluster<N> {
    /// A topic's id; another one once it is deleted and made anew.
    #[must_use]
    pub fn topic_id(&self, topic: &str) -> Option<TopicId> {
        self.core
            .with(|state, _| state.topics.named(topic).map(|topic| topic.id))
    }

    /// Sets one of a topic's settings.
    ///
    /// # Errors
    /// [`EmbeddedError::Refused`]: there is no such topic or setting, or it can't have this value.
    pub fn set_topic_config(
        &self,
        topic: &str,
        name: &str,
        value: &str,
    ) -> Result<(), EmbeddedError> {
        let changes = [(name, SET, Some(value))];
        let set = self
            .core
            .with(|state, _| state.change_configs(Resource::Topic(topic), &changes, false, false));
        set.map_err(|refusal| refusal.asked(format!("set {name} of {topic}")))
    }

    /// Lets groups have so many members from now on; those that are in stay until they join again.
    pub fn set_group_max_size(&self, members: usize) {
        self.core
            .with(|state, _| state.groups.settings_mut().max_size = members);
    }

    /// Deletes a group with its offsets.
    ///
    /// # Errors
    /// [`EmbeddedError::Refused`]: there is no such group, or it has members.
    pub fn delete_group(&self, group: &str) -> Result<(), EmbeddedError> {
        let done = self.core.with(|state, _| state.groups.delete_group(group));
        let done = done.into_result().map_err(Refusal::from);
        done.map_err(|refusal| refusal.asked(format!("delete group {group}")))
    }

    /// Sets the offset of a group, as a tool does that is no member of it.
    ///
    /// # Errors
    /// [`EmbeddedError::Refused`]: the group has members, or there is no such topic.
    pub fn set_offset(
        &self,
        group: &str,
        topic: &str,
        partition: i32,
        offset: i64,
    ) -> Result<(), EmbeddedError> {
        let code = self.core.with(|state, now| {
            let cx = Context {
                now,
                topics: &state.topics,
                rng: &mut state.random,
            };
            let request = from_outside(group, topic, partition, offset);
            let caller = Caller {
                client_id: "",
                client_host: "",
                version: COMMIT_VERSION,
            };
            let response = state.groups.offset_commit(&cx, caller, &request);
            let mut partitions = response.topics.iter().flat_map(|topic| &topic.partitions);
            partitions.next().map_or(0, |one| one.error_code)
        });
        let done = ErrorCode::from(code).into_result().map_err(Refusal::from);
        done.map_err(|refusal| {
            refusal.asked(format!("set {group}'s offset of {topic}-{partition}"))
        })
    }

    /// Lets a broker tell the metadata of this moment from now on, as one that hears of changes late.
    ///
    /// # Errors
    /// [`EmbeddedError::UnknownBroker`].
    pub fn freeze_metadata(&self, node: i32) -> Result<(), EmbeddedError> {
        self.known(node)?;
        self.core.with(|state, _| state.freeze_metadata(node));
        Ok(())
    }

    /// Lets a broker tell what is so again; gives how often it was asked meanwhile.
    pub fn thaw_metadata(&self, node: i32) -> u64 {
        self.core.with(|state, _| state.thaw_metadata(node))
    }
}

fn from_outside<'a>(
    group: &'a str,
    topic: &'a str,
    partition: i32,
    offset: i64,
) -> OffsetCommitRequest<'a> {
    let partition = OffsetCommitRequestPartition {
        partition_index: partition,
        committed_offset: offset,
        committed_leader_epoch: -1,
        committed_metadata: Some(""),
        ..Default::default()
    };
    let topic = OffsetCommitRequestTopic {
        name: topic,
        partitions: vec![partition],
        ..Default::default()
    };
    OffsetCommitRequest {
        group_id: group,
        generation_id_or_member_epoch: -1,
        topics: vec![topic],
        ..Default::default()
    }
}
