//! What a request is about: the groups, transactional ids, topics and partitions that it names, for faults and observers.

use std::collections::{BTreeMap, BTreeSet};

use ottla_protocol::AnyRequest;
use ottla_protocol::messages::fetch::FetchRequest;
use ottla_protocol::types::TopicId;

use crate::fetch_session::FetchSessions;
use crate::state::topics::{TopicRef, Topics};

/// Names, borrowed from the request or, where it names topics by id, from the cluster.
#[derive(Debug, Default)]
pub(crate) struct Named<'a> {
    pub(crate) groups: Vec<&'a str>,
    pub(crate) transactional_id: Option<&'a str>,
    pub(crate) topics: Vec<(&'a str, Vec<i32>)>,
}

impl<'a> Named<'a> {
    /// `sessions` are those of the asked broker.
    pub(crate) fn of(
        request: &AnyRequest<'a>,
        topics: &'a Topics,
        sessions: Option<&'a FetchSessions>,
    ) -> Self {
        let mut named = Self::default();
        if let AnyRequest::Fetch(request) = request {
            named.note_fetch(request, topics, sessions);
        }
        named.note_data(request, topics);
        named.note_groups(request);
        named.note_transactions(request);
        named.note_administration(request, topics);
        named
    }

    fn topic(&mut self, name: &'a str, partitions: impl Iterator<Item = i32>) {
        self.topics.push((name, partitions.collect()));
    }

    fn topic_by(
        &mut self,
        topics: &'a Topics,
        name: &'a str,
        id: TopicId,
        partitions: impl Iterator<Item = i32>,
    ) {
        self.topic(name_of(topics, name, id), partitions);
    }

    /// A fetch in a session names only what changes (KIP-227), and is about all that the session has.
    fn note_fetch(
        &mut self,
        request: &FetchRequest<'a>,
        topics: &'a Topics,
        sessions: Option<&'a FetchSessions>,
    ) {
        let mut all = BTreeMap::<&'a str, BTreeSet<i32>>::new();
        let kept = sessions.filter(|_| request.session_epoch > 0).into_iter();
        for key in kept.flat_map(|sessions| sessions.partitions(request.session_id)) {
            if let Some(topic) = topics.get(key.topic.by()) {
                all.entry(&topic.name).or_default().insert(key.partition);
            }
        }
        for topic in &request.topics {
            let name = name_of(topics, topic.topic, topic.topic_id);
            let partitions = topic.partitions.iter().map(|one| one.partition);
            all.entry(name).or_default().extend(partitions);
        }
        for (name, partitions) in all {
            self.topic(name, partitions.into_iter());
        }
    }

    fn note_data(&mut self, request: &AnyRequest<'a>, topics: &'a Topics) {
        match request {
            AnyRequest::Produce(request) => {
                self.transactional_id = request.transactional_id;
                for topic in &request.topic_data {
                    let partitions = topic.partition_data.iter().map(|one| one.index);
                    self.topic_by(topics, topic.name, topic.topic_id, partitions);
                }
            }
            AnyRequest::ListOffsets(request) => {
                for topic in &request.topics {
                    let partitions = topic.partitions.iter().map(|one| one.partition_index);
                    self.topic(topic.name, partitions);
                }
            }
            AnyRequest::OffsetCommit(request) => {
                for topic in &request.topics {
                    let partitions = topic.partitions.iter().map(|one| one.partition_index);
                    self.topic_by(topics, topic.name, topic.topic_id, partitions);
                }
            }
            AnyRequest::OffsetFetch(request) => {
                let asked = request.groups.iter().flat_map(|group| &group.topics);
                for topic in asked.flatten() {
                    let partitions = topic.partition_indexes.iter().copied();
                    self.topic_by(topics, topic.name, topic.topic_id, partitions);
                }
                for topic in request.topics.iter().flatten() {
                    self.topic(topic.name, topic.partition_indexes.iter().copied());
                }
            }
            AnyRequest::OffsetForLeaderEpoch(request) => {
                for topic in &request.topics {
                    let partitions = topic.partitions.iter().map(|one| one.partition);
                    self.topic(topic.topic, partitions);
                }
            }
            AnyRequest::DeleteRecords(request) => {
                for topic in &request.topics {
                    let partitions = topic.partitions.iter().map(|one| one.partition_index);
                    self.topic(topic.name, partitions);
                }
            }
            _ => {}
        }
    }

