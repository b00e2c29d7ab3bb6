//! A cluster in memory, in paused time, and clients of it; what is left of them can be counted.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use ottla_client::connect::{Connect, Connecting, Stream};
use ottla_client::error::{ConnectFault, Peer};
use ottla_client::producer::ProducerRecord;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, ClientConfig, CommittedOffset};
use ottla_embedded::{EmbeddedCluster, Listener, Network};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::sleep;

pub(crate) const TOPIC: &str = "orders";
pub(crate) const GROUP: &str = "billing";
/// In each of two partitions.
pub(crate) const RECORDS: i64 = 12;

/// Pipes in memory, by the port of who listens.
#[derive(Clone, Default)]
pub(crate) struct Pipes {
    listening: Arc<Mutex<BTreeMap<u16, mpsc::Sender<DuplexStream>>>>,
    open: Arc<AtomicUsize>,
}

pub(crate) struct PipeListener {
    address: SocketAddr,
    incoming: mpsc::Receiver<DuplexStream>,
}

impl Network for Pipes {
    type Listener = PipeListener;

    async fn bind(&self, address: SocketAddr) -> io::Result<PipeListener> {
        let (sender, incoming) = mpsc::channel(64);
        self.listening
            .lock()
            .unwrap()
            .insert(address.port(), sender);
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

impl fmt::Debug for Pipes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pipes")
    }
}

impl Connect for Pipes {
    fn connect<'a>(&'a self, peer: &'a Peer) -> Connecting<'a> {
        Box::pin(async move {
            let refused =
                || ConnectFault::Refused(Arc::new(io::ErrorKind::ConnectionRefused.into()));
            let listening = self.listening.lock().unwrap().get(&peer.port).cloned();
            let (ours, theirs) = duplex(1 << 16);
            // A network takes a moment.
            sleep(Duration::from_millis(1)).await;
            let sent = listening.ok_or_else(refused)?.send(theirs).await;
            sent.map_err(|_| refused())?;
            self.open.fetch_add(1, Ordering::Relaxed);
            Ok(Box::new(Counted(ours, Arc::clone(&self.open))) as Box<dyn Stream>)
        })
    }
}

struct Counted(DuplexStream, Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::Relaxed);
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// Two brokers with records and a group's offsets.
pub(crate) struct World {
    /// Not all tests that have a world look at it.
    #[allow(dead_code, reason = "one file for three crates")]
    pub(crate) cluster: EmbeddedCluster<Pipes>,
    pipes: Pipes,
    tasks: usize,
}

impl World {
    pub(crate) async fn start() -> Self {
        let pipes = Pipes::default();
        let cluster = EmbeddedCluster::builder()
            .brokers(2)
            .seed(1)
            .topic(TOPIC, 2)
            .listen(SocketAddr::from(([127, 0, 0, 1], 9_092)))
            .config("group.initial.rebalance.delay.ms", "0")
            .network(pipes.clone())
            .start()
            .await
            .unwrap();
        let mut world = Self {
            cluster,
            pipes,
            tasks: 0,
        };
        world.fill().await;
        sleep(Duration::from_secs(5)).await;
        world.tasks = alive();
        world
    }

    async fn fill(&self) {
        let client = self.client().await;
        let producer = client.producer().build().unwrap();
        for partition in 0..2 {
            for number in 0..RECORDS {
                let value = number.to_string();
                let record = ProducerRecord::new(TOPIC, &value).partition(partition);
                producer.send_and_forget(record).await.unwrap();
            }
        }
        producer.close().await.unwrap();
        let offset = [(TopicPartition::new(TOPIC, 0), CommittedOffset::new(3))];
        let committed = client.offsets().group(GROUP).commit(None, &offset).await;
        committed.unwrap();
    }

    pub(crate) fn config(&self) -> ClientConfig {
        ClientConfig::new("127.0.0.1:9092,127.0.0.1:9093")
            .connector(Arc::new(self.pipes.clone()))
            .seed(7)
    }

    pub(crate) async fn client(&self) -> Client {
        Client::connect(self.config()).await.unwrap()
    }

    /// Once clients are gone, so are their connections and tasks.
    pub(crate) async fn nothing_is_left(&self) {
        sleep(Duration::from_secs(5)).await;
        assert_eq!(self.pipes.open.load(Ordering::Relaxed), 0, "connections");
        assert_eq!(alive(), self.tasks, "tasks");
    }
}

fn alive() -> usize {
    Handle::current().metrics().num_alive_tasks()
}
