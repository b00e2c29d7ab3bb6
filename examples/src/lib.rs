//! The Kafka that an example talks to: yours, or an embedded cluster in its own process with ten words a partition to read.
//!
//! Everything else about an example is in its own file, beside this folder.

#![forbid(unsafe_code)]

use std::time::Duration;

use clap::Parser;
use ottla_client::producer::ProducerRecord;
use ottla_client::{Client, ClientConfig, CommittedOffset};
use ottla_embedded::EmbeddedCluster;
use ottla_protocol::types::TopicPartition;
use tokio_util::sync::CancellationToken;

const WORDS: &str = "to be or not to be that is the question";

/// Where an example reads, and as which group; from its command line.
#[derive(Debug, Parser)]
pub struct Source {
    /// The Kafka to use; without it an embedded cluster is started, filled, and gone at the end.
    #[arg(long, env = "OTTLA_BOOTSTRAP_SERVERS", value_name = "HOST:PORT")]
    bootstrap_servers: Option<String>,
    /// The topic to read.
    #[arg(default_value = "words")]
    topic: String,
    /// The group whose offsets are used.
    #[arg(default_value = "tutorial")]
    group: String,
}

impl Source {
    /// The Kafka to use. An embedded one has the topic with so many partitions, and ten records in each.
    ///
    /// # Errors
    /// What keeps an embedded cluster from starting.
    pub async fn kafka(self, partitions: i32) -> anyhow::Result<Kafka> {
        let Self { topic, group, .. } = self;
        let (servers, demo) = match self.bootstrap_servers {
            Some(servers) => (servers, None),
            None => {
                let demo = Demo::start(&topic, &group, partitions).await?;
                (demo.cluster.bootstrap_servers(), Some(demo))
            }
        };
        Ok(Kafka {
            servers,
            topic,
            group,
            demo,
        })
    }
}

/// The Kafka to use, as long as this lives.
#[derive(Debug)]
pub struct Kafka {
    /// Where it is.
    pub servers: String,
    /// The topic to read.
    pub topic: String,
    /// The group whose offsets are used.
    pub group: String,
    demo: Option<Demo>,
}

impl Kafka {
    /// In an embedded cluster the group has committed this offset of each partition before; in yours nothing is changed.
    ///
    /// # Errors
    /// What keeps an embedded cluster from taking it.
    pub async fn with_committed(self, next: i64) -> anyhow::Result<Self> {
        if let Some(demo) = &self.demo {
            demo.reader.commit(next).await?;
        }
        Ok(self)
    }

    /// Cancelled by Ctrl-C; in an embedded cluster also once the group has committed all that there is.
    #[must_use]
    pub fn stop(&self) -> CancellationToken {
        let stop = CancellationToken::new();
        let (stopped, reader) = (stop.clone(), self.demo.as_ref().map(|it| it.reader.clone()));
        tokio::spawn(async move {
            let all_read = async {
                match reader {
                    Some(reader) => reader.has_read_all().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                () = all_read => {}
            }
            stopped.cancel();
        });
        stop
    }
}

/// An embedded cluster, and the group that is to read what it holds.
#[derive(Debug)]
struct Demo {
    cluster: EmbeddedCluster,
    reader: Reader,
}

impl Demo {
    async fn start(topic: &str, group: &str, partitions: i32) -> anyhow::Result<Self> {
        let cluster = EmbeddedCluster::builder().brokers(3);
        let cluster = cluster.topic(topic, partitions).start().await?;
        let servers = cluster.bootstrap_servers();
        eprintln!("an embedded cluster at {servers} (--bootstrap-servers uses yours)");
        let client = Client::connect(ClientConfig::new(&servers)).await?;
        let producer = client.producer().build()?;
        for partition in 0..partitions {
            for word in WORDS.split(' ') {
                let record = ProducerRecord::new(topic, word).partition(partition);
                producer.send_and_forget(record).await?;
            }
        }
        producer.close().await?;
        let partitions = (0..partitions).map(|one| TopicPartition::new(topic, one));
        let reader = Reader {
            client,
            group: group.to_owned(),
            partitions: partitions.collect(),
        };
        Ok(Self { cluster, reader })
    }
}

/// The group of an example, seen from outside.
#[derive(Clone, Debug)]
struct Reader {
    client: Client,
    group: String,
    partitions: Vec<TopicPartition>,
}

impl Reader {
    async fn commit(&self, next: i64) -> anyhow::Result<()> {
        let partitions = self.partitions.iter().cloned();
        let offsets = partitions.map(|partition| (partition, CommittedOffset::new(next)));
        let offsets: Vec<_> = offsets.collect();
        let group = self.client.offsets().group(self.group.as_str());
        for (_, committed) in group.commit(None, &offsets).await? {
            committed?;
        }
        Ok(())
    }

    async fn has_read_all(&self) {
        let records = (self.partitions.len() * WORDS.split(' ').count()) as i64;
        while self.read_so_far().await < records {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// While nothing can be learnt, nothing is read.
    async fn read_so_far(&self) -> i64 {
        let group = self.client.offsets().group(self.group.as_str());
        let committed = group.fetch(&self.partitions, true).await;
        let committed = committed.into_iter().flatten();
        committed
            .filter_map(|(_, found)| Some(found.ok()??.next))
            .sum()
    }
}
