//! DeleteTopics: by name, or since version 6 by id.

use std::collections::BTreeMap;

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

pub(crate) fn handle(
    state: &mut State,
    call: &Call<'_>,
    request: DeleteTopicsRequest<'_>,
) -> Handled {
    let old = request.topic_names.iter().map(|name| DeleteTopicState {
        name: Some(name),
        ..Default::default()
    });
    let wanted: Vec<_> = request.topics.iter().cloned().chain(old).collect();
    let twice = named_twice(state, &wanted);
    let mut deleted: Vec<Deleted> = twice.values().map(refused_twice).collect();
    for topic in &wanted {
        if id_of(state, topic).is_none_or(|id| !twice.contains_key(&id)) {
            deleted.push(delete(state, call, topic));
        }
    }
    call.answer(&DeleteTopicsResponse {
        responses: deleted.iter().map(result).collect(),
        ..Default::default()
    })
}

/// A topic that is there.
fn id_of(state: &State, wanted: &DeleteTopicState<'_>) -> Option<TopicId> {
    let by = match wanted.name {
        Some(name) => TopicRef::Name(name),
        None => TopicRef::Id(wanted.topic_id),
    };
    let alone = wanted.name.is_none() || wanted.topic_id.is_unknown();
    let topic = state.topics.get(by).filter(|_| alone);
    topic.map(|topic| topic.id)
}

/// The topics that are named twice, with the names and ids by which they are; nothing happens to them.
fn named_twice<'r>(
    state: &State,
    wanted: &'r [DeleteTopicState<'r>],
) -> BTreeMap<TopicId, Vec<&'r DeleteTopicState<'r>>> {
    let mut by_id = BTreeMap::<TopicId, Vec<_>>::new();
    for topic in wanted {
        if let Some(id) = id_of(state, topic) {
            by_id.entry(id).or_default().push(topic);
        }
    }
    by_id.retain(|_, times| times.len() > 1);
    by_id
}

fn refused_twice(times: &Vec<&DeleteTopicState<'_>>) -> Deleted {
    let name = times.iter().find_map(|one| one.name);
    let mut ids = times.iter().map(|one| one.topic_id);
    let id = ids.rfind(|id| !id.is_unknown());
    let refusal = Refusal::new(ErrorCode::INVALID_REQUEST, "The topic is named twice.");
    let name = name.map(str::to_owned);
    (name, id.unwrap_or_default(), Err(refusal))
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
