//! Metadata: brokers, topics, and who leads what. Asking for a topic may create it.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::metadata::{
    MetadataRequest, MetadataRequestTopic, MetadataResponse, MetadataResponseBroker,
    MetadataResponsePartition, MetadataResponseTopic,
};
use ottla_protocol::types::TopicId;

use crate::state::State;
use crate::state::brokers::{Broker, Brokers};
use crate::state::call::{Call, Handled};
use crate::state::creation::Wanted;
use crate::state::old_metadata::OldMetadata;
use crate::state::topics::{Partition, Topic, TopicRef, Topics};
use crate::topic_name;

/// All that anybody may do with a topic, or with the cluster, where nobody is forbidden anything.
pub(crate) const TOPIC_OPERATIONS: i32 = 0b1101_1111_1000;
pub(crate) const CLUSTER_OPERATIONS: i32 = 0b1_1111_1010_0000;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = MetadataRequest::read_body(body, call.version)?;
    let wanted = match &request.topics {
        // Version 0 has no null and takes an empty list for all.
        Some(topics) if call.version > 0 || !topics.is_empty() => Some(topics),
        _ => None,
    };
    if request.allow_auto_topic_creation {
        create_missing(state, wanted);
    }
    let old = state.old_metadata.take_for(call.node);
    let view = match &old {
        Some(old) => View::of_old(old, state),
        None => View::of(state),
    };
    let answered = call.answer(&response(&view, &request, wanted));
    state.old_metadata.put_back(call.node, old);
    answered
}

/// What an answer is made of: what there is, or what a broker that lags behind still takes for it.
struct View<'a> {
    topics: &'a Topics,
    brokers: &'a Brokers,
    state: &'a State,
}

impl<'a> View<'a> {
    fn of(state: &'a State) -> Self {
        Self {
            topics: &state.topics,
            brokers: &state.brokers,
            state,
        }
    }

    fn of_old(old: &'a OldMetadata, state: &'a State) -> Self {
        Self {
            topics: &old.topics,
            brokers: &old.brokers,
            state,
        }
    }
}

fn response<'a>(
    view: &View<'a>,
    request: &MetadataRequest<'a>,
    wanted: Option<&Vec<MetadataRequestTopic<'a>>>,
) -> MetadataResponse<'a> {
    let tell = |topic: &mut MetadataResponseTopic<'_>| {
        if request.include_topic_authorized_operations && topic.error_code == 0 {
            topic.topic_authorized_operations = TOPIC_OPERATIONS;
        }
    };
    let mut topics: Vec<_> = match wanted {
        None => view.topics.all().map(|topic| known(topic, view)).collect(),
        Some(wanted) => wanted.iter().map(|one| found(one, view)).collect(),
    };
    topics.iter_mut().for_each(tell);
    let mut response = MetadataResponse {
        brokers: view.brokers.up().map(broker).collect(),
        cluster_id: Some(&view.state.cluster_id),
        controller_id: view.brokers.controller(),
        topics,
        ..Default::default()
    };
    if request.include_cluster_authorized_operations {
        response.cluster_authorized_operations = CLUSTER_OPERATIONS;
    }
    response
}

fn create_missing(state: &mut State, wanted: Option<&Vec<MetadataRequestTopic<'_>>>) {
    if state.broker_config("auto.create.topics.enable") != "true" {
        return;
    }
    let names = wanted.into_iter().flatten().filter_map(|topic| topic.name);
    for name in names {
        if state.topics.named(name).is_none() {
            let wanted = Wanted {
                name,
                partitions: -1,
                replication_factor: -1,
                ..Wanted::default()
            };
            // What can't be made is told as unknown, or as a wrong name, below.
            let _ = state.create_topic(&wanted, false);
        }
    }
}

fn broker(broker: &Broker) -> MetadataResponseBroker<'_> {
    MetadataResponseBroker {
        node_id: broker.node,
        host: &broker.host,
        port: broker.port.into(),
        rack: broker.rack.as_deref(),
        ..Default::default()
    }
}

fn found<'a>(wanted: &MetadataRequestTopic<'a>, view: &View<'a>) -> MetadataResponseTopic<'a> {
    let (by, name) = match wanted.name {
        Some(name) => (TopicRef::Name(name), Some(name)),
        None => (TopicRef::Id(wanted.topic_id), None),
    };
    if let Some(topic) = view.topics.get(by) {
        return known(topic, view);
    }
    let refused = view.state.check_topic_refused(name.unwrap_or_default());
    let wrong_name = name.is_some_and(|name| topic_name::fault(name).is_some());
    let error = match (refused, wrong_name) {
        (Err(refused), _) => refused,
        (_, true) => ErrorCode::INVALID_TOPIC_EXCEPTION,
        (_, false) => by.unknown(),
    };
    MetadataResponseTopic {
        error_code: error.code(),
        name,
        topic_id: match by {
            TopicRef::Id(id) => id,
            TopicRef::Name(_) => TopicId::UNKNOWN,
        },
        ..Default::default()
    }
}

fn known<'a>(topic: &'a Topic, view: &View<'a>) -> MetadataResponseTopic<'a> {
    if let Err(error) = view.state.check_topic_refused(&topic.name) {
        return MetadataResponseTopic {
            error_code: error.code(),
            name: Some(&topic.name),
            topic_id: topic.id,
            ..Default::default()
        };
    }
    let partitions = (0..).zip(&topic.partitions);
    MetadataResponseTopic {
        name: Some(&topic.name),
        topic_id: topic.id,
        is_internal: topic_name::is_internal(&topic.name),
        partitions: partitions
            .map(|(number, one)| partition(number, one, view.brokers))
            .collect(),
        ..Default::default()
    }
}

fn partition(
    partition_index: i32,
    partition: &Partition,
    brokers: &Brokers,
) -> MetadataResponsePartition {
    let error = match partition.leader {
        Some(_) => ErrorCode::NONE,
        None => ErrorCode::LEADER_NOT_AVAILABLE,
    };
    MetadataResponsePartition {
        error_code: error.code(),
        partition_index,
        leader_id: partition.leader.unwrap_or(-1),
        leader_epoch: partition.leader_epoch(),
        replica_nodes: partition.replicas.iter().copied().collect(),
        isr_nodes: partition.isr.iter().copied().collect(),
        offline_replicas: partition.offline(brokers).collect(),
        ..Default::default()
    }
}
