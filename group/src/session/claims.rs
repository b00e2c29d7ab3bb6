//! The claim dance with a store: look, have the coordinator confirm, claim.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ottla_client::Client;
use ottla_offset_store::anomaly::{
    Anomaly, Known, Policy, anomaly, other_cluster, partitions_seen,
};
use ottla_offset_store::{
    Claim, Committed, Confirmed, Key, OffsetStore, Owner, Refused, StoreError, Wanted, confirm,
};
use ottla_protocol::types::{TopicId, TopicPartition};
use tokio::time::{sleep, timeout};

use crate::backoff::Backoff;
use crate::config::StartPolicy;
use crate::error::GroupError;
use crate::member::{Confirmer, NotOurs};
use crate::mirror::Mirror;
use crate::trouble::{Trouble, may_pass};

use super::ledger::{Opened, Unopened, Wanting};
use super::slot::Slot;
use super::start::{Unresolved, resolve};
use super::watch::{Slots, watch};

mod commit;

/// Between two rounds of the dance: long enough for the one who was faster to finish.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));
/// For giving claims back: a courtesy.
const RELEASE_WITHIN: Duration = Duration::from_secs(1);

/// The claims of one session in a store.
#[derive(Debug)]
pub(crate) struct Claims {
    pub(crate) client: Client,
    pub(crate) store: Arc<dyn OffsetStore>,
    pub(crate) owner: Owner,
    pub(crate) cluster_id: Arc<str>,
    pub(crate) group_id: Arc<str>,
    pub(crate) start: StartPolicy,
    pub(crate) confirmer: Confirmer,
    pub(crate) mirror: Arc<Mirror>,
    pub(crate) slots: Slots,
    pub(crate) store_trouble: Arc<Trouble>,
    pub(crate) cluster_trouble: Arc<Trouble>,
}

/// A round that came to nothing, or not to all.
enum Round {
    /// Once more, after a pause, with these.
    Again(Vec<Wanting>),
    Done,
}

impl Claims {
    pub(crate) async fn open(
        &self,
        wanted: Vec<Wanting>,
        ready: &mut (dyn FnMut(Opened) + Send),
    ) -> Result<(), Unopened> {
        let mut backoff = Backoff::new(PAUSE.0, PAUSE.1, self.client.random());
        let mut wanted = wanted;
        while !wanted.is_empty() {
            match self.round(wanted, ready).await? {
                Round::Done => return Ok(()),
                Round::Again(rest) => wanted = rest,
            }
            sleep(backoff.next()).await;
        }
        Ok(())
    }

    async fn round(
        &self,
        wanting: Vec<Wanting>,
        ready: &mut (dyn FnMut(Opened) + Send),
    ) -> Result<Round, Unopened> {
        let keys: Vec<Key> = wanting.iter().map(|w| self.key(&w.partition)).collect();
        let seen = match self.store.look(&keys).await {
            Ok(seen) => seen,
            Err(error) => return self.store_failed("read offsets", error, wanting),
        };
        // Reading goes on where writing is stuck: not the end of trouble.
        self.store_trouble.is_there();
        let ask = || self.confirmer.confirm();
        let confirmed = confirm(seen, ask)
            .await
            .map_err(|NotOurs| Unopened::NotOurs)?;
        let Some(wanted) = self.wanted(&wanting, confirmed).await? else {
            return Ok(Round::Again(wanting));
        };
        match self.store.claim(&self.owner, wanted).await {
            Ok(claims) => self.settle(wanting, claims, ready),
            Err(error) => self.store_failed("claim offsets", error, wanting),
        }
    }

