//! Retention and compaction, when somebody asks for them.

use ottla_protocol::error_code::ErrorCode;

use super::State;
use super::topics::TopicRef;
use crate::error::Refusal;
use crate::time::Now;

impl State {
    pub(crate) fn retain(&mut self, topic: &str, now: Now) -> Result<(), Refusal> {
        let topic = self.topics.get_mut(TopicRef::Name(topic));
        let topic = topic.ok_or_else(Refusal::unknown_topic)?;
        for partition in &mut topic.partitions {
            partition.log.apply_retention(now.wall_ms);
        }
        self.metadata_changed = true;
        Ok(())
    }

    pub(crate) fn compact(&mut self, topic: &str, now: Now) -> Result<(), Refusal> {
        let topic = self.topics.get_mut(TopicRef::Name(topic));
        let topic = topic.ok_or_else(Refusal::unknown_topic)?;
        for partition in &mut topic.partitions {
            if !partition.log.config().compact {
                let why = "cleanup.policy does not hold compact";
                return Err(Refusal::new(ErrorCode::POLICY_VIOLATION, why));
            }
            partition.log.compact(now.wall_ms, &mut self.codecs)?;
        }
        self.metadata_changed = true;
        Ok(())
    }
}
