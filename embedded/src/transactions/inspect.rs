//! DescribeTransactions and ListTransactions.

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::describe_transactions::{
    DescribeTransactionsRequest, DescribeTransactionsResponse, TopicData,
    TransactionState as DescribedState,
};
use ottla_protocol::messages::list_transactions::{
    ListTransactionsRequest, ListTransactionsResponse, TransactionState as ListedState,
};
use regex::Regex;

use super::metadata::TransactionMetadata;
use super::{ProducerIdAndEpoch, TransactionCoordinator, TransactionState};
use crate::pattern;
use crate::time::Now;

/// One transaction, described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The transactional id.
    pub transactional_id: Arc<str>,
    /// Why there is nothing to say, or [`ErrorCode::NONE`].
    pub error: ErrorCode,
    /// What it is at; none with an error.
    pub state: Option<TransactionState>,
    /// Its time-out, in milliseconds.
    pub timeout_ms: i32,
    /// When it began, in milliseconds since the epoch; -1: it hasn't.
    pub start_ms: i64,
    /// Its producer.
    pub producer: ProducerIdAndEpoch,
    /// The partitions in it, by topic; while it ends those that lack the marker.
    pub topics: BTreeMap<Arc<str>, Vec<i32>>,
}

impl Description {
    /// The answer, in the API's only version.
    #[must_use]
    pub fn response(descriptions: &[Self]) -> DescribeTransactionsResponse<'_> {
        DescribeTransactionsResponse {
            transaction_states: descriptions.iter().map(Self::described).collect(),
            ..DescribeTransactionsResponse::default()
        }
    }

    fn described(&self) -> DescribedState<'_> {
        let topics = self.topics.iter().map(|(topic, partitions)| TopicData {
            topic,
            partitions: partitions.clone(),
            ..TopicData::default()
        });
        DescribedState {
            error_code: self.error.code(),
            transactional_id: &self.transactional_id,
            transaction_state: self.state.map_or("", TransactionState::name),
            transaction_timeout_ms: self.timeout_ms,
            transaction_start_time_ms: self.start_ms,
            producer_id: self.producer.producer_id,
            producer_epoch: self.producer.epoch,
            topics: topics.collect(),
            ..DescribedState::default()
        }
    }

    fn failed(transactional_id: &str, error: ErrorCode) -> Self {
        Self {
            transactional_id: transactional_id.into(),
            error,
            state: None,
            timeout_ms: 0,
            start_ms: 0,
            producer: ProducerIdAndEpoch {
                producer_id: 0,
                epoch: 0,
            },
            topics: BTreeMap::new(),
        }
    }
}

/// What ListTransactions found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Why there is nothing, or 0.
    pub error_code: i16,
    /// Filters that are no states.
    pub unknown_state_filters: Vec<Arc<str>>,
    /// The transactions, by id.
    pub transactions: Vec<Listed>,
}

/// One transaction, listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The transactional id.
    pub transactional_id: Arc<str>,
    /// Its producer's id.
    pub producer_id: i64,
    /// What it is at.
    pub state: TransactionState,
}

impl Listing {
    /// The answer, the same in all versions.
    #[must_use]
    pub fn response(&self) -> ListTransactionsResponse<'_> {
        let filters = self.unknown_state_filters.iter();
        let states = self.transactions.iter().map(|listed| ListedState {
            transactional_id: &listed.transactional_id,
            producer_id: listed.producer_id,
            transaction_state: listed.state.name(),
            ..ListedState::default()
        });
        ListTransactionsResponse {
            error_code: self.error_code,
            unknown_state_filters: filters.map(AsRef::as_ref).collect(),
            transaction_states: states.collect(),
            ..ListTransactionsResponse::default()
        }
    }

    fn failed(error: ErrorCode) -> Self {
        Self {
            error_code: error.code(),
            ..Self::default()
        }
    }
}

/// What a listing is narrowed down to.
struct Filter<'a> {
    states: Vec<TransactionState>,
    any_state: bool,
    producer_ids: &'a [i64],
    duration_ms: i64,
    pattern: Option<Regex>,
}

