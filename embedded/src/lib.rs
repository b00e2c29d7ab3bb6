//! An Apache Kafka cluster inside your process: for tests, and for trying things out without Java or a network.
//!
//! Real clients, of any language, cannot tell it from Kafka 4.3: several brokers over TCP, topics with leaders that move, idempotent and
//! transactional producers, fetch sessions, consumer groups of both protocols, committed offsets.
//!
//! ```
//! use ottla_embedded::EmbeddedCluster;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), ottla_embedded::EmbeddedError> {
//! let cluster = EmbeddedCluster::builder().brokers(3).topic("orders", 6).start().await?;
//! println!("clients connect to {}", cluster.bootstrap_servers());
//!
//! cluster.move_leader("orders", 0, 2)?; // partition 0 is led by broker 2 now
//! cluster.stop_broker(1).await?; // its connections are cut, others lead what it led
//! cluster.start_broker(1).await?;
//! cluster.shutdown().await; // so does dropping it, without waiting for the end
//! # Ok(())
//! # }
//! ```
//!
//! # What it is made of
//!
//! What decides is pure: the [log] of a partition, [fetch sessions](fetch_session), the [group](groups) and
//! [transaction](transactions) coordinators, [faults], and the state of the cluster around them take requests and the [time] and
//! give answers. They draw nothing but from a seed. Around them is a thin shell: one lock, never held across an await, and one task a
//! connection. A [`Network`] of your own takes the place of TCP.
//!
//! # What it is not
//!
//! All replicas of a partition share one log, so no follower is ever behind. Kafka's own topics (`__consumer_offsets`) are not there, or
//! empty ([`EmbeddedClusterBuilder::internal_topics`]). Nothing is cleaned in the background: retention and compaction happen when the handle [asks for
//! them](EmbeddedCluster::retain), and producers are not forgotten after `producer.id.expiration.ms`. Settings that rule such work, files or
//! tiered storage can be set and read, and change nothing; nor do `broker.rack` ([`rack`](EmbeddedClusterBuilder::rack) does),
//! `unclean.leader.election.enable` and a group's `consumer.assignment.interval.ms`. What is set for one broker is shown for it, and what
//! holds is set for all.
//! Quotas, access rules, delegation tokens and share groups are not served, and not advertised either.
#![forbid(unsafe_code)]

mod api;
mod builder;
mod cluster;
mod configs;
mod error;
pub mod faults;
pub mod fetch_session;
pub mod groups;
mod internal_partition;
pub mod log;
mod pattern;
mod sasl;
mod server;
mod settings;
mod state;
mod store;
pub mod ticket;
pub mod time;
mod topic_name;
pub mod transactions;

pub use builder::EmbeddedClusterBuilder;
pub use cluster::{ClusterFaults, EmbeddedCluster, LogContents, Observer};
pub use error::{EmbeddedError, Refusal};
pub use server::{Listener, Network, Tcp};

pub use ottla_protocol as protocol;
