//! The cluster that the tests of this crate run against, if there is one.

use ottla_client::admin::NewTopic;
use ottla_client::{Client, ClientConfig};

/// The settings for the cluster that `cargo xtask kafka run` has started; `None`, with a line saying so: there is none.
pub(crate) fn config() -> Option<ClientConfig> {
    match std::env::var("OTTLA_BOOTSTRAP_SERVERS") {
        Ok(servers) => Some(ClientConfig::new(&servers)),
        Err(_) => {
            println!("skipped: no Kafka (OTTLA_BOOTSTRAP_SERVERS is not set)");
            None
        }
    }
}

pub(crate) async fn client() -> Option<Client> {
    Some(Client::connect(config()?).await.unwrap())
}

/// A name that no other test, and no earlier run on the same cluster, has used.
pub(crate) fn fresh_name(what: &str) -> String {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    format!("{what}-{}-{}", std::process::id(), now.as_micros())
}

/// A new topic.
pub(crate) async fn topic(client: &Client, what: &str, partitions: i32) -> String {
    topic_with(client, NewTopic::new(fresh_name(what), partitions)).await
}

pub(crate) async fn topic_with(client: &Client, topic: NewTopic) -> String {
    let name = topic.name.to_string();
    let created = client.admin().create_topics(&[topic]).await;
    created
        .into_iter()
        .for_each(|(_, created)| assert!(created.is_ok(), "{created:?}"));
    name
}