    fn note_groups(&mut self, request: &AnyRequest<'a>) {
        match request {
            AnyRequest::JoinGroup(request) => self.groups.push(request.group_id),
            AnyRequest::SyncGroup(request) => self.groups.push(request.group_id),
            AnyRequest::Heartbeat(request) => self.groups.push(request.group_id),
            AnyRequest::LeaveGroup(request) => self.groups.push(request.group_id),
            AnyRequest::ConsumerGroupHeartbeat(request) => self.groups.push(request.group_id),
            AnyRequest::OffsetCommit(request) => self.groups.push(request.group_id),
            AnyRequest::OffsetDelete(request) => self.groups.push(request.group_id),
            AnyRequest::OffsetFetch(request) => {
                let groups = request.groups.iter().map(|group| group.group_id);
                self.groups.extend(groups);
                self.groups
                    .extend(Some(request.group_id).filter(|id| !id.is_empty()));
            }
            AnyRequest::DescribeGroups(request) => self.groups.extend(&request.groups),
            AnyRequest::ConsumerGroupDescribe(request) => self.groups.extend(&request.group_ids),
            AnyRequest::DeleteGroups(request) => self.groups.extend(&request.groups_names),
            AnyRequest::FindCoordinator(request) => {
                let keys = request.coordinator_keys.iter().chain([&request.key]);
                let mut keys = keys.copied().filter(|key| !key.is_empty());
                match request.key_type {
                    0 => self.groups.extend(keys),
                    _ => self.transactional_id = keys.next(),
                }
            }
            _ => {}
        }
    }

    fn note_transactions(&mut self, request: &AnyRequest<'a>) {
        match request {
            AnyRequest::InitProducerId(request) => self.transactional_id = request.transactional_id,
            AnyRequest::EndTxn(request) => self.transactional_id = Some(request.transactional_id),
            AnyRequest::AddOffsetsToTxn(request) => {
                self.transactional_id = Some(request.transactional_id);
                self.groups.push(request.group_id);
            }
            AnyRequest::TxnOffsetCommit(request) => {
                self.transactional_id = Some(request.transactional_id);
                self.groups.push(request.group_id);
                for topic in &request.topics {
                    let partitions = topic.partitions.iter().map(|one| one.partition_index);
                    self.topic(topic.name, partitions);
                }
            }
            AnyRequest::WriteTxnMarkers(request) => {
                for topic in request.markers.iter().flat_map(|marker| &marker.topics) {
                    self.topic(topic.name, topic.partition_indexes.iter().copied());
                }
            }
            AnyRequest::AddPartitionsToTxn(request) => {
                let id = request.v3_and_below_transactional_id;
                let first = request.transactions.first().map(|one| one.transactional_id);
                self.transactional_id = first.or(Some(id));
                for topic in &request.v3_and_below_topics {
                    self.topic(topic.name, topic.partitions.iter().copied());
                }
            }
            _ => {}
        }
    }

    fn note_administration(&mut self, request: &AnyRequest<'a>, topics: &'a Topics) {
        let none = std::iter::empty;
        match request {
            AnyRequest::Metadata(request) => {
                for topic in request.topics.iter().flatten() {
                    let name = topic.name.unwrap_or_default();
                    self.topic_by(topics, name, topic.topic_id, none());
                }
            }
            AnyRequest::CreateTopics(request) => {
                let names = request.topics.iter().map(|topic| topic.name);
                names.for_each(|name| self.topic(name, none()));
            }
            AnyRequest::DeleteTopics(request) => {
                for topic in &request.topics {
                    let name = topic.name.unwrap_or_default();
                    self.topic_by(topics, name, topic.topic_id, none());
                }
                let names = request.topic_names.iter();
                names.for_each(|name| self.topic(name, none()));
            }
            AnyRequest::CreatePartitions(request) => {
                let names = request.topics.iter().map(|topic| topic.name);
                names.for_each(|name| self.topic(name, none()));
            }
            _ => {}
        }
    }
}

/// The name that a request gives a topic, or the cluster, where it comes by id.
fn name_of<'a>(topics: &'a Topics, name: &'a str, id: TopicId) -> &'a str {
    match name {
        "" => topics
            .get(TopicRef::Id(id))
            .map_or("", |topic| &*topic.name),
        name => name,
    }
}
