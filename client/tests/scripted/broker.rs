//! A broker on loopback that does as it is told: answers what a client needs to feel at home, and misbehaves on demand.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use ottla_client::protocol::api::{ApiKey, Response};
use ottla_client::protocol::frame;
use ottla_client::protocol::messages::api_versions::{ApiVersion, ApiVersionsResponse};
use ottla_client::protocol::messages::find_coordinator::{Coordinator, FindCoordinatorResponse};
use ottla_client::protocol::messages::heartbeat::HeartbeatResponse;
use ottla_client::protocol::messages::metadata::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What all connections of a broker share.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// The brokers' ports that metadata names; their ids are their places.
    pub(crate) cluster: Mutex<Vec<u16>>,
    /// The one topic there is, and how many partitions it has.
    pub(crate) topic: Mutex<Option<(&'static str, i32)>>,
    /// Whether requests are taken and never answered.
    pub(crate) frozen: AtomicBool,
    /// Connections taken so far.
    pub(crate) connections: AtomicUsize,
    /// Connections open now.
    pub(crate) open: AtomicUsize,
    /// Metadata requests answered so far.
    pub(crate) metadata: AtomicUsize,
}

pub(crate) struct Broker {
    pub(crate) port: u16,
    pub(crate) script: Arc<Script>,
    tasks: JoinSet<()>,
}

impl Broker {
    /// Starts a broker that is a cluster of its own.
    pub(crate) async fn alone() -> Self {
        let broker = Self::on(0).await;
        broker.script.cluster.lock().unwrap().push(broker.port);
        broker
    }

    /// Starts a broker on this port; 0: any.
    pub(crate) async fn on(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let script = Arc::new(Script::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, Arc::clone(&script)));
        Self {
            port,
            script,
            tasks,
        }
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn cluster(self, ports: &[u16]) -> Self {
        *self.script.cluster.lock().unwrap() = ports.to_vec();
        self
    }

    /// Ends all connections and frees the port.
    pub(crate) async fn stop(mut self) -> u16 {
        self.tasks.shutdown().await;
        self.port
    }
}

async fn accept(listener: TcpListener, script: Arc<Script>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        script.connections.fetch_add(1, Ordering::SeqCst);
        let script = Arc::clone(&script);
        connections.spawn(async move {
            script.open.fetch_add(1, Ordering::SeqCst);
            let _ = serve(stream, &script).await;
            script.open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

async fn serve(mut stream: TcpStream, script: &Script) -> std::io::Result<()> {
    loop {
        let mut request = vec![0; stream.read_i32().await? as usize];
        stream.read_exact(&mut request).await?;
        if !script.frozen.load(Ordering::SeqCst) {
            stream.write_all(&answer(&request, script)).await?;
        }
    }
}

fn answer(request: &[u8], script: &Script) -> Vec<u8> {
    let (header, _) = frame::request_header(request).unwrap();
    let at = (header.api_version, header.correlation_id);
    match ApiKey::from_code(header.api_key).unwrap() {
        ApiKey::ApiVersions => {
            let served = [(3, 4, 12), (10, 0, 4), (12, 0, 4), (18, 0, 4)];
            let api_keys = served.map(|(api_key, min_version, max_version)| ApiVersion {
                api_key,
                min_version,
                max_version,
                ..ApiVersion::default()
            });
            encode(
                &ApiVersionsResponse {
                    api_keys: api_keys.to_vec(),
                    ..ApiVersionsResponse::default()
                },
                at,
            )
        }
        ApiKey::Metadata => {
            script.metadata.fetch_add(1, Ordering::SeqCst);
            encode(&metadata(script), at)
        }
        ApiKey::FindCoordinator => {
            let port = i32::from(script.cluster.lock().unwrap()[0]);
            let found = Coordinator {
                key: "group",
                node_id: 0,
                host: "127.0.0.1",
                port,
                ..Coordinator::default()
            };
            encode(
                &FindCoordinatorResponse {
                    coordinators: vec![found],
                    ..FindCoordinatorResponse::default()
                },
                at,
            )
        }
        ApiKey::Heartbeat => encode(&HeartbeatResponse::default(), at),
        other => panic!("{other} is not in the script"),
    }
}

fn metadata(script: &Script) -> MetadataResponse<'static> {
    let broker = |(node_id, port): (i32, &u16)| MetadataResponseBroker {
        node_id,
        host: "127.0.0.1",
        port: (*port).into(),
        ..MetadataResponseBroker::default()
    };
    let partition = |partition_index| MetadataResponsePartition {
        partition_index,
        ..MetadataResponsePartition::default()
    };
    let topic = |(name, count): (&'static str, i32)| MetadataResponseTopic {
        name: Some(name),
        partitions: (0..count).map(partition).collect(),
        ..MetadataResponseTopic::default()
    };
    MetadataResponse {
        brokers: (0..)
            .zip(&*script.cluster.lock().unwrap())
            .map(broker)
            .collect(),
        cluster_id: Some("scripted"),
        topics: script
            .topic
            .lock()
            .unwrap()
            .iter()
            .copied()
            .map(topic)
            .collect(),
        ..MetadataResponse::default()
    }
}

fn encode<'a, R: Response<'a>>(response: &R, (version, correlation_id): (i16, i32)) -> Vec<u8> {
    let mut out = Vec::new();
    frame::encode_response(response, version, correlation_id, &mut out).unwrap();
    out
}
