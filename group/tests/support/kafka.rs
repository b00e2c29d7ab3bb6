//! A topic of its own for each test, on the real Kafka that `OTTLA_BOOTSTRAP_SERVERS` names.

use std::time::{Duration, Instant, SystemTime};

use ottla_client::admin::NewTopic;
use ottla_client::offsets::CommittedOffset;
use ottla_client::protocol::messages::produce::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use ottla_client::protocol::records::{BatchBuilder, BatchOptions, Compressor};
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, ClientConfig, ClientError, Lane};
use ottla_group::{Group, GroupBuilder};

/// A topic and a group that no other test has.
pub(crate) struct Place {
    pub(crate) topic: String,
    pub(crate) group: String,
    pub(crate) client: Client,
    config: ClientConfig,
}

impl Place {
    /// None, after one line that says so: there is no Kafka.
    pub(crate) async fn new(what: &str, partitions: i32) -> Option<Self> {
        let Ok(servers) = std::env::var("OTTLA_BOOTSTRAP_SERVERS") else {
            println!("skipped: no Kafka (OTTLA_BOOTSTRAP_SERVERS is not set)");
            return None;
        };
        let _ = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
            .with_test_writer()
            .try_init();
        let config = ClientConfig::new(&servers);
        let client = Client::connect(config.clone()).await.unwrap();
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_micros();
        let topic = format!("{what}-{}-{now}", std::process::id());
        let created = client
            .admin()
            .create_topics(&[NewTopic::new(topic.as_str(), partitions)])
            .await;
        assert!(created.iter().all(|(_, made)| made.is_ok()), "{created:?}");
        Some(Self {
            group: format!("group-of-{topic}"),
            topic,
            client,
            config,
        })
    }

    pub(crate) fn partition(&self, partition: i32) -> TopicPartition {
        TopicPartition::new(self.topic.as_str(), partition)
    }

    /// One member, with a client of its own.
    pub(crate) async fn member(&self) -> GroupBuilder {
        let client = Client::connect(self.config.clone()).await.unwrap();
        Group::builder(client, self.group.as_str())
            .topics([self.topic.as_str()])
            .session_timeout(Duration::from_secs(6))
            .heartbeat_interval(Duration::from_millis(300))
            .rebalance_timeout(Duration::from_secs(8))
    }

    /// Appends `count` records, as batches of ten. With the present time: a broker deletes what is older than its
    /// retention half a minute after it was started, in the middle of a test.
    pub(crate) async fn append(&self, partition: i32, count: usize) {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap();
        let now = i64::try_from(since.as_millis()).unwrap();
        for from in (0..count).step_by(10) {
            let mut builder = BatchBuilder::new();
            for at in from..count.min(from + 10) {
                let value = format!("{partition}:{at}");
                builder
                    .append(now, None, Some(value.as_bytes()), &[])
                    .unwrap();
            }
            let batch = builder
                .finish(&BatchOptions::default(), &mut Compressor::new())
                .unwrap();
            self.append_batch(partition, &batch).await;
        }
    }

    async fn append_batch(&self, partition: i32, batch: &[u8]) {
        let mut backoff = self.client.backoff("produce", Duration::from_secs(20));
        while let Err(error) = self.append_once(partition, batch).await {
            backoff.pause(error).await.unwrap();
        }
    }

    async fn append_once(&self, partition: i32, batch: &[u8]) -> Result<(), ClientError> {
        let leader = self.client.leader(&self.partition(partition)).await?;
        let request = ProduceRequest {
            transactional_id: None,
            acks: -1,
            timeout_ms: 10_000,
            topic_data: vec![TopicProduceData {
                name: &self.topic,
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
        let answer = reply.parse()?;
        let code = answer.responses[0].partition_responses[0].error_code;
        reply.check(code, || ottla_client::error::About::Request)
    }

    /// What the group has committed in Kafka, by partition.
    pub(crate) async fn committed(&self, partitions: i32) -> Vec<Option<CommittedOffset>> {
        let offsets = self.client.offsets().group(self.group.as_str());
        let wanted: Vec<_> = (0..partitions).map(|p| self.partition(p)).collect();
        let found = offsets.fetch(&wanted, true).await.unwrap();
        found.into_iter().map(|(_, found)| found.unwrap()).collect()
    }

    /// The same, offsets alone; -1 for none.
    pub(crate) async fn committed_offsets(&self, partitions: i32) -> Vec<i64> {
        let committed = self.committed(partitions).await;
        committed
            .iter()
            .map(|found| found.as_ref().map_or(-1, |found| found.next))
            .collect()
    }
}

/// Asks until the answer is yes.
pub(crate) async fn eventually(what: &str, mut is: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !is().await {
        assert!(start.elapsed() < Duration::from_secs(90), "never: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
