//! ListOffsets: where partitions begin and end, and offsets by time.

use std::collections::BTreeSet;

use ottla_protocol::api::ReadRequest;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsResponse,
    ListOffsetsTopicResponse,
};

use crate::log::{Isolation, ListedOffset};
use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::topics::{TopicRef, known};

/// Special timestamps, and the version that brought each.
const SPECIAL: &[(i64, i16)] = &[(-1, 1), (-2, 1), (-3, 7), (-4, 8), (-5, 9), (-6, 11)];
/// Before this version there was no OFFSET_NOT_AVAILABLE.
const NOT_AVAILABLE: i16 = 5;

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = ListOffsetsRequest::read_body(body, call.version)?;
    let isolation = Isolation::from(request.isolation_level);
    let mut topics = Vec::new();
    let twice = named_twice(&request);
    for topic in &request.topics {
        let partitions = topic.partitions.iter();
        topics.push(ListOffsetsTopicResponse {
            name: topic.name,
            partitions: partitions
                .map(
                    |one| match twice.contains(&(topic.name, one.partition_index)) {
                        true => refused(one.partition_index, ErrorCode::INVALID_REQUEST),
                        false => response(state, call, topic.name, one, isolation),
                    },
                )
                .collect(),
            ..Default::default()
        });
    }
    call.answer(&ListOffsetsResponse {
        topics,
        ..Default::default()
    })
}

/// Which of the two offsets was meant, nobody knows.
fn named_twice<'a>(request: &ListOffsetsRequest<'a>) -> BTreeSet<(&'a str, i32)> {
    let topics = request.topics.iter();
    let all = topics.flat_map(|topic| {
        let partitions = topic.partitions.iter();
        partitions.map(|one| (topic.name, one.partition_index))
    });
    let mut seen = BTreeSet::new();
    all.filter(|one| !seen.insert(*one)).collect()
}

fn refused(partition_index: i32, error: ErrorCode) -> ListOffsetsPartitionResponse {
    ListOffsetsPartitionResponse {
        partition_index,
        error_code: error.code(),
        ..Default::default()
    }
}

fn response(
    state: &mut State,
    call: &Call<'_>,
    topic: &str,
    wanted: &ListOffsetsPartition,
    isolation: Isolation,
) -> ListOffsetsPartitionResponse {
    let mut response = ListOffsetsPartitionResponse {
        partition_index: wanted.partition_index,
        ..Default::default()
    };
    match find(state, call, topic, wanted, isolation) {
        Ok(found) => {
            response.offset = found.offset;
            response.timestamp = found.timestamp;
            if call.version >= 4 {
                response.leader_epoch = found.leader_epoch;
            }
        }
        Err(error) => return refused(wanted.partition_index, error),
    }
    response
}

fn find(
    state: &mut State,
    call: &Call<'_>,
    topic: &str,
    wanted: &ListOffsetsPartition,
    isolation: Isolation,
) -> Result<ListedOffset, ErrorCode> {
    state.check_partition_refused(TopicRef::Name(topic), wanted.partition_index)?;
    let special = SPECIAL.iter().find(|(time, _)| *time == wanted.timestamp);
    if wanted.timestamp < 0 && special.is_none_or(|(_, since)| call.version < *since) {
        return Err(ErrorCode::UNSUPPORTED_VERSION);
    }
    let (by, epoch) = (TopicRef::Name(topic), wanted.current_leader_epoch);
    let partition = state
        .topics
        .led_by(call.node, by, wanted.partition_index, epoch)?;
    let found =
        partition
            .log
            .list_offset(wanted.timestamp, isolation, known(epoch), &mut state.codecs);
    match found {
        Err(ErrorCode::OFFSET_NOT_AVAILABLE) if call.version < NOT_AVAILABLE => {
            Err(ErrorCode::LEADER_NOT_AVAILABLE)
        }
        found => found,
    }
}
