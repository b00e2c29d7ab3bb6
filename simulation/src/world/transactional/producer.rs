//! A transactional producer, request by request: ottla-client's own has no transactions yet.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use ottla_client::protocol::api::Request;
use ottla_client::protocol::error_code::ErrorCode;
use ottla_client::protocol::messages::add_offsets_to_txn::AddOffsetsToTxnRequest;
use ottla_client::protocol::messages::add_partitions_to_txn::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnTopic,
};
use ottla_client::protocol::messages::end_txn::EndTxnRequest;
use ottla_client::protocol::messages::find_coordinator::FindCoordinatorRequest;
use ottla_client::protocol::messages::init_producer_id::InitProducerIdRequest;
use ottla_client::protocol::messages::produce::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use ottla_client::protocol::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use ottla_client::protocol::records::{BatchBuilder, BatchOptions, Compressor};
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{CallOptions, Client, ClientError, Lane, Reply};
use tokio::time::{Instant, sleep};

use crate::history::{Key, Payload, Place};
use crate::world::GROUP;
use crate::world::recorder::topic;

/// So long a request of a transaction may be tried; its end is tried until it is known.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(200);

/// KIP-890: with 2 the epoch rises with each end, and a record takes its partition into the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

/// What an answer means for what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Done,
    /// Another producer has the id, or the coordinator took it away.
    Fenced,
    Refused(ErrorCode),
    /// No answer in time: nobody knows.
    Unknown,
}

/// A record to be written.
pub(super) struct New {
    pub(super) payload: Payload,
    pub(super) key: Key,
    pub(super) value: Vec<u8>,
}

pub(super) struct Producer {
    client: Client,
    id: String,
    version: Version,
    timeout: Duration,
    producer_id: i64,
    epoch: i16,
    sequences: BTreeMap<Place, i32>,
    added: Vec<Place>,
    /// -1: not known.
    coordinator: Arc<AtomicI32>,
}

impl Producer {
    pub(super) fn new(client: &Client, id: String, version: Version, timeout: Duration) -> Self {
        Self {
            client: client.clone(),
            id,
            version,
            timeout,
            producer_id: -1,
            epoch: -1,
            sequences: BTreeMap::new(),
            added: Vec::new(),
            coordinator: Arc::new(AtomicI32::new(-1)),
        }
    }

    /// The producer that comes after this one, which is a zombie from then on. What it has open is aborted.
    pub(super) async fn heir(&self) -> Self {
        let mut heir = Self::new(&self.client, self.id.clone(), self.version, self.timeout);
        heir.init().await;
        heir
    }

    /// InitProducerId, until it is done: nothing that was begun before can come through any more.
    pub(super) async fn init(&mut self) {
        self.added.clear();
        self.sequences.clear();
        loop {
            let asked = self.coordinator_says(5, |_| InitProducerIdRequest {
                transactional_id: Some(&self.id),
                transaction_timeout_ms: millis(self.timeout),
                producer_id: -1,
                producer_epoch: -1,
                ..InitProducerIdRequest::default()
            });
            let answered = asked.await.and_then(|reply| reply.parse());
            match answered {
                Ok(answer) if answer.error_code == 0 => {
                    (self.producer_id, self.epoch) = (answer.producer_id, answer.producer_epoch);
                    return;
                }
                Ok(answer) => self.coordinator_moved(answer.error_code.into()),
                Err(_) => {}
            }
            sleep(PAUSE).await;
        }
    }

    /// Writes records, in one batch. Where the first is, if that is known.
    pub(super) async fn produce(&mut self, place: Place, records: &[New]) -> (Word, Option<i64>) {
        if self.version == Version::One && !self.added.contains(&place) {
            match self.add_partition(place).await {
                Word::Done => self.added.push(place),
                // Nothing was written.
                Word::Unknown => return (Word::Refused(ErrorCode::REQUEST_TIMED_OUT), None),
                word => return (word, None),
            }
        }
        let Some(batch) = self.batch(place, records) else {
            return (Word::Refused(ErrorCode::UNKNOWN_SERVER_ERROR), None);
        };
        let since = Instant::now();
        let mut is_in_doubt = false;
        while since.elapsed() < PATIENCE {
            let code = match self.produce_once(place, &batch).await {
                Ok((ErrorCode::NONE | ErrorCode::DUPLICATE_SEQUENCE_NUMBER, base)) => {
                    let sent = i32::try_from(records.len()).unwrap_or(0);
                    *self.sequences.entry(place).or_default() += sent;
                    return (Word::Done, Some(base).filter(|base| *base >= 0));
                }
                Ok((code, _)) => code,
                Err(error) => {
                    is_in_doubt |= error.outcome_unknown();
                    ErrorCode::REQUEST_TIMED_OUT
                }
            };
            match word(code) {
                Some(word) if is_in_doubt && word != Word::Fenced => return (Word::Unknown, None),
                Some(word) => return (word, None),
                None => sleep(PAUSE).await,
            }
        }
        match is_in_doubt {
            true => (Word::Unknown, None),
            false => (Word::Refused(ErrorCode::REQUEST_TIMED_OUT), None),
        }
    }

