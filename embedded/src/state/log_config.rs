//! A topic's settings as its logs need them.

use ottla_protocol::records::{Compression, TimestampType};

use super::State;
use super::topics::TopicRef;
use crate::configs::Values;
use crate::log::LogConfig;
use crate::settings::Settings;

impl Settings {
    /// What logs heed of a topic's own settings and of the brokers'.
    pub(super) fn log_config(&self, own: &Values) -> LogConfig {
        let text = |name| self.topic(own, name);
        let number = |name| text(name).parse::<i64>().unwrap_or(-1);
        let bytes = |name| usize::try_from(number(name)).unwrap_or(usize::MAX);
        let policy = |wanted| {
            text("cleanup.policy")
                .split(',')
                .any(|one| one.trim() == wanted)
        };
        LogConfig {
            timestamp_type: match text("message.timestamp.type") {
                "LogAppendTime" => TimestampType::LogAppendTime,
                _ => TimestampType::CreateTime,
            },
            timestamp_before_max_ms: number("message.timestamp.before.max.ms"),
            timestamp_after_max_ms: number("message.timestamp.after.max.ms"),
            max_message_bytes: bytes("max.message.bytes"),
            segment_bytes: bytes("segment.bytes"),
            compression: compression(text("compression.type")),
            delete: policy("delete"),
            compact: policy("compact"),
            retention_ms: number("retention.ms"),
            retention_bytes: number("retention.bytes"),
            delete_retention_ms: number("delete.retention.ms"),
            min_compaction_lag_ms: number("min.compaction.lag.ms"),
        }
    }
}

impl State {
    /// Tells a topic's logs its settings, or, of no name, those of all topics.
    pub(super) fn configure_logs(&mut self, topic: Option<&str>) {
        let settings = &self.settings;
        let configure = |topic: &mut super::Topic| {
            let config = settings.log_config(&topic.configs);
            for partition in &mut topic.partitions {
                partition.log.set_config(config.clone());
            }
        };
        match topic {
            Some(name) => self
                .topics
                .get_mut(TopicRef::Name(name))
                .into_iter()
                .for_each(configure),
            None => self.topics.all_mut().for_each(configure),
        }
    }
}

fn compression(name: &str) -> Option<Compression> {
    Some(match name {
        "uncompressed" => Compression::None,
        "gzip" => Compression::Gzip,
        "snappy" => Compression::Snappy,
        "lz4" => Compression::Lz4,
        "zstd" => Compression::Zstd,
        _ => return None,
    })
}
