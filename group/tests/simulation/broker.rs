//! Brokers of a simulated cluster, as far as a producer and a group's members need them. What they know outlives them.

use std::io;
use std::sync::Mutex;
use std::time::Duration;

use ottla_protocol::api::{ApiKey, ReadRequest, Response};
use ottla_protocol::frame;
use ottla_protocol::messages::api_versions::{ApiVersion, ApiVersionsResponse};
use ottla_protocol::messages::fetch::{
    FetchRequest, FetchResponse, FetchableTopicResponse, PartitionData,
};
use ottla_protocol::messages::find_coordinator::{Coordinator, FindCoordinatorResponse};
use ottla_protocol::messages::init_producer_id::InitProducerIdResponse;
use ottla_protocol::messages::list_offsets::{
    ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsResponse, ListOffsetsTopicResponse,
};
use ottla_protocol::messages::metadata::{
    MetadataRequest, MetadataResponse, MetadataResponseBroker, MetadataResponsePartition,
    MetadataResponseTopic,
};
use ottla_protocol::messages::produce::{
    PartitionProduceResponse, ProduceRequest, ProduceResponse, TopicProduceResponse,
};
use ottla_protocol::records::{BatchMut, RecordBatch};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};
use turmoil::net::{TcpListener, TcpStream};

use super::coordinator::Group;

pub(crate) const TOPICS: [&str; 5] = ["audits", "invoices", "orders", "refunds", "shipments"];
pub(crate) const PARTITIONS: i32 = 3;
const HOSTS: [&str; 2] = ["b0", "b1"];
pub(crate) const GROUP: &str = "billing";

/// The APIs that are served, none in a version that names topics by id.
const SERVED: [(i16, i16, i16); 13] = [
    (0, 3, 9),
    (1, 4, 12),
    (2, 1, 7),
    (3, 4, 12),
    (8, 2, 9),
    (9, 1, 7),
    (10, 0, 4),
    (11, 2, 9),
    (12, 0, 4),
    (13, 0, 5),
    (14, 0, 5),
    (18, 0, 4),
    (22, 0, 4),
];

/// What the brokers of the cluster share.
#[derive(Default)]
pub(crate) struct Cluster {
    pub(crate) group: Group,
    logs: Mutex<[[Log; PARTITIONS as usize]; TOPICS.len()]>,
    appended: Notify,
    producers: Mutex<i64>,
}

/// Batches, and the offset after the last.
#[derive(Default)]
struct Log {
    batches: Vec<(i64, Vec<u8>)>,
    end: i64,
}

/// Serves until the host crashes.
pub(crate) async fn run(broker: i32, cluster: &'static Cluster) -> turmoil::Result {
    let listener = TcpListener::bind(("0.0.0.0", 9092)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(serve(broker, cluster, stream));
    }
}

async fn serve(broker: i32, cluster: &Cluster, mut stream: TcpStream) -> io::Result<()> {
    loop {
        let mut request = vec![0; stream.read_i32().await? as usize];
        stream.read_exact(&mut request).await?;
        let (header, body) = frame::request_header(&request).unwrap();
        let at = (header.api_version, header.correlation_id);
        let answer = cluster.answer(broker, header.api_key, at, body).await;
        stream.write_all(&answer).await?;
    }
}

impl Cluster {
    async fn answer(&self, broker: i32, api: i16, at: (i16, i32), body: &[u8]) -> Vec<u8> {
        match ApiKey::from_code(api).unwrap() {
            ApiKey::ApiVersions => encode(&versions(), at),
            ApiKey::Metadata => metadata(&read(body, at), at),
            ApiKey::FindCoordinator => encode(&coordinator(), at),
            ApiKey::InitProducerId => self.init_producer_id(at),
            ApiKey::Produce => self.produce(&read(body, at), at),
            ApiKey::ListOffsets => self.list_offsets(&read(body, at), at),
            ApiKey::Fetch => self.fetch(broker, &read(body, at), at).await,
            other => self.group.answer(other, at, body).await,
        }
    }

