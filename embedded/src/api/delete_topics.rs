//! DeleteTopics: by name, or since version 6 by id.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::delete_topics::{
    DeletableTopicResult, DeleteTopicState, DeleteTopicsRequest, DeleteTopicsResponse,
};
use ottla_protocol::types::TopicId;

use crate::error::Refusal;
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::topics::TopicRef;

/// Name and id, as far as they are known, and what happened.
type Deleted = (Option<String>, TopicId, Result<(), Refusal>);

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = DeleteTopicsRequest::read_body(body, call.version)?;
    let old = request.topic_names.iter().map(|name| DeleteTopicState {
        name: Some(name),
        ..Default::default()
    });
    let wanted: Vec<_> = request.topics.iter().cloned().chain(old).collect();
    let deleted: Vec<Deleted> = wanted
        .iter()
        .map(|topic| delete(state, call, topic))
        .collect();
    call.answer(&DeleteTopicsResponse {
        responses: deleted.iter().map(result).collect(),
        ..Default::default()
    })
}

fn delete(state: &mut State, call: &Call<'_>, wanted: &DeleteTopicState<'_>) -> Deleted {
    let by = match wanted.name {
        Some(name) => TopicRef::Name(name),
        None => TopicRef::Id(wanted.topic_id),
    };
    let asked = wanted.name.map(str::to_owned);
    let contradiction = match (wanted.name, wanted.topic_id.is_unknown()) {
        (Some(_), false) => Some("You may not specify both topic name and topic id."),
        (None, true) => Some("Neither topic name nor id were specified."),
        _ => None,
    };
    if let Some(why) = contradiction {
        let refusal = Refusal::new(ErrorCode::INVALID_REQUEST, why);
        return (asked, wanted.topic_id, Err(refusal));
    }
    let Some(topic) = state.topics.get(by) else {
        let why = match by {
            TopicRef::Name(_) => "This server does not host this topic-partition.",
            TopicRef::Id(_) => "This server does not host this topic ID.",
        };
        return (asked, wanted.topic_id, Err(Refusal::new(by.unknown(), why)));
    };
    let (name, id) = (topic.name.to_string(), topic.id);
    if let Err(error) = state.check_topic_refused(&name) {
        return (Some(name), id, Err(error.into()));
    }
    if state.broker_config("delete.topic.enable") != "true" {
        let code = match call.version {
            ..=2 => ErrorCode::INVALID_REQUEST,
            _ => ErrorCode::TOPIC_DELETION_DISABLED,
        };
        let refusal = Refusal::new(code, "Topic deletion is disabled.");
        return (Some(name), id, Err(refusal));
    }
    state.delete_topic(&name);
    (Some(name), id, Ok(()))
}

fn result((name, topic_id, done): &Deleted) -> DeletableTopicResult<'_> {
    let (error_code, error_message) = Refusal::told(done);
    DeletableTopicResult {
        name: name.as_deref(),
        topic_id: *topic_id,
        error_code,
        error_message,
        ..Default::default()
    }
}
