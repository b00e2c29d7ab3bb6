//! CreateTopics: makes topics, or says whether it could.

use std::collections::BTreeMap;

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::create_topics::{
    CreatableTopic, CreatableTopicConfigs, CreatableTopicResult, CreateTopicsRequest,
    CreateTopicsResponse,
};
use ottla_protocol::types::TopicId;

use crate::error::Refusal;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::creation::{Plan, Wanted};
use crate::state::settings_shown::Shown;

/// What was made, with all its settings.
type Made = Result<(TopicId, Plan, Vec<Shown>), Refusal>;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = CreateTopicsRequest::read_body(body, call.version)?;
    let mut times = BTreeMap::<&str, usize>::new();
    for topic in &request.topics {
        *times.entry(topic.name).or_default() += 1;
    }
    let mut made: Vec<(&str, Made)> = Vec::new();
    for topic in &request.topics {
        if times.remove(topic.name).is_some_and(|times| times > 1) {
            let why = "Duplicate topic name.";
            made.push((
                topic.name,
                Err(Refusal::new(ErrorCode::INVALID_REQUEST, why)),
            ));
        } else if !made.iter().any(|(name, _)| *name == topic.name) {
            made.push((topic.name, make(state, topic, request.validate_only)));
        }
    }
    call.answer(&CreateTopicsResponse {
        topics: made.iter().map(|(name, made)| result(name, made)).collect(),
        ..Default::default()
    })
}

fn make(state: &mut State, topic: &CreatableTopic<'_>, validate_only: bool) -> Made {
    state.check_topic_refused(topic.name)?;
    let assignments = topic.assignments.iter();
    let wanted = Wanted {
        name: topic.name,
        partitions: topic.num_partitions,
        replication_factor: topic.replication_factor,
        assignments: assignments
            .map(|one| (one.partition_index, one.broker_ids.clone()))
            .collect(),
        configs: topic
            .configs
            .iter()
            .map(|one| (one.name, one.value))
            .collect(),
    };
    let (id, plan) = state.create_topic(&wanted, validate_only)?;
    let shown = state.shown_topic(&plan.configs);
    Ok((id, plan, shown))
}

fn result<'a>(name: &'a str, made: &'a Made) -> CreatableTopicResult<'a> {
    let mut result = CreatableTopicResult {
        name,
        ..Default::default()
    };
    match made {
        Ok((id, plan, shown)) => {
            result.topic_id = *id;
            result.num_partitions = plan.replicas.len() as i32;
            result.replication_factor = plan.replicas.first().map_or(0, Vec::len) as i16;
            result.configs = Some(shown.iter().map(setting).collect());
        }
        Err(refusal) => {
            result.error_code = refusal.code.code();
            result.error_message = refusal.words();
        }
    }
    result
}

fn setting(shown: &Shown) -> CreatableTopicConfigs<'_> {
    CreatableTopicConfigs {
        name: shown.name,
        value: Some(&shown.value),
        read_only: shown.read_only,
        config_source: shown.source,
        ..Default::default()
    }
}