    fn init_producer_id(&self, at: (i16, i32)) -> Vec<u8> {
        let mut producers = self.producers.lock().unwrap();
        *producers += 1;
        let response = InitProducerIdResponse {
            producer_id: *producers,
            ..InitProducerIdResponse::default()
        };
        encode(&response, at)
    }

    fn produce(&self, request: &ProduceRequest<'_>, at: (i16, i32)) -> Vec<u8> {
        let mut logs = self.logs.lock().unwrap();
        let topics = request.topic_data.iter().map(|topic| TopicProduceResponse {
            name: topic.name,
            partition_responses: (topic.partition_data.iter())
                .map(|data| PartitionProduceResponse {
                    index: data.index,
                    base_offset: log(&mut logs, topic.name, data.index)
                        .append(data.records.unwrap_or_default()),
                    log_append_time_ms: -1,
                    ..PartitionProduceResponse::default()
                })
                .collect(),
            ..TopicProduceResponse::default()
        });
        let response = ProduceResponse {
            responses: topics.collect(),
            ..ProduceResponse::default()
        };
        self.appended.notify_waiters();
        encode(&response, at)
    }

    fn list_offsets(&self, request: &ListOffsetsRequest<'_>, at: (i16, i32)) -> Vec<u8> {
        let mut logs = self.logs.lock().unwrap();
        let topics = request.topics.iter().map(|topic| ListOffsetsTopicResponse {
            name: topic.name,
            partitions: (topic.partitions.iter())
                .map(|one| ListOffsetsPartitionResponse {
                    partition_index: one.partition_index,
                    timestamp: -1,
                    offset: match one.timestamp {
                        -1 => log(&mut logs, topic.name, one.partition_index).end,
                        _ => 0,
                    },
                    ..ListOffsetsPartitionResponse::default()
                })
                .collect(),
            ..ListOffsetsTopicResponse::default()
        });
        let response = ListOffsetsResponse {
            topics: topics.collect(),
            ..ListOffsetsResponse::default()
        };
        encode(&response, at)
    }

    /// Holds the answer back while there is nothing to read, as a broker does.
    async fn fetch(&self, broker: i32, request: &FetchRequest<'_>, at: (i16, i32)) -> Vec<u8> {
        let wait = Duration::from_millis(request.max_wait_ms.unsigned_abs().into());
        let until = Instant::now() + wait;
        loop {
            let mut appended = std::pin::pin!(self.appended.notified());
            appended.as_mut().enable();
            let (response, any) = self.fetched(broker, request, at);
            if any || timeout_at(until, appended).await.is_err() {
                return response;
            }
        }
    }

    fn fetched(&self, broker: i32, request: &FetchRequest<'_>, at: (i16, i32)) -> (Vec<u8>, bool) {
        let mut logs = self.logs.lock().unwrap();
        let mut pieces = Vec::new();
        for topic in &request.topics {
            for one in &topic.partitions {
                assert_eq!(leader(topic.topic, one.partition), broker);
                let log = log(&mut logs, topic.topic, one.partition);
                pieces.push((
                    topic.topic,
                    one.partition,
                    log.from(one.fetch_offset),
                    log.end,
                ));
            }
        }
        let any = pieces.iter().any(|(.., records, _)| !records.is_empty());
        let topics = request.topics.iter().map(|topic| FetchableTopicResponse {
            topic: topic.topic,
            partitions: (pieces.iter().filter(|(name, ..)| *name == topic.topic))
                .map(|(_, partition_index, records, end)| PartitionData {
                    partition_index: *partition_index,
                    high_watermark: *end,
                    last_stable_offset: *end,
                    log_start_offset: 0,
                    records: Some(records),
                    ..PartitionData::default()
                })
                .collect(),
            ..FetchableTopicResponse::default()
        });
        let response = FetchResponse {
            responses: topics.collect(),
            ..FetchResponse::default()
        };
        (encode(&response, at), any)
    }
}

