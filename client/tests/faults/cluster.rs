//! Two brokers on loopback that share one partition's log and misbehave at random, from a seed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use ottla_client::protocol::api::{ApiKey, ReadRequest, Response};
use ottla_client::protocol::frame;
use ottla_client::protocol::messages::api_versions::{ApiVersion, ApiVersionsResponse};
use ottla_client::protocol::messages::fetch::{
    FetchPartition, FetchRequest, FetchResponse, FetchableTopicResponse, PartitionData,
};
use ottla_client::protocol::messages::metadata::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use ottla_client::protocol::records::{BatchBuilder, BatchOptions, Compression, Compressor};
use ottla_client::protocol::types::TopicId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

pub(crate) const TOPIC: &str = "orders";
const TOPIC_ID: TopicId = TopicId(*b"a topic's own id");

/// Codes that a leader may answer with while all is well a moment later.
const PASSING: [i16; 5] = [6, 9, 56, 78, -1];

pub(crate) struct Cluster {
    pub(crate) ports: Vec<u16>,
    pub(crate) state: Arc<Mutex<State>>,
    _brokers: JoinSet<()>,
}

pub(crate) struct State {
    dice: u64,
    leader: usize,
    epoch: i32,
    /// Each batch with the offset after it.
    log: Vec<(i64, Vec<u8>)>,
    /// Of a hundred answers, how many are wrong.
    faults: u64,
    /// Where bytes were damaged, and how often: too often would count as damage on the disk.
    damaged: HashMap<i64, u32>,
    /// The newest version of Fetch: up to 12 topics go by name, from 13 on by id.
    newest_fetch: i16,
    pub(crate) faults_done: usize,
}

impl Cluster {
    pub(crate) async fn start(seed: u64, faults: u64, newest_fetch: i16) -> Self {
        let state = State {
            dice: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            leader: 0,
            epoch: 3,
            log: Vec::new(),
            faults,
            damaged: HashMap::new(),
            newest_fetch,
            faults_done: 0,
        };
        let (state, mut brokers, mut ports, mut listeners) =
            (Arc::new(Mutex::new(state)), JoinSet::new(), vec![], vec![]);
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

    /// Appends `count` records whose value is their offset, in batches of random size.
    pub(crate) fn append(&self, count: i64) {
        let mut state = self.state.lock().unwrap();
        let mut next = state.end();
        let end = next + count;
        while next < end {
            let size = 1 + (state.roll() % 9) as i64;
            let last = end.min(next + size);
            let kinds = [
                Compression::None,
                Compression::None,
                Compression::Lz4,
                Compression::Zstd,
            ];
            let compression = kinds[(state.roll() % 4) as usize];
            state.log.push((last, batch(next..last, compression)));
            next = last;
        }
    }
}

fn batch(offsets: std::ops::Range<i64>, compression: Compression) -> Vec<u8> {
    let options = BatchOptions {
        base_offset: offsets.start,
        compression,
        ..BatchOptions::default()
    };
    let mut builder = BatchBuilder::new();
    for offset in offsets {
        builder
            .append(0, None, Some(offset.to_string().as_bytes()), &[])
            .unwrap();
    }
    builder.finish(&options, &mut Compressor::new()).unwrap()
}

impl State {
    fn roll(&mut self) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice >> 8
    }

    fn end(&self) -> i64 {
        self.log.last().map_or(0, |(next, _)| *next)
    }

    fn elect(&mut self) {
        self.leader = 1 - self.leader;
        self.epoch += 1;
    }

