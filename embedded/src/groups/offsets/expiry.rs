//! What time does to offsets (KIP-211): they outlive their group's members by the retention, and an empty group without
//! offsets is forgotten.

use crate::groups::classic::{ClassicGroup, ClassicState};
use crate::groups::{Groups, Kind};
use crate::time::Now;

use super::Committed;

impl Groups {
    /// Looks through all groups.
    pub(in crate::groups) fn expire(&mut self, now: Now) {
        let ids: Vec<String> = self.groups.keys().cloned().collect();
        for id in ids {
            self.expire_offsets(now, &id);
            let bare = !self.offsets.committed.contains_key(&id)
                && !self.offsets.has_open_transaction(&id);
            if bare && self.groups.get(&id).is_some_and(Kind::is_empty) {
                self.groups.remove(&id);
                self.touch(&id);
            }
        }
    }

    fn expire_offsets(&mut self, now: Now, id: &str) {
        let Some(group) = self.groups.get(id) else {
            return;
        };
        let retention_ms =
            i64::try_from(self.settings.offsets_retention.as_millis()).unwrap_or(i64::MAX);
        let mut expired: Vec<(String, i32)> = Vec::new();
        for (topic, partitions) in self.offsets.committed.get(id).into_iter().flatten() {
            if group.is_subscribed_to(topic) {
                continue;
            }
            for (&partition, committed) in partitions {
                let due =
                    expires_at(group, committed, retention_ms).is_some_and(|at| at <= now.wall_ms);
                if due && !self.offsets.is_pending(id, topic, partition) {
                    expired.push((topic.clone(), partition));
                }
            }
        }
        for (topic, partition) in &expired {
            self.offsets.remove(id, topic, *partition);
        }
        if self
            .offsets
            .committed
            .get(id)
            .is_some_and(std::collections::BTreeMap::is_empty)
        {
            self.offsets.committed.remove(id);
        }
        if !expired.is_empty() {
            self.touch(id);
        }
    }
}

/// None: not while the group is as it is.
fn expires_at(group: &Kind, committed: &Committed, retention_ms: i64) -> Option<i64> {
    let from = match group {
        Kind::Consumer(_) => committed.commit_ms,
        Kind::Classic(group) => classic_base(group, committed)?,
    };
    Some(
        committed
            .expire_ms
            .unwrap_or_else(|| from.saturating_add(retention_ms)),
    )
}

fn classic_base(group: &ClassicGroup, committed: &Committed) -> Option<i64> {
    match (&group.protocol_type, group.state) {
        // A simple group has no life of its own.
        (None, _) => Some(committed.commit_ms),
        // Kafka takes the time when the group emptied, also for what was committed later.
        (Some(_), ClassicState::Empty) => Some(group.since_ms),
        (Some(_), ClassicState::Stable) if group.is_consumer() && group.subscribed.is_some() => {
            Some(committed.commit_ms)
        }
        _ => None,
    }
}
