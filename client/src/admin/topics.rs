//! Topics: created, deleted, described.

use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::api::Request;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::create_topics::{
    CreatableTopic, CreatableTopicConfig, CreatableTopicResult, CreateTopicsRequest,
};
use ottla_protocol::messages::delete_topics::{
    DeletableTopicResult, DeleteTopicState, DeleteTopicsRequest,
};
use ottla_protocol::types::TopicId;
use tokio::time::{Instant, sleep};

use super::{Admin, AdminError, Each};
use crate::brokers::Lane;
use crate::cluster::Topic;
use crate::error::{About, ClientError};
use crate::options::CallOptions;
use crate::reply::Reply;

/// A topic to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopic {
    /// Its name.
    pub name: Arc<str>,
    /// How many partitions it shall have; -1: as many as the cluster gives by default.
    pub partitions: i32,
    /// How many copies of each partition there shall be; -1: as many as the cluster makes by default.
    pub replication_factor: i16,
    /// Settings of the topic, such as `cleanup.policy` and `compact`.
    pub settings: Vec<(String, String)>,
}

impl NewTopic {
    /// A topic with this many partitions, and the cluster's defaults in all else.
    pub fn new(name: impl Into<Arc<str>>, partitions: i32) -> Self {
        Self {
            name: name.into(),
            partitions,
            replication_factor: -1,
            settings: Vec::new(),
        }
    }

    /// How many copies of each partition there shall be.
    #[must_use]
    pub fn replication_factor(mut self, copies: i16) -> Self {
        self.replication_factor = copies;
        self
    }

    /// Adds a setting, such as `cleanup.policy` and `compact`.
    #[must_use]
    pub fn set(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }
}

/// A topic that was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreatedTopic {
    /// Its id; all zero with brokers that have none.
    pub id: TopicId,
    /// How many partitions it has; -1: the broker did not tell.
    pub partitions: i32,
    /// How many copies of each partition there are; -1: the broker did not tell.
    pub replication_factor: i16,
}

impl Admin {
    /// Creates topics, and waits a little until their partitions have leaders, so that they can be used at once.
    ///
    /// # Errors
    ///
    /// Per topic: [`AdminError::TopicExists`]; [`AdminError::TopicRefused`] with the broker's words;
    /// [`AdminError::NotAsked`], which is not tried again by itself if the topic may have been created
    /// ([`AdminError::outcome_unknown`]).
    ///
    /// # Cancel safety
    ///
    /// The topics may have been created or not.
    pub async fn create_topics(&self, topics: &[NewTopic]) -> Each<Arc<str>, CreatedTopic> {
        let asked: Vec<_> = topics.iter().collect();
        let name = |topic: &&NewTopic| Arc::clone(&topic.name);
        let created = self
            .settle("create topics", &asked, name, || self.create(&asked))
            .await;
        let there = created.iter().filter(|(_, result)| result.is_ok());
        let there: Vec<&str> = there.map(|(name, _)| &**name).collect();
        if !there.is_empty() {
            self.wait_for_leaders(&there).await;
        }
        created
    }

    /// Deletes topics and all that is in them, and waits a little until they are gone.
    ///
    /// # Errors
    ///
    /// Per topic: [`AdminError::UnknownTopic`]; [`AdminError::TopicRefused`], for instance where the cluster forbids it;
    /// [`AdminError::NotAsked`], which is not tried again by itself if the topic may have been deleted
    /// ([`AdminError::outcome_unknown`]).
    ///
    /// # Cancel safety
    ///
    /// The topics may have been deleted or not.
    pub async fn delete_topics(&self, names: &[&str]) -> Each<Arc<str>, ()> {
        let name = |name: &&str| Arc::from(*name);
        let deleted = self
            .settle("delete topics", names, name, || self.delete(names))
            .await;
        let gone = deleted.iter().filter(|(_, result)| result.is_ok());
        let gone: Vec<&str> = gone.map(|(name, _)| &**name).collect();
        if !gone.is_empty() {
            self.wait_until_gone(&gone).await;
        }
        deleted
    }

    /// What the cluster knows of topics now.
    ///
    /// # Errors
    ///
    /// Per topic: [`AdminError::UnknownTopic`]; [`AdminError::NotAsked`].
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn describe_topics(&self, names: &[&str]) -> Each<Arc<str>, Arc<Topic>> {
        let mut described = Vec::with_capacity(names.len());
        for name in names {
            let found = self.client.topics(Some(&[*name])).await;
            let found = found.and_then(|mut found| found.pop().ok_or_else(|| unknown(name)));
            let found = found.map_err(|error| AdminError::not_asked(name, error));
            described.push((Arc::from(*name), found));
        }
        described
    }

    /// Asks until each topic has its answer, or the time is up for those that have not.
    async fn settle<N, T: Clone, F>(
        &self,
        what: &'static str,
        asked: &[N],
        name: impl Fn(&N) -> Arc<str>,
        ask: impl Fn() -> F,
    ) -> Each<Arc<str>, T>
    where
        F: Future<Output = Result<Vec<Option<Result<T, AdminError>>>, ClientError>>,
    {
        let mut backoff = self.client.backoff(what, self.time());
        loop {
            let failed = match ask().await {
                Ok(answers) => {
                    let named = asked.iter().zip(answers).map(|(one, answer)| {
                        let name = name(one);
                        let missing = || AdminError::NotAnswered {
                            name: Arc::clone(&name),
                        };
                        (Arc::clone(&name), answer.unwrap_or_else(|| Err(missing())))
                    });
                    return named.collect();
                }
                Err(error) if error.outcome_unknown() => Err(error),
                Err(error) => backoff.pause(error).await,
            };
            if let Err(error) = failed {
                let failed = |one: &N| {
                    let name = name(one);
                    let error = AdminError::not_asked(&name, error.clone());
                    (name, Err(error))
                };
                return asked.iter().map(failed).collect();
            }
        }
    }

