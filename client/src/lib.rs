//! An async Apache Kafka client: connections, metadata, retries, and everything that needs a socket.
//!
//! ```no_run
//! use ottla_client::{Client, ClientConfig};
//!
//! # async fn example() -> Result<(), ottla_client::ClientError> {
//! let client = Client::connect(ClientConfig::new("127.0.0.1:9092")).await?;
//! for topic in client.topics(None).await? {
//!     println!("{} has {} partitions", topic.name, topic.partitions.len());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`Client`] is one handle for the whole cluster. It keeps up to three connections to a broker ([`Lane`]; consumers
//! and members of groups beyond the first have [their own](Client::apart)), speaks the newest version of
//! each API that both sides know, and keeps its metadata fresh.
//!
//! | to | take |
//! | --- | --- |
//! | read partitions | [`Client::consumer`] |
//! | ask where partitions begin and end, read and commit a group's offsets | [`Client::offsets`], [`Client::offset_manager`] |
//! | create, describe and delete topics and groups | [`Client::admin`] |
//! | share partitions among members of a group | the crate `ottla-group` |
//! | send any request there is | [`Client::call`], with the messages of [`protocol`] |
//!
//! A [`call`](Client::call) is one attempt; what tries again does so with a [`Backoff`] and within a limit. Errors say what to do next
//! ([`ClientError::is_retriable`], [`ClientError::outcome_unknown`]). Settings have Kafka's names ([`ClientConfig`]).
//!
//! Plain TCP, unless [`ClientConfig::connector`] names another way: see [`connect`].
#![forbid(unsafe_code)]

pub mod admin;
mod ambient;
mod brokers;
mod client;
mod cluster;
pub mod config;
pub mod connect;
mod connection;
pub mod consumer;
mod coordinator;
pub mod error;
pub mod offsets;
mod options;
pub mod producer;
mod race;
mod reply;
mod retry;
mod shared;

pub use brokers::Lane;
pub use client::Client;
pub use cluster::{Broker, Cluster, Leader, Partition, Topic};
pub use config::{ClientConfig, ConfigError};
pub use consumer::{
    Batch, ConsumeError, Consumer, ConsumerBuilder, OutOfRange, PartitionConsumer, Start,
};
pub use error::{ClientError, Peer};
pub use offsets::{
    CommitResults, CommittedOffset, GroupMember, GroupOffsets, ListedOffset, OffsetCommitError,
    OffsetManager, OffsetSpec, Offsets, PartitionOffsetManager,
};
pub use options::CallOptions;
pub use reply::Reply;
pub use retry::Backoff;

pub use ottla_protocol as protocol;
