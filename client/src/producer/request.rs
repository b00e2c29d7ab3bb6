//! Produce requests: batches for one broker in, what it says of each of them out.

use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::produce::{
    PartitionProduceData, PartitionProduceResponse, ProduceRequest, ProduceResponse,
    TopicProduceData,
};
use ottla_protocol::types::{TopicId, TopicPartition};

use super::accumulator::Place;
use crate::brokers::Lane;
use crate::client::Client;
use crate::config::Acks;
use crate::error::{About, ClientError};
use crate::options::CallOptions;
use crate::reply::Reply;

/// The last version that names topics.
const LAST_BY_NAME: i16 = 12;

/// A batch in a request.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) place: Place,
    /// The batch's id in its partition's sequence.
    pub(super) id: u64,
    pub(super) partition: TopicPartition,
    pub(super) topic_id: TopicId,
    pub(super) bytes: Arc<Vec<u8>>,
}

/// What a broker says of a batch.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    /// `Ok` with code 0.
    pub(super) result: Result<(), ClientError>,
    pub(super) base_offset: Option<i64>,
    /// The broker's clock, if the topic stamps with that.
    pub(super) timestamp: Option<i64>,
    /// The broker's words.
    pub(super) message: Option<Arc<str>>,
    /// Who leads instead, and the version of that leadership (KIP-951).
    pub(super) hint: Option<(i32, i32)>,
}

/// Sends the batches, at most one a partition, and gives a verdict for each, in their order.
pub(super) async fn produce(
    client: &Client,
    broker: i32,
    acks: Acks,
    parcels: &[Parcel],
) -> Result<Vec<Verdict>, ClientError> {
    let timeout = client.config().request_timeout;
    let make = |_| request(parcels, acks, timeout);
    if acks == Acks::None {
        client.send(broker, Lane::General, &make(0)).await?;
        return Ok(parcels.iter().map(|_| Verdict::unspoken()).collect());
    }
    let all_have_ids = parcels.iter().all(|parcel| !parcel.topic_id.is_unknown());
    let options = match all_have_ids {
        true => CallOptions::new(),
        false => CallOptions::new().up_to_version(LAST_BY_NAME),
    };
    let reply = client
        .call_with(broker, Lane::General, options, make)
        .await?;
    let answer = reply.parse()?;
    Ok(verdicts(&reply, &answer, parcels))
}

fn request(parcels: &[Parcel], acks: Acks, timeout: Duration) -> ProduceRequest<'_> {
    let mut topics: Vec<TopicProduceData<'_>> = Vec::new();
    for parcel in parcels {
        let data = PartitionProduceData {
            index: parcel.partition.partition,
            records: Some(&parcel.bytes),
            ..PartitionProduceData::default()
        };
        let name = &*parcel.partition.topic;
        // Parcels come sorted by topic.
        match topics.last_mut().filter(|last| last.name == name) {
            Some(last) => last.partition_data.push(data),
            None => topics.push(TopicProduceData {
                name,
                topic_id: parcel.topic_id,
                partition_data: vec![data],
                ..TopicProduceData::default()
            }),
        }
    }
    ProduceRequest {
        acks: acks.code(),
        timeout_ms: i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX),
        topic_data: topics,
        ..ProduceRequest::default()
    }
}

fn verdicts(
    reply: &Reply<ProduceRequest<'_>>,
    answer: &ProduceResponse<'_>,
    parcels: &[Parcel],
) -> Vec<Verdict> {
    let mut verdicts: Vec<Option<Verdict>> = parcels.iter().map(|_| None).collect();
    let mut order = 0;
    for topic in &answer.responses {
        for said in &topic.partition_responses {
            let meant = |parcel: &Parcel| {
                // From version 13 on a topic has its id alone.
                let same_topic = match topic.name {
                    "" => parcel.topic_id == topic.topic_id,
                    name => *parcel.partition.topic == *name,
                };
                same_topic && parcel.partition.partition == said.index
            };
            // Answers come in the order of the request: the next one is nearly always the one meant.
            let next = parcels
                .get(order)
                .filter(|parcel| meant(parcel))
                .map(|_| order);
            let Some(at) = next.or_else(|| parcels.iter().position(meant)) else {
                continue;
            };
            order = at + 1;
            if let (Some(verdict), Some(parcel)) = (verdicts.get_mut(at), parcels.get(at)) {
                *verdict = Some(Verdict::read(reply, said, parcel));
            }
        }
    }
    let each = verdicts.into_iter().zip(parcels);
    each.map(|(verdict, parcel)| verdict.unwrap_or_else(|| Verdict::missing(reply, parcel)))
        .collect()
}

impl Verdict {
    /// There is no answer.
    pub(super) fn of(error: ClientError) -> Self {
        Self {
            result: Err(error),
            ..Self::unspoken()
        }
    }

    fn read(
        reply: &Reply<ProduceRequest<'_>>,
        said: &PartitionProduceResponse<'_>,
        parcel: &Parcel,
    ) -> Self {
        let leader = &said.current_leader;
        Self {
            result: reply.check(said.error_code, || {
                About::Partition(parcel.partition.clone())
            }),
            base_offset: (said.base_offset >= 0).then_some(said.base_offset),
            timestamp: (said.log_append_time_ms >= 0).then_some(said.log_append_time_ms),
            message: said.error_message.map(Arc::from),
            hint: (leader.leader_id >= 0).then_some((leader.leader_id, leader.leader_epoch)),
        }
    }

    /// The broker said nothing about this partition: whatever it did, the same request again will show.
    fn missing(reply: &Reply<ProduceRequest<'_>>, parcel: &Parcel) -> Self {
        let code = ErrorCode::REQUEST_TIMED_OUT.code();
        Self {
            result: reply.check(code, || About::Partition(parcel.partition.clone())),
            ..Self::unspoken()
        }
    }

    /// With acks 0 there is no answer.
    fn unspoken() -> Self {
        Self {
            result: Ok(()),
            base_offset: None,
            timestamp: None,
            message: None,
            hint: None,
        }
    }
}