impl Log {
    fn append(&mut self, records: &[u8]) -> i64 {
        let base = self.end;
        let mut bytes = records.to_vec();
        let (mut batch, _) = BatchMut::split_first(&mut bytes).unwrap().unwrap();
        batch.set_base_offset(base).unwrap();
        drop(batch);
        let (batch, _) = RecordBatch::split_first(&bytes).unwrap().unwrap();
        let end = batch.header().next_offset();
        // A batch that comes again after an answer that was lost: its producer and sequence are those of one that is there.
        let stamp = |bytes: &[u8]| bytes[43..57].to_vec();
        if let Some((known, _)) = (self.batches.iter()).find(|(_, b)| stamp(b) == stamp(&bytes)) {
            return *known;
        }
        self.batches.push((base, bytes));
        self.end = end;
        base
    }

    fn from(&self, offset: i64) -> Vec<u8> {
        let first = self.batches.partition_point(|(base, _)| *base <= offset);
        let first = match offset < self.end {
            true => first.saturating_sub(1),
            false => first,
        };
        let batches = &self.batches[first..];
        batches
            .iter()
            .flat_map(|(_, bytes)| bytes.iter().copied())
            .collect()
    }
}

fn log<'a>(
    logs: &'a mut [[Log; PARTITIONS as usize]; TOPICS.len()],
    topic: &str,
    partition: i32,
) -> &'a mut Log {
    let topic = TOPICS.iter().position(|name| *name == topic).unwrap();
    &mut logs[topic][partition as usize]
}

fn leader(topic: &str, partition: i32) -> i32 {
    (topic.len() as i32 + partition) % HOSTS.len() as i32
}

fn versions() -> ApiVersionsResponse<'static> {
    let api_keys = SERVED.map(|(api_key, min_version, max_version)| ApiVersion {
        api_key,
        min_version,
        max_version,
        ..ApiVersion::default()
    });
    ApiVersionsResponse {
        api_keys: api_keys.to_vec(),
        ..ApiVersionsResponse::default()
    }
}

fn coordinator() -> FindCoordinatorResponse<'static> {
    let found = Coordinator {
        key: GROUP,
        node_id: 0,
        host: HOSTS[0],
        port: 9092,
        ..Coordinator::default()
    };
    FindCoordinatorResponse {
        coordinators: vec![found],
        ..FindCoordinatorResponse::default()
    }
}

fn metadata(request: &MetadataRequest<'_>, at: (i16, i32)) -> Vec<u8> {
    let brokers = (0..)
        .zip(HOSTS)
        .map(|(node_id, host)| MetadataResponseBroker {
            node_id,
            host,
            port: 9092,
            ..MetadataResponseBroker::default()
        });
    let asked = request.topics.iter().flatten();
    let topics = asked.filter_map(|topic| topic.name).map(|name| {
        let partition = |partition_index| MetadataResponsePartition {
            partition_index,
            leader_id: leader(name, partition_index),
            ..MetadataResponsePartition::default()
        };
        MetadataResponseTopic {
            name: Some(name),
            partitions: (0..PARTITIONS).map(partition).collect(),
            ..MetadataResponseTopic::default()
        }
    });
    let response = MetadataResponse {
        brokers: brokers.collect(),
        cluster_id: Some("simulated"),
        topics: topics.collect(),
        ..MetadataResponse::default()
    };
    encode(&response, at)
}

pub(crate) fn read<'a, R: ReadRequest<'a>>(body: &'a [u8], (version, _): (i16, i32)) -> R {
    R::read_body(body, version).unwrap()
}

pub(crate) fn encode<'a, R: Response<'a>>(
    response: &R,
    (version, correlation_id): (i16, i32),
) -> Vec<u8> {
    let mut out = Vec::new();
    frame::encode_response(response, version, correlation_id, &mut out).unwrap();
    out
}