    /// What each confirmed row is wanted for; none if the cluster can't tell now.
    async fn wanted(
        &self,
        wanting: &[Wanting],
        confirmed: Vec<Confirmed>,
    ) -> Result<Option<Vec<Wanted>>, Unopened> {
        let topics = match self.topics(wanting).await {
            Ok(topics) => topics,
            Err(error) => return self.cluster_failed("describe topics", error),
        };
        let Some(mut starts) = self.starts(&confirmed, &topics).await? else {
            return Ok(None);
        };
        let mut wanted = Vec::with_capacity(confirmed.len());
        for (confirmed, wanting) in confirmed.into_iter().zip(wanting) {
            let (topic_id, partitions) = topics
                .get(&wanting.partition.topic)
                .copied()
                .unwrap_or((TopicId::UNKNOWN, 0));
            self.check(&confirmed, topic_id)?;
            // A row with an offset does not look at this.
            let start = starts
                .remove(&wanting.partition)
                .unwrap_or_else(|| Committed::at(0));
            let want = Wanted::new(confirmed, start, topic_id, partitions);
            wanted.push(match &wanting.lost {
                Some(lost) => want.after(lost.clone()),
                None => want,
            });
        }
        Ok(Some(wanted))
    }

    /// Where rows that are new start; none if that can't be told now.
    async fn starts(
        &self,
        confirmed: &[Confirmed],
        topics: &BTreeMap<Arc<str>, (TopicId, i32)>,
    ) -> Result<Option<BTreeMap<TopicPartition, Committed>>, Unopened> {
        let is_new = |c: &&Confirmed| c.row().is_none_or(|row| row.next_offset.is_none());
        let fresh: Vec<&Key> = confirmed
            .iter()
            .filter(is_new)
            .map(Confirmed::key)
            .collect();
        let policies = match self.policies(&fresh, topics).await {
            Ok(policies) => policies,
            Err(Unopened::Failed(GroupError::Store { source, .. })) if source.is_retriable() => {
                self.store_trouble.failed("read offsets", source)?;
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let mut starts = BTreeMap::new();
        for ((partition, _), start) in policies.iter().zip(resolve(&self.client, &policies).await) {
            match start {
                Ok(start) => drop(starts.insert(partition.clone(), start)),
                Err(Unresolved::Policy(error)) => return Err(error.into()),
                Err(Unresolved::Client(error)) => {
                    return self.cluster_failed("find where to start", error);
                }
            }
        }
        self.cluster_trouble.succeeded();
        Ok(Some(starts))
    }

    /// The start policy of rows that are new. A partition that was added to a topic that the group knows, or that was made anew with
    /// it, starts at its oldest record: whatever is in it came after the group began.
    async fn policies(
        &self,
        fresh: &[&Key],
        topics: &BTreeMap<Arc<str>, (TopicId, i32)>,
    ) -> Result<Vec<(TopicPartition, StartPolicy)>, Unopened> {
        if fresh.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self
            .store
            .list(Some(&self.group_id))
            .await
            .map_err(|source| GroupError::Store {
                doing: "read offsets",
                source,
            })?;
        let policy = |key: &&Key| {
            if let Some(anomaly) = other_cluster(key, &rows) {
                return Err(anomalous(key, anomaly));
            }
            let topic_id = topics.get(&key.topic).map_or(TopicId::UNKNOWN, |t| t.0);
            let known = Known {
                topic_id,
                partitions_seen: partitions_seen(key, topic_id, &rows),
                ..Known::default()
            };
            let is_new = matches!(
                anomaly(key, None, &known),
                Some(Anomaly::NewPartition { .. })
            );
            let policy = if is_new {
                StartPolicy::Oldest
            } else {
                self.start
            };
            Ok((key.topic_partition(), policy))
        };
        fresh.iter().map(policy).collect()
    }

    /// Whether the row speaks of the topic that is there now.
    fn check(&self, confirmed: &Confirmed, topic_id: TopicId) -> Result<(), Unopened> {
        let known = Known {
            topic_id,
            ..Known::default()
        };
        match anomaly(confirmed.key(), confirmed.row(), &known) {
            Some(anomaly) if anomaly.default_policy() == Policy::Fail => {
                Err(anomalous(confirmed.key(), anomaly))
            }
            _ => Ok(()),
        }
    }

    fn settle(
        &self,
        wanting: Vec<Wanting>,
        claims: Vec<Result<Claim, Refused>>,
        ready: &mut (dyn FnMut(Opened) + Send),
    ) -> Result<Round, Unopened> {
        self.store_trouble.succeeded();
        let mut again = Vec::new();
        for (wanting, claim) in wanting.into_iter().zip(claims) {
            match claim {
                Ok(claim) => ready(self.opened(wanting.partition, claim)),
                Err(refused) if refused.is_retriable() => {
                    tracing::debug!("{refused}");
                    again.push(wanting);
                }
                Err(source) => return Err(GroupError::Refused { source }.into()),
            }
        }
        Ok(if again.is_empty() {
            Round::Done
        } else {
            Round::Again(again)
        })
    }

    fn opened(&self, partition: TopicPartition, claim: Claim) -> Opened {
        let start = claim.start().clone();
        self.mirror.claimed(&partition, claim.topic_id(), &start);
        let key = claim.key().clone();
        let slot = Arc::new(Slot::new(partition, Some(claim)));
        self.slots.insert(key, Arc::clone(&slot));
        Opened { slot, start }
    }

    pub(crate) async fn accompany(&self) {
        tokio::join!(watch(&*self.store, &self.slots), self.mirror.run());
    }

    pub(crate) async fn close(&self, within: Duration) {
        let claims = self.slots.all();
        let claims = claims.iter().filter_map(|(_, slot)| slot.take());
        let release = timeout(
            RELEASE_WITHIN.min(within),
            self.store.release(claims.collect()),
        );
        let (released, ()) = tokio::join!(release, self.mirror.flush(within));
        if let Ok(Err(error)) = released {
            tracing::debug!("claims were not given back: {error}");
        }
    }

    fn store_failed(
        &self,
        doing: &'static str,
        error: StoreError,
        wanting: Vec<Wanting>,
    ) -> Result<Round, Unopened> {
        if let StoreError::Busy { .. } = error {
            self.store_trouble.is_there();
        }
        if error.is_retriable() || error.outcome_unknown() {
            self.store_trouble.failed(doing, error)?;
            return Ok(Round::Again(wanting));
        }
        Err(GroupError::Store {
            doing,
            source: error,
        }
        .into())
    }

    fn cluster_failed<T>(
        &self,
        doing: &'static str,
        error: ottla_client::ClientError,
    ) -> Result<Option<T>, Unopened> {
        if may_pass(&error) {
            self.cluster_trouble.failed(doing, error)?;
            return Ok(None);
        }
        Err(GroupError::Client {
            doing,
            source: error,
        }
        .into())
    }

    /// Id and partition count of the topics wanted.
    async fn topics(
        &self,
        wanting: &[Wanting],
    ) -> Result<BTreeMap<Arc<str>, (TopicId, i32)>, ottla_client::ClientError> {
        let mut topics = BTreeMap::new();
        for wanting in wanting {
            let name = &wanting.partition.topic;
            if topics.contains_key(name) {
                continue;
            }
            let count = self.client.partitions(name).await?;
            let id = self
                .client
                .cluster()
                .topic(name)
                .map_or(TopicId::UNKNOWN, |t| t.id);
            topics.insert(Arc::clone(name), (id, count));
        }
        Ok(topics)
    }

    fn key(&self, partition: &TopicPartition) -> Key {
        Key::new(
            Arc::clone(&self.cluster_id),
            Arc::clone(&self.group_id),
            Arc::clone(&partition.topic),
            partition.partition,
        )
    }
}

fn anomalous(key: &Key, source: Anomaly) -> Unopened {
    Unopened::Failed(GroupError::Anomaly {
        partition: key.topic_partition(),
        source,
    })
}
