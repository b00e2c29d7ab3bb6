//! ElectLeaders: the preferred replica leads again, or any that is up.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::elect_leaders::{
    ElectLeadersRequest, ElectLeadersResponse, PartitionResult, ReplicaElectionResult,
    TopicPartitions,
};

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::topics::TopicRef;

/// Election types.
const PREFERRED: i8 = 0;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = ElectLeadersRequest::read_body(body, call.version)?;
    let every: Vec<(String, Vec<i32>)> = match request.topic_partitions {
        Some(_) => Vec::new(),
        None => all(state),
    };
    let all = every.iter().map(|(topic, partitions)| TopicPartitions {
        topic,
        partitions: partitions.clone(),
        ..Default::default()
    });
    let told_all = request.topic_partitions.is_none();
    let wanted = request.topic_partitions.unwrap_or_else(|| all.collect());
    let mut results = Vec::new();
    for topic in &wanted {
        let partitions = topic.partitions.iter();
        let mut partitions: Vec<_> = partitions
            .map(|number| elect(state, topic.topic, *number, request.election_type))
            .collect();
        // Of all partitions only those are told of that were in need.
        partitions
            .retain(|one| !told_all || one.error_code != ErrorCode::ELECTION_NOT_NEEDED.code());
        if !partitions.is_empty() {
            results.push(ReplicaElectionResult {
                topic: topic.topic,
                partition_result: partitions,
                ..Default::default()
            });
        }
    }
    call.answer(&ElectLeadersResponse {
        replica_election_results: results,
        ..Default::default()
    })
}

fn all(state: &State) -> Vec<(String, Vec<i32>)> {
    let topics = state.topics.all();
    topics
        .map(|topic| {
            let count = topic.partitions.len() as i32;
            (topic.name.to_string(), (0..count).collect())
        })
        .collect()
}

fn elect(
    state: &mut State,
    topic: &str,
    partition_id: i32,
    election_type: i8,
) -> PartitionResult<'static> {
    let error = match state.topics.partition(TopicRef::Name(topic), partition_id) {
        Err(error) => error,
        Ok(found) => {
            let mut ready = found.replicas.iter().copied();
            let wanted = match election_type {
                PREFERRED => ready.next().filter(|node| state.brokers.is_up(*node)),
                _ => ready.find(|node| state.brokers.is_up(*node)),
            };
            let needed = match election_type {
                PREFERRED => found.leader != wanted,
                _ => found.leader.is_none(),
            };
            match wanted {
                _ if !needed => ErrorCode::ELECTION_NOT_NEEDED,
                None if election_type == PREFERRED => ErrorCode::PREFERRED_LEADER_NOT_AVAILABLE,
                None => ErrorCode::ELIGIBLE_LEADERS_NOT_AVAILABLE,
                Some(node) => state
                    .move_leader(topic, partition_id, node)
                    .map_or_else(|refusal| refusal.code, |()| ErrorCode::NONE),
            }
        }
    };
    PartitionResult {
        partition_id,
        error_code: error.code(),
        error_message: (!error.is_ok()).then_some(error.name()),
        ..Default::default()
    }
}
