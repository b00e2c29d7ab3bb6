//! Refusing by a fault: while a request is handled that a rule wants refused, handlers ask here before they do anything.

use ottla_protocol::ApiKey;
use ottla_protocol::error_code::ErrorCode;

use super::State;
use super::topics::TopicRef;

/// The APIs whose answers can carry any error: those of which handlers ask.
const REFUSABLE: &[ApiKey] = &[
    ApiKey::Produce,
    ApiKey::Fetch,
    ApiKey::ListOffsets,
    ApiKey::Metadata,
    ApiKey::OffsetCommit,
    ApiKey::OffsetFetch,
    ApiKey::FindCoordinator,
    ApiKey::JoinGroup,
    ApiKey::Heartbeat,
    ApiKey::LeaveGroup,
    ApiKey::SyncGroup,
    ApiKey::DescribeGroups,
    ApiKey::CreateTopics,
    ApiKey::DeleteTopics,
    ApiKey::DeleteRecords,
    ApiKey::InitProducerId,
    ApiKey::OffsetForLeaderEpoch,
    ApiKey::AddPartitionsToTxn,
    ApiKey::AddOffsetsToTxn,
    ApiKey::EndTxn,
    ApiKey::WriteTxnMarkers,
    ApiKey::TxnOffsetCommit,
    ApiKey::CreatePartitions,
    ApiKey::DeleteGroups,
    ApiKey::OffsetDelete,
    ApiKey::ConsumerGroupHeartbeat,
    ApiKey::ConsumerGroupDescribe,
];

/// Whether a rule can have requests of this API answered with an error.
pub(crate) fn is_refusable(api: ApiKey) -> bool {
    REFUSABLE.contains(&api)
}

/// Whether a request can take effect and be answered with an error all the same: where its handler refuses it, that is all it does. A
/// fetch that is refused moves its session on.
pub(crate) fn may_be_belied(api: ApiKey) -> bool {
    is_refusable(api) && api != ApiKey::Fetch
}

impl State {
    /// The error for a request that knows no topics.
    pub(crate) fn check_refused(&self) -> Result<(), ErrorCode> {
        match &self.refusing {
            Some(refusal) => Err(refusal.error),
            None => Ok(()),
        }
    }

    /// Whether the request in hand is refused in parts only.
    pub(crate) fn refuses_parts(&self) -> bool {
        let refusal = self.refusing.as_ref();
        refusal.is_some_and(|one| one.topic.is_some() || one.partition.is_some())
    }

    /// The error for one topic of a request.
    pub(crate) fn check_topic_refused(&self, topic: &str) -> Result<(), ErrorCode> {
        let refusal = self.refusing.as_ref();
        let concerned = refusal.filter(|one| one.topic.as_deref().is_none_or(|it| it == topic));
        concerned.map_or(Ok(()), |refusal| Err(refusal.error))
    }

    /// The error for one partition of a request.
    pub(crate) fn check_partition_refused(
        &self,
        topic: TopicRef<'_>,
        partition: i32,
    ) -> Result<(), ErrorCode> {
        let Some(refusal) = &self.refusing else {
            return Ok(());
        };
        let name = match topic {
            TopicRef::Name(name) => name,
            TopicRef::Id(_) => self.topics.get(topic).map_or("", |topic| &*topic.name),
        };
        match refusal.covers(name, partition) {
            true => Err(refusal.error),
            false => Ok(()),
        }
    }
}
