//! CreatePartitions: adds partitions to topics.

use std::collections::BTreeSet;

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopic,
    CreatePartitionsTopicResult,
};

use crate::error::Refusal;
use crate::state::State;
use crate::state::call::{Call, Handled};

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = CreatePartitionsRequest::read_body(body, call.version)?;
    let (mut seen, mut twice) = (BTreeSet::new(), BTreeSet::new());
    for topic in &request.topics {
        if !seen.insert(topic.name) {
            twice.insert(topic.name);
        }
    }
    let mut results: Vec<(&str, Result<(), Refusal>)> = twice
        .iter()
        .map(|name| {
            let refusal = Refusal::new(ErrorCode::INVALID_REQUEST, "Duplicate topic name.");
            (*name, Err(refusal))
        })
        .collect();
    for topic in request
        .topics
        .iter()
        .filter(|one| !twice.contains(one.name))
    {
        results.push((topic.name, add(state, topic, request.validate_only)));
    }
    call.answer(&CreatePartitionsResponse {
        results: results
            .iter()
            .map(|(name, done)| {
                let (error_code, error_message) = Refusal::told(done);
                CreatePartitionsTopicResult {
                    name,
                    error_code,
                    error_message,
                    ..Default::default()
                }
            })
            .collect(),
        ..Default::default()
    })
}

fn add(
    state: &mut State,
    topic: &CreatePartitionsTopic<'_>,
    validate_only: bool,
) -> Result<(), Refusal> {
    state.check_topic_refused(topic.name)?;
    let assignments = topic.assignments.as_ref().map(|assignments| {
        let brokers = assignments.iter().map(|one| one.broker_ids.clone());
        brokers.collect()
    });
    state.add_partitions(topic.name, topic.count, assignments, validate_only)
}
