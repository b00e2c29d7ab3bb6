//! The task on its own, with time that stands still unless it is told to pass: how often it is woken.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use ottla_protocol::api::{ApiKey, ReadRequest, Response};
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::frame;
use ottla_protocol::messages::api_versions::{ApiVersion, ApiVersionsResponse};
use ottla_protocol::messages::metadata::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use ottla_protocol::messages::produce::{
    PartitionProduceResponse, ProduceRequest, ProduceResponse, TopicProduceResponse,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::yield_now;
use tokio::time::{advance, sleep};

use super::*;
use crate::config::ClientConfig;
use crate::connect::{Connect, Connecting, Stream};
use crate::error::Peer;
use crate::producer::ProducerRecord;

const TOPIC: &str = "orders";

/// One broker, which always wants another try of partition 0, and is still thinking about partition 1.
#[derive(Debug)]
struct Broker;

impl Connect for Broker {
    fn connect<'a>(&'a self, _: &'a Peer) -> Connecting<'a> {
        let (ours, theirs) = duplex(1 << 16);
        tokio::spawn(async move { serve(theirs).await });
        Box::pin(async move { Ok(Box::new(ours) as Box<dyn Stream>) })
    }
}

async fn serve(mut stream: DuplexStream) -> std::io::Result<()> {
    loop {
        let mut request = vec![0; stream.read_i32().await? as usize];
        stream.read_exact(&mut request).await?;
        if let Some(answer) = respond(&request) {
            stream.write_all(&answer).await?;
        }
    }
}

fn respond(request: &[u8]) -> Option<Vec<u8>> {
    let (header, rest) = frame::request_header(request).unwrap();
    let at = (header.api_version, header.correlation_id);
    Some(match ApiKey::from_code(header.api_key).unwrap() {
        ApiKey::ApiVersions => encode(&versions(), at),
        ApiKey::Metadata => encode(&metadata(), at),
        ApiKey::Produce => {
            let request = ProduceRequest::read_body(rest, at.0).unwrap();
            let index = request.topic_data[0].partition_data[0].index;
            if index == 1 {
                return None;
            }
            encode(&again(index), at)
        }
        other => panic!("nobody asks for {other:?}"),
    })
}

fn encode<'a>(response: &impl Response<'a>, (version, correlation_id): (i16, i32)) -> Vec<u8> {
    let mut out = Vec::new();
    frame::encode_response(response, version, correlation_id, &mut out).unwrap();
    out
}

fn versions() -> ApiVersionsResponse<'static> {
    let served = [(0, 3, 9), (3, 4, 12), (18, 0, 4)];
    let api_keys = served.map(|(api_key, min_version, max_version)| ApiVersion {
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

fn metadata() -> MetadataResponse<'static> {
    let partition = |partition_index| MetadataResponsePartition {
        partition_index,
        ..MetadataResponsePartition::default()
    };
    MetadataResponse {
        brokers: vec![MetadataResponseBroker {
            host: "broker",
            port: 9092,
            ..MetadataResponseBroker::default()
        }],
        topics: vec![MetadataResponseTopic {
            name: Some(TOPIC),
            partitions: vec![partition(0), partition(1)],
            ..MetadataResponseTopic::default()
        }],
        ..MetadataResponse::default()
    }
}

fn again(index: i32) -> ProduceResponse<'static> {
    ProduceResponse {
        responses: vec![TopicProduceResponse {
            name: TOPIC,
            partition_responses: vec![PartitionProduceResponse {
                index,
                error_code: ErrorCode::NOT_ENOUGH_REPLICAS.code(),
                ..PartitionProduceResponse::default()
            }],
            ..TopicProduceResponse::default()
        }],
        ..ProduceResponse::default()
    }
}

/// Counts how often a task is polled.
struct Counted<F>(Pin<Box<F>>, Arc<AtomicUsize>);

impl<F: Future> Future for Counted<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.as_mut().poll(cx)
    }
}

/// It was taken for the next thing to wake at, and so the task span for as long as the broker thought.
#[tokio::test(start_paused = true)]
async fn a_pause_that_is_over_wakes_nobody_while_the_broker_is_busy() {
    let config = ClientConfig::new("broker:9092")
        .connector(Arc::new(Broker))
        .enable_idempotence(false)
        .max_in_flight_requests_per_connection(1_usize)
        .retry_backoff(Duration::from_millis(100))
        .linger(Duration::ZERO);
    let client = Client::connect(config).await.unwrap();
    assert_eq!(client.partitions(TOPIC).await.unwrap(), 2);
    let settings = Settings::of(client.config());
    let shared = Arc::new(Shared::new(&client, &settings));
    shared.accumulator().learn(TOPIC, 2);
    let polls = Arc::new(AtomicUsize::new(0));
    let sender = Sender::new(Arc::clone(&shared), client.clone(), settings);
    let running = Box::pin(sender.run(CancellationToken::new()));
    tokio::spawn(Counted(running, Arc::clone(&polls)));

    let record = |partition| ProducerRecord::new(TOPIC, "value").partition(partition);
    // Refused, so that partition 0 pauses; then the broker has partition 1 to think about.
    let paused = shared.append(&record(0), 0, true).unwrap();
    sleep(Duration::from_millis(10)).await;
    let busy = shared.append(&record(1), 0, true).unwrap();
    sleep(Duration::from_millis(10)).await;
    advance(Duration::from_millis(500)).await;
    let before = polls.load(Ordering::Relaxed);
    for _ in 0..100 {
        yield_now().await;
    }
    let woken = polls.load(Ordering::Relaxed) - before;
    assert!(woken < 10, "polled {woken} times in no time");
    drop((paused, busy));
}
