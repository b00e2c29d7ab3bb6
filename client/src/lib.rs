//! An async Apache Kafka client.
