//! Two brokers on loopback that share one partition's log, keep idempotent producers apart as Kafka does, and misbehave at random, from a
//! seed.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};

use ottla_client::protocol::api::{ApiKey, ReadRequest, Response};
use ottla_client::protocol::frame;
use ottla_client::protocol::messages::api_versions::{ApiVersion, ApiVersionsResponse};
use ottla_client::protocol::messages::init_producer_id::InitProducerIdResponse;
use ottla_client::protocol::messages::metadata::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use ottla_client::protocol::messages::produce::{
    LeaderIdAndEpoch, PartitionProduceResponse, ProduceRequest, ProduceResponse,
    TopicProduceResponse,
};
use ottla_client::protocol::records::{Decompressor, RecordBatch};
use ottla_client::protocol::types::TopicId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

pub(crate) const TOPIC: &str = "orders";
const TOPIC_ID: TopicId = TopicId(*b"a topic's own id");

pub(crate) struct Cluster {
    pub(crate) ports: Vec<u16>,
    pub(crate) state: Arc<Mutex<State>>,
    _brokers: JoinSet<()>,
}

pub(crate) struct State {
    dice: u64,
    leader: usize,
    epoch: i32,
    /// The values, each at its offset.
    pub(crate) log: Vec<String>,
    producer_epoch: i16,
    /// `None`: nothing is known of the producer, any sequence will do.
    next: Option<i32>,
    last: VecDeque<(i32, i32, i64)>,
    /// Of a hundred produce requests, how many go wrong.
    faults: u64,
    newest_produce: i16,
    pub(crate) faults_done: usize,
}

/// What becomes of a produce request.
enum Fate {
    Answer(PartitionProduceResponse<'static>),
    /// The connection breaks, before or after the batch is appended.
    Break,
}

impl Cluster {
    pub(crate) async fn start(seed: u64, faults: u64, newest_produce: i16) -> Self {
        let state = Arc::new(Mutex::new(State {
            dice: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            leader: 0,
            epoch: 3,
            log: Vec::new(),
            producer_epoch: -1,
            next: None,
            last: VecDeque::new(),
            faults,
            newest_produce,
            faults_done: 0,
        }));
        let (mut brokers, mut ports, mut listeners) = (JoinSet::new(), vec![], vec![]);
        for _ in 0..2 {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            ports.push(listener.local_addr().unwrap().port());
            listeners.push(listener);
        }
        for (id, listener) in listeners.into_iter().enumerate() {
            brokers.spawn(accept(id, listener, ports.clone(), Arc::clone(&state)));
        }
        Self {
            ports,
            state,
            _brokers: brokers,
        }
    }
}

impl State {
    fn roll(&mut self) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice >> 8
    }

    fn produce(&mut self, broker: usize, records: &[u8]) -> Fate {
        if broker != self.leader {
            return self.moved();
        }
        if self.roll() % 100 >= self.faults {
            return self.append(records);
        }
        self.faults_done += 1;
        match self.roll() % 6 {
            0 => {
                self.leader = 1 - self.leader;
                self.epoch += 1;
                self.moved()
            }
            1 => Fate::Break,
            2 => {
                self.append(records);
                Fate::Break
            }
            3 => answer(19, -1),
            after => match self.append(records) {
                Fate::Answer(appended) if appended.error_code == 0 => {
                    answer(if after == 4 { 20 } else { 7 }, -1)
                }
                refused => refused,
            },
        }
    }

    /// Every other broker tells who leads instead, as far as the version allows it.
    fn moved(&mut self) -> Fate {
        let told = self.newest_produce >= 10 && self.roll().is_multiple_of(2);
        let mut refused = answer(6, -1);
        if let (true, Fate::Answer(refused)) = (told, &mut refused) {
            refused.current_leader = LeaderIdAndEpoch {
                leader_id: self.leader as i32,
                leader_epoch: self.epoch,
                ..LeaderIdAndEpoch::default()
            };
        }
        refused
    }