    async fn create(
        &self,
        topics: &[&NewTopic],
    ) -> Result<Vec<Option<Result<CreatedTopic, AdminError>>>, ClientError> {
        let request = CreateTopicsRequest {
            topics: topics.iter().map(|topic| to_create(topic)).collect(),
            timeout_ms: self.broker_timeout_ms(),
            ..CreateTopicsRequest::default()
        };
        let broker = self.client.controller().await?;
        let reply = self.client.call(broker, Lane::General, &request).await?;
        let answer = reply.parse()?;
        for topic in &answer.topics {
            not_the_controller(&reply, topic.error_code)?;
        }
        let of = |topic: &&NewTopic| {
            answer
                .topics
                .iter()
                .find(|answer| answer.name == &*topic.name)
        };
        Ok(topics.iter().map(|topic| of(topic).map(created)).collect())
    }

    async fn delete(
        &self,
        names: &[&str],
    ) -> Result<Vec<Option<Result<(), AdminError>>>, ClientError> {
        let broker = self.client.controller().await?;
        let options = CallOptions::new();
        let reply = self
            .client
            .call_with(broker, Lane::General, options, |version| {
                to_delete(names, version, self.broker_timeout_ms())
            })
            .await?;
        let answer = reply.parse()?;
        for topic in &answer.responses {
            not_the_controller(&reply, topic.error_code)?;
        }
        let of = |name: &&str| {
            answer
                .responses
                .iter()
                .find(|answer| answer.name == Some(*name))
        };
        Ok(names
            .iter()
            .map(|name| of(name).map(|answer| deleted(name, answer)))
            .collect())
    }

    /// The broker has to give up before this client does, or nobody learns what it did.
    fn broker_timeout_ms(&self) -> i32 {
        let half = self.client.config().request_timeout / 2;
        i32::try_from(half.as_millis()).unwrap_or(i32::MAX)
    }

    /// The controller has created them; the brokers learn of it a moment later.
    async fn wait_for_leaders(&self, names: &[&str]) {
        let led = || async move {
            match self.client.topics(Some(names)).await {
                Ok(topics) => topics.iter().all(|topic| has_leaders(topic)),
                Err(_) => false,
            }
        };
        until(led).await;
    }

    async fn wait_until_gone(&self, names: &[&str]) {
        let gone = || async move {
            match self.client.topics(None).await {
                Ok(topics) => topics.iter().all(|topic| !names.contains(&&*topic.name)),
                Err(_) => false,
            }
        };
        until(gone).await;
    }
}

async fn until<F: Future<Output = bool>>(so: impl Fn() -> F) {
    let enough = Instant::now() + SEEN_WITHIN;
    while !so().await && Instant::now() < enough {
        sleep(LOOK_AGAIN).await;
    }
}

/// With KRaft this takes milliseconds. A topic whose brokers are down stays without leaders, and is created all the same.
const SEEN_WITHIN: Duration = Duration::from_secs(5);

const LOOK_AGAIN: Duration = Duration::from_millis(20);

fn has_leaders(topic: &Topic) -> bool {
    topic
        .partitions
        .iter()
        .all(|partition| partition.leader.is_some())
}

fn to_create(topic: &NewTopic) -> CreatableTopic<'_> {
    let configs = topic
        .settings
        .iter()
        .map(|(name, value)| CreatableTopicConfig {
            name,
            value: Some(value),
            ..CreatableTopicConfig::default()
        });
    CreatableTopic {
        name: &topic.name,
        num_partitions: topic.partitions,
        replication_factor: topic.replication_factor,
        configs: configs.collect(),
        ..CreatableTopic::default()
    }
}

/// Version 6 has a list of its own.
fn to_delete<'a>(names: &[&'a str], version: i16, timeout_ms: i32) -> DeleteTopicsRequest<'a> {
    let state = |name: &&'a str| DeleteTopicState {
        name: Some(*name),
        ..DeleteTopicState::default()
    };
    let (topics, topic_names) = match version {
        ..=5 => (Vec::new(), names.to_vec()),
        _ => (names.iter().map(state).collect(), Vec::new()),
    };
    DeleteTopicsRequest {
        topics,
        topic_names,
        timeout_ms,
        ..DeleteTopicsRequest::default()
    }
}

fn created(answer: &CreatableTopicResult<'_>) -> Result<CreatedTopic, AdminError> {
    match ErrorCode::from(answer.error_code) {
        ErrorCode::NONE => Ok(CreatedTopic {
            id: answer.topic_id,
            partitions: answer.num_partitions,
            replication_factor: answer.replication_factor,
        }),
        code => Err(AdminError::topic(answer.name, code, answer.error_message)),
    }
}

fn deleted(name: &str, answer: &DeletableTopicResult<'_>) -> Result<(), AdminError> {
    match ErrorCode::from(answer.error_code) {
        ErrorCode::NONE => Ok(()),
        code => Err(AdminError::topic(name, code, answer.error_message)),
    }
}

/// Nothing was done then, for none of the topics.
fn not_the_controller<R: Request>(reply: &Reply<R>, code: i16) -> Result<(), ClientError> {
    match ErrorCode::from(code) {
        ErrorCode::NOT_CONTROLLER => reply.check(code, || About::Request),
        _ => Ok(()),
    }
}

fn unknown(name: &str) -> ClientError {
    ClientError::UnknownTopic { topic: name.into() }
}