    /// What this broker answers for the partition: a code, and the records.
    fn serve(&mut self, broker: usize, ask: &FetchPartition) -> (i16, Vec<u8>) {
        if broker != self.leader {
            return (6, Vec::new());
        }
        match ask.current_leader_epoch {
            epoch if epoch < self.epoch => return (74, Vec::new()),
            epoch if epoch > self.epoch => return (76, Vec::new()),
            _ => {}
        }
        let reach = 1 + (self.roll() % 4) as usize;
        let holding = self.log.iter().filter(|(next, _)| *next > ask.fetch_offset);
        let mut batches: Vec<Vec<u8>> = holding
            .take(reach)
            .map(|(_, bytes)| bytes.clone())
            .collect();
        if batches.len() > 1 && self.roll().is_multiple_of(3) {
            let cut = self.roll() as usize;
            batches
                .last_mut()
                .into_iter()
                .for_each(|last| last.truncate(cut % last.len()));
        }
        if self.roll() % 100 >= self.faults {
            return (0, batches.concat());
        }
        self.faults_done += 1;
        self.misbehave(ask.fetch_offset, batches.concat())
    }

    fn may_damage(&mut self, offset: i64) -> bool {
        let times = self.damaged.entry(offset).or_default();
        *times += 1;
        *times <= 2
    }

    fn misbehave(&mut self, offset: i64, mut records: Vec<u8>) -> (i16, Vec<u8>) {
        match self.roll() % 4 {
            0 => {
                self.elect();
                (6, Vec::new())
            }
            1 if !records.is_empty() && self.may_damage(offset) => {
                // Behind the first header: nothing but the checksum can tell.
                let at = 61.min(records.len() - 1) + self.roll() as usize % 4;
                let at = at.min(records.len() - 1);
                records[at] ^= 0x10;
                (0, records)
            }
            2 => (PASSING[(self.roll() % 5) as usize], Vec::new()),
            _ => (0, Vec::new()),
        }
    }
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
) -> std::io::Result<()> {
    loop {
        let mut request = vec![0; stream.read_i32().await? as usize];
        stream.read_exact(&mut request).await?;
        let answer = answer(id, &request, ports, state);
        let broken = {
            let mut state = state.lock().unwrap();
            let breaks = answer.len() > 300 && state.roll() % 300 < state.faults;
            breaks.then(|| state.roll() as usize % answer.len())
        };
        if let Some(at) = broken {
            return stream.write_all(&answer[..at]).await;
        }
        stream.write_all(&answer).await?;
    }
}

fn answer(id: usize, request: &[u8], ports: &[u16], state: &Mutex<State>) -> Vec<u8> {
    let (header, rest) = frame::request_header(request).unwrap();
    let at = (header.api_version, header.correlation_id);
    match ApiKey::from_code(header.api_key).unwrap() {
        ApiKey::ApiVersions => encode(&versions(state), at),
        ApiKey::Metadata => encode(&metadata(ports, &state.lock().unwrap()), at),
        ApiKey::Fetch => fetch(
            id,
            &FetchRequest::read_body(rest, at.0).unwrap(),
            &mut state.lock().unwrap(),
            at,
        ),
        other => panic!("nobody asks for {other:?}"),
    }
}

fn fetch(id: usize, request: &FetchRequest<'_>, state: &mut State, at: (i16, i32)) -> Vec<u8> {
    let ask = &request.topics[0].partitions[0];
    let (error_code, records) = state.serve(id, ask);
    let data = PartitionData {
        error_code,
        high_watermark: state.end(),
        last_stable_offset: state.end(),
        records: Some(&records),
        ..PartitionData::default()
    };
    // The same partition twice in one answer (S21).
    let times = if state.roll() % 100 < state.faults {
        2
    } else {
        1
    };
    let response = FetchResponse {
        responses: vec![FetchableTopicResponse {
            topic: TOPIC,
            topic_id: TOPIC_ID,
            partitions: vec![data; times],
            ..FetchableTopicResponse::default()
        }],
        ..FetchResponse::default()
    };
    encode(&response, at)
}

fn versions(state: &Mutex<State>) -> ApiVersionsResponse<'static> {
    let newest_fetch = state.lock().unwrap().newest_fetch;
    let served = [(1, 4, newest_fetch), (3, 4, 12), (18, 0, 4)];
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
