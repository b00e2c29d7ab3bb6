//! Fetch: the request is read and its session found; then it is served at once, or waits until there is enough (`state/fetches`).

mod answer;

use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::fetch::{
    FetchPartition, FetchRequest, FetchResponse, FetchTopic, ForgottenTopic,
};

use crate::fetch_session::{FetchKey, FetchTopic as Topic, SessionRequest, Wanted};
use crate::log::Isolation;
use crate::state::State;
use crate::state::call::{Answer, Call, Handled};
use crate::state::fetches::{PendingFetch, Tried};
pub(crate) use answer::frame;

/// From this version on topics come by id.
const BY_ID: i16 = 13;
/// From this version on a consumer may read from followers, and is sent to them (KIP-392).
const FOLLOWERS: i16 = 11;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = FetchRequest::read_body(body, call.version)?;
    let sessions = state.sessions_of(call.node);
    let context = match sessions.begin(session_request(&request, call.version), call.now) {
        Ok(context) => context,
        Err(error) => {
            return call.answer(&FetchResponse {
                error_code: error.code(),
                ..Default::default()
            });
        }
    };
    let most = state.broker_number("fetch.max.bytes");
    let max_bytes = i64::from(request.max_bytes).clamp(0, most.max(0)) as usize;
    let fetch = PendingFetch {
        reply_to: call.reply_to(),
        node: call.node,
        context,
        isolation: Isolation::from(request.isolation_level),
        min_bytes: usize::try_from(request.min_bytes)
            .unwrap_or(0)
            .min(max_bytes),
        max_bytes,
        deadline: call.now.at + Duration::from_millis(request.max_wait_ms.max(0) as u64),
        rack: (!request.rack_id.is_empty()).then(|| request.rack_id.to_owned()),
        may_read_followers: call.version >= FOLLOWERS,
    };
    match state.try_fetch(fetch, call.now) {
        Tried::Done(frame) => Ok(Answer::Now(frame?)),
        Tried::NotYet(fetch) => {
            let ticket = state.draw_ticket();
            state.fetches.insert(ticket, fetch);
            Ok(Answer::Later(ticket))
        }
    }
}

fn session_request(request: &FetchRequest<'_>, version: i16) -> SessionRequest {
    let topics = request.topics.iter();
    let partitions = topics.flat_map(|topic| {
        let named = topic_named(topic, version);
        let partitions = topic.partitions.iter();
        partitions.map(move |one| wanted(named.clone(), one))
    });
    let forgotten = request.forgotten_topics_data.iter();
    SessionRequest {
        session_id: request.session_id,
        session_epoch: request.session_epoch,
        uses_topic_ids: version >= BY_ID,
        from_follower: false,
        partitions: partitions.collect(),
        forgotten: forgotten
            .flat_map(|topic| forgotten_keys(topic, version))
            .collect(),
    }
}

fn topic_named(topic: &FetchTopic<'_>, version: i16) -> Topic {
    match version {
        BY_ID.. => Topic::Id(topic.topic_id),
        _ => Topic::Name(Arc::from(topic.topic)),
    }
}

fn wanted(topic: Topic, partition: &FetchPartition) -> (FetchKey, Wanted) {
    let key = FetchKey {
        topic,
        partition: partition.partition,
    };
    let wanted = Wanted {
        fetch_offset: partition.fetch_offset,
        max_bytes: partition.partition_max_bytes,
        current_leader_epoch: partition.current_leader_epoch,
        last_fetched_epoch: partition.last_fetched_epoch,
        log_start_offset: partition.log_start_offset,
    };
    (key, wanted)
}

fn forgotten_keys(topic: &ForgottenTopic<'_>, version: i16) -> Vec<FetchKey> {
    let named = match version {
        BY_ID.. => Topic::Id(topic.topic_id),
        _ => Topic::Name(Arc::from(topic.topic)),
    };
    let partitions = topic.partitions.iter();
    partitions
        .map(|partition| FetchKey {
            topic: named.clone(),
            partition: *partition,
        })
        .collect()
}
