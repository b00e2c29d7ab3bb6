//! OffsetForLeaderEpoch: where an epoch ends, by which clients see truncation.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::offset_for_leader_epoch::{
    EpochEndOffset, OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse,
    OffsetForLeaderPartition, OffsetForLeaderTopicResult,
};

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::topics::{TopicRef, known};

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = OffsetForLeaderEpochRequest::read_body(body, call.version)?;
    let mut topics = Vec::new();
    for topic in &request.topics {
        let partitions = topic.partitions.iter();
        topics.push(OffsetForLeaderTopicResult {
            topic: topic.topic,
            partitions: partitions
                .map(|one| end(state, call, topic.topic, one))
                .collect(),
            ..Default::default()
        });
    }
    call.answer(&OffsetForLeaderEpochResponse {
        topics,
        ..Default::default()
    })
}

fn end(
    state: &mut State,
    call: &Call<'_>,
    topic: &str,
    wanted: &OffsetForLeaderPartition,
) -> EpochEndOffset {
    let current = wanted.current_leader_epoch;
    let by = TopicRef::Name(topic);
    let refused = state.check_partition_refused(by, wanted.partition);
    let found = refused
        .and_then(|()| {
            state
                .topics
                .led_by(call.node, by, wanted.partition, current)
        })
        .and_then(|partition| {
            let log = &partition.log;
            log.offset_for_leader_epoch(wanted.leader_epoch, known(current))
        });
    let mut end = EpochEndOffset {
        partition: wanted.partition,
        ..Default::default()
    };
    match found {
        Ok(found) => {
            end.leader_epoch = found.leader_epoch;
            end.end_offset = found.end_offset;
        }
        Err(error) => end.error_code = error.code(),
    }
    end
}
