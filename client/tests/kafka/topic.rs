//! A topic of its own for a test, on the real Kafka that `OTTLA_BOOTSTRAP_SERVERS` names.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ottla_client::admin::NewTopic;
use ottla_client::protocol::messages::produce::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use ottla_client::protocol::records::{BatchBuilder, BatchOptions, Compression, Compressor};
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, ClientConfig, ClientError, Lane};

/// The settings for the cluster, or `None` after one line that says why the test is skipped.
pub(crate) fn config() -> Option<ClientConfig> {
    let servers = std::env::var("OTTLA_BOOTSTRAP_SERVERS");
    if servers.is_err() {
        println!("skipped: no Kafka (OTTLA_BOOTSTRAP_SERVERS is not set)");
    }
    Some(ClientConfig::new(&servers.ok()?))
}

/// A client, or `None` after one line that says why the test is skipped.
pub(crate) async fn connect() -> Option<Client> {
    Some(Client::connect(config()?).await.unwrap())
}

/// A name that no other test and no earlier run has.
pub(crate) fn fresh_name(what: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{what}-{now}-{}-{count}", process::id())
}

pub(crate) struct Topic {
    pub(crate) name: String,
    client: Client,
}

impl Topic {
    /// A topic, usable by the time this returns.
    pub(crate) async fn create(client: &Client, what: &str, partitions: i32) -> Self {
        let name = fresh_name(what);
        create(client, &name, partitions).await;
        Self {
            name,
            client: client.clone(),
        }
    }

    pub(crate) fn partition(&self, partition: i32) -> TopicPartition {
        TopicPartition::new(self.name.as_str(), partition)
    }

    /// Appends `values` as one batch and gives the first one's offset.
    pub(crate) async fn append<V: AsRef<[u8]>>(
        &self,
        partition: i32,
        values: impl IntoIterator<Item = V>,
    ) -> i64 {
        self.append_as(partition, values, 1_000, &BatchOptions::default())
            .await
    }

    /// As `append`; record n has the timestamp `first_ms` + n.
    pub(crate) async fn append_as<V: AsRef<[u8]>>(
        &self,
        partition: i32,
        values: impl IntoIterator<Item = V>,
        first_ms: i64,
        options: &BatchOptions,
    ) -> i64 {
        let mut builder = BatchBuilder::new();
        for (at, value) in values.into_iter().enumerate() {
            builder
                .append(first_ms + at as i64, None, Some(value.as_ref()), &[])
                .unwrap();
        }
        let batch = builder.finish(options, &mut Compressor::new()).unwrap();
        self.append_batch(partition, &batch, None).await
    }

    pub(crate) async fn append_compressed(
        &self,
        partition: i32,
        values: &[String],
        compression: Compression,
    ) -> i64 {
        let options = BatchOptions {
            compression,
            ..BatchOptions::default()
        };
        self.append_as(partition, values, 1_000, &options).await
    }

    /// Appends a finished batch, in a transaction if there is an id.
    pub(crate) async fn append_batch(
        &self,
        partition: i32,
        batch: &[u8],
        transactional_id: Option<&str>,
    ) -> i64 {
        let mut backoff = self.client.backoff("produce", Duration::from_secs(20));
        loop {
            match self.append_once(partition, batch, transactional_id).await {
                Ok(offset) => return offset,
                Err(error) => backoff.pause(error).await.unwrap(),
            }
        }
    }

    async fn append_once(
        &self,
        partition: i32,
        batch: &[u8],
        transactional_id: Option<&str>,
    ) -> Result<i64, ClientError> {
        let leader = self.client.leader(&self.partition(partition)).await?;
        let request = ProduceRequest {
            transactional_id,
            acks: -1,
            timeout_ms: 10_000,
            topic_data: vec![TopicProduceData {
                name: &self.name,
                topic_id: leader.topic_id,
                partition_data: vec![PartitionProduceData {
                    index: partition,
                    records: Some(batch),
                    ..PartitionProduceData::default()
                }],
                ..TopicProduceData::default()
            }],
            ..ProduceRequest::default()
        };
        let reply = self
            .client
            .call(leader.broker, Lane::General, &request)
            .await?;
        let response = reply.parse()?;
        let answer = &response.responses[0].partition_responses[0];
        reply.check(answer.error_code, || ottla_client::error::About::Request)?;
        Ok(answer.base_offset)
    }

    pub(crate) async fn delete(&self) {
        let deleted = self.client.admin().delete_topics(&[&self.name]).await;
        deleted
            .into_iter()
            .for_each(|(_, deleted)| deleted.unwrap());
    }
}

pub(crate) async fn create(client: &Client, name: &str, partitions: i32) {
    create_with(client, NewTopic::new(name, partitions)).await;
}

pub(crate) async fn create_with(client: &Client, topic: NewTopic) {
    let created = client.admin().create_topics(&[topic]).await;
    let failed = created.into_iter().find_map(|(_, created)| created.err());
    assert!(failed.is_none(), "{failed:?}");
}
