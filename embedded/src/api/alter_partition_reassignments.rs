//! AlterPartitionReassignments: other brokers keep a partition, at once.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::alter_partition_reassignments::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse, ReassignablePartition,
    ReassignablePartitionResponse, ReassignableTopicResponse,
};

use crate::error::Refusal;
use crate::state::State;
use crate::state::call::{Call, Handled};

/// What became of one partition.
type Done = (i32, Result<(), Refusal>);

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = AlterPartitionReassignmentsRequest::read_body(body, call.version)?;
    let mut done: Vec<(&str, Vec<Done>)> = Vec::new();
    for topic in &request.topics {
        let partitions = topic.partitions.iter();
        let partitions =
            partitions.map(|one| (one.partition_index, reassign(state, topic.name, one)));
        done.push((topic.name, partitions.collect()));
    }
    let responses = done
        .iter()
        .map(|(name, partitions)| ReassignableTopicResponse {
            name,
            partitions: partitions.iter().map(result).collect(),
            ..Default::default()
        });
    call.answer(&AlterPartitionReassignmentsResponse {
        allow_replication_factor_change: request.allow_replication_factor_change,
        responses: responses.collect(),
        ..Default::default()
    })
}

fn reassign(state: &mut State, topic: &str, wanted: &ReassignablePartition) -> Result<(), Refusal> {
    match &wanted.replicas {
        Some(replicas) => state.reassign(topic, wanted.partition_index, replicas),
        // There is nothing under way that could be called off.
        None => Err(ErrorCode::NO_REASSIGNMENT_IN_PROGRESS.into()),
    }
}

fn result<'a>((partition_index, done): &'a Done) -> ReassignablePartitionResponse<'a> {
    let (error_code, error_message) = Refusal::told(done);
    ReassignablePartitionResponse {
        partition_index: *partition_index,
        error_code,
        error_message,
        ..Default::default()
    }
}