    fn batch(&self, place: Place, records: &[New]) -> Option<Vec<u8>> {
        let since_1970 = self
            .client
            .system_time()
            .duration_since(std::time::UNIX_EPOCH);
        let now = i64::try_from(since_1970.unwrap_or_default().as_millis()).unwrap_or(0);
        let mut batch = BatchBuilder::new();
        for record in records {
            let key = record.key.0.to_be_bytes();
            batch
                .append(now, Some(&key), Some(&record.value), &[])
                .ok()?;
        }
        let options = BatchOptions {
            producer_id: self.producer_id,
            producer_epoch: self.epoch,
            base_sequence: self.sequences.get(&place).copied().unwrap_or(0),
            transactional: true,
            ..BatchOptions::default()
        };
        batch.finish(&options, &mut Compressor::new()).ok()
    }

    async fn produce_once(
        &self,
        place: Place,
        batch: &[u8],
    ) -> Result<(ErrorCode, i64), ClientError> {
        let name = topic(place.topic);
        let newest = match self.version {
            Version::One => 11,
            Version::Two => 12,
        };
        let leader = TopicPartition::new(&*name, place.partition.into());
        let leader = self.client.leader(&leader).await?.broker;
        let options = CallOptions::new().up_to_version(newest);
        let request = |_| ProduceRequest {
            transactional_id: Some(&self.id),
            acks: -1,
            timeout_ms: 1_500,
            topic_data: vec![TopicProduceData {
                name: &name,
                partition_data: vec![PartitionProduceData {
                    index: place.partition.into(),
                    records: Some(batch),
                    ..PartitionProduceData::default()
                }],
                ..TopicProduceData::default()
            }],
            ..ProduceRequest::default()
        };
        let reply = self
            .client
            .call_with(leader, Lane::General, options, request)
            .await?;
        let answer = reply.parse()?;
        let partitions = answer
            .responses
            .iter()
            .flat_map(|it| &it.partition_responses);
        let found = partitions
            .map(|it| (it.error_code.into(), it.base_offset))
            .next();
        let (code, base) = found.unwrap_or((ErrorCode::UNKNOWN_SERVER_ERROR, -1));
        if code == ErrorCode::NOT_LEADER_OR_FOLLOWER {
            self.client.stale_metadata();
        }
        Ok((code, base))
    }

