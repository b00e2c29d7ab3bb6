//! DescribeProducers: what partitions remember of producers.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::describe_producers::{
    DescribeProducersRequest, DescribeProducersResponse, PartitionResponse, ProducerState,
    TopicResponse,
};

use crate::log::ActiveProducer;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::topics::TopicRef;
use crate::topic_name;

pub(crate) fn handle(
    state: &mut State,
    call: &Call<'_>,
    request: DescribeProducersRequest<'_>,
) -> Handled {
    let mut topics = Vec::new();
    for topic in &request.topics {
        let partitions = topic.partition_indexes.iter();
        topics.push(TopicResponse {
            name: topic.name,
            partitions: partitions
                .map(|number| partition(state, call.node, topic.name, *number))
                .collect(),
            ..Default::default()
        });
    }
    call.answer(&DescribeProducersResponse {
        topics,
        ..Default::default()
    })
}

fn partition(
    state: &State,
    node: i32,
    topic: &str,
    partition_index: i32,
) -> PartitionResponse<'static> {
    let mut response = PartitionResponse {
        partition_index,
        ..Default::default()
    };
    if topic_name::fault(topic).is_some() {
        response.error_code = ErrorCode::INVALID_TOPIC_EXCEPTION.code();
        response.error_message = Some(ErrorCode::INVALID_TOPIC_EXCEPTION.name());
        return response;
    }
    // Of a topic that there is, a partition that there isn't gets no words.
    let named = state.topics.named(topic).is_none();
    // Followers know the producers as well.
    let found = state
        .topics
        .partition(TopicRef::Name(topic), partition_index);
    let found = found.and_then(|partition| match partition.replicas.contains(&node) {
        true => Ok(partition),
        false => Err(ErrorCode::NOT_LEADER_OR_FOLLOWER),
    });
    match found {
        Ok(partition) => {
            response.active_producers = partition.log.active_producers().map(line).collect();
        }
        Err(error) => {
            response.error_code = error.code();
            response.error_message = named.then(|| error.name());
        }
    }
    response
}

fn line(producer: ActiveProducer) -> ProducerState {
    ProducerState {
        producer_id: producer.producer_id,
        producer_epoch: producer.producer_epoch.into(),
        last_sequence: producer.last_sequence,
        last_timestamp: producer.last_timestamp,
        coordinator_epoch: producer.coordinator_epoch,
        current_txn_start_offset: producer.current_txn_start_offset,
        ..Default::default()
    }
}