impl TransactionCoordinator {
    /// DescribeTransactions. `leads` says whether the broker that was asked coordinates the ids of a partition of `__transaction_state`.
    pub fn describe_transactions(
        &self,
        request: &DescribeTransactionsRequest<'_>,
        leads: impl Fn(i32) -> bool,
    ) -> Vec<Description> {
        let ids = request.transactional_ids.iter();
        let describe = |id: &&str| match leads(self.partition_for(id)) || id.is_empty() {
            true => self.describe(id),
            false => Description::failed(id, ErrorCode::NOT_COORDINATOR),
        };
        ids.map(describe).collect()
    }

    /// One transactional id.
    #[must_use]
    pub fn describe(&self, transactional_id: &str) -> Description {
        let (id, metadata) = match self.known(transactional_id) {
            Ok(known) => known,
            Err(ErrorCode::INVALID_PRODUCER_ID_MAPPING) => {
                let error = ErrorCode::TRANSACTIONAL_ID_NOT_FOUND;
                return Description::failed(transactional_id, error);
            }
            Err(error) => return Description::failed(transactional_id, error),
        };
        Description {
            transactional_id: id,
            error: ErrorCode::NONE,
            state: Some(metadata.state),
            timeout_ms: metadata.timeout_ms,
            start_ms: metadata.start_ms,
            producer: metadata.producer(),
            topics: metadata.described_topics(),
        }
    }

    /// ListTransactions. `leads` says whether the broker that was asked coordinates the ids of a partition of `__transaction_state`.
    pub fn list_transactions(
        &self,
        request: &ListTransactionsRequest<'_>,
        leads: impl Fn(i32) -> bool,
        now: Now,
    ) -> Listing {
        let loading = |(partition, it): (&i32, &super::Leadership)| it.loading && leads(*partition);
        if self.leaderships.iter().any(loading) {
            return Listing::failed(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
        }
        let Ok(filter) = Filter::of(request) else {
            return Listing::failed(ErrorCode::INVALID_REGULAR_EXPRESSION);
        };
        let found = self.ids.iter().filter(|(id, metadata)| {
            leads(self.partition_for(id)) && filter.lets_through(id, metadata, now)
        });
        let names = request.state_filters.iter();
        Listing {
            error_code: ErrorCode::NONE.code(),
            unknown_state_filters: names
                .filter(|name| TransactionState::named(name).is_none())
                .map(|name| Arc::from(*name))
                .collect(),
            transactions: found
                .map(|(id, metadata)| Listed::of(id, metadata))
                .collect(),
        }
    }
}

impl Listed {
    fn of(id: &Arc<str>, metadata: &TransactionMetadata) -> Self {
        Self {
            transactional_id: Arc::clone(id),
            producer_id: metadata.producer_id,
            state: metadata.state,
        }
    }
}

impl<'a> Filter<'a> {
    fn of(request: &'a ListTransactionsRequest<'_>) -> Result<Self, regex::Error> {
        let names = request.state_filters.iter();
        let pattern = request.transactional_id_pattern;
        let pattern = pattern.filter(|pattern| !pattern.is_empty());
        Ok(Self {
            states: names
                .filter_map(|name| TransactionState::named(name))
                .collect(),
            any_state: request.state_filters.is_empty(),
            producer_ids: &request.producer_id_filters,
            duration_ms: request.duration_filter,
            pattern: pattern.map(pattern::whole).transpose()?,
        })
    }

    fn lets_through(&self, id: &str, metadata: &TransactionMetadata, now: Now) -> bool {
        let state = self.any_state || self.states.contains(&metadata.state);
        let producers = self.producer_ids;
        let producer = producers.is_empty() || producers.contains(&metadata.producer_id);
        let lasts_ms = now.wall_ms.saturating_sub(metadata.start_ms);
        let duration = self.duration_ms < 0 || lasts_ms > self.duration_ms;
        let pattern = self
            .pattern
            .as_ref()
            .is_none_or(|pattern| pattern.is_match(id));
        state && producer && duration && pattern
    }
}

impl TransactionMetadata {
    fn described_topics(&self) -> BTreeMap<Arc<str>, Vec<i32>> {
        let partitions = match self.state.is_prepared() {
            true => &self.unmarked,
            false => &self.partitions,
        };
        let mut topics: BTreeMap<Arc<str>, Vec<i32>> = BTreeMap::new();
        for of in partitions {
            topics
                .entry(Arc::clone(&of.topic))
                .or_default()
                .push(of.partition);
        }
        topics
    }
}
