//! DescribeQuorum: the brokers are their own controllers, and never disagree.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::describe_quorum::{
    DescribeQuorumRequest, DescribeQuorumResponse, DescribeQuorumResponsePartitionData,
    DescribeQuorumResponseTopicData, ReplicaState,
};

use crate::state::State;
use crate::state::call::{Call, Handled};

const METADATA_LOG: &str = "__cluster_metadata";

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = DescribeQuorumRequest::read_body(body, call.version)?;
    let topics = request.topics.iter().map(|topic| {
        let known = topic.topic_name == METADATA_LOG;
        let partitions = topic.partitions.iter().map(|one| one.partition_index);
        DescribeQuorumResponseTopicData {
            topic_name: topic.topic_name,
            partitions: partitions
                .map(|number| partition(state, call, number, known))
                .collect(),
            ..Default::default()
        }
    });
    let topics = topics.collect();
    call.answer(&DescribeQuorumResponse {
        topics,
        ..Default::default()
    })
}

fn partition(
    state: &State,
    call: &Call<'_>,
    partition_index: i32,
    known: bool,
) -> DescribeQuorumResponsePartitionData<'static> {
    if !known || partition_index != 0 {
        return DescribeQuorumResponsePartitionData {
            partition_index,
            error_code: ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.code(),
            ..Default::default()
        };
    }
    let voters = state.brokers.up().map(|broker| ReplicaState {
        replica_id: broker.node,
        log_end_offset: 1,
        last_fetch_timestamp: call.now.wall_ms,
        last_caught_up_timestamp: call.now.wall_ms,
        ..Default::default()
    });
    DescribeQuorumResponsePartitionData {
        leader_id: state.brokers.controller(),
        leader_epoch: 1,
        high_watermark: 1,
        current_voters: voters.collect(),
        ..Default::default()
    }
}
