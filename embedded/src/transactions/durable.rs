//! What outlives the process: one record of `__transaction_state` a change, and what a coordinator reads back from them.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use ottla_protocol::payload::transaction_log::{
    Key, TransactionLogKey, TransactionLogValue, TransactionPartitions, Value,
};
use ottla_protocol::types::TopicPartition;
use ottla_protocol::{DecodeError, EncodeError};

use super::metadata::TransactionMetadata;
use super::{TransactionCoordinator, TransactionState};

/// A record of `__transaction_state`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateRecord {
    /// The partition that it belongs to.
    pub partition: i32,
    /// Its key.
    pub key: Vec<u8>,
    /// Its value; none: the id is forgotten.
    pub value: Option<Vec<u8>>,
}

/// Why a record can't be read back.
#[derive(Debug)]
pub enum RestoreError {
    /// Its bytes are not what its key says.
    Decode(DecodeError),
    /// Its state has a number that isn't known.
    State(i8),
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decode(_) => f.write_str("a record of __transaction_state can't be read"),
            Self::State(number) => write!(f, "there is no transaction state {number}"),
        }
    }
}

impl Error for RestoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Decode(error) => Some(error),
            Self::State(_) => None,
        }
    }
}

impl From<DecodeError> for RestoreError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl TransactionCoordinator {
    /// Takes the records of what changed since the last time: one an id, as it is now.
    ///
    /// # Errors
    /// A transactional id or a topic is too long to be written. What changed is there to be taken still.
    pub fn take_records(&mut self) -> Result<Vec<StateRecord>, EncodeError> {
        let records = self.changed.iter().map(|id| self.record(id));
        let records = records.collect::<Result<_, _>>()?;
        self.changed.clear();
        Ok(records)
    }

    /// Takes the ids that changed since the last time, also those that are forgotten.
    pub(crate) fn take_changed(&mut self) -> BTreeSet<Arc<str>> {
        std::mem::take(&mut self.changed)
    }

    /// Takes an id for changed.
    pub(crate) fn touch(&mut self, id: Arc<str>) {
        self.changed.insert(id);
    }

    /// Forgets what changed since the last time: nobody writes it down.
    pub fn forget_changes(&mut self) {
        self.changed.clear();
    }

    /// Takes all ids for changed.
    pub fn change_all(&mut self) {
        self.changed.extend(self.ids.keys().cloned());
    }

    /// The records of all that is known.
    ///
    /// # Errors
    /// As [`Self::take_records`].
    pub fn encode(&self) -> Result<Vec<StateRecord>, EncodeError> {
        self.ids.keys().map(|id| self.record(id)).collect()
    }

    /// Where the next block of producer ids begins. The controller keeps it (Kafka's ProducerIdsRecord): what outlives the process has to
    /// have it too, since the records here don't know of ids that are no longer in use, nor of those that have no transactional id.
    #[must_use]
    pub fn next_producer_id_block(&self) -> i64 {
        self.producer_ids.next_block()
    }

    /// Says, before any id is handed out, where the next block of producer ids begins.
    pub fn restore_producer_id_block(&mut self, next: i64) {
        self.producer_ids.seen(next.saturating_sub(1));
    }

    /// Reads a record back, in the order of the log. Once all are read, [`Self::elect`] resumes what was decided and not completed.
    ///
    /// # Errors
    /// It is not a record of this topic, or of a newer Kafka. Nothing is changed.
    pub fn restore(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), RestoreError> {
        let key = Key::read(key)?;
        let value = key.read_value(value)?;
        let Key::TransactionLog(TransactionLogKey { transactional_id }) = key else {
            return Ok(());
        };
        let Some(Value::TransactionLog(value)) = value else {
            self.ids.remove(transactional_id);
            return Ok(());
        };
        let metadata = TransactionMetadata::restored(&value)?;
        self.producer_ids.seen(metadata.producer_id);
        self.producer_ids.seen(metadata.next_producer_id);
        self.ids.insert(transactional_id.into(), metadata);
        Ok(())
    }

    /// An id's record, as it is now.
    pub(crate) fn record(&self, id: &Arc<str>) -> Result<StateRecord, EncodeError> {
        let mut key = Vec::new();
        let transactional_id = id.as_ref();
        Key::TransactionLog(TransactionLogKey { transactional_id }).write(&mut key)?;
        let value = self.ids.get(id).map(|it| self.value(it)).transpose()?;
        Ok(StateRecord {
            partition: self.partition_for(id),
            key,
            value,
        })
    }

    fn value(&self, metadata: &TransactionMetadata) -> Result<Vec<u8>, EncodeError> {
        let version = i16::from(self.settings.transaction_version > 0);
        let mut value = Vec::new();
        Value::TransactionLog(metadata.durable(version)).write(&mut value, version)?;
        Ok(value)
    }
}

impl TransactionMetadata {
    /// What a version of the record can say.
    fn durable(&self, version: i16) -> TransactionLogValue<'_> {
        let tagged = |id: i64| if version == 0 { -1 } else { id };
        TransactionLogValue {
            producer_id: self.producer_id,
            previous_producer_id: tagged(self.previous_producer_id),
            next_producer_id: tagged(self.next_producer_id),
            producer_epoch: self.producer_epoch,
            transaction_timeout_ms: self.timeout_ms,
            transaction_status: self.state.number(),
            transaction_partitions: match self.state {
                TransactionState::Empty => None,
                _ => Some(by_topic(&self.partitions)),
            },
            transaction_last_update_timestamp_ms: self.last_update_ms,
            transaction_start_timestamp_ms: self.start_ms,
            client_transaction_version: if version == 0 { 0 } else { self.client_version },
            ..TransactionLogValue::default()
        }
    }

    fn restored(value: &TransactionLogValue<'_>) -> Result<Self, RestoreError> {
        let number = value.transaction_status;
        let partitions = partitions_of(value);
        let mut restored = Self::new(
            value.producer_id,
            value.transaction_last_update_timestamp_ms,
        );
        restored.previous_producer_id = value.previous_producer_id;
        restored.next_producer_id = value.next_producer_id;
        restored.producer_epoch = value.producer_epoch;
        restored.timeout_ms = value.transaction_timeout_ms;
        restored.state = TransactionState::of(number).ok_or(RestoreError::State(number))?;
        restored.start_ms = value.transaction_start_timestamp_ms;
        restored.client_version = value.client_transaction_version;
        restored.partitions = partitions;
        restored.reload();
        Ok(restored)
    }
}

fn by_topic(partitions: &BTreeSet<TopicPartition>) -> Vec<TransactionPartitions<'_>> {
    let mut topics: Vec<TransactionPartitions<'_>> = Vec::new();
    for of in partitions {
        match topics.last_mut() {
            Some(topic) if *topic.topic == *of.topic => topic.partition_ids.push(of.partition),
            _ => topics.push(TransactionPartitions {
                topic: &of.topic,
                partition_ids: vec![of.partition],
                ..TransactionPartitions::default()
            }),
        }
    }
    topics
}

fn partitions_of(value: &TransactionLogValue<'_>) -> BTreeSet<TopicPartition> {
    let topics = value.transaction_partitions.iter().flatten();
    let partitions = topics.flat_map(|topic| {
        let name: Arc<str> = topic.topic.into();
        let ids = topic.partition_ids.iter();
        ids.map(move |id| TopicPartition::new(Arc::clone(&name), *id))
    });
    partitions.collect()
}