    fn append(&mut self, records: &[u8]) -> Fate {
        let (batch, rest) = RecordBatch::split_first(records).unwrap().unwrap();
        assert!(rest.is_empty(), "one batch a partition");
        batch.check_crc().unwrap();
        let (epoch, base, count) = (
            batch.producer_epoch(),
            batch.base_sequence(),
            batch.record_count(),
        );
        let known = self.last.iter().find(|(b, c, _)| (*b, *c) == (base, count));
        if let Some((_, _, offset)) = known.filter(|_| epoch == self.producer_epoch) {
            return answer(0, *offset);
        }
        let due = if epoch > self.producer_epoch {
            self.next.map(|_| 0)
        } else {
            self.next
        };
        if epoch < self.producer_epoch {
            return answer(47, -1);
        }
        if due.is_some_and(|due| due != base) {
            return answer(45, -1);
        }
        if epoch > self.producer_epoch {
            self.last.clear();
        }
        let offset = self.log.len() as i64;
        let mut buffer = Vec::new();
        let values = batch
            .records(&mut Decompressor::new(), 1 << 20, &mut buffer)
            .unwrap();
        let text = |value: Option<&[u8]>| String::from_utf8(value.unwrap().to_vec()).unwrap();
        self.log
            .extend(values.map(|record| text(record.unwrap().value)));
        self.producer_epoch = epoch;
        self.next = Some(base + count);
        self.last.push_back((base, count, offset));
        if self.last.len() > 5 {
            self.last.pop_front();
        }
        answer(0, offset)
    }
}

fn answer(error_code: i16, base_offset: i64) -> Fate {
    Fate::Answer(PartitionProduceResponse {
        error_code,
        base_offset,
        ..PartitionProduceResponse::default()
    })
}

async fn accept(id: usize, listener: TcpListener, ports: Vec<u16>, state: Arc<Mutex<State>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (ports, state) = (ports.clone(), Arc::clone(&state));
        connections.spawn(async move {
            let _ = serve(id, stream, &ports, &state).await;
        });
    }
}

async fn serve(
    id: usize,
    mut stream: TcpStream,
    ports: &[u16],
    state: &Mutex<State>,
) -> io::Result<()> {
    loop {
        let mut request = vec![0; stream.read_i32().await? as usize];
        stream.read_exact(&mut request).await?;
        let Some(answer) = respond(id, &request, ports, &mut state.lock().unwrap()) else {
            return Ok(());
        };
        stream.write_all(&answer).await?;
    }
}

/// `None`: the connection breaks instead.
fn respond(id: usize, request: &[u8], ports: &[u16], state: &mut State) -> Option<Vec<u8>> {
    let (header, rest) = frame::request_header(request).unwrap();
    let at = (header.api_version, header.correlation_id);
    Some(match ApiKey::from_code(header.api_key).unwrap() {
        ApiKey::ApiVersions => encode(&versions(state), at),
        ApiKey::Metadata => encode(&metadata(ports, state), at),
        ApiKey::InitProducerId => encode(&identity(state), at),
        ApiKey::Produce => {
            let request = ProduceRequest::read_body(rest, at.0).unwrap();
            let records = request.topic_data[0].partition_data[0].records.unwrap();
            let Fate::Answer(partition) = state.produce(id, records) else {
                return None;
            };
            let response = ProduceResponse {
                responses: vec![TopicProduceResponse {
                    name: TOPIC,
                    topic_id: TOPIC_ID,
                    partition_responses: vec![partition],
                    ..TopicProduceResponse::default()
                }],
                ..ProduceResponse::default()
            };
            encode(&response, at)
        }
        other => panic!("nobody asks for {other:?}"),
    })
}

/// A broker that has just started has no ids to give yet.
fn identity(state: &mut State) -> InitProducerIdResponse {
    let loading = state.roll() % 100 < state.faults;
    InitProducerIdResponse {
        error_code: if loading { 14 } else { 0 },
        producer_id: 7,
        ..InitProducerIdResponse::default()
    }
}

fn versions(state: &State) -> ApiVersionsResponse<'static> {
    let served = [
        (0, 3, state.newest_produce),
        (3, 4, 12),
        (18, 0, 4),
        (22, 0, 5),
    ];
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

fn metadata(ports: &[u16], state: &State) -> MetadataResponse<'static> {
    let broker = |(node_id, port): (i32, &u16)| MetadataResponseBroker {
        node_id,
        host: "127.0.0.1",
        port: (*port).into(),
        ..MetadataResponseBroker::default()
    };
    let partition = MetadataResponsePartition {
        leader_id: state.leader as i32,
        leader_epoch: state.epoch,
        ..MetadataResponsePartition::default()
    };
    MetadataResponse {
        brokers: (0..).zip(ports).map(broker).collect(),
        cluster_id: Some("faulty"),
        topics: vec![MetadataResponseTopic {
            name: Some(TOPIC),
            topic_id: TOPIC_ID,
            partitions: vec![partition],
            ..MetadataResponseTopic::default()
        }],
        ..MetadataResponse::default()
    }
}

fn encode<'a, R: Response<'a>>(response: &R, (version, correlation_id): (i16, i32)) -> Vec<u8> {
    let mut out = Vec::new();
    frame::encode_response(response, version, correlation_id, &mut out).unwrap();
    out
}
