//! `ottla topics`.

use clap::{Args, Subcommand};
use ottla_client::Client;
use ottla_client::admin::NewTopic;
use ottla_protocol::types::TopicPartition;
use serde::Serialize;

use crate::bounds;
use crate::context::Context;
use crate::failure::Failure;
use crate::values::key_value;

/// `ottla topics …`.
#[derive(Debug, Subcommand)]
pub(crate) enum Topics {
    /// Lists the topics: name, partitions, id.
    List,
    /// Describes each partition: leader, replicas, bounds.
    Describe(Names),
    /// Creates a topic.
    Create(Create),
    /// Deletes topics.
    Delete(Names),
}

/// Topics by name.
#[derive(Debug, Args)]
pub(crate) struct Names {
    /// The topics.
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
}

/// `ottla topics create`.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The new topic.
    name: String,
    /// How many partitions.
    #[arg(long, value_parser = clap::value_parser!(i32).range(1..))]
    partitions: i32,
    /// On how many brokers each partition is kept; the cluster's default where not given.
    #[arg(long, value_parser = clap::value_parser!(i16).range(1..))]
    replication_factor: Option<i16>,
    /// A setting of the topic; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    settings: Vec<(String, String)>,
}

/// One line of `topics list`.
#[derive(Serialize)]
struct Listed {
    name: String,
    partitions: i32,
    id: String,
}

/// One line of `topics describe`.
#[derive(Serialize)]
struct Described {
    topic: String,
    partition: i32,
    leader: Option<i32>,
    replicas: Vec<i32>,
    isr: Vec<i32>,
    log_start: Option<i64>,
    log_end: Option<i64>,
}

impl Topics {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let client = context.client().await?;
        match self {
            Self::List => list(&client, context).await,
            Self::Describe(topics) => topics.describe(&client, context).await,
            Self::Create(topic) => topic.create(&client).await,
            Self::Delete(topics) => topics.delete(&client).await,
        }
    }
}

async fn list(client: &Client, context: &Context) -> Result<(), Failure> {
    let topics = client.topics(None).await?;
    let lines: Vec<_> = topics
        .iter()
        .map(|topic| Listed {
            name: topic.name.to_string(),
            partitions: topic.partition_count(),
            id: topic.id.to_string(),
        })
        .collect();
    context.output.rows(&lines)
}

impl Names {
    async fn describe(&self, client: &Client, context: &Context) -> Result<(), Failure> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let topics = client.topics(Some(&names)).await?;
        let partitions = topics.iter().flat_map(|topic| {
            topic
                .partitions
                .iter()
                .map(|one| (TopicPartition::new(topic.name.clone(), one.partition), one))
        });
        let partitions: Vec<_> = partitions.collect();
        let led: Vec<_> = partitions
            .iter()
            .filter(|(_, one)| one.leader.is_some())
            .map(|(p, _)| p.clone())
            .collect();
        let bounds = bounds::of(client, &led).await?;
        let lines: Vec<_> = partitions
            .into_iter()
            .map(|(partition, one)| {
                let bounds = bounds.get(&partition).copied().unwrap_or_default();
                Described {
                    topic: partition.topic.to_string(),
                    partition: partition.partition,
                    leader: one.leader,
                    replicas: one.replicas.clone(),
                    isr: one.isr.clone(),
                    log_start: bounds.log_start,
                    log_end: bounds.log_end,
                }
            })
            .collect();
        context.output.rows(&lines)
    }

    async fn delete(&self, client: &Client) -> Result<(), Failure> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        for (_, result) in client.admin().delete_topics(&names).await {
            result?;
        }
        Ok(())
    }
}

impl Create {
    async fn create(self, client: &Client) -> Result<(), Failure> {
        let mut topic = NewTopic::new(self.name, self.partitions);
        if let Some(factor) = self.replication_factor {
            topic = topic.replication_factor(factor);
        }
        for (key, value) in self.settings {
            topic = topic.set(key, value);
        }
        for (_, result) in client.admin().create_topics(&[topic]).await {
            result?;
        }
        Ok(())
    }
}