    /// AddPartitionsToTxn, before the first record.
    async fn add_partition(&self, place: Place) -> Word {
        let name = topic(place.topic);
        let request = |_| AddPartitionsToTxnRequest {
            v3_and_below_transactional_id: &self.id,
            v3_and_below_producer_id: self.producer_id,
            v3_and_below_producer_epoch: self.epoch,
            v3_and_below_topics: vec![AddPartitionsToTxnTopic {
                name: &name,
                partitions: vec![place.partition.into()],
                ..AddPartitionsToTxnTopic::default()
            }],
            ..AddPartitionsToTxnRequest::default()
        };
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            let answered = self.coordinator_says(3, request).await;
            let answered = answered.and_then(|reply| {
                let answer = reply.parse()?;
                let topics = answer.results_by_topic_v3_and_below.iter();
                let mut partitions = topics.flat_map(|topic| &topic.results_by_partition);
                Ok(partitions.next().map_or(-1, |it| it.partition_error_code))
            });
            if let Some(word) = self.heard(answered) {
                return word;
            }
            sleep(PAUSE).await;
        }
        Word::Unknown
    }

    /// Has the group's offset of a place wait for the transaction's end.
    pub(super) async fn commit_offset(&self, place: Place, next: i64) -> Word {
        if self.version == Version::One {
            let word = self.add_offsets().await;
            if word != Word::Done {
                return word;
            }
        }
        let newest = match self.version {
            Version::One => 4,
            Version::Two => 5,
        };
        let name = topic(place.topic);
        let request = |_| TxnOffsetCommitRequest {
            transactional_id: &self.id,
            group_id: GROUP,
            producer_id: self.producer_id,
            producer_epoch: self.epoch,
            topics: vec![TxnOffsetCommitRequestTopic {
                name: &name,
                partitions: vec![TxnOffsetCommitRequestPartition {
                    partition_index: place.partition.into(),
                    committed_offset: next,
                    committed_metadata: Some(""),
                    ..TxnOffsetCommitRequestPartition::default()
                }],
                ..TxnOffsetCommitRequestTopic::default()
            }],
            ..TxnOffsetCommitRequest::default()
        };
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            let options = CallOptions::new().up_to_version(newest);
            let asked = async {
                let broker = self.client.coordinator(GROUP).await?;
                let reply = self
                    .client
                    .call_with(broker, Lane::General, options, request)
                    .await?;
                let answer = reply.parse()?;
                let mut partitions = answer.topics.iter().flat_map(|topic| &topic.partitions);
                Ok(partitions.next().map_or(-1, |it| it.error_code))
            };
            let answered = asked.await;
            if !matches!(answered, Ok(0)) {
                self.client.forget_coordinator(GROUP);
            }
            if let Some(word) = self.heard(answered) {
                return word;
            }
            sleep(PAUSE).await;
        }
        Word::Unknown
    }

    async fn add_offsets(&self) -> Word {
        let request = |_| AddOffsetsToTxnRequest {
            transactional_id: &self.id,
            producer_id: self.producer_id,
            producer_epoch: self.epoch,
            group_id: GROUP,
            ..AddOffsetsToTxnRequest::default()
        };
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            let answered = self.coordinator_says(3, request).await;
            let answered = answered.and_then(|reply| Ok(reply.parse()?.error_code));
            if let Some(word) = self.heard(answered) {
                return word;
            }
            sleep(PAUSE).await;
        }
        Word::Unknown
    }

    /// EndTxn. Where its outcome is unknown the same is asked for again, until it is known: the other would not be safe (T51).
    pub(super) async fn end(&mut self, commit: bool) -> Word {
        self.added.clear();
        let newest = match self.version {
            Version::One => 4,
            Version::Two => 5,
        };
        loop {
            let asked = self.coordinator_says(newest, |_| EndTxnRequest {
                transactional_id: &self.id,
                producer_id: self.producer_id,
                producer_epoch: self.epoch,
                committed: commit,
                ..EndTxnRequest::default()
            });
            let answered = asked.await.and_then(|reply| reply.parse());
            if let (Ok(answer), Version::Two) = (&answered, self.version)
                && answer.error_code == 0
            {
                (self.producer_id, self.epoch) = (answer.producer_id, answer.producer_epoch);
                self.sequences.clear();
            }
            if let Some(word) = self.heard(answered.map(|answer| answer.error_code)) {
                return word;
            }
            sleep(PAUSE).await;
        }
    }

    /// What an answer of the coordinator means; none: ask again.
    fn heard(&self, answered: Result<i16, ClientError>) -> Option<Word> {
        let code = answered.ok().map(ErrorCode::from)?;
        self.coordinator_moved(code);
        word(code)
    }

    fn coordinator_moved(&self, code: ErrorCode) {
        let has_moved = [
            ErrorCode::NOT_COORDINATOR,
            ErrorCode::COORDINATOR_NOT_AVAILABLE,
        ];
        if has_moved.contains(&code) {
            self.coordinator.store(-1, Ordering::Relaxed);
        }
    }

    /// Asks the transaction's coordinator, once.
    async fn coordinator_says<R: Request>(
        &self,
        newest: i16,
        request: impl Fn(i16) -> R,
    ) -> Result<Reply<R>, ClientError> {
        let options = CallOptions::new().up_to_version(newest);
        let known = self.coordinator.load(Ordering::Relaxed);
        let broker = match known {
            -1 => self.find_coordinator().await?,
            known => known,
        };
        let reply = self
            .client
            .call_with(broker, Lane::General, options, request)
            .await;
        let found = if reply.is_ok() { broker } else { -1 };
        self.coordinator.store(found, Ordering::Relaxed);
        reply
    }

    async fn find_coordinator(&self) -> Result<i32, ClientError> {
        let options = CallOptions::new().up_to_version(3);
        let request = |_| FindCoordinatorRequest {
            key: &self.id,
            key_type: 1,
            ..FindCoordinatorRequest::default()
        };
        let reply = self.client.call_any_with(options, request).await?;
        Ok(reply.parse()?.node_id)
    }
}

/// What a code means; none: ask again.
fn word(code: ErrorCode) -> Option<Word> {
    match code {
        ErrorCode::NONE => Some(Word::Done),
        ErrorCode::PRODUCER_FENCED | ErrorCode::INVALID_PRODUCER_EPOCH => Some(Word::Fenced),
        ErrorCode::CONCURRENT_TRANSACTIONS => None,
        code if code.is_retriable() => None,
        code => Some(Word::Refused(code)),
    }
}

fn millis(time: Duration) -> i32 {
    i32::try_from(time.as_millis()).unwrap_or(i32::MAX)
}
