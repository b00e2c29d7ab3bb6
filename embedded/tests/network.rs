//! A cluster on a network of one's own, in paused time: what simulation needs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use ottla_embedded::protocol::messages::api_versions::{ApiVersionsRequest, ApiVersionsResponse};
use ottla_embedded::protocol::messages::fetch::{FetchPartition, FetchRequest, FetchTopic};
use ottla_embedded::protocol::{Request, Response, frame};
use ottla_embedded::{EmbeddedCluster, Listener, Network};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Pipes in memory: whoever has a sender connects.
#[derive(Clone, Default)]
struct Pipes(Arc<Mutex<Vec<mpsc::Sender<DuplexStream>>>>);

struct PipeListener {
    address: SocketAddr,
    incoming: mpsc::Receiver<DuplexStream>,
}

impl Network for Pipes {
    type Listener = PipeListener;

    async fn bind(&self, address: SocketAddr) -> io::Result<PipeListener> {
        // Where binding takes a while, something else may happen meanwhile.
        tokio::task::yield_now().await;
        let (sender, incoming) = mpsc::channel(8);
        self.0.lock().unwrap().push(sender);
        Ok(PipeListener { address, incoming })
    }
}

impl Listener for PipeListener {
    type Stream = DuplexStream;

    async fn accept(&mut self) -> io::Result<(DuplexStream, SocketAddr)> {
        match self.incoming.recv().await {
            Some(stream) => Ok((stream, self.address)),
            None => std::future::pending().await,
        }
    }

    fn local_address(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Pipes {
    async fn connect(&self) -> DuplexStream {
        let (ours, theirs) = duplex(1 << 16);
        let broker = self.0.lock().unwrap()[0].clone();
        broker.send(theirs).await.unwrap();
        ours
    }
}

/// Sends a request and reads its answer, without the length.
async fn call<R: Request>(stream: &mut DuplexStream, request: &R, version: i16) -> Vec<u8> {
    let mut out = Vec::new();
    frame::encode_request(request, version, 1, None, &mut out).unwrap();
    stream.write_all(&out).await.unwrap();
    let length = stream.read_i32().await.unwrap();
    let mut answer = vec![0; length as usize];
    stream.read_exact(&mut answer).await.unwrap();
    answer
}

#[tokio::test(start_paused = true)]
async fn any_stream_will_do_and_waiting_takes_no_time() {
    let pipes = Pipes::default();
    let builder = EmbeddedCluster::builder().topic("orders", 1);
    let cluster = builder.network(pipes.clone()).start().await.unwrap();
    let mut stream = pipes.connect().await;
    let named = ApiVersionsRequest {
        client_software_name: "test",
        client_software_version: "1",
        ..Default::default()
    };
    let answer = call(&mut stream, &named, 4).await;
    let response = ApiVersionsResponse::read_body(&answer[4..], 4).unwrap();
    assert!(response.api_keys.len() > 40);

    let started = Instant::now();
    let fetch = FetchRequest {
        max_wait_ms: 60_000,
        min_bytes: 1,
        topics: vec![FetchTopic {
            topic: "orders",
            partitions: vec![FetchPartition {
                partition_max_bytes: 100,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    call(&mut stream, &fetch, 12).await;
    let waited = started.elapsed();
    assert!((59_999..60_100).contains(&waited.as_millis()), "{waited:?}");
    cluster.shutdown().await;
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "closed");
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_is_started_twice_at_once_listens_once() {
    let pipes = Pipes::default();
    let builder = EmbeddedCluster::builder().network(pipes.clone());
    let cluster = builder.start().await.unwrap();
    cluster.stop_broker(1).await.unwrap();
    let (one, other) = tokio::join!(cluster.start_broker(1), cluster.start_broker(1));
    assert!(one.is_ok() && other.is_ok());
    let listening = || {
        let senders = pipes.0.lock().unwrap();
        senders.iter().filter(|sender| !sender.is_closed()).count()
    };
    assert_eq!(listening(), 1);
    cluster.stop_broker(1).await.unwrap();
    assert_eq!(listening(), 0);
}
